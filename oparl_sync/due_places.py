"""Whose places are to be worked out again though the log does not say so: noted by who learns more, in its commit."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import Address, Paper, PaperPlace, Place, PlaceDue
from app.rows import insert_all
from oparl_sync.known import chunks

FILE, PAPER, STREET, SOURCE = "file", "paper", "street", "source"  # by its bytes, id, source and key, number
Due = dict[str, set[str]]
Streets = set[tuple[int, str]]  # source and key
_TABLE = PlaceDue.metadata.tables[PlaceDue.__tablename__]


def note(session: Session, kind: str, values: Collection[str]) -> None:
    """Have the papers behind these looked at again."""
    insert_all(session, _TABLE, [{"kind": kind, "value": value} for value in sorted(values)])


def note_streets(session: Session, streets: Streets) -> None:
    """Have the papers on these streets looked at again: where they are is known otherwise now."""
    note(session, STREET, {f"{source_id} {key}" for source_id, key in streets})


def note_told(session: Session, locations: Collection[str]) -> None:
    """Have the papers looked at again on streets of which these Locations told where they are."""
    told = select(Address.source_id, Address.street_key).where(Address.origin.in_(locations))
    note_streets(session, {(source_id, key) for source_id, key in session.execute(told)})


def papers_on(session: Session, noted: Collection[str]) -> set[str]:
    """Return the papers on streets that were noted."""
    streets: dict[int, list[str]] = {}
    for source_id, _, key in (value.partition(" ") for value in noted):
        streets.setdefault(int(source_id), []).append(key)
    there = select(PaperPlace.paper_id).join(Place, Place.id == PaperPlace.place_id)
    found: set[str] = set()
    for number, keys in streets.items():
        for part in chunks(keys):
            found |= set(session.scalars(there.where(Place.source_id == number, Place.street_key.in_(part))))
    return found


def spread(session: Session, source_ids: Collection[str]) -> None:
    """Turn the notes of sources into notes of their papers: of those a kill leaves what is not done."""
    for source_id in source_ids:
        theirs = select(Paper.id).where(Paper.source_id == int(source_id), ~Paper.deleted)
        note(session, PAPER, session.scalars(theirs).all())
    session.execute(delete(PlaceDue).where(PlaceDue.kind == SOURCE, PlaceDue.value.in_(source_ids)))


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
