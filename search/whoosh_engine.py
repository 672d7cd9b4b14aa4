"""An index in whoosh (whoosh3), pure Python; the only file that knows it. Only its postings and columns are used."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import whoosh.columns
import whoosh.fields
import whoosh.formats
from whoosh import index
from whoosh.reading import TermNotFound

from search import rows
from search.engine import Found, Row, Wanted
from search.errors import BadQuery, EngineUnavailable, IndexLocked, SearchError
from search.evaluating import Evaluator, Posting
from search.model import Batch, Document, Rebuild
from search.payload import Entry, entry, unpack
from search.positions import Compact, count_of, places_of
from search.store import Home
from search.weights import EXACT, MAX_EXPANSION, NAME, PARTS, TEXT, TITLE

DEADLINE = 1.5  # seconds; past it a search is refused instead of keeping other readers waiting
LIMIT_MB = 64  # memory a batch may take before it goes to disk
ENGINE_FORMAT = "4"

_Whoosh: TypeAlias = Any  # whoosh is typed in part only, and says it were typed

columns: _Whoosh = whoosh.columns
fields: _Whoosh = whoosh.fields


class WhooshEngine:
    """A folder with a whoosh index."""

    def __init__(self, root: Path, *, create: bool) -> None:
        self._home = Home(root, "whoosh", ENGINE_FORMAT)
        self._mutex = threading.RLock()  # a whoosh searcher is not made for threads
        self._open: tuple[Path, _Whoosh] | None = None
        self._facts: dict[str, list[rows.Facts]] = {}
        self._home.require(create, self._renew)

    @contextmanager
    def reader(self) -> Iterator[_Reader]:
        """See Engine.reader."""
        with self._mutex, _translated():
            yield _Reader(self._searcher(), self._facts)

    @contextmanager
    def writer(self) -> Iterator[Batch]:
        """See Engine.writer."""
        with self._home.lock():
            self._home.tidy()
            with _batch(self._home.live()) as batch:
                yield batch

    @contextmanager
    def rebuilding(self) -> Iterator[Rebuild]:
        """See Engine.rebuilding."""
        with self._home.lock():
            folder = self._home.prepare()
            try:
                with _translated():
                    index.create_in(str(folder), _schema())
                yield _Rebuild(folder)
            except BaseException:
                self._home.discard(folder)
                raise
            self._home.publish(folder)

    def clear(self) -> None:
        """See Engine.clear."""
        with self._home.lock():
            self._renew()

    def close(self) -> None:
        """See Engine.close."""
        with self._mutex:
            if self._open:
                self._open[1].close()
            self._open = None
            self._facts.clear()

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
        for gone in self._facts.keys() - live:
            del self._facts[gone]
        return searcher


class _Rebuild:
    """A generation that nobody reads yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """See Rebuild.batch."""
        with _batch(self._folder) as batch:
            yield batch


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


class _Reader:
    """One searcher, whose documents are counted through all its segments."""

    def __init__(self, searcher: _Whoosh, facts: dict[str, list[rows.Facts]]) -> None:
        self._leaves = [(leaf.reader(), offset) for leaf, offset in searcher.leaf_searchers() if leaf.doc_count_all()]
        self._searcher = searcher
        self._facts = facts
        self._clock = time.perf_counter() + DEADLINE

    def find(self, wanted: Wanted, *, limit: int, facets: Collection[str] = (), kinds: bool = False) -> Found:
        """See Reader.find."""
        scored = Evaluator(self).plan(wanted.plan)
        facts = self._all_facts()
        found = [
            (score if wanted.sort == "best" else 0.0, number, facts[number])
            for number, score in scored.items()
            if rows.passes(facts[number], wanted)
        ]
        first = [Row(score, each.group, number) for score, number, each in rows.first(found, wanted, limit)]
        return Found(len(found), first, rows.counted(found, facets), rows.kinds(found) if kinds else {})

    def stored(self, rows: Sequence[Row]) -> list[bytes]:
        """See Reader.stored."""
        return [self._column("stored", row.handle) for row in rows]

    def frequencies(self, field: str, terms: Collection[str]) -> Mapping[str, int]:
        """See Reader.frequencies."""
        reader = self._searcher.reader()
        return {term: int(reader.doc_frequency(field, term)) for term in terms}

    def near(self, word: str, changes: int) -> Iterable[tuple[str, int]]:
        """See Reader.near."""
        return (each for each in self._terms(EXACT, word[:1]) if abs(len(each[0]) - len(word)) <= changes)

    def values(self, field: str) -> Iterable[str]:
        """See Reader.values."""
        return {value for facts in self._all_facts().values() for value in facts.values[field]}

    def versions(self) -> Iterator[tuple[str, int]]:
        """See Reader.versions."""
        for number, facts in self._all_facts().items():
            yield unpack(self._column("stored", number)).id, facts.seq

    def locate(self, document_id: str) -> Row | None:
        """See Reader.locate."""
        number = next(iter(self._searcher.document_numbers(id=document_id)), None)
        return None if number is None else Row(0.0, self._all_facts()[number].group, number)

    def count(self) -> int:
        """See Reader.count."""
        return int(self._searcher.doc_count())

    def postings(self, field: str, term: str) -> list[Posting]:
        """See Postings.postings."""
        found = []
        for reader, offset in self._leaves:
            try:
                matcher = reader.postings(field, term)
            except TermNotFound:
                continue
            while matcher.is_active():
                self._hurry()
                number, value = matcher.id(), matcher.value()
                counted = field != PARTS
                count = count_of(value) if counted else int(matcher.weight())
                length = reader.doc_field_length(number, field, 1)
                found.append(Posting(number + offset, count, length, partial(places_of, value)))
                matcher.next()
        return found

    def beginning(self, field: str, text: str) -> Iterable[str]:
        """See Postings.beginning."""
        terms = heapq.nsmallest(MAX_EXPANSION, ((-count, term) for term, count in self._terms(field, text)))
        return [term for _, term in terms]

    def valued(self, field: str, values: Iterable[str]) -> Iterable[int]:
        """See Postings.valued."""
        wanted = tuple(values)
        return [number for number, facts in self._all_facts().items() if rows.holds(facts, field, wanted)]

    def everything(self) -> Iterable[int]:
        """See Postings.everything."""
        return self._all_facts()

    def size(self, field: str) -> tuple[int, float]:
        """See Postings.size."""
        count = max(1, self.count())
        return count, max(1.0, self._searcher.field_length(field) / count)

    def _terms(self, field: str, beginning: str) -> Iterator[tuple[str, int]]:
        try:
            for term, info in self._searcher.reader().iter_prefix(field, beginning):
                self._hurry()
                yield term.decode("utf-8"), int(info.doc_frequency())
        except TermNotFound:
            return

    def _all_facts(self) -> dict[int, rows.Facts]:
        """The facts of every document that is not deleted, by its number; read from disk once."""
        found = {}
        for reader, offset in self._leaves:
            name = str(reader.segment().segment_id())
            if name not in self._facts:
                column = reader.column_reader("facts")
                self._facts[name] = [rows.unpack(column[number]) for number in range(reader.doc_count_all())]
            kept = self._facts[name]
            found.update({number + offset: kept[number] for number in reader.all_doc_ids()})
        return found

    def _column(self, name: str, number: int) -> bytes:
        for reader, offset in reversed(self._leaves):
            if number >= offset:
                return bytes(reader.column_reader(name)[number - offset])
        raise EngineUnavailable(f"whoosh: there is no document {number}")

    def _hurry(self) -> None:
        if time.perf_counter() > self._clock:
            raise BadQuery("too_slow")


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
        facts=fields.COLUMN(columns.VarBytesColumn()),
        **{name: _running() for name in (TITLE, TEXT, EXACT, NAME)},
        **{PARTS: fields.KEYWORD(scorable=True)},
    )


def _fields(entry: Entry) -> dict[str, str | bytes]:
    return {
        "id": entry.id,
        "stored": entry.stored,
        "facts": rows.pack(entry),
        TITLE: entry.title,
        TEXT: entry.text,
        PARTS: entry.parts,
        EXACT: entry.exact,
        NAME: entry.name,
    }


@contextmanager
def _batch(folder: Path) -> Iterator[Batch]:
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
