"""What somebody may be typing, from the records: streets that texts name, and numbers of papers."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.facts import Kind, reference_key, street_key, street_of
from app.models import OPARL_TYPES, File, Mention, OParlObject, Paper
from app.shown import present, shown

LOOKS = 24  # values that are looked at for one answer
_PLAIN = str.maketrans("äöüé", "aoue")
_ZERO = re.compile(r"(?<!\d)0+$")  # leading zeros do not count, and more figures may follow this one


def streets_beginning(session: Session, typed: str, limit: int) -> list[str]:
    """Return streets that files name and that begin so, by name; at most `limit`, each at the cost of two lookups."""
    found = []
    for value in _values_beginning(session, Mention.value, street_key(typed), Mention.kind == Kind.PLACE):
        held = select(File.id).where(File.blob_sha256 == Mention.sha256, present(File)).exists()
        chosen = select(Mention.label).where(Mention.kind == Kind.PLACE, Mention.value == value, held).limit(1)
        row = session.execute(chosen).first()
        if row is not None:
            label = row[0] or value
            found.append(street_of(label) or label)
        if len(found) == limit:
            break
    return found


def papers_numbered(session: Session, typed: str, limit: int) -> list[Paper]:
    """Return papers whose number begins so, by number; none where no figure was typed."""
    if not any(character.isdigit() for character in typed):
        return []
    found: list[Paper] = []
    for value in _values_beginning(session, Paper.reference_key, _ZERO.sub("", reference_key(typed)), ~Paper.deleted):
        chosen = select(Paper).where(Paper.reference_key == value, shown(Paper)).order_by(Paper.id)
        found += session.scalars(chosen.limit(limit - len(found)))
        if len(found) == limit:
            break
    return found


def shown_records(session: Session, ids: Collection[tuple[str, str]]) -> dict[str, OParlObject]:
    """Return by id the records, given by type and id, that may be shown; one query for each type."""
    found: dict[str, OParlObject] = {}
    for name in dict.fromkeys(name for name, _ in ids if name in OPARL_TYPES):
        model = OPARL_TYPES[name]
        wanted = [record_id for of, record_id in ids if of == name]
        found |= {row.id: row for row in session.scalars(select(model).where(model.id.in_(wanted), shown(model)))}
    return found


def _values_beginning(
    session: Session, column: InstrumentedAttribute[Any], start: str, where: ColumnElement[bool]
) -> Iterator[str]:
    """Yield distinct values that begin so: one step in the index for each, however many rows have it."""
    after = column >= start
    for _ in range(LOOKS if start else 0):
        value = session.scalar(select(column).where(where, after).order_by(column).limit(1))
        # Where a database sorts ä as a, one that begins otherwise may stand between two that begin so.
        if value is None or not value.translate(_PLAIN).startswith(start.translate(_PLAIN)):
            return
        if value.startswith(start):
            yield value
        after = column > value
