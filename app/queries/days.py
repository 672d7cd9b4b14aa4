"""On which of the last days each source was read to the end: what the ticks on the status page are drawn from."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.models import Source, SyncRun
from app.queries.meetings import BERLIN, midnight

DAYS = 30
MISSING, PART, FULL = 0, 1, 2
Ticks = tuple[int | None, ...]


def last_days(moment: datetime) -> list[date]:
    """Return the last days on German clocks, the present one last."""
    today = moment.astimezone(BERLIN).date()
    return [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def days_read(session: Session, sources: Sequence[Source], moment: datetime) -> dict[int, Ticks]:
    """Return source id -> what came of each of the last days: read to its end, only a part, or nothing; in one query.

    None stands for days before the source was added.
    """
    days = last_days(moment)
    bounds = [midnight(day) for day in [*days, days[-1] + timedelta(days=1)]]
    done = case((SyncRun.finished_at.is_not(None) & SyncRun.error.is_(None), FULL), else_=PART)
    columns = [
        func.max(case(((SyncRun.started_at >= begins) & (SyncRun.started_at < ends), done), else_=MISSING))
        for begins, ends in pairwise(bounds)
    ]
    query = select(SyncRun.source_id, *columns).where(SyncRun.started_at >= bounds[0]).group_by(SyncRun.source_id)
    found = {row[0]: row[1:] for row in session.execute(query)}
    return {one.id: _since(one, days, found.get(one.id, [MISSING] * DAYS)) for one in sources}


def _since(source: Source, days: Sequence[date], ticks: Sequence[int]) -> Ticks:
    added = source.added_at.astimezone(BERLIN).date()
    # A day on which it was read counts, whatever is said of when it was added.
    return tuple(None if day < added and not tick else tick for day, tick in zip(days, ticks, strict=True))
