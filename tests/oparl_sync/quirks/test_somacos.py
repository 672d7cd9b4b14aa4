"""SOMACOS Session, played by the made-up council and read by the worker: rows S1 to S14 of docs/quirks.md."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db import now
from app.files import open_store
from app.models import AgendaItem, Consultation, File, ListCursor, Location, Organization, Paper, Source
from app.models.files import FETCHED, GONE
from app.queries.papers import main_first
from app.queries.references import files_among, references
from oparl_sync import download, fetch
from oparl_sync.progress import Progress
from oparl_sync.vendors import vendor_of
from tests.demo.small import small_town
from tests.oparl_sync.council import thing
from tests.oparl_sync.quirks.playing import Playing, held, published

# How a server deviates does not depend on the database; what does is tested with both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def changed(council: Playing, kind: str, count: int) -> list[str]:
    """Let some objects of a type get other names, as of now; returns the names."""
    names = []
    for number, item in enumerate(council.town.of_type(kind)[-count:]):
        names.append(f"Neuer Name {number}")
        council.town.put(item | {"name": names[-1], "modified": now().isoformat(timespec="seconds")})
    return names


def names(engine: Engine, model: Any) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(model.name).where(model.name.like("Neuer Name%")).order_by(model.name)))


def pages_asked(council: Playing, name: str) -> list[str]:
    """Return which pages of a list were asked for."""
    return [one for one in council.asked if one.split("?")[0].endswith(f"/body/1/{name}")]


@pytest.mark.parametrize("quirk", ["somacos-drops-filter", "somacos-drops-filter-at-once", "somacos-echoes-plus"])
def test_it_asks_for_news_on_every_page_where_links_lose_the_filter(engine: Engine, quirk: str) -> None:
    council = Playing(quirk)
    assert council.sync(engine)[1] == []
    wanted = changed(council, "Paper", 5)
    council.service.page_size = 1
    council.asked.clear()
    assert council.sync(engine)[1] == []
    assert names(engine, Paper) == wanted
    news = [one for one in pages_asked(council, "paper") if "modified_since" in one]
    assert len(news) >= 5
    assert all("modified_since" in one for one in pages_asked(council, "paper") if "page=" in one)
    assert all(one.count("modified_since") == 1 for one in news)
    assert held(engine) == published(council.town)


def test_it_writes_the_filter_by_hand_where_escapes_are_not_found(engine: Engine) -> None:
    council = Playing("somacos-refuses-escapes")
    assert council.sync(engine)[1] == []
    wanted = changed(council, "Paper", 5)
    council.service.page_size = 1
    council.asked.clear()
    assert council.sync(engine)[1] == []
    assert names(engine, Paper) == wanted
    escaped = [one for one in council.asked if "%2B" in one]
    assert len(escaped) <= 1  # remembered after that
    assert any("modified_since=" in one and "+00:00" in one for one in pages_asked(council, "paper"))


@pytest.mark.parametrize("quirk", ["somacos-refuses-filter", "somacos-filter-is-400"])
def test_it_reads_the_whole_list_where_the_filter_is_refused(engine: Engine, session: Session, quirk: str) -> None:
    council = Playing(quirk)
    assert council.sync(engine)[1] == []
    wanted = changed(council, "Paper", 2)
    assert council.sync(engine)[1] == []
    assert names(engine, Paper) == wanted
    assert session.scalars(select(Source.state)).one() == "complete"


def test_it_finds_lists_under_their_plurals(engine: Engine) -> None:
    council = Playing("somacos-plural-lists")
    assert council.sync(engine)[1] == []
    assert pages_asked(council, "consultation")
    assert pages_asked(council, "file")
    assert held(engine) == published(council.town)


def test_it_shows_the_main_document_first_where_none_is_called_so(engine: Engine, session: Session) -> None:
    council = Playing("somacos-no-main-file")
    before = {p["id"]: p["mainFile"] for p in council.town.of_type("Paper") if p.get("auxiliaryFile")}
    assert before
    assert council.sync(engine)[1] == []
    shown = {}
    for paper in session.scalars(select(Paper).where(Paper.id.in_(before))):
        assert "mainFile" not in paper.raw  # it stays as it came
        files = files_among(references(session, [paper.id])[paper.id])
        assert {file.role for file in files} == {"auxiliaryFile"}
        shown[paper.id] = main_first(paper, files)[0].target.id
    assert shown == before


@pytest.mark.parametrize(
    ("stated", "first"),
    [
        (["Anlage 1", "Beschlussvorlage"], 1),
        (["Stellungnahme Antrag", "Antrag"], 1),
        (["Protokoll TOP 3", "TOP 3", "A0150/26 Antrag"], 2),
        (["Abstimmungsergebnis", "Änderungs-/Ergänzungsantrag"], 1),
        (["Anlage 1", "Anlage 2"], 0),
        (["Lageplan", None, "Offenlage"], 2),
        (["Anlage zur Beschlussvorlage", "Lageplan"], 0),
        ([], None),
    ],
)
def test_it_knows_the_main_document_by_its_name(
    engine: Engine, session: Session, stated: list[str | None], first: int | None
) -> None:
    files = [thing("File", number, name=name) for number, name in enumerate(stated)]
    council = Playing()
    paper = council.town.of_type("Paper")[0]
    ids = [f"{council.address}/file/{number}" for number in range(len(files))]
    for file, oparl_id in zip(files, ids, strict=True):
        council.town.put(council.town.of_type("File")[0] | file | {"id": oparl_id})
    council.town.put(
        {k: v for k, v in paper.items() if k != "mainFile"}
        | {"auxiliaryFile": ids, "reference": "A0150/26", "paperType": "Offenlage"}
    )
    council.sync(engine)
    row = session.scalars(select(Paper).where(Paper.id == paper["id"])).one()
    found = main_first(row, files_among(references(session, [row.id]).get(row.id, {})))
    assert [file.target.id for file in found[:1]] == ([] if first is None else [ids[first]])


def fetched(engine: Engine, council: Playing, folder: Path) -> dict[str, str]:
    """Fetch all files; returns their states by id."""
    store = open_store(f"file://{folder}/files")
    source = council.source(engine, council.address)
    download.missing(engine, source.id, council.client(), store, Progress(quiet=True))
    with Session(engine) as session:
        return {one.id: one.fetch_state for one in session.scalars(select(File).where(File.deleted.is_(False)))}


def test_it_fetches_files_from_where_sessionnet_has_them(engine: Engine, tmp_path: Path) -> None:
    council = Playing("somacos-files-elsewhere", town=small_town(1, 1))
    council.sync(engine)
    assert set(fetched(engine, council, tmp_path).values()) == {FETCHED}
    last = council.asked[-1]
    assert last.startswith("https://rat.example/getfile.asp?id=")
    assert last.endswith("&type=do")


def test_it_takes_no_web_page_for_a_file_that_is_elsewhere(engine: Engine, tmp_path: Path) -> None:
    council = Playing("somacos-files-elsewhere", town=small_town(1, 1))
    council.sync(engine)
    plain = council.handle

    def gone(request: httpx.Request) -> httpx.Response:
        if "getfile" not in str(request.url):
            return plain(request)
        return httpx.Response(200, html="<p>Das Dokument ist nicht vorhanden.</p>")

    council.handle = gone  # type: ignore[method-assign]  # one page of the same council
    assert set(fetched(engine, council, tmp_path).values()) == {GONE}


def test_it_asks_for_the_agendas_that_a_list_leaves_out(engine: Engine) -> None:
    council = Playing("somacos-sparse-meetings", town=small_town(12, 6))
    assert council.sync(engine)[1] == []  # a few are tried
    assert council.sync(engine)[1] == []  # then all
    assert held(engine) == published(council.town)
    item = council.town.of_type("AgendaItem")[0]
    stamp = {"modified": now().isoformat(timespec="seconds")}
    council.town.put(item | {"name": "Neuer Name"} | stamp)
    council.town.put(council.town.objects[str(item["meeting"])] | stamp)
    assert council.sync(engine)[1] == []
    assert names(engine, AgendaItem) == ["Neuer Name"]
    assert held(engine) == published(council.town)


@pytest.mark.parametrize("quirk", ["somacos-no-totals", "somacos-404-as-text", "somacos-spurious-500"])
def test_it_is_not_disturbed_by_an_uneven_server(engine: Engine, quirk: str) -> None:
    council = Playing(quirk)
    council.service.page_size = 20
    first = council.town.of_type("Paper")[0]
    council.town.put(first | {"underDirectionOf": [f"{council.town.base}/organization/777"]})  # is not there
    assert council.sync(engine)[1] == []
    assert held(engine) == published(council.town)
    council.town.put(first | {"name": "Neuer Name", "modified": now().isoformat(timespec="seconds")})
    assert council.sync(engine)[1] == []
    assert names(engine, Paper) == ["Neuer Name"]


def test_it_ends_a_list_that_shows_the_same_for_ever(engine: Engine) -> None:
    council = Playing("somacos-endless-bodies")
    assert council.sync(engine)[1] == []
    assert len([one for one in council.asked if "/body?" in one or one.endswith("/body")]) <= 5
    assert held(engine) == published(council.town)


def test_it_takes_a_body_for_the_list_of_it(engine: Engine) -> None:
    council = Playing("somacos-body-for-list")
    assert council.sync(engine)[1] == []
    assert held(engine) == published(council.town)


def test_it_gives_places_an_id_where_they_have_none(engine: Engine, session: Session) -> None:
    council = Playing("somacos-places-without-id")
    counts, failures = council.sync(engine)
    assert (failures, counts.quarantined) == ([], 0)
    meeting = next(m for m in council.town.of_type("Meeting") if "location" in m)
    row = session.scalars(select(Location).where(Location.id == f"{meeting['id']}#location-0")).one()
    assert row.description == council.town.objects[str(meeting["location"])]["description"]
    again, _ = council.sync(engine)
    assert (again.created, again.updated, again.deleted) == (0, 0, 0)


def test_it_minds_that_one_list_ignores_the_filter(engine: Engine, session: Session) -> None:
    council = Playing("somacos-unfiltered-organizations")
    assert council.sync(engine)[1] == []
    council.sync(engine)
    changed(council, "Organization", 2)
    changed(council, "Paper", 1)
    council.asked.clear()
    assert council.sync(engine)[1] == []
    assert names(engine, Organization) == ["Neuer Name 0", "Neuer Name 1"]
    assert names(engine, Paper) == ["Neuer Name 0"]
    assert all("modified_since" in one for one in pages_asked(council, "paper"))
    filtering = dict(session.execute(select(ListCursor.object_type, ListCursor.filtering)).all())
    assert (filtering["Organization"], filtering["Paper"]) == ("ignored", "ok")


@pytest.mark.parametrize("quirk", ["somacos-consultation-ids-reused", "somacos-consultation-ids-shared"])
def test_it_keeps_all_consultations_of_one_id(engine: Engine, quirk: str) -> None:
    council = Playing(quirk, town=small_town(12, 4))
    assert council.sync(engine)[1] == []
    ids = stations(engine)
    assert set(ids) == stations_in(council)
    assert any("#" in one for one in ids.values())
    again, failures = council.sync(engine, full=True)
    assert (failures, again.created, again.updated, again.deleted) == ([], 0, 0, 0)
    assert stations(engine) == ids


Key = tuple[object, object, object]


def stations(engine: Engine) -> dict[Key, str]:
    """Return the ids of consultations by paper, agenda item and role."""
    with Session(engine) as session:
        rows = session.scalars(select(Consultation).where(Consultation.deleted.is_(False)))
        return {(row.paper_id, row.agenda_item_id, row.role): row.id for row in rows}


def stations_in(council: Playing) -> set[Key]:
    return {(one["paper"], one.get("agendaItem"), one.get("role")) for one in council.town.of_type("Consultation")}


def test_it_knows_the_maker_by_the_host(engine: Engine) -> None:
    council = Playing("somacos-vendor-with-version")
    found = fetch.endpoint(council.client(), council.address)
    assert found.system is not None
    assert vendor_of(found.system) == "somacos"
    assert council.sync(engine)[1] == []


def test_it_reads_a_server_that_does_all_of_it(engine: Engine) -> None:
    council = Playing(
        "somacos-drops-filter",
        "somacos-echoes-plus",
        "somacos-plural-lists",
        "somacos-no-main-file",
        "somacos-sparse-meetings",
        "somacos-consultation-ids-reused",
        "somacos-no-totals",
        "somacos-404-as-text",
        "somacos-spurious-500",
        "somacos-unfiltered-organizations",
        "somacos-vendor-with-version",
        town=small_town(12, 6),
    )
    council.service.page_size = 25
    assert council.sync(engine)[1] == []
    assert council.sync(engine)[1] == []  # by now all agendas are known
    wanted = published(council.town)
    for kind in ("Paper", "Meeting", "AgendaItem", "File", "Organization", "Person", "Membership"):
        assert held(engine)[kind] == wanted[kind], kind
    assert set(stations(engine)) == stations_in(council)
    quiet, failures = council.sync(engine)
    assert (failures, quiet.created, quiet.updated, quiet.deleted) == ([], 0, 0, 0)
    changed(council, "Paper", 5)
    council.service.page_size = 1
    assert council.sync(engine)[1] == []
    assert len(names(engine, Paper)) == 5


@pytest.mark.parametrize("quirk", ["somacos-refuses-escapes", "somacos-refuses-filter", "somacos-endless-bodies"])
def test_it_reads_one_that_refuses_and_is_uneven(engine: Engine, quirk: str) -> None:
    council = Playing(quirk, "somacos-spurious-500", "somacos-no-totals", "somacos-places-without-id")
    council.service.page_size = 40
    assert council.sync(engine)[1] == []
    wanted = changed(council, "Paper", 3)
    assert council.sync(engine)[1] == []
    assert names(engine, Paper) == wanted
