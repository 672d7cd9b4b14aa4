"""What a list's time filter is worth, found out by asking it for what is known.

Of what was modified in the future there must be nothing: a server that ignores the filter answers with all it has, one
that cannot filter with an error. Since shortly before the newest there must be something: some answer with nothing,
always. A server that fails says nothing about its filter: it is asked again a day later, and its list is read whole.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import now
from app.models import OPARL_TYPES, ListCursor, Lookup
from oparl_sync import cursors, fetch
from oparl_sync.problems import Blocked, Closed, NotOParl, SyncError
from oparl_sync.work import Work

FUTURE = timedelta(days=366)
AFTER_FAILURE = timedelta(days=1)


def probe(work: Work) -> None:
    """Find out anew about the lists that were read whole, two requests each; raises Blocked where a wall is met."""
    with Session(work.engine) as session:
        due = [cursor for cursor in cursors.all_of(session, work.source.id) if _is_due(cursor)]
    verdicts = dict[int, str]()
    for cursor in due:
        verdict = _verdict(work, cursor)
        verdicts[cursor.id] = verdict or cursor.filtering
        if verdict is None:  # the others another time: it has other troubles
            break
    if not verdicts:
        return
    with work.writing() as session:
        for number, filtering in verdicts.items():
            after = {"filtering": filtering, "probed_at": now()}
            session.execute(update(ListCursor).where(ListCursor.id == number).values(**after))


def _is_due(cursor: ListCursor) -> bool:
    if cursor.last_full is None or cursor.stamps != cursors.OK:
        return False  # whatever the filter does, stamps that mean nothing make it worthless
    wait = AFTER_FAILURE if cursor.filtering == cursors.UNKNOWN else cursors.WHOLE_EVERY
    return cursor.probed_at is None or now() - cursor.probed_at > wait


def _verdict(work: Work, cursor: ListCursor) -> str | None:
    """Return what the filter is worth, None where the server fails; raises Blocked."""
    future, newest = work.moment + FUTURE, _newest(work, cursor)
    try:
        page = next(fetch.pages(work.client, cursor.url, since=future))
        if any(fetch.is_older(entry, future) for entry in page.entries):
            return cursors.IGNORED
        if newest is None:
            return cursors.OK
        page = next(fetch.pages(work.client, cursor.url, since=newest - cursors.OVERLAP))
    except Closed:
        return cursors.REJECTED
    except Blocked:
        raise
    except NotOParl as error:
        answered = error.status is not None and 400 <= error.status < 500
        return cursors.REJECTED if answered else None
    except SyncError:
        return None
    return cursors.OK if page.entries else cursors.REJECTED


def _newest(work: Work, cursor: ListCursor) -> datetime | None:
    """Return when what is surely in the list was last modified, None where nothing is."""
    model = OPARL_TYPES[cursor.object_type]
    mine = (model.source_id == cursor.source_id, model.body_id == cursor.body_id)
    # What was asked for alone may be in no list.
    alone = select(Lookup.id).where(Lookup.source_id == cursor.source_id, Lookup.object_id == model.id)
    listed = (model.deleted.is_(False), model.embedded.is_(False), ~alone.exists())
    with Session(work.engine) as session:
        return session.scalar(select(func.max(model.modified)).where(*mine, *listed))
