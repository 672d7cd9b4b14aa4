"""What can go wrong while mirroring.

    SyncError                  a walk cannot go on; its one line is for the operator
    ├── NotOParl               the address answers, but not with OParl
    ├── Blocked                a bot wall or a ban stands before the server; it is reported, never bypassed
    └── ServerFailed           no usable answer after all tries: status, timeout, broken or oversized body

What deviates but can be worked with is no error: it becomes a `Problem`, counted and shown on the status page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.db import now
from app.models import Problem

RAW_LIMIT = 64 * 1024

# The kinds of problems, and whether the object could not be stored.
LIST_FAILED = "list-failed"
FOREIGN_LINK = "foreign-link"
NO_ID = "no-id"
NO_OBJECT = "no-object"
UNKNOWN_TYPE = "unknown-type"
WRONG_TYPE = "wrong-type"
UNKNOWN_PROPERTY = "unknown-property"
FOREIGN_ID = "foreign-id"
FILE_FAILED = "file-failed"
UNREADABLE_FILE = "unreadable-file"
QUARANTINED = frozenset({NO_ID, NO_OBJECT, UNKNOWN_TYPE, FOREIGN_ID})


class SyncError(Exception):
    """A walk cannot go on."""


class NotOParl(SyncError):  # noqa: N818 - it reads as a sentence where it is raised
    """Raised when an address answers, but not with OParl."""


class Blocked(SyncError):  # noqa: N818 - as above
    """Raised when a bot wall or a ban stands before the server."""


class ServerFailed(SyncError):  # noqa: N818 - as above
    """Raised when a server gave no usable answer after all tries."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that deviates; equal kind and `about` are one Problem."""

    kind: str
    about: str
    detail: str
    object_type: str | None = None
    raw: Any = None


def record(session: Session, source_id: int, deviations: Iterable[Deviation], *, at: datetime | None = None) -> int:
    """Write deviations as public Problem rows, one for each kind and object; returns how many were new."""
    at = at or now()
    merged: dict[tuple[str, str], tuple[Deviation, int]] = {}
    for deviation in deviations:
        slot = (deviation.kind, deviation.about)
        merged[slot] = (deviation, merged.get(slot, (deviation, 0))[1] + 1)
    if not merged:
        return 0
    kinds = {kind for kind, _ in merged}
    known = {
        (kind, about): number
        for number, kind, about in session.execute(
            select(Problem.id, Problem.kind, Problem.about).where(
                Problem.source_id == source_id, Problem.kind.in_(kinds), Problem.about.in_([a for _, a in merged])
            )
        )
    }
    for slot, (deviation, times) in merged.items():
        if slot in known:
            session.execute(
                update(Problem)
                .where(Problem.id == known[slot])
                .values(detail=deviation.detail, times=times, last_seen=at, solved_at=None)
            )
    new = [
        {
            "source_id": source_id,
            "kind": deviation.kind,
            "about": deviation.about,
            "object_type": deviation.object_type,
            "detail": deviation.detail,
            "quarantined": deviation.kind in QUARANTINED,
            "raw": _cut(deviation.raw),
            "times": times,
            "first_seen": at,
            "last_seen": at,
        }
        for slot, (deviation, times) in merged.items()
        if slot not in known
    ]
    if new:
        session.execute(insert(Problem), new)
    return len(new)


def solve(session: Session, source_id: int, *, before: datetime, kinds: Iterable[str]) -> None:
    """Mark problems that a complete walk begun at `before` did not meet again."""
    session.execute(
        update(Problem)
        .where(
            Problem.source_id == source_id,
            Problem.kind.in_(list(kinds)),
            Problem.last_seen < before,
            Problem.solved_at.is_(None),
        )
        .values(solved_at=now())
    )


def _cut(raw: Any) -> str | None:
    if raw is None:
        return None
    try:
        text = orjson.dumps(raw).decode()
    except (TypeError, ValueError):  # integers beyond 64 bits, deep nesting: the text form is evidence enough
        text = repr(raw)
    return text[:RAW_LIMIT].replace("\x00", "")
