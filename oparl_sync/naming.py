"""What a changed parent names no more: it stays as it is, without its place, and is not shown (app.shown) until
something names it again. Whether its council took it back, only its own address could tell.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES, Link
from app.shown import attached
from app.vocabulary import PARENTS, PROPERTIES, Kind, Parent
from oparl_sync.known import chunks, rest
from oparl_sync.parsed import Object
from oparl_sync.writes import table_of

_NAMING = frozenset({Kind.PART, Kind.PARTS, Kind.CHILDREN})


def parent_left(session: Session, found: Object, raw: dict[str, Any]) -> dict[str, None]:
    """Return the place to take from an object that named its parent until now, where neither names the other still."""
    parent = PARENTS.get(found.type)
    if parent is None or found.embedded or found.values.get(parent.column) or not raw.get(parent.property):
        return {}
    model, child = OPARL_TYPES[parent.type], table_of(found.type).c
    holder = select(child[parent.column]).where(child.id == found.id).scalar_subquery()
    stated = (session.scalar(select(model.raw).where(model.id == holder)) or {}).get(parent.children)
    named = stated if isinstance(stated, list) else [stated]
    return {} if found.id in named else {parent.column: None, "position": None}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a parent names: its type and id, the parent's property and ids, now and until now."""

    type: str
    id: str
    property: str
    parents: tuple[str, ...]


def differing(found: Object, old_id: str, raw: dict[str, Any], fields: Iterable[str]) -> tuple[list[Part], list[Part]]:
    """Return what a changed object names no more, and what it did not name before."""
    if found.secret or _naming(found.type).isdisjoint(fields):
        return [], []
    parents = tuple(dict.fromkeys((found.id, old_id)))
    before, after = (dict(_parts(found.type, one, parents)) for one in (raw, found.raw))
    return [v for k, v in before.items() if k not in after], [v for k, v in after.items() if k not in before]


def lost(session: Session, parts: Iterable[Part], source_id: int) -> list[tuple[Part, str]]:
    """Take their place from parts; returns what changed, with its hash.

    A part that came alone and says itself whose it is keeps its place: it speaks for itself.
    """
    found = []
    for part in parts:
        table = table_of(part.type)
        chosen = select(table.c.content_hash, table.c.embedded, table.c.raw)
        chosen = chosen.where(table.c.id == part.id, table.c.deleted.is_(False), table.c.source_id == source_id)
        if parent := PARENTS.get(part.type):
            chosen = chosen.where(table.c[parent.column].in_(part.parents))
        row = session.execute(chosen).first()
        if row is None or (parent and not row.embedded and row.raw.get(parent.property)):
            continue
        content_hash = row.content_hash
        if parent:
            other = _claim(session, part.id, parent)
            place = dict(zip((parent.column, "position"), other or (None, None), strict=True))
            session.execute(update(table).where(table.c.id == part.id).values(**place))
        found.append((part, content_hash))
    return found


def unnamed(session: Session, parts: Iterable[Part], source_id: int) -> list[tuple[Part, str]]:
    """Return those of the parts that nothing names until now, with their hashes."""
    by_type: dict[str, dict[str, Part]] = {}
    for part in parts:
        by_type.setdefault(part.type, {})[part.id] = part
    found = []
    for object_type, mine in by_type.items():
        model = OPARL_TYPES[object_type]
        loose = (model.source_id == source_id, model.deleted.is_(False), ~attached(model))
        for ids in chunks(list(mine)):
            rows: Iterable[Row[tuple[str, str]]] = session.execute(
                select(model.id, model.content_hash).where(model.id.in_(ids), *loose)
            )
            found += [(mine[row.id], row.content_hash) for row in rows]
    return found


def _claim(session: Session, oparl_id: str, parent: Parent) -> tuple[str, int] | None:
    """Return the other parent that names a child, and its place there; from now on it is that one's alone."""
    # An Organization names its Memberships by the same word as a Person, and is not their parent.
    theirs = Link.from_id.in_(select(OPARL_TYPES[parent.type].id))
    mine = (Link.to_id == oparl_id, Link.property == parent.children, theirs)
    found = session.execute(select(Link.from_id, Link.position).where(*mine).order_by(Link.from_id)).first()
    if found is None:
        return None
    session.execute(delete(Link).where(*mine, Link.from_id == found.from_id))
    return found.from_id, found.position


@cache
def _naming(object_type: str) -> frozenset[str]:
    return frozenset(name for name, prop in PROPERTIES[object_type].items() if prop.kind in _NAMING)


def _parts(object_type: str, raw: dict[str, Any], parents: tuple[str, ...]) -> Iterator[tuple[str, Part]]:
    for name in _naming(object_type):
        stated = raw.get(name)
        for one in stated if isinstance(stated, list) else [stated]:
            if isinstance(one, str) and one:
                # Without the scheme: a server that moves to https still names the same.
                yield rest(one), Part(PROPERTIES[object_type][name].type, one, name, parents)
