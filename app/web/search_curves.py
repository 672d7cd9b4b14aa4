"""Searches over time, and across councils: how many documents each finds, year by year or month by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from app.web import charts
from app.web import figure_words as words
from app.web.councils import Council, councils, narrowed
from app.web.figure_parts import MONTHLY, Figure, Row
from app.web.filters import number, today
from app.web.i18n import gettext, here, ngettext
from app.web.searching import Asked
from search import BadQuery, SearchIndex

MOST = 4  # queries that are compared
MOST_SEARCHES = 8  # of one page, besides those of all councils together: each takes some milliseconds
MOST_BACK = 60  # years that are drawn
LONGEST = 500  # characters of a query
METHOD = words.METHODS["search"]
Periods = Mapping[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class Faulty:
    """A query that says nothing, and why."""

    words: str
    message: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one query finds, by year and month; `undated` is in none."""

    words: str
    counts: Periods
    total: int
    undated: int
    councils: Mapping[str, int]

    @property
    def href(self) -> str:
        """The results themselves."""
        council = narrowed()
        return here("/search", q=self.words, since=None, until=None, organization=None, body=council and council.slug)


@dataclass(frozen=True, slots=True)
class Compared:
    """The figure of some queries, those that say nothing, and the lines of each council."""

    figure: Figure | None
    faulty: tuple[Faulty, ...]
    found: tuple[Found, ...]
    councils: tuple[tuple[str, str, charts.Curves], ...] = ()


def queries_asked(arguments: MultiDict[str, str]) -> list[str]:
    """Return what is to be compared, each once."""
    given = (one.replace("\0", "").strip()[:LONGEST] for one in arguments.getlist("q"))
    return list(dict.fromkeys(one for one in given if one))[:MOST]


def compared(index: SearchIndex, asked: Sequence[str], first: int | None, last: int | None) -> Compared:
    """Search for each, from one year to another where they are given; raises search.SearchError."""
    monthly = first is not None and last is not None and last - first < MONTHLY
    found, faulty = list[Found](), list[Faulty]()
    council = narrowed()
    for one in asked:
        try:
            found.append(_found(index, one, first, last, monthly, council))
        except BadQuery as error:
            faulty.append(Faulty(one, gettext(error.template, **error.params)))
    periods = _periods(found, first, last, monthly)
    if not periods:
        return Compared(_nothing() if found else None, tuple(faulty), tuple(found))
    parts = [] if council else _by_council(index, found, (first, last, monthly))
    return Compared(_figure(found, periods), tuple(faulty), tuple(found), tuple(_multiples(parts, periods)))


def _found(
    index: SearchIndex, asked: str, first: int | None, last: int | None, monthly: bool, council: Council | None
) -> Found:
    wish = Asked(
        words=asked,
        chosen={"body": (council.slug,)} if council else {},
        after=date(first, 1, 1) if first else None,
        until=date(last, 12, 31) if last else None,
        months=monthly,
    )
    results = index.search(wish.query(1))
    counts = {_period(one.value): one.count for one in results.facets.get("month" if monthly else "year", ())}
    bodies = {one.value: one.count for one in results.facets.get("body", ())}
    return Found(asked, counts, results.total, results.total - sum(counts.values()), bodies)


def _period(value: str) -> tuple[int, int]:
    year, _, month = value.partition("-")
    return int(year), int(month or 0)


def _periods(found: Sequence[Found], first: int | None, last: int | None, monthly: bool) -> list[tuple[int, int]]:
    years = [year for one in found for (year, _), count in one.counts.items() if count]
    if not years:
        return []
    # Slips of the keyboard in dates would squeeze the rest to nothing.
    end = last or min(max(years), today().year + 1)
    begin = max(first or min(years), end - MOST_BACK)
    months = range(1, 13) if monthly else (0,)
    return [(year, month) for year in range(begin, end + 1) for month in months]


def _figure(found: Sequence[Found], periods: Sequence[tuple[int, int]]) -> Figure:
    several = len({year for year, _ in periods}) > 1
    drawing = charts.curves(
        [(one.words, [one.counts.get(period, 0) for period in periods]) for one in found],
        [words.short_period(*period, several=several) for period in periods],
    )
    rows = tuple(Row((_stamp(period), *(one.counts.get(period, 0) for one in found))) for period in periods)
    columns: Any = [("period", gettext("Time"), False), *((one.words, one.words, True) for one in found)]
    return Figure(
        "search",
        _finding(found, periods),
        _lead(periods[0]),
        tuple(columns),
        rows,
        "curves",
        drawing,
        note=_undated(found),
        method=gettext(METHOD),
    )


def _lead(period: tuple[int, int]) -> str:
    return gettext("Documents found, by month.") if period[1] else gettext("Documents found, by year.")


def _nothing() -> Figure:
    title = gettext("Nothing is found in this time")
    return Figure("search", title, "", (), (), method=gettext(METHOD))


def _finding(found: Sequence[Found], periods: Sequence[tuple[int, int]]) -> str:
    if len(found) == 1:
        only = found[0]
        peak = max(periods, key=lambda one: (only.counts.get(one, 0), one))
        values = {"words": only.words, "when": words.period_words(*peak), "count": number(only.counts.get(peak, 0))}
        if only.total < words.FEW:
            return ngettext(
                "“%(words)s” is found in %(num)s document",
                "“%(words)s” is found in %(num)s documents",
                only.total,
                **values,
            )
        return gettext("“%(words)s” is found most often in %(when)s: in %(count)s documents", **values)
    most = max(found, key=lambda one: one.total)
    if sum(one.total == most.total for one in found) > 1:
        return gettext("The searches side by side")
    return gettext(
        "“%(words)s” is found most often: in %(count)s documents", words=most.words, count=number(most.total)
    )


def _undated(found: Sequence[Found]) -> str:
    count = sum(one.undated for one in found)
    if not count:
        return ""
    return ngettext("%(num)s document has no date.", "%(n)s documents have no date.", count, n=number(count))


def _by_council(
    index: SearchIndex, found: Sequence[Found], asked: tuple[int | None, int | None, bool]
) -> list[tuple[Council, list[Found]]]:
    """Return the same of each council in which most is found, as many as there is time for."""
    every = councils()
    if len(every) < 2:
        return []
    totals: dict[str, int] = {}
    for one in found:
        for slug, count in one.councils.items():
            totals[slug] = totals.get(slug, 0) + count
    chosen = sorted((one for one in every if totals.get(one.slug)), key=lambda one: (-totals[one.slug], one.name))
    return [
        (council, [_found(index, one.words, *asked, council) for one in found])
        for council in chosen[: MOST_SEARCHES // len(found)]
    ]


def _multiples(
    parts: Sequence[tuple[Council, Sequence[Found]]], periods: Sequence[tuple[int, int]]
) -> list[tuple[str, str, charts.Curves]]:
    most = max((one.counts.get(p, 0) for _, found in parts for one in found for p in periods), default=0)
    several = len({year for year, _ in periods}) > 1
    labels = [words.short_period(*period, several=several) for period in periods]
    return [
        (
            council.name,
            here(body=council.slug),
            charts.curves(
                [(one.words, [one.counts.get(p, 0) for p in periods]) for one in found], labels, height=80, most=most
            ),
        )
        for council, found in parts
    ]


def _stamp(period: tuple[int, int]) -> str:
    return f"{period[0]}-{period[1]:02}" if period[1] else str(period[0])
