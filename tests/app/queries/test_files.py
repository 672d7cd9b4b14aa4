from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.documents import STATES
from app.models import File
from app.queries.file_states import state_counts
from app.queries.files import (
    TextState,
    behind_doors,
    file_by_key,
    files,
    page_numbers,
    page_read,
    page_texts,
    papers_of_files,
    parents_of,
    text_state,
)
from app.queries.history import history
from app.queries.references import FILE_ROLES, files_among, references
from tests import factories


def test_it_reads_a_file_page_by_page(engine: Engine, session: Session) -> None:
    rows = factories.read_file("eins", "", "drei")
    factories.save(engine, rows)
    file = file_by_key(session, rows[0].key)
    assert isinstance(file, File)
    assert page_numbers(session, file) == [1, 2, 3]
    third, second = page_read(session, file, 3), page_read(session, file, 2)
    assert third is not None
    assert second is not None
    assert (third.text, second.text, page_read(session, file, 4)) == ("drei", "", None)
    assert page_texts(session, file) == {1: "eins", 2: "", 3: "drei"}


@pytest.mark.parametrize("read_state", [*sorted(STATES), None])
def test_every_reading_has_a_word_for_readers(read_state: str | None) -> None:
    file = factories.file(fetch_state="fetched")
    file.blob = factories.blob(read_state=read_state)
    expected = {
        "ok": TextState.READ,
        "partly": TextState.PARTIAL,
        "empty": TextState.EMPTY,
        "encrypted": TextState.ENCRYPTED,
        "not_a_document": TextState.NO_DOCUMENT,
        "unsupported": TextState.UNKNOWN_KIND,
        None: TextState.WAITING,
    }
    assert text_state(file) is expected.get(read_state, TextState.DAMAGED)


@pytest.mark.parametrize(
    ("fetch_state", "state"),
    [("waiting", TextState.WAITING), ("gone", TextState.GONE), ("failed", TextState.FAILED)],
)
def test_a_file_that_is_not_here_says_why(fetch_state: str, state: TextState) -> None:
    assert text_state(factories.file(fetch_state=fetch_state)) is state


def test_it_finds_what_a_file_belongs_to(engine: Engine, session: Session) -> None:
    paper, meeting, gone = factories.paper(), factories.meeting(), factories.paper(deleted=True)
    item = factories.agenda_item(meeting)
    rows = factories.read_file("eins", of=paper, role="mainFile")
    file = first(rows)
    factories.save(
        engine,
        [paper, meeting, item, gone, rows],
        factories.link(item, "resolutionFile", file),
        factories.link(gone, "mainFile", file),
        factories.link("https://elsewhere.example/paper", "mainFile", file),
    )
    found = [
        (parent.role, parent.record.id, parent.meeting and parent.meeting.id) for parent in parents_of(session, file)
    ]
    assert found == [("mainFile", paper.id, None), ("resolutionFile", item.id, meeting.id)]
    assert papers_of_files(session, [file])[file.id].id == paper.id


def test_a_file_of_a_closed_item_alone_is_shown_nowhere(engine: Engine, session: Session) -> None:
    paper, closed = factories.paper(), factories.agenda_item(public=False)
    secret, shared = first(a := factories.read_file("a")), first(b := factories.read_file("b", of=paper))
    factories.save(
        engine,
        [paper, closed, a, b],
        factories.link(closed, "auxiliaryFile", secret, 1),
        factories.link(closed, "auxiliaryFile", shared, 2),
    )
    assert behind_doors(session, [secret, shared]) == {secret.id}
    assert [file.id for file in files(session).rows] == [shared.id]
    assert state_counts(session) == {"read": 1}
    assert closed.id not in {parent.record.id for parent in parents_of(session, shared)}


def test_references_keep_their_order_and_say_what_has_not_arrived(engine: Engine, session: Session) -> None:
    paper, main = factories.paper(), factories.file(name="main")
    others = [factories.file(name=f"{n}") for n in range(3)]
    factories.save(
        engine,
        [paper, main, others, factories.file(id="https://council.example/withdrawn", deleted=True)],
        [factories.link(paper, "auxiliaryFile", other, 9 - n) for n, other in enumerate(others)],
        factories.link(paper, "auxiliaryFile", main, 0),
        factories.link(paper, "mainFile", main),
        factories.link(paper, "auxiliaryFile", "https://council.example/withdrawn", 10),
        factories.link(paper, "auxiliaryFile", "ftp://odd:port/file", 11),
        factories.link(paper, "auxiliaryFile", "not an address", 12),
        factories.link(paper, "unheardOf", main),
    )
    found = files_among(references(session, [paper.id])[paper.id])
    assert [(one.role, getattr(one.target, "name", None)) for one in found] == [
        ("mainFile", "main"),
        ("auxiliaryFile", "2"),
        ("auxiliaryFile", "1"),
        ("auxiliaryFile", "0"),
        ("auxiliaryFile", None),
        ("auxiliaryFile", None),
    ]
    assert [getattr(one.target, "host", None) for one in found[-2:]] == ["odd", "not an address"]
    assert set(FILE_ROLES) >= {"mainFile", "invitation", "resolutionFile"}


def test_history_is_read_from_the_log_newest_first(engine: Engine, session: Session) -> None:
    paper, gone = factories.paper(), factories.file(deleted=True, name="Name, der weg muss")
    factories.save(engine, paper, gone)
    for change in (
        factories.change(paper),
        factories.change(gone, "deleted"),
        factories.change(paper, "updated", fields=["name"]),
        factories.change("https://council.example/noise"),
    ):
        factories.save(engine, change)
    events = history(session, [paper.id, gone.id])
    assert [(event.change.kind, event.record and event.record.id) for event in events] == [
        ("updated", paper.id),
        ("deleted", None),
        ("created", paper.id),
    ]


def first(rows: list[Any]) -> File:
    file = rows[0]
    assert isinstance(file, File)
    return file
