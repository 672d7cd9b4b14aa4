"""The objects that went out: one by its key, or lists of a type, by key or by what changed last."""

import heapq
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.models import Body
from app.models.publication import PublicObject, PublicState
from app.publication.portions import portion
from app.queries.status import council_names
from app.slugs import body_slugs

# What a list is called in an address, and which type is in it; in OParl's order.
LISTS = {
    "bodies": "Body",
    "organizations": "Organization",
    "people": "Person",
    "memberships": "Membership",
    "meetings": "Meeting",
    "agenda-items": "AgendaItem",
    "papers": "Paper",
    "consultations": "Consultation",
    "files": "File",
    "locations": "Location",
    "legislative-terms": "LegislativeTerm",
}
COUNTED = 10_000  # objects that a list counts; of more it says that there are more
REMEMBERED = 256  # counts
_COLUMNS: Final = select(PublicObject.key, PublicObject.body_key, PublicObject.seq, PublicObject.json)
ByKey: TypeAlias = tuple[str, str]  # council, key


@dataclass(frozen=True, slots=True)
class Council:
    """A council of which something went out: its short name, its key, and what readers call it."""

    slug: str
    key: str
    name: str
    license: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to: one type, councils by their keys, a licence."""

    type: str
    bodies: tuple[str, ...]
    license: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One object: where it stands, and its text."""

    key: str
    body: str
    seq: int
    json: str


def state(session: Session) -> PublicState | None:
    """Return how far the published objects are; None before the first went out."""
    return session.scalar(select(PublicState))


def councils(session: Session) -> list[Council]:
    """Return the councils of which anything went out, by short name."""
    slugs, names = body_slugs(session), council_names(session)
    # As its Body went out: the operator may have decided what it does not say itself.
    chosen = select(Body.id, Body.key, PublicObject.license).outerjoin(PublicObject, PublicObject.key == Body.key)
    rows = session.execute(chosen.where(~Body.deleted)).all()
    found = [Council(slugs[row.id], row.key, names.get(slugs[row.id], slugs[row.id]), row.license) for row in rows]
    return sorted((one for one in found if _gives(session, one.key)), key=lambda one: one.slug)


def _gives(session: Session, body: str) -> bool:
    query = select(PublicObject.key).where(PublicObject.body_key == body, ~PublicObject.deleted).limit(1)
    return session.scalar(query) is not None


def held(session: Session, body: str) -> bool:
    """Whether anything was ever published of a council, though it may be mirrored no more."""
    return session.scalar(select(PublicObject.key).where(PublicObject.body_key == body).limit(1)) is not None


def object_by_key(session: Session, key: str) -> PublicObject | None:
    """Return one object, or its tombstone; None where neither is here."""
    return session.scalar(select(PublicObject).where(PublicObject.key == key))


def licences_of(session: Session, keys: Iterable[str]) -> dict[str, str | None]:
    """Return the licence of those of some objects that everybody may have, by key."""
    query = select(PublicObject.key, PublicObject.license)
    return dict(session.execute(query.where(PublicObject.key.in_(set(keys)), ~PublicObject.deleted)).all())


def by_key(session: Session, wanted: Wanted, behind: ByKey | None, limit: int) -> tuple[list[Row], bool]:
    """Return objects by council and key, those behind a place, and whether more follow.

    So a list goes on where it was, whatever came since.
    """
    found: list[Row] = []
    for body in sorted(wanted.bodies):
        if behind and body < behind[0]:
            continue
        query = _live(wanted, body).order_by(PublicObject.key)
        if behind and body == behind[0]:
            query = query.where(PublicObject.key > behind[1])
        rows, more = portion(session, query, limit - len(found), _row)
        found += rows
        if more:
            return found, True
    return found, False


def by_change(
    session: Session, wanted: Wanted, behind: int | None, limit: int, *, newest: bool = False
) -> tuple[list[Row], bool]:
    """Return objects in the order in which they last went out, or in the reverse, and whether more follow.

    Those behind a number.
    """
    each = (_numbered(wanted, body, behind, limit + 1, newest=newest) for body in sorted(wanted.bodies))
    merged = heapq.merge(*(list(session.scalars(query)) for query in each), reverse=newest)
    numbers = [number for number, _ in zip(merged, range(limit + 1), strict=False)]
    rows = _COLUMNS.where(PublicObject.seq.in_(numbers), ~PublicObject.deleted)
    return portion(session, rows.order_by(PublicObject.seq.desc() if newest else PublicObject.seq), limit, _row)


def count(session: Session, wanted: Wanted, most: int = COUNTED) -> tuple[int, bool]:
    """Return how many there are, and whether that is all: counting ends at `most`."""
    total = 0
    for body in wanted.bodies:
        found = select(PublicObject.key).where(*_conditions(wanted, body)).limit(most + 1 - total)
        total += session.scalar(select(func.count()).select_from(found.subquery())) or 0
        if total > most:
            return most, False
    return total, True


@dataclass
class Counts:
    """Counts that were made, good until anything goes out: whoever walks through a list has it counted once."""

    _made: OrderedDict[tuple[Wanted, str, int], tuple[int, bool]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, session: Session, wanted: Wanted) -> tuple[int, bool]:
        """Return how many there are, and whether that is all."""
        now = state(session)
        if now is None:
            return 0, True
        name = wanted, now.edition, now.seq
        with self._lock:
            known = self._made.get(name)
        if known is None:
            known = count(session, wanted)
            with self._lock:
                self._made[name] = known
                while len(self._made) > REMEMBERED:
                    self._made.popitem(last=False)
        return known


def _numbered(wanted: Wanted, body: str, behind: int | None, limit: int, *, newest: bool) -> Select[Any]:
    query = select(PublicObject.seq).where(*_conditions(wanted, body)).limit(limit)
    if behind is not None:
        query = query.where(PublicObject.seq < behind if newest else PublicObject.seq > behind)
    return query.order_by(PublicObject.seq.desc() if newest else PublicObject.seq)


def _live(wanted: Wanted, body: str) -> Any:
    return _COLUMNS.where(*_conditions(wanted, body))


def _conditions(wanted: Wanted, body: str) -> list[ColumnElement[bool]]:
    found = [PublicObject.body_key == body, PublicObject.type == wanted.type, ~PublicObject.deleted]
    return [*found, PublicObject.license == wanted.license] if wanted.license else found


def _row(row: Any) -> tuple[Row, str]:
    return Row(row.key, row.body_key or "", row.seq, row.json), row.json
