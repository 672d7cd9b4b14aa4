"""Reading one index in the cluster."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from zlib import crc32

import orjson

from search.engine import BUCKETS, Found, Row, Wanted
from search.errors import BadQuery, EngineUnavailable, IndexOutdated, SearchError
from search.opensearch_client import Client, Refused
from search.opensearch_queries import EVERYTHING, matters, search
from search.opensearch_schema import Names, key
from search.payload import PAGE_BREAK, unpack
from search.query import fold_value
from search.weights import EXACT

SECONDS = "1s"  # that one search may take, less than a host is waited for
ALL_HEADS = 500  # rows up to which heads come with them: 300 bytes each
AT_ONCE = 5_000  # documents of one answer where all are asked for
NEAREST = 50
FREQUENCIES = 500  # terms counted by one request
_BREAK = PAGE_BREAK.encode()


class Reader:
    """See engine.Reader; each answer is of the moment it is given in.

    The handle of a row is what a hit shows beside its pages, which came with it; far down, the key of the document.
    """

    def __init__(self, client: Client, names: Names) -> None:
        self._client = client
        self._names = names

    def find(self, wanted: Wanted, *, limit: int, facets: Collection[str] = (), kinds: bool = False) -> Found:
        """See engine.Reader.find."""
        body = search(wanted, limit, facets, kinds=kinds, heads=limit <= ALL_HEADS)
        # The buckets of groups are only counted, and would be most of the answer.
        found = self._search(body, filter_path="-aggregations.kinds.buckets.groups.buckets")
        counted = found.get("aggregations", {})
        values = {name: {one["key"]: one["doc_count"] for one in counted[name]["buckets"]} for name in facets}
        number, exact = matters(counted) if kinds else ({}, True)
        rows = [_row(hit, scored=wanted.sort == "best") for hit in found["hits"]["hits"]]
        return Found(found["hits"]["total"]["value"], rows, values, number, exact)

    def stored(self, rows: Sequence[Row]) -> list[bytes]:
        """See engine.Reader.stored; a document that was taken out meanwhile is shown without its pages."""
        heads: dict[Any, bytes] = {row.handle: row.handle for row in rows if isinstance(row.handle, bytes)}
        bare = [row.handle for row in rows if isinstance(row.handle, str)]
        heads |= {key_: head for key_, (head, _) in self._fetch(bare, pages=False).items()}
        keys = {handle: key(unpack(head[1:]).id) for handle, head in heads.items() if head[:1] == b"+"}
        fetched = self._fetch(list(keys.values()), pages=True)
        found = []
        for row in rows:
            if row.handle not in heads:
                raise EngineUnavailable("a document was taken out while it was being looked at")
            _, pages = fetched.get(keys.get(row.handle, ""), (b"", b""))
            found.append(heads[row.handle][1:] + _BREAK + pages)
        return found

    def frequencies(self, field: str, terms: Collection[str]) -> Mapping[str, int]:
        """See engine.Reader.frequencies."""
        counts: dict[str, int] = {}
        for part in _parts(list(terms), FREQUENCIES):
            filters = [{"term": {field: {"value": term}}} for term in part]
            body = {"size": 0, "track_total_hits": False, "aggs": {"held": {"filters": {"filters": filters}}}}
            found = self._search(body)["aggregations"]["held"]["buckets"]
            counts |= {term: one["doc_count"] for term, one in zip(part, found, strict=True)}
        return counts

    def near(self, word: str, changes: int) -> Iterable[tuple[str, int]]:
        """See engine.Reader.near."""
        term = {
            "field": EXACT,
            "analyzer": "keyword",
            "suggest_mode": "always",
            "max_edits": min(2, changes),
            "prefix_length": 1,
            "min_word_length": 2,
            "max_term_freq": 1 << 30,  # frequent words are corrected too
            "size": NEAREST,
            "shard_size": NEAREST,
        }
        body = {"size": 0, "suggest": {"near": {"text": word, "term": term}}}
        words = [option["text"] for entry in self._search(body)["suggest"]["near"] for option in entry["options"]]
        # The suggester counts documents that were taken out, too, and proposes their words.
        return [(word, count) for word, count in self.frequencies(EXACT, words).items() if count]

    def values(self, field: str) -> Iterable[str]:
        """See engine.Reader.values."""
        source: dict[str, Any] = {"size": BUCKETS, "sources": [{"value": {"terms": {"field": f"shown_{field}"}}}]}
        body = {"size": 0, "track_total_hits": False, "aggs": {"values": {"composite": source}}}
        held: set[str] = set()
        while True:
            page = self._search(body)["aggregations"]["values"]
            held.update(fold_value(one["key"]["value"]) for one in page["buckets"])
            if "after_key" not in page:
                return held
            source["after"] = page["after_key"]

    def versions(self) -> Iterator[tuple[str, int]]:
        """See engine.Reader.versions."""
        body = {
            "query": EVERYTHING,
            "size": AT_ONCE,
            "sort": ["_doc"],
            "_source": False,
            "stored_fields": "_none_",
            "docvalue_fields": ["head", "seq"],
        }
        page = self._search(body, scroll="2m")
        try:
            while page["hits"]["hits"]:
                for hit in page["hits"]["hits"]:
                    yield unpack(_bytes(hit, "head")[1:]).id, hit["fields"]["seq"][0]
                page = self._ask("POST", "/_search/scroll", {"scroll": "2m", "scroll_id": page["_scroll_id"]})
        finally:
            with suppress(SearchError):
                self._ask("DELETE", "/_search/scroll", {"scroll_id": page["_scroll_id"]})

    def locate(self, document_id: str) -> Row | None:
        """See engine.Reader.locate."""
        body = {
            "query": {"ids": {"values": [key(document_id)]}},
            "size": 1,
            "_source": False,
            "stored_fields": "_none_",
            "docvalue_fields": ["group", "head"],
        }
        return next((_row(hit, scored=True) for hit in self._search(body)["hits"]["hits"]), None)

    def count(self) -> int:
        """See engine.Reader.count."""
        found = self._ask("GET", f"/{self._names.current}/_count")
        return int(found["count"])

    def _search(self, body: Mapping[str, Any], **params: str) -> Any:
        written = orjson.dumps(body)
        # Copies of a part differ by what was deleted, and so do their scores: one question goes to one copy.
        params |= {"preference": f"q{crc32(written)}", "timeout": SECONDS, "allow_partial_search_results": "false"}
        found = self._ask("POST", f"/{self._names.current}/_search", written, **params)
        if found.get("timed_out"):
            raise BadQuery("too_slow")
        return found

    def _fetch(self, keys: Sequence[str], *, pages: bool) -> dict[str, tuple[bytes, bytes]]:
        """Heads and, where they are asked for, pages of documents; those that are gone are left out."""
        if not keys:
            return {}
        body = {
            "query": {"ids": {"values": keys}},
            "size": len(keys),
            "_source": False,
            "stored_fields": ["pages"] if pages else [],
            "docvalue_fields": ["head"],
        }
        hits = self._search(body)["hits"]["hits"]
        return {hit["_id"]: (_bytes(hit, "head"), _bytes(hit, "pages")) for hit in hits}

    def _ask(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        for _ in range(3):
            try:
                return self._client.read(method, path, body, **params)
            except Refused as error:
                if "too_many" in error.kind:
                    raise BadQuery("too_slow") from error
                if error.status != 404:
                    raise
                reason = missing(self._client, self._names)
                if reason:
                    raise reason from error
                # A rebuilt generation took the place of the one that was being asked.
        raise EngineUnavailable("the index changes too often to be read")


def missing(client: Client, names: Names) -> SearchError | None:
    """Why there is no index of the present schema; None where there is one."""
    generations = client.read("GET", f"/{names.generations}/_alias")
    held = {alias for generation in generations.values() for alias in generation["aliases"]}
    if names.current in held:
        return None
    if names.alias in held:
        return IndexOutdated(f"{names.alias} was written with another schema than {names.current}")
    return EngineUnavailable(f"there is no index {names.alias!r} in the search cluster")


def _row(hit: Mapping[str, Any], *, scored: bool) -> Row:
    handle = _bytes(hit, "head") or hit["_id"]
    return Row(float(hit["_score"]) if scored else 0.0, hit["fields"]["group"][0], handle)


def _bytes(hit: Mapping[str, Any], name: str) -> bytes:
    found = hit["fields"].get(name)
    # Columns come without padding; too much of it is ignored.
    return base64.b64decode(found[0] + "==") if found else b""


def _parts(items: list[str], size: int) -> Iterator[list[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
