"""Meetings: the list, and each with its agenda and its results."""

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from app.addresses import record_url
from app.db import now
from app.models import Meeting
from app.queries import meetings as queries
from app.queries.agendas import AgendaEntry, agenda, agenda_item_by_key
from app.queries.bodies import bodies
from app.queries.organizations import organization_by_key, organizations
from app.queries.outcomes import DECIDING, Outcome, is_advice
from app.queries.references import files_among, references
from app.web.filters import number
from app.web.i18n import gettext, ngettext
from app.web.pages.records import (
    Choice,
    body_asked,
    by_count,
    council_choice,
    found,
    history_of,
    lookup,
    organization_choice,
    origin,
    page_number,
    pager,
    record_asked,
    year_asked,
)
from app.web.site import session

meetings = Blueprint("meetings", __name__)

SOON = 8  # meetings to come, above the list of those that were
FACTS = 4  # more do not fit beside each other


@meetings.get("/meetings", strict_slashes=False)
def index() -> str:
    """Show the next meetings, and below them all."""
    db = session()
    organization = record_asked("organization", organization_by_key)
    organization_id, year, body = organization.id if organization else None, year_asked(), body_asked()
    past_only = year is None
    listed = queries.meetings(
        db,
        organization=organization_id,
        body=body,
        year=year,
        before=now() if past_only else None,
        page=page_number(),
    )
    soon = past_only and listed.page == 1
    return render_template(
        "meetings/index.html",
        section="meetings",
        meetings=listed,
        upcoming=queries.upcoming_meetings(db, SOON, organization=organization_id, body=body) if soon else [],
        past_only=past_only,
        pager=pager(listed),
        choices=[
            organization_choice(organizations(db), organization),
            Choice("year", gettext("Year"), by_count(queries.meeting_years(db)), str(year or "")),
            *council_choice(bodies(db)),
        ],
    )


@meetings.get("/meetings/<key>")
def show(key: str) -> str:
    """Show a meeting."""
    db = session()
    meeting = found(lookup(queries.meeting_by_key, key))
    entries = agenda(db, meeting)
    linked = references(db, [meeting.id]).get(meeting.id, {})
    before, after = queries.neighbours(db, meeting)
    [row] = queries.meeting_rows(db, [meeting])
    public = [entry for entry in entries if not entry.private]
    return render_template(
        "meetings/meeting.html",
        section="meetings",
        meeting=meeting,
        row=row,
        held=bool(meeting.start and meeting.start <= now()),
        public=public,
        private=[entry for entry in entries if entry.private],
        facts=_facts(entries),
        references=linked,
        files=files_among(linked),
        before=before,
        after=after,
        history=history_of(meeting, [entry.item.id for entry in public] + ([row.location.id] if row.location else [])),
        **origin(meeting),
    )


@meetings.get("/agenda-items/<key>")
def item(key: str) -> Response:
    """Lead to an agenda item's place on its meeting's page."""
    db = session()
    point = found(lookup(agenda_item_by_key, key))
    meeting = found(db.get(Meeting, point.meeting_id) if point.meeting_id else None)
    return redirect(f"{record_url('Meeting', meeting.key)}#item-{point.key}", 302)


def _facts(entries: list[AgendaEntry]) -> list[tuple[str, str]]:
    settled = [entry for entry in entries if entry.outcome in DECIDING and entry.outcome is not Outcome.NOTED]
    advised = sum(is_advice(entry.item.result) for entry in settled)
    decided, private = len(settled) - advised, sum(entry.private for entry in entries)
    postponed = sum(entry.outcome is Outcome.POSTPONED for entry in entries)
    public = len(entries) - private
    counted = (
        (public, ngettext("public item", "public items", public)),
        (decided, ngettext("decision", "decisions", decided)),
        (advised, ngettext("recommendation", "recommendations", advised)),
        (postponed, gettext("postponed")),
        (private, gettext("not public")),
    )
    return [(number(count), label) for count, label in counted if count][:FACTS]
