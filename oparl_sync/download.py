"""File rows to bytes: streamed, bounded, kept once under their SHA-256; what fails is tried again later."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Engine, Select, delete, func, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import Writer, now, writing
from app.files import FileStore
from app.models import Blob, File, Mention, Page
from app.models.files import FAILED, FETCHED, GONE, WAITING
from oparl_sync import due_files, file_news, problems
from oparl_sync.client import OParlClient
from oparl_sync.known import chunks
from oparl_sync.one_file import A_DAY, A_WEEK, Outcome, fetch, tried
from oparl_sync.problems import Deviation, ServerFailed
from oparl_sync.progress import Progress

FIRST_WAIT = timedelta(minutes=10)  # doubled with each attempt
LONGEST_WAIT = timedelta(hours=24)  # after that it is asked for once a day: a server may be away for weeks
LONGEST_GONE = timedelta(days=30)  # from a day, doubled: what is not there may be put there later
LOST = Outcome(WAITING, wait=FIRST_WAIT)  # bytes that came, or are said to be the same, and are not in the store
GIVE_UP_AFTER = 10  # failures in a row: the server has other troubles than single files


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

    Raises StoreFull, StoreDown, and ServerFailed when too many fail in a row: the rest waits for the next time.
    """
    due, arrived, in_a_row = due_files.owed(source_id), 0, 0
    with Session(engine) as session:
        total = session.scalar(select(func.count()).select_from(due.subquery())) or 0
    with progress.step("Fetching files", total, unit="files") as step:
        for batch in due_files.batches(engine, due):
            outcomes: dict[str, Outcome] = {}
            for row in batch:
                outcome = outcomes[row.id] = fetch(client, store, row)
                in_a_row = in_a_row + 1 if outcome.again or outcome.refused else 0
                step.advance()
                if in_a_row >= GIVE_UP_AFTER or enough():
                    break
            arrived += sum(outcome.state == FETCHED for outcome in outcomes.values())
            keep(writer or partial(writing, engine), store, source_id, outcomes, {row.id: row for row in batch})
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
    are fetched at the same time, one of them may be about to refer to them. Raises StoreDown, once all text is gone.
    """
    forget_texts(engine)
    store.sweep()
    with Session(engine) as session:
        orphans = session.scalars(_orphans()).all()
    return sum(_forget(engine, store, part, grace) for part in chunks(orphans))


def forget_texts(engine: Engine) -> None:
    """Forget all that was read in bytes that no file refers to; the bytes themselves stay owed to be forgotten.

    Whoever comes to refer to them has them read anew.
    """
    said = (Blob.title, Blob.read_reason, Blob.language, Blob.media_type, Blob.page_count, Blob.read_at, Blob.claim)
    unread: dict[Any, Any] = dict.fromkeys(
        (*said, Blob.read_state, Blob.reader, Blob.reader_version, Blob.facts_version)
    )
    unread[Blob.facts_revision] = Blob.facts_revision + 1  # whoever looks through the text just now writes nothing
    is_text = or_(Blob.read_state.is_not(None), select(Page.sha256).where(Page.sha256 == Blob.sha256).exists())
    with Session(engine) as session:
        orphans = session.scalars(_orphans().where(is_text)).all()
    for part in chunks(orphans):
        with writing(engine) as session:
            known = session.scalars(select(Blob.sha256).where(Blob.sha256.in_(part)).with_for_update(of=Blob)).all()
            gone = session.scalars(_orphans().where(Blob.sha256.in_(known))).all()
            for model in (Page, Mention):
                session.execute(delete(model).where(model.sha256.in_(gone)))
            session.execute(update(Blob).where(Blob.sha256.in_(gone)).values(unread))


def _forget(engine: Engine, store: FileStore, part: Sequence[str], grace: timedelta) -> int:
    with Session(engine) as session:
        found = session.execute(_orphans(Blob.previews_sha256).where(Blob.sha256.in_(part))).all()
    # The store is asked while nobody waits for the turn to write: a bucket takes its time with each.
    lost = [row for row in found if not _is_fresh(store, row.sha256, grace)]
    for row in lost:  # before the row goes: a kill in between must not leave bytes that nobody knows
        if row.previews_sha256 is not None:
            store.delete(row.previews_sha256)
        store.delete(row.sha256)
    with writing(engine) as session:
        # Whoever notes a file locks its bytes' row too. What was noted until the lock was there is seen only now.
        those = Blob.sha256.in_([row.sha256 for row in lost])
        known = session.scalars(select(Blob.sha256).where(those).with_for_update(of=Blob)).all()
        gone = session.scalars(_orphans().where(Blob.sha256.in_(known))).all()
        for model in (Page, Mention, Blob):
            session.execute(delete(model).where(model.sha256.in_(gone)))
        due_files.lost(session, [sha256 for sha256 in known if sha256 not in gone])  # a file came to refer to them
    return len(gone)


def _orphans(*further: InstrumentedAttribute[Any]) -> Select[Any]:
    return select(Blob.sha256, *further).where(~select(File.id).where(File.blob_sha256 == Blob.sha256).exists())


def _is_fresh(store: FileStore, sha256: str, grace: timedelta) -> bool:
    return bool(grace) and store.exists(sha256) and store.age(sha256) < grace.total_seconds()


def keep(writer: Writer, store: FileStore, source_id: int, outcomes: dict[str, Outcome], rows: dict[str, Any]) -> None:
    """Write what became of files; `rows` are theirs as they were, by id. The store is asked before and after."""
    here = _present(store, outcomes)
    with writer() as session:
        note(session, source_id, outcomes, rows, here)
    if gone := here - _present(store, outcomes):  # tidied away before they were noted
        with writer() as session:
            due_files.lost(session, list(gone))


def _present(store: FileStore, outcomes: dict[str, Outcome]) -> set[str]:
    return {sha256 for outcome in outcomes.values() if (sha256 := outcome.sha256) and store.exists(sha256)}


def note(session: Session, source_id: int, outcomes: dict[str, Outcome], rows: dict[str, Any], here: set[str]) -> None:
    """Write what became of files; `rows` are theirs as they were, by id, `here` is which of the bytes are stored."""
    at = now()
    outcomes = _keep_blobs(session, outcomes, here, at)
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
    differs = [
        Deviation(problems.FILE_DIFFERS, oparl_id, outcome.differs, "File")
        for oparl_id, outcome in outcomes.items()
        if outcome.differs
    ]
    problems.record(session, source_id, failed + differs, at=at)
    fetched = [oparl_id for oparl_id, outcome in outcomes.items() if outcome.state == FETCHED]
    problems.settle(session, source_id, problems.FILE_FAILED, fetched)
    right = [oparl_id for oparl_id, outcome in outcomes.items() if outcome.checked and not outcome.differs]
    problems.settle(session, source_id, problems.FILE_DIFFERS, right)


def _values(row: Any, outcome: Outcome, at: datetime) -> dict[str, Any]:
    # What is here stays to be seen while its server has troubles.
    kept = row.fetch_state == FETCHED and outcome.state in (WAITING, FAILED)
    times = tried(row, outcome.state, doubted=outcome.wait is not None)
    if outcome.again:
        wait: timedelta | None = min(FIRST_WAIT * 2 ** min(times - 1, 10), LONGEST_WAIT)
    elif outcome.state == GONE or outcome.refused:
        wait = min(A_DAY * 2 ** min(times - 1, 5), LONGEST_GONE if outcome.state == GONE else A_WEEK)
    else:
        wait = outcome.wait
    values: dict[str, Any] = {
        "fetch_state": FETCHED if kept else outcome.state,
        "fetch_reason": None if kept else outcome.reason,
        "attempts": times,
        "next_try": at + wait if wait else None,
    }
    if outcome.sha256:
        values |= {"blob_sha256": outcome.sha256, "fetched_at": at}
        values |= {"etag": outcome.etag, "last_modified": outcome.last_modified}
    elif outcome == LOST:  # it must come whole: asked for news, the server would only say that there are none
        values |= {"etag": None, "last_modified": None}
    elif outcome.state == GONE:  # the council took it back: what we had of it goes too
        values |= {"blob_sha256": None, "etag": None, "last_modified": None}
    return values


def _keep_blobs(session: Session, outcomes: dict[str, Outcome], here: set[str], at: datetime) -> dict[str, Outcome]:
    """Keep what came; returns the outcomes, where bytes were tidied away meanwhile as such that are owed."""
    found = {outcome.sha256: outcome.size for outcome in outcomes.values() if outcome.sha256}
    columns = (Blob.sha256, Blob.dropped_at)
    locked = session.execute(select(*columns).where(Blob.sha256.in_(found)).order_by(Blob.sha256).with_for_update())
    dropped = {row.sha256: row.dropped_at for row in locked}
    known = set(dropped)
    lost = {sha256 for sha256 in found if sha256 not in here and not dropped.get(sha256)}
    # What had been given up and came again is read again, if that is owed, and given up again.
    session.execute(update(Blob).where(Blob.sha256.in_(here), Blob.dropped_at.is_not(None)).values(dropped_at=None))
    rows = [{"sha256": k, "size": size, "stored_at": at} for k, size in found.items() if k not in known | lost]
    if rows:
        session.execute(insert(Blob), rows)
    return {k: LOST if one.sha256 in lost else one for k, one in outcomes.items()}
