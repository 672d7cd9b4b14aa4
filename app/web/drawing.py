"""A map as SVG: what is drawn of a town, in the units of a picture. Words are placed in percent, so that none scales.

The picture is 1000 units wide. Degrees become units by a plane that is true in its middle: a town is flat.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.geo import METRES, Box, Line, Point, metres, middle, squeeze
from app.models import MapShape

WIDE = 1000
TALL, FLAT = 870, 690  # units: of the map, and of the small one beside a paper
NEAREST, FARTHEST = 90.0, 900_000.0  # metres from the middle to the upper edge
HOUSES = 900.0  # metres: from farther away no houses are drawn
ROOM = 1.3  # how much more than its ring a picture shows
# Metres wide, and units at least.
WIDTHS = {"street": (11.0, 3.2), "river": (36.0, 7.0), "stream": (7.0, 3.0), "rail": (5.0, 2.0)}
ORDER = ("green", "water", "stream", "river", "built", "rail", "street", "district")
AREAS = frozenset({"green", "water", "built", "district"})
LABELS = 9
MAX_UNITS = 1_000_000.0


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at: the middle, and how many metres it is to the upper edge."""

    longitude: float
    latitude: float
    span: float
    height: int = TALL

    @classmethod
    def around(cls, point: Point, span: float, height: int = TALL) -> "View":
        """Return the view of a point; what nobody could look at is brought to the nearest that one can."""
        east = (point[0] + 180) % 360 - 180
        return cls(east, min(max(point[1], -84.0), 84.0), min(max(span, NEAREST), FARTHEST), height)

    @classmethod
    def of(cls, box: Box, height: int = TALL) -> "View":
        """Return the view that shows a box."""
        return cls.around(box.centre, max(box.height / 2, box.width / 2 * height / WIDE) * 1.08, height)

    @property
    def unit(self) -> float:
        """Metres of one unit."""
        return 2 * self.span / self.height

    @property
    def box(self) -> Box:
        """What can be seen."""
        high = self.span / METRES
        wide = high * WIDE / self.height / squeeze(self.latitude)
        return Box(self.latitude - high, self.longitude - wide, self.latitude + high, self.longitude + wide)

    def units(self, longitude: float, latitude: float) -> Point:
        """Return where a point is in the picture."""
        scale = METRES / self.unit
        x = WIDE / 2 + (longitude - self.longitude) * squeeze(self.latitude) * scale
        y = self.height / 2 - (latitude - self.latitude) * scale
        return min(max(x, -MAX_UNITS), MAX_UNITS), min(max(y, -MAX_UNITS), MAX_UNITS)

    def shares(self, longitude: float, latitude: float) -> Point:
        """Return where a point is in percent of the picture."""
        x, y = self.units(longitude, latitude)
        return round(x / WIDE * 100, 2), round(y / self.height * 100, 2)

    def moved(self, east: float = 0.0, north: float = 0.0, zoom: float = 1.0) -> "View":
        """Return the view so many halves of itself to the side, or from so much farther away."""
        high = self.span / METRES
        wide = high * WIDE / self.height / squeeze(self.latitude)
        point = (self.longitude + east * wide, self.latitude + north * high)
        return View.around(point, self.span * zoom, self.height)


@dataclass(frozen=True, slots=True)
class Layer:
    """One path of the picture: all that is drawn alike."""

    kind: str
    d: str
    width: float | None = None
    casing: float | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A name on the map."""

    x: float
    y: float
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture from the operator's own tile server, in units."""

    href: str
    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True)
class Drawing:
    """A picture: its layers from the ground up, its names, the ring, and what lies outside of it and is faded."""

    view: View
    layers: list[Layer] = field(default_factory=list)
    found: list[Layer] = field(default_factory=list)  # what was asked for
    labels: list[Label] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    ring: tuple[float, float, float] | None = None  # its middle and radius, in units
    veil: str = ""
    credit: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is known to draw."""
        return not self.layers and not self.tiles


def draw(view: View, shapes: Sequence[MapShape], *, names: bool = True) -> Drawing:
    """Draw shapes."""
    layers = []
    for kind in ORDER:
        d = "".join(path(view, shape.lines, closed=kind in AREAS) for shape in shapes if shape.kind == kind)
        if d:
            layers.append(_layer(view, kind, d))
    drawing = Drawing(view, layers)
    if names:
        drawing.labels = _labels(view, shapes)
    return drawing


def highlight(drawing: Drawing, shapes: Iterable[MapShape], point: Point | None = None) -> None:
    """Draw the street that was asked for over all others; where nobody knows how it runs, nothing."""
    streets = [shape for shape in shapes if shape.kind == "street"]
    d = "".join(path(drawing.view, shape.lines) for shape in streets)
    if d:
        names = {shape.name for shape in streets}
        drawing.labels = [label for label in drawing.labels if label.text not in names]
        seen = _seen(drawing.view, streets[0])
        if seen and streets[0].name:
            drawing.labels.append(Label(*drawing.view.shares(*seen), streets[0].name, "found"))
        width = max(11.0 / drawing.view.unit, 9.0)
        drawing.found.append(Layer("found", d, round(width, 1), round(width + 6, 1)))
    elif point is not None:
        drawing.found.append(Layer("point", "M{:.0f} {:.0f}h.01".format(*drawing.view.units(*point)), 26.0, 32.0))


def lay_ring(drawing: Drawing, point: Point, radius: float) -> None:
    """Lay the lens on a map: what lies outside is faded."""
    x, y = drawing.view.units(*point)
    r = radius / drawing.view.unit
    drawing.ring = round(x, 1), round(y, 1), round(r, 1)
    inside = ((label, label.x * WIDE / 100 - x, label.y * drawing.view.height / 100 - y) for label in drawing.labels)
    drawing.labels = [label for label, east, south in inside if math.hypot(abs(east) + 80, south) < r]
    frame = f"M0 0H{WIDE}V{drawing.view.height}H0Z"
    drawing.veil = (
        f"{frame}M{x - r:.1f} {y:.1f}a{r:.1f} {r:.1f} 0 1 0 {2 * r:.1f} 0a{r:.1f} {r:.1f} 0 1 0 {-2 * r:.1f} 0Z"
    )


def lay_outline(drawing: Drawing, shapes: Iterable[MapShape]) -> None:
    """Outline a district; what lies outside is faded."""
    d = "".join(path(drawing.view, shape.lines, closed=True) for shape in shapes)
    if d:
        drawing.veil = f"M0 0H{WIDE}V{drawing.view.height}H0Z{d}"
        drawing.found.append(Layer("outline", d, 4.0))


def path(view: View, lines: Iterable[Line], *, closed: bool = False) -> str:
    """Return the path of some lines; points that would fall on the one before are left out."""
    parts = []
    for line in lines:
        last: tuple[int, int] | None = None
        steps = []
        for point in line:
            x, y = view.units(point[0], point[1])
            here = (round(x), round(y))
            if last is None or abs(here[0] - last[0]) + abs(here[1] - last[1]) > 1:
                steps.append(f"{here[0]} {here[1]}")
                last = here
        if len(steps) > (2 if closed else 1):
            parts.append(f"M{'L'.join(steps)}{'Z' if closed else ''}")
    return "".join(parts)


def tiles(view: View, template: str) -> list[Tile]:
    """Return the tiles of a server that cover a view, each where it belongs; about a dozen."""
    zoom = min(max(round(math.log2(40_075_016 * squeeze(view.latitude) / (view.unit * WIDE) * 4)), 0), 19)
    count, box = 2**zoom, view.box
    first_x, last_x = (math.floor((degrees + 180) / 360 * count) for degrees in (box.west, box.east))
    first_y, last_y = (math.floor(_row(degrees, count)) for degrees in (box.north, box.south))
    found = []
    for column in range(first_x, min(last_x, first_x + 7) + 1):
        for row in range(max(first_y, 0), min(last_y, first_y + 7, count - 1) + 1):
            west, north = view.units(column / count * 360 - 180, _latitude(row, count))
            east, south = view.units((column + 1) / count * 360 - 180, _latitude(row + 1, count))
            href = template.replace("{z}", str(zoom)).replace("{x}", str(column % count)).replace("{y}", str(row))
            found.append(
                Tile(href, round(west, 1), round(north, 1), round(east - west + 0.5, 1), round(south - north + 0.5, 1))
            )
    return found


def _row(latitude: float, count: int) -> float:
    return (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * count


def _latitude(row: float, count: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / count))))


def _layer(view: View, kind: str, d: str) -> Layer:
    if kind not in WIDTHS:
        return Layer(kind, d)
    real, least = WIDTHS[kind]
    width = round(max(real / view.unit, least), 1)
    return Layer(kind, d, width, round(width + 2.6, 1) if kind == "street" else None)


def _labels(view: View, shapes: Sequence[MapShape]) -> list[Label]:
    """Return the names of districts from afar, of the longest streets from near; none over another."""
    far = view.span > 1800
    found: list[Label] = []
    for shape in shapes:
        if not shape.name or shape.kind not in (("district",) if far else ("street", "river")):
            continue
        seen = _seen(view, shape)
        if seen is None or len(found) == LABELS:
            continue
        x, y = view.shares(*seen)
        if 8 < x < 92 and 5 < y < 95 and all(abs(x - one.x) > 30 or abs(y - one.y) > 7 for one in found):
            found.append(Label(x, y, shape.name, shape.kind))
    return found


def _seen(view: View, shape: MapShape) -> Point | None:
    """Return where a name belongs: in the middle of what can be seen of a shape, None where that is little."""
    if shape.kind == "district":
        ring = max(shape.lines, key=len)
        return sum(point[0] for point in ring) / len(ring), sum(point[1] for point in ring) / len(ring)
    box = view.box
    inside = [
        [point for point in line if box.south < point[1] < box.north and box.west < point[0] < box.east]
        for line in shape.lines
    ]
    line = max(inside, key=len)
    if len(line) < 2 or metres((line[0][0], line[0][1]), (line[-1][0], line[-1][1])) < view.span * 0.3:
        return None
    return middle([line])
