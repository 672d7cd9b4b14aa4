"""Files: fetched once, read in the sandbox, taken back; and what is told of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.files import FileStore
from app.indexing.lookups import arrivals
from app.models import Blob, Change, File, Page, Problem
from oparl_sync import download, extract, one_file
from oparl_sync.problems import ServerFailed
from tests.oparl_sync.council import SERVER, Council, save, thing, url
from tests.oparl_sync.offering import QUIET, fetch, file_of, offer
from tests.real.captured import small_pdf


def texts(session: Session) -> list[tuple[str, bool]]:
    session.rollback()
    rows = session.scalars(select(Change).where(Change.kind == "updated").order_by(Change.seq))
    return [(c.object_id, c.backfill) for c in rows if c.fields == ["text"]]


def test_it_fetches_reads_and_tells(engine: Engine, session: Session, council: Council, store: FileStore) -> None:
    for number in (1, 2):
        offer(engine, council, number, small_pdf("the same for both"))
    assert fetch(engine, council, store) == 2
    assert extract.waiting(engine, store, QUIET, sandboxes=1) == 1
    assert "the same for both" in session.scalars(select(Page.text)).one()
    assert texts(session) == [(url("File", 1), True), (url("File", 2), True)]
    assert fetch(engine, council, store) == 0
    assert extract.waiting(engine, store, QUIET, sandboxes=1) == 0
    # A third file with bytes that were read before has its text at once, and is news.
    offer(engine, council, 3, small_pdf("the same for both"))
    save(engine, [thing("File", 4)], "File")
    with writing(engine) as writer:
        writer.execute(update(Change).where(Change.object_id == url("File", 3)).values(backfill=False))
    fetch(engine, council, store)
    assert texts(session)[2:] == [(url("File", 3), False)]


def test_it_tells_of_no_new_text_where_the_bytes_are_the_same(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    offer(engine, council, 1, small_pdf("same"), size=1)
    fetch(engine, council, store)
    extract.waiting(engine, store, QUIET, sandboxes=1)
    offer(engine, council, 1, small_pdf("same"), size=2)
    assert fetch(engine, council, store) == 1
    assert len(texts(session)) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_it_takes_back_the_text_of_what_the_server_took_back(
    engine: Engine, session: Session, council: Council, store: FileStore, status: int
) -> None:
    offer(engine, council, 1, small_pdf("withdrawn"), size=1)
    fetch(engine, council, store)
    extract.waiting(engine, store, QUIET, sandboxes=1)
    sha256 = file_of(session).blob_sha256 or ""
    offer(engine, council, 1, httpx.Response(status), size=2)
    fetch(engine, council, store)
    assert download.tidy(engine, store) == 1
    row = file_of(session)
    assert (row.fetch_state, row.blob_sha256, store.exists(sha256)) == ("gone", None, False)
    assert [session.scalar(select(func.count()).select_from(model)) for model in (Blob, Page)] == [0, 0]
    assert len(texts(session)) == 2


def test_it_tries_again_later_and_later(engine: Engine, session: Session, council: Council, store: FileStore) -> None:
    offer(engine, council, 1, httpx.Response(500))
    for attempt in range(1, 8):
        fetch(engine, council, store)
        row = file_of(session)
        assert row.attempts == attempt
        assert fetch(engine, council, store) == 0  # not due yet
        with writing(engine) as writer:
            writer.execute(update(File).values(next_try=None))
    assert (row.fetch_state, row.fetch_reason) == ("waiting", "The source answered HTTP 500.")
    assert [(p.kind, p.about) for p in session.scalars(select(Problem))] == [("file-failed", url("File"))]
    offer(engine, council, 1, small_pdf("at last"), size=9)
    fetch(engine, council, store)
    session.rollback()
    assert session.scalars(select(Problem).where(Problem.kind == "file-failed")).one().solved_at is not None


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"accessUrl": ""}, "no address"),
        ({"accessUrl": "http://[x"}, ""),
        ({"accessUrl": "file:///etc/passwd"}, ""),
        ({"accessUrl": "http://10.0.0.1/f"}, ""),
        ({"accessUrl": "x" * 9000}, ""),
    ],
)
def test_it_asks_once_where_asking_again_changes_nothing(
    engine: Engine, session: Session, council: Council, store: FileStore, properties: dict[str, str], reason: str
) -> None:
    offer(engine, council, 1, b"", **properties)
    fetch(engine, council, store)
    row = file_of(session)
    assert (row.fetch_state, row.blob_sha256) == ("failed", None)
    assert reason in (row.fetch_reason or "")


def test_it_stores_nothing_of_what_is_too_large(
    engine: Engine,
    session: Session,
    council: Council,
    store: FileStore,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(one_file, "MAX_FILE", 1000)
    offer(engine, council, 1, b"x" * 1001)
    fetch(engine, council, store)
    assert file_of(session).fetch_state == "failed"
    assert [path for path in tmp_path.glob("files/**/*") if path.is_file()] == []


def test_it_follows_a_file_that_moved(engine: Engine, session: Session, council: Council, store: FileStore) -> None:
    council.answers[f"{SERVER}/there"] = small_pdf("moved")
    offer(engine, council, 1, httpx.Response(302, headers={"location": f"{SERVER}/there"}))
    assert fetch(engine, council, store) == 1


def test_it_leaves_a_server_alone_that_answers_nothing(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    for number in range(30):
        offer(engine, council, number, httpx.Response(503))
    with pytest.raises(ServerFailed, match="10 files in a row"):
        fetch(engine, council, store)
    assert session.scalar(select(func.count()).where(File.attempts > 0)) == 10


def test_it_reports_what_cannot_be_read_and_reads_the_rest(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    contents = [
        small_pdf("fine"),
        b"",
        b"%PDF-1.4 nonsense",
        b"<html>Anmeldung</html>",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 99,
    ]
    for number, content in enumerate(contents):
        offer(engine, council, number, content)
    fetch(engine, council, store)
    assert extract.waiting(engine, store, QUIET, sandboxes=2) == len(contents)
    states = {
        f.id: b.read_state for f, b in session.execute(select(File, Blob).join(Blob, Blob.sha256 == File.blob_sha256))
    }
    assert states[url("File", 0)] == "ok"
    assert "ok" not in {state for oparl_id, state in states.items() if oparl_id != url("File", 0)}
    told = session.execute(
        select(Problem.kind, Problem.about, Problem.detail).order_by(Problem.about, Problem.id)
    ).all()
    unread = [("unreadable-file", url("File", n)) for n in range(1, 5)]
    assert [(kind, about) for kind, about, _ in told] == [("file-differs", url("File", 1)), *unread]
    assert all(detail.strip() for *_, detail in told)


def test_it_fetches_again_when_bytes_are_missing(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    offer(engine, council, 1, small_pdf("lost"))
    fetch(engine, council, store)
    store.delete(file_of(session).blob_sha256 or "")
    extract.waiting(engine, store, QUIET, sandboxes=1)
    session.rollback()
    assert session.scalars(select(Blob.read_state)).one() is None
    assert fetch(engine, council, store) == 1
    assert extract.waiting(engine, store, QUIET, sandboxes=1) == 1
    session.rollback()
    assert session.scalars(select(Blob.read_state)).one() == "ok"


def test_it_tells_that_a_file_was_replaced(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    def replaced() -> list[Any]:
        session.rollback()
        rows = session.scalars(select(Change).where(Change.object_id == url("File", 1)).order_by(Change.seq))
        return [(c.diff, c.backfill) for c in rows if c.fields == ["content"]]

    first, second = small_pdf("first"), small_pdf("second, and longer")
    offer(engine, council, 1, first)
    fetch(engine, council, store)
    assert replaced() == []  # that it came is no replacement
    again = update(File).values(fetch_state="waiting")
    with writing(engine) as writer:
        writer.execute(again)
    fetch(engine, council, store)
    assert replaced() == []  # nor are the same bytes
    old = file_of(session).blob_sha256
    council.answers[f"{SERVER}/files/1"] = second
    with writing(engine) as writer:
        writer.execute(again)
    fetch(engine, council, store)
    new = file_of(session).blob_sha256
    assert replaced() == [({"sha256": [old, new], "size": [len(first), len(second)]}, False)]
    # Alerts told of the file when it came: that it was replaced makes it no new one.
    assert arrivals(session, [url("File", 1)]) == {}


def test_bytes_that_arrive_too_late_do_not_come_back(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    def withdrawn_meanwhile(request: httpx.Request) -> httpx.Response:
        save(engine, [thing("File", 1, deleted=True)], "File")
        return httpx.Response(200, content=small_pdf("GEHEIM"))

    offer(engine, council, 1, withdrawn_meanwhile)
    fetch(engine, council, store)
    assert file_of(session).blob_sha256 is None
    download.tidy(engine, store)
    session.rollback()
    assert session.scalars(select(Blob)).all() == []


def test_it_asks_for_the_bytes_of_a_file_that_was_modified_and_takes_only_news(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    sent: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("if-none-match"))
        same = sent[-1] == '"v1"' and not replaced
        return httpx.Response(304) if same else httpx.Response(200, content=small_pdf("v1"), headers={"etag": '"v1"'})

    replaced: list[bool] = []
    offer(engine, council, 1, answer)
    fetch(engine, council, store)
    before = file_of(session).blob_sha256

    def modify() -> None:
        stamp = now().isoformat(timespec="microseconds")
        entry = thing("File", 1, accessUrl=f"{SERVER}/files/1", modified=stamp)
        save(engine, [entry], "File", files_since=now() - timedelta(hours=24))

    modify()
    assert (file_of(session).fetch_state, fetch(engine, council, store)) == ("waiting", 1)
    assert (file_of(session).fetch_state, file_of(session).blob_sha256) == ("fetched", before)
    assert sent == [None, '"v1"']
    changed = select(func.count(Change.seq)).where(Change.kind == "updated")
    assert session.scalar(changed) == 0
    replaced.append(True)
    council.answers[f"{SERVER}/files/1"] = small_pdf("v2")
    modify()
    fetch(engine, council, store)
    assert file_of(session).blob_sha256 != before
    assert session.scalar(changed) == 1
    # Nothing says that there is news: nobody asks.
    save(engine, [thing("File", 1, accessUrl=f"{SERVER}/files/1")], "File", files_since=now() - timedelta(hours=24))
    assert file_of(session).fetch_state == "fetched"


def test_it_does_not_follow_a_stamp_that_lies_in_the_future(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    offer(engine, council, 1, small_pdf("v1"))
    fetch(engine, council, store)
    stamp = (now() + timedelta(days=400)).isoformat()
    entry = thing("File", 1, accessUrl=f"{SERVER}/files/1", modified=stamp)
    save(engine, [entry], "File", files_since=now() - timedelta(hours=24))
    assert file_of(session).fetch_state == "fetched"
