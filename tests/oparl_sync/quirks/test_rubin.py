"""more! rubin, played by the made-up council and read by the worker: rows R1 to R7 of docs/quirks.md."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from app.db import open_engine, writing
from app.indexing.documents import documents
from app.models import (
    Blob,
    Body,
    Change,
    Consultation,
    File,
    ListCursor,
    Location,
    Meeting,
    Organization,
    Page,
    Paper,
    Person,
    Problem,
    Source,
)
from app.models.files import FETCHED
from app.queries.files import PageRead, page_numbers, page_read, page_texts
from app.queries.paths import consultation_path
from app.queries.references import references
from demo.quirks import QUIRKS, rubin
from oparl_sync import quirks
from tests.oparl_sync.council import save, thing, url
from tests.oparl_sync.quirks.playing import Playing, held, published
from tests.oparl_sync.test_parse import one

BY_NAME = sorted(name for name in QUIRKS if name.startswith("rubin-"))
# Of these all is held after one pass as if nothing were the matter.
BORNE = [
    "rubin-cancelled-in-the-name",
    "rubin-empty-geometry",
    "rubin-pages-in-the-path",
    "rubin-stamps-of-today",
    "rubin-text-in-file",
]


@pytest.fixture
def engine(tmp_path: Path, sqlite_template: Path) -> Iterator[Engine]:
    """Give one database: how a server deviates does not depend on it; see tests/oparl_sync/test_store.py."""
    shutil.copy(sqlite_template, tmp_path / "ratslupe.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'ratslupe.db'}")
    yield engine
    engine.dispose()


def changes(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(Change.seq))) or 0


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("name", BORNE)
def test_it_holds_all_of_a_council_that_deviates_and_nothing_changes_twice(
    name: str, version: str, engine: Engine, session: Session
) -> None:
    council = Playing(name, version=version, page_size=20)
    counts, failures = council.sync(engine)
    assert failures == []
    assert counts.quarantined == 0
    alone = {"File", "Location"} if version == "1.0" else set()  # of these 1.0 has no list
    truth, mine = published(council.town), held(engine)
    assert {kind: mine[kind] for kind in mine if kind not in alone} == {
        k: v for k, v in truth.items() if k not in alone
    }
    before = changes(session)
    counts, failures = council.sync(engine)
    assert (counts.created, counts.updated, counts.deleted, failures) == (0, 0, 0, [])
    assert changes(session) == before


@pytest.mark.parametrize("name", ["rubin-not-active", "rubin-test-expired", "rubin-unknown-paths-answer-the-system"])
def test_it_takes_no_error_for_a_council_that_has_nothing(name: str, engine: Engine, session: Session) -> None:
    council = Playing()
    council.sync(engine)
    before, told = held(engine), changes(session)
    council.service.behaviours.extend(QUIRKS[name].play(council.service))
    for _ in range(3):
        _, failures = council.sync(engine, full=True)
        assert failures
    assert (held(engine), changes(session)) == (before, told)
    session.rollback()
    assert session.scalars(select(Source.state)).one() in ("failing", "partial")
    council.service.behaviours.clear()
    assert council.sync(engine, full=True)[1] == []
    assert (held(engine), changes(session)) == (before, told)


def test_it_says_what_the_server_says(engine: Engine, session: Session) -> None:
    _, failures = Playing("rubin-not-active").sync(engine)
    assert len(failures) == 1
    assert "OParl is not active." in failures[0]
    assert not any(held(engine).values())


def test_a_new_day_is_no_news(engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    council = Playing("rubin-stamps-of-today", page_size=20)
    monkeypatch.setattr(rubin, "today", lambda: "2026-11-21T00:00:00+01:00")
    council.sync(engine)
    before = changes(session)
    monkeypatch.setattr(rubin, "today", lambda: "2026-11-22T00:00:00+01:00")
    counts, failures = council.sync(engine)
    assert (counts.created, counts.updated, counts.deleted, failures) == (0, 0, 0, [])
    assert changes(session) == before
    assert session.scalars(select(Organization.modified).distinct()).all() == [None]
    paper = council.town.of_type("Paper")[0]
    council.town.put(paper | {"name": "Ganz anders"})
    committee = council.town.of_type("Organization")[0]
    council.town.put(committee | {"name": "Rat und mehr"})
    council.sync(engine)
    session.rollback()
    news = select(Change.object_id, Change.fields).order_by(Change.seq.desc()).limit(2)
    assert {(row.object_id, *row.fields) for row in session.execute(news)} == {
        (paper["id"], "name"),
        (committee["id"], "name"),
    }


def test_it_follows_pages_in_the_path(engine: Engine, session: Session) -> None:
    council = Playing("rubin-pages-in-the-path", page_size=2)
    assert council.sync(engine)[1] == []
    assert any(asked.endswith("/paper/page/2") for asked in council.asked)
    assert held(engine) == published(council.town)
    cursor = session.scalars(select(ListCursor).where(ListCursor.object_type == "Paper")).one()
    assert cursor.pages == -(-len(council.town.of_type("Paper")) // 2)


def test_it_finds_the_text_that_a_source_states_until_it_has_read_the_file(engine: Engine, session: Session) -> None:
    Playing("rubin-text-in-file").sync(engine)
    files = {int(file.id.rpartition("/")[2]): file for file in session.scalars(select(File))}
    told = next(file for number, file in files.items() if number % 3)
    words = next(file for number, file in files.items() if not number % 3)
    found = {one.id: one.pages for one in documents(session, "File", [told.id, words.id])}
    assert "Nordmannstanne" in found[told.id][0]
    assert found[words.id] == ("Satzung;Gebühr;Haushalt;",)
    assert page_numbers(session, told) == [1]
    assert page_texts(session, told)[1] == found[told.id][0]
    assert page_read(session, told, 1) == PageRead(found[told.id][0], "stated")
    assert page_read(session, told, 2) is None
    _read(engine, told.id, "ok", ["Gelesen.", "Mehr."])
    session.rollback()
    assert next(documents(session, "File", [told.id])).pages == ("Gelesen.", "Mehr.")
    assert page_texts(session, told) == {1: "Gelesen.", 2: "Mehr."}
    _read(engine, words.id, "empty", ["", ""])
    session.rollback()
    assert next(documents(session, "File", [words.id])).pages == ("Satzung;Gebühr;Haushalt;", "")
    assert page_texts(session, words) == {1: "Satzung;Gebühr;Haushalt;", 2: ""}
    assert page_numbers(session, words) == [1, 2]


def _read(engine: Engine, oparl_id: str, state: str, texts: list[str]) -> None:
    sha256 = f"{abs(hash(oparl_id)):064d}"
    with writing(engine) as session:
        file = session.get_one(File, oparl_id)
        session.add(Blob(sha256=sha256, size=1, stored_at=file.changed_at, read_state=state))
        session.add_all(Page(sha256=sha256, number=number, text=text) for number, text in enumerate(texts, 1))
        session.execute(update(File).where(File.id == oparl_id).values(blob_sha256=sha256, fetch_state=FETCHED))


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        ("Der Text.", "Der Text."),
        ("a;b;%anl%;", "a;b;"),
        (" \x00 ", ""),
        (None, ""),
        ({"a": 1}, ""),
        (["x"], ""),
        (5, ""),
        ("%anl%;", ""),
    ],
)
def test_it_takes_for_text_what_is_text(stated: Any, meant: str) -> None:
    assert File(raw={"text": stated}).stated_text == meant


def test_it_knows_of_a_change_in_the_stated_text(engine: Engine, session: Session) -> None:
    save(engine, [thing("File", 1, text="alt")], "File")
    save(engine, [thing("File", 1, text="neu")], "File")
    assert session.scalars(select(Change.fields).order_by(Change.seq.desc())).first() == ["text"]


def test_it_finds_the_meeting_of_a_paper_by_its_agenda_item(engine: Engine, session: Session) -> None:
    council = Playing("rubin-meeting-without-prefix")
    council.sync(engine)
    placed = 0
    for paper in session.scalars(select(Paper)):
        for station in consultation_path(session, paper.id).stations:
            stated = council.town.objects[station.consultation.id]
            if "agendaItem" in stated:
                assert station.consultation.meeting_id == stated["meeting"]
                assert station.meeting is not None
                assert station.meeting.id == str(stated["meeting"]).replace("/meeting/", "/meeting/ni_")
                placed += 1
    assert placed


def test_it_takes_the_meeting_where_the_item_stands_also_where_both_are_here(engine: Engine, session: Session) -> None:
    save(engine, [thing("Meeting", "ni_1", agendaItem=[thing("AgendaItem", 1)]), thing("Meeting", "1")], "Meeting")
    stations = [
        thing("Consultation", 1, meeting=url("Meeting", "1"), agendaItem=url("AgendaItem", 1)),
        thing("Consultation", 2, meeting=url("Meeting", "1")),
        thing("Consultation", 3, meeting=url("Meeting", "9"), agendaItem=url("AgendaItem", 9)),
    ]
    save(engine, [thing("Paper", 1, consultation=stations)], "Paper")
    found = {one.consultation.id: one.meeting for one in consultation_path(session, url("Paper")).stations}
    meetings = [found[url("Consultation", number)] for number in (1, 2, 3)]
    assert [one and one.id for one in meetings] == [url("Meeting", "ni_1"), url("Meeting", "1"), None]


def test_it_draws_no_point_without_coordinates(engine: Engine, session: Session) -> None:
    Playing("rubin-empty-geometry").sync(engine)
    places = session.execute(select(Location.longitude, Location.latitude).distinct()).all()
    assert [tuple(one) for one in places] == [(None, None)]
    told = session.execute(select(Problem.kind, Problem.about)).all()
    assert [tuple(one) for one in told] == [("unknown-property", "Organization.organization_active_1")]
    assert all(row.raw["organization_active_1"] == "1" for row in session.scalars(select(Organization)))
    assert not any("phone" in row.raw for row in session.scalars(select(Person)))


def test_it_keeps_ids_as_they_are_and_shows_a_person_in_charge(engine: Engine, session: Session) -> None:
    council = Playing("rubin-without-numbers")
    counts, failures = council.sync(engine)
    assert (failures, counts.quarantined) == ([], 0)
    body = session.scalars(select(Body)).one()
    assert (body.ags, body.rgs) == (None, None)
    papers = session.scalars(select(Paper)).all()
    assert len(papers) == len(council.town.of_type("Paper"))
    assert all("/paper/v%7C" in paper.id for paper in papers)
    assert set(session.scalars(select(Consultation.paper_id))) <= {paper.id for paper in papers}
    found = references(session, [paper.id for paper in papers], ["underDirectionOf"])
    assert found
    for named in found.values():
        assert [type(reference.target) for reference in named["underDirectionOf"]] == [Person]


def test_it_sees_that_a_meeting_is_called_off_in_its_name(engine: Engine, session: Session) -> None:
    Playing("rubin-cancelled-in-the-name").sync(engine)
    for meeting in session.scalars(select(Meeting)):
        assert meeting.cancelled is (True if "entfällt" in (meeting.name or "") else None)
    assert session.scalar(select(func.count(Meeting.id)).where(Meeting.cancelled.is_(True)))


@pytest.mark.parametrize(
    ("name", "called_off"),
    [
        ("+++ entfällt +++ 7. Sitzung", True),
        ("Sitzung +++ABGESAGT+++", True),
        ("Warum die Sitzung entfällt", False),
        (None, False),
        ("", False),
    ],
)
def test_it_reads_names_of_meetings(name: str | None, called_off: bool) -> None:
    assert quirks.called_off_in_its_name(name) is called_off


def test_it_says_nothing_of_a_meeting_that_says_itself_that_it_takes_place_under_a_plain_name() -> None:
    assert one(thing("Meeting", 1, name="7. Sitzung", cancelled=False)).values["cancelled"] is False


def test_every_row_is_played() -> None:
    rows = {QUIRKS[name].row for name in BY_NAME}
    assert rows == {"R"} | {f"R{number}" for number in range(1, 8)}
