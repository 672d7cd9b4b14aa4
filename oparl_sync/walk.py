"""One list, page by page: each page's objects, changes, problems and cursor are one commit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import ListCursor, Source, key_of
from oparl_sync import fetch, known, parse, problems, values
from oparl_sync.client import OParlClient
from oparl_sync.fetch import ListAddress, ListPage
from oparl_sync.problems import Deviation, SyncError
from oparl_sync.progress import Progress
from oparl_sync.store import Counts, Store

# How far back it is asked beyond the last time: for stamps of whole days and clocks that differ.
OVERLAP = timedelta(hours=24)
SLICE = 500  # entries at a time: some servers send all they have on one page


def walk(
    engine: Engine,
    client: OParlClient,
    source: Source,
    address: ListAddress,
    *,
    run_started: datetime,
    progress: Progress,
    tells_withdrawn: bool = False,
) -> tuple[Counts, str | None]:
    """Read one list to its end, or from where a killed run stopped; returns the counts and why it did not get there.

    A server that `tells_withdrawn` is asked besides for what it took back since the list was last read.
    """
    counts = Counts()
    cursor = _cursor(engine, source.id, address)
    if _done_in(cursor, run_started):
        return counts, None
    begun = cursor.next_url is not None and _since(cursor.started_at, run_started)
    start = cursor.next_url if begun and cursor.next_url else address.url
    pages, seen = (cursor.pages, cursor.seen) if begun else (0, 0)
    store = Store(source, address.body_id, backfill=cursor.last_complete is None, since=run_started)
    name = f"{source.slug} {address.object_type}"
    # Held open: whenever its last connection closes, SQLite folds its log into the database (6 ms a page).
    with engine.connect(), progress.step(name, unit="objects") as step:
        step.advance(seen)
        try:
            for page in fetch.pages(client, start):
                pages, seen = pages + 1, seen + _alive(page.entries)
                place = _Place(cursor.id, page, pages, seen, None if begun else now())
                counts.add(_save(engine, store, address.object_type, place))
                begun = True
                step.advance(len(page.entries), total=page.total)
            if tells_withdrawn and cursor.last_complete is not None:
                counts.add(_take_back(engine, client, store, address, cursor.last_complete - OVERLAP))
        except SyncError as error:
            _note_failure(engine, source.id, cursor.id, address, str(error))
            return counts, str(error)
    return counts, None


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a list is read once this page is stored."""

    cursor_id: int
    page: ListPage
    pages: int
    seen: int
    started: datetime | None


def _save(engine: Engine, store: Store, object_type: str, place: _Place) -> Counts:
    """Store a page: as a whole, or entry by entry where the database refuses it."""
    entries = place.page.entries
    parsed = [
        parse.objects(entries[first : first + SLICE], object_type, where=place.page.url, first=first)
        for first in range(0, len(entries), SLICE)
    ]
    counts = Counts()
    try:
        with writing(engine) as session:
            for part in parsed:
                counts.add(store.save(session, part))
            _keep_place(session, place)
    except DBAPIError as error:
        if error.connection_invalidated or (isinstance(error, OperationalError) and not _is_refusal(error)):
            raise
        return _save_singly(engine, store, object_type, place)
    return counts


def _take_back(engine: Engine, client: OParlClient, store: Store, address: ListAddress, since: datetime) -> Counts:
    """Withdraw what the list says was withdrawn: in OParl 1.1 only a list filtered by time names it.

    Of a server that cannot filter nothing is learnt, which is no failure: the list itself was read.
    """
    counts = Counts()
    try:
        for page in fetch.pages(client, fetch.modified_since(address.url, since)):
            gone = [e for e in page.entries if isinstance(e, dict) and values.is_true(e.get("deleted"))]
            parsed = parse.objects(gone, address.object_type, where=page.url)
            with writing(engine) as session:
                held = known.rows(session, address.object_type, [key_of(found.id) for found in parsed.objects])
                parsed.objects = [found for found in parsed.objects if key_of(found.id) in held]
                done = store.save(session, parsed)
            counts.deleted += done.deleted
            if len(gone) < len(page.entries) and not fetch.is_filtered(page, since):
                break
    except SyncError:
        return counts
    return counts


def _save_singly(engine: Engine, store: Store, object_type: str, place: _Place) -> Counts:
    counts = Counts()
    with writing(engine) as session:
        for position, entry in enumerate(place.page.entries):
            parsed = parse.objects([entry], object_type, where=place.page.url, first=position)
            try:
                with session.begin_nested():
                    done = store.save(session, parsed)
            except DBAPIError as error:
                done = Counts(quarantined=parsed.seen)
                store.refuse(session, parsed, type(error.orig).__name__)  # its words may quote what is private
            counts.add(done)
        _keep_place(session, place)
    return counts


def _is_refusal(error: OperationalError) -> bool:
    """Tell what PostgreSQL refuses for its size from a database that is not there."""
    return getattr(error.orig, "sqlstate", None) == "54000"


def forget_others(engine: Engine, source_id: int, urls: Iterable[str]) -> None:
    """Drop the places in lists that a source does not have any more."""
    kept = ListCursor.url.not_in(list(urls))
    with writing(engine) as session:
        session.execute(delete(ListCursor).where(ListCursor.source_id == source_id, kept))


def _cursor(engine: Engine, source_id: int, address: ListAddress) -> ListCursor:
    chosen = select(ListCursor).where(ListCursor.source_id == source_id, ListCursor.url == address.url)
    with writing(engine) as session:
        found = session.scalar(chosen)
        if found is None:
            session.execute(
                insert(ListCursor).values(
                    source_id=source_id,
                    url=address.url,
                    body_id=address.body_id,
                    object_type=address.object_type,
                    pages=0,
                    seen=0,
                )
            )
            found = session.scalars(chosen).one()
        return found


def _done_in(cursor: ListCursor, run_started: datetime) -> bool:
    return cursor.next_url is None and cursor.error is None and _since(cursor.last_complete, run_started)


def _since(moment: datetime | None, start: datetime) -> bool:
    return moment is not None and moment >= start


def _alive(entries: list[object]) -> int:
    return sum(not (isinstance(entry, dict) and values.is_true(entry.get("deleted"))) for entry in entries)


def _keep_place(session: Session, place: _Place) -> None:
    page = place.page
    values: dict[str, object] = {"next_url": page.next_url, "pages": place.pages, "seen": place.seen, "error": None}
    if place.started is not None:
        values["started_at"] = place.started
    if page.next_url is None:
        values |= {"published": place.seen, "last_complete": now()}
    session.execute(update(ListCursor).where(ListCursor.id == place.cursor_id).values(**values))


def _note_failure(engine: Engine, source_id: int, cursor_id: int, address: ListAddress, reason: str) -> None:
    with writing(engine) as session:
        session.execute(update(ListCursor).where(ListCursor.id == cursor_id).values(error=reason))
        deviation = Deviation(problems.LIST_FAILED, address.url, reason, address.object_type)
        problems.record(session, source_id, [deviation])
