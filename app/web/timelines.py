"""Memberships drawn over time: places in percent, so that a drawing needs no inline style and its text never scales."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.models import Organization
from app.queries.people import Belonging
from app.queries.references import Missing

DEPUTY = re.compile(r"stellv|vertret|deputy|ersatz", re.IGNORECASE)
CHAIR = re.compile(r"vorsitz|sprecher|leit(er|ung)|bürgermeister|chair", re.IGNORECASE)
# Dates before and after are slips of the keyboard (0219, 2924) and would squeeze the rest to nothing.
EARLIEST, LATEST = 1946, 2100
MARKS = 6
AHEAD = timedelta(days=5 * 365)


class Part(StrEnum):
    """What a person is in an organization, as the drawing tells it."""

    MEMBER = "member"
    CHAIR = "chair"
    DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class Bar:
    """One membership: where it begins and how long it is, in percent of the drawing's width; and what is to come."""

    part: Part
    left: float
    width: float
    belonging: Belonging
    coming_left: float = 0.0
    coming_width: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """The beginning of a year."""

    year: int
    left: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Organizations with their bars, the years below them, and where today is."""

    rows: tuple[tuple[Organization | Missing, tuple[Bar, ...]], ...]
    marks: tuple[Mark, ...]
    today: float

    @property
    def coming(self) -> bool:
        """Whether any of it is still to come."""
        return any(bar.coming_width for _, bars in self.rows for bar in bars)

    @property
    def parts(self) -> frozenset[Part]:
        """What occurs in it."""
        return frozenset(bar.part for _, bars in self.rows for bar in bars)


def timeline(belongings: Sequence[Belonging], today: date) -> Timeline | None:
    """Draw the memberships that have a beginning; None where there is none to draw."""
    drawn = [one for one in belongings if _start(one) is not None and one.organization is not None]
    starts = [start for one in drawn if (start := _start(one))]
    if not starts:
        return None
    first = min([*starts, today]).replace(month=1, day=1)
    # What is known of the years to come is drawn as far as a term of office goes, so that the past keeps its room.
    last = max([min(_last(one, today), today + AHEAD) for one in drawn] + [today]) + timedelta(days=60)
    rows: dict[str, tuple[Organization | Missing, list[Bar]]] = {}
    for one in drawn:
        if one.organization is not None:
            rows.setdefault(one.organization.id, (one.organization, []))[1].append(_bar(one, first, last, today))
    return Timeline(
        tuple((organization, tuple(bars)) for organization, bars in rows.values()),
        _marks(first, last),
        _percent(today, first, last),
    )


def part_of(role: str | None) -> Part:
    """Return what a role means for the drawing; a deputy chair is a member with another title."""
    if not role or (CHAIR.search(role) and DEPUTY.search(role)):
        return Part.MEMBER
    if DEPUTY.search(role):
        return Part.DEPUTY
    return Part.CHAIR if CHAIR.search(role) else Part.MEMBER


def _bar(one: Belonging, first: date, last: date, today: date) -> Bar:
    begins, ends = _start(one) or first, _last(one, today)
    left, right = _percent(begins, first, last), _percent(min(ends, today), first, last)
    width = max(round(right - left, 2), 0.4) if begins <= today else 0.0
    # Of what begins later and has no end, all that can be seen is to come.
    until = last if begins > today and one.membership.end_date is None else ends
    coming = max(left, _percent(today, first, last))
    more = round(_percent(until, first, last) - coming, 2) if until > today else 0.0
    return Bar(part_of(one.membership.role), left, width, one, coming, max(more, 0.0))


def _marks(first: date, last: date) -> tuple[Mark, ...]:
    step = max(1, -(-(last.year - first.year) // MARKS))
    years = range(first.year, last.year + 1, step)
    return tuple(Mark(year, _percent(date(year, 1, 1), first, last)) for year in years)


def _start(one: Belonging) -> date | None:
    return _sane(one.membership.start_date)


def _last(one: Belonging, today: date) -> date:
    """Return the last day that is known of: today, where no end is."""
    return _sane(one.membership.end_date) or max(today, _start(one) or today)


def _sane(day: date | None) -> date | None:
    return day if day and EARLIEST <= day.year <= LATEST else None


def _percent(day: date, first: date, last: date) -> float:
    share = (day - first).days / max((last - first).days, 1)
    return round(100 * min(max(share, 0.0), 1.0), 2)
