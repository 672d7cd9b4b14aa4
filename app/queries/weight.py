"""How much a matter weighs, without a model: four signals of the record itself, and points that visibly add up.

money          the largest sum that its files name, by its logarithm
contention     votes against it, abstentions, and how often it was put off
bindingness    whether whoever settles it decides, or only gives advice
consultations  how many organizations' meetings it is on the agenda of

A signal that the record does not give drops out: the shares of the others grow, so that silence is not a zero.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import log10

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.facts import Kind
from app.models import File, Link, Mention
from app.queries.outcomes import Outcome, Votes, is_unanimous, votes_in
from app.queries.paths import Path, Station
from app.queries.references import FILE_ROLES
from app.queries.states import is_binding, is_preparing, is_telling
from app.shown import shown

SMALL, LARGE = 3, 7  # powers of ten: 1,000 Euro weigh nothing, from 10 million on a sum weighs all
DEFERRAL = 0.25  # of the whole, for each time it was put off
MANY = 4  # consultations from which on it can be no more
ADVISED = 0.4  # of the whole, where nobody decides
NOTED = 0.1
# On every agenda, and news to nobody. What was read once is not read in another way (`*+`): of "vorsitzvorsitz…" there
# are more ways than can be tried. So longer words stand before those that they begin with.
_ROUTINE = re.compile(
    r"niederschrift|protokoll|tagesordnung|beschlussfähigkeit|^\W*(?:top\s*\d*\W*)?(?:"
    r"eröffnung|begrüßung|feststellung der|bekanntgabe|bekanntmachung|einwohnerfrage|bürgerfrage|fragestunde"
    r"|ende der sitzung|schließung der|unterbrechung|verpflichtung|aktuelle stunde"
    r"|(?:(?:mitteilung(?:en)?|verschiedenes|anfragen|sonstiges|berichte?|informationen|anträge)\b"
    r"(?:\W|der|des|von|und|ausschuss\w*|aus|\d|verwaltung|bürgermeister\w*|oberbürgermeister\w*|vorsitz\w*|mitglieder"
    r"|mitteilungen|anfragen|verschiedenes|berichte?)*+$))",
    re.IGNORECASE,
)


class Signal(StrEnum):
    """What is weighed."""

    MONEY = "money"
    CONTENTION = "contention"
    BINDINGNESS = "bindingness"
    CONSULTATIONS = "consultations"


SHARES = {Signal.MONEY: 34, Signal.CONTENTION: 24, Signal.BINDINGNESS: 22, Signal.CONSULTATIONS: 20}


@dataclass(frozen=True, slots=True)
class Part:
    """What one signal adds: points, the most there can be of it, and the figures that it was read from.

    `amount` are cents; `count` are times put off, or consultations; `binding` is None where something was only noted.
    """

    signal: Signal
    points: int
    most: int
    amount: int | None = None
    votes: Votes | None = None
    count: int = 0
    binding: bool | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """The parts that are known; their points are the whole."""

    parts: tuple[Part, ...]

    @property
    def points(self) -> int:
        """Return 0 to 100."""
        return sum(part.points for part in self.parts)


NOTHING = Weight(())


def is_routine(name: str | None) -> bool:
    """Whether an agenda item is one that every agenda has."""
    return bool(_ROUTINE.search(" ".join((name or "").split())))


def weigh(path: Path, amount: int | None) -> Weight:
    """Return how much the paper of a path weighs whose files name a sum of so many cents."""
    known = [part for part in (_money(amount), _contention(path), _bindingness(path), _consultations(path)) if part]
    if not known:
        return NOTHING
    shares = _whole({part.signal: SHARES[part.signal] for part, _ in known}, 100)
    exact = {part.signal: score * shares[part.signal] for part, score in known}
    points = _whole(exact, round(sum(exact.values())), scale=False)
    return Weight(tuple(replace(part, points=points[part.signal], most=shares[part.signal]) for part, _ in known))


def amounts_of(session: Session, paper_ids: Collection[str]) -> dict[str, int]:
    """Return paper id -> the largest sum, in cents, that its shown files name; in one query."""
    chosen = (
        select(Link.from_id, func.max(Mention.number))
        .join(File, File.id == Link.to_id)
        .join(Mention, (Mention.sha256 == File.blob_sha256) & (Mention.kind == Kind.AMOUNT))
        .where(Link.from_id.in_(list(paper_ids)), Link.property.in_(FILE_ROLES), shown(File))
        .group_by(Link.from_id)
    )
    return {paper_id: amount for paper_id, amount in session.execute(chosen) if amount}


def weights(session: Session, paths: Mapping[str, Path]) -> dict[str, Weight]:
    """Return paper id -> weight, for papers whose paths are known; in one query."""
    amounts = amounts_of(session, paths.keys())
    return {paper_id: weigh(path, amounts.get(paper_id)) for paper_id, path in paths.items()}


Scored = tuple[Part, float]  # a part without points yet, and what it is worth of 1


def _money(amount: int | None) -> Scored | None:
    if not amount or amount <= 0:
        return None
    score = (log10(amount / 100) - SMALL) / (LARGE - SMALL)
    return Part(Signal.MONEY, 0, 0, amount=amount), min(1.0, max(0.0, score))


def _contention(path: Path) -> Scored | None:
    """Read how disputed a matter is; None where no votes are told and nothing was put off."""
    deferred = sum(station.outcome is Outcome.POSTPONED for station in path.stations)
    counted = [votes for station in path.stations if (votes := _votes(station))]
    if not (deferred or counted or any(is_unanimous(station.result) for station in path.stations)):
        return None
    closest = max(counted, key=_dissent, default=None)
    score = min(1.0, (2 * _dissent(closest) if closest else 0.0) + DEFERRAL * deferred)
    return Part(Signal.CONTENTION, 0, 0, votes=closest, count=deferred), score


def _votes(station: Station) -> Votes | None:
    return votes_in(station.result) or next((one.votes for one in station.minuted if one.is_counted), None)


def _dissent(votes: Votes) -> float:
    """Return the part of the votes that was on the smaller side; abstentions count half."""
    yes, no, abstentions = votes.yes or 0, votes.no or 0, votes.abstentions or 0
    every = yes + no + abstentions
    return (min(yes, no) + abstentions / 2) / every if every else 0.0


def _bindingness(path: Path) -> Scored | None:
    if not path.stations:
        return None
    settled = [station for station in path.stations if station.outcome]
    # What came of a station tells more than what it was meant for; whoever is still to decide may do so.
    open_still = [station for station in path.stations if not station.outcome]
    if {station.outcome for station in settled} == {Outcome.NOTED} and not any(map(is_binding, open_still)):
        return Part(Signal.BINDINGNESS, 0, 0), NOTED
    if all(map(is_telling, path.stations)):
        return Part(Signal.BINDINGNESS, 0, 0), NOTED
    if any(is_binding(station) for station in path.stations):
        return Part(Signal.BINDINGNESS, 0, 0, binding=True), 1.0
    if all(is_preparing(station) for station in path.stations) or not settled:
        return Part(Signal.BINDINGNESS, 0, 0, binding=False), ADVISED
    return Part(Signal.BINDINGNESS, 0, 0, binding=True), 1.0


def _consultations(path: Path) -> Scored | None:
    count = len(path.stations)
    if not count:
        return None
    return Part(Signal.CONSULTATIONS, 0, 0, count=count), min(1.0, (count - 1) / (MANY - 1))


def _whole(parts: Mapping[Signal, float], total: int, *, scale: bool = True) -> dict[Signal, int]:
    """Return whole numbers in the proportion of some, which add up to the total: the largest rests are rounded up."""
    every = sum(parts.values())
    exact = {one: value * total / every if scale and every else value for one, value in parts.items()}
    found = {one: int(value) for one, value in exact.items()}
    rests = sorted(exact, key=lambda one: (found[one] - exact[one], list(parts).index(one)))
    for one in rests[: total - sum(found.values())]:
        found[one] += 1
    return found
