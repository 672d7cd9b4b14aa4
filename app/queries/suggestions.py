"""What somebody may be typing, from the records: streets that texts name, and numbers of papers."""

import re
from collections.abc import Collection
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.facts import Kind, reference_key, street_key, street_of
from app.models import OPARL_TYPES, File, Mention, OParlObject, Paper
from app.rows import several
from app.shown import shown

LOOKS = 24  # values that are looked at for one answer
_PLAIN = str.maketrans("äöüé", "aoue")
_ZERO = re.compile(r"(?<!\d)0+$")  # leading zeros do not count, and more figures may follow this one


def streets_beginning(session: Session, typed: str, limit: int) -> list[str]:
    """Return at most `limit` streets that files name and that begin so, by name.

    Each is one step in the index of mentions, however many there are of it.
    """
    start, found = street_key(typed), list[str]()
    after = Mention.value >= start
    for _ in range(LOOKS if start else 0):
        held = select(File.id).where(File.blob_sha256 == Mention.sha256, shown(File)).exists()
        chosen = select(Mention.value, Mention.label).where(Mention.kind == Kind.PLACE, after, held)
        row = session.execute(chosen.order_by(Mention.value).limit(1)).first()
        # Where a database sorts ä as a, one that begins otherwise may stand between two that begin so.
        if row is None or not row.value.translate(_PLAIN).startswith(start.translate(_PLAIN)):
            break
        if row.value.startswith(start):
            label = row.label or row.value
            found.append(street_of(label) or label)
        if len(found) == limit:
            break
        after = Mention.value > row.value
    return found


def papers_numbered(session: Session, typed: str, limit: int) -> list[Paper]:
    """Return at most `limit` papers whose number begins so, by number; none where no figure was typed."""
    if not any(character.isdigit() for character in typed):
        return []
    start = _ZERO.sub("", reference_key(typed))
    if not start:
        return []
    # The next by number, and of these what is shown: at once, SQLite would read all papers that are not withdrawn.
    order = (Paper.reference_key, Paper.id)
    next_ones = select(Paper.id).where(Paper.reference_key >= start).order_by(*order).limit(LOOKS).scalar_subquery()
    chosen = select(Paper).where(Paper.id.in_(next_ones), shown(Paper)).order_by(*order)
    return [row for row in session.scalars(chosen.limit(limit)) if (row.reference_key or "").startswith(start)]


def shown_records(session: Session, ids: Collection[tuple[str, str]]) -> dict[str, OParlObject]:
    """Return by id the records, given by type and id, that may be shown; one query for each type."""
    found: dict[str, OParlObject] = {}
    for name in dict.fromkeys(name for name, _ in ids if name in OPARL_TYPES):
        model = OPARL_TYPES[name]
        wanted = [record_id for of, record_id in ids if of == name]
        found |= {row.id: row for row in session.scalars(_shown_of(model), {"ids": wanted})}
    return found


@cache  # a question is built once: to build it takes as long as to answer it
def _shown_of(model: type[OParlObject]) -> Select[OParlObject]:
    return select(model).where(model.id.in_(several("ids")), shown(model))
