"""Pages as pictures: drawn in the sandbox when they are first asked for, then kept by the bytes they show.

home/previews/<sha256>/<version>-<page>-<width>.webp   a picture of a page
                       <version>-<page>.json           its words and where they stand; of a scan <page>-scan.json
A name that ends in .none says that it cannot be drawn; nobody tries again for a day. What was only not done in time is
tried again after five minutes.
"""

import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from app.config import Settings

from .picture import SECONDS, BadPicture, PlacedWord, Request, size_of, words_in
from .sandbox import Sandbox, SandboxError, UnfinishedError
from .sniff import PDF

# Raise it with every change that alters pictures.
PREVIEW_VERSION = "1"
THUMBNAIL, PAGE = 160, 1000  # pixels wide: beside a result, and to be read
DRAWN = frozenset({PDF, "image/png", "image/jpeg", "image/gif", "image/tiff", "image/webp", "image/bmp"})
# A process of the site has one thread more, for pages that need no picture; more yet would take turns at one processor.
WAITING, PATIENCE = 7, 4.0
# For a list a browser asks for six at once, of some processes; the page that somebody reads must get its turn, in time.
LISTED, LISTED_SECONDS = 6, 1.5
_AGAIN, _REMEMBERED = 300.0, 1000  # seconds until what was late is tried again; how many of them are known
A_DAY = 86_400
_LOOKS_EVERY = 200  # pictures; to look how much there is takes 50 ms for 16,000
_DOWN_TO = 0.9
_HASH = re.compile(r"[0-9a-f]{64}")


class PreviewsBusy(Exception):
    """Too many wait for pictures already, or the sandbox does not start: try again later."""


class PreviewsLate(PreviewsBusy):
    """This page was not done in time, or whoever drew it was killed; it is tried again after five minutes."""


class Previews:
    """The pictures of one folder and the sandbox that draws them; for any number of threads and processes."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.previews
        self._max_bytes = settings.previews_max_mb * 1024**2
        self._sandbox = Sandbox(allow_unsandboxed=settings.allow_unsandboxed)
        self._one = threading.Lock()
        self._places = threading.BoundedSemaphore(WAITING)
        self._listed = threading.BoundedSemaphore(LISTED)
        self._late: dict[Path, float] = {}
        self._drawn = 0

    def picture(self, sha256: str, page: int, width: int, media_type: str, path: Callable[[], Path]) -> bytes:
        """Return a page as WebP; `path` says where the bytes are. Raises BadPicture and PreviewsBusy."""

        def checked(data: bytes) -> bytes:
            size_of(data, width)
            return data

        request = Request(kind="picture", media_type=media_type, page=page, width=width)
        return checked(self._kept(sha256, f"{PREVIEW_VERSION}-{page}-{width}.webp", request, path, checked))

    def words(
        self,
        sha256: str,
        page: int,
        media_type: str,
        path: Callable[[], Path],
        *,
        width: int = PAGE,
        scanned: bool = False,
    ) -> tuple[PlacedWord, ...]:
        """Return the words of a page and where they stand, for a picture of this width; raises as for a picture.

        Those of a page that was `scanned` are recognised anew, which takes a second; so not for a picture in a list.
        """
        if scanned and width != THUMBNAIL:
            request = Request(kind="scanned words", media_type=media_type, page=page, width=width)
            return words_in(self._kept(sha256, f"{PREVIEW_VERSION}-{page}-scan.json", request, path, words_in))
        if media_type != PDF:
            return ()
        request = Request(kind="words", media_type=media_type, page=page, width=width)
        return words_in(self._kept(sha256, f"{PREVIEW_VERSION}-{page}.json", request, path, words_in))

    def forget(self, sha256s: Iterable[str]) -> None:
        """Forget all pictures of these bytes."""
        for sha256 in sha256s:
            if _HASH.fullmatch(sha256):
                shutil.rmtree(self._folder / sha256, ignore_errors=True)

    def known(self) -> list[str]:
        """The bytes that there are pictures of."""
        with suppress(FileNotFoundError):
            return [path.name for path in self._folder.iterdir() if _HASH.fullmatch(path.name)]
        return []

    def trim(self) -> int:
        """Where there is too much, remove what was not looked at for longest; returns how many bytes."""
        found = sorted(_pictures(self._folder))
        total, removed = sum(size for _, size, _ in found), 0
        if total <= self._max_bytes:
            return 0
        for _, size, path in found:
            if total - removed <= _DOWN_TO * self._max_bytes:
                break
            path.unlink(missing_ok=True)
            removed += size
            with suppress(OSError):  # others are in it, or it is gone already
                path.parent.rmdir()
        return removed

    def warm(self) -> None:
        """Start the sandbox before the first picture is asked for: that takes seconds, and readers are impatient."""
        self._sandbox.warm()

    def close(self) -> None:
        """End the sandbox."""
        self._sandbox.close()

    def _kept(
        self, sha256: str, name: str, request: Request, path: Callable[[], Path], checked: Callable[[bytes], object]
    ) -> bytes:
        kept = self._folder / sha256 / name
        if (data := _looked_up(kept)) is not None:
            return data
        if self._late.get(kept, 0.0) > time.monotonic():
            raise PreviewsLate("it was not done in time a short while ago")
        with self._turn(listed=request["width"] == THUMBNAIL):
            # Whoever was before may have drawn it.
            if (data := _looked_up(kept)) is not None:
                return data
            data = self._asked(path(), request, kept)
            try:
                checked(data)
            except BadPicture:
                self._keep(kept.with_suffix(".none"), b"")
                raise
            self._keep(kept, data)
        return data

    def _keep(self, path: Path, data: bytes) -> None:
        with suppress(OSError):  # what cannot be kept is shown all the same
            _write(path, data)
            self._drawn += 1
            if self._drawn % _LOOKS_EVERY == 1:
                self.trim()

    def _asked(self, path: Path, request: Request, kept: Path) -> bytes:
        try:
            return self._sandbox.draw(
                path, request, seconds=LISTED_SECONDS if request["width"] == THUMBNAIL else SECONDS
            )
        except UnfinishedError as error:
            if len(self._late) >= _REMEMBERED:
                self._late.clear()
            self._late[kept] = time.monotonic() + _AGAIN
            raise PreviewsLate(str(error)) from error
        except SandboxError as error:
            raise PreviewsBusy(str(error)) from error

    @contextmanager
    def _turn(self, *, listed: bool) -> Iterator[None]:
        """Wait for the sandbox, but neither with many nor for long."""
        with ExitStack() as places:
            for one, most in ((self._listed, LISTED), (self._places, WAITING))[not listed :]:
                if not one.acquire(blocking=False):
                    raise PreviewsBusy(f"{most} wait already")
                places.callback(one.release)
            if not self._one.acquire(timeout=PATIENCE):
                raise PreviewsBusy(f"no turn came in {PATIENCE:.0f} s")
            try:
                yield
            finally:
                self._one.release()


def _looked_up(kept: Path) -> bytes | None:
    """What is kept under a name; raises BadPicture where it is known that nothing can be."""
    with suppress(OSError):
        data = kept.read_bytes()
        with suppress(OSError):  # the folder may be only to be read
            os.utime(kept)  # by this it is known what is looked at
        return data
    with suppress(OSError):
        if time.time() - kept.with_suffix(".none").stat().st_mtime < A_DAY:
            raise BadPicture("it could not be drawn a short while ago")
    return None


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(name).rename(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _pictures(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield when each was last looked at, its bytes and where it is."""
    for path in folder.glob("*/*"):
        with suppress(FileNotFoundError):
            told = path.stat()
            # A file takes whole blocks of the disk.
            yield told.st_mtime, told.st_blocks * 512, path
