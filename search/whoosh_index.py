"""The index in whoosh (whoosh3), pure Python; the only file that knows it."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import whoosh.columns
import whoosh.fields
import whoosh.formats
import whoosh.query
from whoosh import index
from whoosh.reading import TermNotFound

from search import plan as planning
from search import rows
from search.errors import BadQuery, EngineUnavailable, IndexLocked, SearchError
from search.highlight import Marker
from search.model import Batch, Document, Results
from search.naming import named
from search.payload import Entry, entry, unpack
from search.positions import Compact
from search.query import Query
from search.results import hit
from search.store import Home

DEADLINE = 1.5  # seconds; past it a search is refused instead of keeping other readers waiting
LIMIT_MB = 64  # memory a batch may take before it goes to disk
ENGINE_FORMAT = "3"

_Whoosh: TypeAlias = Any  # whoosh is typed in part only, and says it were typed
_Clock: TypeAlias = float  # time.perf_counter() after which a search is too slow

columns: _Whoosh = whoosh.columns
fields: _Whoosh = whoosh.fields
queries: _Whoosh = whoosh.query


class WhooshIndex:
    """A folder with a whoosh index."""

    def __init__(self, root: Path, *, create: bool) -> None:
        self._home = Home(root, "whoosh", ENGINE_FORMAT)
        self._mutex = threading.RLock()  # a whoosh searcher is not made for threads
        self._open: tuple[Path, _Whoosh] | None = None
        self._rows: dict[str, list[rows.Row]] = {}
        self._home.require(create, self._renew)

    @contextmanager
    def writer(self) -> Iterator[Batch]:
        """One batch; see SearchIndex.writer."""
        with self._home.lock():
            folder = self._home.live()
            batch = _Batch()
            yield batch
            with _translated():
                writer = index.open_dir(str(folder)).writer(limitmb=LIMIT_MB)
                try:
                    batch.write(writer)
                except BaseException:
                    writer.cancel()
                    raise
                writer.commit()

    def search(self, query: Query) -> Results:
        """See SearchIndex.search."""
        started = time.perf_counter()
        clock = started + DEADLINE
        with self._mutex, _translated():
            searcher = self._searcher()
            wanted = _translate(query, searcher, clock)
            query = replace(query, filters=named(query.filters, self._values))
            found = self._matches(searcher, wanted, query, clock)
            shown = rows.first(found, query)
            marker = Marker(query)
            hits = tuple(hit(_stored(searcher, docnum), score, marker) for score, docnum, _ in shown)
        return Results(len(found), hits, rows.facets(found), time.perf_counter() - started)

    def versions(self) -> Iterator[tuple[str, int]]:
        """See SearchIndex.versions."""
        with self._mutex, _translated():
            searcher = self._searcher()
            held: list[tuple[str, int]] = []
            for leaf, offset in searcher.leaf_searchers():
                kept = self._rows_of(leaf.reader())
                numbers = leaf.reader().all_doc_ids()
                held += [(unpack(_stored(searcher, docnum + offset)).id, kept[docnum].seq) for docnum in numbers]
        yield from held

    def count(self) -> int:
        """See SearchIndex.count."""
        with self._mutex, _translated():
            return int(self._searcher().doc_count())

    def clear(self) -> None:
        """See SearchIndex.clear."""
        with self._home.lock():
            self._renew()

    def close(self) -> None:
        """See SearchIndex.close."""
        with self._mutex:
            if self._open:
                self._open[1].close()
            self._open = None
            self._rows.clear()

    def _renew(self) -> None:
        folder = self._home.prepare()
        with _translated():
            index.create_in(str(folder), _schema())
        self._home.publish(folder)

    def _searcher(self) -> _Whoosh:
        """A searcher that sees the last commit, whoever made it."""
        folder = self._home.live()
        if self._open is None or self._open[0] != folder:
            self.close()
            self._open = (folder, index.open_dir(str(folder)).searcher())
        elif not self._open[1].up_to_date():
            # Not refresh(): it fails on a reader that has no segment yet (3.54.0).
            self._open[1].close()
            self._open = (folder, index.open_dir(str(folder)).searcher())
        searcher = self._open[1]
        segments = filter(None, (leaf.reader().segment() for leaf, _ in searcher.leaf_searchers()))
        live = {str(segment.segment_id()) for segment in segments}
        for gone in self._rows.keys() - live:
            del self._rows[gone]
        return searcher

    def _rows_of(self, reader: _Whoosh) -> list[rows.Row]:
        """The rows of one segment, by its document numbers; read from disk once."""
        name = str(reader.segment().segment_id())
        if name not in self._rows:
            column = reader.column_reader("row")
            self._rows[name] = [rows.unpack(column[docnum]) for docnum in range(reader.doc_count_all())]
        return self._rows[name]

    def _values(self, field: str) -> set[str]:
        """All values of a filter's field."""
        leaves = [leaf for leaf, _ in self._searcher().leaf_searchers() if leaf.doc_count_all()]
        return {value for leaf in leaves for row in self._rows_of(leaf.reader()) for value in row.values[field]}

    def _matches(self, searcher: _Whoosh, wanted: _Whoosh, query: Query, clock: _Clock) -> list[rows.Match]:
        """(score, document number, row) of everything that matches."""
        found = []
        excluded = _excluded(query, searcher, clock) if query.without else frozenset()
        for leaf, offset in searcher.leaf_searchers():
            if not leaf.doc_count_all():
                continue
            kept = self._rows_of(leaf.reader())
            matcher = wanted.matcher(leaf, searcher.context())
            while matcher.is_active():
                _hurry(clock)
                docnum = matcher.id()
                row = kept[docnum]
                if docnum + offset not in excluded and rows.passes(row, query):
                    found.append((matcher.score() if query.sort == "best" else 0.0, docnum + offset, row))
                matcher.next()
        return found


class _Batch:
    """Changes gathered by id: two updates of one document in one whoosh writer would leave two documents."""

    def __init__(self) -> None:
        self._changes: dict[str, Entry | None] = {}

    def put(self, document: Document) -> None:
        """See Batch.put."""
        self._changes[document.id] = entry(document)

    def delete(self, document_id: str) -> None:
        """See Batch.delete."""
        self._changes[document_id] = None

    def write(self, writer: _Whoosh) -> None:
        """Hand everything to whoosh, the documents replaced or deleted first."""
        with writer.searcher() as searcher:
            old = [number for name in self._changes for number in searcher.document_numbers(id=name)]
        for number in old:
            writer.delete_document(number)
        for each in self._changes.values():
            if each is not None:
                writer.add_document(**_fields(each))


class _Positions(Compact, whoosh.formats.Positions):
    """whoosh finds the class by its name in the index."""


def _running() -> _Whoosh:
    """A field of terms with their positions."""
    field = fields.TEXT()
    field.format = _Positions()
    return field


def _schema() -> _Whoosh:
    return fields.Schema(
        id=fields.ID(unique=True),
        stored=fields.COLUMN(columns.VarBytesColumn()),
        row=fields.COLUMN(columns.VarBytesColumn()),
        **{name: _running() for name in (planning.TITLE, planning.TEXT, planning.EXACT)},
        **{planning.PARTS: fields.KEYWORD(scorable=True)},
    )


def _fields(entry: Entry) -> dict[str, str | bytes]:
    return {
        "id": entry.id,
        "stored": entry.stored,
        "row": rows.pack(entry),
        planning.TITLE: entry.title,
        planning.TEXT: entry.text,
        planning.PARTS: entry.parts,
        planning.EXACT: entry.exact,
    }


def _stored(searcher: _Whoosh, docnum: int) -> bytes:
    for leaf, offset in reversed(searcher.leaf_searchers()):
        if docnum >= offset:
            return bytes(leaf.reader().column_reader("stored")[docnum - offset])
    raise EngineUnavailable(f"whoosh: there is no document {docnum}")


def _translate(query: Query, searcher: _Whoosh, clock: _Clock) -> _Whoosh:
    """The words of a query; its filters are looked at match by match."""
    todo = planning.plan(query)
    must = [_expression(part, searcher, clock) for part in todo.must]
    wanted = queries.And(must) if must else queries.Every()
    if todo.bonus:
        wanted = queries.AndMaybe(wanted, queries.Or([_expression(part, searcher, clock) for part in todo.bonus]))
    return wanted


def _excluded(query: Query, searcher: _Whoosh, clock: _Clock) -> frozenset[int]:
    """The document numbers a query does not want; whoosh's own AndNot (3.54.0) lets a first match through."""
    unwanted = queries.Or([_expression(part, searcher, clock) for part in planning.plan(query).without])
    numbers: set[int] = set()
    for leaf, offset in searcher.leaf_searchers():
        matcher = unwanted.matcher(leaf, searcher.context())
        while matcher.is_active():
            _hurry(clock)
            numbers.add(matcher.id() + offset)
            matcher.next()
    return frozenset(numbers)


def _hurry(clock: _Clock) -> None:
    if time.perf_counter() > clock:
        raise BadQuery("too_slow")


def _expression(wanted: planning.Expression, searcher: _Whoosh, clock: _Clock, weight: float = 1.0) -> _Whoosh:
    match wanted:
        case planning.Term(field, text):
            return queries.Term(field, text, boost=weight)
        case planning.Run(field, texts, gap):
            return queries.Phrase(field, list(texts), slop=gap + 1, boost=weight)
        case planning.Beginning(field, text):
            terms = [queries.Term(field, term) for term in _most_frequent(searcher.reader(), field, text, clock)]
            return queries.ConstantScoreQuery(queries.Or(terms), weight) if terms else queries.NullQuery
        case planning.Some(parts):
            return queries.Or([_expression(part, searcher, clock, weight) for part in parts])
        case planning.All(parts):
            return queries.And([_expression(part, searcher, clock, weight) for part in parts])
        case planning.Weighted(part, factor):
            return _expression(part, searcher, clock, weight * factor)


def _most_frequent(reader: _Whoosh, field: str, text: str, clock: _Clock) -> list[str]:
    counted = []
    try:
        for term, info in reader.iter_prefix(field, text):
            _hurry(clock)
            counted.append((-info.doc_frequency(), term.decode("utf-8")))
    except TermNotFound:
        return []
    return [term for _, term in heapq.nsmallest(planning.MAX_EXPANSION, counted)]


@contextmanager
def _translated() -> Iterator[None]:
    """What whoosh raises, said in our words; it has no common base class for its errors."""
    try:
        yield
    except SearchError:
        raise
    except index.LockError as error:
        raise IndexLocked("somebody else is writing to this index") from error
    except (index.IndexError, OSError) as error:
        raise EngineUnavailable(f"whoosh: {error}") from error
