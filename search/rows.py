"""Filters, facets and orders in plain Python, for an engine that leaves them to us."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from search.model import FacetCount
from search.payload import Entry
from search.query import FILTER_FIELDS, Query, fold_value
from search.results import facet


class Row(NamedTuple):
    """What filters, facets and orders need of a document, small enough to be kept in memory for every document."""

    seq: int
    day: int | None
    newest: int
    oldest: int
    facets: dict[str, list[str]]
    values: dict[str, frozenset[str]]


Match: TypeAlias = tuple[float, int, Row]  # score, document number, row


def pack(entry: Entry) -> bytes:
    """A row as it is kept."""
    return json.dumps([entry.seq, entry.day, entry.newest, entry.oldest, entry.facets, entry.values]).encode()


def unpack(raw: bytes) -> Row:
    """A row that was kept."""
    seq, day, newest, oldest, facets, values = json.loads(raw)
    return Row(seq, day, newest, oldest, facets, {name: frozenset(each) for name, each in values.items()})


def passes(row: Row, query: Query) -> bool:
    """Whether a document is inside every filter."""
    if row.seq <= query.after_seq and query.after_seq:
        return False
    if query.after and (row.day is None or row.day < query.after.toordinal()):
        return False
    if query.before and (row.day is None or row.day >= query.before.toordinal()):
        return False
    return all(
        row.values[each.field].isdisjoint(map(fold_value, each.values)) == each.negated for each in query.filters
    )


def first(found: list[Match], query: Query) -> list[Match]:
    """The page of matches that was asked for, in its order."""
    last = query.offset + query.limit
    if query.sort == "oldest":
        page = heapq.nsmallest(last, found, key=lambda match: match[2].oldest)
    elif query.sort == "newest":
        page = heapq.nlargest(last, found, key=lambda match: match[2].newest)
    else:
        page = heapq.nsmallest(last, found, key=lambda match: (-match[0], match[1]))
    return page[query.offset :]


def facets(found: Iterable[Match]) -> Mapping[str, tuple[FacetCount, ...]]:
    """How often each value occurs among all matches."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in FILTER_FIELDS}
    for _, _, row in found:
        for name, values in row.facets.items():
            counts[name].update(values)
    return {name: facet(each.items()) for name, each in counts.items()}
