"""What a list's time filter is worth, found out by asking for what was modified in the future: there must be nothing.

A server that ignores the filter answers with all it has, one that cannot filter with an error. One that fails says
nothing about its filter: it is asked again next time, and until then its list is read whole.
"""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import now
from app.models import ListCursor
from oparl_sync import cursors, fetch
from oparl_sync.problems import Blocked, Closed, NotOParl, SyncError
from oparl_sync.work import Work

FUTURE = timedelta(days=366)


def probe(work: Work) -> None:
    """Find out anew about the lists that were read whole, one request each; raises Blocked where a wall is met."""
    with Session(work.engine) as session:
        due = [cursor for cursor in cursors.all_of(session, work.source.id) if _is_due(cursor)]
    verdicts = {cursor.id: verdict for cursor in due if (verdict := _verdict(work, cursor))}
    if not verdicts:
        return
    with work.writing() as session:
        for number, verdict in verdicts.items():
            after = {"filtering": verdict, "probed_at": now()}
            session.execute(update(ListCursor).where(ListCursor.id == number).values(**after))


def _is_due(cursor: ListCursor) -> bool:
    if cursor.last_full is None or cursor.stamps != cursors.OK:
        return False  # whatever the filter does, stamps that mean nothing make it worthless
    return (
        cursor.probed_at is None
        or cursor.filtering == cursors.UNKNOWN
        or now() - cursor.probed_at > cursors.WHOLE_EVERY
    )


def _verdict(work: Work, cursor: ListCursor) -> str | None:
    future = work.moment + FUTURE
    try:
        page = next(fetch.pages(work.client, cursor.url, since=future))
    except Closed:
        return cursors.REJECTED
    except Blocked:
        raise
    except NotOParl as error:
        answered = error.status is not None and 400 <= error.status < 500
        return cursors.REJECTED if answered else None
    except SyncError:
        return None
    return cursors.IGNORED if any(fetch.is_older(entry, future) for entry in page.entries) else cursors.OK
