"""Which files there are, what each is called, and how its bytes come about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from .documents import annexes, budget, concept, landuse, meetings, papers
from .documents.blocks import Document
from .history import History
from .matters import Matter
from .schedule import Item, Sitting
from .words import short_date, slug

_LONG = {"landuse": landuse.landuse, "concept": concept.concept, "budget": budget.budget}
# The first annex from this paper on is broken: one upload in a thousand fails in real towns too.
_DAMAGED = 11
# Every fourteenth main document was signed on paper and scanned.
_SCANNED_EVERY = 14


@dataclass(frozen=True, eq=False, repr=False)
class Attachment:
    """One file: what it hangs on, in which role, and when it was published."""

    number: int
    kind: str
    role: str  # mainFile, auxiliaryFile, invitation, resultsProtocol, resolutionFile
    name: str
    file_name: str
    day: date
    matter: Matter | None = None
    sitting: Sitting | None = None
    item: Item | None = None
    damaged: bool = False
    scanned: bool = False

    def document(self) -> Document:
        """What the file says."""
        found = self._compose()
        return replace(found, damaged=self.damaged, scanned=self.scanned or found.scanned)

    def _compose(self) -> Document:
        if self.sitting:
            if self.item:
                return meetings.excerpt(self.sitting, self.item)
            composers = {"invitation": meetings.invitation, "minutes": meetings.minutes, "moved": meetings.postponement}
            return composers[self.kind](self.sitting)
        matter = self.matter
        if matter is None:
            raise ValueError("a file hangs on a paper or a meeting")
        if self.kind == "main":
            return papers.motion(matter) if matter.author else papers.paper(matter, annex_names(matter))
        if self.kind == "answer":
            return papers.answer(matter)
        return (annexes.SHORT.get(self.kind) or _LONG[self.kind])(matter)


def _annexes(matter: Matter) -> list[str]:
    """Kinds of annexes; not every paper brings all its subject could."""
    kinds = list(matter.topic.annexes)
    if len(kinds) > 1 and "landuse" not in kinds:
        rng = papers.rng_of(matter, "annexes")
        kinds = [kind for kind in kinds if rng.random() < 0.68] or kinds[:1]
    if "landuse" in kinds and "Aufstellung" in matter.title:
        kinds.remove("landuse")
    if matter.kind == "Anfrage" and matter.outcome:
        kinds.append("answer")
    return kinds


def annex_names(matter: Matter) -> list[str]:
    """The list at the end of a paper."""
    return [annexes.title_of(kind) for kind in _annexes(matter)]


def attachments(history: History, today: date) -> list[Attachment]:
    """Every file of the town, numbered from 1."""
    found: list[Attachment] = []
    for parts in (*map(_of_matter, history.matters), *(_of_sitting(sitting, today) for sitting in history.sittings)):
        found += parts
    damaged = next(
        (one for one in found if one.role == "auxiliaryFile" and one.matter and one.matter.number >= _DAMAGED), None
    )
    return [replace(one, number=number, damaged=one is damaged) for number, one in enumerate(found, 1)]


def _of_matter(matter: Matter) -> Iterator[Attachment]:
    title = slug(matter.title)[:50].strip("-")
    main = f"{matter.reference.replace('/', '-')}-{title}.pdf"
    scanned = matter.author is not None and matter.number % _SCANNED_EVERY == 0
    yield Attachment(0, "main", "mainFile", matter.title, main, matter.day, matter, scanned=scanned)
    for kind in _annexes(matter):
        name = annexes.title_of(kind)
        file_name = f"{matter.reference.replace('/', '-')} {name}.pdf"
        day = matter.day
        if kind == "answer":
            day = max(step.sitting.day for step in matter.steps if step.sitting) - timedelta(days=1)
        yield Attachment(0, kind, "auxiliaryFile", name, file_name, day, matter)


def _of_sitting(sitting: Sitting, today: date) -> Iterator[Attachment]:
    tail = f"{sitting.committee.short}-{sitting.day.isoformat()}.pdf"
    label = f"{sitting.committee.short} {short_date(sitting.day)}"
    if sitting.items or sitting.cancelled:
        yield Attachment(
            0, "invitation", "invitation", f"Einladung {label}", f"Einladung-{tail}", sitting.invited, sitting=sitting
        )
    if sitting.moved_from:
        day = sitting.moved_from - timedelta(days=3)
        yield Attachment(0, "moved", "auxiliaryFile", f"Verlegung {label}", f"Verlegung-{tail}", day, sitting=sitting)
    # Those of the latest meetings are still missing, as everywhere.
    if sitting.held and sitting.minuted <= today:
        yield Attachment(
            0,
            "minutes",
            "resultsProtocol",
            f"Niederschrift {label}",
            f"Niederschrift-{tail}",
            sitting.minuted,
            sitting=sitting,
        )
        if sitting.committee.short == "Rat":
            for item in [item for item in sitting.items if item.votes][:4]:
                name = f"Beschlussauszug {item.number} {label}"
                file_name = f"{slug(name)}.pdf"
                yield Attachment(
                    0, "excerpt", "resolutionFile", name, file_name, sitting.minuted, sitting=sitting, item=item
                )
