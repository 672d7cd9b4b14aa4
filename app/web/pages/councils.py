"""The councils: the way from one to another and to every municipality, and each with its own home and look."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from app.db import now
from app.directory.places import Place
from app.directory.places import places as directory
from app.looks import SVG, Look
from app.models import Body, Organization, Source
from app.queries.councils import holdings, system_of
from app.queries.headlines import headlines, ranked
from app.queries.home import corpus, latest_papers
from app.queries.meetings import past_meetings, upcoming_meetings
from app.queries.organizations import is_dissolved, organizations
from app.queries.places import HERE, Covered, Door, covered, own_doors, towns_here
from app.web.councils import Council, by_state, council_named, council_of, councils, matching, narrow
from app.web.filters import local, today
from app.web.pages.places import door_of
from app.web.pages.records import words_asked
from app.web.site import session, site
from app.web.state import remembered
from search import FacetCount, SearchError, parse_query

councils_pages = Blueprint("councils", __name__)
log = logging.getLogger(__name__)
T = TypeVar("T")

SHOWN = 50  # municipalities that are found
NEXT, DECIDED, PAPERS, ORGANIZATIONS, STREETS = 5, 5, 4, 8, 12
MINUTES = 300.0  # seconds for which what is counted of a council is kept
YEAR = 31_536_000
# A logo is a picture and nothing else, also for whoever opens its address: nothing in it runs, nothing is loaded.
HARMLESS = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@councils_pages.get("/councils")
def index() -> str | Redirect:
    """Show the councils that are here, and find any municipality."""
    if site().settings.only_council:
        return redirect("/", 302)
    asked = words_asked("q", 100) or ""
    every = councils()
    here = remembered("places", lambda: covered(session()))
    found = _found(asked, here)
    mine = matching(asked, every) if asked else list(every)
    if asked:
        mine = _together(mine, [door for _, door in found])
    return render_template(
        "councils/index.html",
        asked=asked,
        every=every,
        mine=mine,
        groups=by_state(mine),
        others=[(place, door) for place, door in found[:SHOWN] if door.state != HERE],
        more=len(found) > SHOWN,
        towns=len(towns_here(here)),
        total=len(directory().by_ags),
        door_of=door_of,
    )


@councils_pages.get("/councils/<slug>")
def show(slug: str) -> str | Redirect:
    """Show a council's own home; under its key it is led to its short name."""
    council = council_named(slug) or abort(404)
    if site().settings.only_council:
        return redirect("/", 302)
    if slug != council.slug:
        return redirect(council.href, 301)
    narrow(council)
    db, moment = session(), now()
    body = db.get(Body, council.id) or abort(404)
    chosen = _kept("decided", council, lambda: ranked(db, moment, coming=False, limit=DECIDED, body=council.id))
    decided, _ = headlines(db, chosen, today=moment)
    papers = latest_papers(db, local(moment).date(), PAPERS, body=council.id)
    return render_template(
        "councils/council.html",
        council=council,
        body=body,
        source=db.get(Source, council.source_id),
        system=system_of(db, body),
        corpus=_kept("corpus", council, lambda: corpus(db, council.id)),
        held=_kept("held", council, lambda: holdings(db, council.id)),
        streets=_kept("streets", council, lambda: _facet(council, "place", STREETS)),
        organizations=_organizations(council),
        upcoming=upcoming_meetings(db, NEXT, body=council.id),
        past=past_meetings(db, NEXT, body=council.id),
        decisions=decided,
        papers=papers,
    )


@councils_pages.get("/councils/<slug>/look.css")
def look_sheet(slug: str) -> Response:
    """Give the colour of a council as a style sheet: the Content-Security-Policy takes none inside a page."""
    look = _look(slug)
    if not look.colour:
        abort(404)
    response = make_response(sheet(look))
    response.mimetype = "text/css"
    return _kept_long(response, request.args.get("v") == look.stamp)


@councils_pages.get("/councils/<slug>/logo")
def logo(slug: str) -> Response:
    """Give the logo of a council."""
    picture = _look(slug).logo or abort(404)
    response = make_response(picture.content)
    response.mimetype = picture.media_type
    response.headers["Content-Security-Policy"] = HARMLESS
    suffix = "svg" if picture.media_type == SVG else "png"
    response.headers["Content-Disposition"] = f'inline; filename="{slug}.{suffix}"'
    return _kept_long(response, request.args.get("v") == picture.stamp)


def sheet(look: Look) -> str:
    """Return the style sheet of a look: one colour for the lens of the logo and for the name, in both displays."""
    light, dark = f"--rl-brand: {look.colour};", f"--rl-brand: {look.colour_dark};"
    return (
        f":root {{ {light} }}\n"
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-kern-theme="light"]) {{ {dark} }} }}\n'
        f':root[data-kern-theme="dark"] {{ {dark} }}\n'
        "@media (forced-colors: active) { :root, :root[data-kern-theme] { --rl-brand: LinkText; } }\n"
        "@media print { :root, :root[data-kern-theme] { --rl-brand: #000; } }\n"
    )


def _kept(what: str, council: Council, ask: Callable[[], T]) -> T:
    return remembered(f"{what} of {council.slug}", ask, MINUTES)


def _look(slug: str) -> Look:
    looks = site().settings.looks
    return looks.get(slug) or abort(404)


def _kept_long(response: Response, current: bool) -> Response:
    response.cache_control.public = True
    response.cache_control.max_age = YEAR if current else 3_600
    response.cache_control.immutable = current
    return response


def _found(asked: str, here: Covered) -> list[tuple[Place, Door]]:
    return list(own_doors(directory().find(asked, limit=SHOWN + 1), here)) if asked else []


def _together(named: Sequence[Council], doors: Iterable[Door]) -> list[Council]:
    """Add the councils of the places that were found, by postcode too, to those that are called so."""
    of_places = [council_of(one.body.id) for door in doors for one in door.councils]
    return list(dict.fromkeys([*named, *(one for one in of_places if one is not None)]))


def _facet(council: Council, name: str, limit: int) -> list[FacetCount]:
    """Return the most frequent values among all that is held of a council; none while the index is away."""
    try:
        query = parse_query("", chosen={"body": (council.slug,)}, limit=1)
        return list(site().index.search(query).facets.get(name, ()))[:limit]
    except SearchError as error:
        log.warning("What a council deals with could not be counted: %s", error)
        return []


def _organizations(council: Council) -> list[Organization]:
    """Return the organizations that deal with most, as far as that can be counted; those that ended are left out."""
    counted = _kept("organizations", council, lambda: _facet(council, "organization", 40))
    rank = {one.value: number for number, one in enumerate(counted)}
    standing = [one for one in organizations(session(), body=council.id) if not is_dissolved(one, today())]
    return sorted(standing, key=lambda one: rank.get(one.name or "", len(rank)))[:ORGANIZATIONS]
