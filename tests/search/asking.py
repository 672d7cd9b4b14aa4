"""Short names for what a typed search says."""

from __future__ import annotations

from collections.abc import Sequence

from search import parse_query
from search.query import (
    AnyOf,
    Every,
    Filter,
    Narrow,
    Near,
    Node,
    Not,
    Phrase,
    Prefix,
    Query,
    Titled,
    Word,
)


def word(*tokens: str) -> Word:
    return Word(tokens)


def phrase(text: str) -> Phrase:
    return Phrase(tuple(text.split()))


def narrowed(field: str, *values: str, negated: bool = False, words: bool = False) -> Narrow:
    return Narrow(Filter(field, values, negated, words))


def must(text: str) -> tuple[Node, ...]:
    return parse_query(text).must


def asked(query: Query) -> tuple[object, ...]:
    """All that a query's text has to give again."""
    days_and_pages = (query.after, query.before, query.min_pages, query.max_pages)
    return (query.text, query.must, query.without, query.filters, *days_and_pages)


A, B, C, D = word("a1"), word("b2"), word("c3"), word("d4")


def leaves(nodes: Sequence[Node]) -> list[Word | Phrase | Prefix]:
    """Words, phrases and beginnings in whatever holds them."""
    found: list[Word | Phrase | Prefix] = []
    for node in nodes:
        match node:
            case Word() | Phrase() | Prefix():
                found.append(node)
            case Near(left, right):
                found += [left, right]
            case Not(inner) | Titled(inner):
                found += leaves([inner])
            case AnyOf(inside) | Every(inside):
                assert len(inside) > 1
                found += leaves(inside)
    return found
