"""Which old generations stay: by day, week and month; those that go are served for an hour more.

Whoever holds a manifest gets its files for as long as a download of them may take.
"""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from app.exports import beside as standing
from app.exports.layout import CLOSED, DELTAS, ENDING, GENERATIONS, LOOKED, is_over, published, versions
from app.exports.manifest import Named

# While a generation is written the one before stays, and what is of all councils is written twice.
ROOM: Final = 2


class DiskFullError(Exception):
    """Raised when there is no room for another generation; the present one stays."""


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days, weeks and months the last generation of each stays, and for how many days a delta."""

    days: int = 14
    weeks: int = 8
    months: int = 12
    deltas: int = 60


def room_for_another(directory: Path) -> None:
    """Raise DiskFullError where the disk is too full for a generation as large as the last one."""
    last = published(directory)
    if last is None:
        return
    free, needed = shutil.disk_usage(directory).free, ROOM * last.size
    if free < needed:
        raise DiskFullError(f"{free >> 20} MB are free, {needed >> 20} MB are needed: the last export stays")


def forget_old(directory: Path, current: str, before: str | None, retention: Retention) -> None:
    """Let go of the generations that are too old, and delete those that were let go of an hour ago.

    What stands beside them stays as long as somebody may be in the middle of it: with the current one and that before.
    """
    staying = chosen(versions(directory), retention) | {current}
    for path in (directory / GENERATIONS).iterdir():
        if path.name in staying:
            if path.name not in (current, before):
                standing.forget(path)
            (directory / ENDING / path.name).unlink(missing_ok=True)  # a clock was set back
        elif is_over(directory, path.name):
            shutil.rmtree(path)
        else:
            end(directory, path.name)
    _forget_deltas(directory, retention)
    for kind in (ENDING, LOOKED, CLOSED):
        for note in (directory / kind).glob("*"):
            if not _noted(directory, note.name).exists():
                note.unlink()


def _noted(directory: Path, note: str) -> Path:
    """Return what a note is about."""
    name = note.removeprefix(f"{DELTAS}-")
    return directory / (GENERATIONS if name == note else DELTAS) / name


def chosen(manifests: Iterable[Named], retention: Retention) -> set[str]:
    """Return the names of the generations that stay: the last one each of so many days, weeks and months."""
    newest: dict[date, Named] = {}
    for one in sorted(manifests, key=lambda one: (one.day, one.revision)):
        newest[date.fromisoformat(one.day)] = one
    periods: list[tuple[int, Callable[[date], object]]] = [
        (retention.days, lambda day: day),
        (retention.weeks, lambda day: day.isocalendar()[:2]),
        (retention.months, lambda day: (day.year, day.month)),
    ]
    staying = set()
    for count, period in periods:
        last: dict[object, str] = {}
        for day in sorted(newest, reverse=True):
            last.setdefault(period(day), newest[day].generation)
        staying |= set(list(last.values())[:count])
    return staying


def end(directory: Path, name: str) -> None:
    """Note that something is only kept for who is in the middle of it."""
    (directory / ENDING).mkdir(exist_ok=True)
    note = directory / ENDING / name
    if not note.exists():
        note.touch()


def _forget_deltas(directory: Path, retention: Retention) -> None:
    """Delete deltas that are too old: by the newest, since clocks can be set back; those of what stays, stay."""
    every = versions(directory, DELTAS)
    if not every:
        return
    oldest = max(one.created for one in every) - timedelta(days=retention.deltas)
    last = published(directory)
    for one in every:
        name = f"{DELTAS}-{one.generation}"
        if is_over(directory, name):
            shutil.rmtree(directory / DELTAS / one.generation)
        elif one.created < oldest and not (last and one.seq == last.seq):
            end(directory, name)
