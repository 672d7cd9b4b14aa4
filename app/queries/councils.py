"""What there is of one council: counted beside what its server lists."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Body, File, ListCursor, Meeting, Organization, Paper, Person, System
from app.queries.file_states import READ, FileFilter, state_counts

# What readers ask after, in this order.
COUNTED = (("Paper", Paper), ("Meeting", Meeting), ("Organization", Organization), ("Person", Person), ("File", File))


@dataclass(frozen=True, slots=True)
class Held:
    """Records of one type that are here, and entries of the lists of its server; None where none was read."""

    type: str
    here: int
    listed: int | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """All that is counted of one council: records by type, files whose text was read, and all files."""

    types: tuple[Held, ...]
    read: int
    files: int

    def of(self, name: str) -> int:
        """How many records of a type are here."""
        return next((one.here for one in self.types if one.type == name), 0)


def holdings(session: Session, body: str) -> Holdings:
    """Count what there is of a council; each type by its index, whatever the others hold."""
    lists = (
        select(ListCursor.object_type, func.sum(ListCursor.published), func.count() - func.count(ListCursor.published))
        .where(ListCursor.body_id == body)
        .group_by(ListCursor.object_type)
    )
    listed = {name: None if unread else int(total or 0) for name, total, unread in session.execute(lists)}
    counted = [Held(name, _here(session, model, body), listed.get(name)) for name, model in COUNTED]
    states = state_counts(session, FileFilter(body))
    return Holdings(tuple(counted), states.get(READ, 0), sum(states.values()))


def _here(session: Session, model: Any, body: str) -> int:
    return session.scalar(select(func.count()).where(model.body_id == body, ~model.deleted)) or 0


def bodies_counts(session: Session) -> dict[str, int]:
    """Return Body id -> how many organizations of it are here; in one question, whatever the number of councils."""
    query = select(Organization.body_id, func.count()).where(~Organization.deleted).group_by(Organization.body_id)
    return {body: count for body, count in session.execute(query) if body}


def system_of(session: Session, body: Body) -> System | None:
    """Return what is known of the server a council publishes on."""
    return session.get(System, body.system_id) if body.system_id else None
