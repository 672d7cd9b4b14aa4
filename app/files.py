"""Bytes by their SHA-256: whatever is stored is complete, named by what it holds, and never written over.

FilesError
├── BadFilesUrl   FILES_URL names no store this version knows
├── BadHash       a name that is no SHA-256 in lower-case hexadecimal
├── FileTooLarge  more bytes came than may be stored
├── FileMissing   nothing is stored under this hash
└── StoreFull     the disk, or the quota, is used up
"""

import errno
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

_HASH = re.compile(r"[0-9a-f]{64}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_UNFINISHED = ".tmp-"
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


@dataclass(frozen=True)
class Stored:
    """What was stored: the name of the bytes (64 hexadecimal digits) and their number."""

    sha256: str
    size: int


class FileStore(Protocol):
    """Bytes by SHA-256."""

    def put(self, chunks: Iterable[bytes], max_bytes: int) -> Stored:
        """Store what the chunks hold; after FileTooLarge (over `max_bytes`) or StoreFull nothing of it is left."""

    def open(self, sha256: str) -> BinaryIO:
        """Open stored bytes to read; FileMissing if there are none."""

    def path(self, sha256: str) -> Path:
        """A local file that holds these bytes, only to be read; FileMissing if there are none."""

    def exists(self, sha256: str) -> bool:
        """Whether these bytes are stored."""

    def delete(self, sha256: str) -> None:
        """Forget these bytes, if they are stored."""

    def sweep(self) -> int:
        """Remove what killed writers left more than a day ago; how many there were."""


def open_store(url: str) -> FileStore:
    """Open the store that a FILES_URL names, such as file:///var/lib/ratslupe/files."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise BadFilesUrl(f"FILES_URL: {parts.scheme or url!r} is unknown, only file:///folder is served")
    path = unquote(parts.path)
    if parts.netloc not in ("", "localhost") or not path.startswith("/") or parts.query or parts.fragment:
        raise BadFilesUrl(f"FILES_URL: {url!r} must be file:// and an absolute path")
    return FolderStore(Path(path))


class FolderStore:
    """A folder with two levels of folders in it: 65,536 of them keep a million files at 15 a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, chunks: Iterable[bytes], max_bytes: int) -> Stored:
        """Store what the chunks hold; after FileTooLarge (over `max_bytes`) or StoreFull nothing of it is left."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=self._folder)
            unfinished = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    stored = _copy(chunks, file, max_bytes)
                self._publish(unfinished, stored)
            finally:
                unfinished.unlink(missing_ok=True)
        except OSError as error:
            if error.errno in _FULL:
                raise StoreFull(f"no space left in {self._folder}") from error
            raise
        return stored

    def open(self, sha256: str) -> BinaryIO:
        """Open stored bytes to read; FileMissing if there are none."""
        try:
            return self._place(sha256).open("rb")
        except FileNotFoundError as error:
            raise FileMissing(f"{sha256} is not in {self._folder}") from error

    def path(self, sha256: str) -> Path:
        """The file that holds these bytes, only to be read; FileMissing if there are none."""
        if not self.exists(sha256):
            raise FileMissing(f"{sha256} is not in {self._folder}")
        return self._place(sha256)

    def exists(self, sha256: str) -> bool:
        """Whether these bytes are stored."""
        return self._place(sha256).is_file()

    def delete(self, sha256: str) -> None:
        """Forget these bytes, if they are stored."""
        place = self._place(sha256)
        if place.is_file():
            place.unlink(missing_ok=True)
            _sync_folder(place.parent)

    def sweep(self) -> int:
        """Remove what killed writers left more than a day ago; how many there were."""
        limit = time.time() - _ABANDONED_SECONDS
        left = [file for file in self._folder.glob(f"{_UNFINISHED}*") if file.stat().st_mtime < limit]
        for file in left:
            file.unlink(missing_ok=True)
        return len(left)

    def _place(self, sha256: str) -> Path:
        if not _HASH.fullmatch(sha256):
            raise BadHash(f"{sha256[:80]!r} is no SHA-256")
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def _publish(self, unfinished: Path, stored: Stored) -> None:
        place = self._place(stored.sha256)
        if place.is_file() and place.stat().st_size == stored.size:
            os.utime(place)  # they came again: whoever clears up must not take them for forgotten
            return
        for folder in (place.parent.parent, place.parent):
            if not folder.is_dir():
                folder.mkdir(exist_ok=True)
                _sync_folder(folder.parent)
        unfinished.chmod(0o444)
        unfinished.rename(place)
        _sync_folder(place.parent)


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


def _sync_folder(folder: Path) -> None:
    # A name survives a power cut only once its folder is on the disk too.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
