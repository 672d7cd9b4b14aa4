"""From the words of a filter to the names that have them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from search import german
from search.query import Filter


def named(filters: Iterable[Filter], known: Callable[[str], Iterable[str]]) -> tuple[Filter, ...]:
    """Filters of whole values only; `known` gives all values of a field, and is asked only where it is needed."""
    return tuple(_whole(each, known(each.field)) if each.words else each for each in filters)


def _whole(wanted: Filter, known: Iterable[str]) -> Filter:
    asked = [words for words in map(_stems, wanted.values) if words]
    met = tuple(name for name in known if any(map(_stems(name).issuperset, asked)))
    return replace(wanted, values=met, words=False)


def _stems(name: str) -> frozenset[str]:
    return frozenset(map(german.term, german.tokens(name)))
