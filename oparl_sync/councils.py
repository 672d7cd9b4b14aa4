"""Councils that a source lists no more: their own address decides, and what came with one goes with it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db import now
from app.models import OPARL_TYPES, Body, ListCursor, Lookup, SeenPage
from oparl_sync import todo, withdraw
from oparl_sync.work import Work

ASK_AFTER = timedelta(days=1)  # a server may have lost a council for a night, at its own address too
BATCH = 500  # objects taken back in one commit: others write meanwhile


def unlisted(work: Work, listed: Collection[str]) -> list[str]:
    """Put the councils that were read, and are not listed any more, on the to-do list; returns a line for each."""
    with Session(work.engine) as session:
        gone = sorted(_unlisted(session, work.source.id, listed, withdrawn=False))
        waiting = (Lookup.source_id == work.source.id, Lookup.object_type == "Body", Lookup.reason == todo.UNLISTED)
        noted = set(session.scalars(select(Lookup.object_id).where(*waiting)))
    new, back = [one for one in gone if one not in noted], sorted(noted.intersection(listed))
    if new or back:
        with work.writing() as session:
            todo.note(session, work.source.id, todo.UNLISTED, [("Body", one) for one in new])
            these = (*waiting, Lookup.object_id.in_(new))
            session.execute(update(Lookup).where(*these).values(next_try=now() + ASK_AFTER))
            todo.strike(session, work.source.id, (todo.UNLISTED,), back)
    return [f"the council {one} is not listed any more" for one in gone]


def take_back(work: Work, listed: Collection[str]) -> int:
    """Withdraw all that came with councils that were withdrawn themselves, and forget their lists; returns how much."""
    with Session(work.engine) as session:
        gone = sorted(_unlisted(session, work.source.id, listed, withdrawn=True))
    count = sum(_withdraw_all(work, model, body_id) for body_id in gone for model in OPARL_TYPES.values())
    if gone:
        mine = ListCursor.source_id == work.source.id
        with work.writing() as session:
            old = list(session.scalars(select(ListCursor.id).where(mine, ListCursor.body_id.in_(gone))))
            session.execute(delete(SeenPage).where(SeenPage.cursor_id.in_(old)))
            session.execute(delete(ListCursor).where(ListCursor.id.in_(old)))
            # What another council shares with it comes back with that one's lists, if they are read whole.
            session.execute(update(ListCursor).where(mine).values(last_full=None))
    return count


def _unlisted(session: Session, source_id: int, listed: Collection[str], *, withdrawn: bool) -> set[str]:
    """Return the councils whose lists were read though they are not listed, or no more than as withdrawn."""
    read = select(ListCursor.body_id).where(ListCursor.source_id == source_id)
    found = select(Body.id).where(Body.id.in_(read), Body.source_id == source_id, Body.deleted.is_(withdrawn))
    return set(session.scalars(found)).difference(listed)


def _withdraw_all(work: Work, model: type[Any], body_id: str) -> int:
    """Withdraw the objects of one type of a council, part after part: where it is killed, the next pass goes on."""
    count, kind = 0, model.__name__
    theirs = (model.source_id == work.source.id, model.body_id == body_id, model.deleted.is_(False))
    while True:
        with work.writing() as session:
            ids = list(session.scalars(select(model.id).where(*theirs).limit(BATCH)))
            if not ids:
                return count
            count += withdraw.withdraw(session, kind, ids, source_id=work.source.id, backfill=False, at=now())
