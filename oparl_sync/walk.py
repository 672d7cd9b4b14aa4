"""One list, page by page: each page's objects, changes, problems and cursor are one commit."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import ListCursor, Source
from oparl_sync import fetch, parse, problems, values
from oparl_sync.client import OParlClient
from oparl_sync.fetch import ListAddress, ListPage
from oparl_sync.problems import Deviation, SyncError
from oparl_sync.progress import Progress
from oparl_sync.store import Counts, Store

SLICE = 500  # entries at a time: some servers send all they have on one page


def walk(
    engine: Engine,
    client: OParlClient,
    source: Source,
    address: ListAddress,
    *,
    run_started: datetime,
    progress: Progress,
) -> tuple[Counts, str | None]:
    """Read one list to its end, or from where a killed run stopped; returns the counts and why it did not get there."""
    counts = Counts()
    cursor = _cursor(engine, source.id, address)
    if _done_in(cursor, run_started):
        return counts, None
    begun = cursor.next_url is not None and _since(cursor.started_at, run_started)
    start = cursor.next_url if begun and cursor.next_url else address.url
    pages, seen = (cursor.pages, cursor.seen) if begun else (0, 0)
    store = Store(source, address.body_id, backfill=source.last_complete is None, since=run_started)
    name = f"{source.slug} {address.object_type}"
    # Held open: whenever its last connection closes, SQLite folds its log into the database (6 ms a page).
    with engine.connect(), progress.step(name, unit="objects") as step:
        step.advance(seen)
        try:
            for page in fetch.pages(client, start):
                pages, seen = pages + 1, seen + _alive(page.entries)
                with writing(engine) as session:
                    for place in range(0, len(page.entries), SLICE):
                        entries = page.entries[place : place + SLICE]
                        parsed = parse.objects(entries, address.object_type, where=page.url, first=place)
                        counts.add(store.save(session, parsed))
                    _keep_place(session, cursor.id, page, pages, seen, started=None if begun else now())
                begun = True
                step.advance(len(page.entries), total=page.total)
        except SyncError as error:
            _note_failure(engine, source.id, cursor.id, address, str(error))
            return counts, str(error)
    return counts, None


def published(session: Session, source_id: int) -> Iterable[tuple[str, int]]:
    """Return object types and how many entries their lists had when they were last read to the end."""
    return [
        (object_type, count or 0)
        for object_type, count in session.execute(
            select(ListCursor.object_type, ListCursor.published).where(ListCursor.source_id == source_id)
        )
    ]


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


def _keep_place(
    session: Session, cursor_id: int, page: ListPage, pages: int, seen: int, *, started: datetime | None
) -> None:
    values: dict[str, object] = {"next_url": page.next_url, "pages": pages, "seen": seen, "error": None}
    if started is not None:
        values["started_at"] = started
    if page.next_url is None:
        values |= {"published": seen, "last_complete": now()}
    session.execute(update(ListCursor).where(ListCursor.id == cursor_id).values(**values))


def _note_failure(engine: Engine, source_id: int, cursor_id: int, address: ListAddress, reason: str) -> None:
    with writing(engine) as session:
        session.execute(update(ListCursor).where(ListCursor.id == cursor_id).values(error=reason))
        deviation = Deviation(problems.LIST_FAILED, address.url, reason, address.object_type)
        problems.record(session, source_id, [deviation])
