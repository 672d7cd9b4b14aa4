"""Bytes to text, page by page: each document in a sandboxed child, one sandbox a core, results in one transaction."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from queue import SimpleQueue
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.orm import Session

from app import changes
from app.db import now, writing
from app.documents import READER_VERSION, PageText, Reading, Sandbox, verdict
from app.documents.reading import GARBLED, SCAN
from app.files import FileMissing, FileStore, StoreDown
from app.models import Blob, File, Page
from oparl_sync import due_documents, due_facts, due_files, unreadable
from oparl_sync.due_documents import Document, Turn
from oparl_sync.file_news import text_changes
from oparl_sync.known import chunks
from oparl_sync.progress import Progress, Step

MISSING = (FileMissing, FileNotFoundError)
MOST_UNOPENED = 100  # documents that cannot be opened: after so many it is the store, and the rest waits
KNOWN = 10  # files that came last: where none of them is there, the store is not the one that it was
NOTHING_NEW = ("crashed", "timeout", "damaged")  # what was read before is worth more
_WHO_READ = ("reader_version", "read_at", "claim", "read_attempts")
Unopened = FileMissing | OSError


def waiting(
    engine: Engine,
    store: FileStore,
    progress: Progress,
    *,
    turn: Turn | None = None,
    sandboxes: int = 0,
    allow_unsandboxed: bool = False,
    enough: Callable[[], bool] = lambda: False,
    told: Callable[[], None] = lambda: None,
) -> int:
    """Read all bytes whose text is owed, until it is `enough`; returns how many documents were read, however it ended.

    Other workers may read too, each in a `turn` of its own; `told` is called whenever new text is there. What cannot be
    opened stays owed; what is missing is fetched again. Raises StoreDown, and SandboxError where nothing can be read.
    """
    total = due_documents.count(engine)
    if not total:  # a sandbox takes a second to warm up
        return 0
    done, unopened, turn = 0, dict[str, Unopened](), turn or Turn("alone", partial(writing, engine))
    with (
        progress.step("Reading documents", total, unit="documents") as step,
        _readers(store, sandboxes, allow_unsandboxed=allow_unsandboxed) as read,
    ):
        for batch in due_documents.batches(engine, turn, unopened.keys()):
            done += _read(turn, batch, read, step, unopened)
            told()
            if enough() or len(unopened) >= MOST_UNOPENED:
                break
    if unopened:
        _see_to(engine, turn, store, unopened)
    return done


def _see_to(engine: Engine, turn: Turn, store: FileStore, unopened: dict[str, Unopened]) -> None:
    """Have fetched again what is missing; raises StoreDown where it is the store that fails, or something else does."""
    other = [error for error in unopened.values() if not isinstance(error, MISSING)]
    missing = [sha256 for sha256, error in unopened.items() if isinstance(error, MISSING)]
    if missing:
        _is_the_same(engine, store, missing)
        with turn.writing() as session:
            for part in chunks(missing):
                due_files.lost(session, part)
    if other:
        raise StoreDown(f"{len(other)} files cannot be opened, the last because of {type(other[-1]).__name__}")


def _is_the_same(engine: Engine, store: FileStore, missing: list[str]) -> None:
    """Raise StoreDown where no other file is there either: a disk that is not mounted looks like an empty folder."""
    with Session(engine) as session:
        kept = select(Blob.sha256).where(Blob.dropped_at.is_(None), Blob.sha256.not_in(missing))
        known = session.scalars(kept.order_by(Blob.stored_at.desc(), Blob.sha256).limit(KNOWN)).all()
    try:
        there = not known or any(store.exists(sha256) for sha256 in known)
    except OSError as error:
        raise StoreDown(f"the file store cannot be looked into ({type(error).__name__})") from error
    if not there:
        raise StoreDown("none of the files that came last is in the file store: is its disk mounted?")


def _read(turn: Turn, batch: list[Document], read: "Reads", step: Step, unopened: dict[str, Unopened]) -> int:
    readings: dict[str, Reading] = {}
    try:
        for document, reading in read(batch):
            if isinstance(reading, Reading):
                readings[document.sha256] = reading
            else:
                unopened[document.sha256] = reading
            step.advance()
    finally:
        # Whatever ended it: what was read is kept, and nothing is left that only looks as if somebody read it.
        if left := [one for one in batch if one.sha256 not in readings]:
            due_documents.give_back(turn, left)
        if readings:
            with turn.writing() as session:
                _note(session, _of_what_is_there(session, readings), {one.sha256 for one in batch if one.again})
    return len(readings)


Reads = Callable[[list[Document]], Iterator[tuple[Document, Reading | Unopened]]]


class _readers:  # noqa: N801 - used as a verb in a with statement
    """Some sandboxes, each read from by one thread at a time."""

    def __init__(self, store: FileStore, count: int, *, allow_unsandboxed: bool) -> None:
        self.store = store
        self.allow_unsandboxed = allow_unsandboxed
        self.count = count or min(os.cpu_count() or 1, 8)
        self.free: SimpleQueue[Sandbox] = SimpleQueue()

    def __enter__(self) -> Reads:
        self.all = [Sandbox(allow_unsandboxed=self.allow_unsandboxed) for _ in range(self.count)]
        for sandbox in self.all:
            self.free.put(sandbox)
        self.threads = ThreadPoolExecutor(self.count)
        return lambda batch: self.threads.map(self._read, batch)

    def __exit__(self, *error: object) -> None:
        self.threads.shutdown(cancel_futures=True)
        for sandbox in self.all:
            sandbox.close()

    def _read(self, document: Document) -> tuple[Document, Reading | Unopened]:
        sandbox = self.free.get()
        try:
            path = self.store.path(document.sha256)
            return document, sandbox.read(path, media_type_hint=document.hint, name=document.name)
        except (FileMissing, OSError) as error:
            return document, error
        finally:
            self.free.put(sandbox)


def _note(session: Session, readings: dict[str, Reading], again: set[str]) -> None:
    """Write down what was read; of documents that were read `again` only what is different, and nobody is told."""
    at, known = now(), _known(session, readings)
    kept = {sha256 for sha256 in again & readings.keys() if _is_worse(readings[sha256], known[sha256])}
    for sha256 in kept:
        _keep(session, sha256, readings[sha256], at)
    readings = {sha256: reading for sha256, reading in readings.items() if sha256 not in kept}
    readings = {sha256: _with_recognised(reading, known[sha256]) for sha256, reading in readings.items()}
    changed = [k for k, reading in readings.items() if known[k] != dict(enumerate(reading.pages, 1))]
    session.execute(delete(Page).where(Page.sha256.in_(changed)))
    pages = [
        {
            "sha256": sha256,
            "number": number,
            "text": page.text,
            "method": page.method,
            "confidence": page.confidence,
        }
        for sha256 in changed
        for number, page in enumerate(readings[sha256].pages, 1)
    ]
    if pages:
        session.execute(insert(Page), pages)
    for sha256, reading in readings.items():
        found = update(Blob).where(Blob.sha256 == sha256).values(**_values(reading, at))
        session.execute(found.execution_options(synchronize_session=False))  # no row of it is loaded here
    due_facts.forget(session, changed)
    told = [k for k in changed if k in again or any(page.text for page in readings[k].pages)]
    changes.append(session, text_changes(session, told, at, quiet=again))
    unreadable.note(session, {sha256: _why_unread(reading) for sha256, reading in readings.items()}, at)


def _is_worse(reading: Reading, known: dict[int, PageText]) -> bool:
    """Whether a document had text of which this reading, be it by a better reader, would lose some."""
    if not _has_text(known.values()):
        return False
    fewer = reading.state == "partly" and len(reading.pages) < len(known)
    return fewer or reading.state in NOTHING_NEW or not _has_text(reading.pages)


def _has_text(pages: Iterable[PageText]) -> bool:
    return any(page.text.strip() for page in pages)


def _keep(session: Session, sha256: str, reading: Reading, at: datetime) -> None:
    """Leave a document's text and state as they were, and do not read it again with this version."""
    values = {name: value for name, value in _values(reading, at).items() if name in _WHO_READ}
    session.execute(update(Blob).where(Blob.sha256 == sha256).values(**values))


def _known(session: Session, readings: dict[str, Reading]) -> dict[str, dict[int, PageText]]:
    """Return the pages that are known of each document, by number."""
    known: dict[str, dict[int, PageText]] = {sha256: {} for sha256 in readings}
    chosen = select(Page.sha256, Page.number, Page.text, Page.method, Page.confidence)
    for sha256, number, text, method, confidence in session.execute(chosen.where(Page.sha256.in_(readings))):
        known[sha256][number] = PageText(text, method or "", confidence)
    return known


def _with_recognised(reading: Reading, known: dict[int, PageText]) -> Reading:
    """Keep what was recognised of pages that a better reader would leave to the recogniser again."""
    pages = list(reading.pages)
    for number, page in enumerate(pages, 1):
        before = known.get(number)
        if page.method in (SCAN, GARBLED) and before and before.method not in (SCAN, GARBLED, ""):
            pages[number - 1] = before
    if pages == list(reading.pages):
        return reading
    state, reason = reading.state, reading.reason
    if state == "empty" or verdict.RECOGNITION in reason:
        state, reason = verdict.verdict(pages)
    return replace(reading, pages=tuple(pages), state=state, reason=reason)


def _values(reading: Reading, at: datetime) -> dict[str, Any]:
    return {
        "media_type": reading.media_type or None,
        "read_state": reading.state,
        "read_reason": reading.reason or None,
        "reader": reading.reader or None,
        "reader_version": READER_VERSION,
        "read_at": at,
        "page_count": len(reading.pages),
        "language": reading.language or None,
        "title": reading.title or None,
        "claim": None,
        "read_attempts": Blob.read_attempts if reading.state in due_documents.BY_CHANCE else 0,
    }


def _why_unread(reading: Reading) -> str | None:
    return None if reading.state == "ok" else reading.reason or f"It could not be read: {reading.state}."


def _of_what_is_there(session: Session, readings: dict[str, Reading]) -> dict[str, Reading]:
    """Leave out bytes that were erased while they were read; where their store is down, their row is there still."""
    there = set(session.scalars(select(Blob.sha256).where(Blob.sha256.in_(readings)).with_for_update()))
    there &= set(session.scalars(select(File.blob_sha256).where(File.blob_sha256.in_(readings))))
    return {sha256: reading for sha256, reading in readings.items() if sha256 in there}
