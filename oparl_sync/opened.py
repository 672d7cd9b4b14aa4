"""What a file holds, with all that is packed in it: archives, mails, documents, databases, on every level."""

import bz2
import email
import email.policy
import gzip
import io
import lzma
import re
import shutil
import sqlite3
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any, Protocol

from app.exports import parquet

MAX_DEPTH = 4  # a mail with an archive with a document with a table
LARGEST = 8 * 2**30  # bytes that come of one packed file; what is more is no file of ours
PIECE = 2**20
STEP = 2**16  # packed bytes at once
HEAD = 512  # bytes that tell what a file is
IN_MEMORY = 16 * 2**20
_STREAM = re.compile(rb"stream\r?\n")
Piece = tuple[str, bytes]  # where, and some bytes of it; they overlap


class Readable(Protocol):
    """What can be read from its beginning to its end."""

    def read(self, size: int = -1, /) -> bytes:
        """Some bytes; none after the last."""


class NotOpened(Exception):
    """Raised when something packed cannot be looked into; says why."""


def pieces(file: IO[bytes], name: str, overlap: int, unread: list[str], depth: int = 0) -> Iterator[Piece]:
    """Yield the bytes of a file, then those of all that is packed in it; what cannot be opened is noted in `unread`."""
    start = file.read(HEAD)
    file.seek(0)
    yield from plain(file, name, overlap)
    opener = next((opener for magic, at, opener in _OPENERS if start.startswith(magic, at)), None)
    if sealed := next((kind for magic, kind in _SEALED.items() if start.startswith(magic)), None):
        unread.append(f"{name}: packed with {sealed}, which is not opened here")
    if name.endswith(".eml"):
        opener = _mail
    if opener is None:
        return
    if depth >= MAX_DEPTH:
        unread.append(f"{name}: packed too often")
        return
    file.seek(0)
    try:
        for inner, content in opener(file):
            with content:
                yield from pieces(content, f"{name}!{inner}" if inner else f"{name}!", overlap, unread, depth + 1)
    except NotOpened as error:
        unread.append(f"{name}: {error}")
    except Exception as error:  # noqa: BLE001 - files are whatever councils published; one keeps no other from its turn
        unread.append(f"{name}: {type(error).__name__}")


def plain(file: IO[bytes], name: str, overlap: int) -> Iterator[Piece]:
    """Yield the bytes of a file as they are."""
    return ((name, piece) for piece in _overlapping(file, overlap))


def _overlapping(file: IO[bytes], overlap: int) -> Iterator[bytes]:
    tail = b""
    while piece := file.read(PIECE):
        yield tail + piece
        tail = (tail + piece)[-overlap:]


def _copied(source: Readable) -> IO[bytes]:
    """Write down what comes out of a packed file, so that it can be read twice."""
    kept: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by who reads it
    try:
        left = LARGEST
        while piece := source.read(min(PIECE, left)):
            left -= len(piece)
            kept.write(piece)
        if left <= 0:
            raise NotOpened("more comes of it than of any file of ours")  # noqa: TRY301 - closed below, as for others
        kept.seek(0)
    except BaseException:
        kept.close()
        raise
    return kept


def _single(opened: Callable[[IO[bytes]], Any]) -> Callable[[IO[bytes]], Iterator[tuple[str, IO[bytes]]]]:
    def read(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
        with opened(file) as unpacked:
            yield "", _copied(unpacked)

    return read


def _zip(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                with archive.open(member) as unpacked:
                    yield member.filename, _copied(unpacked)


def _mail(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    message = email.message_from_binary_file(file, policy=email.policy.default)
    yield "headers", io.BytesIO("\n".join(f"{name}: {value}" for name, value in message.items()).encode())
    for number, part in enumerate(message.walk()):
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield part.get_filename() or str(number), io.BytesIO(content)


def _tar(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(fileobj=file, mode="r:") as archive:
        for member in archive:
            if member.isfile() and (unpacked := archive.extractfile(member)) is not None:
                yield member.name, _copied(unpacked)


def _pdf(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """The streams that are packed as archives are; letters drawn by number are found in the text that was read."""
    data = memoryview(file.read())
    for number, found in enumerate(_STREAM.finditer(data)):
        yield f"stream {number}", _copied(_Inflated(data[found.end() :]))


class _Inflated:
    """A packed stream, as far as it can be unpacked: what is none gives nothing."""

    def __init__(self, packed: memoryview) -> None:
        self._packed, self._at, self._unpack = packed, 0, zlib.decompressobj()

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none after the last."""
        size = PIECE if size < 0 else size
        while not self._unpack.eof and (self._unpack.unconsumed_tail or self._at < len(self._packed)):
            packed: bytes | memoryview = self._unpack.unconsumed_tail
            if not packed:
                packed = self._packed[self._at : self._at + STEP]
                self._at += STEP
            try:
                if piece := self._unpack.decompress(packed, size):
                    return piece
            except zlib.error:
                break
        return b""


def _sqlite(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """Whole values, which may lie in several pages of the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "database"
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
            database.text_factory = bytes
            names = [row[0].decode() for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            for name in names:
                rows = database.execute(f'SELECT * FROM "{name.replace(chr(34), chr(34) * 2)}"')  # noqa: S608
                yield name, _copied(_Lines(rows))


def _parquet(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    if not parquet.is_possible():
        raise NotOpened("DuckDB is not installed, which reads it")
    with tempfile.NamedTemporaryFile(suffix=".parquet") as copy, parquet.connect() as database:
        shutil.copyfileobj(file, copy)
        copy.flush()
        found = database.execute("SELECT * FROM read_parquet(?)", [copy.name])
        yield "rows", _copied(_Lines(iter(found.fetchone, None)))


class _Lines:
    """Rows of a table as bytes, a line for each."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = iter(rows)

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002 - as files are read: a row is as long as it is
        """The next row; nothing after the last."""
        row = next(self._rows, None)
        return b"" if row is None else b"\n".join(map(as_bytes, row)) + b"\n"


def as_bytes(value: object) -> bytes:
    """Return a value of a table as bytes, unpacked where it is packed."""
    if isinstance(value, bytes | memoryview):
        data = bytes(value)
        for unpack in (zlib.decompress, gzip.decompress):
            with suppress(zlib.error, OSError, EOFError):
                return data + b"\n" + unpack(data)
        return data
    return str(value).encode("utf-8", "replace") if value is not None else b""


_Opener = Callable[[IO[bytes]], Iterator[tuple[str, IO[bytes]]]]
# What a file of a kind has, and where.
_OPENERS: tuple[tuple[bytes, int, _Opener], ...] = (
    (b"\x1f\x8b", 0, _single(lambda file: gzip.GzipFile(fileobj=file, mode="rb"))),
    (b"BZh", 0, _single(bz2.BZ2File)),
    (b"\xfd7zXZ", 0, _single(lzma.LZMAFile)),
    (b"PK\x03\x04", 0, _zip),
    (b"%PDF", 0, _pdf),
    (b"SQLite format 3", 0, _sqlite),
    (b"PAR1", 0, _parquet),
    (b"ustar", 257, _tar),
)
# What is packed in a way that nothing here unpacks: to have looked at its bytes is to have seen nothing.
_SEALED = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"\x1f\x9d": "compress",
    b"LZIP": "lzip",
    b"MSCF": "cab",
    b"LPKSHHRH": "the journal of systemd: journalctl gives it as text",
}
