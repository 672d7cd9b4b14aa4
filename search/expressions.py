"""What an engine has to find: index terms, runs of them, and how much each weighs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Term:
    """Documents that hold this term."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Documents that hold these terms (two or more) one after the other; before the `at`-th `gap` others may stand."""

    field: str
    texts: tuple[str, ...]
    gap: int = 0
    at: int = 1  # counted from 0


@dataclass(frozen=True, slots=True)
class Close:
    """Documents that hold two runs of terms, in either order, with at most `gap` others between them."""

    field: str
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    gap: int

    @property
    def ways(self) -> tuple[Run, Run]:
        """Both orders."""
        one, other = self.sides
        return (
            Run(self.field, (*one, *other), self.gap, len(one)),
            Run(self.field, (*other, *one), self.gap, len(other)),
        )


@dataclass(frozen=True, slots=True)
class Beginning:
    """Documents that hold a term that begins so; it scores 1."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Values:
    """Documents one of whose values of a filter's field is one of these, as `fold_value` writes them; it scores 0."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Documents that match at least so many; scores add up."""

    parts: tuple[Expression, ...]
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class All:
    """Documents that match every one, and none of `without`; scores add up. Where only `without` is, all others."""

    parts: tuple[Expression, ...]
    without: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Flat:
    """The same documents, each with a score of 1."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Weighted:
    """The same documents with their score multiplied."""

    part: Expression
    weight: float


Expression: TypeAlias = Term | Run | Close | Beginning | Values | Some | All | Flat | Weighted


@dataclass(frozen=True, slots=True)
class Plan:
    """What must match (empty: everything does), what must not, and what only lifts the score."""

    must: tuple[Expression, ...]
    without: tuple[Expression, ...] = ()
    bonus: tuple[Expression, ...] = ()
