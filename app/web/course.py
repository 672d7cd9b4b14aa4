"""How much there is of each month: as bars, and as a table by council and year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.queries.status import council_names
from app.web.searching import Asked
from app.web.site import session
from search import BadQuery, FacetCount, Results, SearchIndex

MOST_COUNCILS = 8  # each of them is a search
MOST_BARS = 360  # months: more are thinner than a pixel on a phone
HEIGHT = 70  # pixels of the highest bar
Months = Mapping[str, int]
Bar = tuple[str, str, int, bool]  # left edge and width in percent, height in pixels, whether it is the highest


@dataclass(frozen=True, slots=True)
class Row:
    """One year of one council: twelve counts."""

    slug: str
    council: str
    year: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """The months from the first to the last with the one that has most, and the years, newest first."""

    first: date
    last: date
    peak: date
    most: int
    bars: tuple[Bar, ...]
    rows: tuple[Row, ...]
    several: bool  # councils
    undated: int


def course_of(index: SearchIndex, wish: Asked, found: Results) -> Course | None:
    """Return how the results of a search that counted months lie in time; None where none has a date."""
    months = _months(found.facets.get("month", ()))
    if not months:
        return None
    slugs = wish.chosen.get("body", ()) or tuple(one.value for one in found.facets.get("body", ()))
    several = len(slugs) > 1
    names = council_names(session()) if several else {}
    parts = {slug: _of_council(index, wish, slug) for slug in slugs[:MOST_COUNCILS]} if several else {"": months}
    rows = [row for slug, counts in parts.items() for row in _rows(slug, names.get(slug, slug), counts)]
    peak = max(months, key=lambda month: (months[month], month))
    return Course(
        first=_day(min(months)),
        last=_day(max(months)),
        peak=_day(peak),
        most=months[peak],
        bars=tuple(_bars(months, months[peak])),
        rows=tuple(sorted(rows, key=lambda row: -row.year)),
        several=several,
        undated=0 if "month" in wish.chosen else found.total - sum(months.values()),
    )


def _of_council(index: SearchIndex, wish: Asked, slug: str) -> Months:
    try:
        found = index.search(wish.asking(wish.words, body=(slug,)).query(1))
    except BadQuery:  # what was asked was the most that can be
        return {}
    return _months(found.facets.get("month", ()))


def _months(counted: Iterable[FacetCount]) -> Months:
    return {one.value: one.count for one in counted if one.count}


def _rows(slug: str, council: str, months: Months) -> Iterable[Row]:
    for year in {month[:4] for month in months}:
        counts = tuple(months.get(f"{year}-{number:02}", 0) for number in range(1, 13))
        yield Row(slug, council, int(year), counts)


def _bars(months: Months, most: int) -> Iterable[Bar]:
    last, first = _number(max(months)), _number(min(months))
    first = max(first, last - MOST_BARS + 1)
    width = 100 / (last - first + 1)
    for month, count in sorted(months.items()):
        place = _number(month) - first
        if place >= 0:
            # One pixel at least: little is not nothing.
            height = max(1, round(count / most * HEIGHT))
            yield f"{place * width:.3f}", f"{width * 0.8:.3f}", height, count == most


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _day(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), 1)
