"""Documents that are not as the records' texts say any more, though no record changed: told by who reads the texts."""

from collections.abc import Collection

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.models import StaleDocument
from app.rows import insert_all

_TABLE = StaleDocument.metadata.tables[StaleDocument.__tablename__]
AT_ONCE = 2_000  # rows read for one commit of the index


def note(session: Session, object_type: str, ids: Collection[str]) -> None:
    """Have the documents of these records, and of those that quote them, written again with the next pass."""
    insert_all(session, _TABLE, [{"object_type": object_type, "object_id": one} for one in sorted(ids)])


def portion(session: Session, behind: int, until: int) -> tuple[dict[str, set[str]], int]:
    """Return what was noted behind one place up to another, ids by type, and where that ends."""
    query = select(StaleDocument).where(StaleDocument.seq > behind, StaleDocument.seq <= until)
    rows = session.scalars(query.order_by(StaleDocument.seq).limit(AT_ONCE)).all()
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.object_type, set()).add(row.object_id)
    return found, rows[-1].seq if rows else until


def last(session: Session) -> int:
    """Return the place of what was noted last, 0 where nothing is."""
    return session.scalar(select(func.max(StaleDocument.seq))) or 0


def done(session: Session, until: int) -> None:
    """Forget what was noted up to a place: it is written."""
    session.execute(delete(StaleDocument).where(StaleDocument.seq <= until))
