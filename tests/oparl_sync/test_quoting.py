"""What quotes a record is written again when that one changes or goes, also where nobody names it afterwards."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.indexing import rebuild, refresh, stale
from app.models import File, Mention, OParlObject
from oparl_sync import minutes, withdraw
from oparl_sync.progress import Progress
from tests import factories as make
from tests.app.test_indexing import Shelf, logged
from tests.oparl_sync.council import save, thing, url
from tests.oparl_sync.test_minutes import Council, noted


@dataclass
class Town:
    """A paper with a file that names a street, its station on an agenda, and a member of the organization there."""

    engine: Engine
    rows: dict[str, Any]
    shelf: Shelf

    def row(self, object_type: str) -> OParlObject:
        row: OParlObject = self.rows[object_type]
        return row

    def is_true(self) -> None:
        """Every document is as a new index would have it."""
        refresh(self.engine, self.shelf)
        new = Shelf()
        rebuild(self.engine, new)
        assert self.shelf.held == new.held


@pytest.fixture(params=["item names", "consultation names"])
def town(engine: Engine, request: pytest.FixtureRequest) -> Town:
    organization, person, paper, meeting = make.organization(), make.person(), make.paper(), make.meeting()
    file, blob, *pages = make.read_file("Am Markt")
    item = make.agenda_item(meeting, result="ungeändert beschlossen")
    if request.param == "item names":
        station = make.consultation(paper, meeting)
        item.consultation_id = station.id
    else:
        station = make.consultation(paper, meeting, item)
    membership = make.membership(person, organization)
    links = make.link(file, "paper", paper), make.link(meeting, "organization", organization)
    logged(engine, make.body(), organization, person, paper, meeting, item, station, membership, file, *links)
    street = Mention(sha256=blob.sha256, page=1, start=0, end=8, kind="place", value="am markt", label="Am Markt")
    make.save(engine, blob, *pages, street)
    kinds = {type(row).__name__: row for row in (person, paper, meeting, item, station, membership, file)}
    town = Town(engine, kinds, Shelf())
    refresh(engine, town.shelf)
    return town


@pytest.mark.parametrize("object_type", ["Paper", "AgendaItem", "Consultation", "Membership", "Meeting", "File"])
def test_what_is_withdrawn_is_quoted_nowhere(town: Town, object_type: str) -> None:
    gone = [town.row(object_type).id]
    with writing(town.engine) as session:
        withdraw.withdraw(session, object_type, gone, source_id=1, backfill=False, at=now())
    town.is_true()


def test_the_number_of_a_paper_is_that_of_its_agenda_items(town: Town) -> None:
    paper = town.row("Paper")
    with writing(town.engine) as session:
        session.execute(update(type(paper)).where(type(paper).id == paper.id).values(reference="2026/0999"))
    make.save(town.engine, make.change(paper, "updated", fields=["reference"]))
    town.is_true()
    assert town.shelf.held[town.row("AgendaItem").id].facets["paper"] == ("2026/0999",)


def test_what_a_record_names_no_more_does_not_bear_its_name(engine: Engine) -> None:
    shelf = Shelf()
    items = [thing("AgendaItem", number, name="Beratung", meeting=url("Meeting")) for number in (1, 2)]
    file = thing("File", 1, name="Anlage", accessUrl=f"{url('File')}/access")
    station = thing("Consultation", 1, paper=url("Paper"), agendaItem=url("AgendaItem"))
    save(engine, [thing("Meeting", 1, name="Sitzung")], "Meeting")
    save(engine, items, "AgendaItem")
    save(engine, [thing("Paper", 1, name="Antrag", reference="1/26", mainFile=file)], "Paper")
    save(engine, [file], "File")
    save(engine, [station], "Consultation")
    refresh(engine, shelf)
    assert shelf.held[url("AgendaItem")].facets["paper"] == shelf.held[url("File")].facets["paper"] == ("1/26",)

    save(engine, [thing("Paper", 1, name="Antrag", reference="1/26")], "Paper")
    save(engine, [station | {"agendaItem": url("AgendaItem", 2)}], "Consultation")
    refresh(engine, shelf)
    assert shelf.held[url("AgendaItem")].facets["paper"] == shelf.held[url("File")].facets["paper"] == ()
    assert shelf.held[url("AgendaItem", 2)].facets["paper"] == ("1/26",)


def test_results_read_in_new_bytes_of_minutes_are_written_though_they_are_the_same(engine: Engine) -> None:
    council, shelf = Council(engine), Shelf()
    file = council.save()
    minutes.refresh(engine, Progress(quiet=True))
    noted(engine, ("AgendaItem", council.bridge.id))
    refresh(engine, shelf)
    assert shelf.held[council.bridge.id].facets["result"] == ("adopted",)

    text = "Niederschrift, berichtigt\nTOP 2 Neubau der Teichbrücke\nAbstimmungsergebnis: 12 Ja-Stimmen, 3 Nein-Stimmen"
    _, blob, *pages = make.read_file(text)
    make.save(engine, blob, *pages)
    with writing(engine) as session:
        session.execute(update(File).where(File.id == file.id).values(blob_sha256=blob.sha256))
    noted(engine, ("File", file.id))
    refresh(engine, shelf)
    assert shelf.held[council.bridge.id].facets["result"] == ()
    minutes.refresh(engine, Progress(quiet=True))
    refresh(engine, shelf)
    assert shelf.held[council.bridge.id].facets["result"] == ("adopted",)


def test_results_go_with_the_minutes_they_were_read_in(engine: Engine) -> None:
    council, shelf = Council(engine), Shelf()
    file = council.save()
    minutes.refresh(engine, Progress(quiet=True))
    noted(engine, *((type(row).__name__, row.id) for row in (council.bridge, council.paper)))
    refresh(engine, shelf)
    with writing(engine) as session:
        withdraw.withdraw(session, "File", [file.id], source_id=1, backfill=False, at=now())
    refresh(engine, shelf)
    assert shelf.held[council.bridge.id].facets["result"] == shelf.held[council.paper.id].facets["result"] == ()


def test_what_shows_late_is_not_forgotten_with_what_is_done(engine: Engine) -> None:
    paper = make.paper()
    with writing(engine) as session:
        stale.note(session, "Paper", ["https://council.example/paper/first"])
        stale.note(session, "Paper", [paper.id])
        late, *places = stale.noted(session)
        # On PostgreSQL a lower number may become visible after a higher one was read.
        stale.done(session, places)
    with Session(engine) as session:
        assert stale.noted(session) == [late]


def test_the_result_of_an_item_that_is_public_no_more_stands_at_no_paper(engine: Engine) -> None:
    shelf, new = Shelf(), Shelf()
    item = thing("AgendaItem", 1, name="Beratung", meeting=url("Meeting"), result="beschlossen", public=True)
    item["consultation"] = url("Consultation")
    save(engine, [thing("Meeting", 1, name="Sitzung", start="2024-05-02T16:00:00+02:00")], "Meeting")
    save(engine, [thing("Paper", 1, name="Antrag", reference="1/26")], "Paper")
    save(engine, [thing("Consultation", 1, paper=url("Paper"), meeting=url("Meeting"))], "Consultation")
    save(engine, [item], "AgendaItem")
    refresh(engine, shelf)
    assert shelf.held[url("Paper")].facets["result"] == ("adopted",)

    save(engine, [item | {"public": False}], "AgendaItem")
    refresh(engine, shelf)
    assert shelf.held[url("Paper")].facets["result"] == ()
    rebuild(engine, new)
    assert shelf.held == new.held
