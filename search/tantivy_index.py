"""The index in tantivy; the only file that knows it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import tantivy
from tantivy import FieldType, Occur
from tantivy import Query as Tantivy

from search.errors import EngineUnavailable, IndexLocked, SearchError
from search.highlight import Marker
from search.model import Batch, Document, FacetCount, Results
from search.naming import named
from search.payload import Entry, entry, unpack
from search.plan import (
    EXACT,
    MAX_EXPANSION,
    PARTS,
    TEXT,
    TITLE,
    All,
    Beginning,
    Expression,
    Plan,
    Run,
    Some,
    Term,
    Weighted,
    plan,
)
from search.query import FILTER_FIELDS, Query, fold_value
from search.results import facet, hit
from search.store import Home

HEAP = 64_000_000  # bytes a batch may hold before it goes to disk; 15 MB is tantivy's least, 128 MB gained nothing
FACET_BUCKETS = 10_000  # more than any facet has values, so that the counts are exact
ENGINE_FORMAT = ".".join(version("tantivy").split(".")[:2])  # a new minor version may write other files


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("stored", stored=True)
    for name in (TITLE, TEXT, EXACT):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field(PARTS, tokenizer_name="whitespace", index_option="freq")
    for name in FILTER_FIELDS:
        builder.add_text_field(f"is_{name}", tokenizer_name="raw", index_option="basic")
        builder.add_text_field(f"shown_{name}", tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("day", "seq"):
        builder.add_unsigned_field(name, stored=name == "seq", indexed=True, fast=True)
    for name in ("newest", "oldest"):
        builder.add_unsigned_field(name, fast=True)
    return builder.build()


SCHEMA = _schema()


class TantivyIndex:
    """A folder with a tantivy index."""

    def __init__(self, root: Path, *, create: bool) -> None:
        self._home = Home(root, "tantivy", ENGINE_FORMAT)
        self._mutex = threading.Lock()
        self._open: tuple[Path, tantivy.Index] | None = None
        self._seen: tuple[int, int] | None = None
        self._home.require(create, self._renew)

    @contextmanager
    def writer(self) -> Iterator[Batch]:
        """One batch; see SearchIndex.writer."""
        with self._home.lock():
            with _translated():
                writer = self._index().writer(HEAP, num_threads=1)
                writer.garbage_collect_files()  # segments that an earlier process had no time to remove
            try:
                yield _Batch(writer)
                with _translated():
                    writer.commit()
            except BaseException:
                writer.rollback()
                raise
            finally:
                writer.wait_merging_threads()  # without them, small segments would pile up

    def search(self, query: Query) -> Results:
        """See SearchIndex.search."""
        started = time.perf_counter()
        with _translated():
            searcher = self._searcher()
            wanted = _Translator(searcher).query(query, plan(query))
            found = searcher.search(
                wanted,
                limit=query.limit,
                offset=query.offset,
                order_by_field=_order_field(query),
                order=tantivy.Order.Asc if query.sort == "oldest" else tantivy.Order.Desc,
            )
            marker = Marker(query)
            hits = []
            for score, address in found.hits:
                stored = searcher.doc(address).get_first("stored")
                hits.append(hit(bytes(stored or b""), float(score) if query.sort == "best" else 0.0, marker))
            facets = _facets(searcher, wanted)
        return Results(_total(found), tuple(hits), facets, time.perf_counter() - started)

    def versions(self) -> Iterator[tuple[str, int]]:
        """See SearchIndex.versions."""
        with _translated():
            searcher = self._searcher()
            everything = searcher.search(Tantivy.all_query(), limit=max(1, searcher.num_docs))
            for _, address in everything.hits:
                document = searcher.doc(address)
                yield unpack(bytes(document.get_first("stored") or b"")).id, int(document.get_first("seq") or 0)

    def count(self) -> int:
        """See SearchIndex.count."""
        with _translated():
            return self._searcher().num_docs

    def clear(self) -> None:
        """See SearchIndex.clear."""
        with self._home.lock():
            self._renew()

    def close(self) -> None:
        """See SearchIndex.close."""
        with self._mutex:
            self._open = None

    def _renew(self) -> None:
        folder = self._home.prepare()
        with _translated():
            tantivy.Index(SCHEMA, path=str(folder), reuse=False)
        self._home.publish(folder)

    def _index(self) -> tantivy.Index:
        folder = self._home.live()
        with self._mutex:
            if self._open is None or self._open[0] != folder:
                index = tantivy.Index.open(str(folder))
                index.config_reader("manual")
                self._open, self._seen = (folder, index), None
            return self._open[1]

    def _searcher(self) -> tantivy.Searcher:
        """A searcher that sees the last commit, whoever made it."""
        index = self._index()
        state = (self._home.live() / "meta.json").stat()
        seen = (state.st_mtime_ns, state.st_ino)
        if seen != self._seen:
            index.reload()
            self._seen = seen
        return index.searcher()


class _Batch:
    """Changes of one writer."""

    def __init__(self, writer: tantivy.IndexWriter) -> None:
        self._writer = writer

    def put(self, document: Document) -> None:
        """See Batch.put."""
        analysed = entry(document)
        with _translated():
            self._writer.delete_documents_by_term("id", document.id)
            self._writer.add_document(_document(analysed))

    def delete(self, document_id: str) -> None:
        """See Batch.delete."""
        self._writer.delete_documents_by_term("id", document_id)


def _document(entry: Entry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", entry.id)
    document.add_bytes("stored", entry.stored)
    for name, terms in ((TITLE, entry.title), (TEXT, entry.text), (PARTS, entry.parts), (EXACT, entry.exact)):
        document.add_text(name, terms)
    for name in FILTER_FIELDS:
        for value in entry.values[name]:
            document.add_text(f"is_{name}", value)
        for value in entry.facets[name]:
            document.add_text(f"shown_{name}", value)
    if entry.day is not None:
        document.add_unsigned("day", entry.day)
    document.add_unsigned("seq", entry.seq)
    document.add_unsigned("newest", entry.newest)
    document.add_unsigned("oldest", entry.oldest)
    return document


class _Translator:
    """From our plan to tantivy's queries."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher

    def query(self, query: Query, plan: Plan) -> Tantivy:
        """Words, filters and dates of a query in one."""
        clauses = [(Occur.Must, self.expression(part)) for part in plan.must]
        clauses += [(Occur.MustNot, self.expression(part)) for part in plan.without]
        clauses += [(Occur.Should, self.expression(part)) for part in plan.bonus]
        for each in named(query.filters, self._values):
            values = Tantivy.term_set_query(SCHEMA, f"is_{each.field}", [fold_value(value) for value in each.values])
            clauses.append((Occur.MustNot if each.negated else Occur.Must, Tantivy.const_score_query(values, 0.0)))
        if query.after or query.before:
            low = query.after.toordinal() if query.after else 0
            high = query.before.toordinal() - 1 if query.before else 1 << 32
            clauses.append((Occur.Must, _range("day", low, high)))
        if query.after_seq:
            clauses.append((Occur.Must, _range("seq", query.after_seq + 1, (1 << 63) - 1)))
        if not any(occur == Occur.Must for occur, _ in clauses):
            clauses.append((Occur.Must, Tantivy.const_score_query(Tantivy.all_query(), 0.0)))
        return Tantivy.boolean_query(clauses)

    def _values(self, field: str) -> list[str]:
        return [value for value, _ in self._searcher.terms_with_prefix(f"is_{field}", "", limit=FACET_BUCKETS)]

    def expression(self, wanted: Expression) -> Tantivy:
        """One expression of a plan."""
        match wanted:
            case Term(field, text):
                return Tantivy.term_query(SCHEMA, field, text, index_option="freq")
            case Run(field, texts, gap):
                runs: list[list[str | tuple[int, str]]] = [
                    [(0, texts[0]), *((place + between, text) for place, text in enumerate(texts[1:], start=1))]
                    for between in range(gap + 1)
                ]
                return _any([Tantivy.phrase_query(SCHEMA, field, run) for run in runs])
            case Beginning(field, text):
                terms = self._searcher.terms_with_prefix(field, text, limit=MAX_EXPANSION)
                return Tantivy.const_score_query(
                    Tantivy.term_set_query(SCHEMA, field, [term for term, _ in terms]), 1.0
                )
            case Some(parts):
                return _any([self.expression(part) for part in parts])
            case All(parts):
                return Tantivy.boolean_query([(Occur.Must, self.expression(part)) for part in parts])
            case Weighted(part, weight):
                return Tantivy.boost_query(self.expression(part), weight)


def _any(queries: list[Tantivy]) -> Tantivy:
    return queries[0] if len(queries) == 1 else Tantivy.boolean_query([(Occur.Should, query) for query in queries])


def _total(found: tantivy.SearchResult) -> int:
    """The exact number of matches; tantivy's type stub leaves the attribute out."""
    return int(getattr(found, "count"))  # noqa: B009 - mypy knows the attribute only this way


def _range(field: str, low: int, high: int) -> Tantivy:
    """Both ends included."""
    if high < low:
        return Tantivy.empty_query()
    return Tantivy.const_score_query(
        Tantivy.range_query(SCHEMA, field, FieldType.Unsigned, lower_bound=low, upper_bound=high), 0.0
    )


def _order_field(query: Query) -> str | None:
    if query.sort == "oldest":
        return "oldest"
    return "newest" if query.sort == "newest" else None


def _facets(searcher: tantivy.Searcher, wanted: Tantivy) -> Mapping[str, tuple[FacetCount, ...]]:
    terms = {
        name: {"terms": {"field": f"shown_{name}", "size": FACET_BUCKETS, "segment_size": FACET_BUCKETS}}
        for name in FILTER_FIELDS
    }
    counted = searcher.aggregate(wanted, terms)
    return {
        name: facet((bucket["key"], bucket["doc_count"]) for bucket in counted[name]["buckets"])
        for name in FILTER_FIELDS
    }


@contextmanager
def _translated() -> Iterator[None]:
    """tantivy raises ValueError for nearly everything; what it means stands in the text."""
    try:
        yield
    except SearchError:
        raise
    except (ValueError, OSError) as error:
        if "LockBusy" in str(error):
            raise IndexLocked("somebody else is writing to this index") from error
        raise EngineUnavailable(f"tantivy: {error}") from error
