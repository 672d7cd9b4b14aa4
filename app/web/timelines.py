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


class Part(StrEnum):
    """What a person is in an organization, as the drawing tells it."""

    MEMBER = "member"
    CHAIR = "chair"
    DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class Bar:
    """One membership: where it begins and how long it is, in percent of the drawing's width."""

    part: Part
    left: float
    width: float
    belonging: Belonging


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
    last = max([_end(one, today) for one in drawn] + [today]) + timedelta(days=60)
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
    left, right = _percent(_start(one) or first, first, last), _percent(_end(one, today), first, last)
    return Bar(part_of(one.membership.role), left, max(round(right - left, 2), 0.4), one)


def _marks(first: date, last: date) -> tuple[Mark, ...]:
    step = max(1, -(-(last.year - first.year) // MARKS))
    years = range(first.year, last.year + 1, step)
    return tuple(Mark(year, _percent(date(year, 1, 1), first, last)) for year in years)


def _start(one: Belonging) -> date | None:
    return _sane(one.membership.start_date)


def _end(one: Belonging, today: date) -> date:
    return min(_sane(one.membership.end_date) or today, today)


def _sane(day: date | None) -> date | None:
    return day if day and EARLIEST <= day.year <= LATEST else None


def _percent(day: date, first: date, last: date) -> float:
    share = (day - first).days / max((last - first).days, 1)
    return round(100 * min(max(share, 0.0), 1.0), 2)
