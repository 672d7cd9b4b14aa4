"""Lists that leave out parts: Somacos (Magdeburg) lists meetings without the agenda that the meetings themselves have.

Where a council's meetings all come without one, and no list of agenda items is linked, a few are asked for alone. If
these have an agenda, the list is known to leave it out: then all are asked for, and again when they change or are near.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from app.db import now
from app.models import AgendaItem, ListCursor, Lookup, Meeting
from oparl_sync import todo

PART = "agendaItem"
SAMPLE = 3
BEFORE, AFTER = timedelta(days=14), timedelta(days=30)  # around a meeting its agenda is worked on


def suspect(session: Session, source_id: int) -> None:
    """Put a sample of meetings on the to-do list of each council of which no agenda ever came."""
    mine = ListCursor.source_id == source_id
    listed = set(session.scalars(select(ListCursor.body_id).where(mine, ListCursor.object_type == "AgendaItem")))
    of_meetings = (mine, ListCursor.object_type == "Meeting", ListCursor.last_full.is_not(None))
    for cursor in session.scalars(select(ListCursor).where(*of_meetings, ListCursor.omits.is_(None))):
        theirs = (Meeting.source_id == source_id, Meeting.body_id == cursor.body_id, Meeting.deleted.is_(False))
        agendas = _named(AgendaItem.source_id == source_id, AgendaItem.body_id == cursor.body_id)
        if cursor.body_id in listed or session.scalar(agendas.limit(1)):
            continue
        past = select(Meeting.id).where(*theirs, Meeting.start < now()).order_by(Meeting.start.desc())
        sample = list(session.scalars(past.limit(SAMPLE)))
        if len(sample) == SAMPLE:
            _ask(session, source_id, sample)
            session.execute(update(ListCursor).where(ListCursor.id == cursor.id).values(omits=[]))


def conclude(session: Session, source_id: int) -> None:
    """Ask for all meetings where the sample had what the list leaves out."""
    suspected = (ListCursor.source_id == source_id, ListCursor.object_type == "Meeting", ListCursor.omits == [])
    for cursor in session.scalars(select(ListCursor).where(*suspected)).all():
        agendas = _named(AgendaItem.source_id == source_id, AgendaItem.body_id == cursor.body_id)
        if not session.scalar(agendas.limit(1)):
            continue
        session.execute(update(ListCursor).where(ListCursor.id == cursor.id).values(omits=[PART]))
        alive = (Meeting.source_id == source_id, Meeting.body_id == cursor.body_id, Meeting.deleted.is_(False))
        without = ~_named(AgendaItem.meeting_id == Meeting.id).exists()
        _ask(session, source_id, session.scalars(select(Meeting.id).where(*alive, without)))


def renew(session: Session, source_id: int, changed: Iterable[str]) -> None:
    """Ask again for meetings whose list leaves out the agenda: those that changed, and those that are near."""
    omitting = (ListCursor.source_id == source_id, ListCursor.object_type == "Meeting", ListCursor.omits == [PART])
    bodies = list(session.scalars(select(ListCursor.body_id).where(*omitting)))
    if not bodies:
        return
    near = (Meeting.source_id == source_id, Meeting.body_id.in_(bodies), Meeting.deleted.is_(False))
    soon = Meeting.start.between(now() - BEFORE, now() + AFTER)
    _ask(session, source_id, {*changed, *session.scalars(select(Meeting.id).where(*near, soon))})


def _named(*of: ColumnElement[bool]) -> Select[Any]:
    """Choose items that their meeting names: others are here only because a consultation refers to them."""
    return select(AgendaItem.id).where(AgendaItem.position.is_not(None), *of)


def _ask(session: Session, source_id: int, meetings: Iterable[str]) -> None:
    others = (Lookup.source_id == source_id, Lookup.object_type == "Meeting", Lookup.reason != todo.SPARSE)
    missing = set(session.scalars(select(Lookup.object_id).where(*others)))
    wanted = [("Meeting", one) for one in meetings if one not in missing]
    todo.note(session, source_id, todo.SPARSE, wanted, again=True)
