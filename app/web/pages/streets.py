"""Streets and districts as entries: the list of all, and of each what is decided and planned there."""

from flask import Blueprint, Response, abort, redirect, render_template, request
from sqlalchemy import ColumnElement

from app.facts import shown_name, street_key
from app.geo import Box
from app.queries import streets as queries
from app.queries.gazetteer import KnownStreet, extent_of, shapes_named, streets_of, taken_apart
from app.queries.map import Around, Wanted, nearby
from app.queries.mentions import is_mentioned
from app.queries.paging import LAST_PAGE
from app.queries.paths import NO_PATH, consultation_paths
from app.web.councils import Council, council_asked, councils, narrow, narrowed, within
from app.web.drawing import ROOM, View, highlight, lay_outline, lay_ring
from app.web.i18n import here
from app.web.maps import Scene, answered, district_url, ground, marked, sources_here, spelled_like, street_url
from app.web.pages.map import TOUCHING, radius_asked, wanted_asked
from app.web.pages.records import page_number, pager, words_asked
from app.web.site import session
from app.web.state import remembered

streets = Blueprint("streets", __name__)
LONGEST = 80


@streets.get("/streets")
def index() -> str:
    """Find a street: by its name, by its letter, or among those that most papers are about."""
    council_asked()
    db, sources, asked = session(), sources_here(), words_asked("q", 100)
    letter = request.args.get("letter", "")[:1].lower()
    listed, begun = [], []
    if asked:
        key = taken_apart(asked)[0]
        exact = streets_of(db, [key], sources) if key else []
        begun = queries.streets_from(db, key, sources)[:60] if key else []
        if len({street.key for street in exact}) == 1 and len(begun) < 2:
            begun = [queries.Named(exact[0].key, exact[0].name, exact[0].papers, exact[0].district)]
    elif letter.isalnum():
        listed = queries.streets_from(db, letter, sources)
    return render_template(
        "map/streets.html",
        section="map",
        asked=asked or "",
        letter=letter if listed else "",
        letters=remembered(f"letters:{sources}", lambda: queries.first_letters(db, sources)),
        listed=listed,
        begun=begun,
        similar=spelled_like(asked) if asked and not begun else [],
        busiest=[] if listed or asked else queries.most_named(db, sources),
        districts=queries.districts(db, sources),
    )


@streets.get("/streets/<path:key>")
def show(key: str) -> Response | str:
    """Show a street."""
    council_asked()
    if _plain(key) != key:
        return redirect(street_url(_plain(key)), 301)  # type: ignore[return-value]  # werkzeug's
    found = streets_of(session(), [key], sources_here())
    if not found:
        # A street that one of a budget's thousand pages names has no place, and papers all the same.
        return redirect(within("/papers", street=key), 302) if is_mentioned(session(), key) else abort(404)  # type: ignore[return-value]  # werkzeug's
    if len(found) > 1:
        return _which(found[0].name, [_council(street.source_id) for street in found])
    street = found[0]
    _narrow_to(street.source_id)
    there = queries.of_street(street.key, street.source_id)
    scene, around = _street_scene(street)
    return _page(
        "map/street.html",
        there,
        scene,
        around,
        street=street,
        name=street.name,
        key=street.key,
        radius=radius_asked(),
    )


@streets.get("/districts/<path:key>")  # "Nord/West" is one
def district(key: str) -> Response | str:
    """Show a district."""
    council_asked()
    if _plain(key) != key:
        return redirect(district_url(_plain(key)), 301)  # type: ignore[return-value]  # werkzeug's
    found = queries.district_named(session(), key, sources_here()) or abort(404)
    if len(found) > 1:
        return _which(found[0][1], [_council(source_id) for source_id, _ in found])
    source_id, name = found[0]
    _narrow_to(source_id)
    return _page(
        "map/district.html",
        queries.of_district(key, source_id),
        _district_scene(key, source_id),
        None,
        name=name,
        key=key,
        streets=queries.streets_of_district(session(), key, source_id),
    )


def _page(
    template: str, there: ColumnElement[bool], scene: Scene | None, around: Around | None, **more: object
) -> Response:
    db = session()
    papers = queries.papers_at(db, there, page=min(page_number(), LAST_PAGE))
    beside = [paper for group in around.listed for paper in group.papers] if around else []
    paths = consultation_paths(db, {paper.id for paper in (*papers.rows, *beside)})
    key = more["key"] if "street" in more else None
    page = render_template(
        template,
        section="map",
        papers=papers,
        pager=pager(papers),
        paths=paths,
        no_path=NO_PATH,
        passages=queries.passages(db, papers.rows, str(key)) if key else {},
        meetings=queries.coming(db, there),
        scene=scene,
        around=around,
        **more,
    )
    return answered(page)


def _street_scene(street: KnownStreet) -> tuple[Scene | None, Around | None]:
    """Return the map of a street under the lens, and what else lies in it."""
    if street.point is None:
        return None, None
    radius = radius_asked()
    view = View.around(street.point, radius * ROOM)
    wanted = Wanted((street.source_id,), None, wanted_asked().since)
    apart = view.unit * TOUCHING
    around = nearby(session(), wanted, street.point, radius, apart=apart, without=street.key)
    drawing = ground(view, [street.source_id])
    highlight(drawing, shapes_named(session(), "street", street.key, street.source_id), street.point)
    lay_ring(drawing, street.point, radius)
    return marked(drawing, around), around


def _district_scene(key: str, source_id: int) -> Scene | None:
    shapes = shapes_named(session(), "district", key, source_id)
    box = Box.of(line for shape in shapes for line in shape.lines) if shapes else extent_of(session(), [source_id])
    if box is None:
        return None
    drawing = ground(View.of(box), [source_id])
    lay_outline(drawing, shapes)
    return Scene(drawing)


def _which(name: str, found: list[Council | None]) -> str:
    """Ask in which of several towns."""
    towns = [(council, here(body=council.slug)) for council in found if council]
    return render_template("map/which.html", section="map", name=name, towns=towns)


def _narrow_to(source_id: int) -> None:
    """Let the page be of the council whose source this is; of several it is only of the one that was asked for."""
    theirs = [one for one in councils() if one.source_id == source_id]
    if narrowed() is None and len(theirs) == 1:
        narrow(theirs[0])


def _council(source_id: int) -> Council | None:
    return next((one for one in councils() if one.source_id == source_id), None)


def _plain(key: str) -> str:
    """Return a key as it stands in addresses; ends with 404 for what can be none."""
    if "\0" in key or len(key) > LONGEST:
        abort(404)
    return street_key(shown_name(key)) or abort(404)
