"""What goes into an index and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

from search.query import Query

if TYPE_CHECKING:
    from search.highlight import Marker  # which makes what stands here

Needs: TypeAlias = tuple[frozenset[str], ...]  # of each at least one term, in any field of a document


@dataclass(frozen=True, slots=True)
class Document:
    """One record to be found; putting it again under the same id replaces it."""

    id: str
    type: str
    title: str
    pages: tuple[str, ...] = ()
    body: str = ""  # slug of the council
    key: str = ""  # short handle for addresses
    date: date | None = None  # the one readers sort by
    seq: int = 0  # number in the change log; alerts ask for what came after one
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # names of FILTER_FIELDS
    parent: str = ""  # id of the record it is shown under
    group: str = ""  # id of the matter it belongs to: its paper, else its meeting; its own where empty
    kind: str = ""  # type of that matter; its own where empty
    text_key: str = ""  # name of the text where the caller keeps the pages and gives them back to show a hit


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text, marked where it is what was searched for."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage of about 240 characters; `page` counts from 1, None where there is only one."""

    page: int | None
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class PageHits:
    """How often a page, counted from 1, holds what was searched for."""

    number: int
    count: int


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many results hold a value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One result."""

    id: str
    type: str
    key: str
    title: str
    date: date | None
    body: str
    parent: str
    score: float
    page_count: int
    page: int | None  # of the best passage, from 1; None for records of one page and for finds in the title alone
    pages: tuple[PageHits, ...]  # the first 50 that hold something
    title_segments: tuple[Segment, ...]
    snippets: tuple[
        Snippet, ...
    ]  # one or two, the best first; none where there is no text, or another of the matter is quoted
    group: str = ""
    kind: str = ""
    also: tuple[Hit, ...] = ()  # the next best of the same matter
    more: int = 0  # how many of the same matter stand below those, among all that were looked at
    full: bool = True  # whether it holds every word that was asked for

    @property
    def snippet(self) -> tuple[Segment, ...]:
        """The best passage."""
        return self.snippets[0].segments if self.snippets else ()


class Match(NamedTuple):
    """A document that matches, and what it belongs to: see Document."""

    id: str
    type: str
    parent: str
    group: str
    kind: str


@dataclass(frozen=True, slots=True)
class Added:
    """What was searched for besides a written word: other spellings where nothing has it, words for the same thing."""

    written: str
    words: tuple[str, ...]
    reason: Literal["spelling", "synonym"]


@dataclass(frozen=True, slots=True)
class Results:
    """One page of matters, each with its best document first, and counts over all that match.

    A matter is a paper with its files and the agenda items about it, or a meeting with its own.
    """

    total: int  # documents, exact
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]  # most frequent first; a narrowed one as if it were not narrowed
    took_seconds: float
    full: int = 0  # how many of them hold every word; the others follow behind those
    matters: Mapping[str, int] = field(default_factory=dict)  # by kind
    exact: bool = True  # whether `matters` is exact, or estimated to about 3 in 100
    added: tuple[Added, ...] = ()
    unknown: tuple[str, ...] = ()  # words, as typed, that no document holds, nor any that looks like them
    meant: str = ""  # the query with words that are far more frequent and look alike, where there are such
    next: str = ""  # cursor of the next page, empty on the last
    previous: str = ""  # of the page before, empty where that is the first
    first: int = 0  # how many matters stand on the pages before

    @property
    def groups(self) -> int:
        """How many matters match."""
        return sum(self.matters.values())


class Batch(Protocol):
    """Changes that become visible together."""

    def put(self, document: Document) -> None:
        """Add a document or replace the one of the same id."""

    def delete(self, document_id: str) -> None:
        """Take a document out; nothing happens if it is not there."""


class Rebuild(Protocol):
    """An index that is being filled beside the live one."""

    def batch(self) -> AbstractContextManager[Batch]:
        """One batch, written to disk on a clean exit so that memory stays bounded; nobody sees it yet."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What somebody may be typing."""

    id: str
    type: str
    key: str
    title: str
    body: str
    parent: str


class SearchIndex(Protocol):
    """An index of documents; every method but rebuilding and close raises IndexOutdated where the schema is another."""

    def writer(self) -> AbstractContextManager[Batch]:
        """One batch, committed on a clean exit, discarded on an exception; IndexLocked while somebody else writes."""

    def search(self, query: Query) -> Results:
        """The documents that match, commits of other processes included."""

    def matching(self, query: Query) -> tuple[Match, ...]:
        """The first `limit` documents, as many as that may be, that hold every word, in the order of `sort`.

        Each by itself, none shown: it takes a fraction of the time of a search.
        """

    def may_match(self, needed: Needs) -> bool:
        """Whether there may be a document that has what a query needs: the frequencies of terms say so, quicker yet."""

    def versions(self) -> Iterator[tuple[str, int]]:
        """(id, seq) of every document held, in no order."""

    def count(self) -> int:
        """How many documents are held."""

    def rebuilding(self) -> AbstractContextManager[Rebuild]:
        """A new, empty index beside the live one, which takes its place on a clean exit; IndexLocked as writer()."""

    def forget_old(self) -> None:
        """Take away at once what was live before, though somebody may be reading it; IndexLocked as writer()."""

    def old(self) -> list[str]:
        """What lies beside the live index and is read by nobody: folders whose words `traces` does not know."""

    def traces(self, text: str) -> int:
        """How many documents, some deleted ones included, may hold all words of a text: 0 where its files do not."""

    def clear(self) -> None:
        """Start again with an empty index of the present schema."""

    def suggest(self, typed: str, limit: int = 10) -> tuple[Suggestion, ...]:
        """Titles that hold these words, the last of them being the beginning of one; most telling kinds first."""

    def marker(self, query: Query) -> Marker:
        """What marks a text as the results of a query are marked: other spellings and synonyms, or places, included."""

    def related(self, document_id: str, limit: int = 5, *, kind: str = "Paper", text_key: str = "") -> tuple[Hit, ...]:
        """Other matters of a kind that share rare words with a document and with the text of that key, best first.

        Each is the document of that matter that shares most; none where the document is not held.
        """

    def close(self) -> None:
        """Let go of files; the index cannot be used afterwards."""
