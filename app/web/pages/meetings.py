"""Meetings: the list, and each with its agenda and its results."""

from flask import Blueprint, redirect, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.addresses import record_url
from app.db import now
from app.models import File, Meeting
from app.queries import meetings as queries
from app.queries.agendas import AgendaEntry, agenda, agenda_item_by_key
from app.queries.history import changes_of
from app.queries.organizations import organization_by_key
from app.queries.outcomes import Settled
from app.queries.references import Reference, files_among, references
from app.web.filters import number
from app.web.history_words import history_words
from app.web.i18n import gettext, ngettext
from app.web.meeting_words import meeting_state
from app.web.pages.records import (
    Choice,
    body_asked,
    by_count,
    council_choice,
    found,
    lookup,
    organization_choice,
    organizations_offered,
    origin,
    page_number,
    pager,
    record_asked,
    year_asked,
)
from app.web.site import session
from app.web.stored import drawn

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
    years = queries.meeting_years(db, organization_id, body)
    soon = past_only and listed.page == 1
    return render_template(
        "meetings/index.html",
        section="meetings",
        meetings=listed,
        upcoming=queries.upcoming_meetings(db, SOON, organization=organization_id, body=body) if soon else [],
        past_only=past_only,
        pager=pager(listed),
        choices=[
            organization_choice(organizations_offered(organization), organization),
            Choice("year", gettext("Year"), by_count(years, year), str(year or "")),
            *council_choice(),
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
    events = changes_of(db, meeting, [entry.item.id for entry in public] + ([row.location.id] if row.location else []))
    files = files_among(linked)
    return render_template(
        "meetings/meeting.html",
        section="meetings",
        meeting=meeting,
        row=row,
        standing=meeting_state(meeting, linked, len(public), events),
        held=bool(meeting.start and meeting.start <= now()),
        public=public,
        private=[entry for entry in entries if entry.private],
        facts=_facts(entries),
        from_minutes=_from_minutes(entries),
        references=linked,
        participants=_of_the_council(db, linked),
        files=files,
        sheets={one.target.id for one in files if isinstance(one.target, File) and drawn(one.target, 1)},
        before=before,
        after=after,
        history=history_words(events, meeting),
        **origin(meeting),
    )


def _of_the_council(db: Session, linked: dict[str, list[Reference]]) -> list[Reference]:
    """Return the participants who belong to some organization: guests and staff are named nowhere."""
    named = [one for one in linked.get("participant", []) if one.here]
    members = queries.members_among(db, {one.target.id for one in named})
    return [one for one in named if one.target.id in members]


@meetings.get("/agenda-items/<key>")
def item(key: str) -> Response:
    """Lead to an agenda item's place on its meeting's page."""
    db = session()
    point = found(lookup(agenda_item_by_key, key))
    meeting = found(db.get(Meeting, point.meeting_id) if point.meeting_id else None)
    return redirect(f"{record_url('Meeting', meeting.key)}#item-{point.key}", 302)


def _facts(entries: list[AgendaEntry]) -> list[tuple[str, str]]:
    open_ones = [entry for entry in entries if not entry.private]
    settled, public = Settled.of(entry.item.result for entry in open_ones), len(open_ones)
    counted = (
        (public, ngettext("public item", "public items", public)),
        (settled.decided, ngettext("decision", "decisions", settled.decided)),
        (settled.advised, ngettext("recommendation", "recommendations", settled.advised)),
        (settled.postponed, gettext("postponed")),
        (len(entries) - public, gettext("not public")),
    )
    return [(number(count), label) for count, label in counted if count][:FACTS]


def _from_minutes(entries: list[AgendaEntry]) -> list[str]:
    """Return in words how many results only minutes tell, and how many they deny."""
    told = sum(bool(entry.minuted) and entry.outcome is None for entry in entries)
    denied = sum(bool(entry.contradicting) for entry in entries)
    counted = (
        (told, ngettext("%(num)s result by the minutes", "%(num)s results by the minutes", told)),
        (denied, ngettext("%(num)s contradictory result", "%(num)s contradictory results", denied)),
    )
    return [words for count, words in counted if count]
