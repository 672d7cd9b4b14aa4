"""Local copies of what lies in a store on another machine: some of them, for a while."""

import os
import time
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 2 * 1024**3  # the largest file is 512 MiB, and each core reads one
IN_USE_SECONDS = 60.0  # whoever asked for a copy opens it at once
KEEP_SECONDS = 86_400.0  # what was withdrawn elsewhere is not kept here for longer


class Copies:
    """A folder of files by their SHA-256, of which those go first that nobody asked for the longest."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self.folder = folder
        self._max_bytes = max_bytes

    def find(self, sha256: str) -> Path | None:
        """Return the copy of these bytes, None where there is none."""
        copy = self.folder / sha256
        try:
            os.utime(copy)
        except FileNotFoundError:
            return None
        return copy

    def take(self, unfinished: Path, sha256: str) -> Path:
        """Make a finished file the copy of these bytes."""
        unfinished.chmod(0o444)
        copy = unfinished.rename(self.folder / sha256)
        self.trim()
        return copy

    def drop(self, sha256: str) -> None:
        """Forget the copy of these bytes, if there is one."""
        (self.folder / sha256).unlink(missing_ok=True)

    def trim(self) -> None:
        """Remove what is over the limit, and what nobody asked for since yesterday."""
        found: list[tuple[float, int, Path]] = []
        for file in self.folder.glob("[0-9a-f]*"):
            with suppress(FileNotFoundError):  # another process trims too
                known = file.stat()
                found.append((known.st_mtime, known.st_size, file))
        moment, total = time.time(), sum(size for _, size, _ in found)
        for used, size, file in sorted(found):
            unused = moment - used
            if unused < IN_USE_SECONDS or (total <= self._max_bytes and unused < KEEP_SECONDS):
                return
            file.unlink(missing_ok=True)
            total -= size
