"""One traversal: the records of each council in the order of their ids, as they may be passed on.

Left out: records without a licence (counted), files that only belong to withdrawn or non-public records, the text
of files, attendance lists, and what open data should not say of people. Of a non-public agenda item only its place
on the agenda is told, of a withdrawn record that it is gone.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, collate, func, or_, select
from sqlalchemy.orm import Session

from app.db import JsonObject
from app.exports.licences import Licences
from app.indexing.lookups import chunks
from app.models import OPARL_TYPES, AgendaItem, Body, File, OParlObject, Source, System
from app.privacy import NON_PUBLIC_KEPT, WITHHELD
from app.shown import present, shown
from app.slugs import body_slugs, source_slug

AT_ONCE = 1000
PREFIX = "ratslupe:"
# Kept here, but for the public as a whole of no concern (who attended) or far too much (the text of files).
NOT_EXPORTED: dict[str, frozenset[str]] = {"Meeting": frozenset({"participant"}), "File": frozenset({"text"})}
TOMBSTONE = frozenset(("id", "type", "modified"))


@dataclass(frozen=True, slots=True)
class Part:
    """All records of one short name: a council, or what a server with several says for all of them."""

    slug: str
    name: str
    body_id: str | None
    source_id: int
    source_url: str
    siblings: tuple[str, ...]  # ids of all councils of that source

    def of(self, model: type[OParlObject]) -> ColumnElement[bool]:
        """Return the condition that picks its records of one type; each record is in exactly one part."""
        belongs = model.id if model is Body else model.body_id
        if self.body_id is None:
            strays = or_(belongs.is_(None), belongs.not_in(self.siblings))
            return (model.source_id == self.source_id) & strays
        if len(self.siblings) > 1:
            return belongs == self.body_id
        return model.source_id == self.source_id


@dataclass(frozen=True, slots=True)
class Record:
    """One line of an export."""

    id: str
    fields: JsonObject
    license: str


def parts(session: Session) -> list[Part]:
    """Return all parts by their short name."""
    slugs = body_slugs(session)
    bodies: dict[int, list[Body]] = {}
    for body in session.scalars(select(Body).where(~Body.deleted).order_by(Body.id)):
        bodies.setdefault(body.source_id, []).append(body)
    found = []
    for source in session.scalars(select(Source)):
        own = bodies.get(source.id, [])
        siblings = tuple(body.id for body in own)
        for body in own:
            slug = slugs[body.id]
            found.append(Part(slug, body.name or slug, body.id, source.id, source.url, siblings))
        if len(own) != 1:
            found.append(Part(source_slug(source.slug), source.slug, None, source.id, source.url, siblings))
    return sorted(found, key=lambda part: part.slug)


def count(session: Session) -> int:
    """Return how many records there are to look at."""
    return sum(session.scalar(select(func.count()).select_from(model)) or 0 for model in OPARL_TYPES.values())


def records(session: Session, part: Part, object_type: str, licences: Licences) -> Iterator[Record | None]:
    """Yield one part's records of one type in the order of their ids; None for each that has no licence."""
    model = OPARL_TYPES[object_type]
    # Byte order, so that every database gives the same file.
    order = collate(model.id, "C") if session.get_bind().dialect.name == "postgresql" else model.id
    columns: list[Any] = [model.id, model.raw, model.body_id, model.source_id, model.license, model.changed_at]
    query: Select[Any] = (
        select(*columns, model.deleted, *_OWN.get(model, ()))
        # Of a non-public agenda item it is told that it is there.
        .where(part.of(model), or_(model.deleted, present(model) if model is AgendaItem else shown(model)))
        .order_by(order)
        .execution_options(yield_per=AT_ONCE)
    )
    for chunk in chunks(session.execute(query), AT_ONCE):
        for row in chunk:
            yield _record(model, row, part, licences)


_OWN: dict[type[OParlObject], list[Any]] = {File: [File.file_license], AgendaItem: [AgendaItem.public]}


def _record(model: type[OParlObject], row: Row[Any], part: Part, licences: Licences) -> Record | None:
    own = (row.file_license, row.license) if model is File else (row.license,)
    body_id = row.body_id or (row.id if model is Body else part.body_id)
    # A server's own record is not its council's.
    found = licences.holding(own, None if model is System else body_id, row.source_id)
    return Record(row.id, _fields(model, row, part, found), found) if found else None


def _fields(model: type[OParlObject], row: Row[Any], part: Part, license_: str) -> JsonObject:
    ours: dict[str, Any] = {
        "body": part.slug,
        "changed": row.changed_at.isoformat(timespec="seconds"),
        "license": license_,
        "source": part.source_url,
    }
    kept: JsonObject = {"id": row.id, "type": row.raw.get("type", model.__name__)}
    if row.deleted:
        kept |= _only(row.raw, TOMBSTONE) | {"deleted": True}
    elif model is AgendaItem and row.public is False:
        kept |= _only(row.raw, NON_PUBLIC_KEPT)
    else:
        name = model.__name__
        withheld = WITHHELD.get(name, frozenset()) | NOT_EXPORTED.get(name, frozenset())
        kept |= {key: value for key, value in row.raw.items() if key not in withheld}
    return kept | {PREFIX + name: value for name, value in ours.items()}


def _only(raw: JsonObject, names: Collection[str]) -> JsonObject:
    return {name: value for name, value in raw.items() if name in names}
