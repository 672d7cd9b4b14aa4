"""What can go wrong while mirroring.

    SyncError                  a walk cannot go on; its one line is for the operator
    ├── NotOParl               the address answers, but not with OParl
    ├── Blocked                a bot wall or a ban stands before the server; it is reported, never bypassed
    │   └── Closed             this one address is refused us, by its status or by robots.txt: others may be open
    └── ServerFailed           no usable answer after all tries: status, timeout, broken or oversized body
        └── ListBroken         a list that does not lead to its end: in a circle, to another host, without end

What deviates but can be worked with is no error: it becomes a `Problem`, counted and shown on the status page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.db import now
from app.models import Problem, Source
from app.rows import among

RAW_LIMIT = 64 * 1024
MAX_TEXT = 2400
CHUNK = 400
FORGET = 100  # objects in one search for what is told about them

# The kinds of problems, and whether the object could not be stored.
LIST_FAILED = "list-failed"
NO_ID = "no-id"
NO_OBJECT = "no-object"
UNKNOWN_TYPE = "unknown-type"
WRONG_TYPE = "wrong-type"
UNKNOWN_PROPERTY = "unknown-property"
FOREIGN_ID = "foreign-id"
SECOND_TYPE = "second-type"
NOT_STORED = "not-stored"
MANY_MISSING = "many-missing"
FILE_FAILED = "file-failed"
FILE_DIFFERS = "file-differs"
UNREADABLE_FILE = "unreadable-file"
QUARANTINED = frozenset({NO_ID, NO_OBJECT, UNKNOWN_TYPE, FOREIGN_ID, SECOND_TYPE, NOT_STORED})


# The same for the operator, behind a number.
WORDS = {
    LIST_FAILED: "lists could not be read to the end",
    NO_ID: "objects without a usable id",
    NO_OBJECT: "entries that are no objects",
    UNKNOWN_TYPE: "objects of a type that OParl does not have",
    WRONG_TYPE: "values of a wrong type",
    UNKNOWN_PROPERTY: "properties that OParl does not have",
    FOREIGN_ID: "objects that belong to another source",
    SECOND_TYPE: "ids that stand for two types",
    NOT_STORED: "objects that the database refused",
    MANY_MISSING: "times so much was missing at once that nothing was taken back",
    FILE_FAILED: "files that could not be fetched",
    FILE_DIFFERS: "files that are not what the source says of them",
    UNREADABLE_FILE: "files without readable text",
}


class SyncError(Exception):
    """A walk cannot go on; `status` and `payload` are what a server answered, where it did: HTTP status, JSON.

    `wait` is for how long nothing is gained by trying again, where that is known.
    """

    def __init__(
        self, *told: object, status: int | None = None, payload: Any = None, wait: timedelta | None = None
    ) -> None:
        super().__init__(*told)
        self.status = status
        self.payload = payload
        self.wait = wait


class NotOParl(SyncError):
    """Raised when an address answers, but not with OParl."""


class Blocked(SyncError):
    """Raised when a bot wall or a ban stands before the server."""


class Closed(Blocked):
    """Raised when one address is refused; that says nothing about the server's others."""


class ServerFailed(SyncError):
    """Raised when a server gave no usable answer after all tries."""


class Stopped(Exception):
    """Raised where a worker that was told to end would have waited or asked for more: what is stored is whole."""


class ListBroken(ServerFailed):
    """Raised when a list does not lead to its end; where it was left, nothing is gained by going on."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that deviates; equal kind and `about` are one Problem."""

    kind: str
    about: str
    detail: str
    object_type: str | None = None
    raw: Any = None


def met(session: Session, since: datetime) -> list[tuple[str, str, int]]:
    """Return source, kind and number of the problems that were met since a moment, the most frequent first.

    Lists that failed are not among them: each is told by itself.
    """
    number = func.count()
    query = (
        select(Source.slug, Problem.kind, number)
        .join(Source, Source.id == Problem.source_id)
        .where(Problem.last_seen >= since, Problem.solved_at.is_(None), Problem.kind != LIST_FAILED)
        .group_by(Source.slug, Problem.kind)
        .order_by(Source.slug, number.desc())
    )
    return [(slug, kind, count) for slug, kind, count in session.execute(query)]


def record(
    session: Session,
    source_id: int,
    deviations: Iterable[Deviation],
    *,
    at: datetime | None = None,
    since: datetime | None = None,
) -> int:
    """Write deviations as public Problem rows, one for each kind and object; returns how many were new.

    Those met already after `since`, the beginning of the run, are counted on; else counting begins anew.
    """
    at = at or now()
    merged: dict[tuple[str, str], tuple[Deviation, int]] = {}
    for deviation in deviations:
        slot = (deviation.kind, _storable(deviation.about))
        merged[slot] = (deviation, merged.get(slot, (deviation, 0))[1] + 1)
    if not merged:
        return 0
    known = _known(session, source_id, merged)
    again = []
    for slot, (number, times, last_seen) in known.items():
        deviation, more = merged[slot]
        total = times + more if since is not None and last_seen >= since else more
        again.append({"_id": number, "detail": _storable(deviation.detail), "times": total})
    if again:
        table = Problem.metadata.tables[Problem.__tablename__]
        met_again = update(table).where(table.c.id == bindparam("_id"))
        values = {"detail": bindparam("detail"), "times": bindparam("times"), "last_seen": at, "solved_at": None}
        session.connection().execute(met_again.values(values), again)
    new = [
        _row(source_id, kind, about, deviation, times, at)
        for (kind, about), (deviation, times) in merged.items()
        if (kind, about) not in known
    ]
    if new:
        session.execute(insert(Problem), new)
    return len(new)


def _row(source_id: int, kind: str, about: str, deviation: Deviation, times: int, at: datetime) -> dict[str, Any]:
    return {
        "source_id": source_id,
        "kind": kind,
        "about": about,
        "object_type": deviation.object_type,
        "detail": _storable(deviation.detail),
        "quarantined": kind in QUARANTINED,
        "raw": _cut(deviation.raw),
        "times": times,
        "first_seen": at,
        "last_seen": at,
    }


def _known(
    session: Session, source_id: int, slots: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, int, datetime]]:
    wanted = set(slots)
    abouts = sorted({about for _, about in wanted})
    columns = (Problem.kind, Problem.about, Problem.id, Problem.times, Problem.last_seen)
    return {
        (kind, about): (number, times, last_seen)
        for start in range(0, len(abouts), CHUNK)
        for kind, about, number, times, last_seen in session.execute(
            select(*columns).where(
                Problem.source_id == source_id, among(session, Problem.about, abouts[start : start + CHUNK])
            )
        )
        if (kind, about) in wanted
    }


def forget(session: Session, object_ids: Iterable[str]) -> None:
    """Remove what is told about objects that are no longer public: it may quote them."""
    gone = list(object_ids)
    for start in range(0, len(gone), FORGET):
        ids = gone[start : start + FORGET]
        theirs = (Problem.about.startswith(f"{oparl_id}#", autoescape=True) for oparl_id in ids)
        session.execute(delete(Problem).where(or_(Problem.about.in_(ids), *theirs)))


def settle(session: Session, source_id: int, kind: str, abouts: Iterable[str]) -> None:
    """Mark problems of one kind as solved for these objects."""
    chosen = (Problem.source_id == source_id, Problem.kind == kind, Problem.solved_at.is_(None))
    settled = list(abouts)
    for start in range(0, len(settled), CHUNK):
        mine = Problem.about.in_(settled[start : start + CHUNK])
        session.execute(update(Problem).where(*chosen, mine).values(solved_at=now()))


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
    return orjson.dumps(raw).decode()[:RAW_LIMIT]  # scrubbed, so never too deep


def _storable(text: str) -> str:
    return text.replace("\x00", "")[:MAX_TEXT]  # PostgreSQL refuses the one, and indexes no more than the other
