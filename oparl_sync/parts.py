"""What came of a large file before its connection broke: the next attempt asks for the rest alone.

Two versions are never joined: the rest is asked for by a strong validator (RFC 9110, 13.1.5), and what comes must
bear it too. A part lies among what the store has unfinished, which is swept after a day.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from app.files import UNFINISHED
from oparl_sync.answers import date_of, moment_of
from oparl_sync.leases import BOOT

WORTHWHILE = 1024 * 1024  # bytes; less is fetched whole again
PIECE = 1024 * 1024
STRONG_AFTER = timedelta(seconds=60)  # a file may change twice in the second that Last-Modified names
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
Headers = Mapping[str, str]


@contextmanager
def of(folder: Path, name: str) -> Iterator["Part"]:
    """Give what there is of a file of this name while the block runs."""
    part = Part(_path(folder, name))
    try:
        yield part
    finally:
        part.close()


def forget(folder: Path, names: Iterable[str]) -> None:
    """Forget what there is of files of these names."""
    for name in names:
        _path(folder, name).unlink(missing_ok=True)


class Part:
    """The beginning of one file. One process has it at a time, another does without."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._said: dict[str, Any] = {}
        self._begins = 0
        if path.exists():
            self._resume()

    @property
    def size(self) -> int:
        """How many bytes of the file are here."""
        return os.fstat(self._file.fileno()).st_size - self._begins if self._file and self._said else 0

    def wanted(self) -> dict[str, str]:
        """Return the headers that ask for the rest, or for the whole where it is not the same any more."""
        if self._file is not None and self.size >= self._said["total"]:  # a byte must be left to ask for
            self._file.truncate(self._begins + self._said["total"] - 1)
        return {"range": f"bytes={self.size}-", "if-range": self._said["validator"][1]}

    def is_continued(self, headers: Headers) -> bool:
        """Tell whether an answer with status 206 brings the rest of just this version, to its end."""
        name, value = self._said["validator"]
        found, total = _RANGE.fullmatch(headers.get("content-range", "").strip()), self._said["total"]
        whole = found is not None and [int(one) for one in found.groups()] == [self.size, total - 1, total]
        return whole and headers.get(name) == value and not _is_packed(headers)

    def continued(self, rest: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the whole file: what is here, and the rest, which is kept as it comes."""
        if self._file is None:
            raise ValueError("nothing to be continued")
        for offset in range(0, self.size, PIECE):
            self._file.seek(self._begins + offset)
            yield self._file.read(PIECE)
        yield from self._kept(rest)

    def anew(self, headers: Headers, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Yield a file as it comes, and keep it as long as it is not complete, where that is worth it."""
        self.drop()
        validator, length = _validator(headers), headers.get("content-length", "")
        large = length.isascii() and length.isdigit() and int(length[:18]) >= WORTHWHILE
        if validator and large and not _is_packed(headers) and headers.get("accept-ranges", "").strip() != "none":
            self._begin({"boot": _boot(), "validator": validator, "total": int(length)})
        return self._kept(pieces)

    def drop(self) -> None:
        """Forget what is here."""
        if self._file is not None:
            self._path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Leave what is here to the next attempt."""
        if self._file is not None:
            self._file.close()
        self._file, self._said, self._begins = None, {}, 0

    def _kept(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            if self._file is not None:
                self._file.seek(0, os.SEEK_END)
                self._file.write(piece)
                self._file.flush()
            yield piece

    def _begin(self, said: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if (file := self._opened(os.O_CREAT)) is None:
            return
        head = json.dumps(said).encode() + b"\n"
        file.truncate(0)
        file.write(head)
        self._file, self._said, self._begins = file, said, len(head)

    def _resume(self) -> None:
        file = self._opened()
        if file is None:
            return
        head = file.readline(65536)
        try:
            said = json.loads(head)
        except ValueError:
            said = {}
        self._file, self._said, self._begins = file, said, len(head)
        # What was written before the machine was started anew may be there in part only.
        if said.get("boot") != _boot() or self.size <= 0:
            self.drop()

    def _opened(self, flags: int = 0) -> BinaryIO | None:
        """Open the file for this process alone; None where another has it, or has just finished with it."""
        with suppress(FileNotFoundError):
            file = os.fdopen(os.open(self._path, os.O_RDWR | flags, 0o600), "r+b")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self._path.stat().st_ino == _inode(file):
                    return file
            except (BlockingIOError, FileNotFoundError):
                pass
            file.close()
        return None


def _path(folder: Path, name: str) -> Path:
    return folder / f"{UNFINISHED}part-{hashlib.sha256(name.encode()).hexdigest()}"


def _inode(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_ino


def _validator(headers: Headers) -> tuple[str, str] | None:
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    if etag.startswith('"'):
        return "etag", etag
    written, sent = moment_of(modified), date_of(headers)
    if written and sent and sent - written >= STRONG_AFTER:
        return "last-modified", modified
    return None


def _is_packed(headers: Headers) -> bool:
    # A range of what is packed is none of what it unpacks to.
    return headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")


def _boot() -> str:
    return BOOT.read_text().strip() if BOOT.exists() else ""
