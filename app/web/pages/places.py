"""The directory of all municipalities: find yours, and what there is of its council."""

import re
from datetime import date
from urllib.parse import urlsplit

from babel.dates import format_date
from flask import Blueprint, Response, abort, make_response, redirect, render_template
from werkzeug.wrappers import Response as Redirect

from app.directory.endpoints import Endpoint
from app.directory.places import Place
from app.directory.places import places as directory
from app.queries.places import HERE, KNOWN, NONE, Covered, Door, covered, doors
from app.web.councils import council_of
from app.web.filters import day
from app.web.i18n import N_, formats, gettext, here
from app.web.site import session, site
from app.web.state import remembered
from app.web.town_letters import ASK, LET_IN, SWITCH_ON, WANTED, Letter, letter

places = Blueprint("places", __name__)

AGS = re.compile(r"[0-9]{8}")
# Sign and word of each door; filled = is here, ring = is not (yet).
DOORS = {
    HERE: ("accepted", N_("Here")),
    KNOWN: ("planned", N_("Server known, not mirrored here")),
    NONE: ("none", N_("No server known")),
}
# What a known server last did.
SAID = {
    "ok": N_("It answers with OParl."),
    "closed": N_("It answers, but its robots.txt asks programs to stay away."),
    "blocked": N_("It refuses programs."),
    "moved": N_("It moved to another address."),
    "disabled": N_("Its OParl interface is switched off."),
    "broken": N_("It answers with faults."),
    "gone": N_("There is nothing at its address any more."),
    "unchecked": N_("Nobody has asked it yet."),
}
TITLES = {
    ASK: N_("Ask for OParl"),
    SWITCH_ON: N_("Ask that it is switched on"),
    LET_IN: N_("Ask that programs are let through"),
}


@places.get("/places")
def index() -> Redirect:
    """Lead to where councils and municipalities are found."""
    return redirect(here("/councils"), 301)


@places.get("/places/<ags>")
def show(ags: str) -> str:
    """Show what there is of a municipality's council."""
    place = _place(ags)
    mine, *above = doors(place, _here())
    wanted = _wanted(mine)
    return render_template(
        "places/place.html",
        place=place,
        mine=mine,
        above=above,
        home_of=lambda one: found.href if (found := council_of(one.body.id)) else "",
        door_of=door_of,
        said=lambda endpoint: gettext(SAID[endpoint.state]),
        seen=_seen,
        letter=_letter(place, wanted, mine) if wanted else None,
        letter_title=gettext(TITLES[wanted]) if wanted else None,
    )


@places.get("/places/<ags>/letter.txt")
def letter_as_text(ags: str) -> Response:
    """Give the letter to a town as a file."""
    place = _place(ags)
    mine = doors(place, _here())[0]
    wanted = _wanted(mine)
    if wanted is None:
        abort(404)
    response = make_response(_letter(place, wanted, mine).text)
    response.mimetype = "text/plain"
    response.headers["Content-Disposition"] = f'attachment; filename="oparl-{ags}.txt"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def door_of(door: Door) -> tuple[str, str]:
    """Return sign and word of a door."""
    sign, word = DOORS[door.state]
    return sign, gettext(word)


def _seen(endpoint: Endpoint) -> str:
    """Return when a server was last asked: a day, or only the month."""
    year, month, *rest = map(int, endpoint.checked.split("-"))
    return day(date(year, month, rest[0])) if rest else format_date(date(year, month, 1), "LLLL y", locale=formats())


def _here() -> Covered:
    return remembered("places", lambda: covered(session()))


def _place(ags: str) -> Place:
    # A council's own portal is no directory of others.
    known = AGS.fullmatch(ags) and not site().settings.only_council
    place = directory().by_ags.get(ags) if known else None
    return place if place is not None else abort(404)


def _wanted(door: Door) -> str | None:
    """Return what a town is to be asked for; None where there is nothing to ask."""
    if door.councils:
        return LET_IN if all(council.source.state == "blocked" for council in door.councils) else None
    best = door.best
    if best is None:
        return ASK
    return WANTED.get(best.state, ASK) if best.state not in ("ok", "unchecked") else None


def _letter(place: Place, wanted: str, door: Door) -> Letter:
    settings = site().settings
    return letter(place, wanted, server=_server(door), site=_site(settings.base_url), contact=settings.contact)


def _server(door: Door) -> Endpoint | None:
    """Return the server that the letter names: the one that refuses us, or the best that is known."""
    for council in door.councils:
        if council.source.url.startswith(("https://", "http://")):
            return Endpoint(
                council.source.slug, council.name, "", "", council.source.url, None, door.area, "blocked", "", None, ""
            )
    return door.best


def _site(base_url: str) -> str:
    """Return how a letter calls this site: by its name, where its address leads nobody else here."""
    return "Ratslupe" if urlsplit(base_url).hostname in ("localhost", "127.0.0.1", "::1") else base_url
