"""Feeds of everything that can be followed, for feed readers, newsrooms and programs; and a page that lists them."""

from hashlib import blake2b
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, make_response, render_template, request

from app.alerts.subscribing import find_subscriber
from app.alerts.targets import BODY, RADII, SEARCH, Target, TargetError, circle_of, near_target
from app.alerts.tokens import FEED
from app.queries import meetings, organizations, papers, people
from app.queries.gazetteer import resolved
from app.translations import DEFAULT
from app.web.councils import body_handle, council_asked, council_named, councils, narrow, with_slugs
from app.web.feed_forms import ATOM, JSON, TEXT, TYPES, written_as
from app.web.feeds import Feed, feed_of, feed_of_all
from app.web.headers import open_to_all
from app.web.i18n import asked_language, gettext, language, speak
from app.web.lately import mark, taken
from app.web.maps import sources_here
from app.web.pages.records import found, lookup, words_asked
from app.web.searching import asked
from app.web.site import session, site
from search import BadQuery

feeds = Blueprint("feeds", __name__)

FORM, OWN_FORM = "<any(atom, json, txt):form>", "<any(atom, json):form>"
KINDS = "<any(paper, person, organization, meeting, body):kind>"
RADIUS = 500
SHOWN = 12  # councils that are listed on the page
_BY_KEY = {
    "paper": papers.paper_by_key,
    "person": people.person_by_key,
    "organization": organizations.organization_by_key,
    "meeting": meetings.meeting_by_key,
}


@feeds.get("/feeds")
def index() -> str:
    """Explain the feeds and calendars, and list those of the councils."""
    return render_template(
        "feeds/index.html",
        section="data",
        listed=councils()[:SHOWN],
        many=len(councils()) > SHOWN,
        forms=((ATOM, "Atom"), (JSON, "JSON"), (TEXT, gettext("Text"))),
        addresses=_addresses(),
        hub=site().settings.websub_hub,
    )


@feeds.get(f"/feeds/search.{FORM}")
def search(form: str) -> Response:
    """Send what is new about a search, asked for with the same arguments as on the page of results."""
    speak(asked_language())
    wish = asked(with_slugs(request.args))
    try:
        query = wish.query(1)
        if query.is_empty:
            abort(400)
        target = Target(SEARCH, query.text)
        arguments = {name: value for name, value in wish.arguments.items() if name not in ("sort", "months", "literal")}
        return _sent(target, "/feeds/search", _asked(arguments), form)
    except BadQuery:
        abort(400)


@feeds.get(f"/feeds/near.{FORM}")
def near(form: str) -> Response:
    """Send what is new around a spot (`at`, latitude and longitude) or an address of one of the towns.

    With `body`, of that council alone.
    """
    speak(asked_language())
    council = council_asked() if body_handle() else None
    of = council.slug if council else ""
    radius, address, at = request.args.get("radius", RADIUS, type=int), words_asked("address", 200), words_asked("at")
    if at is None:
        spots = resolved(session(), address, sources_here()) if address else []
        if len(spots) != 1 or radius not in RADII:
            abort(404)
        target = near_target(spots[0].point, radius, address or "", of)
    else:
        try:
            circle = circle_of(Target("near", f"{at},{radius},{address or ''}"))
        except TargetError:
            abort(404)
        target = near_target(circle.point, circle.metres, circle.label, of)
        at = ",".join(target.value.split(",")[:2])  # however it was spelled
    own = _asked({"at": at, "radius": radius, "address": address, "body": of})
    return _sent(target, "/feeds/near", own, form)


@feeds.get(f"/feeds/{KINDS}/<key>.{FORM}")
def record(kind: str, key: str, form: str) -> Response:
    """Send what is new about a paper, a person, an organization, a meeting or a council."""
    speak(asked_language())
    if kind == BODY:
        council = council_named(key) or abort(404)
        narrow(council)
        target, name = Target(BODY, council.id), council.slug
    else:
        row = found(lookup(_BY_KEY[kind], key))
        target, name = Target(kind, row.id), row.key
    return _sent(target, f"/feeds/{kind}/{name}", _asked({}), form)


@feeds.get(f"/feeds/mine/<token>.{OWN_FORM}")
def mine(token: str, form: str) -> Response:
    """Send what was found for everything that the holder of a secret address follows."""
    subscriber = find_subscriber(session(), site().settings, FEED, token)
    if subscriber is None or subscriber.confirmed_at is None:
        abort(404)
    speak(subscriber.language)
    response = _as_response(written_as(feed_of_all(subscriber, f"/feeds/mine/{token}"), form), form)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _addresses() -> list[tuple[str, str, str]]:
    """Return how the addresses of feeds and of calendars are made, by what they are of."""
    key = gettext("KEY")
    return [
        (gettext("Search"), "/feeds/search.atom?q=…", "/calendar.ics?q=…"),
        (gettext("Surroundings"), "/feeds/near.atom?address=…&radius=500", ""),
        (gettext("Paper"), f"/feeds/paper/{key}.atom", ""),
        (gettext("Person"), f"/feeds/person/{key}.atom", f"/people/{key}.ics"),
        (gettext("Organization"), f"/feeds/organization/{key}.atom", f"/organizations/{key}.ics"),
        (gettext("Meeting"), f"/feeds/meeting/{key}.atom", f"/meetings/{key}.ics"),
    ]


def _asked(arguments: dict[str, object]) -> str:
    """Return arguments as they stand in the one address of a feed."""
    spoken = {"language": language() if language() != DEFAULT else None}
    kept = {name: value for name, value in (arguments | spoken).items() if value not in (None, "", [])}
    return urlencode(kept, doseq=True)


def _as_response(body: bytes, form: str) -> Response:
    response = make_response(body)
    response.mimetype = TYPES[form]
    if form in (ATOM, TEXT):
        response.mimetype_params["charset"] = "utf-8"
    return response


def _sent(target: Target, path: str, own: str, form: str) -> Response:
    """Answer with a feed that anybody may keep, and must ask for again: what was withdrawn is in none of them.

    Its name is made of what it depends on, and not of what else is asked, so that it need not be made to know that it
    is the same as before.
    """
    known = mark()
    response = Response(mimetype=TYPES[form])
    name = repr((target.ref, path, own, form, language(), known[:-1]))
    etag = blake2b(name.encode(), digest_size=12).hexdigest()
    if not request.if_none_match.contains_weak(etag):
        body, links = taken(etag, lambda: _made(target, path, own, form))
        response = _as_response(body, form)
        response.headers["Link"] = links
    response.set_etag(etag, weak=True)  # compressed it is the same feed
    if known.changed is not None:
        response.last_modified = known.changed
    response.vary.add("Accept-Encoding")
    return open_to_all(response)


def _made(target: Target, path: str, own: str, form: str) -> tuple[bytes, str]:
    """Return a feed as it is sent, and its links."""
    feed = feed_of(target, path, own)
    return written_as(feed, form), ", ".join(_links(feed, form))


def _links(feed: Feed, form: str) -> list[str]:
    links = [f'<{feed.url(form)}>; rel="self"']
    return [*links, f'<{feed.hub}>; rel="hub"'] if feed.hub and form in (ATOM, JSON) else links
