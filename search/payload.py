"""What an index keeps of a document besides its terms: enough to show a hit, and the terms themselves."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

import orjson

from search import german
from search.model import Document
from search.query import FILTER_FIELDS, fold_value

PAGE_BREAK = "\f"  # never inside a cleaned text
HOLE = "_"  # stands where no word is kept, so that what is around it keeps its place; no engine keeps it
FIRST, LAST = "^", "$"  # around the words of a title, so that a whole one can be asked for; no text has such words
EDGE = f" {HOLE} "  # between title and pages: words on two pages are not side by side
LEVEL = 3  # of zlib: 0.40 of the text where tantivy's own takes 0.52; 6 would save 0.02 more and cost time
UNDATED_LAST = 1 << 30  # later than any day, for the oldest-first order


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it comes back from an index; its pages only where nobody else keeps them."""

    id: str
    type: str
    title: str
    body: str
    key: str
    date: date | None
    parent: str
    group: str
    kind: str
    page_count: int
    text_key: str
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as an engine indexes it; the term fields hold terms between spaces, in the order of the text."""

    id: str
    seq: int
    title: str  # stems, with HOLEs
    name: str  # exact forms of the title between FIRST and LAST
    text: str  # stems, with HOLEs
    parts: str  # of the compounds of both, in no place of their own
    title_parts: str  # of those of the title again: Haushalt is what Haushaltssatzung is about, not what mentions it
    exact: str  # exact forms of both
    day: int | None
    newest: int  # sort descending; no two documents of one day share a place, and undated ones come last
    oldest: int  # sort ascending, the same
    page_count: int
    group: int  # 63 bits that stand for the matter
    kind: str
    facets: dict[str, tuple[str, ...]]  # as they are shown
    values: dict[str, tuple[str, ...]]  # as they are compared
    stored: bytes


def entry(document: Document) -> Entry:
    """Analyse a document."""
    title = german.clean(document.title)
    pages = tuple(german.clean(page) for page in document.pages)
    heads = list(map(german.terms, german.tokens(title)))
    words = [list(map(german.terms, german.tokens(page))) for page in pages]
    if document.type == "Person":
        heads = [(stem, exact, "") for stem, exact, _ in heads]  # whoever looks for a bus does not mean Ms Bußmann
    name = " ".join([exact for _, exact, _ in heads])
    whole = f"{FIRST} {name} {LAST}" if name else ""
    facets = _facets(document)
    tie = zlib.crc32(document.id.encode("utf-8", "replace"))
    day = document.date.toordinal() if document.date else None
    return Entry(
        id=document.id,
        seq=document.seq,
        title=_stems(heads),
        name=whole,
        text=EDGE.join(map(_stems, words)),
        title_parts=" ".join([parts for _, _, parts in heads if parts]),
        parts=" ".join([parts for each in (heads, *words) for _, _, parts in each if parts]),
        exact=EDGE.join([name, *[" ".join([exact for _, exact, _ in each]) for each in words]]),
        day=day,
        newest=((day or 0) << 32) + tie,
        oldest=((day or UNDATED_LAST) << 32) + tie,
        page_count=len(pages),
        group=_number(document.group or document.id),
        kind=document.kind or document.type,
        facets=facets,
        values={name: tuple(dict.fromkeys(map(fold_value, values))) for name, values in facets.items()},
        stored=_pack(document, title, pages),
    )


def unpack(stored: bytes) -> Stored:
    """The document that was stored."""
    head, _, packed = stored.partition(PAGE_BREAK.encode())
    pages = zlib.decompress(packed).decode("utf-8").split(PAGE_BREAK) if packed else ()
    record_id, own, title, body, key, day, parent, group, kind, page_count, text_key = orjson.loads(head)
    dated = date.fromisoformat(day) if day else None
    return Stored(record_id, own, title, body, key, dated, parent, group, kind, page_count, text_key, tuple(pages))


def _pack(document: Document, title: str, pages: tuple[str, ...]) -> bytes:
    day = document.date.isoformat() if document.date else ""
    head = [document.id, document.type, title, document.body, document.key, day, document.parent]
    head += [document.group or document.id, document.kind or document.type]
    kept = pages if not document.text_key else ()
    text = zlib.compress(PAGE_BREAK.join(kept).encode("utf-8"), LEVEL) if kept else b""
    written = json.dumps([*head, len(pages), document.text_key], ensure_ascii=False, separators=(",", ":"))
    return written.encode("utf-8", "replace") + PAGE_BREAK.encode() + text


def _stems(words: Iterable[tuple[str, str, str]]) -> str:
    return " ".join([HOLE if exact in german.HOLES else stem for stem, exact, _ in words])


def _number(group: str) -> int:
    return int.from_bytes(blake2b(group.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


def _facets(document: Document) -> dict[str, tuple[str, ...]]:
    given = {name: document.facets.get(name, ()) for name in FILTER_FIELDS}
    given["type"] = (document.type,)
    given["body"] = (document.body,)
    given["year"] = (str(document.date.year),) if document.date else ()
    given["month"] = (document.date.isoformat()[:7],) if document.date else ()
    return {name: tuple(dict.fromkeys(filter(None, map(german.clean, values)))) for name, values in given.items()}
