"""Calendars for other programs: one meeting, those of an organization, a person, a council, a search, or all."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

from flask import Blueprint, Response, abort, request

from app.db import now
from app.queries.bodies import body_named
from app.queries.calendar import Entry, entry_of, revisions, subscribed
from app.queries.calendars import of_person, treating
from app.queries.meetings import meeting_by_key, meeting_rows
from app.queries.organizations import organization_by_key
from app.queries.people import person_by_key
from app.web.councils import with_slugs
from app.web.i18n import gettext, language
from app.web.ical import as_calendar
from app.web.pages.records import body_asked, found, lookup
from app.web.record_words import record_title
from app.web.searching import Asked, asked
from app.web.site import session, site
from search import BadQuery

calendars = Blueprint("calendars", __name__)

LOOKED = 2_000  # documents of a search, the newest
SECONDS = 900  # what was moved is known as soon as this


@calendars.get("/calendar.ics")
def every() -> Response:
    """Send the meetings of the year before today and the year after, of one council or of all; with `q` and filters as
    on the page of results, those that a search finds, or whose agenda treats what it finds."""
    body_id = body_asked()
    wish = asked(with_slugs(request.args))
    if wish.words:
        return _answer(gettext("Search: %(words)s", words=wish.words), _searched(wish, body_id), "search")
    body = body_named(session(), body_id)
    name = body.name if body and body.name else gettext("Meetings")
    return _answer(name, subscribed(session(), now(), body=body_id), "calendar")


@calendars.get("/organizations/<key>.ics")
def organization(key: str) -> Response:
    """Send the meetings of an organization in the year before today and the year after."""
    one = found(lookup(organization_by_key, key))
    return _answer(record_title(one), subscribed(session(), now(), organization=one.id), one.key)


@calendars.get("/people/<key>.ics")
def person(key: str) -> Response:
    """Send the meetings of the organizations that a person belongs to, and those that name the person."""
    one, moment = found(lookup(person_by_key, key)), now()
    theirs = sorted(of_person(session(), one, moment))
    return _answer(record_title(one), subscribed(session(), moment, only=theirs), one.key)


@calendars.get("/meetings/<key>.ics")
def meeting(key: str) -> Response:
    """Send one meeting; there is nothing to put into a calendar where no date is known."""
    one = found(lookup(meeting_by_key, key))
    if one.start is None:
        abort(404)
    [row] = meeting_rows(session(), [one])
    return _answer(record_title(one), [entry_of(session(), row)], one.key)


def _searched(wish: Asked, body_id: str | None) -> list[Entry]:
    try:
        query = replace(wish.query(1), sort="newest", apart=True, strict=True, cursor="", limit=LOOKED)
        matches = site().index.matching(query)
    except BadQuery:
        abort(400)
    moment = now()
    held = {one.parent for one in matches if one.type == "AgendaItem" and one.parent}
    held |= {one.group for one in matches if one.kind == "Meeting"}
    held |= treating(session(), {one.group for one in matches if one.kind == "Paper"}, moment)
    return subscribed(session(), moment, body=body_id, only=sorted(held))


def _answer(title: str, entries: Sequence[Entry], name: str) -> Response:
    """Answer with a calendar, or that it is the same as before; it is made only where it is not."""
    revised = revisions(session(), [one.meeting.id for one in entries])
    response = Response(mimetype="text/calendar")
    response.vary.update(("Cookie", "Accept-Language"))
    response.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.cache_control.private = True
    response.cache_control.max_age = SECONDS
    etag = _etag(title, entries, revised)
    if not request.if_none_match.contains_weak(etag):
        response.data = as_calendar(title, entries, revised, site().settings.base_url)
    response.set_etag(etag, weak=True)
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns the response it was given


def _etag(title: str, entries: Sequence[Entry], revised: dict[str, int]) -> str:
    told = blake2b(f"{language()} {title}".encode(), digest_size=12)
    for one in entries:
        place = one.row.location
        named = [organization.content_hash for organization in one.row.organizations]
        parts = (one.meeting.key, one.meeting.content_hash, revised.get(one.meeting.id), one.items)
        told.update(repr((parts, named, place.content_hash if place else None)).encode())
    return told.hexdigest()
