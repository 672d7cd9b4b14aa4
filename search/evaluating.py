"""What a plan finds, worked out in plain Python from postings alone, for an engine that only keeps those."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from search.expressions import All, Beginning, Close, Expression, Flat, Plan, Run, Some, Term, Values, Weighted

K1, B = 1.2, 0.75  # of BM25, as every engine has them

Scores: TypeAlias = dict[int, float]  # by document number


class Posting(NamedTuple):
    """One document that holds a term."""

    number: int
    times: int
    length: int  # terms of the field in this document
    places: Callable[[], Sequence[int]]


class Postings(Protocol):
    """What an engine keeps."""

    def postings(self, field: str, term: str) -> Sequence[Posting]:
        """The documents that hold a term."""

    def beginning(self, field: str, text: str) -> Iterable[str]:
        """The terms that a beginning stands for."""

    def valued(self, field: str, values: Iterable[str]) -> Iterable[int]:
        """The documents with one of these values."""

    def everything(self) -> Iterable[int]:
        """All documents."""

    def size(self, field: str) -> tuple[int, float]:
        """How many documents there are, and the mean length of a field."""


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Finds documents for one state of an index."""

    kept: Postings

    def plan(self, plan: Plan) -> Scores:
        """The documents of a plan, with their scores."""
        found = self.scores(All(plan.must, plan.without))
        for part in plan.bonus:
            for number, score in self.scores(part).items():
                if number in found:
                    found[number] += score
        return found

    def scores(self, wanted: Expression) -> Scores:
        """The documents of an expression, with their scores."""
        match wanted:
            case Some(parts, at_least):
                return _some([self.scores(part) for part in parts], at_least)
            case All(parts, without):
                return self._all(parts, without)
            case Flat(part):
                return dict.fromkeys(self.scores(part), 1.0)
            case Weighted(part, weight):
                return {number: weight * score for number, score in self.scores(part).items()}
            case _:
                return self._held(wanted)

    def _held(self, wanted: Term | Run | Close | Beginning | Values) -> Scores:
        match wanted:
            case Term(field, text):
                return self._run(field, (text,), 0, 1)
            case Run(field, texts, gap, at):
                return self._run(field, texts, gap, at)
            case Close():
                return _some([self.scores(way) for way in wanted.ways], 1)
            case Beginning(field, text):
                terms = self.kept.beginning(field, text)
                return {posting.number: 1.0 for term in terms for posting in self.kept.postings(field, term)}
            case Values(field, values):
                return dict.fromkeys(self.kept.valued(field, values), 0.0)

    def _all(self, parts: Sequence[Expression], without: Sequence[Expression]) -> Scores:
        found: Scores | None = None
        for part in parts:
            scores = self.scores(part)
            if found is None:
                found = scores
            else:
                found = {number: score + scores[number] for number, score in found.items() if number in scores}
        if found is None:
            found = dict.fromkeys(self.kept.everything(), 0.0)
        for part in without:
            for number in self.scores(part):
                found.pop(number, None)
        return found

    def _run(self, field: str, texts: Sequence[str], gap: int, at: int) -> Scores:
        """BM25 of one term, or of terms one after the other as if they were one whose rarity is that of all."""
        total, mean = self.kept.size(field)
        each = [self.kept.postings(field, text) for text in texts]
        rarity = sum(math.log(1 + (total - len(held) + 0.5) / (len(held) + 0.5)) for held in each)
        counted = _together(each, gap, at) if len(each) > 1 else [(posting, posting.times) for posting in each[0]]
        return {
            posting.number: rarity * (1 + K1) * count / (count + K1 * (1 - B + B * posting.length / mean))
            for posting, count in counted
        }


def _some(each: Sequence[Scores], at_least: int) -> Scores:
    found: Scores = {}
    held: dict[int, int] = {}
    for scores in each:
        for number, score in scores.items():
            found[number] = found.get(number, 0.0) + score
            held[number] = held.get(number, 0) + 1
    return found if at_least == 1 else {number: found[number] for number, many in held.items() if many >= at_least}


def _together(each: Sequence[Sequence[Posting]], gap: int, at: int) -> list[tuple[Posting, int]]:
    """The documents in which terms stand one after the other, with how often they do."""
    by_number = [{posting.number: posting for posting in held} for held in each]
    rarest = min(by_number, key=len)
    found = []
    for number in rarest:
        postings = [held[number] for held in by_number if number in held]
        if len(postings) == len(by_number):
            count = _times([posting.places() for posting in postings], gap, at)
            if count:
                found.append((postings[0], count))
    return found


def _times(places: Sequence[Sequence[int]], gap: int, at: int) -> int:
    """How often one place of each list stands behind that of the one before."""
    others = [set(each) for each in places]
    return sum(
        any(
            all(first + step + (between if step >= at else 0) in others[step] for step in range(1, len(places)))
            for between in range(gap + 1)
        )
        for first in places[0]
    )
