"""An index in whoosh (whoosh3), pure Python; the only file that knows it. Only its postings and columns are used."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import whoosh.columns
import whoosh.fields
import whoosh.formats
from whoosh import index

from search import rows
from search.errors import EngineUnavailable, IndexLocked, SearchError
from search.model import Batch, Document, Rebuild
from search.payload import Entry, entry
from search.positions import Compact
from search.store import Home
from search.weights import EXACT, NAME, PARTS, TEXT, TITLE, TITLE_PARTS
from search.whoosh_reader import WhooshReader

LIMIT_MB = 64  # memory a batch may take before it goes to disk
# Files of a council: of 2,000 one search in twenty takes 0.7 s on two busy cores, of twice as many it is refused soon.
SERVES = 4_000
log = logging.getLogger(__name__)
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
    def reader(self) -> Iterator[WhooshReader]:
        """See Engine.reader."""
        with self._mutex, _translated():
            yield WhooshReader(self._searcher(), self._facts)

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
        **{name: fields.KEYWORD(scorable=True) for name in (PARTS, TITLE_PARTS)},
    )


def _fields(entry: Entry) -> dict[str, str | bytes]:
    return {
        "id": entry.id,
        "stored": entry.stored,
        "facts": rows.pack(entry),
        TITLE: entry.title,
        TEXT: entry.text,
        PARTS: entry.parts,
        TITLE_PARTS: entry.title_parts,
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
        held = index.open_dir(str(folder)).doc_count()
        if held > SERVES:
            log.warning("whoosh holds %d documents; from %d on searches take seconds: install tantivy", held, SERVES)


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
