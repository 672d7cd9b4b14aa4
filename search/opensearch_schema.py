"""How an index lies in the cluster: its names, its fields, and a document as it is sent.

name               alias of the live generation, for people and for telling an outdated index from none
name-v4.5.1        the same with the schema's version: what we read, so that no question about versions is asked first
name-gen-<hex>     one generation; made whole before the aliases move to it in one step
name-writer        one document: who may write, see search.opensearch_writer
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from search.german import ANALYZER_VERSION
from search.payload import HOLE, PAGE_BREAK, Entry
from search.query import FILTER_FIELDS
from search.store import SCHEMA_VERSION
from search.weights import EXACT, NAME, PARTS, TEXT, TITLE, TITLE_PARTS

FORMAT = 1  # raise it with every change of the fields below
NUMBERS = ("day", "seq", "page_count")  # what ranges ask for
ORDERS = ("newest", "oldest", "group")
LONGEST = 8_000  # characters of a filter's value; the cluster refuses terms over 32,766 bytes
WINDOW = 1_000_000  # rows of one answer; a page that is deep down asks for many
FORGET_DELETED = "1h"  # a writer that hung for longer cannot bring back what another one took out


@dataclass(frozen=True, slots=True)
class Names:
    """What the parts of one index are called."""

    alias: str

    @property
    def current(self) -> str:
        """The live generation, if it is of the present schema."""
        return f"{self.alias}-v{SCHEMA_VERSION}.{ANALYZER_VERSION}.{FORMAT}"

    @property
    def generations(self) -> str:
        """A pattern for all generations; with another ending than the star, one."""
        return f"{self.alias}-gen-*"

    @property
    def writer(self) -> str:
        """The index that holds who may write."""
        return f"{self.alias}-writer"


def template(names: Names, shards: int, replicas: int, major: int) -> dict[str, Any]:
    """The index template of all generations."""
    # From 3 on the plain name leaves out the factor k1 + 1, which fixed weights are measured against.
    similarity = {"type": "BM25" if major < 3 else "LegacyBM25", "k1": 1.2, "b": 0.75}
    analyzers = {
        "terms": {"type": "custom", "tokenizer": "whitespace"},
        "holes": {"type": "custom", "tokenizer": "whitespace", "filter": ["holes"]},
    }
    settings = {
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        "refresh_interval": "-1",  # a commit refreshes; nobody sees half a batch
        "gc_deletes": FORGET_DELETED,
        "max_result_window": WINDOW,
        "similarity": {"default": similarity},
        # A filter of ours that leaves a gap where the word stood.
        "analysis": {"analyzer": analyzers, "filter": {"holes": {"type": "stop", "stopwords": [HOLE]}}},
    }
    return {
        "index_patterns": [names.generations],
        "template": {"settings": {"index": settings}, "mappings": _mappings()},
    }


def _mappings() -> dict[str, Any]:
    fields: dict[str, Any] = {name: {"type": "text", "analyzer": "holes"} for name in (TITLE, TEXT)}
    fields |= {name: {"type": "text", "analyzer": "terms"} for name in (EXACT, NAME)}
    fields |= {name: {"type": "text", "analyzer": "terms", "index_options": "freqs"} for name in (PARTS, TITLE_PARTS)}
    for name in FILTER_FIELDS:
        fields[f"is_{name}"] = {"type": "keyword", "doc_values": False, "ignore_above": LONGEST}
    for name in (*FILTER_FIELDS, "kind"):
        # Built with the refresh, so that the first reader after a commit does not wait for it.
        shown = {"type": "keyword", "index": False, "ignore_above": LONGEST, "eager_global_ordinals": True}
        fields[f"shown_{name}"] = shown
    fields |= {name: {"type": "long"} for name in NUMBERS}
    fields |= {name: {"type": "long", "index": False} for name in ORDERS}
    fields["head"] = {"type": "binary", "doc_values": True}
    fields["pages"] = {"type": "binary", "store": True}
    return {"dynamic": "strict", "_source": {"enabled": False}, "properties": fields}


def key(document_id: str) -> str:
    """The cluster's id of a document: theirs ends at 512 bytes, addresses of records do not."""
    digest = blake2b(document_id.encode("utf-8", "replace"), digest_size=15).digest()
    return base64.urlsafe_b64encode(digest).decode()


def fields(entry: Entry) -> bytes:
    """A document as it is sent, in one line of JSON."""
    head, _, pages = entry.stored.partition(PAGE_BREAK.encode())
    terms = {TITLE: entry.title, NAME: entry.name, TEXT: entry.text, EXACT: entry.exact}
    terms |= {PARTS: entry.parts, TITLE_PARTS: entry.title_parts}
    body: dict[str, Any] = {name: _sound(each) for name, each in terms.items()}
    for name in FILTER_FIELDS:
        body[f"is_{name}"] = list(map(_sound, entry.values[name]))
        body[f"shown_{name}"] = list(map(_sound, entry.facets[name]))
    body["shown_kind"] = _sound(entry.kind)
    body |= {name: getattr(entry, name) for name in (*NUMBERS, *ORDERS)}
    # One byte says whether there are pages to fetch; the rest of a hit comes with the row, without a second question.
    body["head"] = base64.b64encode((b"+" if pages else b"-") + head).decode()
    if pages:
        body["pages"] = base64.b64encode(pages).decode()
    return orjson.dumps(body)


def _sound(text: str) -> str:
    """Text without lone halves of surrogate pairs, which JSON cannot carry."""
    return text.encode("utf-8", "replace").decode()
