"""An index in tantivy; the only file that knows it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import tantivy
from tantivy import Query as Tantivy

from search.engine import SURE, Found, Row, Wanted
from search.model import Batch, Document, Rebuild
from search.payload import HOLE, Entry, entry, unpack
from search.query import FILTER_FIELDS
from search.spelling import one_change
from search.store import Home, State, state_of
from search.tantivy_queries import ABOUT, ONE_BY_ONE, SCHEMA, WITH_HOLES, Translator, counted, translated
from search.weights import EXACT, NAME, PARTS, TEXT, TITLE, TITLE_PARTS

HEAP = 64_000_000  # bytes a batch may hold before it goes to disk; 15 MB is tantivy's least, 128 MB gained nothing
VOCABULARY = 300_000  # words with the same beginning, more than any corpus has
EXACT_MATTERS = 5_000  # documents up to which matters are counted one by one, at 0.7 µs each; above, by an estimate
ENGINE_FORMAT = ".".join(version("tantivy").split(".")[:2])  # a new minor version may write other files


class TantivyEngine:
    """A folder with a tantivy index."""

    def __init__(self, root: Path, *, create: bool) -> None:
        self._home = Home(root, "tantivy", ENGINE_FORMAT)
        self._mutex = threading.Lock()
        self._open: tuple[State, Path, tantivy.Index] | None = None
        self._seen: tuple[Path, *State] | None = None
        self._home.require(create, self._renew)

    @contextmanager
    def reader(self) -> Iterator[_Reader]:
        """See Engine.reader."""
        with translated():
            yield _Reader(self._searcher())

    @contextmanager
    def writer(self) -> Iterator[Batch]:
        """See Engine.writer."""
        with self._home.lock():
            self._home.tidy()
            with translated():
                _, index = self._live()
            with _batch(index) as batch:
                yield batch

    @contextmanager
    def rebuilding(self) -> Iterator[Rebuild]:
        """See Engine.rebuilding."""
        with self._home.lock():
            folder = self._home.prepare()
            try:
                with translated():
                    yield _Rebuild(_create(folder))
            except BaseException:
                self._home.discard(folder)
                raise
            self._home.publish(folder)

    def forget_old(self) -> None:
        """See Engine.forget_old."""
        with self._home.lock():
            self._home.tidy(grace=0)

    def old(self) -> list[str]:
        """See Engine.old."""
        return self._home.old()

    def clear(self) -> None:
        """See Engine.clear."""
        with self._home.lock():
            self._renew()

    def close(self) -> None:
        """See Engine.close."""
        with self._mutex:
            self._open = None

    def _renew(self) -> None:
        folder = self._home.prepare()
        with translated():
            _create(folder)
        self._home.publish(folder)

    def _live(self) -> tuple[Path, tantivy.Index]:
        state = self._home.state()
        with self._mutex:
            if self._open is None or self._open[0] != state:
                folder = self._home.live()
                index = _ready(tantivy.Index.open(str(folder)))
                index.config_reader("manual")
                self._open, self._seen = (state, folder, index), None
            return self._open[1:]

    def _searcher(self) -> tantivy.Searcher:
        """A searcher that sees the last commit, whoever made it."""
        folder, index = self._live()
        seen = (folder, *state_of(f"{folder}/meta.json"))
        if seen != self._seen:
            index.reload()
            self._seen = seen
        return index.searcher()


class _Rebuild:
    """A generation that nobody reads yet."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """See Rebuild.batch."""
        with _batch(self._index) as batch:
            yield batch


class _Batch:
    """Changes of one writer."""

    def __init__(self, writer: tantivy.IndexWriter) -> None:
        self._writer = writer

    def put(self, document: Document) -> None:
        """See Batch.put."""
        analysed = entry(document)
        with translated():
            self._writer.delete_documents_by_term("id", document.id)
            self._writer.add_document(_document(analysed))

    def delete(self, document_id: str) -> None:
        """See Batch.delete."""
        self._writer.delete_documents_by_term("id", document_id)


class _Reader:
    """One searcher, which does not change."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher

    def find(self, wanted: Wanted, *, limit: int, facets: Collection[str] = (), kinds: bool = False) -> Found:
        """See Reader.find."""
        query = Translator(self._searcher).wanted(wanted)
        if not limit and not kinds:
            counts = counted(self._searcher, query, facets)
            return Found(counts.total, (), counts.values)
        order = wanted.sort if wanted.sort != "best" else None
        falling = tantivy.Order.Asc if wanted.sort == "oldest" else tantivy.Order.Desc
        found = self._searcher.search(query, limit=max(1, limit), order_by_field=order, order=falling)
        rows = self._rows(found.hits[:limit], scored=order is None)
        # The type stub leaves the attribute out.
        total = int(getattr(found, "count"))  # noqa: B009 - mypy knows it only this way
        if not facets and not kinds:
            return Found(total, rows)
        exact = total <= EXACT_MATTERS
        groups = (ONE_BY_ONE if exact else ABOUT) if kinds else None
        counts = counted(self._searcher, query, facets, groups)
        return Found(total, rows, counts.values, counts.matters, exact=exact or not kinds)

    def stored(self, rows: Sequence[Row]) -> list[bytes]:
        """See Reader.stored."""
        return [bytes(self._searcher.doc(tantivy.DocAddress(*row.handle)).get_first("stored") or b"") for row in rows]

    def frequencies(self, field: str, terms: Collection[str]) -> Mapping[str, int]:
        """See Reader.frequencies."""
        return {term: self._searcher.doc_freq(field, term) for term in terms}

    def near(self, word: str, changes: int) -> Iterable[tuple[str, int]]:
        """See Reader.near."""
        # A hundred thousand words begin with one letter: to read them takes 150 ms, to ask for these one.
        near = [(each, self._searcher.doc_freq(EXACT, each)) for each in one_change(word)]
        held = [each for each in near if each[1]]
        if held or changes < 2:
            return held
        alike = self._searcher.terms_with_prefix(EXACT, word[:SURE], limit=VOCABULARY)
        return (each for each in alike if abs(len(each[0]) - len(word)) <= changes)

    def values(self, field: str) -> Iterable[str]:
        """See Reader.values."""
        return [value for value, _ in self._searcher.terms_with_prefix(f"is_{field}", "", limit=VOCABULARY)]

    def versions(self) -> Iterator[tuple[str, int]]:
        """See Reader.versions."""
        everything = self._searcher.search(Tantivy.all_query(), limit=max(1, self._searcher.num_docs))
        for _, address in everything.hits:
            document = self._searcher.doc(address)
            yield unpack(bytes(document.get_first("stored") or b"")).id, int(document.get_first("seq") or 0)

    def locate(self, document_id: str) -> Row | None:
        """See Reader.locate."""
        found = self._searcher.search(Tantivy.term_query(SCHEMA, "id", document_id), limit=1)
        return next(iter(self._rows(found.hits, scored=True)), None)

    def count(self) -> int:
        """See Reader.count."""
        return self._searcher.num_docs

    def _rows(self, hits: Sequence[tuple[object, tantivy.DocAddress]], *, scored: bool) -> list[Row]:
        addresses = [address for _, address in hits]
        groups = self._searcher.fast_field_values("group", addresses)
        return [
            Row(float(str(score)) if scored else 0.0, int(group or 0), (address.segment_ord, address.doc))
            for (score, address), group in zip(hits, groups, strict=True)
        ]


def _document(entry: Entry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", entry.id)
    document.add_bytes("stored", entry.stored)
    terms = {TITLE: entry.title, NAME: entry.name, TEXT: entry.text, EXACT: entry.exact}
    terms |= {PARTS: entry.parts, TITLE_PARTS: entry.title_parts}
    for name, each in terms.items():
        document.add_text(name, each)
    for name in FILTER_FIELDS:
        for value in entry.values[name]:
            document.add_text(f"is_{name}", value)
        for value in entry.facets[name]:
            document.add_text(f"shown_{name}", value)
    document.add_text("shown_kind", entry.kind)
    numbers = {name: getattr(entry, name) for name in ("day", "seq", "page_count", "newest", "oldest", "group")}
    for name, number in numbers.items():
        if number is not None:
            document.add_unsigned(name, number)
    return document


def _create(folder: Path) -> tantivy.Index:
    return _ready(tantivy.Index(SCHEMA, path=str(folder), reuse=False))


def _ready(index: tantivy.Index) -> tantivy.Index:
    """An index that knows how our terms are parted; tantivy keeps only the names of tokenizers."""
    holes = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.custom_stopword([HOLE]))
    index.register_tokenizer(WITH_HOLES, holes.build())
    return index


@contextmanager
def _batch(index: tantivy.Index) -> Iterator[Batch]:
    with translated():
        writer = index.writer(HEAP, num_threads=1)
        writer.garbage_collect_files()  # segments that an earlier process had no time to remove
    try:
        yield _Batch(writer)
        with translated():
            writer.commit()
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()  # without them, small segments would pile up
