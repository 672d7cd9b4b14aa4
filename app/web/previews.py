"""What an alert would have sent in the last four weeks: how many mails, when, and the newest of what they told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.alerts.past import preview
from app.alerts.targets import Target
from app.alerts.telling import Line
from app.speech import written
from app.web.filters import today
from app.web.i18n import formats, language
from app.web.site import session, site
from search import SearchError

DAYS = 28
SHOWN = 4  # of the newest lines
HIGHEST = 6  # dots above one another; more are said in a number
STEP = 14  # units from dot to dot
MARKED = 4  # days named below the line


@dataclass(frozen=True, slots=True)
class Column:
    """The dots of one day: `x` in percent, `dots` their heights, `more` how many have no room."""

    x: float
    day: date
    count: int
    dots: tuple[int, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What is shown beside the form; `ticks` are (x in percent, day)."""

    mails: int
    finds: int
    columns: Sequence[Column]
    ticks: Sequence[tuple[float, str]]
    lines: Sequence[Line]
    height: int
    many: bool = False


def preview_of(target: Target, frequency: str, weekday: int) -> Preview | None:
    """Return what an alert would have sent; None where that cannot be asked now."""
    works = site()
    try:
        asked = (session(), works.index, target, language(), "")
        found = preview(*asked, frequency=frequency, weekday=weekday, days=DAYS)
    except SearchError:
        return None
    columns = _columns(found.by_day, today())
    height = max((len(one.dots) for one in columns), default=1) * STEP
    return Preview(found.mails, found.finds, columns, _ticks(today()), found.lines[:SHOWN], height, found.many)


def _columns(by_day: Mapping[date, int], last: date) -> list[Column]:
    columns = []
    for day, count in sorted(by_day.items()):
        high = min(count, HIGHEST)
        dots = tuple(STEP // 2 + STEP * number for number in range(high))
        columns.append(Column(_share(day, last), day, count, dots, count - high))
    return columns


def _ticks(last: date) -> list[tuple[float, str]]:
    days = [last - timedelta(days=7 * number) for number in range(MARKED)]
    pattern = "d.M." if formats() == "de" else "d MMM"
    return [(_share(day, last), written(day, pattern, formats())) for day in reversed(days)]


def _share(day: date, last: date) -> float:
    """Return where a day stands, in percent; half a day of room at both ends."""
    return round(100 * (DAYS - (last - day).days + 0.5) / (DAYS + 1), 2)
