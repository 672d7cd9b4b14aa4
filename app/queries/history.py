"""What changed, read from the log: never from a comparison of timestamps."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES, Change, OParlObject
from app.shown import shown

LIMIT = 30


@dataclass(frozen=True, slots=True)
class Event:
    """A change and the record it is about, None where that is not shown any more."""

    change: Change
    record: OParlObject | None


def history(session: Session, ids: Iterable[str], limit: int = LIMIT) -> list[Event]:
    """Return what happened to some records, newest first; in one query, and one for each type met."""
    query = select(Change).where(Change.object_id.in_(list(ids))).order_by(Change.seq.desc()).limit(limit)
    changes = list(session.scalars(query))
    rows: dict[str, OParlObject] = {}
    for name in dict.fromkeys(change.object_type for change in changes):
        model = OPARL_TYPES[name]
        wanted = {change.object_id for change in changes if change.object_type == name}
        rows |= {row.id: row for row in session.scalars(select(model).where(model.id.in_(wanted), shown(model)))}
    return [Event(change, rows.get(change.object_id)) for change in changes]
