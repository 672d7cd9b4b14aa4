"""A generation, built aside and put in place at once: readers see the old one or the new one, never half of either.

exports/
  current -> generations/GENERATION       swapped by a rename
  generations/GENERATION/…                the current one and two before it
  ending/GENERATION                       old ones that hold what was withdrawn, see app.exports.keeping
  tmp-…/                                  under way, or left by a kill; gone with the next publish
"""

import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import changes as log
from app.db import now
from app.exports.formats import FORMATS, Exporter, ExportWriter
from app.exports.keeping import GENERATIONS, MANIFEST, forget_old, is_over
from app.exports.licences import Licences
from app.exports.manifest import Council, ExportFile, Manifest
from app.exports.readme import README
from app.exports.records import Part, Record, count, parts, records
from app.indexing import Progress
from app.models import OPARL_TYPES

SUMS, TOLD = "SHA256SUMS", "README.txt"
CURRENT, TEMPORARY = "current", "tmp-"


class ExportRunningError(Exception):
    """Raised when another process is publishing into the same folder."""


def publish(engine: Engine, directory: Path, *, base_url: str, progress: Progress | None = None) -> Manifest:
    """Write all records anew; where that gives the same bytes, the present generation stays and is returned."""
    directory.mkdir(parents=True, exist_ok=True)
    with _alone(directory):
        _sweep(directory)
        built = directory / f"{TEMPORARY}{uuid.uuid4().hex}"
        built.mkdir()
        try:
            manifest = _build(engine, built, base_url, progress)
            present = published(directory)
            if present and present.same_data(manifest):
                manifest = present
            else:
                _finish(built, manifest)
                _put_in_place(directory, built, manifest.generation)
        finally:
            # Still there: nothing new, or a fault. A full disk must not stay full.
            shutil.rmtree(built, ignore_errors=True)
        forget_old(engine, directory, manifest.generation)
        return manifest


def published(directory: Path) -> Manifest | None:
    """Return what is published, None where nothing is yet."""
    try:
        return Manifest.from_json((directory / CURRENT / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None


def path_of(directory: Path, name: str) -> Path | None:
    """Return the file behind a name, of the generation it begins with or of the current one; None for all else."""
    steps = name.split("/")
    if any(step in ("", ".", "..") or "\\" in step or not step.isprintable() for step in steps):
        return None
    try:
        generations = (directory / GENERATIONS).resolve()
        for start in (generations, (directory / CURRENT).resolve()):
            path = start.joinpath(*steps).resolve()
            if generations in path.parents and path.is_file():
                return None if is_over(directory, path.relative_to(generations).parts[0]) else path
    except (OSError, ValueError):  # longer than a name can be, or with a character that no name has
        pass
    return None


def _build(engine: Engine, built: Path, base_url: str, progress: Progress | None) -> Manifest:
    # One view of the data from the first record to the last, whatever is written meanwhile.
    steady = engine.execution_options(isolation_level="REPEATABLE READ") if engine.name == "postgresql" else engine
    with Session(steady) as session:
        seq = log.last_seq(session)
        licences, total = Licences.read(session), count(session)
        tally = _Tally(total, progress)
        councils: list[Council] = []
        files: list[ExportFile] = []
        for part in parts(session):
            written = [
                file
                for object_type in OPARL_TYPES
                for file in _write(built, part, object_type, records(session, part, object_type, licences), tally)
            ]
            files.extend(written)
            council = tally.council(part, written)
            if council.rows or council.withheld:
                councils.append(council)
    moment = now()
    digest = hashlib.sha256("".join(file.sha256 + file.path for file in files).encode()).hexdigest()
    generation = f"{moment:%Y%m%dT%H%M%S%f}Z-{digest[:8]}"
    return Manifest(generation, moment, seq, base_url, tuple(councils), tuple(files))


@dataclass(slots=True)
class _Tally:
    """What was counted on the way."""

    total: int
    progress: Progress | None
    done: int = 0
    withheld: int = 0
    licenses: set[str] = field(default_factory=set)

    def step(self) -> None:
        """Count one more record that was looked at."""
        self.done += 1
        if self.progress and (self.done % 1000 == 0 or self.done == self.total):
            self.progress(self.done, self.total)

    def council(self, part: Part, written: list[ExportFile]) -> Council:
        """Sum up a council, and begin the next."""
        rows = sum(file.rows for file in written if file.format == FORMATS[0].name)
        licenses = tuple(sorted({license_ for file in written for license_ in file.licenses}))
        found = Council(part.slug, part.name, rows, self.withheld, licenses)
        self.withheld = 0
        return found


def _write(
    built: Path, part: Part, object_type: str, found: Iterator[Record | None], tally: _Tally
) -> list[ExportFile]:
    rows, licenses = 0, set[str]()
    opened: list[tuple[Exporter, Path]] = []
    with ExitStack() as stack:
        writers: list[ExportWriter] = []
        for record in found:
            tally.step()
            if record is None:
                tally.withheld += 1
                continue
            if not writers:
                opened = [(one, built / part.slug / f"{object_type}{one.suffix}") for one in FORMATS]
                writers = [stack.enter_context(one(path)) for one, path in opened]
            for writer in writers:
                writer.write(record)
            rows += 1
            licenses.add(record.license)
    return [
        ExportFile(
            path=path.relative_to(built).as_posix(),
            type=object_type,
            body=part.slug,
            format=one.name,
            media_type=one.media_type,
            rows=rows,
            bytes=path.stat().st_size,
            sha256=_sha256(path),
            licenses=tuple(sorted(licenses)),
        )
        for one, path in opened
    ]


def _finish(built: Path, manifest: Manifest) -> None:
    (built / TOLD).write_text(README, encoding="utf-8")
    (built / MANIFEST).write_bytes(manifest.to_json())
    sums = {file.path: file.sha256 for file in manifest.files}
    sums |= {name: _sha256(built / name) for name in (MANIFEST, TOLD)}
    (built / SUMS).write_text("".join(f"{sums[path]}  {path}\n" for path in sorted(sums)), encoding="ascii")
    for path in sorted(built.rglob("*")):
        _sync(path)
    _sync(built)


def _put_in_place(directory: Path, built: Path, generation: str) -> None:
    generations = directory / GENERATIONS
    generations.mkdir(exist_ok=True)
    built.rename(generations / generation)
    _sync(generations)
    link = directory / f"{TEMPORARY}{uuid.uuid4().hex}"
    link.symlink_to(Path(GENERATIONS) / generation)
    link.replace(directory / CURRENT)
    _sync(directory)


def _sweep(directory: Path) -> None:
    for path in directory.glob(f"{TEMPORARY}*"):
        if path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(path)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    with (directory / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ExportRunningError(f"another export into {directory} is under way") from error
        yield


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
