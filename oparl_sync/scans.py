"""Pictures of text to text: pages that reading left for the recogniser, some at a time, after all else is read.

A page takes a second or two. Each round asks for some pages of some documents, the newest first, and writes down what
came: a document of 300 scanned pages is done in thirty rounds, and a kill loses one. The log is told at its end.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import datetime

from sqlalchemy import Engine, Select, func, select, update
from sqlalchemy.orm import Session

from app import changes
from app.config import Settings
from app.db import Writer, now
from app.documents import PageText, Sandbox, SandboxError, language, ocr, verdict
from app.files import FilesError, FileStore
from app.models import Blob, File, Page
from app.models.files import PAGE_WAITS
from oparl_sync import due_documents, due_facts, leases, unreadable
from oparl_sync.file_news import text_changes
from oparl_sync.progress import Progress

PAGES = 24  # asked for at once; about fifteen are done in one go
_SAMPLE = 20_000  # characters to tell the language by
Task = tuple[str, list[int]]


def is_owed(engine: Engine) -> bool:
    """Tell whether pages wait that can be recognised here."""
    return ocr.installed() and bool(_tasks(engine, 1, set()))


def waiting(
    engine: Engine,
    store: FileStore,
    settings: Settings,
    progress: Progress,
    *,
    enough: Callable[[], bool] = lambda: False,
    told: Callable[[], None] = lambda: None,
) -> int:
    """Recognise what waits, unless another worker does, until it is `enough`; returns how many pages were done.

    `told` is called whenever a document has come to its end.
    """
    if not is_owed(engine):
        return 0
    with suppress(leases.Taken, leases.Fenced), leases.held(engine, settings.home, "scans") as lease:
        return _in_turn(engine, store, settings, lease.writing, progress, enough, told)
    return 0


def _in_turn(
    engine: Engine,
    store: FileStore,
    settings: Settings,
    writing: Writer,
    progress: Progress,
    enough: Callable[[], bool],
    told: Callable[[], None],
) -> int:
    done, missing, cores = 0, set[str](), min(os.cpu_count() or 1, 8)
    with (
        progress.step("Recognising text", _waiting_pages(engine), unit="pages") as step,
        ExitStack() as opened,
        ThreadPoolExecutor(cores) as threads,
        suppress(SandboxError),  # whoever reads documents tells of it
    ):
        boxes = [opened.enter_context(Sandbox(allow_unsandboxed=settings.allow_unsandboxed)) for _ in range(cores)]
        while not enough() and (tasks := _tasks(engine, cores, missing)):
            found = dict(threads.map(lambda task, box: _recognise(store, box, task), tasks, boxes[: len(tasks)]))
            missing |= {sha256 for sha256, pages in found.items() if not pages}
            count = sum(len(pages) for pages in found.values())
            step.advance(count)
            done += count
            with writing() as session:
                ended = _note(session, found)
            if ended:
                told()
    return done


def _tasks(engine: Engine, count: int, without: set[str]) -> list[Task]:
    """Return some documents with pages that wait, the newest first, and the numbers of these pages."""
    waits = select(Page.sha256).where(PAGE_WAITS).distinct()
    query = select(Blob.sha256).join(File, File.blob_sha256 == Blob.sha256)
    query = query.where(Blob.sha256.in_(waits), Blob.sha256.not_in(without), Blob.claim.is_(None))
    query = query.where(Blob.dropped_at.is_(None), File.deleted.is_(False)).group_by(Blob.sha256)
    with Session(engine) as session:
        chosen = list(
            session.scalars(query.order_by(due_documents.newest().desc().nulls_last(), Blob.sha256).limit(count))
        )
        return [(sha256, list(session.scalars(_numbers(sha256).limit(PAGES)))) for sha256 in chosen]


def _numbers(sha256: str) -> Select[int]:
    return select(Page.number).where(Page.sha256 == sha256, PAGE_WAITS).order_by(Page.number)


def _waiting_pages(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Page).where(PAGE_WAITS)) or 0


def _recognise(store: FileStore, sandbox: Sandbox, task: Task) -> tuple[str, dict[int, PageText]]:
    sha256, numbers = task
    try:
        return sha256, sandbox.recognise(store.path(sha256), numbers)
    except (FilesError, OSError):
        return sha256, {}


def _note(session: Session, found: dict[str, dict[int, PageText]]) -> list[str]:
    """Write down what was recognised; returns the documents of which no page waits any more."""
    at, ended = now(), []
    chosen = select(Blob).where(Blob.sha256.in_(found), Blob.claim.is_(None)).with_for_update()
    for blob in session.scalars(chosen).all():
        for number, page in found[blob.sha256].items():
            values = {"text": page.text, "method": page.method, "confidence": page.confidence}
            here = (Page.sha256 == blob.sha256, Page.number == number, PAGE_WAITS)
            session.execute(update(Page).where(*here).values(**values))
        if found[blob.sha256] and session.scalar(_numbers(blob.sha256).limit(1)) is None:
            _conclude(session, blob, at)
            ended.append(blob.sha256)
        due_facts.forget_pages(session, blob.sha256, list(found[blob.sha256]))
    session.flush()
    due_facts.owe(session, ended)
    changes.append(session, text_changes(session, ended, at))
    return ended


def _conclude(session: Session, blob: Blob, at: datetime) -> None:
    """Say anew what state a document is in, now that all its pages were recognised."""
    rows = session.execute(select(Page.text, Page.method).where(Page.sha256 == blob.sha256).order_by(Page.number))
    pages = [PageText(row.text, row.method or "") for row in rows]
    if blob.read_state == "empty" or verdict.RECOGNITION in (blob.read_reason or ""):
        blob.read_state, reason = verdict.verdict(pages)
        blob.read_reason = reason or None
    blob.language = blob.language or language.of(" ".join(page.text for page in pages)[:_SAMPLE]) or None
    if blob.read_state == "ok":
        unreadable.note(session, {blob.sha256: None}, at)
