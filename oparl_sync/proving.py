"""The proof that something is gone: whatever is kept here is looked through for its words, byte by byte.

    tables            every value of every table, unpacked where it is packed
    index             its terms, those of deleted documents too, and its files
    file store        every file, with what is packed in it; bytes that no record knows are told of
    RATSLUPE_HOME     every file: the database and its log, downloads, pictures, mails, copies; and what else is named

Nothing is said of what stands around a find. Backups, and what PostgreSQL keeps of rows that are dead, lie elsewhere.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.orm import Session

from app.config import Settings
from app.files import FilesError, FileStore, open_store
from app.models import Blob
from app.models.files import WITH_TEXT
from oparl_sync import previews
from oparl_sync.needles import OVERLAP, Needle
from oparl_sync.opened import as_bytes, pieces, plain
from oparl_sync.progress import Progress
from search import EngineUnavailable, SearchError, SearchIndex, open_index, parse_query

INDEXES = ("embedded", "tantivy", "whoosh")  # that lie in a folder
HASH = 64  # letters of a name in the file store


@dataclass(slots=True)
class Proof:
    """What was found where, how often; what could not be looked into; and how much was looked through."""

    found: Counter[tuple[str, str]] = field(default_factory=Counter)  # (where, word)
    unread: list[str] = field(default_factory=list)
    unseen: int = 0  # documents in which no text was read: letters that are drawn there are found by nothing
    beyond: list[str] = field(default_factory=list)  # what others keep, and nothing here can look into
    rows: int = 0
    files: int = 0
    size: int = 0  # bytes, unpacked ones too

    @property
    def holds(self) -> bool:
        """Whether it is proven: nothing is found, and nothing was left out."""
        return not self.found and not self.unread


def prove(
    engine: Engine, settings: Settings, needles: Sequence[Needle], progress: Progress, also: Iterable[Path] = ()
) -> Proof:
    """Look through everything that is kept for some words; `also` are further files and folders, of logs say."""
    proof = Proof(beyond=list(_beyond(engine, settings)))
    with progress.step("Tables", unit="rows") as step:
        for table in inspect(engine).get_table_names():
            step.advance(_table(engine, table, needles, proof))
    _index(settings, needles, proof)
    store = open_store(settings.files_url, settings.file_copies)
    known, proof.unseen = _known(engine), _unseen(engine)
    database = Path(engine.url.database or "").resolve() if engine.dialect.name == "sqlite" else None
    with progress.step("Files", unit="files") as step:
        for path in _paths(settings, database, also, proof):
            _file(path, str(path), needles, proof, whole=path.resolve() != database)
            step.advance(1)
        if urlsplit(settings.files_url).scheme == "file":
            _unknown(Path(unquote(urlsplit(settings.files_url).path)), known, proof)
        else:
            for sha256 in known:
                _stored(store, sha256, needles, proof)
                step.advance(1)
        _missing(store, known, proof)
    if count := previews.left(engine, settings):
        proof.unread.append(f"{settings.previews}: pictures of {count} documents that no record knows")
    return proof


def _beyond(engine: Engine, settings: Settings) -> Iterator[str]:
    if engine.dialect.name != "sqlite":
        yield "the files of PostgreSQL: rows that are dead, its log, its copies"
    if urlsplit(settings.search_url).scheme not in INDEXES:
        yield "the files of the search cluster"
    if urlsplit(settings.files_url).scheme != "file":
        yield "bytes in the bucket that no record names"


def _table(engine: Engine, name: str, needles: Sequence[Needle], proof: Proof) -> int:
    rows = 0
    quoted = engine.dialect.identifier_preparer.quote_identifier(name)
    with engine.connect() as connection:
        found = connection.execution_options(yield_per=500).execute(text(f"SELECT * FROM {quoted}"))  # noqa: S608
        columns = list(found.keys())
        for row in found:
            rows += 1
            values = [as_bytes(value) for value in row]
            whole = b"\n".join(values)
            proof.size += len(whole)
            for needle in needles:
                if needle.times(whole):
                    for column, value in zip(columns, values, strict=True):
                        if times := needle.times(value):
                            proof.found[f"{name}.{column}", needle.word] += times
    proof.rows += rows
    return rows


def _index(settings: Settings, needles: Sequence[Needle], proof: Proof) -> None:
    try:
        index = open_index(settings.search_url, create=False)
    except EngineUnavailable as error:
        if "there is no index" not in str(error):
            proof.unread.append(f"index: {error}")
        return
    try:
        for needle in needles:
            _terms(index, needle, proof)
        proof.unread += [f"{folder}: an index that is used no more" for folder in index.old()]
    except SearchError as error:
        proof.unread.append(f"index: {error}")
    finally:
        index.close()


def _terms(index: SearchIndex, needle: Needle, proof: Proof) -> None:
    """Look for documents that hold a phrase, and for deleted ones that hold all of its words."""
    phrase = needle.word.replace('"', " ")
    if times := index.search(parse_query(f'"{phrase}"')).total:
        proof.found["index", needle.word] += times
    words = [word for word in phrase.split() if any(map(str.isalnum, word))]
    left = [index.traces(word) - index.search(parse_query(f'"{word}"')).total for word in words]
    if (least := min(left, default=0)) > 0:
        proof.found["index, deleted documents", needle.word] += least


def _known(engine: Engine) -> dict[str, bool]:
    """Return the names of all bytes that records know, each with whether they are to be in the store."""
    with Session(engine) as session:
        rows = session.execute(select(Blob.sha256, Blob.dropped_at, Blob.previews_sha256)).all()
    known = {row.sha256: row.dropped_at is None for row in rows}
    return dict(sorted((known | {row.previews_sha256: True for row in rows if row.previews_sha256}).items()))


def _unseen(engine: Engine) -> int:
    unread = Blob.read_state.is_(None) | Blob.read_state.not_in(WITH_TEXT)
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Blob).where(Blob.dropped_at.is_(None), unread)) or 0


def _unknown(folder: Path, known: Iterable[str], proof: Proof) -> None:
    """Tell of bytes that lie in the store though no record knows them: what is drawn in them cannot be looked for."""
    names = set(known)
    for path in folder.glob("??/??/*"):
        if len(path.name) == HASH and path.name not in names:
            proof.unread.append(f"{path}: bytes that no record knows")


def _stored(store: FileStore, sha256: str, needles: Sequence[Needle], proof: Proof) -> None:
    try:
        if store.exists(sha256):
            _file(store.path(sha256), f"file store {sha256}", needles, proof)
    except FilesError as error:
        proof.unread.append(f"file store {sha256}: {error}")


def _missing(store: FileStore, known: Mapping[str, bool], proof: Proof) -> None:
    """Tell of bytes that are to be there and are not: the store may be another one, or not be there at all."""
    with suppress(FilesError):  # told of already
        proof.unread += [
            f"file store {one}: it is not there" for one, kept in known.items() if kept and not store.exists(one)
        ]


def _paths(settings: Settings, database: Path | None, also: Iterable[Path], proof: Proof) -> Iterator[Path]:
    """Yield every file that may be ours, each once, those behind links to folders too; what is shut is told of."""
    folders = [settings.home, settings.exports, settings.previews, settings.file_copies, *also]
    for url in (settings.search_url, settings.files_url, settings.mail_url):
        parts = urlsplit(url)
        if parts.scheme in (*INDEXES, "file") and parts.path:
            folders.append(Path(unquote(parts.path)))
    if database is not None:
        folders += [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm", "-journal"))]
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        for path in _below(folder, seen, proof):
            with suppress(FileNotFoundError):
                if _is_new(path, seen, proof) and path.is_file():
                    yield path


def _below(folder: Path, seen: set[tuple[int, int]], proof: Proof) -> Iterator[Path]:
    if not folder.is_dir():
        yield folder
        return

    def shut(error: OSError) -> None:
        proof.unread.append(f"{error.filename}: {error.strerror}")

    for root, folders, files in os.walk(folder, onerror=shut, followlinks=True):
        folders[:] = sorted(
            one for one in folders if _is_new(Path(root, one), seen, proof)
        )  # links may lead in a circle
        yield from (Path(root, one) for one in sorted(files))


def _is_new(path: Path, seen: set[tuple[int, int]], proof: Proof) -> bool:
    try:
        state = path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        proof.unread.append(f"{path}: {error.strerror}")
        return False
    known = (state.st_dev, state.st_ino) in seen
    seen.add((state.st_dev, state.st_ino))
    return not known


def _file(path: Path, name: str, needles: Sequence[Needle], proof: Proof, *, whole: bool = True) -> None:
    """Look through a file; of the database, whose values were looked at as rows, through the bytes alone."""
    proof.files += 1
    try:
        with path.open("rb") as file:
            opened = pieces(file, name, OVERLAP, proof.unread) if whole else plain(file, name, OVERLAP)
            for where, data in opened:
                proof.size += len(data)
                for needle in needles:
                    if times := needle.times(data):
                        proof.found[where, needle.word] += times
    except FileNotFoundError:
        return  # it has gone meanwhile
    except OSError as error:
        proof.unread.append(f"{name}: {error.strerror}")
