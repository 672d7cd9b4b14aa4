"""What a council takes back: the row stays as a tombstone, everything it said goes, and so does what hung on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from app import changes
from app.indexing import stale
from app.models import File, Link, Location
from app.models.changes import DELETED
from app.rows import among
from app.shown import attached, shown
from app.vocabulary import PARENTS
from oparl_sync import derived
from oparl_sync.known import chunks, held_by
from oparl_sync.writes import table_of

# Of a tombstone: what names it, and when. All else becomes NULL.
KEPT = frozenset({"id", "key", "source_id", "body_id", "created", "first_seen", "embedded", "content_hash"})


def withdraw(
    session: Session, object_type: str, ids: Sequence[str], *, source_id: int, backfill: bool, at: datetime
) -> int:
    """Reduce rows to tombstones, with their dependent parts and the files that nothing else holds; returns how many."""
    held = held_by(session, ids)
    count = bury(session, object_type, ids, source_id=source_id, backfill=backfill, at=at)
    for part, parent in PARENTS.items():  # parts that live and die with what holds them
        if parent.type == object_type:
            children = _children(session, part, ids, source_id)
            if children:
                count += withdraw(session, part, children, source_id=source_id, backfill=backfill, at=at)
    return count + orphans(session, held, source_id=source_id, backfill=backfill, at=at)


def orphans(session: Session, held: Sequence[str], *, source_id: int, backfill: bool, at: datetime) -> int:
    """Withdraw what only came with others and is left with none: files that nothing public of this source holds, and
    places that nothing names; returns how many. What its council lists by itself stays."""
    count = 0
    for part, model, held_still in (("File", File, shown(File)), ("Location", Location, attached(Location))):
        lost = [
            oparl_id
            for chunk in chunks(held)
            for oparl_id in session.scalars(
                select(model.id).where(
                    model.id.in_(chunk),
                    model.deleted.is_(False),
                    model.source_id == source_id,
                    model.embedded.is_(True),
                    ~held_still,
                )
            )
        ]
        count += bury(session, part, lost, source_id=source_id, backfill=backfill, at=at)
    return count


def mark_alone(session: Session, object_type: str, ids: Sequence[str]) -> None:
    """Note that tombstones stood in a list of their own: copies embedded elsewhere do not call them back."""
    table = table_of(object_type)
    for part in chunks(ids):
        session.execute(update(table).where(table.c.id.in_(part)).values(embedded=False))


def _children(session: Session, object_type: str, parents: Sequence[str], source_id: int) -> list[str]:
    """Return the parts that go with their parents; one that came alone, and names no parent, stays without it."""
    table, parent = table_of(object_type), PARENTS[object_type]
    theirs = (table.c.deleted.is_(False), table.c.source_id == source_id)
    chosen = select(table.c.id, table.c.embedded, table.c.raw).where(*theirs)
    rows = [
        row for part in chunks(parents) for row in session.execute(chosen.where(table.c[parent.column].in_(part))).all()
    ]
    free = {row.id for row in rows if not row.embedded and not row.raw.get(parent.property)}
    for part in chunks(sorted(free)):
        session.execute(update(table).where(table.c.id.in_(part)).values(**{parent.column: None, "position": None}))
    return [row.id for row in rows if row.id not in free]


def bury(
    session: Session,
    object_type: str,
    ids: Sequence[str],
    *,
    source_id: int,
    backfill: bool,
    at: datetime,
    kind: str = DELETED,
    fields: list[str] | None = None,
) -> int:
    """Reduce these rows alone to tombstones, and forget what was told of them; returns how many."""
    table = table_of(object_type)
    blank: dict[str, Any] = {c.name: None for c in table.columns if c.name not in KEPT and c.nullable}
    said = blank | {"raw": bindparam("_raw"), "deleted": True, "changed_at": at}
    emptied = update(table).where(table.c.id == bindparam("_id")).values(said)
    log = []
    stale.note_others(session, object_type, ids)
    for part in chunks(ids):
        stumps = []
        for oparl_id, raw in session.execute(select(table.c.id, table.c.raw).where(among(session, table.c.id, part))):
            stump = {name: raw[name] for name in ("id", "type", "created") if name in raw} | {"deleted": True}
            stumps.append({"_id": oparl_id, "_raw": stump})
            log.append(
                {
                    "object_type": object_type,
                    "object_id": oparl_id,
                    "source_id": source_id,
                    "kind": kind,
                    "fields": fields,
                    "content_hash": None,
                    "backfill": backfill,
                    "at": at,
                }
            )
        if stumps:
            session.connection().execute(emptied, stumps)
        session.execute(delete(Link).where(among(session, Link.from_id, part)))
    changes.forget_wording(session, [entry["object_id"] for entry in log])
    derived.forget(session, [entry["object_id"] for entry in log])
    return changes.append(session, log)
