"""What goes out follows the log: written anew where it changed, with all that the change touches, and nowhere else."""

from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app.db import writing
from app.models import AgendaItem, Erasure, Link, OParlObject, Paper, PublicObject, PublicState, Source
from app.publication import refreshing
from tests import factories as make

BASE = "https://portal.example"


class Desk:
    """A portal whose table is kept true, and what it says."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def publish(self, *rows: Any, kind: str = "created") -> refreshing.Counts:
        """Write records with their changes, or only that they changed, and bring the table up to it."""
        if kind == "created":
            make.save(self.engine, *rows)
        flat = [one for some in rows for one in (some if isinstance(some, list) else [some])]
        make.save(self.engine, *[make.change(one, kind) for one in flat if isinstance(one, OParlObject)])
        return self.refresh()

    def alter(self, record: OParlObject, **columns: Any) -> refreshing.Counts:
        """Change columns of a record."""
        with writing(self.engine) as session:
            session.execute(update(type(record)).where(type(record).id == record.id).values(**columns))
        return self.publish(record, kind="deleted" if columns.get("deleted") else "updated")

    def refresh(self) -> refreshing.Counts:
        return refreshing.refresh(self.engine, BASE)

    def row(self, record: OParlObject) -> PublicObject | None:
        with Session(self.engine) as session:
            return session.get(PublicObject, record.key)

    def form(self, record: OParlObject) -> dict[str, Any]:
        row = self.row(record)
        assert row is not None
        found: dict[str, Any] = orjson.loads(row.json)
        return found

    def seqs(self) -> dict[str, int]:
        with Session(self.engine) as session:
            return dict(session.execute(select(PublicObject.key, PublicObject.seq)).all())

    def since(self, before: dict[str, int]) -> set[str]:
        """Return the types of what was written since."""
        with Session(self.engine) as session:
            rows = session.execute(select(PublicObject.key, PublicObject.type, PublicObject.seq)).all()
        return {type_ for key, type_, seq in rows if before.get(key) != seq}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Give a portal with a council whose licence is known."""
    make.save(engine, make.source(license="cc-by"), make.system(), make.body(license=None))
    return Desk(engine)


def oid(record: OParlObject) -> str:
    """Return the id under which a record goes out."""
    return f"{BASE}/oparl/v1.1/{type(record).__name__.lower()}/{record.key}"


def test_a_record_goes_out_under_our_id_and_says_where_it_is_from(desk: Desk) -> None:
    paper = make.paper()
    desk.publish(paper)
    form = desk.form(paper)
    assert (form["id"], form["type"]) == (oid(paper), "https://schema.oparl.org/1.1/Paper")
    assert form["ratslupe:originalId"] == paper.id
    assert form["ratslupe:license"] == "cc-by"
    assert form["ratslupe:page"] == f"{BASE}/papers/{paper.key}"
    assert form["body"] == form["ratslupe:body"]
    assert list(form)[-1] == "modified"


def test_nothing_goes_out_whose_licence_nobody_states(desk: Desk) -> None:
    paper = make.paper()
    desk.publish(paper)
    with writing(desk.engine) as session:
        session.execute(update(Source).values(license=None))
    desk.refresh()
    row = desk.row(paper)
    assert row is not None
    assert (row.deleted, row.reason) == (True, "withheld")
    with writing(desk.engine) as session:
        session.execute(update(Source).values(license="cc-zero"))
    desk.refresh()
    assert desk.form(paper)["ratslupe:license"] == "cc-zero"


def test_nothing_is_written_twice(desk: Desk) -> None:
    paper, meeting, council = make.paper(), make.meeting(), make.organization()
    desk.publish(paper, meeting, council, make.station(paper, council, meeting.start))
    before = desk.seqs()
    assert desk.refresh() == refreshing.Counts()
    desk.publish(paper, meeting, council, kind="updated")
    assert desk.seqs() == before


def test_what_is_embedded_takes_its_holder_along(desk: Desk) -> None:
    paper = make.paper()
    file, *rest = make.read_file("Text", of=paper)
    desk.publish(paper, [file, *rest])
    [embedded] = desk.form(paper)["auxiliaryFile"]
    assert (embedded["id"], embedded["modified"]) == (oid(file), desk.form(file)["modified"])
    assert "paper" not in embedded
    assert desk.form(file)["paper"] == [oid(paper)]
    before = desk.seqs()
    desk.alter(file, name="Lageplan")
    assert desk.form(paper)["auxiliaryFile"][0]["name"] == "Lageplan"
    assert desk.since(before) == {"Paper", "File"}
    assert desk.form(paper)["modified"] == desk.form(file)["modified"]


def test_who_is_named_is_named_as_long_as_it_goes_out(desk: Desk) -> None:
    council, paper = make.organization(), make.paper()
    desk.publish(paper, [make.link(paper, "underDirectionOf", council)])
    assert "underDirectionOf" not in desk.form(paper)
    desk.publish(council)
    assert desk.form(paper)["underDirectionOf"] == [oid(council)]
    desk.alter(council, deleted=True)
    assert "underDirectionOf" not in desk.form(paper)
    gone = desk.form(council)
    assert (gone["deleted"], gone["ratslupe:reason"], "name" in gone) == (True, "deleted", False)


def test_a_withdrawn_paper_takes_its_files_along_whose_links_are_gone_by_then(desk: Desk) -> None:
    paper = make.paper()
    file, *rest = make.read_file("Text", of=paper, embedded=True)
    desk.publish(paper, [file, *rest])
    with writing(desk.engine) as session:
        session.execute(delete(Link))
    desk.alter(paper, deleted=True)
    row = desk.row(file)
    assert row is not None
    assert row.deleted


def test_an_item_that_is_closed_says_no_more_than_its_place(desk: Desk) -> None:
    meeting = make.meeting()
    first, second = (
        make.agenda_item(meeting, position=0, name="Eins"),
        make.agenda_item(meeting, position=1, name="Zwei"),
    )
    desk.publish(meeting, first, second)
    assert [one["order"] for one in desk.form(meeting)["agendaItem"]] == [0, 1]
    desk.alter(second, public=False)
    item = desk.form(meeting)["agendaItem"][1]
    assert (item["public"], item["order"], "name" in item) == (False, 1, False)
    desk.alter(first, deleted=True)
    assert desk.form(second)["order"] == 0


def test_what_is_erased_leaves_a_tombstone_that_says_so(desk: Desk) -> None:
    paper = make.paper(name="Herr Geheim")
    desk.publish(paper)
    with writing(desk.engine) as session:
        session.execute(delete(Paper))
        session.add(Erasure(key=paper.key, object_type="Paper", at=make.SEEN))
    desk.publish(paper, kind="erased")
    form = desk.form(paper)
    assert form["ratslupe:reason"] == "erased"
    assert "Geheim" not in str(form)


def test_what_was_withdrawn_and_is_erased_then_is_told_again(desk: Desk) -> None:
    paper = make.paper()
    desk.publish(paper)
    desk.alter(paper, deleted=True)
    before = desk.seqs()
    desk.publish(paper, kind="erased")
    assert desk.form(paper)["ratslupe:reason"] == "erased"
    assert desk.since(before) == {"Paper"}
    before = desk.seqs()
    desk.publish(paper, kind="erased")
    assert desk.since(before) == set()


def test_what_is_nested_so_deeply_that_nobody_can_write_it_stops_nothing_else(desk: Desk) -> None:
    deep: Any = []
    for _ in range(245):
        deep = [deep]
    meeting, paper = make.meeting(), make.paper()
    item = make.agenda_item(meeting)
    place = make.location(geojson={"type": "Feature", "properties": {"deep": deep}}, embedded=True)
    file, *rest = make.read_file("Text", of=item)
    file.raw = {**file.raw, "deep": deep, "flat": [1]}
    desk.publish(meeting, item, paper, [place, make.link(meeting, "location", place)], [file, *rest])
    assert "geojson" not in desk.form(meeting)["location"]
    assert desk.form(file)["source:flat"] == [1]
    assert "source:deep" not in desk.form(file)
    assert desk.row(paper)


def test_stamps_never_go_back_and_numbers_grow(desk: Desk) -> None:
    papers = [make.paper(reference=f"2026/{number}") for number in range(5)]
    for paper in papers:
        desk.publish(paper)
    with Session(desk.engine) as session:
        rows = session.scalars(select(PublicObject).order_by(PublicObject.seq)).all()
    stamps = [row.modified for row in rows]
    assert stamps == sorted(stamps)
    assert len({row.seq for row in rows}) == len(rows)


def test_another_address_is_another_edition(desk: Desk) -> None:
    paper = make.paper()
    desk.publish(paper)
    with Session(desk.engine) as session:
        before = session.get_one(PublicState, 1)
    refreshing.refresh(desk.engine, "https://other.example")
    with Session(desk.engine) as session:
        after = session.get_one(PublicState, 1)
    assert after.edition != before.edition
    assert after.seq > before.seq
    assert desk.form(paper)["id"].startswith("https://other.example/")


def test_what_went_stays_told_in_the_next_edition(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, stays, goes = make.paper(), make.paper(), make.paper()
    desk.publish(gone, stays, goes)
    desk.alter(gone, deleted=True)
    with writing(desk.engine) as session:
        session.execute(update(Paper).where(Paper.id == goes.id).values(deleted=True))
    make.save(desk.engine, make.change(goes, "deleted"))
    monkeypatch.setattr(refreshing, "VERSION", "2")
    desk.refresh()
    assert (desk.form(gone)["deleted"], desk.form(goes)["deleted"], "deleted" in desk.form(stays)) == (
        True,
        True,
        False,
    )
    with Session(desk.engine) as session:
        before = session.get_one(PublicState, 1).edition
    refreshing.refresh(desk.engine, "https://other.example")
    with Session(desk.engine) as session:
        assert session.get_one(PublicState, 1).edition != before
    for paper in (gone, goes, stays):
        assert desk.form(paper)["id"] == oid(paper).replace(BASE, "https://other.example")
    assert (desk.form(gone)["deleted"], "deleted" in desk.form(stays)) == (True, False)


def test_items_of_an_agenda_are_found_by_their_meeting(desk: Desk) -> None:
    meeting = make.meeting()
    item = make.agenda_item(meeting)
    desk.publish(meeting, item)
    assert desk.form(item)["meeting"] == oid(meeting)
    assert "meeting" not in desk.form(meeting)["agendaItem"][0]
    with writing(desk.engine) as session:
        session.execute(update(AgendaItem).values(meeting_id=None))
    desk.publish(item, kind="updated")
    assert "agendaItem" not in desk.form(meeting)
