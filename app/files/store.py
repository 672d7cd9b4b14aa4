"""What a file store promises, whichever it is, and how bytes are written down on their way into one.

FilesError
├── BadFilesUrl   FILES_URL names no store this version knows
├── BadHash       a name that is no SHA-256 in lower-case hexadecimal
├── FileTooLarge  more bytes came than may be stored
├── FileMissing   nothing is stored under this hash
├── StoreFull     the disk, or the quota, is used up
└── StoreDown     the store does not answer, or refuses: nothing is known of any file
"""

import errno
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

UNFINISHED = ".tmp-"
_HASH = re.compile(r"[0-9a-f]{64}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ABANDONED_SECONDS = 86_400  # no download lasts a day


class FilesError(Exception):
    """The store cannot do what was asked."""


class BadFilesUrl(FilesError):
    """FILES_URL names no store this version knows."""


class BadHash(FilesError):
    """A name that is no SHA-256."""


class FileTooLarge(FilesError):
    """More bytes came than may be stored."""


class FileMissing(FilesError):
    """Nothing is stored under this hash."""


class StoreFull(FilesError):
    """No space is left."""


class StoreDown(FilesError):
    """The store does not answer, or refuses."""


@dataclass(frozen=True)
class Stored:
    """What was stored: the name of the bytes (64 hexadecimal digits) and their number."""

    sha256: str
    size: int


class FileStore(Protocol):
    """Bytes by SHA-256; every method may raise StoreDown where the store is another machine's."""

    @property
    def scratch(self) -> Path:
        """A local folder for what is unfinished; what begins with UNFINISHED in it is swept after a day."""

    def put(self, chunks: Iterable[bytes], max_bytes: int) -> Stored:
        """Store what the chunks hold; after FileTooLarge (over `max_bytes`) or StoreFull nothing of it is left."""

    def open(self, sha256: str) -> BinaryIO:
        """Open stored bytes to read; FileMissing if there are none."""

    def path(self, sha256: str) -> Path:
        """A local file that holds these bytes, to be opened at once and only read; FileMissing if there are none."""

    def exists(self, sha256: str) -> bool:
        """Whether these bytes are stored."""

    def age(self, sha256: str) -> float:
        """Seconds since these bytes came; FileMissing if there are none."""

    def delete(self, sha256: str) -> None:
        """Forget these bytes, if they are stored."""

    def sweep(self) -> int:
        """Remove what killed writers left more than a day ago; how many there were."""


def place(sha256: str) -> str:
    """Where bytes lie below the store's beginning, in a folder as in a bucket: any tool can copy one to the other."""
    if not _HASH.fullmatch(sha256):
        raise BadHash(f"{sha256[:80]!r} is no SHA-256")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


@contextmanager
def written(folder: Path, chunks: Iterable[bytes], max_bytes: int) -> Iterator[tuple[Path, Stored]]:
    """Write chunks to an unfinished file, safe on the disk, and give it away; whatever is left of it goes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=UNFINISHED, dir=folder)
        unfinished = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                stored = _copy(chunks, file, max_bytes)
            yield unfinished, stored
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull(f"no space left in {folder}") from error
        raise


def sweep(folder: Path) -> int:
    """Remove what was left unfinished in a folder more than a day ago; how many there were."""
    limit, swept = time.time() - _ABANDONED_SECONDS, 0
    for file in folder.glob(f"{UNFINISHED}*"):
        try:
            if file.stat().st_mtime < limit:
                file.unlink()
                swept += 1
        except FileNotFoundError:
            continue  # its writer has just finished with it, or another sweeps too
    return swept


def _copy(chunks: Iterable[bytes], file: BinaryIO, max_bytes: int) -> Stored:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise FileTooLarge(f"more than {max_bytes} bytes")
        digest.update(chunk)
        file.write(chunk)
    file.flush()
    os.fsync(file.fileno())
    return Stored(digest.hexdigest(), size)
