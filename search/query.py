"""Our own query language: what was meant, free of any engine's syntax; kept as text by saved searches and alerts.

A query is a list of things that all must be found, a list of things that must not, and filters:

    Word Phrase Prefix      what is written
    Near                    two of these within some words of each other, in either order
    AnyOf Every Not         OR, AND, NOT and brackets
    Titled                  only in titles
    Narrow                  a filter inside brackets
    Also                    a word that other words stand beside: other spellings, synonyms; never from the parser
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

MAX_TYPED = 500  # characters, filters not counted: titles of papers are pasted, and have up to 400
MAX_TEXT = 2_000  # characters, everything counted
MAX_TERMS = 64
MAX_FILTERS = 32
MAX_DEPTH = 8  # brackets in brackets
MAX_NEAR = 10  # words between the two of a NEAR
MAX_OFFSET = 1_000
MAX_LIMIT = 100
MIN_PREFIX = 3
MIN_QUESTION = 1  # more words than this behind "Wie" or before "?" are a sentence
_QUESTION_WORDS = """
wer wie was wo wann warum wieso weshalb wieviel wohin woher welche welcher welches how what when where who why which
"""
_ASKING = frozenset(_QUESTION_WORDS.split())
_MEASURE_WORDS = "hoch groß lang lange viel viele vielen oft weit breit alt teuer schnell häufig"
MEASURES = frozenset(_MEASURE_WORDS.split())  # what asks together with the word "wie" before it
ADDRESSES = frozenset({"frau", "herr", "herrn"})  # what stands before the name of a person and is no part of it
MAX_ALL_WORDS = 5  # longer queries are sentences: asking for every word of one finds only long minutes

Sort = Literal["best", "newest", "oldest"]
SORTS = ("best", "newest", "oldest")
# What a document can be narrowed by; all but the last are counted for every search.
FILTER_FIELDS = (
    "type",  # Paper, File, Meeting, AgendaItem, Person, Organization
    "body",  # slug of the council
    "organization",  # names of committees
    "paper_type",  # as the council calls it
    "year",
    "person",  # names of people who brought it in
    "party",  # names of groups and offices that brought it in
    "result",  # adopted, rejected, deferred, referred, noted, withdrawn
    "place",  # streets and places named in it
    "filetype",  # pdf, docx, …
    "paper",  # reference numbers
    "month",  # 2024-05
)
COUNTED = tuple(name for name in FILTER_FIELDS if name not in ("paper", "month"))


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
class Near:
    """Two things with at most `distance` words between them, in either order; words are found inflected."""

    left: Word | Phrase
    right: Word | Phrase
    distance: int


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these must be found."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All of these must be found."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """This must not be found."""

    node: Node


@dataclass(frozen=True, slots=True)
class Titled:
    """This must be found in a title."""

    node: Word | Phrase | Prefix


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
class Narrow:
    """A filter that stands inside brackets or beside an OR."""

    filter: Filter


@dataclass(frozen=True, slots=True)
class Beside:
    """What is searched for beside a word, how much it weighs, and why: "spelling" or "synonym"."""

    leaf: Word | Phrase
    weight: float
    reason: Literal["spelling", "synonym"]


@dataclass(frozen=True, slots=True)
class Also:
    """A word, or some that mean one thing together and must all be found, and what is searched for beside them."""

    words: tuple[Word, ...]
    others: tuple[Beside, ...]


Leaf: TypeAlias = Word | Phrase | Prefix | Near | Also
Node: TypeAlias = Leaf | AnyOf | Every | Not | Titled | Narrow


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for; `text` gives the same query again when parsed, filters passed beside the words included."""

    typed: str
    text: str
    must: tuple[Node, ...] = ()
    without: tuple[Node, ...] = ()
    filters: tuple[Filter, ...] = ()
    after: date | None = None  # this day or later
    before: date | None = None  # earlier than this day
    min_pages: int | None = None
    max_pages: int | None = None
    after_seq: int = 0
    sort: Sort = "best"
    offset: int = 0
    limit: int = 20
    cursor: str = ""  # where the page before ended; see Results.next; `offset` counts where it is empty
    strict: bool = False  # only what holds every word
    literal: bool = False  # no other spellings, no synonyms
    as_spelled: bool = False  # no other spellings: whether a document matches depends on no other document
    apart: bool = False  # every document by itself, none gathered to matters
    counted: tuple[str, ...] = ()  # facets that are counted besides COUNTED: month, paper

    @property
    def is_empty(self) -> bool:
        """Whether it asks for everything there is."""
        narrowed = self.filters or self.after or self.before or self.min_pages or self.max_pages is not None
        return not (self.must or self.without or narrowed)

    @property
    def is_sentence(self) -> bool:
        """Whether nobody means every word of it: it is long, or a question."""
        asks = "?" in self.typed or self.typed.split(" ", 1)[0].casefold() in _ASKING
        return not self.strict and len(self.words) > (MIN_QUESTION if asks else MAX_ALL_WORDS)

    @property
    def words(self) -> tuple[Word, ...]:
        """The bare words that must be found, as they stand in the query, without others beside them."""
        return words_of(self.must)


def words_of(nodes: Sequence[Node]) -> tuple[Word, ...]:
    """The bare words among some nodes, in their order."""
    each = (node.words if isinstance(node, Also) else (node,) for node in nodes)
    return tuple(word for words in each for word in words if isinstance(word, Word))


def fold_value(value: str) -> str:
    """A filter value as it is compared: case, quotation marks and runs of spaces do not matter."""
    return " ".join(value.replace('"', " ").casefold().split())
