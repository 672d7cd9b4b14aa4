"""Five years of meetings: which matter came before whom, what became of it, how they voted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from . import outcomes, passages
from .config import PAPERS_A_CYCLE, Options
from .matters import FACTION, Matter, Step, make
from .places import DISTRICTS, STREETS, building
from .schedule import BY_SHORT, Item, Sitting, cycles
from .seats import Seat, all_seats
from .topics import BY_KEY, OPINION, TOPICS, Topic
from .words import expand

_KIND_SHARE = {"Beschlussvorlage": 0.57, "Antrag": 0.15, "Anfrage": 0.12, "Mitteilungsvorlage": 0.13, "Bericht": 0.03}
_FALLBACK = {
    "Beschlussvorlage": "permit",
    "Antrag": "benches",
    "Anfrage": "q_works",
    "Mitteilungsvorlage": "roadworks",
    "Bericht": "roadworks",
}
_REFERRALS = ("HFA", "BPA", "UKM", "SKS", "SFG")


@dataclass(eq=False, repr=False)
class History:
    """Everything that happened, and what is announced."""

    sittings: list[Sitting] = field(default_factory=list)
    matters: list[Matter] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)


class _Story:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.rng = random.Random(f"history:{options.seed}:{options.scale}:{options.today}")
        self.history = History(seats=all_seats(random.Random(f"seats:{options.seed}")))
        self.waiting: dict[str, list[Matter]] = {short: [] for short in BY_SHORT}
        self.counts: Counter[int] = Counter()
        self.times: Counter[str] = Counter()
        self.titles: set[str] = set()

    def tell(self) -> History:
        *told, ahead = cycles(self.options)
        for position, cycle in enumerate(told):
            self._introduce(cycle)
            for sitting in cycle:
                if position == 14 * self.options.cycles // 30 and sitting.committee.short in ("SFG", "BAS", "RPA"):
                    sitting.cancelled, sitting.state = True, "terminiert"
                if position == 19 * self.options.cycles // 30 and sitting.committee.short == "BPA":
                    # The committee must still meet before the council does.
                    sitting.moved_from, sitting.day = sitting.day, sitting.day + timedelta(days=2)
                    sitting.place = building("Stadthalle", "Foyer")
                self._hold(sitting)
        outcomes.slip(self.history.sittings, self.options.today)
        self.history.sittings += ahead
        self._announce(ahead)
        return self.history

    def _announce(self, ahead: list[Sitting]) -> None:
        """What is left over waits for a date: consultations without an agenda item, some even without a meeting."""
        dates = {sitting.committee.short: sitting for sitting in ahead}
        for key in ("sewer", "tempo30", "resurfacing"):
            topic = BY_KEY[key]
            matter = self._make(topic, self.options.today - timedelta(days=self.rng.randint(2, 9)), set())
            self.history.matters.append(matter)
            self.waiting[topic.route[0]].append(matter)
        for matters in self.waiting.values():
            for matter in matters:
                for position, short in enumerate(matter.todo):
                    self._step(matter, short, position == len(matter.todo) - 1, dates.get(short))
        for number, sitting in enumerate(self.history.sittings, 1):
            sitting.number = number
        for number, matter in enumerate(self.history.matters, 1):
            matter.number = number

    def _introduce(self, cycle: list[Sitting]) -> None:
        council = cycle[-1]
        meeting = {sitting.committee.short: sitting for sitting in cycle}
        chosen = list(self._subjects(set(meeting)))
        if council.day.month == 12:
            chosen[-1] = BY_KEY["budget"]
        used: set[str] = set()
        for topic in chosen:
            first = meeting[topic.route[0]]
            day = first.invited - timedelta(days=self.rng.randint(1, 12))
            matter = self._make(topic, day, used)
            self.history.matters.append(matter)
            self.waiting[topic.route[0]].append(matter)
            if topic.kind == "Antrag" and self.rng.random() < 0.2:
                self._answer(matter)
        self._supersede()

    def _subjects(self, meeting: set[str]) -> Iterator[Topic]:
        for _ in range(PAPERS_A_CYCLE):
            kind = self.rng.choices(list(_KIND_SHARE), list(_KIND_SHARE.values()))[0]
            fitting = [topic for topic in TOPICS if topic.kind == kind and topic.route[0] in meeting and topic.weight]
            # The more often a subject has come up, the less likely it comes again.
            topic = self.rng.choices(fitting, [topic.weight / (1 + self.times[topic.key]) for topic in fitting])[0]
            self.times[topic.key] += 1
            yield topic

    def _make(self, topic: Topic, day: date, used: set[str]) -> Matter:
        """A matter whose title is new and, where possible, in a street nobody else has in this cycle."""
        self.counts[day.year] += 1
        for attempt in range(12):
            # A subject that has run out of titles gives way to one with many streets before the same committee.
            chosen = topic if attempt < 6 or topic.key == "budget" else BY_KEY[_FALLBACK[topic.kind]]
            matter = make(chosen, self.counts[day.year], day, self.history.seats, self.rng)
            if matter.title not in self.titles and (attempt > 9 or not matter.place or matter.place.street not in used):
                break
        self.titles.add(matter.title)
        if matter.place:
            used.add(matter.place.street)
        return matter

    def _answer(self, motion: Matter) -> None:
        """The administration's opinion on a motion is a paper of its own, under the motion."""
        day = min(motion.day + timedelta(days=6), self.options.today)
        self.counts[day.year] += 1
        opinion = make(OPINION, self.counts[day.year], day, self.history.seats, self.rng)
        opinion.title = f"Stellungnahme der Verwaltung zum Antrag {motion.reference}: {motion.title}"
        opinion.facts |= {
            "motion": motion.reference,
            "faction": FACTION[motion.faction].name,
            "motion_title": motion.title,
        }
        opinion.place, opinion.answers, opinion.todo = motion.place, motion, []
        opinion.office_override = motion.office
        self.history.matters.append(opinion)

    def _supersede(self) -> None:
        """Once in a while an adjourned paper comes back in a new version."""
        late = [
            matter
            for queue in self.waiting.values()
            for matter in queue
            if matter.outcome == "vertagt" and matter.kind == "Beschlussvorlage" and matter.topic.cost
        ]
        for old in late[:1]:
            queue = next(queue for queue in self.waiting.values() if old in queue)
            sitting = old.steps[-1].sitting
            if sitting is None:
                continue
            new = replace(
                old,
                reference=f"{old.reference}-1",
                title=f"{old.title} (1. Neufassung)",
                steps=[],
                day=min(sitting.day + timedelta(days=9), self.options.today),
                supersedes=old,
            )
            queue[queue.index(old)] = new
            old.todo = []
            self.history.matters.append(new)

    def _step(self, matter: Matter, short: str, final: bool, sitting: Sitting | None = None) -> Step:
        role = "Entscheidung" if final else "Vorberatung"
        if matter.kind in ("Anfrage", "Mitteilungsvorlage", "Bericht"):
            role = "Kenntnisnahme"
        step = Step(short, role, final, sitting)
        matter.steps.append(step)
        return step

    def _hold(self, sitting: Sitting) -> None:
        self.history.sittings.append(sitting)
        short = sitting.committee.short
        if sitting.cancelled:
            return
        seats = [seat for seat in self.history.seats if seat.body == short and seat.on(sitting.day)]
        away = self.rng.randint(0, max(1, len(seats) // 8))
        sitting.absent = self.rng.sample([seat for seat in seats if seat.role != "Vorsitz"], away)
        sitting.present = [seat for seat in seats if seat not in sitting.absent]
        sitting.items.append(
            Item("Eröffnung der Sitzung, Feststellung der Beschlussfähigkeit und der Tagesordnung", "")
        )
        if short in ("Rat", "BPA", "UKM"):
            sitting.items.append(Item("Einwohnerfragestunde", ""))
        sitting.items.append(Item("Genehmigung der Niederschrift über die vorangegangene Sitzung", ""))
        ready, self.waiting[short] = self.waiting[short], []
        order = {"Beschlussvorlage": 0, "Antrag": 1, "Anfrage": 2, "Mitteilungsvorlage": 3, "Bericht": 3}
        for matter in sorted(ready, key=lambda matter: order[matter.kind]):
            self._treat(matter, sitting)
        sitting.items.append(Item("Mitteilungen der Verwaltung und Verschiedenes", ""))
        self._non_public(sitting)
        self._number(sitting)

    def _non_public(self, sitting: Sitting) -> None:
        short = sitting.committee.short
        for _ in range(self.rng.randint(*((1, 3) if short in ("Rat", "HFA", "BPA", "BAS") else (0, 1)))):
            facts = {
                "district": self.rng.choice(list(DISTRICTS)),
                "flur": self.rng.randint(2, 31),
                "parcel": self.rng.randint(11, 984),
                "lot": self.rng.randint(1, 9),
                "street": self.rng.choice(STREETS[self.rng.choice(list(DISTRICTS))]),
            }
            name = expand(self.rng.choice(passages.NON_PUBLIC), self.rng, facts)
            result = "einstimmig beschlossen" if sitting.held else ""
            sitting.items.append(Item(name, "", False, result=result))

    @staticmethod
    def _number(sitting: Sitting) -> None:
        for public, letter in ((True, "Ö"), (False, "N")):
            for number, item in enumerate((item for item in sitting.items if item.public is public), 1):
                item.number = f"{letter} {number}"

    def _treat(self, matter: Matter, sitting: Sitting) -> None:
        short = sitting.committee.short
        final = len(matter.todo) == 1
        step = self._step(matter, short, final, sitting)
        step.item = Item(matter.title, "", matter=matter)
        sitting.items.append(step.item)
        if not sitting.held:
            self._forward(matter, "")
            return
        outcomes.decide(matter, step, step.item, sitting, self.rng)
        self._forward(matter, step.item.result)

    def _forward(self, matter: Matter, result: str) -> None:
        if result == "zurückgezogen" or (len(matter.todo) == 1 and result not in ("vertagt", "verwiesen")):
            matter.todo = []
            return
        if result == "verwiesen":
            others = [short for short in _REFERRALS if short not in matter.todo]
            matter.todo = [self.rng.choice(others), *matter.todo]
        elif result != "vertagt":
            matter.todo = matter.todo[1:]
        self.waiting[matter.todo[0]].append(matter)


def tell(options: Options) -> History:
    """The council's history for a seed."""
    return _Story(options).tell()
