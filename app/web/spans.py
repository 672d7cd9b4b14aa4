"""Months and weeks of a calendar: their days, what they are called, and what comes before and after them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from babel.dates import format_date, get_day_names

from app.queries.calendar import next_first
from app.web.filters import day, held
from app.web.i18n import formats, gettext
from app.web.record_words import month_year

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    """Some days: the first, the one after the last, what they are called, and the arguments of the days around."""

    first: date
    end: date
    title: str
    name: str
    before: dict[str, str]
    after: dict[str, str]

    def holds(self, one: date) -> bool:
        """Whether a day is one of these."""
        return self.first <= one < self.end

    @property
    def month(self) -> date:
        """The month that most of these days are in, by its first day."""
        return (self.first + (self.end - self.first) / 2).replace(day=1)

    @property
    def week(self) -> str:
        """The week that the first day is in."""
        return week_of(self.first)


def month_span(first: date) -> Span:
    """Return the days of the month that begins on this one."""
    end = next_first(first)
    name = month_year(first)
    title = gettext("Meetings in %(month)s", month=name)
    before = first - timedelta(days=1) if first > date.min else None
    return Span(
        first,
        end,
        title,
        name,
        {"month": month_of(before), "name": month_year(before)} if before else {},
        {"month": month_of(end), "name": month_year(end)} if end.year < date.max.year else {},
    )


def week_span(monday: date) -> Span:
    """Return the days of the week that begins on this one."""
    end = monday + WEEK
    sunday = end - timedelta(days=1)
    name = gettext("Week %(number)s", number=monday.isocalendar().week)
    title = gettext("Meetings from %(first)s to %(last)s", first=_until(monday, sunday), last=day(sunday))
    return Span(monday, end, title, name, _week_before(monday), _week(end) if end.isocalendar().year < 9999 else {})


def grid(span: Span) -> list[list[date]]:
    """Return the days in weeks from Monday to Sunday; those of other months that fill the first week and the last."""
    monday = span.first - timedelta(days=span.first.weekday())
    weeks = []
    while monday < span.end:
        weeks.append([monday + timedelta(days=number) for number in range(7)])
        monday += WEEK
    return weeks


def days_words(width: Literal["wide", "abbreviated"] = "wide") -> list[str]:
    """Return the names of the days from Monday on."""
    names = get_day_names(width, locale=formats())
    return [str(names[number]) for number in range(7)]


def month_of(one: date) -> str:
    """Return "2026-11"."""
    return f"{one.year:04}-{one.month:02}"


def week_of(one: date) -> str:
    """Return "2026-W47", as the calendar of the ISO has it."""
    year, week, _ = one.isocalendar()
    return f"{year:04}-W{week:02}"


def _week_before(monday: date) -> dict[str, str]:
    return _week(monday - WEEK) if monday - date.min >= WEEK else {}


def _week(monday: date) -> dict[str, str]:
    return {"week": week_of(monday), "name": gettext("Week %(number)s", number=monday.isocalendar().week)}


def _until(first: date, last: date) -> str:
    """Return a day as far as the one that follows does not say it: "16.", "30. November" or all of it."""
    if first.year != last.year:
        return day(first)
    german = formats() == "de"
    pattern = ("d." if german else "d") + ("" if first.month == last.month else " MMMM")
    return held(format_date(first, pattern, locale=formats()))
