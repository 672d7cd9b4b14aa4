"""What a calendar shows of meetings: those of some days, how much is on their agendas, how often they were moved."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from app.changes import names_of
from app.models import AgendaItem, Change, Meeting
from app.models.changes import UPDATED
from app.queries.meetings import BERLIN, MeetingRow, meeting_rows, midnight, narrowed_meetings, within
from app.queries.outcomes import Settled
from app.rows import among
from app.shown import shown

# What a calendar has to be told anew: a title that is spelt differently moves nobody.
MOVING = frozenset({"start", "end", "cancelled", "location"})
BEFORE, AFTER = timedelta(days=365), timedelta(days=365)  # what a subscription holds
_ORDER = (Meeting.start, Meeting.id)
MOST = 600  # meetings in one subscription: to write each takes a thousandth of a second


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting in a calendar: the row, its public items, and what they came to."""

    row: MeetingRow
    items: int
    settled: Settled

    @property
    def meeting(self) -> Meeting:
        """The meeting itself."""
        return self.row.meeting

    @property
    def day(self) -> date:
        """The day on German clocks."""
        return self.row.day or date.min


def entries_between(
    session: Session,
    first: date,
    end: date,
    *,
    organization: str | None = None,
    body: str | None = None,
    most: int | None = None,
) -> tuple[list[Entry], Counter[date]]:
    """Return the meetings from a day on and before another, in their order; in five queries.

    Of each day the first so many, and how many more it has: in a portal of a hundred councils a day has fifty.
    """
    wanted, left = [*narrowed_meetings(organization, body), within(first, end)], Counter[date]()
    if most is not None:
        days: dict[date, list[str]] = {}
        for key, start in session.execute(select(Meeting.id, Meeting.start).where(*wanted).order_by(*_ORDER)):
            days.setdefault(_day_of(start) or date.min, []).append(key)
        left.update({day: len(ids) - most for day, ids in days.items() if len(ids) > most})
        if left:
            wanted = [Meeting.id.in_([key for ids in days.values() for key in ids[:most]])]
    query = select(Meeting).where(*wanted).order_by(*_ORDER).options(defer(Meeting.raw))
    return _entries(session, session.scalars(query).all()), left


def subscribed(
    session: Session,
    moment: datetime,
    *,
    organization: str | None = None,
    body: str | None = None,
    only: Sequence[str] | None = None,
) -> list[Entry]:
    """Return the meetings of the year before and the year after a moment, in five queries.

    Of too many those that come next, and then the latest of those that were. `only`: of these alone.
    """
    query = select(Meeting).where(*narrowed_meetings(organization, body)).options(defer(Meeting.raw))
    if only is not None:
        query = query.where(among(session, Meeting.id, only))
    ahead = query.where(Meeting.start >= moment, Meeting.start <= moment + AFTER).order_by(*_ORDER)
    behind = query.where(Meeting.start < moment, Meeting.start >= moment - BEFORE)
    coming = session.scalars(ahead.limit(MOST)).all()
    past = session.scalars(behind.order_by(Meeting.start.desc(), Meeting.id.desc()).limit(MOST - len(coming))).all()
    return _entries(session, [*past[::-1], *coming])


def entry_of(session: Session, row: MeetingRow) -> Entry:
    """Return one meeting as a calendar shows it; in one query."""
    return _counted(session, [row])[0]


def revisions(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """Return how often some meetings were moved, called off or sent to another place, by id; in two queries."""
    names = names_of(session, ids)
    query = select(Change.object_id, Change.fields).where(
        Change.object_id.in_(list(names)), Change.kind == UPDATED, Change.object_type == "Meeting"
    )
    moved = Counter(names[about] for about, fields in session.execute(query) if MOVING & set(fields or ()))
    return {oparl_id: moved[oparl_id] for oparl_id in ids}


def nearest_days(
    session: Session, first: date, end: date, *, organization: str | None = None, body: str | None = None
) -> tuple[date | None, date | None]:
    """Return the nearest days before and after some in which anything is held; in one query each."""
    held = select(Meeting.start).where(*narrowed_meetings(organization, body))
    before = session.scalar(held.where(Meeting.start < midnight(first)).order_by(Meeting.start.desc()).limit(1))
    after = session.scalar(held.where(Meeting.start >= midnight(end)).order_by(Meeting.start).limit(1))
    return _day_of(before), _day_of(after)


def next_first(first: date) -> date:
    """Return the first day of the month after the one this first day begins."""
    return (first + timedelta(days=31)).replace(day=1)


def _entries(session: Session, found: Sequence[Meeting]) -> list[Entry]:
    return _counted(session, meeting_rows(session, found))


def _counted(session: Session, rows: Iterable[MeetingRow]) -> list[Entry]:
    listed = list(rows)
    ids = [row.meeting.id for row in listed]
    query = (
        select(AgendaItem.meeting_id, AgendaItem.result, func.count())
        .where(AgendaItem.meeting_id.in_(ids), shown(AgendaItem))
        .group_by(AgendaItem.meeting_id, AgendaItem.result)
    )
    results: dict[str, list[str | None]] = {}
    for meeting_id, result, count in session.execute(query) if ids else ():
        results.setdefault(meeting_id or "", []).extend([result] * count)
    return [_entry(row, results.get(row.meeting.id, [])) for row in listed]


def _entry(row: MeetingRow, results: Sequence[str | None]) -> Entry:
    return Entry(row, len(results), Settled.of(results))


def _day_of(moment: datetime | None) -> date | None:
    return moment.astimezone(BERLIN).date() if moment else None
