"""A paper's way through the organizations: its consultations in order, and where it stands today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, defer

from app.db import now
from app.models import AgendaItem, Consultation, Link, Meeting, Organization, Paper
from app.queries.doubts import contradicting
from app.queries.minutes import Minuted, minuted
from app.queries.outcomes import DECIDING, Outcome, outcome_of
from app.rows import several
from app.shown import heard, present, shown

_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Station:
    """One consultation with all that is known of it; the agenda item is None where it is not public."""

    consultation: Consultation
    meeting: Meeting | None
    agenda_item: AgendaItem | None
    organizations: tuple[Organization, ...]
    planned: bool
    private: bool = False
    minuted: tuple[Minuted, ...] = ()

    @property
    def start(self) -> datetime | None:
        """When the meeting begins, in UTC."""
        return self.meeting.start if self.meeting else None

    @property
    def cancelled(self) -> bool:
        """Whether the meeting was called off."""
        return bool(self.meeting and self.meeting.cancelled)

    @property
    def result(self) -> str | None:
        """The result in the source's own words."""
        return (self.agenda_item.result or None) if self.agenda_item else None

    @property
    def outcome(self) -> Outcome | None:
        """The kind of the result."""
        return outcome_of(self.result)

    @property
    def contradicting(self) -> tuple[Minuted, ...]:
        """What minutes say that is not what the source says."""
        return contradicting(self.minuted, self.outcome)


@dataclass(frozen=True, slots=True)
class Path:
    """The stations in order of time, those without a date last."""

    stations: tuple[Station, ...]

    @property
    def next(self) -> Station | None:
        """The next station still to come: there lies the lens."""
        return next((station for station in self.stations if station.planned and station.start), None)

    @property
    def decision(self) -> Station | None:
        """The station that settled the matter: the last authoritative one, or else the last that settled anything."""
        settled = [s for s in self.stations if s.outcome in DECIDING]
        binding = [s for s in settled if s.consultation.authoritative]
        return next(reversed(binding or settled), None)

    @property
    def last(self) -> Station | None:
        """The last station that took place, whatever its result."""
        return next((s for s in reversed(self.stations) if s.start and not s.planned and not s.cancelled), None)


NO_PATH = Path(())


def consultation_path(session: Session, paper_id: str, *, today: datetime | None = None) -> Path:
    """Return the path of one paper."""
    return consultation_paths(session, [paper_id], today=today).get(paper_id, NO_PATH)


def consultation_paths(session: Session, paper_ids: Iterable[str], *, today: datetime | None = None) -> dict[str, Path]:
    """Return the paths of some papers by id, in four queries however many they are; those without one are left out."""
    moment = today or now()
    held: dict[str, Meeting] = {}
    consultations = _consultations_of(session, list(paper_ids), held)
    items = _items_of(session, consultations, held)
    said = minuted(session, [item.id for item in items.values() if item.public is not False])
    meetings, meeting_of = _meetings_of(consultations, items, held)
    organizations = organizations_of(session, [*(c.id for c in consultations), *meetings])
    paths: dict[str, list[Station]] = {}
    for consultation in consultations:
        meeting = meetings.get(meeting_of[consultation.id] or "")
        item = items.get(consultation.id)
        private = item is not None and item.public is False
        station = Station(
            consultation=consultation,
            meeting=meeting,
            agenda_item=None if private else item,
            organizations=organizations.get(consultation.id) or organizations.get(meeting.id if meeting else "", ()),
            planned=meeting is None or meeting.start is None or (meeting.start > moment and not meeting.cancelled),
            private=private,
            minuted=said.get(item.id, ()) if item and not private else (),
        )
        paths.setdefault(consultation.paper_id or "", []).append(station)
    return {paper_id: Path(tuple(sorted(stations, key=_order))) for paper_id, stations in paths.items()}


def organizations_of(session: Session, ids: Iterable[str]) -> dict[str, tuple[Organization, ...]]:
    """Return the organizations of some meetings, consultations or papers by their id, in the source's order."""
    found: dict[str, tuple[Organization, ...]] = {}
    for from_id, organization in session.execute(_their_organizations(), {"ids": list(ids)}):
        found[from_id] = (*found.get(from_id, ()), organization)
    return found


@cache  # a question is built once: to build it takes as long as to answer it
def _their_organizations() -> Select[str, Organization]:
    return (
        select(Link.from_id, Organization)
        .join(Organization, Organization.id == Link.to_id)
        .where(Link.from_id.in_(several("ids")), Link.property == "organization", ~Organization.deleted)
        .options(defer(Organization.raw))
        .order_by(Link.from_id, Link.position)
    )


def _consultations_of(session: Session, paper_ids: list[str], held: dict[str, Meeting]) -> list[Consultation]:
    """Return the consultations of papers; the meetings that they name are added to those that are held."""
    rows = session.execute(_their_consultations(), {"ids": paper_ids}).all()
    held |= _by_id(meeting for _, _, meeting in rows)
    ours = heard(session, {(one.source_id, other) for one, other, _ in rows})
    return [one for one, other, _ in rows if (one.source_id, other) in ours]


@cache
def _their_consultations() -> Select[Consultation, int, Meeting]:
    theirs = func.coalesce(Paper.source_id, Consultation.source_id)
    query = select(Consultation, theirs, Meeting).outerjoin(Paper, Paper.id == Consultation.paper_id)
    query = query.outerjoin(Meeting, (Meeting.id == Consultation.meeting_id) & ~Meeting.deleted)
    query = query.where(Consultation.paper_id.in_(several("ids")), shown(Consultation))
    return query.order_by(Consultation.position, Consultation.id)


def _by_id(meetings: Iterable[Meeting | None]) -> dict[str, Meeting]:
    return {meeting.id: meeting for meeting in meetings if meeting is not None}


def _order(station: Station) -> tuple[bool, datetime, int]:
    return station.start is None, station.start or _BEGINNING, station.consultation.position or 0


def _items_of(session: Session, consultations: list[Consultation], held: dict[str, Meeting]) -> dict[str, AgendaItem]:
    """Return the agenda items by consultation; the meetings that they stand in are added to those that are held."""
    # Some servers name the item on the consultation, some the consultation on the item.
    named = {c.agenda_item_id for c in consultations if c.agenda_item_id}
    ids = {c.id for c in consultations}
    rows = session.execute(_their_items(), {"named": sorted(named), "ids": sorted(ids)}).all()
    held |= _by_id(meeting for _, meeting in rows)
    found = {item.id: item for item, _ in rows}
    by_consultation = {item.consultation_id: item for item in found.values() if item.consultation_id in ids}
    pairs = [(c, found.get(c.agenda_item_id or "") or by_consultation.get(c.id)) for c in consultations]
    ours = heard(session, {(item.source_id, c.source_id) for c, item in pairs if item})
    return {c.id: item for c, item in pairs if item and (item.source_id, c.source_id) in ours}


@cache
def _their_items() -> Select[AgendaItem, Meeting]:
    query = select(AgendaItem, Meeting).outerjoin(Meeting, (Meeting.id == AgendaItem.meeting_id) & ~Meeting.deleted)
    theirs = or_(AgendaItem.id.in_(several("named")), AgendaItem.consultation_id.in_(several("ids")))
    return query.where(theirs, present(AgendaItem)).order_by(AgendaItem.id)


def _meetings_of(
    consultations: list[Consultation], items: dict[str, AgendaItem], held: dict[str, Meeting]
) -> tuple[dict[str, Meeting], dict[str, str | None]]:
    """Return the meetings by id, and by the consultation's id where each was held.

    That is where its item stands: more! rubin (ruhrparlament.de) has meetings twice, as X and ni_X, and consultations
    name the other one.
    """
    pairs = {c.id: (items[c.id].meeting_id if c.id in items else None, c.meeting_id) for c in consultations}
    wanted = {one for pair in pairs.values() for one in pair if one}
    known = {one: meeting for one, meeting in held.items() if one in wanted}
    return known, {key: next((one for one in pair if one in known), None) for key, pair in pairs.items()}
