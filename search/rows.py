"""Filters, facets and orders in plain Python, for an engine that leaves them to us."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from search.engine import Wanted
from search.payload import Entry
from search.query import fold_value


class Facts(NamedTuple):
    """What filters, facets and orders need of a document, small enough to be kept in memory for every document."""

    seq: int
    day: int | None
    newest: int
    oldest: int
    page_count: int
    group: int
    kind: str
    facets: dict[str, list[str]]
    values: dict[str, frozenset[str]]


Match: TypeAlias = tuple[float, int, Facts]  # score, document number, facts


def pack(entry: Entry) -> bytes:
    """Facts as they are kept."""
    return json.dumps([getattr(entry, name) for name in Facts._fields]).encode()


def unpack(raw: bytes) -> Facts:
    """Facts that were kept."""
    *others, values = json.loads(raw)
    return Facts._make([*others, {name: frozenset(each) for name, each in values.items()}])


def passes(facts: Facts, wanted: Wanted) -> bool:
    """Whether a document is inside every filter and range."""
    return (
        facts.seq >= wanted.after_seq + bool(wanted.after_seq)
        and _inside(facts.day, wanted.days)
        and _inside(facts.page_count, wanted.pages)
        and all(holds(facts, each.field, each.values) != each.negated for each in wanted.filters)
    )


def holds(facts: Facts, field: str, values: Iterable[str]) -> bool:
    """Whether a document has one of these values."""
    return not facts.values[field].isdisjoint(map(fold_value, values))


def first(found: Collection[Match], wanted: Wanted, limit: int) -> list[Match]:
    """The first matches in the order that was asked for."""
    if wanted.sort == "oldest":
        return heapq.nsmallest(limit, found, key=lambda match: match[2].oldest)
    if wanted.sort == "newest":
        return heapq.nlargest(limit, found, key=lambda match: match[2].newest)
    return heapq.nsmallest(limit, found, key=lambda match: (-match[0], match[1]))


def counted(found: Iterable[Match], facets: Collection[str]) -> Mapping[str, Mapping[str, int]]:
    """How often each value occurs among all matches."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in facets}
    for _, _, facts in found:
        for name in facets:
            counts[name].update(facts.facets[name])
    return counts


def kinds(found: Iterable[Match]) -> Mapping[str, int]:
    """How many matters there are of each kind."""
    return Counter(kind for kind, _ in {(facts.kind, facts.group) for _, _, facts in found})


def _inside(value: int | None, bounds: tuple[int | None, int | None]) -> bool:
    low, high = bounds
    if low is None and high is None:
        return True
    return value is not None and (low is None or value >= low) and (high is None or value <= high)
