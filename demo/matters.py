"""A matter before the council: a subject, its facts, its place, and where it has been."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from .cast import FACTIONS, OFFICES, Human
from .grammar import street_forms
from .places import BUILDINGS, DISTRICTS, STREETS, Place, building, place
from .schedule import BY_SHORT, Item, Sitting
from .seats import HUMAN, Seat
from .topics import Topic
from .words import MONTHS, euro, expand, long_date, number

OFFICE = {office.short: office for office in OFFICES}
FACTION = {faction.short: faction for faction in FACTIONS}
_SEASONS = ("im Winter", "im Frühjahr", "im Sommer", "im Herbst")


@dataclass(eq=False, repr=False)
class Step:
    """One station of a matter; without a sitting it is still to be scheduled."""

    committee: str
    role: str
    final: bool
    sitting: Sitting | None = None
    item: Item | None = None


@dataclass(eq=False, repr=False)
class Matter:
    """One paper: what it says and the way it went."""

    number: int
    reference: str
    topic: Topic
    title: str
    day: date
    facts: dict[str, str]
    decision: tuple[str, ...]
    place: Place | None
    faction: str = ""
    author: Human | None = None
    steps: list[Step] = field(default_factory=list)
    todo: list[str] = field(default_factory=list)
    supersedes: Matter | None = None
    answers: Matter | None = None
    amended: bool = False
    office_override: str = ""

    @property
    def kind(self) -> str:
        return self.topic.kind

    @property
    def office(self) -> str:
        return self.office_override or self.topic.office

    @property
    def outcome(self) -> str:
        """The last result there is, or nothing."""
        results = [step.item.result for step in self.steps if step.item and step.item.result]
        return results[-1] if results else ""


def _place_of(topic: Topic, rng: random.Random) -> Place | None:
    if topic.places is None:
        return None
    if topic.places:
        return building(rng.choice(topic.places))
    street = rng.choice(STREETS[rng.choices(list(DISTRICTS), (5, 2, 2, 2, 2, 2))[0]])
    # House numbers that belong to a building of the town are left to it.
    taken = {house for name, house in BUILDINGS.values() if name == street}
    house = rng.choice([n for n in range(2, 78) if n not in taken])
    exact = any("{house}" in title or "{address}" in title for title in topic.titles)
    return place(street, house if exact else 0)


def _month(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"


def season(day: date) -> str:
    """im Frühjahr 2026"""
    return f"{_SEASONS[day.month % 12 // 3]} {day.year}"


def _facts(topic: Topic, where: Place | None, day: date, rng: random.Random) -> dict[str, str]:
    street = where.street if where else rng.choice(STREETS["Kernstadt"])
    survey = day - timedelta(days=rng.randint(25, 190))
    begin = day + timedelta(days=rng.randint(170, 300))
    facts = {
        "street": street,
        "address": where.address if where else "",
        "house": str(where.number or 14) if where else "",
        "district": where.district if where else rng.choice(list(DISTRICTS)[1:]),
        "building": where.name if where else "",
        "year": str(day.year),
        "next_year": str(day.year + 1),
        "school_year": f"{day.year + 1}/{day.year + 2}",
        "last_year": str(day.year - 1),
        "survey": long_date(survey),
        "survey_month": _month(survey),
        "start": season(begin),
        "finish": season(begin + timedelta(days=rng.randint(120, 330))),
        "month_tender": _month(begin - timedelta(days=rng.randint(60, 100))),
        "percent": str(topic.funded),
        "federf": OFFICE[topic.office].name.replace(" – ", " (", 1)
        + (")" if " – " in OFFICE[topic.office].name else ""),
        "guests": str(rng.randint(18, 140)),
        **street_forms(street),
    }
    facts["in_district"] = "in der Kernstadt" if facts["district"] == "Kernstadt" else f"in {facts['district']}"
    for name, (low, high, step) in topic.numbers.items():
        value = rng.randrange(low, high + 1, step)
        facts[name] = str(value) if name in ("built", "plan") else number(value)
    if topic.key == "landuse":
        # Between 170 and 320 square metres of ground a flat is what such areas yield.
        facts["flats"] = str(int(facts["area"].replace(".", "")) // rng.randint(170, 320))
    for name, choices in topic.words.items():
        facts[name] = rng.choice(choices)
    if topic.cost:
        cost = rng.randrange(topic.cost[0], topic.cost[1] + 1, topic.cost[2])
        funding = cost * topic.funded // 100
        facts |= {"cost": euro(cost), "funding": euro(funding), "own": euro(cost - funding), "cost_number": str(cost)}
    return facts


def decider(topic: Topic) -> str:
    """The committee that decides, as the subject of a sentence."""
    committee = BY_SHORT[topic.route[-1]]
    return "Der Rat der Stadt Lohenbrück" if committee.short == "Rat" else f"Der {committee.name}"


def make(topic: Topic, count: int, day: date, seats: list[Seat], rng: random.Random) -> Matter:
    """A new matter of a subject, dated and numbered within its year."""
    where = _place_of(topic, rng)
    facts = _facts(topic, where, day, rng)
    facts["Decider"] = decider(topic)
    author, faction = None, ""
    sitting = [seat for seat in seats if seat.body == "Rat" and seat.behalf and seat.on(day)]
    seat = rng.choice(sitting)
    facts["faction"] = FACTION[seat.behalf].name
    if topic.kind in ("Antrag", "Anfrage"):
        author, faction = HUMAN[seat.person], seat.behalf
    title = expand(rng.choice(topic.titles), rng, facts)
    decision = tuple(expand(line, rng, facts) for line in topic.decision)
    reference = f"{count:04d}/{day.year}"
    return Matter(0, reference, topic, title, day, facts, decision, where, faction, author, todo=list(topic.route))
