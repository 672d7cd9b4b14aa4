"""A generation, built aside and put in place at once: readers see the old one or the new one, never half of either.

The delta that leads to it is there before it; what nobody was told of is swept. See app.exports.layout.
"""

import fcntl
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.db import now
from app.exports import beside as standing
from app.exports import redacting
from app.exports.beside import Beside
from app.exports.building import Progress, build
from app.exports.deltas import build_delta, leads_on
from app.exports.finishing import finish, finish_delta, put_delta, put_in_place
from app.exports.holdings import Allowed, Table
from app.exports.keeping import Retention, forget_old, room_for_another
from app.exports.layout import CURRENT, DELTAS, GENERATIONS, RAN, TEMPORARY, next_name, published, read, versions
from app.exports.manifest import Manifest
from app.exports.policy import allows_text as by_policy
from app.exports.signing import SigningKey
from app.publication import refreshing
from app.speech import BERLIN


class ExportRunningError(Exception):
    """Raised when another process is publishing into the same folder."""


def publish(
    engine: Engine,
    directory: Path,
    *,
    base_url: str,
    progress: Progress | None = None,
    retention: Retention | None = None,
    allows_text: Allowed = by_policy,
    beside: Beside | None = None,
) -> Manifest:
    """Write anew all that goes out; where that gives the same bytes, the present generation stays and is returned.

    What stands `beside` the files is made of the same view of the data; another edition of it is published, too.
    Raises ExportRunningError, keeping.DiskFullError, checking.InvalidExport; the present generation stays then.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with alone(directory):
        refreshing.refresh(engine, base_url)
        key = SigningKey.kept_in(directory.parent)
        try:
            room_for_another(directory)
            manifest = _publish(engine, directory, base_url, key, progress, allows_text, beside)
        except Exception:  # whatever it was: what is to be forgotten does not wait for who mends it
            redacting.close_erased(engine, directory)
            raise
        redacting.redact_due(engine, directory, key, beside)
        manifest = published(directory) or manifest
        forget_old(directory, manifest.generation, manifest.previous, retention or Retention())
        (directory / RAN).touch()
        return manifest


def redact(engine: Engine, directory: Path, *, base_url: str, beside: Beside | None = None) -> list[str]:
    """Take what was erased out of everything that is published, at once; returns the names that are new.

    What holds it is served to nobody from the first moment on, and is written anew without it. The present generation
    too: it needs no other export. Raises ExportRunningError.
    """
    if published(directory) is None and not versions(directory):
        return []
    with alone(directory):
        refreshing.refresh(engine, base_url)
        redacting.close_erased(engine, directory)
        return redacting.redact_due(engine, directory, SigningKey.kept_in(directory.parent), beside)


def _publish(
    engine: Engine,
    directory: Path,
    base_url: str,
    key: SigningKey,
    progress: Progress | None,
    allows_text: Allowed,
    beside: Beside | None,
) -> Manifest:
    built, delta = (directory / f"{TEMPORARY}{uuid.uuid4().hex}" for _ in range(2))
    present = published(directory)
    try:
        built.mkdir()
        # One view of the data from the first object to the last, whatever is written meanwhile.
        steady = engine.execution_options(isolation_level="REPEATABLE READ") if engine.name == "postgresql" else engine
        with Session(steady) as session:
            table = Table(session, allows_text)
            whole = _build(table, built, base_url, progress)
            edition = beside.edition(session, whole) if beside else ""
            same_edition = edition == standing.edition_of(directory / CURRENT)
            if present and present.same_data(whole) and same_edition:
                return present
            name = next_name(directory, whole.created.astimezone(BERLIN).date())
            whole = whole.named(name, previous=present.generation if present else None)
            if present and leads_on(present, table):
                delta.mkdir()
                files, councils = build_delta(table, present, delta)
                finish_delta(delta, whole.as_delta(present.seq, files, councils), key)
        standing.write(beside, built, edition)
        finish(built, whole, key)
        if delta.exists():
            put_delta(directory, delta, name)
        put_in_place(directory, built, name)
        return whole
    finally:
        # Still there: nothing new, or a fault. A full disk must not stay full.
        for path in (built, delta):
            shutil.rmtree(path, ignore_errors=True)


def _build(table: Table, built: Path, base_url: str, progress: Progress | None) -> Manifest:
    """Write all files; returns a manifest without a name."""
    made = build(table, built, total=table.count(), progress=progress)
    councils, files = tuple(made.councils), tuple(made.files)
    return Manifest("", now(), table.seq, base_url, councils, files, table.edition)


def _sweep(directory: Path) -> None:
    for path in directory.glob(f"{TEMPORARY}*"):
        if path.is_symlink() or path.is_file():
            path.unlink()
        else:
            shutil.rmtree(path)
    _sweep_unknown(directory)


def _sweep_unknown(directory: Path) -> None:
    """Delete what has no manifest that can be read, and deltas to what was never put in place."""
    present = published(directory)
    for path in (directory / GENERATIONS).glob("*"):
        if present and path.name != present.generation and read(path) is None:
            shutil.rmtree(path)
    for one in versions(directory, DELTAS):
        if present is None or (one.edition == present.edition and one.seq > present.seq):
            shutil.rmtree(directory / DELTAS / one.generation)


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Hold the folder for oneself, swept of what a kill left; raises ExportRunningError."""
    with (directory / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ExportRunningError(f"another export into {directory} is under way") from error
        _sweep(directory)
        yield
