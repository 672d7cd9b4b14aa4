"""Records with all that stands in their forms: what is embedded in them, what they name, and what names them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES, AgendaItem, Blob, Link, Meeting, Membership
from app.models.files import FETCHED
from app.policies import policies
from app.privacy import Policy
from app.rows import among, one_of
from app.shown import FILE_PARENTS, FILE_PROPERTIES, present
from app.vocabulary import PARENTS, PROPERTIES, Kind

EMBEDS = frozenset({Kind.PART, Kind.PARTS})
# What a type embeds: property to type.
PARTS: Mapping[str, Mapping[str, str]] = {
    name: {prop: one.type for prop, one in spec.items() if one.kind in EMBEDS} for name, spec in PROPERTIES.items()
}
CHILDREN: Mapping[str, Mapping[str, str]] = {
    name: {parent.children: child for child, parent in PARENTS.items() if parent.type == name} for name in PROPERTIES
}
PLACED = ("location",)
Row = dict[str, Any]  # of a record, by column
# What stands in no property and is asked for all the same.
_BESIDES = ("id", "key", "source_id", "raw", "first_seen")
_OF_FILES = ("fetch_state", "blob_sha256")


def _columns(name: str) -> list[Any]:
    """Return the columns that a form is made of: moments take long to read, and there are many that say nothing."""
    table = OPARL_TYPES[name].__table__.c
    spec = [prop.column for prop in PROPERTIES[name].values() if prop.column in table]
    return [table[one] for one in dict.fromkeys((*_BESIDES, *spec, *(_OF_FILES if name == "File" else ())))]


_SELECTED = {name: _columns(name) for name in OPARL_TYPES}


@dataclass(slots=True)
class Loaded:
    """Rows by id, with their types; references by id and property, in their order."""

    rows: dict[str, tuple[str, Row]] = field(default_factory=dict)
    links: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    children: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    holders: dict[str, set[str]] = field(default_factory=dict)  # of files and places: who names them
    members: dict[str, list[str]] = field(default_factory=dict)  # of organizations: memberships
    places: dict[str, int] = field(default_factory=dict)  # of agenda items: which in their meeting
    bytes: dict[str, Blob] = field(default_factory=dict)  # by sha256
    policies: Mapping[int, Policy] = field(default_factory=dict)  # by source, where something was decided

    def named(self) -> Iterator[str]:
        """Yield the ids of all records that stand in these forms, some more than once."""
        for object_type, row in self.rows.values():
            yield row["id"]
            for prop in PROPERTIES[object_type].values():
                if prop.kind is Kind.LINK and row[prop.column]:
                    yield row[prop.column]
        for some in self.links.values():
            for ids in some.values():
                yield from ids
        for held in (*self.holders.values(), *self.members.values()):
            yield from held


def load(session: Session, object_type: str, ids: Sequence[str]) -> Loaded:
    """Read records of one type with all that stands in their forms."""
    loaded = Loaded(policies=policies(session))
    wanted = {object_type: [*ids]}
    while wanted:
        for name, some in wanted.items():
            _read(session, loaded, name, some)
        wanted = _embedded(loaded, wanted)
    if object_type in ("File", "Location"):
        _find_holders(session, loaded, object_type, ids)
    if object_type == "Organization":
        _find_members(session, loaded, ids)
    _find_places(session, loaded, object_type)
    hashes = [row["blob_sha256"] for name, row in loaded.rows.values() if name == "File" and row["blob_sha256"]]
    if hashes:
        held = session.scalars(select(Blob).where(among(session, Blob.sha256, sorted(set(hashes)))))
        loaded.bytes = {blob.sha256: blob for blob in held}
    return loaded


def is_held(row: Row) -> bool:
    """Whether the bytes of a file are here."""
    return row["fetch_state"] == FETCHED and row["blob_sha256"] is not None


def _read(session: Session, loaded: Loaded, name: str, ids: Sequence[str]) -> None:
    columns = _SELECTED[name]
    names = [column.name for column in columns]
    for values in session.execute(select(*columns).where(among(session, columns[0], ids))):
        loaded.rows[values[0]] = name, dict(zip(names, values, strict=True))
    named = [prop for prop, one in PROPERTIES[name].items() if one.kind in EMBEDS or one.kind is Kind.LINKS]
    if named:
        chosen = select(Link.from_id, Link.property, Link.to_id).where(among(session, Link.from_id, ids))
        chosen = chosen.where(one_of(Link.property, named)).order_by(Link.from_id, Link.property, Link.position)
        for from_id, prop, to_id in session.execute(chosen):
            loaded.links.setdefault(from_id, {}).setdefault(prop, []).append(to_id)
    for prop, child in CHILDREN[name].items():
        model: Any = OPARL_TYPES[child]
        column = getattr(model, PARENTS[child].column)
        order = (column, model.position, *((model.order,) if model is AgendaItem else ()), model.id)
        theirs = select(model.id, column).where(among(session, column, ids), present(model)).order_by(*order)
        for child_id, parent_id in session.execute(theirs):
            loaded.children.setdefault(parent_id, {}).setdefault(prop, []).append(child_id)


def _embedded(loaded: Loaded, read: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Return by type what is embedded in what was just read, and not read itself."""
    found: dict[str, dict[str, None]] = {}
    for name, ids in read.items():
        for one in ids:
            for prop, held in PARTS[name].items():
                found.setdefault(held, {}).update(dict.fromkeys(loaded.links.get(one, {}).get(prop, ())))
            for prop, child in CHILDREN[name].items():
                found.setdefault(child, {}).update(dict.fromkeys(loaded.children.get(one, {}).get(prop, ())))
    return {name: new for name, some in found.items() if (new := [one for one in some if one not in loaded.rows])}


def _find_holders(session: Session, loaded: Loaded, object_type: str, ids: Sequence[str]) -> None:
    names = FILE_PROPERTIES if object_type == "File" else PLACED
    holding = select(Link.to_id, Link.from_id).where(among(session, Link.to_id, ids), one_of(Link.property, names))
    for one, holder in session.execute(holding):
        loaded.holders.setdefault(one, set()).add(holder)
    if object_type == "File":
        belonging = select(Link.from_id, Link.to_id).where(among(session, Link.from_id, ids))
        for one, holder in session.execute(belonging.where(one_of(Link.property, FILE_PARENTS))):
            loaded.holders.setdefault(one, set()).add(holder)


def _find_members(session: Session, loaded: Loaded, ids: Sequence[str]) -> None:
    theirs = select(Membership.organization_id, Membership.id).where(among(session, Membership.organization_id, ids))
    for organization_id, one in session.execute(theirs.where(present(Membership)).order_by(Membership.id)):
        loaded.members.setdefault(organization_id or "", []).append(one)


def _find_places(session: Session, loaded: Loaded, object_type: str) -> None:
    """Number the items of each agenda from 0, without gaps, as they stand in their meeting."""
    if object_type == "AgendaItem":
        meetings = {row["meeting_id"] for name, row in loaded.rows.values() if name == "AgendaItem"}
        ids = sorted(one for one in meetings if one)
        order = (AgendaItem.meeting_id, AgendaItem.position, AgendaItem.order, AgendaItem.id)
        there = select(Meeting.id).where(Meeting.id == AgendaItem.meeting_id).exists()
        chosen = select(AgendaItem.id, AgendaItem.meeting_id).where(present(AgendaItem), there)
        agendas: dict[str, list[str]] = {}
        chosen = chosen.where(among(session, AgendaItem.meeting_id, ids)).order_by(*order)
        for one, meeting_id in session.execute(chosen):
            agendas.setdefault(meeting_id or "", []).append(one)
    else:
        agendas = {one: some["agendaItem"] for one, some in loaded.children.items() if "agendaItem" in some}
    for items in agendas.values():
        loaded.places.update({one: place for place, one in enumerate(items)})
