"""Which old generations stay: the last ones, for whoever holds their manifest, until something in them is withdrawn.

exports/
  ending/GENERATION     its mtime: since when that generation holds something withdrawn; GRACE later it is not served
"""

import shutil
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from app.exports.manifest import Manifest
from app.models import Change
from app.models.changes import DELETED, ERASED, UPDATED

KEPT = 2
# A download under way comes to its end: 4.5 GB at 10 Mbit/s.
GRACE = timedelta(hours=1)
MANIFEST, GENERATIONS, ENDING = "manifest.json", "generations", "ending"
# An update of these may be a withdrawal too: an item turned private, or its parent no longer names it.
WITHDRAWING: dict[str, frozenset[str]] = {
    "AgendaItem": frozenset({"public", "agendaItem"}),
    "Consultation": frozenset({"consultation"}),
    "Membership": frozenset({"membership"}),
    "LegislativeTerm": frozenset({"legislativeTerm"}),
    "Location": frozenset({"location"}),
    # By its parents' word, and by its own.
    "File": frozenset(
        {"mainFile", "auxiliaryFile", "resolutionFile", "invitation", "resultsProtocol", "verbatimProtocol"}
        | {"agendaItem", "meeting", "paper"}
    ),
}


def forget_old(engine: Engine, directory: Path, current: str) -> None:
    """Delete the generations that are too old, and those that have held something withdrawn for longer than GRACE."""
    others = {path: _seq(path) for path in (directory / GENERATIONS).iterdir() if path.name != current}
    # By the log's numbers: names begin with a time, and clocks can be set back.
    newest = sorted(others, key=lambda path: (others[path], path.name), reverse=True)
    with Session(engine) as session:
        withdrawn = _last_withdrawal(session, after=min(others.values(), default=0)) if others else 0
    for place, path in enumerate(newest):
        if place < KEPT and others[path] < withdrawn:
            _note(directory, path.name)
        if place >= KEPT or is_over(directory, path.name):
            shutil.rmtree(path)
    _tidy(directory)


def is_over(directory: Path, generation: str) -> bool:
    """Whether a generation has held something withdrawn for longer than GRACE."""
    try:
        since = (directory / ENDING / generation).stat().st_mtime
    except (OSError, ValueError):
        return False
    return time.time() - since >= GRACE.total_seconds()


def _seq(generation: Path) -> int:
    """Return how far the log was read for a generation, -1 for one that cannot say."""
    try:
        return Manifest.from_json((generation / MANIFEST).read_bytes()).seq
    except (OSError, ValueError):
        return -1


def _last_withdrawal(session: Session, *, after: int) -> int:
    """Return the number of the last change that took something away from the public, 0 where there is none."""
    query = (
        select(Change.seq, Change.kind, Change.object_type, Change.fields)
        .where(Change.seq > after)
        .where(
            or_(
                Change.kind.in_((DELETED, ERASED)),
                (Change.kind == UPDATED) & Change.object_type.in_(WITHDRAWING),
            )
        )
        .order_by(Change.seq.desc())
        .execution_options(yield_per=1000)
    )
    with session.execute(query) as rows:  # left before its end: PostgreSQL keeps a cursor open
        for seq, kind, object_type, fields in rows:
            if kind != UPDATED or not WITHDRAWING[object_type].isdisjoint(fields or ()):
                return int(seq)
    return 0


def _note(directory: Path, generation: str) -> None:
    (directory / ENDING).mkdir(exist_ok=True)
    note = directory / ENDING / generation
    if not note.exists():
        note.touch()


def _tidy(directory: Path) -> None:
    """Drop the notes of generations that are gone."""
    for note in (directory / ENDING).glob("*"):
        if not (directory / GENERATIONS / note.name).exists():
            note.unlink()
