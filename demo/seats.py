"""Who sat where, and when: seats in council, committees, factions and offices."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .cast import (
    COMMITTEES,
    CROSSING,
    FACTIONS,
    MAYORS,
    OFFICES,
    PEOPLE,
    SUCCESSION,
    TERM_ENDS,
    TERM_STARTS,
    Committee,
    Human,
)

HUMAN = {human.key: human for human in PEOPLE}


@dataclass(frozen=True)
class Seat:
    """One membership; `body` is the short name of a committee, faction or office."""

    person: str
    body: str
    role: str
    start: date
    end: date | None
    behalf: str = ""
    voting: bool = True

    def on(self, day: date) -> bool:
        """Whether the seat is held on that day."""
        return self.start <= day and (self.end is None or day <= self.end)


def mayor(day: date) -> Human:
    """Who was mayor that day."""
    return HUMAN[MAYORS[0] if day <= TERM_ENDS[0] else MAYORS[1]]


def all_seats(rng: random.Random) -> list[Seat]:
    """Every seat of both terms, in a fixed order."""
    seats = [*_offices(), *_factions(rng), *_council()]
    for committee in COMMITTEES[1:]:
        for term in (0, 1):
            seats += _committee(committee, term, rng)
    return seats


def _spans(human: Human, term: int) -> Iterator[tuple[str, date, date]]:
    """Faction, start and end of a councillor's time within a term."""
    start, end, faction = TERM_STARTS[term], TERM_ENDS[term], human.factions[term]
    leaver, successor, last = SUCCESSION
    if human.key == successor and term == 0:
        yield HUMAN[leaver].factions[0], last + timedelta(days=1), end
    elif human.key == leaver and faction:
        yield faction, start, last
    elif human.key == CROSSING[0] and term == 0:
        yield CROSSING[1], start, CROSSING[3]
        yield CROSSING[2], CROSSING[3] + timedelta(days=1), end
    elif faction:
        yield faction, start, end


def _open(day: date) -> date | None:
    return None if day == TERM_ENDS[1] else day


def _offices() -> Iterator[Seat]:
    for number, key in enumerate(MAYORS):
        end = TERM_ENDS[0] if number == 0 else None
        title = "Bürgermeister" if HUMAN[key].gender == "male" else "Bürgermeisterin"
        yield Seat(key, "VL", title, TERM_STARTS[number], end, voting=False)
        yield Seat(key, "Rat", "Vorsitz", TERM_STARTS[number], end)
        yield Seat(key, "HFA", "Vorsitz", TERM_STARTS[number], end)
    for office in OFFICES[1:]:
        yield Seat(office.head, office.short, "Leitung", date(2019, 4, 1), None, voting=False)


def _factions(rng: random.Random) -> Iterator[Seat]:
    for faction in FACTIONS:
        for term in (0, 1):
            members = [h for h in PEOPLE if h.factions[term] == faction.short and h.key != CROSSING[0]]
            leaders = rng.sample(members, min(2, len(members)))
            for human in PEOPLE:
                for short, start, end in _spans(human, term):
                    if short != faction.short:
                        continue
                    role = "Mitglied"
                    if human in leaders and human.key != SUCCESSION[0]:
                        role = "Fraktionsvorsitz" if human is leaders[0] else "stellv. Fraktionsvorsitz"
                    yield Seat(human.key, short, role, start, _open(end), voting=False)


def _council() -> Iterator[Seat]:
    for term in (0, 1):
        deputies = [human.key for human in PEOPLE if human.factions[term]][7:20:12]
        for human in PEOPLE:
            for faction, start, end in _spans(human, term):
                role = "stellv. Vorsitz" if human.key in deputies and not (term and human.key == CROSSING[0]) else (
                    "Ratsmitglied"
                )  # fmt: skip
                yield Seat(human.key, "Rat", role, start, _open(end), faction)


def _committee(committee: Committee, term: int, rng: random.Random) -> Iterator[Seat]:
    sitting = [human for human in PEOPLE if human.factions[term]]
    # One seat for every faction first, then the rest by lot: proportional enough to look right.
    rng.shuffle(sitting)
    first = {human.factions[term]: human for human in reversed(sitting)}
    chosen = list(first.values())[: committee.seats]
    chosen += [human for human in sitting if human not in chosen][: committee.seats - len(chosen)]
    chosen.sort(key=lambda human: human.family)
    chair, deputy = rng.sample([h for h in chosen if h.key not in (CROSSING[0], SUCCESSION[0])], 2)
    for human in chosen:
        role = "Vorsitz" if human is chair else "stellv. Vorsitz" if human is deputy else "Mitglied"
        if role == "Vorsitz" and committee.short == "HFA":
            role = "Mitglied"
        for faction, start, end in _spans(human, term):
            yield Seat(human.key, committee.short, role, start, _open(end), faction)
            if human.key == SUCCESSION[0] and term == 0:
                yield Seat(SUCCESSION[1], committee.short, role, end + timedelta(days=1), TERM_ENDS[0], faction)
