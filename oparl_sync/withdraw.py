"""What a council takes back: the row stays as a tombstone, everything it said goes, and so does what hung on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import changes
from app.models import OPARL_TYPES, Link
from app.models.changes import DELETED
from oparl_sync.vocabulary import PARENTS

# Of a tombstone: what names it, and when. All else becomes NULL.
KEPT = frozenset({"id", "key", "source_id", "body_id", "created", "first_seen", "embedded", "content_hash"})
# Parts that live and die with what holds them; the column that names the holder, by the holder's type.
DEPENDENT = {
    "Paper": ["Consultation"],
    "Meeting": ["AgendaItem"],
    "Person": ["Membership"],
    "Body": ["LegislativeTerm"],
}


def withdraw(
    session: Session, object_type: str, ids: Sequence[str], *, source_id: int, backfill: bool, at: datetime
) -> int:
    """Reduce rows to tombstones, with their dependent parts and the files that nothing else holds; returns how many."""
    held = list(session.scalars(select(Link.to_id).where(Link.from_id.in_(ids)).distinct()))
    count = _bury(session, object_type, ids, source_id=source_id, backfill=backfill, at=at)
    for part in DEPENDENT.get(object_type, []):
        model = OPARL_TYPES[part]
        column = model.__table__.c[PARENTS[part][0]]
        children = list(session.scalars(select(model.id).where(column.in_(ids), model.deleted.is_(False))))
        if children:
            count += withdraw(session, part, children, source_id=source_id, backfill=backfill, at=at)
    for part in ("File", "Location"):
        model = OPARL_TYPES[part]
        still = select(Link.to_id).where(Link.to_id == model.id).exists()
        orphans = select(model.id).where(model.id.in_(held), model.deleted.is_(False), ~still)
        if lost := list(session.scalars(orphans)):
            count += _bury(session, part, lost, source_id=source_id, backfill=backfill, at=at)
    return count


def _bury(
    session: Session, object_type: str, ids: Sequence[str], *, source_id: int, backfill: bool, at: datetime
) -> int:
    table = OPARL_TYPES[object_type].__table__
    blank: dict[str, Any] = {c.name: None for c in table.columns if c.name not in KEPT and c.nullable}
    rows = session.execute(select(table.c.id, table.c.raw).where(table.c.id.in_(ids))).all()
    for oparl_id, raw in rows:
        stump = {name: raw[name] for name in ("id", "type", "created") if name in raw} | {"deleted": True}
        session.execute(
            update(table)  # type: ignore[arg-type]  # a Table
            .where(table.c.id == oparl_id)
            .values(**blank, raw=stump, deleted=True, changed_at=at)
        )
    session.execute(delete(Link).where(Link.from_id.in_(ids)))
    return changes.append(
        session,
        [
            {
                "object_type": object_type,
                "object_id": oparl_id,
                "source_id": source_id,
                "kind": DELETED,
                "fields": None,
                "content_hash": None,
                "backfill": backfill,
                "at": at,
            }
            for oparl_id, _ in rows
        ],
    )
