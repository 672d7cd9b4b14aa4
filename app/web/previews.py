"""What an alert would have sent in the last 30 days: how many mails, when, and the newest of what they told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from app.alerts.past import DAYS, preview
from app.alerts.targets import BODY, RECORDS, Target
from app.alerts.telling.lines import Line
from app.db import now
from app.models import Body, Source
from app.speech import written
from app.web.councils import council_of, only_council
from app.web.filters import today
from app.web.i18n import formats, language
from app.web.lately import mark, taken
from app.web.site import session, site
from search import SearchError

SHOWN = 4  # of the newest lines
HIGHEST = 6  # dots above one another; more are said in a number
STEP = 14  # units from dot to dot
MARKED = 4  # days named below the line


@dataclass(frozen=True, slots=True)
class Column:
    """The dots of one day: `x` in percent, `dots` their heights."""

    x: float
    day: date
    count: int
    dots: tuple[int, ...]

    @property
    def more(self) -> bool:
        """Whether some have no room, so that a number says how many there are."""
        return self.count > len(self.dots)


@dataclass(frozen=True, slots=True)
class Preview:
    """What is shown beside the form; `ticks` are (x in percent, day), before the day `begins` more would have come.

    `watched` names the council, "" for several, and since when it is read, where that is less than the time looked at.
    """

    mails: int
    finds: int
    columns: Sequence[Column]
    ticks: Sequence[tuple[float, str]]
    lines: Sequence[Line]
    height: int
    begins: date | None = None
    watched: tuple[str, datetime] | None = None


def preview_of(target: Target, frequency: str, weekday: int) -> Preview | None:
    """Return what an alert would have sent; None where that cannot be asked now."""
    works = site()
    try:
        asked = (session(), works.index, target, language(), "")
        name = ("preview", target.ref, language(), frequency, weekday, mark()[:-1])
        found = taken(name, lambda: preview(*asked, frequency=frequency, weekday=weekday, days=DAYS))
    except SearchError:
        return None
    columns = _columns(found.by_day, today())
    height = max((len(one.dots) + 1.5 * one.more for one in columns), default=1) * STEP
    ticks, shown = _ticks(columns, today()), found.lines[:SHOWN]
    watched = watched_since(target)
    return Preview(found.mails, found.finds, columns, ticks, shown, int(height), found.begins, watched)


def watched_since(target: Target) -> tuple[str, datetime] | None:
    """Return which council is read since when, where that is less than a preview's time: before it nothing is known."""
    wanted = target.inner
    row = session().get(RECORDS[wanted.kind], wanted.value) if wanted.kind in RECORDS else None
    body_id = wanted.value if wanted.kind == BODY else row.body_id if row else None
    body = session().get(Body, body_id) if body_id else None
    sources = select(func.min(Source.added_at))
    first = session().scalar(sources.where(Source.id == body.source_id) if body is not None else sources)
    if first is None or now() - first >= timedelta(days=DAYS):
        return None
    council = council_of(body.id) if body is not None else only_council()
    return (council.name if council else ""), first


def _columns(by_day: Mapping[date, int], last: date) -> list[Column]:
    columns = []
    for day, count in sorted(by_day.items()):
        high = min(count, HIGHEST)
        dots = tuple(STEP // 2 + STEP * number for number in range(high))
        columns.append(Column(_share(day, last), day, count, dots))
    return columns


def _ticks(columns: Sequence[Column], last: date) -> list[tuple[float, str]]:
    """Return which days are named: those of the mails where they are few, else each week's."""
    weeks = [last - timedelta(days=7 * number) for number in reversed(range(MARKED))]
    days = [one.day for one in columns] if len(columns) <= MARKED else weeks
    pattern = "d.M." if formats() == "de" else "d MMM"
    return [(_share(day, last), written(day, pattern, formats())) for day in days]


def _share(day: date, last: date) -> float:
    """Return where a day stands, in percent, with room for a name at both ends."""
    return round(5 + 90 * (DAYS - (last - day).days) / DAYS, 2)
