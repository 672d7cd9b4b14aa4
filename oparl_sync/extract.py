"""Bytes to text, page by page: each document in a sandboxed child, one sandbox a core, results in one transaction."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app import changes
from app.db import now, writing
from app.documents import READER_VERSION, Reading, Sandbox
from app.files import FileMissing, FileStore
from app.models import Blob, File, Page
from oparl_sync import problems
from oparl_sync.file_news import text_changes
from oparl_sync.problems import Deviation
from oparl_sync.progress import Progress

BATCH = 50  # documents; a kill makes at most these be read again
ABSENT = Reading(state="damaged", reason="Its bytes are missing from the file store.")


def waiting(engine: Engine, store: FileStore, progress: Progress, *, sandboxes: int = 0) -> int:
    """Read all bytes whose text is owed; returns how many documents were read, in whatever state they ended."""
    owed = select(Blob.sha256).where(Blob.read_state.is_(None))
    with Session(engine) as session:
        total = session.scalar(select(func.count()).select_from(owed.subquery())) or 0
    if not total:  # a sandbox takes a second to warm up
        return 0
    done, after = 0, ""
    with progress.step("Reading documents", total, unit="documents") as step, _readers(store, sandboxes) as read:
        while True:
            with Session(engine) as session:
                batch = list(session.scalars(owed.where(Blob.sha256 > after).order_by(Blob.sha256).limit(BATCH)))
            if not batch:
                return done
            after = batch[-1]
            readings: dict[str, Reading] = {}
            for sha256, reading in read(batch):
                readings[sha256] = reading
                step.advance()
            with writing(engine) as session:
                _note(session, _of_what_is_there(session, readings))
            done += len(batch)


def is_owed(engine: Engine) -> bool:
    """Tell whether any bytes are still to be read."""
    with Session(engine) as session:
        return session.scalar(select(Blob.sha256).where(Blob.read_state.is_(None)).limit(1)) is not None


class _readers:  # noqa: N801 - used as a verb in a with statement
    """Some sandboxes, each read from by one thread at a time."""

    def __init__(self, store: FileStore, count: int) -> None:
        self.store = store
        self.count = count or min(os.cpu_count() or 1, 8)
        self.free: SimpleQueue[Sandbox] = SimpleQueue()

    def __enter__(self) -> Callable[[list[str]], Iterator[tuple[str, Reading]]]:
        self.all = [Sandbox() for _ in range(self.count)]
        for sandbox in self.all:
            self.free.put(sandbox)
        self.threads = ThreadPoolExecutor(self.count)
        return lambda batch: self.threads.map(self._read, batch)

    def __exit__(self, *error: object) -> None:
        self.threads.shutdown(cancel_futures=True)
        for sandbox in self.all:
            sandbox.close()

    def _read(self, sha256: str) -> tuple[str, Reading]:
        sandbox = self.free.get()
        try:
            return sha256, sandbox.read(self.store.path(sha256))
        except (FileMissing, OSError):
            return sha256, ABSENT
        finally:
            self.free.put(sandbox)


def _note(session: Session, readings: dict[str, Reading]) -> None:
    at = now()
    session.execute(delete(Page).where(Page.sha256.in_(readings)))
    pages = [
        {
            "sha256": sha256,
            "number": number,
            "text": page.text.replace("\x00", ""),
            "method": page.method,
            "confidence": page.confidence,
        }
        for sha256, reading in readings.items()
        for number, page in enumerate(reading.pages, 1)
    ]
    if pages:
        session.execute(insert(Page), pages)
    for sha256, reading in readings.items():
        session.execute(
            update(Blob)
            .where(Blob.sha256 == sha256)
            .values(
                media_type=reading.media_type or None,
                read_state=reading.state,
                read_reason=reading.reason or None,
                reader=reading.reader or None,
                reader_version=READER_VERSION,
                read_at=at,
                page_count=len(reading.pages),
                language=reading.language or None,
                title=reading.title or None,
            )
        )
    changes.append(
        session, text_changes(session, [k for k, v in readings.items() if any(page.text for page in v.pages)], at)
    )
    rows = session.execute(
        select(File.id, File.source_id, File.blob_sha256).where(File.blob_sha256.in_(readings), File.deleted.is_(False))
    ).all()
    unread: dict[int, list[Deviation]] = {}
    fine: dict[int, list[str]] = {}
    for oparl_id, source_id, blob in rows:
        reading = readings[blob or ""]
        if reading.state == "ok":
            fine.setdefault(source_id, []).append(oparl_id)
            continue
        detail = reading.reason or f"It could not be read: {reading.state}."
        unread.setdefault(source_id, []).append(Deviation(problems.UNREADABLE_FILE, oparl_id, detail, "File"))
    for source_id, deviations in unread.items():
        problems.record(session, source_id, deviations, at=at)
    for source_id, ids in fine.items():
        problems.settle(session, source_id, problems.UNREADABLE_FILE, ids)


def _of_what_is_there(session: Session, readings: dict[str, Reading]) -> dict[str, Reading]:
    """Leave out bytes that were erased while they were read."""
    there = set(session.scalars(select(Blob.sha256).where(Blob.sha256.in_(readings)).with_for_update()))
    return {sha256: reading for sha256, reading in readings.items() if sha256 in there}
