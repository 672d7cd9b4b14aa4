"""Sternberg SD.NET RIM, played by the made-up council and read by the worker: rows N1 to N10 of docs/quirks.md."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db import now
from app.files import open_store
from app.models import Body, Consultation, File, ListCursor, Organization, Paper, Person, Source
from app.models.files import FETCHED
from app.queries.paths import consultation_path
from demo.quirks import play
from demo.quirks.altering import pages
from demo.responses import Request
from oparl_sync import download
from oparl_sync.progress import Progress
from tests.demo.small import small_town
from tests.dump import dump
from tests.oparl_sync.quirks.playing import Playing, held, published

# How a server deviates does not depend on the database; what does is tested with both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def rename(council: Playing, kind: str, name: str = "Neuer Name") -> str:
    """Give an object another name, as of now; returns its id."""
    item = council.town.of_type(kind)[-1]
    council.town.put(item | {"name": name, "modified": now().isoformat(timespec="seconds")})
    return str(item["id"])


def names(engine: Engine, model: Any) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(model.name).where(model.name.like("Neuer Name%"))))


def state(engine: Engine) -> str:
    with Session(engine) as session:
        return session.scalars(select(Source.state)).one()


@pytest.mark.parametrize("quirk", ["sdnet-empty-is-404", "sdnet-bare-empty-list"])
def test_it_takes_nothing_new_for_nothing_new(engine: Engine, quirk: str) -> None:
    council = Playing(quirk)
    assert council.sync(engine)[1] == []
    assert held(engine) == published(council.town)
    council.asked.clear()
    counts, failures = council.sync(engine)
    assert (failures, counts.created, counts.updated, counts.deleted) == ([], 0, 0, 0)
    assert [one for one in council.asked if "/body/1/paper" in one and "modified_since" not in one] == []
    rename(council, "Paper")
    assert council.sync(engine)[1] == []
    assert names(engine, Paper) == ["Neuer Name"]
    assert state(engine) == "complete"
    with Session(engine) as session:
        cursor = session.scalars(select(ListCursor).where(ListCursor.object_type == "Paper")).one()
        assert (cursor.filtering, cursor.error) == ("ok", None)
    assert held(engine) == published(council.town)


def test_it_takes_no_list_for_empty_that_is_not_found_at_all(engine: Engine, session: Session) -> None:
    council = Playing()
    assert council.sync(engine)[1] == []
    plain, before = council.handle, held(engine)
    said = {"error": "Die angeforderte Ressource wurde nicht gefunden.", "code": 802, "type": "SD.NET RIM Webservice"}

    def lost(request: httpx.Request) -> httpx.Response:
        if "/body/1/paper" not in str(request.url) or "modified_since" in str(request.url):
            return plain(request)
        return httpx.Response(404, json=said, headers={"content-type": "text/html"})

    council.handle = lost  # type: ignore[method-assign]  # the same council without one of its lists
    assert len(council.sync(engine, full=True)[1]) == 1
    assert held(engine) == before
    cursor = session.scalars(select(ListCursor).where(ListCursor.object_type == "Paper")).one()
    assert cursor.error is not None


def test_it_reads_lists_and_objects_that_are_bare_arrays(engine: Engine) -> None:
    council = Playing("sdnet-membership-array")
    assert council.sync(engine)[1] == []
    assert held(engine) == published(council.town)


def test_it_reads_an_object_that_stands_in_an_array(engine: Engine) -> None:
    def unlisted(_: Request, page: Any) -> Any:
        return page | {"data": [one for one in page["data"] if not one["id"].endswith("/membership/777")]}

    council = Playing(behaviours=[pages(unlisted)])
    play(council.service, ["sdnet-membership-array"])
    organization = council.town.of_type("Organization")[0]
    seat = council.town.of_type("Membership")[0] | {"id": f"{council.town.base}/membership/777"}
    council.town.put(seat | {"organization": organization["id"]})
    listed = organization["membership"]
    assert isinstance(listed, list)
    council.town.put(organization | {"membership": [*listed, seat["id"]]})
    assert council.sync(engine)[1] == []
    assert seat["id"] in council.asked
    assert held(engine) == published(council.town)


def test_it_takes_a_body_for_the_list_of_it(engine: Engine) -> None:
    council = Playing("sdnet-body-for-list")
    assert council.sync(engine)[1] == []
    assert held(engine) == published(council.town)


def test_it_knows_what_was_withdrawn_by_the_list_it_stands_in(engine: Engine, session: Session) -> None:
    council = Playing("sdnet-untyped-tombstones")
    counts, failures = council.sync(engine)
    assert (failures, counts.quarantined) == ([], 0)
    assert held(engine) == published(council.town)
    paper = council.town.of_type("Paper")[0]
    council.town.delete(str(paper["id"]), now().isoformat(timespec="seconds"))
    assert council.sync(engine)[1] == []
    assert paper["id"] not in held(engine)["Paper"]
    assert session.scalars(select(Paper.deleted).where(Paper.id == paper["id"])).one()
    again, _ = council.sync(engine, full=True)
    assert again.deleted == 0


def test_it_knows_organizations_and_places_by_where_they_stand(engine: Engine) -> None:
    council = Playing("sdnet-untyped-objects")
    counts, failures = council.sync(engine)
    assert (failures, counts.quarantined) == ([], 0)
    assert held(engine) == published(council.town)


def test_it_keeps_nobodys_address(engine: Engine, session: Session) -> None:
    council = Playing("sdnet-place-of-person-embedded")
    counts, failures = council.sync(engine)
    assert (failures, counts.quarantined) == ([], 0)
    assert held(engine) == published(council.town)
    assert "Privatweg" not in repr(dump(engine))
    assert all("location" in (one or []) for one in session.scalars(select(Person.withheld).where(~Person.deleted)))


def fetched(engine: Engine, council: Playing, folder: Path) -> dict[str, str]:
    """Fetch all files; returns their states by id."""
    store = open_store(f"file://{folder}/files")
    source = council.source(engine, council.address)
    download.missing(engine, source.id, council.client(), store, Progress(quiet=True))
    with Session(engine) as session:
        return {one.id: one.fetch_state for one in session.scalars(select(File).where(File.deleted.is_(False)))}


@pytest.mark.parametrize("quirk", ["sdnet-file-double-slash", "sdnet-file-doubled-ending", "sdnet-octetstream"])
def test_it_fetches_files_whose_addresses_and_types_are_wrong(engine: Engine, tmp_path: Path, quirk: str) -> None:
    council = Playing(quirk, town=small_town(1, 1))
    council.sync(engine)
    assert set(fetched(engine, council, tmp_path).values()) == {FETCHED}
    with Session(engine) as session:
        assert "application/octetstream" not in set(session.scalars(select(File.mime_type)))


@pytest.mark.parametrize("quirk", ["sdnet-ags-seven-digits", "sdnet-ags-nine-digits"])
def test_it_writes_the_official_key_with_eight_digits(engine: Engine, session: Session, quirk: str) -> None:
    council = Playing(quirk)
    assert council.sync(engine)[1] == []
    body = session.scalars(select(Body)).one()
    assert (body.ags, len(body.ags or "")) == (council.town.of_type("Body")[0]["ags"], 8)
    assert body.raw["ags"] != body.ags


def test_it_reads_whole_lists_where_a_filter_breaks_the_server(engine: Engine) -> None:
    council = Playing("sdnet-filter-is-503", "sdnet-refuses-limit")
    assert council.sync(engine)[1] == []
    rename(council, "Paper")
    assert council.sync(engine)[1] == []
    assert names(engine, Paper) == ["Neuer Name"]
    assert not any("limit=" in one for one in council.asked)


def test_it_finds_objects_that_others_call_otherwise(engine: Engine, session: Session) -> None:
    council = Playing("sdnet-ids-without-body")
    assert council.sync(engine)[1] == []
    wanted = {
        kind: {one.replace("/v1.1/", "/v1.1/body/1/", 1) for one in ids}
        for kind, ids in published(council.town).items()
        if kind not in ("System", "Body")
    }
    assert {kind: ids for kind, ids in held(engine).items() if kind in wanted} == wanted
    counts, failures = council.sync(engine)
    assert (failures, counts.created, counts.updated, counts.deleted) == ([], 0, 0, 0)
    one = session.scalars(select(Consultation).where(Consultation.agenda_item_id.is_not(None))).first()
    assert one is not None
    assert "/body/1/" in str(one.agenda_item_id)
    path = consultation_path(session, str(one.paper_id))
    assert one.agenda_item_id in {stop.agenda_item.id for stop in path.stations if stop.agenda_item}


@pytest.mark.parametrize("quirk", ["sdnet-disabled", "sdnet-wall"])
def test_it_takes_nothing_back_where_a_council_is_switched_off(engine: Engine, quirk: str) -> None:
    council = Playing()
    assert council.sync(engine)[1] == []
    before = dump(engine)
    off = Playing(quirk, town=council.town)
    failures = off.sync(engine)[1]
    assert len(failures) == 1
    assert state(engine) == ("blocked" if quirk == "sdnet-wall" else "failing")
    assert held(engine) == published(council.town)
    changed = {table for table, rows in dump(engine).items() if rows != before[table]}
    assert changed <= {"source", "syncrun", "problem", "sync_run"}


def test_it_reads_a_server_that_does_all_of_it(engine: Engine) -> None:
    council = Playing(
        "sdnet-empty-is-404",
        "sdnet-body-for-list",
        "sdnet-untyped-tombstones",
        "sdnet-untyped-objects",
        "sdnet-place-of-person-embedded",
        "sdnet-file-double-slash",
        "sdnet-octetstream",
        "sdnet-ags-nine-digits",
        "sdnet-refuses-limit",
    )
    counts, failures = council.sync(engine)
    assert (failures, counts.quarantined) == ([], 0)
    assert held(engine) == published(council.town)
    counts, failures = council.sync(engine)
    assert (failures, counts.created, counts.updated, counts.deleted) == ([], 0, 0, 0)
    rename(council, "Organization")
    assert council.sync(engine)[1] == []
    assert names(engine, Organization) == ["Neuer Name"]
    assert "Privatweg" not in repr(dump(engine))
