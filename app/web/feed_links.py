"""Which feed and which calendar a page has: told in its head, and beside the button that follows it."""

from urllib.parse import urlencode

from flask import Flask, request
from jinja2 import pass_context
from jinja2.runtime import Context

from app.alerts.targets import BODY, NEAR, NEWSLETTER, SEARCH, Target, circle_of
from app.translations import DEFAULT, FULL
from app.web.councils import councils
from app.web.feed_forms import ATOM
from app.web.filters import phrase
from app.web.following import circle, named_place, searched
from app.web.head import about_of
from app.web.i18n import language

CALENDARS = {"person": "people", "organization": "organizations", "meeting": "meetings"}


def install(app: Flask) -> None:
    """Give templates the addresses."""
    app.jinja_env.globals.update(feed_url=feed_url, calendar_url=calendar_url, target_here=target_here)


def feed_url(target: str, form: str = ATOM) -> str:
    """Return the path of the feed of a target as addresses say it, in the reader's language; "" where it has none."""
    kind, _, value = target.partition(":")
    asked: dict[str, object] = {}
    if kind == NEWSLETTER:
        return ""
    if kind == SEARCH:
        path, asked = "/feeds/search", {"q": value}
    elif kind == NEAR:
        spot = circle_of(Target(kind, value))
        at = f"{spot.point[1]:.5f},{spot.point[0]:.5f}"
        path = "/feeds/near"
        asked = {"at": at, "radius": spot.metres, "address": spot.label, "body": spot.council}
    else:
        path = f"/feeds/{kind}/{value}"
    # Programs that ask for it send neither cookies nor what a browser prefers.
    if language() in FULL and language() != DEFAULT:
        asked["language"] = language()
    query = urlencode({name: given for name, given in asked.items() if given})
    return f"{path}.{form}" + (f"?{query}" if query else "")


def calendar_url(target: str) -> str:
    """Return the path of the calendar of a target; "" where it has none."""
    kind, _, value = target.partition(":")
    if kind in CALENDARS:
        return f"/{CALENDARS[kind]}/{value}.ics"
    name = {SEARCH: "q", BODY: "body"}.get(kind)
    return f"/calendar.ics?{urlencode({name: value})}" if name else ""


@pass_context
def target_here(context: Context) -> str:
    """Return what can be followed on this page, "" where it is nothing."""
    about = about_of(context)
    if about is not None and type(about).__name__ != "File":
        return f"{type(about).__name__.lower()}:{about.key}"
    name = str(context.get("name") or "")
    target = ""
    match request.endpoint:
        case "search.results" if (query := context.get("query")) is not None:
            target = f"search:{query.text}"
        case "map.show" if (spot := context.get("spot")) is not None:
            label = f"{spot.street.name} {spot.number}".strip()
            target = circle(spot.point, int(context.get("radius") or 0), label)
        case "streets.show" if name:
            target = named_place(name)
        case "streets.district" if name:
            target = searched(phrase(name))
        case "councils.show" if (council := context.get("council")) is not None:
            target = f"body:{council.slug}"
        case "home.index" if len(councils()) == 1:
            target = f"body:{councils()[0].slug}"
    return target
