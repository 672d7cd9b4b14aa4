"""A store that is a folder."""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from app.files.store import FileMissing, Stored, place, sweep, written


class FolderStore:
    """A folder with two levels of folders in it: 65,536 of them keep a million files at 15 a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def scratch(self) -> Path:
        """The folder itself: what is finished is named without crossing to another disk."""
        return self._folder

    def put(self, chunks: Iterable[bytes], max_bytes: int) -> Stored:
        """Store what the chunks hold; after FileTooLarge (over `max_bytes`) or StoreFull nothing of it is left."""
        with written(self._folder, chunks, max_bytes) as (unfinished, stored):
            self._publish(unfinished, stored)
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

    def age(self, sha256: str) -> float:
        """Seconds since these bytes came, also since they came again; FileMissing if there are none."""
        return time.time() - self.path(sha256).stat().st_mtime

    def delete(self, sha256: str) -> None:
        """Forget these bytes, if they are stored."""
        place = self._place(sha256)
        if place.is_file():
            place.unlink(missing_ok=True)
            _sync_folder(place.parent)

    def sweep(self) -> int:
        """Remove what killed writers left more than a day ago; how many there were."""
        return sweep(self._folder)

    def _place(self, sha256: str) -> Path:
        return self._folder / place(sha256)

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


def _sync_folder(folder: Path) -> None:
    # A name survives a power cut only once its folder is on the disk too.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
