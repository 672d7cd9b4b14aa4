"""When the council and its committees meet: six cycles a year, each of five meetings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from .cast import COMMITTEES, Committee
from .config import Options
from .places import Place, building
from .seats import Seat

if TYPE_CHECKING:
    from .matters import Matter

# Month and nth Thursday of the council's meeting in each cycle.
_COUNCIL_DAYS = ((2, 4), (4, 2), (5, 4), (7, 1), (9, 4), (12, 2))
# The two committees that join council, main committee and building committee in each cycle.
_ALWAYS = ("Rat", "HFA", "BPA")
_ROTATION = (("UKM", "RPA"), ("SKS", "SFG"), ("UKM", "BAS"), ("SKS", "SFG"), ("UKM", "RPA"), ("SKS", "BAS"))
BY_SHORT = {committee.short: committee for committee in COMMITTEES}


# Matter, step, item and sitting point at each other: they are compared and shown by identity.
@dataclass(eq=False, repr=False)
class Item:
    """One agenda item; votes are yes, no, abstentions."""

    name: str
    number: str
    public: bool = True
    matter: Matter | None = None
    result: str = ""
    resolution: tuple[str, ...] = ()
    votes: tuple[int, int, int] | None = None
    debate: tuple[str, ...] = ()
    mistyped: str | None = None

    @property
    def typed(self) -> str:
        """The result as the records have it: the clerk's slips are not in the minutes."""
        return self.result if self.mistyped is None else self.mistyped


@dataclass(eq=False, repr=False)
class Sitting:
    """One meeting with its agenda."""

    committee: Committee
    day: date
    hour: int
    place: Place
    count: int
    state: str
    cancelled: bool = False
    moved_from: date | None = None
    items: list[Item] = field(default_factory=list)
    present: list[Seat] = field(default_factory=list)
    absent: list[Seat] = field(default_factory=list)
    number: int = 0

    @property
    def held(self) -> bool:
        return self.state == "durchgeführt"

    @property
    def minuted(self) -> date:
        """Day on which the minutes come out, which takes two weeks."""
        return self.day + timedelta(days=15)

    @property
    def invited(self) -> date:
        """Day of the invitation; the agenda is published three weeks ahead."""
        return self.day - timedelta(days=20)


def _council_day(year: int, cycle: int) -> date:
    month, nth = _COUNCIL_DAYS[cycle]
    first = date(year, month, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 7 * (nth - 1))


def cycles(options: Options) -> list[list[Sitting]]:
    """The last cycles up to three weeks after today, each in order of time; then the bare dates of the one after."""
    days = [
        (_council_day(year, n), n) for year in range(options.today.year - 7, options.today.year + 2) for n in range(6)
    ]
    days.sort()
    last = max(n for n, (day, _) in enumerate(days) if day <= options.today + timedelta(days=20))
    wanted = days[last - options.cycles + 1 : last + 1]
    counts: dict[str, int] = {}
    found = [_cycle(day, n, options.today, counts) for day, n in wanted]
    ahead = [
        sitting for sitting in _cycle(*days[last + 1], options.today, counts) if sitting.committee.short in _ALWAYS
    ]
    for sitting in ahead:
        sitting.state = "terminiert"
    return [*found, ahead]


def _cycle(council: date, position: int, today: date, counts: dict[str, int]) -> list[Sitting]:
    sittings = []
    for short in (*_ALWAYS, *_ROTATION[position]):
        committee = BY_SHORT[short]
        monday = council - timedelta(days=council.weekday() + 7 * committee.weeks_before)
        day = monday + timedelta(days=committee.weekday)
        counts[short] = counts.get(short, 6) + 1
        state = "durchgeführt" if day < today else "eingeladen"
        where = building(committee.building, committee.room)
        sittings.append(Sitting(committee, day, 18 if short in ("Rat", "HFA") else 17, where, counts[short], state))
    return sorted(sittings, key=lambda sitting: sitting.day)
