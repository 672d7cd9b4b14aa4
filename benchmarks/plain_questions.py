"""A question, and what a file is narrowed by, in what every plain engine knows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from search import Document, Query
from search.query import Also, AnyOf, Every, Near, Node, Not, Phrase, Prefix, Titled, Word

FACETS = ("type", "body", "organization", "paper_type", "year", "person", "party", "result", "place", "filetype")
EVER = (date(1, 1, 1), date(9999, 1, 1))


@dataclass(frozen=True)
class Plain:
    """A question in what every engine knows."""

    every: tuple[str, ...]
    some: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    beginnings: tuple[str, ...]
    without: tuple[str, ...]
    narrow: tuple[tuple[str, tuple[str, ...]], ...]
    after: date
    before: date


class Asked(Protocol):
    """Something that is asked for the first page of results."""

    def index(self, documents: Iterable[Document]) -> None:
        """Take in more documents, and let them be found."""

    def ask(self, question: Plain) -> int:
        """Make the first page of results; returns how many documents were found."""


def plain(query: Query) -> Plain:
    """Say a query in what every engine knows; of a sentence some of the words do."""
    nodes = query.must
    words = tuple(word for node in nodes if not isinstance(node, AnyOf) for word in _words(node))
    some = tuple(word for node in nodes if isinstance(node, AnyOf) for word in _words(node))
    return Plain(
        every=() if query.is_sentence else words,
        some=words if query.is_sentence else some,
        phrases=tuple(node.tokens for node in nodes if isinstance(node, Phrase)),
        beginnings=tuple(node.tokens[-1].lower() for node in nodes if isinstance(node, Prefix)),
        without=tuple(word for node in query.without for word in _words(node)),
        narrow=tuple((one.field, one.values) for one in query.filters),
        after=query.after or EVER[0],
        before=query.before or EVER[1],
    )


def _words(node: Node) -> Iterator[str]:
    match node:
        case Word(tokens):
            yield from tokens
        case Prefix(tokens):
            yield from tokens[:-1]
        case Also(words, _):
            yield from (token for each in words for token in each.tokens)
        case AnyOf(nodes) | Every(nodes):
            for each in nodes:
                yield from _words(each)
        case Near(left, right):
            yield from (*left.tokens, *right.tokens)
        case Not(inner) | Titled(inner):
            yield from _words(inner)
        case _:
            pass


def values(document: Document) -> dict[str, tuple[str, ...]]:
    """Return what a document is narrowed and counted by."""
    day = document.date or EVER[0]
    own = {"type": (document.type,), "body": (document.body,), "year": (str(day.year),)}
    return {name: own.get(name) or document.facets.get(name, ()) for name in FACETS}
