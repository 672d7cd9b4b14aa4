"""File rows to bytes: streamed, bounded, kept once under their SHA-256; what fails is tried again later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import Writer, now, writing
from app.files import FileStore, FileTooLarge
from app.models import Blob, File, Mention, Page
from app.models.files import FAILED, FETCHED, GONE, WAITING
from app.net import NetError
from oparl_sync import due_files, file_news, problems, quirks, stated
from oparl_sync.client import FINAL, OParlClient
from oparl_sync.known import chunks
from oparl_sync.problems import Deviation, ServerFailed, SyncError
from oparl_sync.progress import Progress

MAX_FILE = 512 * 1024 * 1024  # bytes; the largest single file seen was 40 MB
FIRST_WAIT = timedelta(minutes=10)  # doubled with each attempt
LONGEST_WAIT = timedelta(hours=24)  # after that it is asked for once a day: a server may be away for weeks
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
LONGEST_GONE = timedelta(days=30)  # from a day, doubled: what is not there may be put there later
BELIEVED = 3  # times that bytes came which are not what the source says of them: some always say nonsense
OK, NOT_FOUND, NOT_MODIFIED = 200, 404, 304
MAX_SAID = 500  # characters of an ETag
GIVE_UP_AFTER = 10  # failures in a row: the server has other troubles than single files


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt; `again`: the server has troubles, `wait`: how long until it is asked once more."""

    state: str
    reason: str | None = None
    sha256: str | None = None
    size: int = 0
    again: bool = False
    etag: str | None = None
    last_modified: str | None = None
    wait: timedelta | None = None


def missing(
    engine: Engine,
    source_id: int,
    client: OParlClient,
    store: FileStore,
    progress: Progress,
    writer: Writer | None = None,
    enough: Callable[[], bool] = lambda: False,
) -> int:
    """Fetch all files of a source that are owed and due, until it is `enough`; returns how many arrived.

    Raises StoreFull, and ServerFailed when too many fail in a row: the rest waits for the next time.
    """
    due, arrived, in_a_row = due_files.owed(source_id), 0, 0
    with Session(engine) as session:
        total = session.scalar(select(func.count()).select_from(due.subquery())) or 0
    with progress.step("Fetching files", total, unit="files") as step:
        for batch in due_files.batches(engine, due):
            outcomes: dict[str, Outcome] = {}
            for row in batch:
                outcome = outcomes[row.id] = _fetch(client, store, row)
                in_a_row = in_a_row + 1 if outcome.again else 0
                step.advance()
                if in_a_row >= GIVE_UP_AFTER or enough():
                    break
            arrived += sum(outcome.state == FETCHED for outcome in outcomes.values())
            with writer() if writer else writing(engine) as session:
                note(session, store, source_id, outcomes, {row.id: row for row in batch})
            if in_a_row >= GIVE_UP_AFTER:
                raise ServerFailed(
                    f"{in_a_row} files in a row could not be fetched, the last because: {outcome.reason}"
                )
            if enough():
                break
    return arrived


def tidy(engine: Engine, store: FileStore, *, grace: timedelta = timedelta(0)) -> int:
    """Forget bytes and text that no file refers to any more: withdrawn or replaced ones; returns how many.

    What a killed download left unfinished goes too, after a day. Bytes that came within the `grace` stay: where files
    are fetched at the same time, one of them may be about to refer to them.
    """
    store.sweep()
    orphans = select(Blob.sha256).where(~select(File.id).where(File.blob_sha256 == Blob.sha256).exists())
    with writing(engine) as session:
        # Whoever notes a file locks its bytes' row too. What was noted until the lock was there is seen only now.
        locked = session.scalars(orphans.with_for_update(of=Blob, skip_locked=True)).all()
        found = [one for part in chunks(locked) for one in session.scalars(orphans.where(Blob.sha256.in_(part)))]
        lost = [sha256 for sha256 in found if not _is_fresh(store, sha256, grace)]
        for sha256 in lost:
            store.delete(sha256)  # before the row goes: a kill in between must not leave bytes that nobody knows
        for part in chunks(lost):
            session.execute(delete(Page).where(Page.sha256.in_(part)))
            session.execute(delete(Mention).where(Mention.sha256.in_(part)))
            session.execute(delete(Blob).where(Blob.sha256.in_(part)))
    return len(lost)


def _is_fresh(store: FileStore, sha256: str, grace: timedelta) -> bool:
    return bool(grace) and store.exists(sha256) and store.age(sha256) < grace.total_seconds()


def _fetch(client: OParlClient, store: FileStore, row: Any) -> Outcome:
    """Fetch a file from where it is said to be; where nothing is there, from where its maker's servers have it."""
    stated = [url for url in (row.access_url, row.download_url) if url]
    if not stated:
        return Outcome(FAILED, "The source gives no address for it.")
    outcome, status = _fetch_from(client, store, row, stated[0])
    if status == NOT_FOUND:
        further = [one for url in stated for one in quirks.further_addresses(url)]
        for url in dict.fromkeys((*stated[1:], *further)):
            found, status = _fetch_from(client, store, row, url, guessed=url in further)
            if found.state == FETCHED or found.again:
                return found
    if outcome.state == GONE and row.fetch_state == FETCHED and row.attempts <= 1:
        # Nobody said that it is gone: a server that lost its files for an hour must say so twice.
        return replace(outcome, state=FAILED, wait=A_DAY)
    return outcome


def _fetch_from(
    client: OParlClient, store: FileStore, row: Any, url: str, *, guessed: bool = False
) -> tuple[Outcome, int | None]:
    """Fetch from one address, of bytes that are here only what is new.

    A `guessed` address may not answer with a web page: that is how many say there is nothing.
    """
    held = row if row.blob_sha256 and url == row.access_url else None
    try:
        with client.stream(url, max_bytes=MAX_FILE, headers=_only_news(held)) as stream:
            if stream.status == NOT_MODIFIED and held is not None:
                kept = Outcome(FETCHED, None, held.blob_sha256, etag=held.etag, last_modified=held.last_modified)
                return kept, stream.status
            if refused := _refused(stream.status, stream.headers, row, guessed=guessed):
                return refused, stream.status
            stored = store.put(stream.iter_bytes(), MAX_FILE)
    except (*FINAL, FileTooLarge) as error:
        return Outcome(FAILED, str(error), wait=A_WEEK), None
    except (NetError, SyncError) as error:
        return Outcome(WAITING, str(error), again=True), None
    known = stored.sha256 == row.blob_sha256 and (row.etag or row.last_modified)  # believed before
    if not known and _tried(row, FETCHED, doubted=True) < BELIEVED and stated.contradicted(row, store, stored):
        # Without what the server said of the bytes: the next request must bring them whole.
        return Outcome(FETCHED, None, stored.sha256, stored.size, wait=A_DAY), stream.status
    said = [(stream.headers.get(name) or "")[:MAX_SAID] or None for name in ("etag", "last-modified")]
    return Outcome(FETCHED, None, stored.sha256, stored.size, etag=said[0], last_modified=said[1]), stream.status


def _refused(status: int, headers: Mapping[str, str], row: Any, *, guessed: bool) -> Outcome | None:
    """Return what to make of an answer that does not bring the file; None where it does.

    Many servers answer 200 with a web page where something went wrong.
    """
    web_page = "html" in headers.get("content-type", "").lower()
    if status in (NOT_FOUND, 410) or (guessed and web_page):
        return Outcome(GONE, f"The source does not have it any more (HTTP {status}).")
    if status != OK:
        return Outcome(WAITING, f"The source answered HTTP {status}.", again=True)
    declared = f"{row.mime_type or ''} {row.file_name or ''} {row.access_url or ''}".lower()
    if web_page and "htm" not in declared:
        return Outcome(WAITING, "The source answered with a web page in its place.", again=True)
    return None


def _only_news(held: Any) -> dict[str, str]:
    said = {"if-none-match": held.etag, "if-modified-since": held.last_modified} if held is not None else {}
    return {name: value for name, value in said.items() if value}


def note(
    session: Session, store: FileStore, source_id: int, outcomes: dict[str, Outcome], rows: dict[str, Any]
) -> None:
    """Write what became of files; `rows` are theirs as they were, by id."""
    at = now()
    outcomes = _keep_blobs(session, store, outcomes, at)
    for oparl_id, outcome in outcomes.items():
        values = _values(rows[oparl_id], outcome, at)
        # What was withdrawn while it was on its way must not have its bytes back.
        session.execute(update(File).where(File.id == oparl_id, File.deleted.is_(False)).values(**values))
    before = {k: row.blob_sha256 for k, row in rows.items()}
    file_news.log_replaced(session, outcomes, before, source_id, at)
    file_news.log_texts(session, outcomes, before, source_id, at)
    failed = [
        Deviation(problems.FILE_FAILED, oparl_id, outcome.reason, "File")
        for oparl_id, outcome in outcomes.items()
        if outcome.reason
    ]
    problems.record(session, source_id, failed, at=at)
    fetched = [oparl_id for oparl_id, outcome in outcomes.items() if outcome.state == FETCHED]
    problems.settle(session, source_id, problems.FILE_FAILED, fetched)


def _values(row: Any, outcome: Outcome, at: datetime) -> dict[str, Any]:
    # What is here stays to be seen while its server has troubles.
    kept = row.fetch_state == FETCHED and outcome.state in (WAITING, FAILED)
    tried = _tried(row, outcome.state, doubted=outcome.wait is not None)
    if outcome.again:
        wait: timedelta | None = min(FIRST_WAIT * 2 ** min(tried - 1, 10), LONGEST_WAIT)
    elif outcome.state == GONE:
        wait = min(A_DAY * 2 ** min(tried - 1, 5), LONGEST_GONE)
    else:
        wait = outcome.wait
    values: dict[str, Any] = {
        "fetch_state": FETCHED if kept else outcome.state,
        "fetch_reason": None if kept else outcome.reason,
        "attempts": tried,
        "next_try": at + wait if wait else None,
    }
    if outcome.sha256:
        values |= {"blob_sha256": outcome.sha256, "fetched_at": at}
        values |= {"etag": outcome.etag, "last_modified": outcome.last_modified}
    elif outcome.state == GONE:  # the council took it back: what we had of it goes too
        values |= {"blob_sha256": None, "etag": None, "last_modified": None}
    return values


def _tried(row: Any, state: str, *, doubted: bool = False) -> int:
    """Return how often in a row a file was tried with such an outcome, this time included."""
    if state == FETCHED:
        return row.attempts + 1 if doubted and row.fetch_state == FETCHED else 1
    return row.attempts + 1 if row.fetch_state in (state, FETCHED) else 1


def _keep_blobs(session: Session, store: FileStore, outcomes: dict[str, Outcome], at: datetime) -> dict[str, Outcome]:
    """Keep what came; returns the outcomes, where bytes were tidied away meanwhile as such that are owed."""
    found = {outcome.sha256: outcome.size for outcome in outcomes.values() if outcome.sha256}
    known = set(
        session.scalars(select(Blob.sha256).where(Blob.sha256.in_(found)).order_by(Blob.sha256).with_for_update())
    )
    lost = {sha256 for sha256 in found if not store.exists(sha256)}
    rows = [{"sha256": k, "size": size, "stored_at": at} for k, size in found.items() if k not in known | lost]
    if rows:
        session.execute(insert(Blob), rows)
    return {k: Outcome(WAITING, wait=FIRST_WAIT) if one.sha256 in lost else one for k, one in outcomes.items()}
