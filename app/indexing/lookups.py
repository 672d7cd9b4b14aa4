"""What documents need besides their own row: each question is one query, however many records it is asked for."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.facts import street_of
from app.models import Change, Consultation, Link, Location, Membership, Organization, Person
from app.models.changes import CREATED
from app.shown import shown

T = TypeVar("T")
Names = dict[str, list[str]]
TEXT = "text"
LONGEST_PLACE = 60  # characters; what is longer describes
AT_ONCE = 5000  # ids in one IN (…): SQLite takes 32,766 parameters, and two such lists may meet in one query


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items `size` at a time, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def arrivals(session: Session, ids: Collection[str]) -> dict[str, int]:
    """Return the `seq` of documents by record id; 0, for no news, is left out."""
    query = (
        select(Change.object_id, Change.seq, Change.kind, Change.fields, Change.backfill)
        .where(Change.object_id.in_(ids))
        .order_by(Change.seq)
    )
    created: dict[str, tuple[int, bool]] = {}
    read: dict[str, tuple[int, bool]] = {}
    for object_id, seq, kind, fields, backfill in session.execute(query):
        if kind == CREATED:
            created.setdefault(object_id, (seq, backfill))
        if fields and TEXT in fields:
            read.setdefault(object_id, (seq, backfill))
    found = {}
    for object_id, (seq, backfill) in created.items():
        # A file of the first walk may be read days later: that is no news either.
        read_seq, read_backfill = read.get(object_id, (seq, backfill))
        if not backfill and not read_backfill:
            found[object_id] = read_seq
    return found


def organizations(session: Session, from_ids: Collection[str], properties: Collection[str]) -> Names:
    """Return the names of the organizations that records link to, by the record's id, in the source's order."""
    return _names(session, Organization, from_ids, properties)


def people(session: Session, from_ids: Collection[str], properties: Collection[str]) -> Names:
    """Return the names of the people that records link to, by the record's id, in the source's order."""
    return _names(session, Person, from_ids, properties)


def _names(
    session: Session, model: type[Organization | Person], from_ids: Collection[str], properties: Collection[str]
) -> Names:
    query = (
        select(Link.from_id, model.name)
        .join(model, model.id == Link.to_id)
        .where(Link.from_id.in_(from_ids), Link.property.in_(properties), shown(model))
        .order_by(Link.from_id, Link.property, Link.position)
    )
    return _gather(session.execute(query))


def places(session: Session, from_ids: Collection[str]) -> tuple[Names, Names]:
    """Return the wording of the locations of papers and meetings, and what they can be narrowed by, by the record's id.

    That is streets without a house, names of buildings and parts of town; the town itself only where no more is known.
    """
    words = (Location.description, Location.street_address, Location.room, Location.sub_locality, Location.locality)
    query = (
        select(Link.from_id, *words)
        .join(Location, Location.id == Link.to_id)
        .where(Link.from_id.in_(from_ids), Link.property == "location", shown(Location))
        .order_by(Link.from_id, Link.position)
    )
    wording: Names = {}
    names: Names = {}
    for from_id, *texts in session.execute(query):
        description, address, _, part, town = texts
        wording.setdefault(from_id, []).extend(dict.fromkeys(text for text in texts if text))
        known = [*map(_without_house, (address, description)), part]
        names.setdefault(from_id, []).extend(filter(None, known if any(known) else (town,)))
    return wording, names


def _without_house(address: str | None) -> str:
    """What an address begins with: "Rathausplatz" of "Rathausplatz 1, 59999 Lohenbrück"; nothing where it is prose."""
    first = (address or "").partition(",")[0].strip()
    return street_of(first) or (first if len(first) <= LONGEST_PLACE else "")


def consulting(session: Session, paper_ids: Collection[str]) -> Names:
    """Return the names of the organizations that consult on papers, or hold the meeting where they do, by paper id."""
    query = (
        select(Consultation.paper_id, Consultation.id, Consultation.meeting_id)
        .where(Consultation.paper_id.in_(paper_ids), shown(Consultation))
        .order_by(Consultation.paper_id, Consultation.position, Consultation.id)
    )
    stations = session.execute(query).all()
    names = organizations(session, {one for station in stations for one in station[1:] if one}, {"organization"})
    return _gather(
        (paper_id, name)
        for paper_id, consultation_id, meeting_id in stations
        for name in names.get(consultation_id) or names.get(meeting_id or "") or ()
    )


def paper_committees(session: Session, paper_ids: Collection[str]) -> Names:
    """Return the organizations that lead, brought in or consult on papers, by paper id."""
    found = organizations(session, paper_ids, {"underDirectionOf", "originatorOrganization"})
    for paper_id, names in consulting(session, paper_ids).items():
        found[paper_id] = list(dict.fromkeys([*found.get(paper_id, ()), *names]))
    return found


def memberships(session: Session, person_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """Return (organization, role) of all memberships that people have or had, by person id."""
    query = (
        select(Membership.person_id, Organization.name, Membership.role)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.person_id.in_(person_ids), shown(Membership), shown(Organization))
        .order_by(Membership.person_id, Membership.position, Membership.id)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for person_id, organization, role in session.execute(query):
        if person_id and organization:
            found.setdefault(person_id, []).append((organization, role or ""))
    return found


def _gather(rows: Iterable[tuple[str | None, str | None]]) -> Names:
    found: Names = {}
    for key, name in rows:
        if key and name and name not in found.setdefault(key, []):
            found[key].append(name)
    return found
