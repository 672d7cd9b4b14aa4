"""Where what is published lies, and what it is called.

exports/
  current -> generations/NAME     swapped by a rename
  generations/NAME/…              NAME is a day, or with `.r2` a later version of it
  deltas/NAME/…                   what leads from the generation before to NAME
  redactions.ndjson               what was taken out of generations since
  names/NAME                      names that were ever given: none is given twice
  ending/NAME                     its mtime: since when a generation is only kept for who is in the middle of it
  closed/NAME                     generations that hold what was erased, served to nobody any more
  looked/NAME                     up to where what went was looked for in a generation or delta
  ran                             its mtime: when an export last came to its end, whether or not it found something new
  tmp-…/                          under way, or left by a kill; gone with the next publish
"""

import re
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from app.exports.manifest import Manifest, Version

MANIFEST, SUMS, SIGNATURE, README = "manifest.json", "SHA256SUMS", "SHA256SUMS.sig", "README.md"
GENERATIONS, DELTAS, NAMES = "generations", "deltas", "names"
ENDING, CLOSED, LOOKED, REDACTIONS = "ending", "closed", "looked", "redactions.ndjson"
CURRENT, TEMPORARY, RAN = "current", "tmp-", "ran"
# A download under way comes to its end: 4.5 GB at 10 Mbit/s.
GRACE: Final = timedelta(hours=1)
NAME: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\.r([1-9][0-9]{0,8}))?")


def published(directory: Path) -> Manifest | None:
    """Return what is published, None where nothing is yet."""
    return read(directory / CURRENT)


def last_run(directory: Path) -> datetime | None:
    """Return when an export last came to its end, None before the first."""
    try:
        return datetime.fromtimestamp((directory / RAN).stat().st_mtime, UTC)
    except OSError:
        return None


def read(folder: Path) -> Manifest | None:
    """Return the manifest of a generation or delta by its folder, None where it has none of ours."""
    path = folder / MANIFEST
    try:
        told = path.stat()
        return _parsed(path.resolve(), told.st_mtime_ns, told.st_size)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=4)  # of hundreds of councils one takes a tenth of a second and ten megabytes, and never changes
def _parsed(path: Path, _written: int, _size: int) -> Manifest:
    return Manifest.from_json(path.read_bytes())


@lru_cache(maxsize=512)
def _version(path: Path, _written: int, _size: int) -> Version:
    return Version.from_json(path.read_bytes())


def versions(directory: Path, kind: str = GENERATIONS, *, closed: Collection[str] = (), last: int = 0) -> list[Version]:
    """Return what there is of all generations, or all deltas, that are served, oldest first, or of the `last` of them.

    With `closed`, also those of that name.
    """
    found = []
    for folder in _served(directory, kind, closed)[-last:]:
        path = folder / MANIFEST
        with suppress(OSError, ValueError):
            told = path.stat()
            found.append(_version(path.resolve(), told.st_mtime_ns, told.st_size))
    return found


def kept(directory: Path, kind: str = GENERATIONS) -> list[Manifest]:
    """Return the manifests of all generations, or all deltas, that are served, oldest first: of many a gigabyte."""
    return [manifest for folder in _served(directory, kind) if (manifest := read(folder))]


def _served(directory: Path, kind: str, closed: Collection[str] = ()) -> list[Path]:
    try:
        folders = sorted((directory / kind).iterdir(), key=lambda path: _order(path.name))
    except OSError:
        return []
    before = f"{DELTAS}-" if kind == DELTAS else ""
    return [one for one in folders if f"{before}{one.name}" in closed or not is_over(directory, before + one.name)]


def next_name(directory: Path, day: date) -> str:
    """Return the next name of a day, and note that it was given."""
    names = directory / NAMES
    names.mkdir(exist_ok=True)
    matches = [match for path in names.glob(f"{day:%Y-%m-%d}*") if (match := NAME.fullmatch(path.name))]
    used = [int(match[2] or 1) for match in matches]
    name = f"{day:%Y-%m-%d}" + (f".r{max(used) + 1}" if used else "")
    (names / name).touch()
    return name


def is_over(directory: Path, generation: str) -> bool:
    """Whether a generation is served to nobody any more."""
    if (directory / CLOSED / generation).exists():
        return True
    try:
        since = (directory / ENDING / generation).stat().st_mtime
    except (OSError, ValueError):
        return False
    return time.time() - since >= GRACE.total_seconds()


def path_of(directory: Path, name: str) -> Path | None:
    """Return the file behind a name, of the generation it begins with or of the current one; None for all else."""
    steps = name.split("/")
    # What begins with a dot stands beside the files, and has addresses of its own.
    if any(step[:1] in ("", ".") or "\\" in step or not step.isprintable() for step in steps):
        return None
    try:
        if steps == [REDACTIONS]:
            return path if (path := directory / REDACTIONS).is_file() else None
        if steps[0] == DELTAS:
            return _inside(directory, (directory / DELTAS).resolve(), steps[1:])
        generations = (directory / GENERATIONS).resolve()
        if NAME.fullmatch(steps[0]):
            return _inside(directory, generations, steps)
        here = (directory / CURRENT).resolve()
        return _inside(directory, generations, [here.name, *steps]) if here.parent == generations else None
    except (OSError, ValueError):  # longer than a name can be, or with a character that no name has
        return None


def _inside(directory: Path, root: Path, steps: list[str]) -> Path | None:
    if not steps or not NAME.fullmatch(steps[0]):
        return None
    path = root.joinpath(*steps).resolve()
    if root / steps[0] not in path.parents or not path.is_file():
        return None
    noted = steps[0] if root.name == GENERATIONS else f"{DELTAS}-{steps[0]}"
    return None if is_over(directory, noted) else path


def is_gone(directory: Path, name: str) -> bool:
    """Whether a name was once that of something published that is there no more."""
    steps = name.split("/")
    first = steps[1] if steps[0] == DELTAS and len(steps) > 1 else steps[0]
    if not NAME.fullmatch(first) or path_of(directory, name) is not None:
        return False
    present = is_over(directory, first) or not (directory / GENERATIONS / first).is_dir()
    if steps[0] == DELTAS:
        present = is_over(directory, f"{DELTAS}-{first}") or not (directory / DELTAS / first).is_dir()
    return present and (directory / NAMES / first).exists()


def instead_of(directory: Path, name: str) -> str | None:
    """Return which generation to take instead of one that is gone: that of its day, or the current one."""
    match = NAME.match(name)
    mine = [one for one in versions(directory) if match and one.day == match[1]]
    newest = max(mine, key=lambda one: one.revision, default=None) or published(directory)
    return newest.generation if newest else None


def _order(name: str) -> tuple[str, int]:
    match = NAME.fullmatch(name)
    return (match[1], int(match[2] or 1)) if match else ("", 0)
