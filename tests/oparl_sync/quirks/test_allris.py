"""ALLRIS by CC e-gov, played by the made-up council and read by the worker: rows C1 to C14 of docs/quirks.md."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.db import open_engine
from app.models import (
    AgendaItem,
    Body,
    Change,
    Consultation,
    File,
    LegislativeTerm,
    ListCursor,
    Location,
    Meeting,
    Organization,
    Paper,
    Problem,
    Source,
    System,
)
from app.publication.licences import Licences
from app.queries.agendas import agenda
from demo.quirks import QUIRKS
from oparl_sync import quirks
from oparl_sync.decode import loads
from oparl_sync.robots import Robots
from tests.oparl_sync.council import thing
from tests.oparl_sync.quirks.playing import Playing, held, published
from tests.oparl_sync.test_parse import one

BY_NAME = sorted(name for name in QUIRKS if name.startswith("allris-"))
# Of these all is held after one pass as if nothing were the matter.
BORNE = sorted(
    set(BY_NAME)
    - {
        *("allris-page-500", "allris-module-500", "allris-html-with-200", "allris-robots-disallow"),
        "allris-type-beside-type",  # other ids, see below
    }
)


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


def renamed(council: Playing, kind: str, stamp: str | None = None) -> str:
    """Let the first object of a type get another name, without any stamp that tells of it unless given."""
    item = council.town.of_type(kind)[0]
    council.town.put(item | {"name": "Ganz anders"} | ({"modified": stamp} if stamp else {}))
    return str(item["id"])


@pytest.mark.parametrize("name", BORNE)
def test_it_holds_all_of_a_council_that_deviates_and_nothing_changes_twice(
    name: str, engine: Engine, session: Session
) -> None:
    council = Playing(name, page_size=20)
    counts, failures = council.sync(engine)
    assert failures == []
    assert counts.quarantined == 0
    assert held(engine) == published(council.town)
    before = changes(session)
    counts, failures = council.sync(engine)
    assert (counts.created, counts.updated, counts.deleted, failures) == (0, 0, 0, [])
    assert changes(session) == before


def test_it_reads_names_with_control_characters_in_them(engine: Engine, session: Session) -> None:
    council = Playing("allris-raw-control-characters")
    council.sync(engine)
    page = council.town.of_type("Paper")[0]
    held_there = session.get_one(Paper, str(page["id"]))
    assert held_there.name == f"{page['name']}\n\tmit\nUmbruch"
    assert held_there.raw["name"] == f"{page['name']}\n\tmit\x0bUmbruch\x01"
    assert loads(b'{"a": "\x01\x0b\n"}') == {"a": "\x01\x0b\n"}


def test_it_keeps_the_good_pages_beside_one_that_fails(engine: Engine, session: Session) -> None:
    council = Playing("allris-page-500", page_size=2)
    _, failures = council.sync(engine)
    assert len(failures) == 1
    assert "500" in failures[0]
    source = session.scalars(select(Source)).one()
    assert (source.state, source.last_complete) == ("partial", None)
    assert (session.scalar(select(func.count(Paper.id))) or 0) >= 2
    papers = session.scalars(select(ListCursor).where(ListCursor.object_type == "Paper")).one()
    assert papers.last_complete is None
    assert papers.error
    council.service.behaviours.clear()
    assert council.sync(engine)[1] == []
    assert held(engine) == published(council.town)


def test_it_loses_nothing_where_the_whole_module_fails(engine: Engine, session: Session) -> None:
    council = Playing()
    council.sync(engine)
    before, told = held(engine), changes(session)
    council.service.behaviours.extend(QUIRKS["allris-module-500"].play(council.service))
    _, failures = council.sync(engine)
    assert len(failures) == 1
    assert (held(engine), changes(session)) == (before, told)
    session.rollback()
    assert session.scalars(select(Source.state)).one() == "failing"


def test_it_asks_again_where_a_page_fails_once(engine: Engine) -> None:
    council = Playing("allris-spurious-500", page_size=5)
    assert council.sync(engine)[1] == []
    assert held(engine) == published(council.town)
    second = [a for a in council.asked if a.endswith("paper?page=2")]
    assert len(second) == 2


def test_it_takes_one_object_for_a_list_of_one_and_placeholders_for_nothing(engine: Engine, session: Session) -> None:
    council = Playing("allris-object-for-array")
    council.sync(engine)
    assert not session.scalars(select(Paper).where((Paper.short_name.is_not(None)) | (Paper.web.is_not(None)))).all()
    single = one(thing("Paper", 1, auxiliaryFile=thing("File", 1)))
    assert [target for _, _, target in single.links] == [thing("File", 1)["id"]]
    assert not session.scalars(select(Problem.detail).where(Problem.kind == "wrong-type")).all()


def test_it_takes_no_zero_for_a_size_and_no_ending_for_a_type(engine: Engine, session: Session) -> None:
    council = Playing("allris-file-without-facts")
    council.sync(engine)
    for file in session.scalars(select(File)):
        assert (file.size, file.mime_type, file.download_url) == (None, "application/pdf", None)
        stated = council.town.objects[file.id]
        assert str(file.date) == stated.get("date", "None")
    assert not session.scalars(select(Problem.detail).where(Problem.kind == "wrong-type")).all()


@pytest.mark.parametrize(
    ("stated", "meant"),
    [("pdf", "application/pdf"), (".PDF", "application/pdf"), ("text/plain", "text/plain"), ("xyz", "xyz")],
)
def test_it_knows_endings_from_types(stated: str, meant: str) -> None:
    assert quirks.mime_type_is_an_ending(stated) == meant


@pytest.mark.parametrize(("stated", "meant"), [(0, None), (-1, None), (1, 1)])
def test_it_knows_sizes_from_none(stated: int, meant: int | None) -> None:
    assert quirks.size_unknown(stated) == meant


@pytest.mark.parametrize("name", ["allris-synthetic-stamps", "allris-stamps-of-the-request"])
def test_it_finds_a_change_that_no_stamp_tells(name: str, engine: Engine, session: Session) -> None:
    council = Playing(name, page_size=5)
    council.sync(engine)
    council.sync(engine)  # here it can learn what the stamps are worth
    paper = renamed(council, "Paper")
    person = renamed(council, "Person")
    gone = str(council.town.of_type("Paper")[-1]["id"])
    del council.town.objects[gone]
    council.town.revision += 1
    council.sync(engine)
    assert session.get_one(Paper, paper).name == "Ganz anders"
    logged = session.execute(
        select(Change.object_id, Change.fields).where(Change.kind == "updated", Change.object_id.in_((paper, person)))
    )
    assert sorted(tuple(row) for row in logged) == sorted([(paper, ["name"]), (person, ["name"])])


def test_it_asks_for_news_on_every_page_where_links_lose_the_filter(engine: Engine, session: Session) -> None:
    council = Playing("allris-filter-lost-in-next", page_size=2)
    council.sync(engine)
    papers = council.town.of_type("Paper")
    for number, item in enumerate(papers[:5]):
        council.town.put(item | {"name": f"Neu {number}", "modified": "2031-01-01T00:00:00+01:00"})
    council.asked.clear()
    assert council.sync(engine)[1] == []
    assert session.scalar(select(func.count(Paper.id)).where(Paper.name.like("Neu %"))) == 5
    later = [one for one in council.asked if "/body/1/paper?" in one and "page=" in one]
    assert later
    assert all("modified_since=" in one for one in later)


@pytest.mark.parametrize("order", [[], ["allris-newest-first"]])
def test_it_finds_what_is_new_wherever_a_list_begins(order: list[str], engine: Engine) -> None:
    council = Playing("allris-ten-a-page", "allris-synthetic-stamps", *order, page_size=100)
    council.sync(engine)
    first, last = council.town.of_type("Paper")[0], council.town.of_type("Paper")[-1]
    new = f"{council.town.base}/paper/9999"
    council.town.put({name: value for name, value in last.items() if name != "consultation"} | {"id": new})
    renamed(council, "Paper")
    assert council.sync(engine)[1] == []
    assert new in held(engine)["Paper"]
    with Session(engine) as session:
        assert session.get_one(Paper, str(first["id"])).name == "Ganz anders"


def test_it_never_asks_for_a_number_of_entries(engine: Engine) -> None:
    council = Playing("allris-limit-hides-next", page_size=5)
    council.sync(engine)
    council.sync(engine)
    asked = {name for address in council.asked for name, _ in parse_qsl(urlsplit(address).query)}
    assert not asked & {"limit", "size"}
    assert held(engine) == published(council.town)


def test_it_tells_organizations_apart_by_their_query_alone(engine: Engine, session: Session) -> None:
    council = Playing("allris-type-beside-type")
    counts, failures = council.sync(engine)
    assert (failures, counts.quarantined) == ([], 0)
    found = set(session.scalars(select(Organization.id)))
    assert len(found) == len(council.town.of_type("Organization"))
    base = council.town.base
    assert {f"{base}/organizations?typ=gr&id=1", f"{base}/organizations?typ=at&id=1"} <= found
    names = {session.get_one(Organization, f"{base}/organizations?typ={typ}&id=1").name for typ in ("gr", "at")}
    assert len(names) == 2
    assert held(engine) | {"Organization": set()} == published(council.town) | {"Organization": set()}


@pytest.mark.parametrize(
    ("data", "stated"),
    [
        (
            {"type": "gr", "Type": "https://schema.oparl.org/1.1/Organization"},
            "https://schema.oparl.org/1.1/Organization",
        ),
        ({"type": "https://schema.oparl.org/1.1/Paper", "Type": "x"}, "https://schema.oparl.org/1.1/Paper"),
        ({"Type": "https://schema.oparl.org/1.1/Paper"}, "https://schema.oparl.org/1.1/Paper"),
        ({"type": "gr"}, "gr"),
        ({}, None),
    ],
)
def test_it_reads_the_type_wherever_it_stands(data: dict[str, Any], stated: str | None) -> None:
    assert quirks.type_beside_type(data) == stated


def test_it_takes_a_type_beside_the_type_before_what_a_list_promises() -> None:
    mixed = thing("Meeting", 1) | {"type": "si", "Type": "https://schema.oparl.org/1.1/Meeting"}
    assert one(mixed, "Organization").type == "Meeting"


def test_it_knows_where_a_paper_is_consulted_on_though_its_own_copy_does_not_say(
    engine: Engine, session: Session
) -> None:
    council = Playing("allris-sparse-consultations")
    for _ in range(2):
        council.sync(engine)
        session.rollback()
        for row in session.scalars(select(Consultation)):
            stated = council.town.objects[row.id]
            assert (row.meeting_id, row.agenda_item_id) == (stated.get("meeting"), stated.get("agendaItem"))
            assert row.paper_id == stated["paper"]


def test_it_takes_agenda_items_in_order_whatever_they_count_from(engine: Engine, session: Session) -> None:
    council = Playing("allris-order-from-100001")
    council.sync(engine)
    for meeting in council.town.of_type("Meeting"):
        items = meeting.get("agendaItem", [])
        found = session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == str(meeting["id"]))).all()
        assert {item.order for item in found} == {100_001 + place for place in range(len(found))}
        assert [item.id for item in sorted(found, key=lambda item: item.order or 0)] == items


def test_it_joins_the_filter_to_the_query_of_a_list(engine: Engine) -> None:
    council = Playing("allris-lists-with-a-query", page_size=5)
    council.sync(engine)
    council.asked.clear()
    paper = renamed(council, "Paper", "2031-01-01T00:00:00+01:00")
    assert council.sync(engine)[1] == []
    with Session(engine) as session:
        assert session.get_one(Paper, paper).name == "Ganz anders"
    asked = [one for one in council.asked if "/papers.asp?" in one]
    assert asked
    assert all(dict(parse_qsl(urlsplit(one).query))["body"] == "1" for one in asked)
    assert any("&modified_since=" in one for one in asked)


def test_it_keeps_terms_without_stamps(engine: Engine, session: Session) -> None:
    Playing("allris-terms-without-stamps").sync(engine)
    terms = session.scalars(select(LegislativeTerm)).all()
    assert [(term.created, term.modified) for term in terms] == [(None, None)] * 2
    assert all(term.start_date and term.body_id for term in terms)


def test_it_reads_places_in_snake_case(engine: Engine, session: Session) -> None:
    council = Playing("allris-snake-case")
    council.sync(engine)
    for row in session.scalars(select(Location).where(Location.raw.is_not(None))):
        stated = council.town.objects[row.id]
        if "streetAddress" in row.raw or row.street_address:
            assert row.street_address == stated["streetAddress"]
    assert session.scalar(select(func.count(Location.id)).where(Location.street_address.is_not(None)))
    assert not session.scalars(select(Problem.about).where(Problem.kind == "unknown-property")).all()


def test_it_takes_no_web_page_for_a_list(engine: Engine, session: Session) -> None:
    council = Playing()
    council.sync(engine)
    before, told = held(engine), changes(session)
    council.service.behaviours.extend(QUIRKS["allris-html-with-200"].play(council.service))
    _, failures = council.sync(engine)
    assert len(failures) == 1
    assert "web page" in failures[0]
    assert (held(engine), changes(session)) == (before, told)


def test_it_reads_nothing_where_robots_txt_asks_it_not_to(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    council = Playing("allris-robots-disallow")
    plain = council.client
    monkeypatch.setattr(council, "client", lambda: plain(robots=Robots()))
    _, failures = council.sync(engine)
    assert [one.rpartition("/")[2] for one in council.asked] == ["robots.txt"]
    assert "robots.txt" in failures[0]
    assert session.scalars(select(Source.state)).one() == "blocked"
    monkeypatch.setattr(council, "client", plain)  # where the operator has leave
    assert council.sync(engine)[1] == []
    assert held(engine) == published(council.town)


def test_it_takes_name_and_licence_from_the_body(engine: Engine, session: Session) -> None:
    council = Playing("allris-licence-on-body-only")
    council.sync(engine)
    body, system = session.scalars(select(Body)).one(), session.scalars(select(System)).one()
    assert system.name == "ALLRIS OParl der Stadt Musterstadt"
    assert body.name == council.town.of_type("Body")[0]["name"]
    assert (system.license, session.scalars(select(File.file_license).distinct()).all()) == (None, [None])
    licences = Licences.read(session)
    assert licences.holding((None, None), body.id, body.source_id) == body.license
    assert body.license


def test_it_takes_a_file_s_licence_before_its_council_s_and_the_operator_s_last() -> None:
    licences = Licences({"b": "of the body", "silent": "k.A."}, {1: "of the system"}, {1: "of the operator", 2: "ours"})
    assert licences.holding(("of the file", "of the object"), "b", 1) == "of the file"
    assert licences.holding((" ", "of the object"), "b", 1) == "of the object"
    assert licences.holding((None, None), "b", 1) == "of the body"
    assert licences.holding((None, None), "silent", 1) == "of the system"
    assert licences.holding((None, None), "silent", 2) == "ours"
    assert licences.holding((None, None), "silent", 3) is None


def test_it_reads_a_misspelt_licence() -> None:
    assert one(thing("Paper", 1, licence="CC BY 4.0")).values["license"] == "CC BY 4.0"
    assert one(thing("Paper", 1, licence="x", license="CC BY 4.0")).values["license"] == "CC BY 4.0"


def test_every_row_is_played() -> None:
    rows = {QUIRKS[name].row for name in BY_NAME}
    assert rows == {f"C{number}" for number in range(1, 15)}


def test_it_shows_an_agenda_in_the_order_of_its_meeting(engine: Engine, session: Session) -> None:
    council = Playing("allris-order-from-100001")
    council.sync(engine)
    for stated in council.town.of_type("Meeting"):
        items = stated.get("agendaItem", [])
        assert isinstance(items, list)
        meeting = session.get_one(Meeting, str(stated["id"]))
        assert [entry.item.id for entry in agenda(session, meeting)] == items
