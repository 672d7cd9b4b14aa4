"""What was erased, is withheld by now, or may go out no more by a decision, goes out of all that is published, at once;
what the council withdrew goes out of old generations each week.

A generation or delta that holds some of it is written anew from its own lines, in all formats, under a new name; the
old name is answered with 410. `redactions.ndjson` says what was taken out: ids and dates, and no more.
"""

import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db import now
from app.exports import beside as standing
from app.exports.beside import Beside
from app.exports.building import build, build_lines
from app.exports.deltas import councils_of
from app.exports.finishing import finish, finish_delta, put_delta, put_in_place, sync
from app.exports.holdings import Snapshot
from app.exports.keeping import end
from app.exports.layout import (
    CLOSED,
    DELTAS,
    ENDING,
    GENERATIONS,
    LOOKED,
    REDACTIONS,
    TEMPORARY,
    next_name,
    published,
    read,
    versions,
)
from app.exports.manifest import Manifest, Version
from app.exports.owed import Looked, Owed, mentions, owed
from app.exports.pruning import Pruner
from app.exports.signing import SigningKey
from app.exports.tables import TABLES
from app.models import Erasure, PublicObject, PublicState
from app.publication.names import Names
from app.rows import among

# A council's withdrawal is in no old generation for longer than this: each day would be a new name for each of them.
WITHDRAWN_EVERY: Final = timedelta(days=7)


@dataclass(slots=True)
class _Run:
    """One look through all that is published."""

    session: Session
    directory: Path
    key: SigningKey | None  # None: nothing is written, what holds something erased is closed
    beside: Beside | None = None
    new: list[str] = field(default_factory=list)
    told: dict[str, tuple[str, list[str]]] = field(default_factory=dict)  # key to type and new names

    def look(self, kind: str, version: Version, *, is_last: bool) -> None:
        """Look through a generation or delta, and write it anew where something has to go.

        Of the generations of a day the last is written anew; the others were about to go.
        """
        folder, noted = self.directory / kind / version.generation, _noted(kind, version.generation)
        note = self.directory / LOOKED / noted
        if (manifest := read(folder)) is None:
            return
        looked = Looked.read(note, manifest)
        ending = not is_last or (self.directory / ENDING / noted).exists()
        waits = ending or self.key is None or now() - looked.at < WITHDRAWN_EVERY
        due = owed(self.session, folder, manifest, looked, thoroughly=not waits)
        if due.looked.edition != looked.edition and not due:
            due.looked.note(note)
        if not due or (waits and not due.at_once):
            return
        pruner = due.pruner()
        if mentions(folder, manifest, pruner):
            if due.at_once:
                _mark(self.directory / CLOSED / noted)
            if self.key is None:
                return
            name = "" if ending else self._rewrite(kind, folder, manifest, pruner, self.key)
            self._tell(pruner, due, name)
            if due.at_once:
                shutil.rmtree(folder)
            elif not ending:
                end(self.directory, noted)
        elif self.key is not None:
            due.looked.note(note)

    def _rewrite(self, kind: str, folder: Path, manifest: Manifest, pruner: Pruner, key: SigningKey) -> str:
        """Write it anew under a new name, and put that in place; returns the name."""
        built = self.directory / f"{TEMPORARY}{uuid.uuid4().hex}"
        built.mkdir()
        try:
            return self._written(kind, built, manifest, Snapshot(folder, manifest, pruner), key)
        finally:
            shutil.rmtree(built, ignore_errors=True)  # still there after a fault: a full disk must not stay full

    def _written(self, kind: str, built: Path, manifest: Manifest, snapshot: Snapshot, key: SigningKey) -> str:
        name = next_name(self.directory, date.fromisoformat(manifest.day))
        if kind == DELTAS:
            files = build_lines(
                ((part.slug, one, snapshot.lines(part, one)) for part in snapshot.parts for one in TABLES), built
            )
            councils = councils_of(files, {part.slug: part.name for part in snapshot.parts})
            finish_delta(built, manifest.named(name, manifest.previous).holding(files, councils), key)
            put_delta(self.directory, built, name)
        else:
            made = build(snapshot, built)
            whole = manifest.named(name, manifest.previous).holding(made.files, tuple(made.councils))
            present = published(self.directory)
            is_current = present is not None and present.generation == manifest.generation
            if is_current and self.beside is not None:  # it names checksums, which are others now
                standing.write(self.beside, built, self.beside.edition(self.session, whole))
            finish(built, whole, key)
            put_in_place(self.directory, built, name, current=is_current)
        self.new.append(f"{DELTAS}/{name}" if kind == DELTAS else name)
        return self.new[-1]

    def _tell(self, pruner: Pruner, due: Owed, name: str) -> None:
        for key in sorted(pruner.found):
            names = self.told.setdefault(key, (due.gone.get(key, "AgendaItem"), []))[1]
            names += [name] if name else []


def redact_due(engine: Engine, directory: Path, key: SigningKey, beside: Beside | None = None) -> list[str]:
    """Take out of all generations and deltas what is to go; returns the names of those that were written anew."""
    with Session(engine) as session:
        run = _Run(session, directory, key, beside)
        for kind, manifest, is_last in _every(directory):
            run.look(kind, manifest, is_last=is_last)
        _record(session, directory, run.told)
    return run.new


def close_erased(engine: Engine, directory: Path) -> None:
    """Serve nothing any more that holds what was erased, without writing anything anew."""
    with Session(engine) as session:
        run = _Run(session, directory, None)
        for kind, manifest, is_last in _every(directory):
            run.look(kind, manifest, is_last=is_last)


def _every(directory: Path) -> Iterable[tuple[str, Version, bool]]:
    """Yield all generations and deltas, with whether it is the last of its day: deltas lead on from each other."""
    closed = {path.name for path in (directory / CLOSED).glob("*")}
    generations = versions(directory, GENERATIONS, closed=closed)
    last = {one.day: one.generation for one in generations}
    if (present := published(directory)) is not None:  # a kill may have left a later one that never took its place
        last[present.day] = present.generation
    yield from ((GENERATIONS, one, last[one.day] == one.generation) for one in generations)
    yield from ((DELTAS, one, True) for one in versions(directory, DELTAS, closed=closed))


def _noted(kind: str, name: str) -> str:
    return f"{DELTAS}-{name}" if kind == DELTAS else name


def _mark(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.touch()
    sync(path.parent)


def _record(session: Session, directory: Path, told: dict[str, tuple[str, list[str]]]) -> None:
    """Add to the list of what was taken out; what was erased stands there also where no generation held it."""
    path = directory / REDACTIONS
    before = path.read_bytes() if path.exists() else b""
    listed = {orjson.loads(line)["id"] for line in before.splitlines()}
    state = session.get_one(PublicState, 1)
    names = Names(state.form.partition(" ")[2])
    erased = dict(session.execute(select(Erasure.key, Erasure.object_type).order_by(Erasure.key)).all())
    went_out = set(session.scalars(select(PublicObject.key).where(among(session, PublicObject.key, list(erased)))))
    for key in sorted(went_out):
        if names.id(erased[key], key) not in listed:
            told.setdefault(key, (erased[key], []))
    at = f"{now():%Y-%m-%d}"
    lines = [
        orjson.dumps({"id": names.id(type_, key), "type": type_, "at": at, "snapshots_rewritten": new})
        for key, (type_, new) in sorted(told.items())
    ]
    if lines or not path.exists():
        part = directory / f"{TEMPORARY}{uuid.uuid4().hex}"
        part.write_bytes(before + b"".join(line + b"\n" for line in lines))
        sync(part)
        part.replace(path)
