"""One list, page by page: each page's objects, changes, problems and cursor are one commit."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from app.db import now
from app.models import ListCursor, SeenPage, key_of
from oparl_sync import beyond, cursors, fetch, known, parse, problems, reconcile
from oparl_sync.fetch import ListAddress, ListPage
from oparl_sync.parsed import Parsed
from oparl_sync.problems import Blocked, Closed, Deviation, ListBroken, SyncError
from oparl_sync.store import Counts, Store
from oparl_sync.work import Work

SLICE = 500  # entries at a time: some servers send all they have on one page


def walk(work: Work, address: ListAddress, earliest: datetime | None = None) -> tuple[Counts, SyncError | None]:
    """Read one list to its end, or from where it was broken off; returns the counts and why it did not get there.

    `earliest` is how far back the source's lists are asked at least. Raises Blocked where a wall is met; that this
    list is refused is its own failure.
    """
    counts = Counts()
    cursor = cursors.of(work, address)
    if cursors.is_done(cursor, work):
        return counts, None
    if not cursors.goes_on(cursor, work):
        cursors.begin(cursor, work, cursors.since(cursor, work, earliest))
    failure: SyncError | None = None
    for _ in range(3):  # where it was broken off, filtered, whole
        before = cursor.pages
        failure = _tried(work, cursor, address, counts)
        if failure is None:
            return counts, None
        if cursor.pages != before or not _begins_anew(work, cursor, failure, earliest):
            break
    if failure is not None:
        _note_failure(work, cursor, address, failure)
    if isinstance(failure, Blocked) and not isinstance(failure, Closed):
        raise failure
    if failure is not None:
        store = _store(work, cursor, address)
        for page in beyond.pages(work.client, cursor.next_url, failure, since=cursor.since):
            counts.add(_save(work, store, cursor, page, advances=False))
    return counts, failure


def _tried(work: Work, cursor: ListCursor, address: ListAddress, counts: Counts) -> SyncError | None:
    """Read on from where the cursor is; returns why the list did not come to its end."""
    try:
        _read(work, cursor, address, counts)
    except SyncError as error:
        return error
    return None


def _begins_anew(work: Work, cursor: ListCursor, error: SyncError, earliest: datetime | None) -> bool:
    """Set the cursor to what may be read instead of a walk that failed at its first step; tells whether there is.

    A list that became shorter has no such page any more. One that is refused filtered may well be given whole.
    """
    if cursor.next_url is not None and cursor.pages:
        cursors.begin(cursor, work, cursors.since(cursor, work, earliest))
        return True
    answered = isinstance(error, Closed) or not isinstance(error, Blocked)
    if cursor.since is None or not answered or isinstance(error, ListBroken):
        return False
    if isinstance(error, Closed) or (error.status is not None and error.status < 500):
        cursor.filtering = cursors.REJECTED
    cursors.begin(cursor, work, None)
    return True


def _store(work: Work, cursor: ListCursor, address: ListAddress) -> Store:
    known_until = cursor.synced_until if cursor.stamps == cursors.OK else None
    return Store(
        work.source,
        address.body_id,
        backfill=cursor.last_complete is None,
        since=work.began,
        omits=tuple(cursor.omits or ()),
        files_since=known_until - cursors.OVERLAP if known_until else None,
    )


def _read(work: Work, cursor: ListCursor, address: ListAddress, counts: Counts) -> None:
    store = _store(work, cursor, address)
    name = f"{work.source.slug} {address.object_type}"
    with work.progress.step(name, unit="objects") as step:
        step.advance(cursor.seen)
        while True:
            start = cursor.next_url or address.url
            for page in fetch.pages(work.client, start, since=cursor.since):
                counts.add(_save(work, store, cursor, page))
                step.advance(len(page.entries), total=page.total)
            if cursor.next_url is None:
                return


def _save(work: Work, store: Store, cursor: ListCursor, page: ListPage, *, advances: bool = True) -> Counts:
    """Store a page: as a whole, or entry by entry where the database refuses it; the walk `advances` by it, or not."""
    parsed = [
        parse.objects(page.entries[first : first + SLICE], cursor.object_type, where=page.url, first=first)
        for first in range(0, len(page.entries), SLICE)
    ]
    counts = Counts()
    try:
        with work.writing() as session:
            _leave_out_unknown_tombstones(session, cursor, parsed)
            before = reconcile.listed(session, cursor, parsed)
            for part in parsed:
                counts.add(store.save(session, part))
            if advances:
                after = _advance(work, session, cursor, page, parsed, before)
            else:
                after = _count(session, cursor, parsed, before)
    except DBAPIError as error:
        if error.connection_invalidated or (isinstance(error, OperationalError) and not _is_refusal(error)):
            raise
        counts, after = _save_singly(work, store, cursor, page, parsed, advances=advances)
    for field, value in after.items():
        setattr(cursor, field, value)
    return counts


def _leave_out_unknown_tombstones(session: Session, cursor: ListCursor, parsed: list[Parsed]) -> None:
    """Pass over what a filtered list names only because it was withdrawn before it ever came here."""
    for part in parsed if cursor.since is not None else ():
        gone = [key_of(found.id) for found in part.objects if found.deleted and found.type == cursor.object_type]
        unknown = set(gone) - known.rows(session, cursor.object_type, gone).keys() if gone else set()
        part.objects = [found for found in part.objects if not found.deleted or key_of(found.id) not in unknown]


def _save_singly(
    work: Work, store: Store, cursor: ListCursor, page: ListPage, whole: list[Parsed], *, advances: bool
) -> tuple[Counts, dict[str, Any]]:
    counts = Counts()
    with work.writing() as session:
        before = reconcile.listed(session, cursor, whole)
        for position, entry in enumerate(page.entries):
            parsed = parse.objects([entry], cursor.object_type, where=page.url, first=position)
            try:
                with session.begin_nested():
                    done = store.save(session, parsed)
            except DBAPIError as error:
                done = Counts(quarantined=parsed.seen)
                store.refuse(session, parsed, type(error.orig).__name__)  # its words may quote what is private
            counts.add(done)
        if advances:
            return counts, _advance(work, session, cursor, page, whole, before)
        return counts, _count(session, cursor, whole, before)


def _is_refusal(error: OperationalError) -> bool:
    """Tell what PostgreSQL refuses for its size from a database that is not there."""
    return getattr(error.orig, "sqlstate", None) == "54000"


def _advance(
    work: Work, session: Session, cursor: ListCursor, page: ListPage, parsed: list[Parsed], before: int
) -> dict[str, Any]:
    """Write how far the walk is, in the page's transaction; returns what became of the cursor."""
    held = reconcile.held(page, parsed, cursor.object_type)
    if not cursor.pages:  # what an earlier walk left behind that was never ended
        session.execute(delete(SeenPage).where(SeenPage.cursor_id == cursor.id))
    after: dict[str, Any] = {
        "run_id": work.run_id,
        "since": cursor.since,
        "started_at": cursor.started_at,
        "next_url": page.next_url,
        "pages": cursor.pages + 1,
        "seen": cursor.seen + len(page.entries),
        "total": cursor.total if cursor.total is not None else page.total,
        "filtering": cursor.filtering,
        "drops_filter": cursor.drops_filter or page.dropped,
        "again": cursor.again,
        "error": None,
    }
    if cursor.since is not None:
        after |= _published(session, cursor, parsed, before)
        if any(fetch.is_older(entry, cursor.since) for entry in page.entries):
            after["filtering"] = cursors.IGNORED
    if page.next_url is not None:
        if cursor.since is None:
            row = {"cursor_id": cursor.id, "number": cursor.pages + 1, **held.as_row()}
            session.execute(insert(SeenPage).values(**row))
    else:
        after |= _finish(work, session, cursor, page, held)
    cursors.keep(session, cursor, after)
    return after


def _count(session: Session, cursor: ListCursor, parsed: list[Parsed], before: int) -> dict[str, Any]:
    """Write what a page tells of a list that the walk does not get to: once it is stored, it is not new again."""
    if cursor.since is None:
        return {}
    after = _published(session, cursor, parsed, before)
    cursors.keep(session, cursor, after)
    return after


def _published(session: Session, cursor: ListCursor, parsed: list[Parsed], before: int) -> dict[str, Any]:
    return {"published": max(0, (cursor.published or 0) + reconcile.listed(session, cursor, parsed) - before)}


def _finish(work: Work, session: Session, cursor: ListCursor, page: ListPage, held: reconcile.Held) -> dict[str, Any]:
    """Compare a walk that reached the end with what is stored, or begin once more where the list moved under it."""
    whole = reconcile.gathered(session, cursor, held) if cursor.since is None else None
    moved = bool(cursor.pages) and page.total is not None and page.total != cursor.total
    moved = moved or (whole is not None and whole.repeats and bool(cursor.pages))
    if (moved or _is_short(cursor, page, whole)) and not cursor.again:
        if whole is not None:  # what the first reading held counts with the second
            row = {"cursor_id": cursor.id, "number": cursor.pages + 1, **held.as_row()}
            session.execute(insert(SeenPage).values(**row))
        return {"again": True, "next_url": cursor.url, "seen": 0, "total": None}
    after: dict[str, Any] = {"last_complete": now(), "synced_until": cursor.started_at, "again": False}
    if whole is None:
        return after
    reconcile.compare(session, work, cursor, whole)
    after |= {"published": whole.count, "last_full": now(), "stamps": whole.stamps}
    return after


def _is_short(cursor: ListCursor, page: ListPage, whole: reconcile.Whole | None) -> bool:
    """Tell whether a list brought less than it says it has, and less than the last time: then it was cut somewhere."""
    if page.total is None or cursor.seen + len(page.entries) >= page.total:
        return False
    return whole is None or cursor.published is None or whole.count < cursor.published


def _note_failure(work: Work, cursor: ListCursor, address: ListAddress, error: SyncError) -> None:
    """Note why a walk was broken off; where the list itself is broken, it is no use to go on at that place."""
    after: dict[str, Any] = {"error": str(error), "run_id": work.run_id, "filtering": cursor.filtering}
    if isinstance(error, ListBroken):
        after["next_url"] = None
    with work.writing() as session:
        cursors.keep(session, cursor, after)
        deviation = Deviation(problems.LIST_FAILED, address.url, str(error), address.object_type)
        problems.record(session, work.source.id, [deviation])
