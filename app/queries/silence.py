"""A source that says nothing new for longer than it ever does: its server may be up, and dead all the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.models import Change, Meeting, Paper, Source

YEAR = timedelta(days=365)
SHORTEST = 21  # days: nobody is alarmed in the summer holidays of a council that meets every week
UNUSUAL = 3  # times the gap that nine of ten days with news keep to
WITHOUT_HABIT = 45  # days, where too little is known to tell what is usual
HABIT = 8  # days with news from which on something is known
# A source whose newest meeting or paper is older, though it had several in the year before that one.
OLD = timedelta(days=120)
SEVERAL = 4
AHEAD = timedelta(days=730)  # later dates are slips of the keyboard


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when nothing changed, and how many days that is usually at most."""

    since: datetime
    usual: int

    def is_alarming(self, moment: datetime) -> bool:
        """Whether it is unusual."""
        return moment - self.since > timedelta(days=self.usual)


def silences(session: Session, sources: Sequence[Source], moment: datetime) -> dict[int, Silence]:
    """Return since when each source has said nothing new; what was read on a first walk is not new."""
    day = func.date(Change.at)
    news = (
        select(Change.source_id, day, func.max(Change.at))
        .where(~Change.backfill, Change.at > moment - YEAR)
        # That a file was read, or a result in minutes, is our own doing.
        .where(or_(Change.fields.is_(None), and_(Change.fields != ["text"], Change.fields != ["minutes"])))
        .group_by(Change.source_id, day)
        .order_by(Change.source_id, day)
    )
    days: dict[int, list[date]] = {}
    last: dict[int, datetime] = {}
    for source_id, found, newest in session.execute(news):
        days.setdefault(source_id, []).append(date.fromisoformat(str(found)[:10]))
        last[source_id] = max(last.get(source_id, newest), newest)
    return {
        source.id: Silence(last.get(source.id) or source.last_news or source.added_at, usual(days.get(source.id, ())))
        for source in sources
    }


def usual(days: Sequence[date]) -> int:
    """Return for how many days a source with news on these days may be silent."""
    if len(days) < HABIT:
        return WITHOUT_HABIT
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    return max(SHORTEST, UNUSUAL * gaps[min(len(gaps) - 1, int(len(gaps) * 0.9))])


def newest_dates(session: Session, moment: datetime) -> dict[int, dict[str, date]]:
    """Return by source and type the newest dates that lie far back, of those that had several in the year before."""
    found: dict[int, dict[str, date]] = {}
    for name, model, column, limit in (
        ("Meeting", Meeting, Meeting.start, moment + AHEAD),
        ("Paper", Paper, Paper.date, (moment + AHEAD).date()),
    ):
        of: Any = model
        newest = select(of.source_id, func.max(column)).where(~of.deleted, column < limit).group_by(of.source_id)
        for source_id, last in session.execute(newest).all():
            day = last.date() if isinstance(last, datetime) else last
            if moment.date() - day <= OLD:
                continue
            before = select(func.count()).where(of.source_id == source_id, ~of.deleted, column > last - YEAR)
            if (session.scalar(before.where(column <= last)) or 0) >= SEVERAL:
                found.setdefault(source_id, {})[name] = day
    return found
