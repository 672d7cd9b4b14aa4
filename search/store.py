"""The folder of an embedded index: one live generation, the schema it was written with, and a lock for one writer.

index.json   {"engine", "version", "folder"}: which generation is live; replaced in one step
writer.lock  held by whoever writes; the system lets go of it when a process dies
<folder>/    the engine's files
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from search.errors import EngineUnavailable, IndexLocked, IndexOutdated
from search.german import ANALYZER_VERSION

GENERATION = re.compile("(?:tantivy|whoosh)-[0-9a-f]{8}", re.ASCII)  # as prepare() names them
GRACE = 60  # seconds that a reader may go on with a generation that is live no more
SCHEMA_VERSION = 4  # raise it with every change of fields or of what is stored

State: TypeAlias = tuple[int, int]


def state_of(path: str) -> State:
    """What is another when a file has been replaced: to look costs a few µs, to read it ten times as much."""
    found = os.stat(path)  # noqa: PTH116 - a Path is made of parts each time
    return found.st_mtime_ns, found.st_ino


@dataclass(frozen=True, slots=True)
class Home:
    """One index on disk, seen by one engine; `format` changes when the engine's own files do."""

    root: Path
    engine: str
    format: str

    @property
    def version(self) -> str:
        """What an index must have been written with to be readable."""
        return f"{SCHEMA_VERSION}.{ANALYZER_VERSION}/{self.format}"

    def exists(self) -> bool:
        """Whether there is an index, of whichever version."""
        return (self.root / "index.json").is_file()

    def require(self, create: bool, renew: Callable[[], None]) -> None:
        """Have an empty index made where there is none, or raise EngineUnavailable where `create` is false."""
        if self.exists():
            return
        if not create:
            raise EngineUnavailable(f"there is no index in {self.root}")
        with self.lock():
            if not self.exists():
                renew()

    def state(self) -> State:
        """What is another when another generation goes live; EngineUnavailable where there is none."""
        try:
            return state_of(f"{self.root}/index.json")
        except FileNotFoundError as error:
            raise EngineUnavailable(f"there is no index in {self.root}") from error

    def live(self) -> Path:
        """The folder of the live generation; IndexOutdated if it was written with another version."""
        try:
            state = json.loads((self.root / "index.json").read_bytes())
            engine, version, folder = state["engine"], state["version"], self.root / str(state["folder"])
        except FileNotFoundError as error:
            raise EngineUnavailable(f"there is no index in {self.root}") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexOutdated(f"{self.root / 'index.json'} cannot be read") from error
        if (engine, version) != (self.engine, self.version):
            raise IndexOutdated(f"{self.root} is {engine} {version}, needed is {self.engine} {self.version}")
        return folder

    def prepare(self) -> Path:
        """A new empty folder for the next generation; call it holding the lock."""
        folder = self.root / f"{self.engine}-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        return folder

    def discard(self, folder: Path) -> None:
        """Remove a prepared folder that will not go live."""
        shutil.rmtree(folder, ignore_errors=True)

    def publish(self, folder: Path) -> None:
        """Make a prepared folder the live one; call it holding the lock. Readers of the one before may go on."""
        state = {"engine": self.engine, "version": self.version, "folder": folder.name}
        draft = self.root / "index.json.new"
        with draft.open("w", encoding="utf-8") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        for other in self._folders():
            with suppress(OSError):
                os.utime(other)  # from here on it is of no use to whoever comes
        draft.replace(self.root / "index.json")
        self.tidy()

    def tidy(self, grace: float | None = None) -> None:
        """Remove what is not live and nobody reads any more; call it holding the lock.

        With a `grace` of 0 whoever still reads the generation before may have to ask once more.
        """
        try:
            live = json.loads((self.root / "index.json").read_bytes())["folder"]
        except (OSError, ValueError, KeyError, TypeError):
            return
        for other in self._folders():
            with suppress(OSError):
                age = time.time() - other.stat().st_mtime
                if other.name != live and age >= (GRACE if grace is None else grace):
                    shutil.rmtree(other, ignore_errors=True)

    def old(self) -> list[str]:
        """Every generation that is not live."""
        live = self.live()
        return sorted(str(each) for each in self._folders() if each != live)

    def _folders(self) -> Iterator[Path]:
        """Every generation of any engine; other folders are somebody else's, and must not be touched."""
        return (each for each in list(self.root.iterdir()) if GENERATION.fullmatch(each.name) and each.is_dir())

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the one writer; IndexLocked if somebody else is."""
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.root / "writer.lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise EngineUnavailable(f"{self.root} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise IndexLocked(f"somebody else is writing to {self.root}") from error
        finally:
            os.close(handle)
