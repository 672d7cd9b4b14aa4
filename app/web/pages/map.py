"""The map of papers by place, with its list; and what is near an address, which never leaves this site."""

import math
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import Blueprint, Response, render_template, request

from app.queries.gazetteer import Spot, extent_of, resolved, shapes_named
from app.queries.map import LISTED, Around, Wanted, nearby, overview, paper_types
from app.queries.paths import NO_PATH, Path, consultation_paths
from app.web.councils import Council, council_asked, councils
from app.web.drawing import ROOM, View, highlight, lay_ring
from app.web.filters import today
from app.web.i18n import here
from app.web.maps import Scene, answered, ground, marked, several_here, sources_here, spelled_like
from app.web.pages.records import words_asked
from app.web.site import session
from app.web.state import remembered

maps = Blueprint("map", __name__)

RADII = (250, 500, 1000, 2000)
RADIUS = 500
PERIODS = {"1": 1, "5": 5, "all": None}  # years back
TOUCHING = 58.0  # units between two marks that can be told apart
MOST = 60  # groups of the whole list


@dataclass(frozen=True, slots=True)
class Step:
    """A link that moves the map."""

    name: str
    sign: str
    href: str


@maps.get("/map")
def show() -> Response:
    """Show papers by place: of a part of the map, or around an address."""
    council_asked()
    address = words_asked("address", 200)
    spots = resolved(session(), address, sources_here()) if address else []
    if len(spots) == 1:
        return answered(_around(spots[0], address or ""))
    return answered(_overview(address, spots))


def _around(spot: Spot, address: str) -> str:
    radius, wanted, everything = radius_asked(), wanted_asked(), bool(request.args.get("all"))
    view = View.around(spot.point, radius * ROOM)
    listed = MOST if everything else LISTED
    own = (spot.street.source_id, spot.street.key)
    look = partial(nearby, session(), point=spot.point, radius=radius, apart=view.unit * TOUCHING, own=own)
    around = look(wanted=wanted, listed=listed)
    drawing = ground(view, [spot.street.source_id])
    highlight(drawing, shapes_named(session(), "street", spot.street.key, spot.street.source_id))
    lay_ring(drawing, spot.point, radius)
    older = None
    if wanted.since and not around.places:
        older = look(wanted=Wanted(wanted.sources, wanted.body))
    return _page(view, marked(drawing, around), around, address=address, spot=spot, radius=radius, older=older)


def _overview(address: str | None, spots: list[Spot]) -> str:
    sources, wanted = sources_here(), wanted_asked()
    view = view_asked() or _whole(sources)
    around = overview(session(), wanted, view.box) if view else Around([], 0)
    scene = marked(ground(view, sources), around) if view else None
    suggested = spelled_like(address) if address and not spots else []
    towns = [(spot, _council(spot.street.source_id)) for spot in spots]
    return _page(view, scene, around, address=address or "", radius=radius_asked(), suggested=suggested, towns=towns)


def _page(view: View | None, scene: Scene | None, around: Around, **more: object) -> str:
    sources = sources_here()
    return render_template(
        "map/map.html",
        section="map",
        robots="noindex" if request.args else None,
        scene=scene,
        around=around,
        paths=paths_of(around),
        no_path=NO_PATH,
        steps=steps_of(view) if view else [],
        kinds=remembered(f"map kinds:{sources}", lambda: paper_types(session(), sources)),
        radii=RADII,
        period=period_asked(),
        kind=words_asked("type") or "",
        several=len(councils()) > 1,
        **more,
    )


def paths_of(around: Around) -> dict[str, Path]:
    """Return the ways of the papers that are named."""
    return consultation_paths(session(), {paper.id for group in around.listed for paper in group.papers})


def wanted_asked() -> Wanted:
    """Return what the map is narrowed to."""
    years = PERIODS[period_asked()]
    now = today()
    since = date(now.year - years, now.month, min(now.day, 28)) if years else None
    return Wanted(sources_here(), several_here(), since, words_asked("type"))


def period_asked() -> str:
    """Return how far back the map looks."""
    asked = request.args.get("period", "")
    return asked if asked in PERIODS else "1"


def radius_asked() -> int:
    """Return the radius in metres; what is none of those offered is the usual one."""
    radius = request.args.get("radius", RADIUS, type=int)
    return radius if radius in RADII else RADIUS


def view_asked() -> View | None:
    """Return the part of the map that the address names, None where it names none."""
    try:
        latitude, longitude = (float(part) for part in request.args.get("at", "").split(","))
        span = float(request.args.get("span", "1000"))
    except ValueError:
        return None
    if not all(map(math.isfinite, (latitude, longitude, span))) or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return View.around((longitude, latitude), span)


def href_of(view: View) -> str:
    """Return the address of a part of the map, narrowed as this one is."""
    at = f"{view.latitude:.5f},{view.longitude:.5f}"
    return here("/map", at=at, span=str(round(view.span)), address=None, radius=None, all=None)


def steps_of(view: View) -> list[Step]:
    """Return the links that zoom and move a map, by the name that the template has words for."""
    return [
        Step("closer", "+", href_of(view.moved(zoom=0.5))),
        Step("north", "↑", href_of(view.moved(north=0.8))),
        Step("farther", "−", href_of(view.moved(zoom=2))),
        Step("west", "←", href_of(view.moved(east=-0.8))),
        Step("south", "↓", href_of(view.moved(north=-0.8))),
        Step("east", "→", href_of(view.moved(east=0.8))),
    ]


def _whole(sources: tuple[int, ...]) -> View | None:
    box = remembered(f"extent:{sources}", lambda: extent_of(session(), sources))
    return View.of(box) if box else None


def _council(source_id: int) -> Council | None:
    return next((one for one in councils() if one.source_id == source_id), None)
