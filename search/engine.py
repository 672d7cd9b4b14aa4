"""What every engine brings: it keeps terms and finds them; what readers see is made of that in `search.searching`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from search.expressions import Plan
from search.model import Batch, Rebuild
from search.query import Filter, Sort

SURE = 3  # letters at the beginning of a word that are right where two others are wrong
BUCKETS = 10_000  # more than any facet has values: so many are counted, that the counts are exact
MAX_FACET_VALUES = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """A plan with everything that narrows it, all compared as values: days are ordinals, both ends included."""

    plan: Plan
    filters: tuple[Filter, ...] = ()  # whole values, none by words
    days: tuple[int | None, int | None] = (None, None)
    pages: tuple[int | None, int | None] = (None, None)
    after_seq: int = 0
    sort: Sort = "best"


class Row(NamedTuple):
    """One document found: `handle` is the engine's own name for it, good as long as its reader."""

    score: float  # 0 where the order is by date
    group: int
    handle: Any


@dataclass(frozen=True, slots=True)
class Found:
    """What matches: how many documents, the first of them in order, and counts over all of them."""

    total: int
    rows: Sequence[Row] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # at least `most` values, by their documents
    kinds: Mapping[str, int] = field(default_factory=dict)  # kind: how many matters
    exact: bool = True  # whether `kinds` is


def most(facet: str) -> int:
    """How many values of a facet are told: the most frequent, equals by name; all months, for they make a line."""
    return BUCKETS if facet == "month" else MAX_FACET_VALUES


class Reader(Protocol):
    """The index as it was at one moment."""

    def find(self, wanted: Wanted, *, limit: int, facets: Collection[str] = (), kinds: bool = False) -> Found:
        """The first `limit` (0: none) documents, of one place in the order the same one each time.

        Best first by BM25 (k1 1.2, b 0.75), else by `newest` falling or `oldest` rising.
        """

    def stored(self, rows: Sequence[Row]) -> list[bytes]:
        """What `payload.unpack` reads, of rows of this reader."""

    def frequencies(self, field: str, terms: Collection[str]) -> Mapping[str, int]:
        """How many documents hold each of some terms; some deleted ones may still count."""

    def near(self, word: str, changes: int) -> Iterable[tuple[str, int]]:
        """Exact forms with the number of their documents, in no order, and perhaps some that differ more.

        At least 50 of those that begin with the same letter and differ in one other; where there are none and two
        `changes` are allowed, of those that begin with the same SURE letters and differ in two others.
        """

    def values(self, field: str) -> Iterable[str]:
        """All values of a filter's field, as they are compared."""

    def versions(self) -> Iterator[tuple[str, int]]:
        """(id, seq) of every document, in no order."""

    def locate(self, document_id: str) -> Row | None:
        """One document by its id."""

    def count(self) -> int:
        """How many documents there are."""


class Engine(Protocol):
    """One index of one engine; methods but clear, rebuilding and close raise IndexOutdated for another schema."""

    def reader(self) -> AbstractContextManager[Reader]:
        """The index with every commit so far, of other processes too."""

    def writer(self) -> AbstractContextManager[Batch]:
        """One batch, committed on a clean exit, discarded on an exception; IndexLocked while somebody else writes."""

    def rebuilding(self) -> AbstractContextManager[Rebuild]:
        """A new generation beside the live one; it goes live on a clean exit and is removed on an exception."""

    def forget_old(self) -> None:
        """Take away at once what was live before; IndexLocked as writer()."""

    def old(self) -> list[str]:
        """Folders of indexes that are not live; none where others keep the files."""

    def clear(self) -> None:
        """Start again with an empty index of the present schema."""

    def close(self) -> None:
        """Let go of files; the index cannot be used afterwards."""
