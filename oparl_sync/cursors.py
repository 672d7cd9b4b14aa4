"""Where a list's walk stands: what it asks for, how far it is, and whether it reached the end.

A cursor is advanced only by a walk that reached the end, and to the moment at which that walk began by the server's
own clock: whatever was modified while it ran is asked for again.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.db import now
from app.models import ListCursor, SeenPage
from oparl_sync.fetch import ListAddress
from oparl_sync.work import Work

# How far back it is asked beyond the last time: for stamps of whole days, clocks that differ, local time called UTC.
OVERLAP = timedelta(hours=24)
RESUME_WITHIN = timedelta(hours=6)  # a walk that was broken off longer ago begins anew
WHOLE_EVERY = timedelta(days=7)  # servers forget to bump stamps, and some deletions no filter tells

UNKNOWN, OK, IGNORED, REJECTED, SYNTHETIC = "unknown", "ok", "ignored", "rejected", "synthetic"
# What a page may change of a cursor.
KEPT = (
    *("run_id", "since", "started_at", "next_url", "pages", "seen", "total", "again", "error", "published"),
    *("last_complete", "last_full", "synced_until", "filtering", "drops_filter", "stamps", "omits"),
)


def of(work: Work, address: ListAddress) -> ListCursor:
    """Return the cursor of a list, made where there is none."""
    chosen = select(ListCursor).where(ListCursor.source_id == work.source.id, ListCursor.url == address.url)
    with Session(work.engine, expire_on_commit=False) as session:
        if found := session.scalar(chosen):
            return found
    row = {"source_id": work.source.id, "url": address.url, "body_id": address.body_id}
    with work.writing() as session:
        session.execute(insert(ListCursor).values(**row, object_type=address.object_type, pages=0, seen=0))
        return session.scalars(chosen).one()


def all_of(session: Session, source_id: int) -> list[ListCursor]:
    """Return the cursors of a source in the order in which they are read."""
    return list(session.scalars(select(ListCursor).where(ListCursor.source_id == source_id).order_by(ListCursor.id)))


def is_done(cursor: ListCursor, work: Work) -> bool:
    """Tell whether this very run read the list to its end: it was killed later, and goes on."""
    return cursor.run_id == work.run_id and cursor.next_url is None and cursor.error is None


def goes_on(cursor: ListCursor, work: Work) -> bool:
    """Tell whether a walk that was broken off can be taken up where it stopped."""
    if cursor.next_url is None or cursor.started_at is None:
        return False
    if cursor.run_id != work.run_id and work.whole:
        return False
    return abs(work.moment - cursor.started_at) < RESUME_WITHIN


def begin(cursor: ListCursor, work: Work, since: datetime | None) -> None:
    """Set the cursor to the beginning of a walk; nothing is written before its first page is."""
    cursor.since, cursor.started_at, cursor.again = since, work.moment, False
    cursor.pages = cursor.seen = 0
    cursor.next_url = cursor.total = None


def since(cursor: ListCursor, work: Work, earliest: datetime | None) -> datetime | None:
    """Return from when on the list is asked for, None where it has to be read whole.

    `earliest` is how far back the other lists of the source have to ask: all of them are asked alike.
    """
    if work.whole or cursor.synced_until is None or cursor.last_full is None or earliest is None:
        return None
    if cursor.filtering != OK or cursor.stamps != OK:
        return None
    if cursor.synced_until > work.moment:  # the server's clock was set back: what it stamped since then lies before
        return None
    if now() - cursor.last_full > WHOLE_EVERY:
        return None
    return min(cursor.synced_until, earliest) - OVERLAP


def earliest(work: Work) -> datetime | None:
    """Return until when all lists of the source are known that are not failing."""
    with Session(work.engine) as session:
        found = [c.synced_until for c in all_of(session, work.source.id) if c.error is None and c.synced_until]
    return min(found, default=None)


def keep(session: Session, cursor: ListCursor, values: dict[str, object]) -> None:
    """Write what a page changed of a cursor, in the page's own transaction."""
    session.execute(update(ListCursor).where(ListCursor.id == cursor.id).values(**values))


def forget_others(session: Session, source_id: int, bodies: Collection[str], urls: list[str]) -> None:
    """Drop the places in lists that these councils of a source do not have any more."""
    others = (ListCursor.source_id == source_id, ListCursor.body_id.in_(bodies), ListCursor.url.not_in(urls))
    gone = list(session.scalars(select(ListCursor.id).where(*others)))
    session.execute(delete(SeenPage).where(SeenPage.cursor_id.in_(gone)))
    session.execute(delete(ListCursor).where(ListCursor.id.in_(gone)))
