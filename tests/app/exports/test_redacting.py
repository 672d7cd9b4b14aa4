"""What was erased is in nothing that is published, at once; what was withdrawn soon is in no old generation."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import delete

from app.db import now, writing
from app.exports import DELTAS, instead_of, is_gone, kept, owed, path_of, published, publishing, redact, redacting
from app.exports.pruning import Pruner
from app.models import Hidden, Paper, PublicState
from tests import factories as make
from tests.app.exports.desk import BASE, LICENCE, Desk, oid

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def days(desk: Desk, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Publish a generation a day, for each word another paper."""
    for number, name in enumerate(names):
        monkeypatch.setattr(publishing, "now", lambda number=number: START + timedelta(days=number))
        desk.bring(make.paper(name=name))
        desk.publish()


def test_what_is_erased_is_in_no_generation_and_no_delta(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make.paper(name="GEHEIM Antrag")
    file = make.read_file("GEHEIM Text", of=paper, name="GEHEIM Anlage")
    desk.begin(make.organization())
    days(desk, monkeypatch, "eins")
    make.save(desk.engine, paper, file)
    make.save(desk.engine, make.change(paper, "created"))
    days(desk, monkeypatch, "zwei", "drei")
    assert b"GEHEIM" in desk.everything()
    before = {one.folder for kind in ("generations", DELTAS) for one in kept(folder, kind)}
    desk.erase(paper)
    new = redact(desk.engine, folder, base_url=BASE)
    content = desk.everything()
    assert b"GEHEIM Antrag" not in content
    after = {one.folder for kind in ("generations", DELTAS) for one in kept(folder, kind)}
    assert "2026-06-01" in after & before  # which never held it, and keeps its name
    assert set(new) == after - before
    for name in before - after:
        assert is_gone(folder, f"{name}/manifest.json")
    assert instead_of(folder, "2026-06-02") in after
    current = published(folder)
    assert current is not None
    assert current.folder in new
    for one in kept(folder):
        for each in one.files:
            path = path_of(folder, f"{one.generation}/{each.path}")
            assert path is not None
            assert path.stat().st_size == each.bytes
    (line,) = [line for line in map(orjson.loads, _told(folder)) if line["id"] == oid(paper)]
    assert line.keys() == {"id", "type", "at", "snapshots_rewritten"}
    assert set(line["snapshots_rewritten"]) <= set(new)
    assert redact(desk.engine, folder, base_url=BASE) == []  # all is done
    assert b"GEHEIM Antrag" not in content


def _told(folder: Path) -> list[bytes]:
    return (folder / "redactions.ndjson").read_bytes().splitlines()


@ON_SQLITE
def test_the_next_export_does_so_too_and_a_kill_before_does_not_serve_it(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make.paper(name="GEHEIM")
    desk.begin(paper)
    days(desk, monkeypatch, "eins", "zwei")
    desk.erase(paper)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(redacting, "build", killed)
        with pytest.raises(KeyboardInterrupt):
            redact(desk.engine, folder, base_url=BASE)
    assert path_of(folder, "2026-06-01/manifest.json") is None
    assert is_gone(folder, "2026-06-01/musterstadt/Paper.ndjson.gz")
    desk.publish()
    assert b"GEHEIM" not in desk.everything()
    assert [one.day for one in kept(folder)] == ["2026-06-01", "2026-06-02"]


@ON_SQLITE
def test_a_full_disk_serves_nothing_erased(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = make.paper(name="GEHEIM")
    desk.begin(paper)
    days(desk, monkeypatch, "eins")
    desk.erase(paper)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing, "room_for_another", full)
    with pytest.raises(OSError, match="No space"):
        desk.publish()
    assert path_of(folder, "manifest.json") is None
    assert path_of(folder, "2026-06-01/musterstadt/Paper.ndjson.gz") is None


@ON_SQLITE
def test_what_is_withdrawn_goes_with_the_week(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paper, item = make.paper(name="GEHEIM"), make.agenda_item(make.meeting(), name="GEHEIM Punkt")
    desk.begin(paper, item)
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "now", lambda: now() - timedelta(days=3))
        old = desk.publish()
    desk.withdraw(paper)
    desk.alter(item, public=False)
    desk.publish()
    assert path_of(folder, f"{old.generation}/manifest.json") is not None  # cited, and still the same
    monkeypatch.setattr(redacting, "now", lambda: now() + redacting.WITHDRAWN_EVERY)
    desk.publish()
    for note in (folder / "ending").iterdir():
        os.utime(note, (time.time() - 3600,) * 2)
    desk.publish()
    assert b"GEHEIM" not in desk.everything()
    assert path_of(folder, f"{old.generation}.r2/manifest.json") is not None
    assert is_gone(folder, f"{old.generation}/manifest.json")


@ON_SQLITE
def test_what_is_withheld_by_now_goes_at_once_too(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = make.paper(name="GEHEIM")
    desk.begin(paper)
    days(desk, monkeypatch, "eins", "zwei")
    make.save(desk.engine, _hidden(paper))
    desk.withdraw(paper)  # as whoever hides it does
    new = redact(desk.engine, folder, base_url=BASE)
    assert b"GEHEIM" not in desk.everything()
    assert [one.day for one in kept(folder)] == ["2026-06-01", "2026-06-02"]
    assert path_of(folder, "2026-06-01/manifest.json") is None
    (line,) = map(orjson.loads, _told(folder))
    assert (line["id"], line["snapshots_rewritten"]) == (oid(paper), [one for one in new if "/" not in one])


def _hidden(paper: Paper) -> Hidden:
    said = {"object_id": paper.id, "key": paper.key, "object_type": "Paper", "root_id": paper.id, "source_id": 1}
    return Hidden(**said, at=make.SEEN, kept={})


@ON_SQLITE
def test_a_kill_before_the_swap_costs_neither_the_present_version_nor_deltas(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make.paper(name="GEHEIM")
    desk.begin(paper)
    days(desk, monkeypatch, "eins", "zwei")
    desk.erase(paper)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "symlink_to", killed)
        with pytest.raises(KeyboardInterrupt):
            redact(desk.engine, folder, base_url=BASE)
    redact(desk.engine, folder, base_url=BASE)
    assert b"GEHEIM" not in desk.everything()
    assert path_of(folder, "manifest.json") is not None
    assert len(kept(folder, DELTAS)) == 1


@ON_SQLITE
@pytest.mark.parametrize("fault", [OverflowError("too large"), ValueError("odd"), OSError(28, "full")])
def test_whatever_keeps_a_version_from_being_written_nothing_erased_is_served(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    paper = make.paper(name="GEHEIM")
    desk.begin(paper)
    days(desk, monkeypatch, "eins")
    desk.erase(paper)

    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(publishing, "build", broken)
    with pytest.raises(type(fault)):
        desk.publish()
    assert path_of(folder, "2026-06-01/musterstadt/Paper.ndjson.gz") is None


@ON_SQLITE
def test_what_was_withdrawn_before_an_edition_ended_goes_with_the_week(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper, stays = make.paper(name="GEHEIM"), make.paper(name="bleibt")
    desk.begin(paper, stays)
    days(desk, monkeypatch, "eins", "zwei")
    desk.withdraw(paper)
    with writing(desk.engine) as session:
        session.execute(delete(PublicState))  # as when the form is another: tombstones end with their edition
    monkeypatch.setattr(publishing, "now", lambda: START + timedelta(days=9))
    desk.publish()
    for note in (folder / "ending").iterdir():
        os.utime(note, (time.time() - 3600,) * 2)
    desk.publish()
    content = desk.everything()
    assert b"GEHEIM" not in content
    assert [one.day for one in kept(folder)] == ["2026-06-01", "2026-06-02", "2026-06-10"]
    (first, *_) = kept(folder)
    assert {line["name"] for line in desk.lines(f"{first.generation}/all/Paper.ndjson.gz")} == {"bleibt", "eins"}
    monkeypatch.setattr(owed, "_missing", lambda *_: pytest.fail("it was looked for already"))
    desk.publish()


class TestDecision:
    """What the operator lets go out goes out; what he takes back is in nothing that is published, old versions too."""

    pytestmark = ON_SQLITE

    def test_texts_are_published_by_a_decision_and_taken_back_by_one(
        self, desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = make.read_file("GEHEIM Text", of=(paper := make.paper()))
        desk.begin(paper, file)
        days(desk, monkeypatch, "eins")
        assert b"GEHEIM" not in desk.everything()
        desk.decide("File.fulltext", "open")
        days(desk, monkeypatch, "zwei", "drei")
        for day in ("2026-06-01.r2", "2026-06-02"):
            (page,) = desk.lines(f"{day}/musterstadt/fulltext.ndjson.gz")
            assert page["text"] == "GEHEIM Text"
        desk.decide("File.fulltext", "page")
        before = [one.councils[0].rows for one in kept(folder)]
        assert redact(desk.engine, folder, base_url=BASE)
        assert b"GEHEIM" not in desk.everything()
        assert all(one.format != "fulltext" for manifest in kept(folder) for one in manifest.files)
        assert [one.councils[0].rows for one in kept(folder)] == before  # the records stay
        assert is_gone(folder, "2026-06-02/musterstadt/fulltext.ndjson.gz")
        assert redact(desk.engine, folder, base_url=BASE) == []
        desk.decide("File.fulltext", "open")
        desk.publish()
        assert b"GEHEIM" in desk.everything()

    def test_so_is_a_property_in_every_format_and_in_deltas(
        self, desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = make.person(name="Erika")
        person.raw = person.raw | {"email": ["GEHEIM@rat.example"]}
        desk.begin(person)
        days(desk, monkeypatch, "eins")
        desk.decide("Person.email", "open")
        days(desk, monkeypatch, "zwei", "drei")
        assert desk.lines("deltas/2026-06-01.r2/all/Person.ndjson.gz")[0]["object"]["email"] == ["GEHEIM@rat.example"]
        assert desk.everything().count(b"GEHEIM") >= 4
        desk.decide("Person.email", "page")
        redact(desk.engine, folder, base_url=BASE)
        assert b"GEHEIM" not in desk.everything()
        assert desk.everything().count(b"Erika") >= 4
        assert _told(folder) == []  # nobody has to delete the person
        assert redact(desk.engine, folder, base_url=BASE) == []

    def test_of_another_source_nothing_is_touched(self, desk: Desk, folder: Path) -> None:
        other = make.source(slug="anderswo", license=LICENCE)
        desk.begin(make.read_file("Text", of=(paper := make.paper())), paper)
        make.save(desk.engine, other)
        desk.decide("File.fulltext", "open")
        desk.decide("File.fulltext", "open", other.id)
        first = desk.publish()
        desk.decide("File.fulltext", "page", other.id)
        assert redact(desk.engine, folder, base_url=BASE) == []
        assert published(folder) == first


def test_of_nothing_nothing_is_taken_out(desk: Desk, folder: Path) -> None:
    desk.begin(make.paper())
    assert redact(desk.engine, folder, base_url=BASE) == []
    first = desk.publish()
    assert redact(desk.engine, folder, base_url=BASE) == []
    assert published(folder) == first
    assert _told(folder) == []


class TestPruner:
    """Lines without some records, by themselves, embedded and named."""

    KEY, OTHER = "a" * 13, "b" * 13

    def pruned(self, form: object, private: tuple[str, ...] = ()) -> object:
        line = Pruner([] if private else [self.KEY], private)(orjson.dumps(form))
        return None if line is None else orjson.loads(line)

    def test_a_line_of_others_stays_the_same_bytes(self) -> None:
        line = b'{"id": "http://x/paper/%s",  "name": "a"}' % self.OTHER.encode()
        assert Pruner([self.KEY])(line) is line

    def test_it_goes_by_itself_embedded_and_named(self) -> None:
        gone, stays = f"http://x/file/{self.KEY}", f"http://x/paper/{self.OTHER}"
        assert self.pruned({"id": gone, "name": "x"}) is None
        assert self.pruned({"file": gone, "text": "x"}) is None
        assert self.pruned({"id": stays, "mainFile": {"id": gone}, "a": [], "n": 0}) == {"id": stays, "a": [], "n": 0}
        assert self.pruned({"id": stays, "auxiliaryFile": [{"id": gone}]}) == {"id": stays}
        assert self.pruned({"id": stays, "list": [gone, stays], "url": f"{gone}/access"}) == {
            "id": stays,
            "list": [stays],
        }

    def test_in_a_delta_its_tombstone_stays(self) -> None:
        gone = f"http://x/file/{self.KEY}"
        told = {"op": "delete", "id": gone, "deleted": True}
        assert self.pruned(told) == told
        assert self.pruned({"op": "upsert", "object": {"id": gone}}) is None

    def test_of_an_item_that_turned_private_its_place_stays(self) -> None:
        item = {"id": f"http://x/agendaitem/{self.KEY}", "name": "geheim", "number": "3", "ratslupe:license": "x"}
        held = {"id": f"http://x/meeting/{self.OTHER}", "agendaItem": [item]}
        left = {"id": item["id"], "number": "3", "public": False, "ratslupe:license": "x"}
        assert self.pruned(held, (self.KEY,)) == {"id": held["id"], "agendaItem": [left]}
