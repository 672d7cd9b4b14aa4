"""What an index keeps of a document besides its terms: enough to show a hit, and the terms themselves."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import date

from search import german
from search.model import Document
from search.query import fold_value

PAGE_BREAK = "\f"  # never inside a cleaned text
TITLE_END = "|"  # no word, so that quoted words never reach from the title into the text
LEVEL = 3  # of zlib: 0.40 of the text where tantivy's own takes 0.52; 6 would save 0.02 more and cost time
UNDATED_LAST = 1 << 30  # later than any day, for the oldest-first order


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it comes back from an index."""

    id: str
    type: str
    title: str
    body: str
    key: str
    date: date | None
    parent: str
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as an engine indexes it; the term fields hold terms between spaces, in the order of the text."""

    id: str
    seq: int
    title: str
    text: str
    parts: str
    exact: str
    day: int | None
    newest: int  # sort descending; no two documents of one day share a place, and undated ones come last
    oldest: int  # sort ascending, the same
    facets: dict[str, tuple[str, ...]]  # as they are shown
    values: dict[str, tuple[str, ...]]  # as they are compared
    stored: bytes


def entry(document: Document) -> Entry:
    """Analyse a document."""
    title = german.clean(document.title)
    pages = tuple(german.clean(page) for page in document.pages)
    heads = list(map(german.terms, german.tokens(title)))
    words = [terms for page in pages for terms in map(german.terms, german.tokens(page))]
    every = heads + words
    facets = _facets(document)
    tie = zlib.crc32(document.id.encode("utf-8", "replace"))
    day = document.date.toordinal() if document.date else None
    return Entry(
        id=document.id,
        seq=document.seq,
        title=" ".join([stem for stem, _, _ in heads]),
        text=" ".join([stem for stem, _, _ in words]),
        parts=" ".join([parts for _, _, parts in every if parts]),
        exact=" ".join([*[exact for _, exact, _ in heads], TITLE_END, *[exact for _, exact, _ in words]]),
        day=day,
        newest=((day or 0) << 32) + tie,
        oldest=((day or UNDATED_LAST) << 32) + tie,
        facets=facets,
        values={name: tuple(dict.fromkeys(map(fold_value, values))) for name, values in facets.items()},
        stored=_pack(document, title, pages),
    )


def unpack(stored: bytes) -> Stored:
    """The document that was stored."""
    head, _, packed = stored.partition(PAGE_BREAK.encode())
    pages = zlib.decompress(packed).decode("utf-8").split(PAGE_BREAK) if packed else ()
    record_id, kind, title, body, key, day, parent = json.loads(head)
    return Stored(record_id, kind, title, body, key, date.fromisoformat(day) if day else None, parent, tuple(pages))


def _pack(document: Document, title: str, pages: tuple[str, ...]) -> bytes:
    day = document.date.isoformat() if document.date else ""
    head = json.dumps([document.id, document.type, title, document.body, document.key, day, document.parent])
    text = zlib.compress(PAGE_BREAK.join(pages).encode("utf-8"), LEVEL) if pages else b""
    return head.encode("utf-8") + PAGE_BREAK.encode() + text


def _facets(document: Document) -> dict[str, tuple[str, ...]]:
    given = {name: document.facets.get(name, ()) for name in ("organization", "paper_type")}
    given["type"] = (document.type,)
    given["body"] = (document.body,)
    given["year"] = (str(document.date.year),) if document.date else ()
    return {name: tuple(dict.fromkeys(filter(None, map(german.clean, values)))) for name, values in given.items()}
