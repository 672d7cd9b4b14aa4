"""Rows to documents, and the index kept true by the log of changes."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, delete, event, update
from sqlalchemy.orm import Session

from app import changes as log
from app import indexing
from app.db import writing
from app.indexing import documents, files, refresh, stale, upkeep, verify
from app.models import AgendaItem, File, Link, Meeting, Mention, OParlObject, Organization, Paper
from search import Document, Hit, Marker, Match, Needs, Query, Results, Suggestion
from tests import factories as make


@dataclass
class Shelf:
    """An index that only keeps documents: committed on a clean exit, discarded on an exception."""

    held: dict[str, Document] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)

    @contextmanager
    def writer(self) -> Iterator["Shelf"]:
        before = dict(self.held)
        try:
            yield self
        except BaseException:
            self.held = before
            raise

    def put(self, document: Document) -> None:
        self.held[document.id] = document
        self.puts.append(document.id)

    def delete(self, document_id: str) -> None:
        self.held.pop(document_id, None)

    @contextmanager
    def rebuilding(self) -> Iterator["Shelf"]:
        new = Shelf(puts=self.puts)
        yield new
        self.held = new.held

    @contextmanager
    def batch(self) -> Iterator["Shelf"]:
        yield self

    def suggest(self, typed: str, limit: int = 10) -> tuple[Suggestion, ...]:
        raise AssertionError(f"keeping an index true asks it nothing: {typed} {limit}")

    def marker(self, query: Query) -> Marker:
        raise AssertionError(f"keeping an index true asks it nothing: {query}")

    def related(self, document_id: str, limit: int = 5, *, kind: str = "Paper", text_key: str = "") -> tuple[Hit, ...]:
        raise AssertionError(f"keeping an index true asks it nothing: {document_id} {limit} {kind} {text_key}")

    def may_match(self, needed: Needs) -> bool:
        raise AssertionError(f"keeping an index true asks it nothing: {needed}")

    def matching(self, query: Query) -> tuple[Match, ...]:
        raise AssertionError(f"keeping an index true asks it nothing: {query}")

    def search(self, query: Query) -> Results:
        raise AssertionError(f"keeping an index true asks it nothing: {query}")

    def traces(self, text: str) -> int:
        raise AssertionError(f"keeping an index true asks it nothing: {text}")

    def old(self) -> list[str]:
        raise AssertionError("whoever keeps an index true leaves its files alone")

    def forget_old(self) -> None:
        raise AssertionError("whoever keeps an index true leaves its files alone")

    def versions(self) -> Iterator[tuple[str, int]]:
        return iter([(document.id, document.seq) for document in self.held.values()])

    def count(self) -> int:
        return len(self.held)

    def clear(self) -> None:
        self.held.clear()

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def one(engine: Engine, object_type: str, row_id: str) -> Document | None:
    with Session(engine) as session:
        found = list(documents(session, object_type, [row_id]))
    assert len(found) <= 1
    return found[0] if found else None


def logged(engine: Engine, *rows: make.Rows) -> None:
    """Save rows with the change that made each of them."""
    make.save(engine, *rows)
    made = [row for row in make._flat(rows) if isinstance(row, OParlObject)]
    make.save(engine, *(make.change(row) for row in made))


def test_a_paper_is_found_by_all_who_have_to_do_with_it(engine: Engine) -> None:
    council, traffic, greens = make.body(), make.organization(), make.organization(name="Grüne Fraktion")
    council_meeting = make.organization(name="Rat der Stadt")
    ms_eichhoff, paper, street = make.person(), make.paper(keyword=["Verkehr"]), make.location()
    make.save(
        engine,
        *(council, traffic, greens, council_meeting, ms_eichhoff, paper, street),
        make.link(paper, "originatorPerson", ms_eichhoff),
        make.link(paper, "originatorOrganization", greens),
        make.link(paper, "location", street),
        make.station(paper, traffic, datetime(2026, 3, 12, 16, tzinfo=UTC)),
        make.station(paper, council_meeting, None, position=1),
    )
    found = one(engine, "Paper", paper.id)
    assert found is not None
    assert (found.title, found.type, found.key) == ("Tempo 30 in der Gartenstraße", "Paper", paper.key)
    assert (found.body, found.date, found.parent) == ("musterstadt", date(2026, 3, 1), "")
    assert found.facets["organization"] == ("Grüne Fraktion", "Ausschuss für Mobilität", "Rat der Stadt")
    assert found.facets["paper_type"] == ("Antrag",)
    for word in ("2026/0417", "Antrag", "Eichhoff", "Grüne Fraktion", "Gartenstraße", "Verkehr", "Rat der Stadt"):
        assert word in found.pages[0]


def test_a_consultation_without_organization_counts_as_that_of_its_meeting(engine: Engine) -> None:
    traffic, paper, held = make.organization(), make.paper(), make.meeting()
    make.save(
        engine,
        make.body(),
        traffic,
        paper,
        held,
        make.consultation(paper, held),
        make.link(held, "organization", traffic),
    )
    found = one(engine, "Paper", paper.id)
    assert found is not None
    assert found.facets["organization"] == ("Ausschuss für Mobilität",)


def test_withdrawn_names_are_gone_from_the_documents_that_bore_them(engine: Engine) -> None:
    paper = make.paper()
    gone, left = make.organization(name="Weg", deleted=True), make.person(name="Auch weg", deleted=True)
    make.save(
        engine,
        *(make.body(), paper, gone, left),
        make.link(paper, "underDirectionOf", gone),
        make.link(paper, "originatorPerson", left),
    )
    found = one(engine, "Paper", paper.id)
    assert found is not None
    assert "eg" not in found.pages[0].replace("Antrag", "")
    assert found.facets["organization"] == ()


def test_a_file_is_found_by_its_pages_under_its_paper(engine: Engine) -> None:
    traffic, paper = make.organization(), make.paper()
    rows = make.read_file("Seite eins", "Seite zwei", of=paper, role="mainFile", name="Anlage 1", date=None)
    make.save(engine, make.body(), traffic, paper, rows, make.link(paper, "underDirectionOf", traffic))
    found = one(engine, "File", make.id_of(rows[0]) or "")
    assert found is not None
    assert found.title == "Anlage 1"
    assert found.pages == ("Seite eins", "Seite zwei")
    assert found.parent == paper.id
    assert found.date == paper.date
    assert {name: values for name, values in found.facets.items() if values} == {
        "organization": ("Ausschuss für Mobilität",),
        "paper_type": ("Antrag",),
        "filetype": ("pdf",),
        "paper": ("2026/0417",),
    }
    assert (found.kind, found.group, found.text_key) == ("Paper", paper.id, rows[0].blob_sha256)


def test_a_page_that_could_not_be_read_keeps_its_number(engine: Engine) -> None:
    read = make.blob(b"x", page_count=3)
    file = make.file(blob_sha256=read.sha256)
    make.save(engine, make.body(), file, read, make.page(read, 3, "Seite drei"))
    found = one(engine, "File", file.id)
    assert found is not None
    assert found.pages == ("", "", "Seite drei")


def test_a_file_names_its_parent_where_the_parent_does_not_name_it(engine: Engine) -> None:
    paper, file = make.paper(), make.file()
    make.save(engine, make.body(), paper, file, make.link(file, "paper", paper))
    found = one(engine, "File", file.id)
    assert found is not None
    assert found.parent == paper.id


@pytest.mark.parametrize("hide", ["deleted paper", "private item", "deleted item", "deleted meeting", "gone alone"])
def test_a_file_goes_with_the_last_record_it_belongs_to(engine: Engine, hide: str) -> None:
    paper, held = make.paper(deleted=hide == "deleted paper"), make.meeting(deleted=hide == "deleted meeting")
    item = make.agenda_item(
        held, public=hide != "private item", deleted=hide == "deleted item", name=None if "item" in hide else "Punkt"
    )
    file = make.file(embedded=hide == "gone alone")
    make.save(engine, make.body(), paper, held, item, file)
    parent = {"deleted paper": paper, "deleted meeting": item, "private item": item, "deleted item": item}.get(hide)
    if parent is not None:
        make.save(engine, make.link(parent, "auxiliaryFile", file))
    assert one(engine, "File", file.id) is None
    other = make.meeting()
    make.save(engine, other, make.link(other, "invitation", file))
    found = one(engine, "File", file.id)
    assert found is not None
    assert found.parent == other.id


def test_the_wording_of_a_private_agenda_item_is_never_a_document(engine: Engine) -> None:
    held = make.meeting()
    shown, unknown = (
        make.agenda_item(held, resolution_text="Der Rat beschließt.", result="einstimmig"),
        make.agenda_item(held, public=None),
    )
    hidden = [
        make.agenda_item(held, public=False, name="Personalsache"),
        make.agenda_item(held, name=None),
        make.agenda_item(held, name=""),
        make.agenda_item(held, deleted=True),
        make.agenda_item(make.meeting(id="https://council.example/gone"), name="Mit der Sitzung gegangen"),
    ]
    make.save(
        engine, make.body(), held, shown, unknown, hidden, make.meeting(id="https://council.example/gone", deleted=True)
    )
    with Session(engine) as session:
        found = list(documents(session, "AgendaItem", [shown.id, unknown.id, *(item.id for item in hidden)]))
    assert {document.id for document in found} == {shown.id, unknown.id}
    first = next(document for document in found if document.id == shown.id)
    assert first.pages == ("Der Rat beschließt.\neinstimmig",)
    assert first.date == date(2026, 3, 12)
    assert first.parent == held.id


def test_a_meeting_is_on_the_day_it_is_in_germany(engine: Engine) -> None:
    late = make.meeting(start=datetime(2026, 3, 11, 23, 30, tzinfo=UTC), name=None)
    traffic, hall = make.organization(), make.location(description=None, room="Ratssaal")
    make.save(
        engine,
        make.body(),
        late,
        traffic,
        hall,
        make.link(late, "organization", traffic),
        make.link(late, "location", hall),
    )
    found = one(engine, "Meeting", late.id)
    assert found is not None
    assert found.date == date(2026, 3, 12)
    assert found.title == "Ausschuss für Mobilität"
    assert "Ratssaal" in found.pages[0]


def test_a_person_is_found_by_the_organizations_it_belongs_to(engine: Engine) -> None:
    traffic, person = make.organization(), make.person(name=None, title=["Dr."])
    make.save(engine, make.body(), traffic, person, make.membership(person, traffic, role="Vorsitz"))
    found = one(engine, "Person", person.id)
    assert found is not None
    assert found.title == "Dr. Jorun Eichhoff"
    assert found.pages == ("Vorsitz Ausschuss für Mobilität",)


class TestSeq:
    """When a document became news."""

    def seq(self, engine: Engine, row: Paper | File) -> int:
        found = one(engine, type(row).__name__, row.id)
        assert found is not None
        return found.seq

    def test_it_is_the_change_that_created_the_record(self, engine: Engine) -> None:
        paper = make.paper()
        make.save(
            engine, make.body(), paper, make.change(paper, seq=7), make.change(paper, "updated", seq=9, fields=["name"])
        )
        assert self.seq(engine, paper) == 7

    def test_it_is_nothing_on_the_first_walk(self, engine: Engine) -> None:
        paper = make.paper()
        make.save(
            engine, make.body(), paper, make.change(paper, seq=7, backfill=True), make.change(paper, "updated", seq=8)
        )
        assert self.seq(engine, paper) == 0

    def test_it_is_nothing_where_the_log_is_silent(self, engine: Engine) -> None:
        paper = make.paper()
        make.save(engine, make.body(), paper)
        assert self.seq(engine, paper) == 0

    def test_a_file_is_news_when_it_is_first_read_and_only_then(self, engine: Engine) -> None:
        file = make.file()
        make.save(engine, make.body(), file, make.change(file, seq=3))
        assert self.seq(engine, file) == 3
        make.save(engine, make.change(file, "updated", seq=5, fields=["text"]))
        make.save(engine, make.change(file, "updated", seq=6, fields=["text"]))
        assert self.seq(engine, file) == 5

    def test_a_file_of_the_first_walk_that_is_read_later_is_no_news(self, engine: Engine) -> None:
        file = make.file()
        make.save(
            engine,
            make.body(),
            file,
            make.change(file, seq=3, backfill=True),
            make.change(file, "updated", seq=5, fields=["text"]),
        )
        assert self.seq(engine, file) == 0


def test_the_number_of_queries_does_not_grow_with_the_batch(engine: Engine) -> None:
    council = [make.body(), traffic := make.organization()]
    papers = [make.paper() for _ in range(30)]
    attached = [make.read_file(f"Text {n}", of=paper) for n, paper in enumerate(papers)]
    make.save(engine, council, papers, attached, [make.link(paper, "underDirectionOf", traffic) for paper in papers])
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    counts = []
    for size in (2, 30):
        asked.clear()
        with Session(engine) as session:
            assert len(list(documents(session, "Paper", [paper.id for paper in papers[:size]]))) == size
            assert (
                len(list(documents(session, "File", [make.id_of(rows[0]) or "" for rows in attached[:size]]))) == size
            )
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_page_text_is_held_for_a_few_files_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    attached = [make.read_file("a" * 60 + str(n)) for n in range(5)]
    make.save(engine, make.body(), attached)
    monkeypatch.setattr(files, "TEXT_AT_ONCE", 130)
    loads: list[int] = []
    load = files._pages

    def counted(session: Session, shas: Collection[str]) -> dict[str, tuple[str, ...]]:
        loads.append(len(shas))
        return load(session, shas)

    monkeypatch.setattr(files, "_pages", counted)
    with Session(engine) as session:
        found = list(documents(session, "File", [make.id_of(rows[0]) or "" for rows in attached]))
    assert [len(document.pages[0]) for document in found] == [61] * 5
    assert loads == [2, 2, 1]


class TestRefresh:
    """The index follows the log."""

    def test_it_writes_what_was_created_and_takes_out_what_was_withdrawn(self, engine: Engine, shelf: Shelf) -> None:
        paper, other = make.paper(), make.paper()
        logged(engine, make.body(), paper, other)
        counts = refresh(engine, shelf)
        assert set(shelf.held) == {paper.id, other.id}
        assert (counts.changes, counts.written, counts.removed) == (3, 2, 0)
        with writing(engine) as session:
            session.execute(update(Paper).where(Paper.id == paper.id).values(deleted=True))
            session.add(make.change(paper, "deleted"))
        assert refresh(engine, shelf).removed == 1
        assert set(shelf.held) == {other.id}
        assert refresh(engine, shelf) == indexing.Counts()

    def test_it_writes_a_document_once_however_often_it_changed(
        self, engine: Engine, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.indexing.upkeep.CHANGES", 2)
        traffic, paper = make.organization(), make.paper()
        logged(
            engine, make.body(), traffic, paper, make.link(paper, "underDirectionOf", traffic), make.read_file(of=paper)
        )
        make.save(engine, *(make.change(paper, "updated") for _ in range(5)))
        refresh(engine, shelf)
        assert len(shelf.puts) == len(set(shelf.puts)) == 3

    def test_a_withdrawn_paper_takes_its_files_along(self, engine: Engine, shelf: Shelf) -> None:
        paper = make.paper()
        logged(engine, make.body(), paper, make.read_file(of=paper, embedded=True))
        refresh(engine, shelf)
        assert len(shelf.held) == 2
        with writing(engine) as session:
            session.execute(update(Paper).where(Paper.id == paper.id).values(deleted=True))
            session.add(make.change(paper, "deleted"))
        refresh(engine, shelf)
        assert shelf.held == {}

    def test_an_item_that_becomes_private_leaves_the_index(self, engine: Engine, shelf: Shelf) -> None:
        item = make.agenda_item(make.meeting(), name="Grundstückssache")
        logged(engine, make.body(), item)
        refresh(engine, shelf)
        assert item.id in shelf.held
        with writing(engine) as session:
            session.execute(update(AgendaItem).where(AgendaItem.id == item.id).values(public=False, name=None))
            session.add(make.change(item, "updated", fields=["public", "name"]))
        refresh(engine, shelf)
        assert item.id not in shelf.held

    def test_a_new_name_reaches_every_document_that_bears_it(self, engine: Engine, shelf: Shelf) -> None:
        traffic, paper, person, street = make.organization(), make.paper(), make.person(), make.location()
        stop = make.station(paper, traffic, datetime(2026, 3, 12, 16, tzinfo=UTC))
        logged(engine, make.body(), traffic, paper, person, street, stop, make.read_file(of=paper))
        logged(engine, make.membership(person, traffic), make.link(paper, "location", street))
        refresh(engine, shelf)
        bearing = {document.id for document in shelf.held.values() if "Mobilität" in str(document)}
        assert len(bearing) == 6
        with writing(engine) as session:
            session.execute(update(Organization).values(name="Verkehrsausschuss"))
            session.add(make.change(traffic, "updated", fields=["name"]))
        shelf.puts.clear()
        refresh(engine, shelf)
        assert set(shelf.puts) == bearing
        assert not verify(engine, shelf)
        assert "Mobilität" not in str(shelf.held)

    def test_a_change_of_which_nothing_is_quoted_concerns_nobody_else(self, engine: Engine, shelf: Shelf) -> None:
        traffic, paper = make.organization(), make.paper()
        logged(engine, make.body(), traffic, paper, make.link(paper, "underDirectionOf", traffic))
        refresh(engine, shelf)
        shelf.puts.clear()
        make.save(engine, make.change(traffic, "updated", fields=["website"]))
        refresh(engine, shelf)
        assert shelf.puts == [traffic.id]

    def test_what_stands_around_a_record_reaches_it(self, engine: Engine, shelf: Shelf) -> None:
        paper, person, traffic, street = make.paper(), make.person(), make.organization(), make.location()
        logged(engine, make.body(), paper, person, traffic)
        refresh(engine, shelf)
        logged(engine, make.membership(person, traffic), street, make.link(paper, "location", street))
        stop = make.consultation(paper)
        logged(engine, stop, make.link(stop, "organization", traffic))
        refresh(engine, shelf)
        assert "Mitglied Ausschuss" in shelf.held[person.id].pages[0]
        assert "Gartenstraße" in shelf.held[paper.id].pages[0]
        assert shelf.held[paper.id].facets["organization"] == ("Ausschuss für Mobilität",)

    def test_a_moved_meeting_moves_its_agenda_and_its_files(self, engine: Engine, shelf: Shelf) -> None:
        held = make.meeting()
        item, rows = make.agenda_item(held), make.read_file(of=held, role="invitation", date=None)
        logged(engine, make.body(), held, item, rows)
        refresh(engine, shelf)
        with writing(engine) as session:
            session.execute(update(Meeting).values(start=datetime(2026, 5, 1, 16, tzinfo=UTC)))
            session.add(make.change(held, "updated", fields=["start"]))
        refresh(engine, shelf)
        assert {document.date for document in shelf.held.values()} == {date(2026, 5, 1)}

    @pytest.mark.parametrize("last", ["file", "paper", "meeting"])
    def test_a_meeting_whose_file_changes_with_it_is_no_paper_that_is_gone(
        self, engine: Engine, shelf: Shelf, last: str
    ) -> None:
        held, paper = make.meeting(), make.paper()
        item, rows = make.agenda_item(held), make.read_file("Einladung", of=held, role="invitation", date=None)
        more = make.read_file("Beschluss", of=item, role="resolutionFile", date=None)
        logged(engine, make.body(), rows, more, paper, held, item)
        refresh(engine, shelf)
        changed = {"file": rows[0], "paper": paper, "meeting": held}
        with writing(engine) as session:
            for name in sorted(changed, key=lambda name: name == last):
                session.add(make.change(changed[name], "updated", fields=["name"]))
        refresh(engine, shelf)
        assert {paper.id, held.id, item.id} <= set(shelf.held)

    def test_a_second_council_on_a_server_renames_the_first(self, engine: Engine, shelf: Shelf) -> None:
        logged(engine, make.body(), make.paper())
        refresh(engine, shelf)
        assert {document.body for document in shelf.held.values()} == {"musterstadt"}
        logged(engine, make.body(id="https://council.example/oparl/body/2", name="Überwald/Mark"))
        refresh(engine, shelf)
        assert {document.body for document in shelf.held.values()} == {"musterstadt-stadt-musterstadt"}

    def test_killed_between_index_and_log_it_does_the_batch_again(
        self, engine: Engine, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paper = make.paper()
        logged(engine, make.body(), paper)

        def killed(*args: object, **kwargs: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("app.indexing.upkeep._advance", killed)
            with pytest.raises(KeyboardInterrupt):
                refresh(engine, shelf)
        assert set(shelf.held) == {paper.id}
        assert refresh(engine, shelf).written == 1
        assert set(shelf.held) == {paper.id}
        assert shelf.puts == [paper.id, paper.id]

    def test_a_batch_that_fails_leaves_index_and_log_as_they_were(
        self, engine: Engine, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        logged(engine, make.body(), make.paper(), make.organization())

        def full(document: Document) -> None:
            raise OSError("no space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(shelf, "put", full)
            with pytest.raises(OSError, match="no space"):
                refresh(engine, shelf)
        with Session(engine) as session:
            assert log.position(session, indexing.CONSUMER) == 0
        assert refresh(engine, shelf).written == 2

    def test_an_emptied_index_is_filled_again(self, engine: Engine, shelf: Shelf) -> None:
        logged(engine, make.body(), make.paper())
        refresh(engine, shelf)
        shelf.clear()
        assert refresh(engine, shelf).written == 1

    def test_it_tells_how_far_it_is(self, engine: Engine, shelf: Shelf) -> None:
        logged(engine, make.body(), make.paper(), make.paper())
        told: list[tuple[int, int]] = []
        refresh(engine, shelf, progress=lambda done, total: told.append((done, total)))
        assert told == [(3, 3)]


def test_a_rebuilt_index_is_the_one_that_grew(engine: Engine, shelf: Shelf) -> None:
    paper, traffic = make.paper(), make.organization()
    logged(
        engine, make.body(), paper, traffic, make.read_file(of=paper), make.agenda_item(make.meeting()), make.person()
    )
    refresh(engine, shelf)
    grown = dict(shelf.held)
    shelf.held["https://council.example/never-was"] = Document("x", "Paper", "x")
    counts = indexing.rebuild(engine, shelf)
    assert shelf.held == grown
    assert counts.written == len(grown)
    assert refresh(engine, shelf) == indexing.Counts()


def test_changes_during_a_rebuild_are_not_passed_over(engine: Engine, shelf: Shelf) -> None:
    late = make.paper()
    logged(engine, make.body(), make.paper())

    def meanwhile(done: int, total: int) -> None:
        if done and late.id not in seen:
            seen.append(late.id)
            logged(engine, make.paper(id="https://council.example/0"))

    seen: list[str] = []
    indexing.rebuild(engine, shelf, progress=meanwhile)
    assert "https://council.example/0" not in shelf.held
    refresh(engine, shelf)
    assert "https://council.example/0" in shelf.held


def test_verify_names_every_difference(engine: Engine, shelf: Shelf) -> None:
    lost, kept, moved = make.paper(), make.paper(), make.paper()
    logged(engine, make.body(), lost, kept, moved)
    refresh(engine, shelf)
    assert not verify(engine, shelf)
    with shelf.writer():
        del shelf.held[lost.id]
        shelf.put(Document(moved.id, "Paper", "", seq=1))
        shelf.put(Document("https://council.example/never-was", "Paper", ""))
    found = verify(engine, shelf)
    assert found
    assert (found.missing, found.stale, found.surplus) == ([lost.id], [moved.id], ["https://council.example/never-was"])


def test_links_that_lead_nowhere_yet_do_no_harm(engine: Engine, shelf: Shelf) -> None:
    paper = make.paper()
    logged(engine, make.body(), paper, make.link(paper, "mainFile", "https://council.example/unknown"))
    refresh(engine, shelf)
    assert set(shelf.held) == {paper.id}
    with writing(engine) as session:
        session.execute(delete(Link))


def test_it_lets_the_database_look_at_its_size_now_and_then(
    engine: Engine, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Engine] = []
    monkeypatch.setattr(upkeep, "learn", looked.append)
    monkeypatch.setattr(upkeep, "GROWN", 3)
    logged(engine, make.body(), make.paper())
    refresh(engine, shelf)
    assert not looked
    for _ in range(4):  # however little each time
        logged(engine, make.paper())
        refresh(engine, shelf)
    assert len(looked) == 2
    indexing.rebuild(engine, shelf)
    assert len(looked) == 3


def test_streets_and_results_that_are_found_later_are_written_and_noted_once(engine: Engine, shelf: Shelf) -> None:
    paper = make.paper()
    rows = make.read_file("Am Mühlbach 5", of=paper)
    logged(engine, make.body(), paper, rows)
    refresh(engine, shelf)
    file_id, sha256 = rows[0].id, rows[0].blob_sha256
    assert shelf.held[file_id].facets["place"] == ()
    with writing(engine) as session:
        named = {"value": "am muehlbach", "label": "Am Mühlbach"}
        session.add(Mention(sha256=sha256, page=1, start=0, kind="place", end=9, **named))
        stale.note(session, "File", [file_id])
    assert refresh(engine, shelf).written == 2
    assert shelf.held[file_id].facets["place"] == ("Am Mühlbach",)
    assert shelf.held[paper.id].facets["place"] == ("Am Mühlbach",)
    assert refresh(engine, shelf) == indexing.Counts()


def test_what_was_noted_while_it_wrote_is_not_forgotten(engine: Engine, shelf: Shelf) -> None:
    paper = make.paper()
    logged(engine, make.body(), paper)
    with writing(engine) as session:
        stale.note(session, "Paper", [paper.id])

    def meanwhile(done: int, total: int) -> None:
        with writing(engine) as session:
            stale.note(session, "Paper", [paper.id])

    refresh(engine, shelf, progress=meanwhile)
    with Session(engine) as session:
        assert stale.noted(session)
    refresh(engine, shelf)
    with Session(engine) as session:
        assert not stale.noted(session)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Einstimmig beschlossen", ("adopted",)),
        ("abgelehnt", ("rejected",)),
        ("vertagt", ("deferred",)),
        ("zurückgezogen", ("withdrawn",)),
        ("", ()),
    ],
)
def test_it_says_what_became_of_a_paper_of_its_item_and_of_its_files(
    engine: Engine, stated: str, expected: tuple[str, ...]
) -> None:
    paper, meeting = make.paper(), make.meeting()
    item = make.agenda_item(meeting, result=stated or None)
    station = make.consultation(paper, meeting, item, authoritative=True)
    rows = make.read_file("Text", of=paper)
    make.save(engine, make.body(), paper, meeting, item, station, rows)
    for object_type, row_id in (("Paper", paper.id), ("File", rows[0].id)):
        found = one(engine, object_type, row_id)
        assert found is not None
        assert tuple(found.facets["result"]) == expected
    about = one(engine, "AgendaItem", item.id)
    assert about is not None
    assert (about.kind, about.group) == ("Paper", paper.id)


def test_places_are_streets_without_houses_buildings_and_parts_of_town_and_no_rooms(engine: Engine) -> None:
    hall = make.location(
        description="Rathaus, Marktplatz 1, Musterstadt",
        street_address="Marktplatz 1",
        room="Saal 3",
        sub_locality="Altstadt",
    )
    meeting, elsewhere = make.meeting(), make.paper()
    town = make.location(description=None, street_address=None)
    make.save(engine, make.body(), meeting, elsewhere, hall, town)
    make.save(engine, make.link(meeting, "location", hall), make.link(elsewhere, "location", town))
    found, other = one(engine, "Meeting", meeting.id), one(engine, "Paper", elsewhere.id)
    assert found is not None
    assert other is not None
    assert found.facets["place"] == ("Marktplatz", "Rathaus", "Altstadt")
    assert all(word in found.pages[0] for word in ("Saal 3", "Marktplatz 1", "Musterstadt"))
    assert other.facets["place"] == ("Musterstadt",)


def test_a_paper_and_its_files_name_who_brought_it_in(engine: Engine) -> None:
    paper, party, person = make.paper(), make.organization(name="Fraktion Morgenrot"), make.person(name="Ada Beispiel")
    rows = make.read_file("Text", of=paper)
    make.save(
        engine,
        make.body(),
        (paper, party, person, rows),
        make.link(paper, "originatorOrganization", party),
        make.link(paper, "originatorPerson", person),
    )
    for object_type, row_id in (("Paper", paper.id), ("File", rows[0].id)):
        found = one(engine, object_type, row_id)
        assert found is not None
        assert (found.facets["party"], found.facets["person"]) == (("Fraktion Morgenrot",), ("Ada Beispiel",))
