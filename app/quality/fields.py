"""Which recommended properties are missing: of each type those by which people find, sort and understand records."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.orm import aliased

from app.models import (
    AgendaItem,
    Body,
    Consultation,
    File,
    LegislativeTerm,
    Link,
    Location,
    Meeting,
    Membership,
    Organization,
    Paper,
    PaperPlace,
    Person,
    Place,
)
from app.quality.measures import FIELDS, PLACES, Measure, empty, measure, without
from app.rows import one_of

RESULTS_AFTER = timedelta(days=30)  # until a result is expected,
MINUTES_AFTER = timedelta(days=120)  # and until minutes are


def measures(moment: datetime) -> Iterator[Measure]:
    """Yield the measures; what is past is seen from a moment."""
    for name, amiss, of in (*_matters(moment), *_people(), *_files(), *_places()):
        yield measure(PLACES if name in ("Location.geojson", "Paper.map") else FIELDS, name, amiss, of)


Row = tuple[str, ColumnElement[bool], ColumnElement[bool] | None]


def _matters(moment: datetime) -> Iterator[Row]:
    held = and_(Meeting.start < moment, Meeting.cancelled.is_not(True))
    yield "Paper.name", empty(Paper.name), None
    yield "Paper.date", Paper.date.is_(None), None
    yield "Paper.reference", empty(Paper.reference), None
    yield "Paper.paperType", empty(Paper.paper_type), None
    yield "Paper.originator", ~_names(Paper, "originatorPerson", "originatorOrganization"), None
    yield "Paper.file", ~_names(Paper, "mainFile", "auxiliaryFile"), None
    yield "Paper.consultation", ~_has(Consultation, Consultation.paper_id == Paper.id), None
    yield "Paper.web", empty(Paper.web), None
    yield "Meeting.name", empty(Meeting.name), None
    yield "Meeting.start", Meeting.start.is_(None), None
    yield "Meeting.location", ~_names(Meeting, "location"), None
    yield "Meeting.organization", ~_names(Meeting, "organization"), None
    yield "Meeting.agendaItem", ~_has(AgendaItem, AgendaItem.meeting_id == Meeting.id), held
    late = and_(held, Meeting.start < moment - MINUTES_AFTER)
    yield "Meeting.resultsProtocol", ~_names(Meeting, "resultsProtocol", "verbatimProtocol"), late
    yield "Meeting.web", empty(Meeting.web), None
    yield "AgendaItem.name", empty(AgendaItem.name), None
    yield "AgendaItem.number", empty(AgendaItem.number), None
    meeting = aliased(Meeting)
    over = (meeting.id == AgendaItem.meeting_id, meeting.cancelled.is_not(True), ~meeting.deleted)
    dealt = select(meeting.id).where(*over, meeting.start < moment - RESULTS_AFTER).correlate(AgendaItem).exists()
    yield "AgendaItem.result", without(AgendaItem.result, AgendaItem.resolution_text), dealt
    yield "Consultation.paper", Consultation.paper_id.is_(None), None
    nowhere = and_(Consultation.meeting_id.is_(None), Consultation.agenda_item_id.is_(None))
    yield "Consultation.meeting", nowhere, None
    yield "Consultation.role", empty(Consultation.role), None


def _people() -> Iterator[Row]:
    yield "Person.name", without(Person.name, Person.family_name), None
    yield "Person.membership", ~_has(Membership, Membership.person_id == Person.id), None
    yield "Membership.person", Membership.person_id.is_(None), None
    yield "Membership.organization", Membership.organization_id.is_(None), None
    yield "Membership.startDate", Membership.start_date.is_(None), None
    yield "Organization.name", without(Organization.name, Organization.short_name), None
    kind = without(Organization.organization_type, Organization.classification)
    yield "Organization.organizationType", kind, None


def _files() -> Iterator[Row]:
    yield "File.name", without(File.name, File.file_name), None
    yield "File.accessUrl", without(File.access_url, File.download_url), None
    yield "File.mimeType", empty(File.mime_type), None
    yield "File.date", File.date.is_(None), None


def _places() -> Iterator[Row]:
    yield "Body.license", empty(Body.license), None
    yield "Body.ags", empty(Body.ags), None
    yield "Body.contactEmail", and_(empty(Body.contact_email), ~_withheld(Body, "contactEmail")), None
    yield "Body.website", empty(Body.website), None
    yield "Body.legislativeTerm", ~_has(LegislativeTerm, LegislativeTerm.body_id == Body.id), None
    yield "LegislativeTerm.startDate", LegislativeTerm.start_date.is_(None), None
    said = (Location.description, Location.street_address, Location.room, Location.locality)
    kept = ~_withheld(Location, "description", "streetAddress", "room", "locality")
    yield "Location.description", and_(without(Location.name, *said), kept), None
    nowhere = or_(Location.latitude.is_(None), Location.longitude.is_(None))
    yield "Location.geojson", and_(nowhere, ~_withheld(Location, "geojson")), None
    yield "Paper.map", ~_on_map(), None


def _withheld(model: Any, *names: str) -> ColumnElement[bool]:
    """Whether the council publishes one of these properties, and it is not kept here: so it is not missing."""
    said = func.coalesce(cast(model.withheld, Text), "")
    return or_(*(said.contains(f'"{name}"') for name in names))


def _has(child: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    found = select(child.id).where(*conditions, ~child.deleted)
    return found.correlate_except(child).exists()


def _on_map() -> ColumnElement[bool]:
    spot = select(PaperPlace.paper_id).join(Place, Place.id == PaperPlace.place_id)
    return spot.where(PaperPlace.paper_id == Paper.id, Place.latitude.is_not(None)).correlate(Paper).exists()


def _names(model: Any, *properties: str) -> ColumnElement[bool]:
    link = aliased(Link)
    found = select(link.to_id).where(link.from_id == model.id, one_of(link.property, properties))
    return found.correlate(model).exists()
