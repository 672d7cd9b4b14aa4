"""How a meeting treats a matter: what is said, what comes of it, how many vote for it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date

from . import passages
from .matters import OFFICE, Matter, Step
from .schedule import Item, Sitting
from .seats import HUMAN, mayor
from .words import expand

# Results with their share: of the administration's proposals and of the factions' motions, advised on and decided.
_SHARES: dict[tuple[bool, bool], dict[str, int]] = {
    (False, False): {
        "einstimmig empfohlen": 63,
        "mehrheitlich empfohlen": 21,
        "geändert empfohlen": 6,
        "vertagt": 5,
        "verwiesen": 2,
        "nicht empfohlen": 2,
        "zurückgezogen": 1,
    },
    (False, True): {
        "einstimmig beschlossen": 60,
        "mehrheitlich beschlossen": 25,
        "geändert beschlossen": 7,
        "vertagt": 4,
        "abgelehnt": 3,
        "zurückgezogen": 1,
    },
    (True, False): {
        "mehrheitlich empfohlen": 38,
        "einstimmig empfohlen": 18,
        "nicht empfohlen": 24,
        "vertagt": 10,
        "verwiesen": 10,
    },
    (True, True): {
        "mehrheitlich beschlossen": 30,
        "einstimmig beschlossen": 14,
        "geändert beschlossen": 14,
        "abgelehnt": 25,
        "vertagt": 7,
        "verwiesen": 8,
        "zurückgezogen": 2,
    },
}


def decide(matter: Matter, step: Step, item: Item, sitting: Sitting, rng: random.Random) -> None:
    """Fill in debate, result, resolution and votes of an item; an amendment changes the matter for good."""
    item.debate = tuple(_debate(matter, sitting, rng))
    item.result = _result(matter, step, rng)
    if item.result in passages.PUT_OFF:
        item.debate = (*item.debate, passages.PUT_OFF[item.result])
    if item.result in passages.PUT_OFF or step.role == "Kenntnisnahme":
        return
    if item.result.startswith("geändert") and not matter.amended:
        matter.decision = (*matter.decision, rng.choice(passages.AMENDMENTS))
        matter.amended = True
    item.resolution = matter.decision
    item.votes = _votes(item.result, len(sitting.present), rng)


def slip(sittings: Sequence[Sitting], today: date) -> None:
    """Let the clerk err at the last meeting whose minutes tell of a rejection: typed as adopted, another left out.

    Only the minutes then know better, as they do in real towns.
    """
    for sitting in reversed(sittings):
        rejected = [item for item in sitting.items if item.result == "abgelehnt"]
        adopted = [item for item in sitting.items if item.votes and item.result.endswith("beschlossen")]
        if sitting.held and sitting.minuted <= today and rejected and adopted:
            rejected[-1].mistyped, adopted[-1].mistyped = "mehrheitlich beschlossen", ""
            return


def _result(matter: Matter, step: Step, rng: random.Random) -> str:
    if step.role == "Kenntnisnahme":
        return "beantwortet" if matter.kind == "Anfrage" else "zur Kenntnis genommen"
    if matter.topic.key in ("budget", "accounts", "seats"):
        how = "mehrheitlich" if matter.topic.key == "budget" and step.final else "einstimmig"
        return f"{how} {'beschlossen' if step.final else 'empfohlen'}"
    shares = _SHARES[matter.kind == "Antrag", step.final]
    # Nobody puts off the same matter twice.
    again = any(other.item and other.item.result in ("vertagt", "verwiesen") for other in matter.steps)
    possible = [result for result in shares if not (again and result in ("vertagt", "verwiesen"))]
    return rng.choices(possible, [shares[result] for result in possible])[0]


def _votes(result: str, present: int, rng: random.Random) -> tuple[int, int, int]:
    abstain = rng.choice((0, 0, 0, 0, 1, 2)) if present > 4 else 0
    cast = present - abstain
    if result.startswith("einstimmig"):
        return cast, 0, abstain
    minority = rng.randint(1, max(1, (cast - 1) // 2))
    if result in ("abgelehnt", "nicht empfohlen"):
        return minority, cast - minority, abstain
    if result.startswith("geändert"):
        minority = rng.choice((0, 0, minority))
    return cast - minority, minority, abstain


def _debate(matter: Matter, sitting: Sitting, rng: random.Random) -> Iterator[str]:
    turns = rng.randint(2, 4) if matter.topic.debated else rng.choice((0, 0, 1, 1, 2))
    # One speaker a faction: so the rules of procedure have it, and the minutes stay short.
    members = [seat for seat in sitting.present if seat.behalf]
    speakers = list({seat.behalf: seat for seat in rng.sample(members, len(members))}.values())
    lines = [*passages.DEBATE, *(passages.DEBATE_ON_SITE if matter.place else ())]
    for seat, line in zip(speakers[:turns], rng.sample(lines, 4), strict=False):
        human = HUMAN[seat.person]
        yield expand(line, rng, matter.facts | {"speaker": human.as_councillor(), "faction": seat.behalf})
    if turns:
        head = OFFICE[matter.office].head if matter.office != "VL" else mayor(sitting.day).key
        human = HUMAN[head]
        yield expand(rng.choice(passages.ANSWERS), rng, {"officer": f"{human.salutation} {human.family}"})
