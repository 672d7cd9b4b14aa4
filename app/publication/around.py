"""What a change touches besides its own record: what it holds, what holds it, and what names it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES, AgendaItem, File, Link, Membership, PublicObject, key_of
from app.publication.names import Names
from app.rows import among, one_of
from app.shown import FILE_PARENTS, FILE_PROPERTIES
from app.vocabulary import PARENTS, PROPERTIES, Kind

Keys = dict[str, str]  # key of a record to its type
_HOLDING = (*FILE_PROPERTIES, "derivativeFile", "location")
# Columns by which a type is named: (model, column, type named).
_NAMING = [
    (OPARL_TYPES[name], prop.column, prop.type)
    for name, spec in PROPERTIES.items()
    for prop in spec.values()
    if prop.kind is Kind.LINK and prop.type not in ("Body", "System")
]


def keys_of(ids: Mapping[str, Iterable[str]]) -> Keys:
    """Return the keys of ids that are told by type."""
    return {key_of(one): name for name, some in ids.items() for one in some}


def held_by(session: Session, names: Names, changed: Mapping[str, Sequence[str]]) -> Keys:
    """Return what changed records hold or held, down to the files of a meeting's items: it may have come or gone.

    What they held until now stands in the form that went out.
    """
    mine = [key_of(one) for some in changed.values() for one in some]
    found: Keys = {}
    for json in session.scalars(select(PublicObject.json).where(among(session, PublicObject.key, mine))):
        found |= names.within(json)
    ids = {name: [*some] for name, some in changed.items()}
    for name, some in ids_of(session, found).items():
        ids.setdefault(name, []).extend(some)
    for _ in range(3):  # a meeting's item's file's derivative
        below = _below(session, ids)
        ids = {name: new for name, some in below.items() if (new := [one for one in some if key_of(one) not in found])}
        if not ids:
            break
        found |= keys_of(ids)
    return found


def _below(session: Session, ids: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    every = [one for some in ids.values() for one in some]
    holding = select(Link.to_id, Link.property).where(
        among(session, Link.from_id, every), one_of(Link.property, _HOLDING)
    )
    for one, prop in session.execute(holding):
        found.setdefault("Location" if prop == "location" else "File", []).append(one)
    belonging = select(Link.from_id).where(among(session, Link.to_id, every), one_of(Link.property, FILE_PARENTS))
    found.setdefault("File", []).extend(session.scalars(belonging))
    derived = select(File.id).where(among(session, File.master_file_id, [*ids.get("File", ())]))
    found["File"].extend(session.scalars(derived))
    for child, parent in PARENTS.items():
        if some := ids.get(parent.type):
            model: Any = OPARL_TYPES[child]
            column = getattr(model, parent.column)
            found.setdefault(child, []).extend(session.scalars(select(model.id).where(among(session, column, [*some]))))
    return found


def naming(session: Session, ids: Mapping[str, Sequence[str]]) -> Keys:
    """Return what names some records by an id: it does so only as long as they go out."""
    found: Keys = {}
    for model, column, named in _NAMING:
        if some := ids.get(named):
            theirs = select(model.key).where(among(session, getattr(model, column), [*some]))
            found |= dict.fromkeys(session.scalars(theirs), model.__name__)
    every = [one for some in ids.values() for one in some]
    linked = list(session.scalars(select(Link.from_id).where(among(session, Link.to_id, every)).distinct()))
    return found | _typed(session, linked)


def holding(session: Session, ids: Mapping[str, Sequence[str]]) -> Keys:
    """Return what embeds some records, and what embeds that; and the other items of an agenda: they are counted."""
    found: Keys = {}
    ids = {name: [*some] for name, some in ids.items()}
    for _ in range(3):  # a file's item's meeting
        above = _above(session, ids)
        new = {key: name for key, name in above.items() if key not in found}
        found |= new
        ids = ids_of(session, new)
        if not ids:
            break
    return found


def _above(session: Session, ids: Mapping[str, Sequence[str]]) -> Keys:
    found: Keys = {}
    parts = [one for name in ("File", "Location") for one in ids.get(name, ())]
    naming_parts = select(Link.from_id).where(among(session, Link.to_id, parts), one_of(Link.property, _HOLDING))
    belonging = select(Link.to_id).where(among(session, Link.from_id, parts), one_of(Link.property, FILE_PARENTS))
    found |= _typed(session, [*session.scalars(naming_parts), *session.scalars(belonging)])
    for child, parent in PARENTS.items():
        if some := ids.get(child):
            model: Any = OPARL_TYPES[child]
            column = getattr(model, parent.column)
            above = session.scalars(
                select(column).where(among(session, model.id, [*some]), column.is_not(None)).distinct()
            )
            found |= {key_of(one): parent.type for one in above}
    if some := ids.get("AgendaItem"):
        mine = select(AgendaItem.meeting_id).where(among(session, AgendaItem.id, [*some]))
        beside = select(AgendaItem.key).where(AgendaItem.meeting_id.in_(mine))
        found |= dict.fromkeys(session.scalars(beside), "AgendaItem")
    if some := ids.get("Membership"):
        mine = select(Membership.organization_id).where(among(session, Membership.id, [*some]))
        found |= {key_of(one): "Organization" for one in session.scalars(mine.distinct()) if one}
    return found


def _typed(session: Session, ids: Sequence[str]) -> Keys:
    """Return the keys of ids with their types, which their links do not tell."""
    found: Keys = {}
    if ids:
        keys = sorted({key_of(one) for one in ids})
        for name, model in OPARL_TYPES.items():
            found |= dict.fromkeys(session.scalars(select(model.key).where(among(session, model.key, keys))), name)
    return found


def ids_of(session: Session, keys: Keys) -> dict[str, list[str]]:
    """Return the ids of records told by key, by type; of those that are here."""
    by_type: dict[str, list[str]] = {}
    for key, name in keys.items():
        by_type.setdefault(name, []).append(key)
    found = {}
    for name, some in by_type.items():
        model = OPARL_TYPES[name]
        if ids := [*session.scalars(select(model.id).where(among(session, model.key, some)))]:
            found[name] = ids
    return found
