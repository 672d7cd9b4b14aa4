"""What goes into an index and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from search.query import Query


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
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # "organization", "paper_type"
    parent: str = ""  # id of the record it is shown under


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
    snippets: tuple[Snippet, ...]  # one or two, the best first; none where there is no text

    @property
    def snippet(self) -> tuple[Segment, ...]:
        """The best passage."""
        return self.snippets[0].segments if self.snippets else ()


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits, the exact number of all of them, and facets over all of them, most frequent value first."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]
    took_seconds: float


class Batch(Protocol):
    """Changes that become visible together."""

    def put(self, document: Document) -> None:
        """Add a document or replace the one of the same id."""

    def delete(self, document_id: str) -> None:
        """Take a document out; nothing happens if it is not there."""


class SearchIndex(Protocol):
    """An index of documents; every method but clear and close raises IndexOutdated where the schema is another one."""

    def writer(self) -> AbstractContextManager[Batch]:
        """One batch, committed on a clean exit, discarded on an exception; IndexLocked while somebody else writes."""

    def search(self, query: Query) -> Results:
        """The documents that match, commits of other processes included."""

    def versions(self) -> Iterator[tuple[str, int]]:
        """(id, seq) of every document held, in no order."""

    def count(self) -> int:
        """How many documents are held."""

    def clear(self) -> None:
        """Start again with an empty index of the present schema."""

    def close(self) -> None:
        """Let go of files; the index cannot be used afterwards."""
