"""What changed, read from the log: never from a comparison of timestamps."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Integer, Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from app.changes import names_of
from app.models import (
    OPARL_TYPES,
    AgendaItem,
    Change,
    Consultation,
    File,
    Location,
    Meeting,
    OParlObject,
    Organization,
    Paper,
    Person,
)
from app.models.changes import CREATED, DELETED, UPDATED
from app.queries.references import FILE_ROLES
from app.rows import several
from app.shown import present, shown

LIMIT = 60  # changes a page tells
ALL = 1000  # changes the data of one record tells
# What only adds to a record so soon after it was first seen came with the same walk, from another list.
SAME_WALK = timedelta(hours=1)
# What the ids in a difference stand for, by property; a part's own history names what holds it by the same property.
_HOLDERS: tuple[type[OParlObject], ...] = (Paper, Meeting, AgendaItem)
REFERS: dict[str, tuple[type[OParlObject], ...]] = {
    **dict.fromkeys(FILE_ROLES, (File, *_HOLDERS)),
    **dict.fromkeys(("originatorOrganization", "underDirectionOf", "organization"), (Organization,)),
    **dict.fromkeys(("originatorPerson", "participant"), (Person,)),
    **dict.fromkeys(("relatedPaper", "superordinatedPaper", "subordinatedPaper", "paper"), (Paper,)),
    "agendaItem": (AgendaItem, Meeting),
    "consultation": (Consultation, Paper),
    "location": (Location, *_HOLDERS),
    "masterFile": (File,),
    "meeting": (Meeting,),
}


@dataclass(frozen=True, slots=True)
class Event:
    """A change, the record it is about (None where that is not shown any more), and what its difference refers to.

    An id without an entry in `named` is that of a record that is not here, or not any more.
    """

    change: Change
    record: OParlObject | None
    named: dict[str, OParlObject] = field(default_factory=dict)
    first: Change | None = None  # when the record was first seen


def changes_of(session: Session, about: OParlObject, parts: Iterable[str]) -> list[Event]:
    """Return what happened to a record and its parts since the first walk, newest first; [] if nothing did."""
    found = list(_worth_telling(history(session, [about.id, *parts]), about))
    return found if any(not event.change.backfill for event in found) else []


def history(session: Session, ids: Iterable[str], limit: int = LIMIT) -> list[Event]:
    """Return what happened to some records, newest first; in three queries, one more a type not yet loaded."""
    wanted = list(dict.fromkeys(ids))
    names = names_of(session, wanted)
    # A tombstone under another id of the same record tells that its server changed the id, which is no news.
    changes = [
        one
        for one in session.scalars(_log(), {"names": list(names), "limit": limit})
        if one.kind != DELETED or one.object_id in wanted
    ]
    wanted_rows: dict[type[OParlObject], set[str]] = {}
    for change in changes:
        wanted_rows.setdefault(OPARL_TYPES[change.object_type], set()).add(names[change.object_id])
        for name, oparl_id in references_in(change):
            for model in REFERS[name]:
                wanted_rows.setdefault(model, set()).add(oparl_id)
    rows = _rows(session, wanted_rows)
    first = {names[one.object_id]: one for one in changes if one.kind == CREATED}
    return [Event(one, rows.get(names[one.object_id]), rows, first.get(names[one.object_id])) for one in changes]


def references_in(change: Change) -> Iterator[tuple[str, str]]:
    """Yield property and id of all records that a difference refers to."""
    for name, sides in (change.diff or {}).items():
        if name in REFERS:
            for side in sides:
                yield from ((name, one) for one in _listed(side) if isinstance(one, str))


def _worth_telling(events: Sequence[Event], about: OParlObject) -> Iterator[Event]:
    """Leave out what another line says already: parts that came, went or were completed with the record itself."""
    own = {
        (event.change.at, oparl_id)
        for event in events
        if event.record is about
        for _, oparl_id in references_in(event.change)
    }
    began = {event.change.at for event in events if event.record is about and event.change.kind == CREATED}
    for event in events:
        change = event.change
        if change.backfill and change.kind == UPDATED:
            continue  # read here, or renamed by its server: nothing that the council did
        if event.record is about:
            if not _completes(event):
                yield event
        elif not (
            change.backfill
            or (change.kind == CREATED and change.at in began)
            or ((change.at, change.object_id) in own and (change.kind == CREATED or _is_naming(change)))
            or _completes(event)
        ):
            yield event


def _completes(event: Event) -> bool:
    """Whether a change only adds to what was first seen on the same walk, or says nothing."""
    change, first = event.change, event.first
    if change.kind != UPDATED or change.diff is None:
        return False
    if not change.diff:
        return True
    soon = first is not None and change.at - first.at < SAME_WALK
    return soon and all(sides[0] in (None, []) and sides[1] not in (None, []) for sides in change.diff.values())


def _is_naming(change: Change) -> bool:
    """Whether a change says only that something names the record, or does so no more."""
    return change.kind == UPDATED and set(change.fields or ()) <= {*FILE_ROLES, "agendaItem", "consultation"}


def _rows(session: Session, wanted: Mapping[type[OParlObject], Collection[str]]) -> dict[str, OParlObject]:
    """Return by id the records that may be told of; what is loaded already is only asked whether it may."""
    known = {
        model: [one for one in ids if session.identity_map.has_key(session.identity_key(model, one))]
        for model, ids in wanted.items()
    }
    asked = tuple(sorted((model for model, ids in known.items() if ids), key=lambda one: one.__name__))
    told = {model.__name__: known[model] for model in asked}
    allowed = set(session.scalars(_allowed(asked), told)) if asked else set()
    found: dict[str, OParlObject] = {}
    for model, ids in known.items():
        found |= {row.id: row for one in ids if one in allowed and (row := session.get(model, one))}
    for model, every in wanted.items():
        if others := set(every) - set(known[model]):
            found |= {row.id: row for row in session.scalars(select(model).where(model.id.in_(others), _told(model)))}
    return found


@cache  # a question is built once: to build it takes as long as to answer it
def _log() -> Select[Change]:
    query = select(Change).where(Change.object_id.in_(several("names")))
    return query.order_by(Change.seq.desc()).limit(bindparam("limit", type_=Integer()))


@cache
def _allowed(models: tuple[type[OParlObject], ...]) -> CompoundSelect[str]:
    return union_all(*(select(one.id).where(one.id.in_(several(one.__name__)), _told(one)) for one in models))


def _told(model: type[OParlObject]) -> ColumnElement[bool]:
    # That an item is on the agenda is told also where it is not public.
    return present(model) if model is AgendaItem else shown(model)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
