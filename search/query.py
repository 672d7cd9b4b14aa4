"""Our own query language: what was meant, free of any engine's syntax; kept as text by saved searches and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

MAX_TYPED = 256  # characters, filters not counted
MAX_TEXT = 2_000  # characters, everything counted
MAX_TERMS = 16
MAX_FILTERS = 32
MAX_OFFSET = 1_000
MAX_LIMIT = 100
MIN_PREFIX = 3
MAX_ALL_WORDS = 5  # longer queries are sentences: asking for every word of one finds only long minutes

Sort = Literal["best", "newest", "oldest"]
SORTS = ("best", "newest", "oldest")
FILTER_FIELDS = ("type", "body", "organization", "paper_type", "year")


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word, found inflected and inside compounds; several tokens where it holds a hyphen or a slash."""

    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Quoted words, to be found side by side in this order, not inflected."""

    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a word, at least MIN_PREFIX letters; whole words may stand before it (Rad-We*)."""

    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these must be found."""

    nodes: tuple[Word | Phrase | Prefix, ...]


Leaf: TypeAlias = Word | Phrase | Prefix
Node: TypeAlias = Leaf | AnyOf


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that must (or, negated, must not) hold one of these values, compared by `fold_value`.

    Where `words` is set, a value stands for every name that has all its words.
    """

    field: str
    values: tuple[str, ...]
    negated: bool = False
    words: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for; `text` gives the same query again when parsed, filters passed beside the words included."""

    typed: str
    text: str
    must: tuple[Node, ...] = ()
    without: tuple[Leaf, ...] = ()
    filters: tuple[Filter, ...] = ()
    after: date | None = None  # this day or later
    before: date | None = None  # earlier than this day
    after_seq: int = 0
    sort: Sort = "best"
    offset: int = 0
    limit: int = 20

    @property
    def is_empty(self) -> bool:
        """Whether it asks for everything there is."""
        return not (self.must or self.without or self.filters or self.after or self.before)


def fold_value(value: str) -> str:
    """A filter value as it is compared: case, quotation marks and runs of spaces do not matter."""
    return " ".join(value.replace('"', " ").casefold().split())
