"""gzip whose bytes depend on what is in it alone: no name, no time; many small writes cost little."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

BLOCK = 1 << 18
LEVEL = 6
QUICK = 4  # where the same is packed in smaller form beside it


class Packed:
    """One file being written."""

    def __init__(self, path: Path, level: int = LEVEL) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._raw = path.open("wb")
        self._file = gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, compresslevel=level, mtime=0)
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= BLOCK:
            self._flush()

    def write_line(self, line: bytes) -> None:
        """Append a line and its end."""
        self._waiting += (line, b"\n")
        self._size += len(line) + 1
        if self._size >= BLOCK:
            self._flush()

    def _flush(self) -> None:
        self._file.write(b"".join(self._waiting))
        self._waiting.clear()
        self._size = 0

    def close(self) -> None:
        """Write what is left."""
        try:
            self._flush()
            self._file.close()
        finally:
            self._raw.close()

    def __enter__(self) -> "Packed":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def pack(source: Path, target: Path) -> None:
    """Write a file packed, and delete it."""
    with source.open("rb") as raw, Packed(target, QUICK) as packed:
        while block := raw.read(BLOCK):
            packed.write(block)
    source.unlink()


def join(sources: list[Path], target: Path) -> None:
    """Write several packed files as one, which unpacks to all of them in their order (RFC 1952, 2.2)."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if len(sources) == 1:  # of one council all is its own: no need for a copy
        target.hardlink_to(sources[0])
        return
    with target.open("wb") as out:
        for path in sources:
            with path.open("rb") as raw:
                shutil.copyfileobj(raw, out, BLOCK)


def unpacked(path: Path) -> Iterator[bytes]:
    """Yield the lines of a packed file without their ends."""
    with gzip.open(path, "rb") as file:
        for line in file:
            yield line.removesuffix(b"\n")
