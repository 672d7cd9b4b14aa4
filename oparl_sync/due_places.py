"""Whose places are to be worked out again though the log does not say so: noted by who learns more, in its commit."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import PlaceDue
from app.rows import insert_all
from oparl_sync.known import chunks

FILE, PAPER, SOURCE = "file", "paper", "source"  # by its bytes, its id, its number
Due = dict[str, set[str]]
_TABLE = PlaceDue.metadata.tables[PlaceDue.__tablename__]


def note(session: Session, kind: str, values: Collection[str]) -> None:
    """Have the papers behind these looked at again."""
    insert_all(session, _TABLE, [{"kind": kind, "value": value} for value in sorted(values)])


def is_owed(session: Session) -> bool:
    """Tell whether anything is noted."""
    return session.scalar(select(PlaceDue.seq).limit(1)) is not None


def noted(session: Session, most: int) -> tuple[list[int], Due]:
    """Return the first that is noted: its numbers, and the values by kind."""
    rows = session.scalars(select(PlaceDue).order_by(PlaceDue.seq).limit(most)).all()
    found: Due = {}
    for row in rows:
        found.setdefault(row.kind, set()).add(row.value)
    return [row.seq for row in rows], found


def done(session: Session, numbers: list[int]) -> None:
    """Forget what was noted under these numbers."""
    for part in chunks(numbers):  # type: ignore[arg-type]  # they are numbers
        session.execute(delete(PlaceDue).where(PlaceDue.seq.in_(part)))
