"""File rows to bytes: streamed, bounded, kept once under their SHA-256; what fails is tried again later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app import changes
from app.db import now, writing
from app.files import FileStore, FileTooLarge
from app.models import Blob, Change, File, Page
from app.models.changes import CREATED, UPDATED
from app.models.files import FAILED, FETCHED, GONE, WAITING
from app.net import NetError, Refused, TooLarge
from oparl_sync import problems
from oparl_sync.client import OParlClient
from oparl_sync.problems import Deviation
from oparl_sync.progress import Progress

MAX_FILE = 512 * 1024 * 1024  # bytes; the largest single file seen was 40 MB
MAX_ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=10)  # doubled with each attempt
COMMIT_EVERY = 25  # files; a kill makes at most these be fetched again


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt."""

    state: str
    reason: str | None = None
    sha256: str | None = None
    size: int = 0
    again: bool = False


def missing(engine: Engine, source_id: int, client: OParlClient, store: FileStore, progress: Progress) -> int:
    """Fetch all files of a source that are owed and due; returns how many arrived. Raises StoreFull."""
    due = _owed(source_id)
    with Session(engine) as session:
        total = session.scalar(select(func.count()).select_from(due.subquery())) or 0
    arrived, after = 0, ""
    with progress.step("Fetching files", total, unit="files") as step:
        while True:
            with Session(engine) as session:
                batch = session.execute(due.where(File.id > after).order_by(File.id).limit(COMMIT_EVERY)).all()
            if not batch:
                return arrived
            after = batch[-1].id
            outcomes: dict[str, Outcome] = {}
            for row in batch:
                outcomes[row.id] = _fetch(client, store, row.access_url, row.download_url)
                step.advance()
            arrived += sum(outcome.state == FETCHED for outcome in outcomes.values())
            with writing(engine) as session:
                _note(session, source_id, outcomes, {row.id: row.attempts for row in batch})


def tidy(engine: Engine, store: FileStore) -> int:
    """Forget bytes and text that no file refers to any more: withdrawn or replaced ones; returns how many."""
    orphans = select(Blob.sha256).where(~select(File.id).where(File.blob_sha256 == Blob.sha256).exists())
    with writing(engine) as session:
        lost = list(session.scalars(orphans))
        session.execute(delete(Page).where(Page.sha256.in_(lost)))
        session.execute(delete(Blob).where(Blob.sha256.in_(lost)))
    for sha256 in lost:
        store.delete(sha256)
    return len(lost)


def text_changes(session: Session, blobs: Sequence[str], at: datetime) -> list[dict[str, Any]]:
    """Return the log's lines for the text that the files of these blobs have now.

    What a council had already published when it was added is no news: then the file's first text is backfill too.
    """
    made = (
        select(Change.object_id, Change.backfill).where(Change.object_type == "File", Change.kind == CREATED).subquery()
    )
    again = select(Change.seq).where(Change.object_id == File.id, Change.kind == UPDATED).exists()
    rows = session.execute(
        select(File.id, File.source_id, File.content_hash, made.c.backfill, again)
        .join(made, made.c.object_id == File.id, isouter=True)
        .where(File.blob_sha256.in_(blobs), File.deleted.is_(False))
        .order_by(File.id)
    ).all()
    return [
        {
            "object_type": "File",
            "object_id": oparl_id,
            "source_id": source_id,
            "kind": UPDATED,
            "fields": ["text"],
            "content_hash": content_hash,
            "backfill": bool(backfill) and not read_before,
            "at": at,
        }
        for oparl_id, source_id, content_hash, backfill, read_before in rows
    ]


def _owed(source_id: int) -> Any:
    return select(File.id, File.access_url, File.download_url, File.attempts).where(
        File.source_id == source_id,
        File.fetch_state == WAITING,
        File.deleted.is_(False),
        or_(File.next_try.is_(None), File.next_try <= now()),
    )


def _fetch(client: OParlClient, store: FileStore, *urls: str | None) -> Outcome:
    url = next((u for u in urls if u), None)
    if url is None:
        return Outcome(FAILED, "The source gives no address for it.")
    client.pause_for(url)
    try:
        with client.net.stream(client.where(url), max_bytes=MAX_FILE) as stream:
            if stream.status in (404, 410):
                return Outcome(GONE, f"The source does not have it any more (HTTP {stream.status}).")
            if stream.status != 200:
                return Outcome(WAITING, f"The source answered HTTP {stream.status}.", again=True)
            stored = store.put(stream.iter_bytes(), MAX_FILE)
    except (TooLarge, FileTooLarge, Refused) as error:  # asking again changes nothing
        return Outcome(FAILED, str(error))
    except NetError as error:
        return Outcome(WAITING, str(error), again=True)
    return Outcome(FETCHED, None, stored.sha256, stored.size)


def _note(session: Session, source_id: int, outcomes: dict[str, Outcome], attempts: dict[str, int]) -> None:
    at = now()
    _keep_blobs(session, outcomes, at)
    for oparl_id, outcome in outcomes.items():
        tried = attempts[oparl_id] + 1
        final = outcome.again and tried >= MAX_ATTEMPTS
        values: dict[str, Any] = {
            "fetch_state": FAILED if final else outcome.state,
            "fetch_reason": outcome.reason,
            "attempts": tried,
            "next_try": at + FIRST_WAIT * 2 ** (tried - 1) if outcome.again and not final else None,
        }
        if outcome.sha256:
            values |= {"blob_sha256": outcome.sha256, "fetched_at": at}
        session.execute(update(File).where(File.id == oparl_id).values(**values))
    # Bytes that were read before, for another file: this file's text is there now.
    fetched = [outcome.sha256 for outcome in outcomes.values() if outcome.sha256]
    read = list(
        session.scalars(select(Blob.sha256).where(Blob.sha256.in_(fetched), Blob.read_state.in_(("ok", "partly"))))
    )
    changes.append(session, [c for c in text_changes(session, read, at) if c["object_id"] in outcomes])
    problems.record(
        session,
        source_id,
        [
            Deviation(problems.FILE_FAILED, oparl_id, outcome.reason, "File")
            for oparl_id, outcome in outcomes.items()
            if outcome.reason
        ],
        at=at,
    )


def _keep_blobs(session: Session, outcomes: dict[str, Outcome], at: datetime) -> None:
    found = {outcome.sha256: outcome.size for outcome in outcomes.values() if outcome.sha256}
    known = set(session.scalars(select(Blob.sha256).where(Blob.sha256.in_(found))))
    rows = [{"sha256": k, "size": size, "stored_at": at} for k, size in found.items() if k not in known]
    if rows:
        session.execute(insert(Blob), rows)
