"""The records concerned: what a measure counts, one by one, so that somebody can mend it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.addresses import FOLDERS
from app.models import (
    OPARL_TYPES,
    AgendaItem,
    Blob,
    Body,
    Consultation,
    Erasure,
    File,
    Link,
    Meeting,
    Membership,
    OParlObject,
    PageScan,
    Paper,
    Person,
    Problem,
    key_of,
)
from app.publication.licences import Licences
from app.quality import links
from app.quality.catalogue import measures
from app.quality.counting import DEVIATIONS, OTHER
from app.quality.measures import LICENCES, REFERENCES, VALIDITY, Measure, owner, readable

PAGE = 50  # records on a page
NAMED = 5  # of what a record names in vain


@dataclass(frozen=True, slots=True)
class Concerned:
    """A record with which something is amiss, or what a deviation is about; `after` is where the next page begins.

    `page` are type, key and meeting of the page here that tells of it, and `holder` what it belongs to; `detail` is
    what a machine says, in English, or the addresses that lead nowhere.
    """

    type: str
    id: str
    after: str
    record: OParlObject | None = None
    page: tuple[str, str, str] | None = None
    detail: str = ""
    may_name: bool = True
    holder: OParlObject | None = None


def is_listed(name: str, moment: datetime) -> bool:
    """Whether the records that a measure counts can be listed."""
    return name in measures(moment) or _deviation(name) is not None


def concerned(
    session: Session, body: Body, name: str, moment: datetime, *, after: str = "", limit: int = PAGE
) -> list[Concerned]:
    """Return records that a measure counts, in an order that stays; none where the measure is not listed."""
    if (deviation := _deviation(name)) is not None:
        return _deviations(session, body.source_id, *deviation, after, limit)
    found = measures(moment).get(name)
    return _records(session, body, found, after, limit) if found else []


def _records(session: Session, body: Body, found: Measure, after: str, limit: int) -> list[Concerned]:
    licences = Licences.read(session)
    if found.group == LICENCES and licences.holding((), body.id, body.source_id):
        return []
    model: Any = found.model
    query = select(model)
    if model is File:
        query = query.outerjoin(Blob, Blob.sha256 == File.blob_sha256)
        query = query.outerjoin(PageScan, PageScan.sha256 == File.blob_sha256)
    query = query.where(owner(model) == body.id, readable(model), found.of, found.amiss, model.key > after)
    rows = list(session.scalars(query.order_by(model.key).limit(limit)))
    named = _in_vain(session, found, rows) if found.group == REFERENCES else {}
    holders = _holders(session, rows)
    return [
        Concerned(
            found.type,
            one.id,
            one.key,
            one,
            _page(one, holders.get(one.id)),
            "\n".join(named.get(one.id, ())),
            bool(licences.holding((getattr(one, "file_license", None), one.license), body.id, body.source_id)),
            holders.get(one.id),
        )
        for one in rows
    ]


def _in_vain(session: Session, found: Measure, rows: Collection[OParlObject]) -> dict[str, list[str]]:
    """Return what records name and nobody has; what had to be erased is not repeated."""
    named: dict[str, list[str]] = {}
    if column := links.column_of(found):
        named = {one.id: [getattr(one, column)] for one in rows}
    else:
        link = aliased(Link)
        told = select(link.from_id, link.to_id).where(
            link.from_id.in_([one.id for one in rows]), links.lost(found, link)
        )
        for holder, target in session.execute(told.order_by(link.from_id, link.position)):
            if len(named.setdefault(holder, [])) < NAMED:
                named[holder].append(target)
    keys = {key_of(target) for targets in named.values() for target in targets}
    erased = set(session.scalars(select(Erasure.key).where(Erasure.key.in_(keys))))
    return {one: [target for target in targets if key_of(target) not in erased] for one, targets in named.items()}


def _holders(session: Session, rows: Collection[OParlObject]) -> dict[str, OParlObject | None]:
    """Return what records that have no page of their own belong to: of an item its meeting, of a station its paper,
    of a membership its person; None where that is not here."""
    named: dict[str, tuple[Any, str]] = {}
    for one in rows:
        if isinstance(one, AgendaItem):
            named[one.id] = (Meeting, one.meeting_id or "")
        elif isinstance(one, Consultation):
            named[one.id] = (Paper, one.paper_id or "")
        elif isinstance(one, Membership):
            named[one.id] = (Person, one.person_id or "")
    here: dict[str, OParlObject] = {}
    for model in (Meeting, Paper, Person):
        ids = [parent for kind, parent in named.values() if kind is model]
        if ids:
            here |= {one.id: one for one in session.scalars(select(model).where(model.id.in_(ids), ~model.deleted))}
    return {one: here.get(parent) for one, (_, parent) in named.items()}


def _page(one: OParlObject, holder: OParlObject | None) -> tuple[str, str, str] | None:
    """Return type, key and meeting of the page that tells of a record; None where there is none."""
    if isinstance(one, AgendaItem):
        return ("AgendaItem", one.key, holder.id) if holder else None
    shown_at = holder or one
    name = type(shown_at).__name__
    return (name, shown_at.key, "") if name in FOLDERS else None


def _deviation(name: str) -> tuple[str, str] | None:
    """Return kind and type of a measure of what deviates from OParl: `validity.wrong-type.Paper`."""
    group, _, rest = name.partition(".")
    kind, _, of_type = rest.partition(".")
    known = group == VALIDITY and kind in DEVIATIONS and (of_type in OPARL_TYPES or of_type == OTHER)
    return (kind, of_type) if known else None


def _deviations(session: Session, source_id: int, kind: str, of_type: str, after: str, limit: int) -> list[Concerned]:
    last = int(after) if after.isdecimal() and len(after) < 10 else 0
    query = select(Problem).where(
        Problem.source_id == source_id, Problem.kind == kind, Problem.solved_at.is_(None), Problem.id > last
    )
    if of_type == OTHER:
        query = query.where(Problem.object_type.is_(None) | Problem.object_type.not_in(list(OPARL_TYPES)))
    else:
        query = query.where(Problem.object_type == of_type)
    rows = session.scalars(query.order_by(Problem.id).limit(limit))
    return [Concerned(of_type, one.about, str(one.id), detail=one.detail) for one in rows]
