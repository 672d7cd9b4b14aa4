"""Five years of meetings: which matter came before whom, what became of it, how they voted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from . import passages
from .config import PAPERS_A_CYCLE, Options
from .matters import FACTION, OFFICE, Matter, Step, make
from .places import DISTRICTS, STREETS, building
from .schedule import BY_SHORT, Item, Sitting, cycles
from .seats import HUMAN, Seat, all_seats, mayor
from .topics import BY_KEY, OPINION, TOPICS, Topic
from .words import expand

_KIND_SHARE = {"Beschlussvorlage": 0.57, "Antrag": 0.15, "Anfrage": 0.12, "Mitteilungsvorlage": 0.13, "Bericht": 0.03}
_FALLBACK = {"Beschlussvorlage": "permit", "Antrag": "benches", "Anfrage": "q_works", "Mitteilungsvorlage": "roadworks",
             "Bericht": "roadworks"}  # fmt: skip
_REFERRALS = ("HFA", "BPA", "UKM", "SKS", "SFG")
# Results with their share; a proposal of the administration, then a motion of a faction.
_ADVISED = (("einstimmig empfohlen", 63), ("mehrheitlich empfohlen", 21), ("geändert empfohlen", 6), ("vertagt", 5),
            ("verwiesen", 2), ("nicht empfohlen", 2), ("zurückgezogen", 1))  # fmt: skip
_DECIDED = (("einstimmig beschlossen", 60), ("mehrheitlich beschlossen", 25), ("geändert beschlossen", 7), ("vertagt", 4),
            ("abgelehnt", 3), ("zurückgezogen", 1))  # fmt: skip
_MOTION_ADVISED = (("mehrheitlich empfohlen", 38), ("einstimmig empfohlen", 18), ("nicht empfohlen", 24), ("vertagt", 10),
                   ("verwiesen", 10))  # fmt: skip
_MOTION_DECIDED = (("mehrheitlich beschlossen", 30), ("einstimmig beschlossen", 14), ("geändert beschlossen", 14),
                   ("abgelehnt", 25), ("vertagt", 7), ("verwiesen", 8), ("zurückgezogen", 2))  # fmt: skip


@dataclass
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
        self.history.sittings += ahead
        self._announce()
        return self.history

    def _announce(self) -> None:
        """What is left over waits for a date: consultations without a meeting."""
        for matters in self.waiting.values():
            for matter in matters:
                for position, short in enumerate(matter.todo):
                    self._step(matter, short, position == len(matter.todo) - 1)
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
        opinion.facts |= {"motion": motion.reference, "faction": FACTION[motion.faction].name, "motion_title": motion.title}
        opinion.place, opinion.answers, opinion.todo = motion.place, motion, []
        opinion.office_override = motion.office
        self.history.matters.append(opinion)

    def _supersede(self) -> None:
        """Once in a while an adjourned paper comes back in a new version."""
        late = [
            matter for queue in self.waiting.values() for matter in queue
            if matter.outcome == "vertagt" and matter.kind == "Beschlussvorlage" and matter.topic.cost
        ]  # fmt: skip
        for old in late[:1]:
            queue = next(queue for queue in self.waiting.values() if old in queue)
            sitting = old.steps[-1].sitting
            assert sitting is not None
            new = replace(
                old, reference=f"{old.reference}-1", title=f"{old.title} (1. Neufassung)", steps=[],
                day=min(sitting.day + timedelta(days=9), self.options.today), supersedes=old,
            )  # fmt: skip
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
        sitting.items.append(Item("Eröffnung der Sitzung, Feststellung der Beschlussfähigkeit und der Tagesordnung", ""))
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
                "district": self.rng.choice(list(DISTRICTS)), "flur": self.rng.randint(2, 31),
                "parcel": self.rng.randint(11, 984), "lot": self.rng.randint(1, 9),
                "street": self.rng.choice(STREETS[self.rng.choice(list(DISTRICTS))]),
            }  # fmt: skip
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
        self._decide(matter, step, sitting)
        self._forward(matter, step.item.result)

    def _forward(self, matter: Matter, result: str) -> None:
        here = matter.todo[0]
        if result == "zurückgezogen" or len(matter.todo) == 1 and result not in ("vertagt", "verwiesen"):
            matter.todo = []
            return
        if result == "verwiesen":
            others = [short for short in _REFERRALS if short not in matter.todo]
            matter.todo = [self.rng.choice(others), *matter.todo]
        elif result != "vertagt":
            matter.todo = matter.todo[1:]
        assert matter.todo[0] != here or result in ("vertagt", "")
        self.waiting[matter.todo[0]].append(matter)

    def _decide(self, matter: Matter, step: Step, sitting: Sitting) -> None:
        item = step.item
        assert item is not None
        item.debate = tuple(self._debate(matter, sitting))
        if step.role == "Kenntnisnahme":
            item.result = "beantwortet" if matter.kind == "Anfrage" else "zur Kenntnis genommen"
            return
        motion = matter.kind == "Antrag"
        table = (_MOTION_DECIDED if step.final else _MOTION_ADVISED) if motion else (_DECIDED if step.final else _ADVISED)
        again = any(other.item and other.item.result in ("vertagt", "verwiesen") for other in matter.steps)
        table = tuple(row for row in table if not (again and row[0] in ("vertagt", "verwiesen")))
        item.result = self.rng.choices([row[0] for row in table], [row[1] for row in table])[0]
        if matter.topic.key == "seats":
            item.result = "einstimmig beschlossen"
        elif matter.topic.key in ("budget", "accounts"):
            item.result = "mehrheitlich beschlossen" if step.final else "einstimmig empfohlen"
        if item.result in ("zurückgezogen", "vertagt", "verwiesen"):
            return
        if item.result.startswith("geändert") and not matter.amended:
            matter.decision = (*matter.decision, self.rng.choice(passages.AMENDMENTS))
            matter.amended = True
        item.resolution = matter.decision
        item.votes = self._votes(item.result, len(sitting.present))

    def _votes(self, result: str, present: int) -> tuple[int, int, int]:
        abstain = self.rng.choice((0, 0, 0, 0, 1, 2)) if present > 4 else 0
        cast = present - abstain
        if result.startswith("einstimmig"):
            return cast, 0, abstain
        minority = self.rng.randint(1, max(1, (cast - 1) // 2))
        if result in ("abgelehnt", "nicht empfohlen"):
            return minority, cast - minority, abstain
        if result.startswith("geändert"):
            minority = self.rng.choice((0, 0, minority))
        return cast - minority, minority, abstain

    def _debate(self, matter: Matter, sitting: Sitting) -> Iterator[str]:
        turns = self.rng.randint(2, 4) if matter.topic.debated else self.rng.choice((0, 0, 1, 1, 2))
        speakers = [seat for seat in sitting.present if seat.behalf]
        for seat, line in zip(self.rng.sample(speakers, min(turns, len(speakers))), self.rng.sample(passages.DEBATE, 4), strict=False):
            human = HUMAN[seat.person]
            yield expand(line, self.rng, {"speaker": human.as_councillor(), "faction": seat.behalf})
        if turns:
            head = OFFICE[matter.office].head if matter.office != "VL" else mayor(sitting.day).key
            human = HUMAN[head]
            yield expand(self.rng.choice(passages.ANSWERS), self.rng, {"officer": f"{human.salutation} {human.family}"})


def tell(options: Options) -> History:
    """The council's history for a seed."""
    return _Story(options).tell()
