"""Maps on pages: a part of a town with numbered marks, the small map beside a paper, the lens on the first page."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit

from babel.numbers import format_decimal
from flask import Flask, Response, make_response
from sqlalchemy import select

from app.facts import street_key, street_of
from app.geo import Box, Point, metres
from app.models import Location, Paper, PaperPlace, Place
from app.queries.gazetteer import point_of, shapes_in, shapes_named, similar, street_names
from app.queries.map import Around
from app.speech import held
from app.web.councils import councils, narrowed
from app.web.drawing import FLAT, HOUSES, Drawing, Label, View, draw, highlight, lay_ring, tiles
from app.web.filters import phrase
from app.web.headers import POLICY
from app.web.i18n import formats, gettext
from app.web.site import session, site
from app.web.state import remembered

MOST = 24  # places of one paper that are drawn
NEAR = 420.0  # metres to the edge of a map of one spot
MOVED = (0.0, -7.0, 7.0, -12.0, 12.0)  # percent that a name may make way for marks
MINUTES = 300.0  # seconds for which the names of all streets are kept: they change when the operator loads a list
LENS = 380.0  # metres: what the lens on the first page shows
BUSY, LOOKED, DOTS = 300, 12, 9  # places, of which one is the middle; spots that are drawn


@dataclass(frozen=True, slots=True)
class Mark:
    """A spot on a map, in percent; without a number a dot."""

    x: float
    y: float
    number: int | None = None
    href: str = ""
    now: bool = False


@dataclass(slots=True)
class Scene:
    """A drawn map with its marks, and what it shows in words."""

    drawing: Drawing
    marks: list[Mark] = field(default_factory=list)
    words: str = ""
    places: Sequence[Place] = ()


def install(app: Flask) -> None:
    """Give the maps to the templates."""
    app.jinja_env.globals.update(place_url=place_url)
    app.jinja_env.globals.update(
        paper_map=paper_map, lens_map=lens_map, street_url=street_url, district_url=district_url
    )
    app.jinja_env.filters["metres"] = in_metres


def in_metres(value: float) -> str:
    """Return "40 m", "210 m" or "1,2 km": no more exact than a street is long."""
    if value < 1000:
        return held(f"{max(10, round(value / 10) * 10)} m")
    return held(f"{format_decimal(round(value / 1000, 1), '#,##0.#', locale=formats())} km")


def street_url(name: str, body: str | None = None) -> str:
    """Return the page of a street, by its name or its key."""
    return _url("streets", name, body)


def district_url(name: str, body: str | None = None) -> str:
    """Return the page of a district, by its name or its key."""
    return _url("districts", name, body)


def place_url(place: Location) -> str:
    """Return the page of a Location's street; the search for its words where it names none."""
    if street := street_of(place.street_address or ""):
        return street_url(street)
    words = place.street_address or place.description or place.name or ""
    return f"/search?{urlencode({'q': phrase(words)})}"


def answered(page: str) -> Response:
    """Answer with a page that holds a large map: its script asks this site, tiles come from the operator's server."""
    response = make_response(page)
    policy = f"{POLICY}; connect-src 'self'"
    if server := site().settings.tiles_url:
        origin = urlsplit(server)
        policy = policy.replace("img-src 'self'", f"img-src 'self' {origin.scheme}://{origin.netloc}")
    response.headers["Content-Security-Policy"] = policy
    return response


def sources_here() -> tuple[int, ...]:
    """Return the sources of the council this page is narrowed to, or of all that are here."""
    council = narrowed()
    chosen = [council] if council else councils()
    return tuple(sorted({one.source_id for one in chosen}))


def several_here() -> str | None:
    """Return the council this page is narrowed to, where its source brings others too."""
    council = narrowed()
    if council and site().settings.only_council:  # whether there are others is not told here
        return council.id
    alike = [one for one in councils() if council and one.source_id == council.source_id]
    return council.id if council and len(alike) > 1 else None


def spelled_like(address: str) -> list[str]:
    """Return names of streets here that are spelled like what was typed."""
    sources = sources_here()
    return similar(remembered(f"street names:{sources}", lambda: street_names(session(), sources), MINUTES), address)


def ground(view: View, sources: Sequence[int], *, with_tiles: bool = True) -> Drawing:
    """Draw what lies within a view."""
    settings = site().settings
    if with_tiles and settings.tiles_url:
        return Drawing(view, tiles=tiles(view, settings.tiles_url), credit=settings.tiles_credit)
    found = shapes_in(session(), sources, view.box, finest=view.span / 55, near=view.span <= HOUSES)
    return draw(view, found)


def marked(drawing: Drawing, around: Around) -> Scene:
    """Put the marks of what there is on a map: those with a number lead to their row beside it."""
    scene = Scene(drawing)
    for group in reversed(around.groups):  # the first lie on top
        x, y = drawing.view.shares(group.longitude, group.latitude)
        href = f"#place-{group.number}" if group.number else ""
        if 0 <= x <= 100 and 0 <= y <= 100:
            scene.marks.append(Mark(x, y, group.number, href))
    tried = ([replace(one, y=one.y + by) for by in MOVED if one.kind != "found" or not by] for one in drawing.labels)
    free = (next((one for one in ways if not any(_touch(one, mark) for mark in scene.marks)), None) for ways in tried)
    drawing.labels = [label for label in free if label]
    return scene


def _touch(label: Label, mark: Mark) -> bool:
    """Tell whether a name would lie under a mark, on a screen where it is 500 pixels wide."""
    return abs(label.y - mark.y) < 6 and abs(label.x - mark.x) < 3.5 + len(label.text) * 0.75


def paper_map(paper: Paper) -> Scene | None:
    """Return the small map of a paper, None where nobody knows where its places are; in three queries."""
    found = (
        select(Place)
        .join(PaperPlace, PaperPlace.place_id == Place.id)
        .where(PaperPlace.paper_id == paper.id, PaperPlace.drawn, Place.latitude.is_not(None))
        .order_by(PaperPlace.file_id.is_not(None), Place.id)
    )
    places = session().scalars(found.limit(MOST)).all()
    points = [point for point in map(point_of, places) if point]
    if not points:
        return None
    view = _view_of(points)
    drawing = ground(view, [paper.source_id], with_tiles=False)
    drawing.labels = []
    streets = [place.street_key for place in places if place.street_key]
    if len(set(streets)) == 1:
        shapes = shapes_named(session(), "street", streets[0], paper.source_id)
        highlight(drawing, shapes)
    marks = [Mark(*view.shares(*point)) for point in points]
    names = ", ".join(dict.fromkeys(place.name for place in places[:6]))
    return Scene(drawing, marks, gettext("Map: %(places)s", places=names), places)


def lens_map() -> Scene | None:
    """Return the lens of the first page: around the street that most papers are about; None where nothing is drawn."""
    sources = sources_here()
    return remembered(f"lens:{sources}", lambda: _lens(sources))


def _lens(sources: Sequence[int]) -> Scene | None:
    busiest = select(Place).where(Place.source_id.in_(sources), Place.latitude.is_not(None), Place.drawn > 0)
    places = session().scalars(busiest.order_by(Place.papers.desc(), Place.id).limit(BUSY)).all()
    points = [(place, point) for place in places if (point := point_of(place))]
    streets = [(place, point) for place, point in points[:LOOKED] if place.street_key]
    if not streets:
        return None
    chosen, point = max(streets, key=lambda one: sum(metres(one[1], other) < LENS * 0.7 for _, other in points))
    view = View.around(point, LENS, 1000)
    drawing = ground(view, [chosen.source_id], with_tiles=False)
    if drawing.is_empty:
        return None
    shapes = shapes_named(session(), "street", chosen.street_key or "", chosen.source_id)
    highlight(drawing, shapes)
    drawing.labels = []
    lay_ring(drawing, point, LENS * 0.8)
    near = [other for _, other in points if other != point and metres(point, other) < LENS * 0.68]
    dots = [Mark(*view.units(*other)) for other in near[:DOTS]]
    return Scene(drawing, dots, chosen.name)


def _view_of(points: Sequence[Point]) -> View:
    """Return the view that shows all of a paper's places, and the streets around one."""
    box = Box.of([points])
    view = View.of(box, FLAT)
    return View.around(box.centre, max(view.span * 1.15, NEAR), FLAT)


def _url(folder: str, name: str, body: str | None) -> str:
    council = narrowed()
    handle = body or (council.slug if council and not site().settings.only_council else "")
    path = f"/{folder}/{urlencode({'': street_key(name)})[1:]}"
    return f"{path}?{urlencode({'body': handle})}" if handle else path
