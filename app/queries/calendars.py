"""Whose meetings a calendar holds besides those of councils and committees: a person's, and those that treat papers."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Consultation, Link, Meeting, Paper, Person
from app.queries.calendar import AFTER, BEFORE
from app.queries.meetings import BERLIN
from app.queries.people import memberships_of
from app.rows import among
from app.shown import shown


def of_person(session: Session, person: Person, moment: datetime) -> set[str]:
    """Return the meetings around a moment of the organizations a person belongs to on that day, and those that name
    the person among who took part; in four queries."""
    seats: dict[str, list[tuple[str, str]]] = {}
    for one in memberships_of(session, person):
        held = one.membership
        first, last = (day.isoformat() if day else "" for day in (held.start_date, held.end_date))
        seats.setdefault(held.organization_id or "", []).append((first, last or "9999"))
    query = select(Meeting.id, Meeting.start, Link.to_id).join(Link, Link.from_id == Meeting.id)
    query = query.where(Meeting.start >= moment - BEFORE, Meeting.start <= moment + AFTER)
    theirs = session.execute(query.where(Link.property == "organization", among(session, Link.to_id, list(seats))))
    found: set[str] = set()
    for meeting_id, start, organization_id in theirs:
        day = start.astimezone(BERLIN).date().isoformat() if start else ""
        if any(first <= day <= last for first, last in seats[organization_id]):
            found.add(meeting_id)
    named = query.where(Link.property == "participant", Link.to_id == person.id)
    return found | {row[0] for row in session.execute(named)}


def treating(session: Session, papers: Collection[str], moment: datetime) -> set[str]:
    """Return the meetings around a moment on whose agendas papers are; in one query."""
    query = select(Consultation.meeting_id).join(Meeting, Meeting.id == Consultation.meeting_id)
    query = query.where(Meeting.start >= moment - BEFORE, Meeting.start <= moment + AFTER, shown(Consultation))
    query = query.join(Paper, Paper.id == Consultation.paper_id).where(among(session, Paper.id, list(papers)))
    rows = session.scalars(query)
    return {one for one in rows if one}
