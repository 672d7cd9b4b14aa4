"""What can be asked in a benchmark of search: our engines, and the plain ones beside which they have to show.

Each is given the same documents once, and answers a question with the ids of its first results. The plain ones are what
somebody gets in an afternoon: title and text as two fields of equal weight, BM25, nothing tuned.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import httpx
import Stemmer
import tantivy

from search import BadQuery, Document, open_index, parse_query

_WORD = re.compile(r"\w+")
_AT_ONCE = 500  # documents in one request


@dataclass(frozen=True)
class Text:
    """One document of a collection: `parent` is the record it is shown under."""

    id: str
    title: str
    pages: tuple[str, ...]
    type: str = "File"
    parent: str = ""
    day: date | None = None

    @property
    def text(self) -> str:
        """All pages as one."""
        return "\n".join(self.pages)


class System(Protocol):
    """Something that is asked."""

    name: str
    slow: bool  # whether asking it everything takes too long

    def index(self, texts: Iterable[Text]) -> None:
        """Take in all documents, once."""

    def search(self, question: str, most: int) -> list[str]:
        """Return the ids of the first results, the best first."""


def words(text: str) -> list[str]:
    """Return the words in lower case, without any syntax."""
    return _WORD.findall(text.lower())


class Fts5:
    """SQLite FTS5 with its unicode61 tokenizer, all words or any of them, as they are or as stems of PyStemmer."""

    slow = False

    def __init__(self, joined: str, *, stems: bool = False) -> None:
        self.name = f"FTS5 {'stems' if stems else 'unicode61'}, {joined}"
        self._joined, self._stems = f" {joined} ", stems
        self._stem: Callable[[list[str]], list[str]] = Stemmer.Stemmer("german").stemWords
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE VIRTUAL TABLE held USING fts5(id UNINDEXED, title, text, tokenize='unicode61')")

    def index(self, texts: Iterable[Text]) -> None:
        """See System."""
        rows = ((one.id, self._written(one.title), self._written(one.text)) for one in texts)
        self._database.executemany("INSERT INTO held VALUES (?, ?, ?)", rows)

    def search(self, question: str, most: int) -> list[str]:
        """See System."""
        terms = self._stem(words(question)) if self._stems else words(question)
        if not terms:
            return []
        wanted = self._joined.join(f'"{term}"' for term in terms)
        statement = "SELECT id FROM held WHERE held MATCH ? ORDER BY bm25(held) LIMIT ?"
        return [row[0] for row in self._database.execute(statement, (wanted, most))]

    def _written(self, text: str) -> str:
        return " ".join(self._stem(words(text))) if self._stems else text


class PlainTantivy:
    """tantivy with its own German stemmer, any of the words."""

    name = "tantivy de_stem"
    slow = False

    def __init__(self, folder: Path) -> None:
        builder = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
        for field in ("title", "text"):
            builder.add_text_field(field, tokenizer_name="de_stem")
        folder.mkdir(parents=True)
        self._index = tantivy.Index(builder.build(), path=str(folder))

    def index(self, texts: Iterable[Text]) -> None:
        """See System."""
        writer = self._index.writer(128_000_000, 1)
        for one in texts:
            writer.add_document(tantivy.Document(id=one.id, title=one.title, text=one.text))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def search(self, question: str, most: int) -> list[str]:
        """See System."""
        searcher = self._index.searcher()
        wanted = self._index.parse_query(" ".join(words(question)), ["title", "text"])
        found = searcher.search(wanted, most)
        return [str(searcher.doc(place)["id"][0]) for _, place in found.hits]


class Ours:
    """Our own search at an address, asked as a reader asks it; the one place here that knows its interface."""

    def __init__(self, url: str, *, slow: bool = False) -> None:
        self.name, self.slow = f"Ratslupe, {url.partition(':')[0]}", slow
        self.refused: list[str] = []
        self._index = open_index(url)

    def index(self, texts: Iterable[Text]) -> None:
        """See System."""
        with self._index.writer() as batch:
            for number, one in enumerate(texts, 1):
                batch.put(
                    Document(one.id, one.type, one.title, one.pages, key=str(number), date=one.day, parent=one.parent)
                )

    def search(self, question: str, most: int) -> list[str]:
        """See System; what is refused finds nothing and is remembered."""
        try:
            return [hit.id for hit in self._index.search(replace(parse_query(question), limit=most)).hits]
        except BadQuery:
            self.refused.append(question)
            return []


class OpenSearch:
    """A running OpenSearch at an address, with its `german` analyzer, any of the words; asked over plain HTTP."""

    name = "OpenSearch german"
    slow = False

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(base_url=url, timeout=120, transport=transport)
        self._name = "ratslupe-relevance"

    def index(self, texts: Iterable[Text]) -> None:
        """See System."""
        analysed = {"type": "text", "analyzer": "german"}
        self._client.delete(f"/{self._name}")
        self._ask("PUT", f"/{self._name}", {"mappings": {"properties": {"title": analysed, "text": analysed}}})
        held = list(texts)
        for first in range(0, len(held), _AT_ONCE):
            self._put(held[first : first + _AT_ONCE])
        self._ask("POST", f"/{self._name}/_refresh", None)

    def search(self, question: str, most: int) -> list[str]:
        """See System."""
        wanted = {"query": " ".join(words(question)), "fields": ["title", "text"], "type": "most_fields"}
        body = {"size": most, "_source": False, "query": {"multi_match": wanted}}
        return [hit["_id"] for hit in self._ask("POST", f"/{self._name}/_search", body)["hits"]["hits"]]

    def _put(self, texts: Sequence[Text]) -> None:
        lines = [
            json.dumps(line)
            for one in texts
            for line in ({"index": {"_id": one.id}}, {"title": one.title, "text": one.text})
        ]
        headers = {"Content-Type": "application/x-ndjson"}
        answer = self._client.post(f"/{self._name}/_bulk", content="\n".join([*lines, ""]), headers=headers)
        answer.raise_for_status()
        if answer.json()["errors"]:
            raise RuntimeError(f"{self.name} did not take every document")

    def _ask(self, method: str, path: str, body: object) -> Any:
        answer = self._client.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json()
