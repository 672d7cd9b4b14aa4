"""Plain engines that do all the work of one page of results: rank, count, narrow, group, show passages.

What somebody builds in an afternoon with each of them, in the way its manual says; see benchmarks/search.py.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
import tantivy
from tantivy import FieldType, Occur

from benchmarks.plain_questions import EVER, FACETS, Plain, values
from search import Document

SHOWN = 20
AT_ONCE = 200  # documents in one request


class BareTantivy:
    """tantivy with its own German stemmer: rank, count, and fetch the first twenty. No passages, no groups."""

    def __init__(self, folder: Path) -> None:
        builder = tantivy.SchemaBuilder().add_unsigned_field("day", indexed=True, fast=True)
        for name in ("title", "text"):
            builder.add_text_field(name, stored=True, tokenizer_name="de_stem")
        for name in FACETS:
            builder.add_text_field(name, tokenizer_name="raw", fast=True, index_option="basic")
        self._schema = builder.build()
        folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(self._schema, path=str(folder))

    def index(self, documents: Iterable[Document]) -> None:
        """See Asked."""
        writer = self._index.writer(64_000_000, 1)
        for one in documents:
            held = tantivy.Document(title=one.title, text="\n".join(one.pages))
            held.add_unsigned("day", (one.date or EVER[0]).toordinal())
            for name, each in values(one).items():
                for value in each:
                    held.add_text(name, value)
            writer.add_document(held)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def ask(self, question: Plain) -> int:
        """See Asked."""
        searcher = self._index.searcher()
        wanted = self._query(question)
        found = searcher.search(wanted, SHOWN)
        searcher.aggregate(wanted, {name: {"terms": {"field": name, "size": 100}} for name in FACETS})
        for _, place in found.hits:
            searcher.doc(place).get_first("title")
        return int(getattr(found, "count"))  # noqa: B009 - the type stub leaves it out

    def _query(self, question: Plain) -> tantivy.Query:
        said = [(Occur.Must, self._read(f'"{word}"')) for word in question.every]
        said += [(Occur.Must, self._read(f'"{" ".join(words)}"')) for words in question.phrases]
        beginnings = [tantivy.Query.regex_query(self._schema, "text", f"{one}.*") for one in question.beginnings]
        said += [(Occur.Must, one) for one in beginnings]
        said += [(Occur.MustNot, self._read(f'"{word}"')) for word in question.without]
        if question.some:
            said.append((Occur.Must, self._read(" ".join(f'"{word}"' for word in question.some))))
        said += [
            (Occur.Must, tantivy.Query.term_set_query(self._schema, name, list(each))) for name, each in question.narrow
        ]
        if (question.after, question.before) != EVER:
            days = question.after.toordinal(), question.before.toordinal() - 1
            said.append((Occur.Must, tantivy.Query.range_query(self._schema, "day", FieldType.Unsigned, *days)))
        return tantivy.Query.boolean_query(said)

    def _read(self, text: str) -> tantivy.Query:
        return self._index.parse_query(text, ["title", "text"])


class Fts5:
    """SQLite FTS5 with its unicode61 tokenizer and snippets; what is counted stands in a table beside it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._rows = sqlite3.connect(path)
        self._rows.executescript(
            """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-200000;
            CREATE VIRTUAL TABLE IF NOT EXISTS held USING fts5(title, text, tokenize='unicode61');
            CREATE TABLE IF NOT EXISTS file (id INTEGER PRIMARY KEY, day TEXT, paper TEXT);
            CREATE TABLE IF NOT EXISTS facet (
                file INTEGER, name TEXT, value TEXT, PRIMARY KEY (file, name, value)) WITHOUT ROWID;
            CREATE TEMP TABLE hit (id INTEGER PRIMARY KEY, worth REAL);
            """
        )

    def index(self, documents: Iterable[Document]) -> None:
        """See Asked."""
        with self._rows as rows:
            for one in documents:
                texts = (int(one.key), one.title, "\n".join(one.pages))
                rows.execute("INSERT INTO held (rowid, title, text) VALUES (?, ?, ?)", texts)
                rows.execute("INSERT INTO file VALUES (?, ?, ?)", (int(one.key), str(one.date), one.group))
                facets = [(int(one.key), name, value) for name, each in values(one).items() for value in each]
                rows.executemany("INSERT INTO facet VALUES (?, ?, ?)", facets)

    def ask(self, question: Plain) -> int:
        """See Asked."""
        rows = self._rows
        rows.execute("DELETE FROM hit")
        where, given = ["held MATCH ?", "day >= ? AND day < ?"], [_fts(question), str(question.after)]
        given.append(str(question.before))
        for name, each in question.narrow:
            marks = ",".join("?" * len(each))
            where.append(f"id IN (SELECT file FROM facet WHERE name = ? AND value IN ({marks}))")
            given += [name, *each]
        rows.execute(
            f"INSERT INTO hit SELECT id, bm25(held) FROM held JOIN file ON id = held.rowid WHERE {' AND '.join(where)}",
            given,
        )
        found = int(rows.execute("SELECT count(*) FROM hit").fetchone()[0])
        rows.execute("SELECT count(DISTINCT paper) FROM hit JOIN file USING (id)").fetchone()
        counted = "SELECT name, value, count(*) FROM hit CROSS JOIN facet ON file = hit.id GROUP BY name, value"
        rows.execute(counted).fetchall()
        rows.execute(
            "SELECT title, snippet(held, 1, '<b>', '</b>', '…', 32) FROM held WHERE held MATCH ?"
            f" AND rowid IN (SELECT id FROM hit ORDER BY worth LIMIT {SHOWN})",
            (_fts(question),),
        ).fetchall()
        return found


def _fts(question: Plain) -> str:
    must = [f'"{word}"' for word in question.every] + [f'"{" ".join(words)}"' for words in question.phrases]
    must += [f"{word} *" for word in question.beginnings]
    if question.some:
        must.append("(" + " OR ".join(f'"{word}"' for word in question.some) + ")")
    return " AND ".join(must) + "".join(f' NOT "{word}"' for word in question.without)


class Postgres:
    """PostgreSQL's full-text search: `german`, a GIN index, ts_rank and ts_headline."""

    def __init__(self, url: str) -> None:
        self._server = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)
        self.process = self._server.info.backend_pid
        self._server.execute(
            """
            CREATE TABLE file (id int PRIMARY KEY, day date, paper text, title text, body text, words tsvector);
            CREATE INDEX ON file USING gin (words);
            CREATE TABLE facet (file int, name text, value text, PRIMARY KEY (file, name, value));
            """
        )

    def index(self, documents: Iterable[Document]) -> None:
        """See Asked."""
        insert = """INSERT INTO file
            SELECT id, day, paper, title, body, to_tsvector('german', left(title || ' ' || body, 400000))
            FROM (VALUES (%s::int, %s::date, %s::text, %s::text, %s::text)) one (id, day, paper, title, body)"""
        with self._server.transaction(), self._server.cursor() as rows:
            for one in documents:
                text = "\n".join(one.pages).replace("\x00", " ")
                rows.execute(insert, (int(one.key), one.date, one.group, one.title, text))
                facets = [(int(one.key), name, value) for name, each in values(one).items() for value in each]
                rows.executemany("INSERT INTO facet VALUES (%s, %s, %s)", facets)
        self._server.execute("ANALYZE file, facet")

    def ask(self, question: Plain) -> int:
        """See Asked."""
        words = _tsquery(question)
        where, given = "", [words, question.after, question.before]
        for name, each in question.narrow:
            where += " AND id IN (SELECT file FROM facet WHERE name = %s AND value = ANY(%s))"
            given += [name, list(each)]
        hits = f"""WITH hit AS MATERIALIZED (SELECT id, paper, ts_rank(words, asked) worth FROM file,
            to_tsquery('german', %s) asked WHERE words @@ asked AND day >= %s AND day < %s{where})"""
        counted = "SELECT name, value, count(*) FROM hit JOIN facet ON file = id GROUP BY name, value"
        totals = "SELECT 'matters', count(DISTINCT paper)::text, count(*) FROM hit"
        rows = self._server.execute(f"{hits} {counted} UNION ALL {totals}".encode(), given).fetchall()
        shown = f"""{hits} SELECT title, ts_headline('german', body, to_tsquery('german', %s)) FROM
            (SELECT id FROM hit ORDER BY worth DESC LIMIT {SHOWN}) best JOIN file USING (id)"""
        self._server.execute(shown.encode(), [*given, words]).fetchall()
        return next(int(row[2]) for row in rows if row[0] == "matters")


def _tsquery(question: Plain) -> str:
    must = [f"'{word}'" for word in question.every]
    must += ["(" + " <-> ".join(f"'{word}'" for word in words) + ")" for words in question.phrases]
    must += [f"'{word}':*" for word in question.beginnings]
    if question.some:
        must.append("(" + " | ".join(f"'{word}'" for word in question.some) + ")")
    return " & ".join([*must, *(f"!'{word}'" for word in question.without)])


class OpenSearch:
    """OpenSearch with its `german` analyzer, aggregations and its unified highlighter."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=300)
        german: dict[str, Any] = {"type": "text", "analyzer": "german"}
        fields: dict[str, Any] = {name: {"type": "keyword"} for name in (*FACETS, "paper")}
        fields |= {"title": german, "text": german, "day": {"type": "date"}}
        settings = {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": -1}
        self._do("PUT", "/plain", {"settings": settings, "mappings": {"properties": fields}})

    def index(self, documents: Iterable[Document]) -> None:
        """See Asked."""
        lines: list[bytes] = []
        for one in documents:
            body = {"title": one.title, "text": "\n".join(one.pages), "day": str(one.date), "paper": one.group}
            lines += [b'{"index":{}}', orjson.dumps(body | values(one))]
            if len(lines) >= 2 * AT_ONCE:
                self._put(lines)
        self._put(lines)
        self._do("POST", "/plain/_refresh", None)

    def ask(self, question: Plain) -> int:
        """See Asked."""
        aggregations: dict[str, Any] = {name: {"terms": {"field": name, "size": 100}} for name in FACETS}
        aggregations["matters"] = {"cardinality": {"field": "paper"}}
        body = {
            "size": SHOWN,
            "track_total_hits": True,
            "_source": ["title"],
            "query": {"bool": _bool(question)},
            "aggs": aggregations,
            "highlight": {"fields": {"text": {"number_of_fragments": 2, "fragment_size": 240}}},
        }
        return int(self._do("POST", "/plain/_search", body)["hits"]["total"]["value"])

    def _put(self, lines: list[bytes]) -> None:
        if lines:
            headers = {"Content-Type": "application/x-ndjson"}
            answer = self._client.post("/plain/_bulk", content=b"\n".join([*lines, b""]), headers=headers)
            answer.raise_for_status()
            lines.clear()

    def _do(self, method: str, path: str, body: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        content = None if body is None else orjson.dumps(body)
        answer = self._client.request(method, path, content=content, headers=headers)
        answer.raise_for_status()
        return orjson.loads(answer.content)


def _bool(question: Plain) -> dict[str, Any]:
    both = ["title", "text"]
    must: list[Any] = [{"multi_match": {"query": word, "fields": both}} for word in question.every]
    must += [{"multi_match": {"query": " ".join(one), "fields": both, "type": "phrase"}} for one in question.phrases]
    must += [{"prefix": {"text": {"value": one}}} for one in question.beginnings]
    if question.some:
        must.append({"multi_match": {"query": " ".join(question.some), "fields": both}})
    narrow: list[Any] = [{"terms": {name: list(each)}} for name, each in question.narrow]
    narrow.append({"range": {"day": {"gte": str(question.after), "lt": str(question.before)}}})
    without = [{"multi_match": {"query": word, "fields": both}} for word in question.without]
    return {"must": must, "filter": narrow, "must_not": without}
