"""What changed, on the pages and as data: in words, linked where there is something to see."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, update

from app.db import writing
from app.models import Change, OParlObject
from app.web.wordings import AROUND, MOST, compared
from tests import factories as make

SEEN = datetime(2026, 2, 1, 9, tzinfo=UTC)
LATER = SEEN + timedelta(days=2)


def logged(row: OParlObject, diff: dict[str, Any] | None, **columns: Any) -> list[Change]:
    """Return that a record was seen, and changed later."""
    fields = sorted(columns.pop("fields", diff or ()))
    later = make.change(row, "updated", **({"fields": fields, "diff": diff, "at": LATER} | columns))
    return [make.change(row, at=SEEN), later]


def text_of(client: FlaskClient, address: str) -> str:
    """Return the section that tells what changed, with spaces as one types them."""
    page = client.get(address)
    assert page.status_code == 200
    section = page.text.partition('id="changes"')[2].partition("</section>")[0]
    return section.replace("\u00a0", " ").replace("\u00ad", "")


class TestMeeting:
    def test_it_says_that_it_was_moved_and_called_off(self, client: FlaskClient, engine: Engine) -> None:
        meeting = make.meeting()
        diff = {
            "start": ["2026-03-12T17:00:00+01:00", "2026-03-19T18:30:00"],
            "cancelled": [None, True],
            "x:internal": ["a", "b"],
        }
        make.save(engine, make.body(), meeting, logged(meeting, diff))
        text = text_of(client, f"/meetings/{meeting.key}")
        assert "Die Sitzung wurde vom 12. März 2026, 17 Uhr auf den 19. März 2026, 18:30 Uhr verlegt." in text
        assert "Die Sitzung wurde abgesagt." in text
        assert "x:internal" in text

    def test_it_names_what_came_onto_the_agenda(self, client: FlaskClient, engine: Engine) -> None:
        meeting = make.meeting()
        item = make.agenda_item(meeting, name="Radweg <b>", number="Ö 3")
        secret = make.agenda_item(meeting, name=None, number="N 1", public=False)
        gone = make.agenda_item(meeting, name="GEHEIM", deleted=True)
        diff = {"agendaItem": [[gone.id, secret.id], [item.id]]}
        rows: list[make.Rows] = [meeting, item, secret, gone, logged(meeting, diff), make.change(item, at=LATER)]
        make.save(engine, make.body(), rows)
        text = text_of(client, f"/meetings/{meeting.key}")
        assert f'href="/meetings/{meeting.key}#item-{item.key}">Ö 3 Radweg &lt;b&gt;</a>' in text
        assert "ein zurückgezogener Eintrag, ein nichtöffentlicher Punkt" in text
        assert "GEHEIM" not in text
        assert text.count("Radweg") == 1  # that the item is new is said once

    def test_it_says_where_it_was_moved_to(self, client: FlaskClient, engine: Engine) -> None:
        meeting, old, new = make.meeting(), make.location(room="Raum 1"), make.location(room="Raum 2")
        make.save(engine, make.body(), meeting, old, new, make.link(meeting, "location", new))
        make.save(engine, logged(meeting, {"location": [old.id, new.id]}), logged(new, {"room": ["Raum 2", "Raum 7"]}))
        text = text_of(client, f"/meetings/{meeting.key}")
        assert "Der Ort wurde geändert: früher Raum 1, Gartenstraße, Musterstadt, jetzt Raum 2" in text
        assert "Raum: früher „Raum 2“, jetzt „Raum 7“." in text


class TestPaper:
    def test_it_shows_the_words_that_changed(self, client: FlaskClient, engine: Engine) -> None:
        paper, council = make.paper(), make.organization()
        [held, item, stop, *links] = make.station(paper, council, SEEN, name="Beschluss")
        before = "Der Rat beschließt, in der Gartenstraße Tempo 30 anzuordnen. " + "Füllwort " * 40 + "Ende."
        after = before.replace("Tempo 30", "<b>Tempo 20</b>")
        make.save(engine, make.body(), council, paper, held, item, stop, links)
        make.save(engine, logged(item, {"resolutionText": [before, after]}))
        text = text_of(client, f"/papers/{paper.key}")
        assert "<del>" in text
        assert "Tempo 30" in text
        assert "&lt;b&gt;Tempo 20&lt;/b&gt;" in text
        assert text.count("Füllwort") < 2 * AROUND
        assert "Wortlaut des Beschlusses: Der Wortlaut wurde geändert." in text

    def test_it_folds_what_is_older(self, client: FlaskClient, engine: Engine) -> None:
        paper = make.paper()
        changes = [
            make.change(paper, "updated", fields=["name"], diff={"name": [f"Name {n}", f"Name {n + 1}"]}, at=LATER)
            for n in range(9)
        ]
        make.save(engine, make.body(), paper, make.change(paper, at=SEEN), changes)
        text = text_of(client, f"/papers/{paper.key}")
        newest, _, older = text.partition("<details")
        assert newest.count("<li>") == 6
        assert older.count("<li>") == 4
        assert "4 ältere Änderungen" in older

    @pytest.mark.parametrize(
        ("diff", "shown"),
        [({}, False), ({"name": [None, "neu"]}, False), ({"name": ["alt", "neu"]}, True), (None, True)],
    )
    def test_it_leaves_out_what_only_completes(
        self, client: FlaskClient, engine: Engine, diff: dict[str, Any] | None, shown: bool
    ) -> None:
        paper = make.paper()
        rows = logged(paper, diff, at=SEEN + timedelta(minutes=5), fields=["name"])
        make.save(engine, make.body(), paper, rows)
        assert ("Titel" in text_of(client, f"/papers/{paper.key}")) is shown

    def test_it_keeps_the_history_of_a_server_that_moved_to_https(self, client: FlaskClient, engine: Engine) -> None:
        paper = make.paper()
        old = paper.id.replace("https", "http")
        first = make.change(old, "updated", fields=["name"], diff={"name": ["alt", "neu"]}, at=SEEN)
        renamed = [
            make.change(old, "deleted", at=LATER),
            make.change(paper, "updated", fields=["id"], diff={}, at=LATER),
        ]
        make.save(engine, make.body(), paper, make.change(old, at=SEEN), first, renamed)
        text = text_of(client, f"/papers/{paper.key}")
        assert "Titel: früher „alt“, jetzt „neu“." in text
        assert "zurückgezogen" not in text


class TestFile:
    def test_it_says_when_it_was_replaced(self, client: FlaskClient, engine: Engine) -> None:
        rows = make.read_file("Text", of=(paper := make.paper()))
        diff = {"sha256": ["a" * 64, "b" * 64], "size": [12_000, 30_000]}
        make.save(engine, make.body(), paper, rows, logged(rows[0], diff, fields=["content"]))
        text = text_of(client, f"/files/{rows[0].key}")
        assert "Die Datei wurde 2 Tage nach der Veröffentlichung ausgetauscht (12 kB → 30 kB)." in text
        assert "a" * 64 not in text
        with writing(engine) as session:
            session.execute(update(Change).where(Change.kind == "created").values(backfill=True))
        assert "Die Datei wurde durch eine andere ersetzt (12 kB → 30 kB)." in text_of(client, f"/files/{rows[0].key}")


class TestData:
    def test_it_gives_from_to_and_when(self, client: FlaskClient, engine: Engine) -> None:
        meeting = make.meeting()
        item, secret = make.agenda_item(meeting), make.agenda_item(meeting, public=False)
        stop = make.consultation(make.paper(), meeting)
        diff = {"start": ["2026-03-12T17:00:00+01:00", None], "agendaItem": [[], [item.id]]}
        make.save(engine, make.body(), meeting, item, secret, stop, logged(meeting, diff), logged(item, None))
        answer = client.get(f"/meetings/{meeting.key}/history.json")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.json is not None
        assert set(answer.json) == {"id", "type", "url", "first_seen", "changes"}
        assert answer.json["url"] == f"http://portal.example/meetings/{meeting.key}"
        newest, first = answer.json["changes"]
        assert (first["kind"], first["backfill"], first["diff"]) == ("created", False, None)
        assert newest["at"].startswith("2026-02-03T09:00:00")
        assert newest["diff"] == {
            "start": {"from": "2026-03-12T17:00:00+01:00", "to": None},
            "agendaItem": {"from": [], "to": [item.id]},
        }
        again = client.get(f"/meetings/{meeting.key}/history.json", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        for folder, row in (("agenda-items", item), ("consultations", stop)):
            assert client.get(f"/{folder}/{row.key}/history.json").status_code == 200
        assert client.get(f"/agenda-items/{secret.key}/history.json").status_code == 404

    @pytest.mark.parametrize("folder", ["papers", "meetings", "files", "agenda-items", "consultations", "people"])
    def test_it_knows_nothing_of_what_is_not_here(self, client: FlaskClient, engine: Engine, folder: str) -> None:
        assert client.get(f"/{folder}/aaaaaaaaaaaaa/history.json").status_code == 404
        assert client.get(f"/{folder}/%00/history.json").status_code == 404

    def test_it_says_nothing_of_what_was_withdrawn_or_hidden(self, client: FlaskClient, engine: Engine) -> None:
        paper = make.paper(deleted=True)
        secret = make.agenda_item(make.meeting(), public=False)
        hidden = make.read_file("GEHEIM", of=secret)
        make.save(engine, make.body(), paper, secret, hidden, logged(hidden[0], {"name": ["GEHEIM", "GEHEIM"]}))
        assert client.get(f"/papers/{paper.key}/history.json").status_code == 410
        assert client.get(f"/files/{hidden[0].key}/history.json").status_code == 404


class TestWordings:
    def test_it_keeps_every_word_of_both(self) -> None:
        before = "Eins zwei drei vier. " * 3 + "Alt."
        after = "Null. " + before.replace("Alt", "Neu")
        segments = compared(before, after)
        assert "".join(one.text for one in segments if one.kind in ("same", "gone")) == before
        assert "".join(one.text for one in segments if one.kind in ("same", "come")) == after

    def test_it_leaves_out_what_stays_for_long(self) -> None:
        segments = compared("a " * 100 + "alt" + " b" * 100, "a " * 100 + "neu" + " b" * 100)
        assert [one.kind for one in segments] == ["left out", "same", "gone", "come", "same", "left out"]

    def test_it_is_not_slowed_down_by_what_is_long(self) -> None:
        one = " ".join(f"Wort{n}" for n in range(3000))
        other = " ".join(f"Wert{n}" for n in range(3000))
        assert MOST < 3000 * 3000
        assert [part.kind for part in compared(one, other)] == ["gone", "come"]
