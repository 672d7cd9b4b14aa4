"""What a council hands over as a file: OParl objects one a line, or a zip of list pages and objects, with attachments.

Read as a stream and within bounds: what is inside may be anything. Nothing is ever unpacked to a path of its own.
"""

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from app.vocabulary import PROPERTIES
from oparl_sync.decode import loads
from oparl_sync.problems import SyncError

MIB = 1024 * 1024
MAX_LINE = 32 * MIB  # of NDJSON
MAX_JSON = 64 * MIB  # one page or object in a zip: taken apart it needs ten times as much memory
MAX_ENTRIES = 200_000
MAX_TOTAL = 64 * 1024 * MIB
MAX_RATIO = 200  # unpacked to packed; OParl as JSON shrinks to a tenth or a twentieth
SMALL = 50 * MIB  # below this no ratio is suspicious
MAX_FAULTS = 100
BROKEN = (EOFError, OSError, zlib.error, zipfile.BadZipFile, NotImplementedError)
NAMES = {f"{name.lower()}{end}": name for name in PROPERTIES for end in ("", "s")}


class NoBundle(SyncError):
    """Raised for a file of which nothing can be taken."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One JSON value with the place where it stands; `expected` is the type that its place promises, if any."""

    where: str
    value: Any
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One place that could not be read; the rest could."""

    told: str


@contextmanager
def opened(path: Path) -> Iterator["Bundle"]:
    """Open a file that was handed over; raises NoBundle."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield Bundle(path, archive)
                return
    except zipfile.BadZipFile as error:
        raise NoBundle(f"{path.name} is a damaged zip: {error}") from error
    except OSError as error:
        raise NoBundle(f"{path.name} cannot be read: {error.strerror}") from error
    if path.suffix.lower() == ".zip":
        raise NoBundle(f"{path.name} is no zip, or only a part of one")
    yield Bundle(path, None)


class Bundle:
    """A file that was handed over: its JSON values, and its attachments by name."""

    def __init__(self, path: Path, archive: zipfile.ZipFile | None) -> None:
        """Check what a zip promises before anything in it is unpacked; raises NoBundle."""
        self.path, self.archive = path, archive
        self.attachments: dict[str, zipfile.ZipInfo] = {}
        self._pages: list[zipfile.ZipInfo] = []
        for info in _checked(archive) if archive else []:
            if info.is_dir():
                continue
            kind = info.filename.lower()
            is_page = kind.endswith((".json", ".ndjson", ".ndjson.gz")) and not kind.startswith("files/")
            if is_page:
                self._pages.append(info)
            else:
                self.attachments[info.filename] = info

    def entries(self) -> Iterator[Entry | Fault]:
        """Yield what is inside, in its order; may be asked again."""
        faults = 0
        for one in self._every():
            yield one
            faults += isinstance(one, Fault)
            if faults >= MAX_FAULTS:
                yield Fault(f"more than {MAX_FAULTS} places cannot be read: is this OParl? The rest was not looked at")
                return

    def open(self, info: zipfile.ZipInfo) -> IO[bytes]:
        """Open an attachment."""
        if self.archive is None:
            raise NoBundle("attachments come in a zip only")
        return self.archive.open(info)

    def _every(self) -> Iterator[Entry | Fault]:
        if self.archive is None:
            with self.path.open("rb") as file:
                yield from _contents(file, self.path.name, self.path.stat().st_size)
            return
        if nested := [name for name in self.attachments if name.lower().endswith(".zip")]:
            yield Fault(f"{nested[0]} is a zip inside the zip, which is not opened")
        for info in self._pages:
            try:
                with self.archive.open(info) as file:
                    yield from _contents(file, info.filename, info.compress_size)
            except (*BROKEN, RuntimeError) as error:
                yield Fault(f"{info.filename} is damaged: {error}")


def _checked(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise NoBundle(f"{len(infos)} files in one zip are too many; at most {MAX_ENTRIES}")
    if sum(info.file_size for info in infos) > MAX_TOTAL:
        raise NoBundle(f"unpacked it would be larger than {MAX_TOTAL // MIB // 1024} GiB")
    for info in infos:
        name = info.filename
        if info.flag_bits & 1:
            raise NoBundle(f"{name[:200]!r} is locked with a password")
        if (
            name.startswith("/")
            or "\\" in name
            or "\0" in name
            or ".." in name.split("/")
            or re.match("[A-Za-z]:", name)
        ):
            raise NoBundle(f"{name[:200]!r} is no name of a file inside a zip")
        if info.file_size > SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise NoBundle(
                f"{name[:200]!r} would unpack to {info.file_size // max(info.compress_size, 1)} times its size"
            )
    return infos


def _contents(file: IO[bytes], name: str, packed: int) -> Iterator[Entry | Fault]:
    kind = name.lower()
    if kind.endswith(".gz"):
        with gzip.open(file, "rb") as inner:
            yield from _lines(inner, name, limit=max(SMALL, MAX_RATIO * packed))
    elif kind.endswith(".json"):
        yield from _page(file, name)
    else:
        yield from _lines(file, name, limit=None)


def _lines(file: Any, name: str, *, limit: int | None) -> Iterator[Entry | Fault]:
    """Yield one value a line; the last one may be broken off."""
    number, total = 0, 0
    while True:
        number += 1
        where = f"{name} line {number}"
        try:
            line: bytes = file.readline(MAX_LINE + 1)
        except BROKEN as error:
            yield Fault(f"{where}: the file breaks off or is damaged ({error})")
            return
        if not line:
            return
        total += len(line)
        if len(line) > MAX_LINE or (limit is not None and total > limit):
            yield Fault(f"{where} is too long, or unpacks to far more than its size; the rest was not looked at")
            return
        if not line.strip():
            continue
        try:
            yield Entry(where, loads(line))
        except ValueError as error:
            cut = "" if line.endswith(b"\n") else ", and the file ends there: it may be broken off"
            yield Fault(f"{where} is not JSON{cut} ({str(error)[:100]})")


def _page(file: IO[bytes], name: str) -> Iterator[Entry | Fault]:
    """Yield the entries of a list page, or the one object."""
    content = file.read(MAX_JSON + 1)
    if len(content) > MAX_JSON:
        yield Fault(f"{name} is larger than {MAX_JSON // MIB} MiB; hand it over as NDJSON")
        return
    try:
        value = loads(content)
    except ValueError as error:
        yield Fault(f"{name} is not JSON ({str(error)[:100]})")
        return
    listed = value.get("data") if isinstance(value, dict) and isinstance(value.get("data"), list) else value
    if not isinstance(listed, list):
        yield Entry(name, value)
        return
    words = re.findall(r"[a-z]+", name.lower().removesuffix(".json"))
    expected = next((NAMES[word] for word in reversed(words) if word in NAMES), None)
    for number, entry in enumerate(listed, 1):
        yield Entry(f"{name} entry {number}", entry, expected)
