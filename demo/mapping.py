"""The town's plan as geometry: where a house stands; and as the files that a survey office gives away."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from . import plan
from .config import CENTRE

Dot = tuple[float, float]
PLAN, HOUSES = "plan.geojson", "houses.csv"
MOST = 72  # house numbers of a street
PACE = 9.0  # metres from one house number to the next
OUTER = 350.0  # metres: what "the street" means of one that leads far out of its district
A_DEGREE = 111_195.0  # metres, from south to north
_NARROW = math.cos(math.radians(CENTRE[1]))
_GRID = 60.0  # metres: what is nearer than this is looked for in the next cells


def at(street: str, house: int = 0) -> Dot:
    """Longitude and latitude of a house, or of the middle of a street; houses stand left and right by turns."""
    line = line_of(street)
    length = sum(math.dist(*pair) for pair in pairwise(line))
    along = min(10 + house * min(PACE, length / 80), length - 4) if house else min(length / 2, OUTER)
    dot, (east, north) = _along(line, along)
    side = 0 if not house else 16 if house % 2 else -16
    return _degrees((dot[0] - north * side, dot[1] + east * side))


@cache
def line_of(street: str) -> tuple[Dot, ...]:
    """How a street runs, in metres from the centre."""
    return _smooth(plan.STREETS[street])


def geojson() -> dict[str, object]:
    """The plan as a feature collection."""
    return {"type": "FeatureCollection", "features": list(_features())}


def houses() -> Iterator[tuple[str, int, float, float]]:
    """Every house by street and number, with its latitude and longitude."""
    for street in plan.STREETS:
        length = sum(math.dist(*pair) for pair in pairwise(line_of(street)))
        for house in range(1, min(MOST, int((length - 14) / min(PACE, length / 80))) + 1):
            longitude, latitude = at(street, house)
            yield street, house, latitude, longitude


def write(folder: Path) -> None:
    """Write the plan and the list of houses into a folder."""
    plain = json.dumps(geojson(), ensure_ascii=False, separators=(",", ":"))
    (folder / PLAN).write_text(plain + "\n", "utf-8")
    rows = (f"{street};{house};{latitude};{longitude}\n" for street, house, latitude, longitude in houses())
    (folder / HOUSES).write_text("street;housenumber;lat;lon\n" + "".join(rows), "utf-8")


def _features() -> Iterator[dict[str, object]]:
    for name, outline in plan.DISTRICTS.items():
        yield _feature({"kind": "district", "name": name}, "Polygon", [_ring(outline)])
    for name, outline in plan.GREEN.items():
        yield _feature({"kind": "green", "name": name}, "Polygon", [_ring(_smooth((*outline, outline[0])))])
    for name, line in ((plan.RIVER, plan.RIVER_LINE), (plan.BROOK, plan.BROOK_LINE)):
        kind = "river" if name == plan.RIVER else "stream"
        yield _feature({"kind": kind, "name": name}, "LineString", _line(_smooth(line)))
    yield _feature({"kind": "rail"}, "LineString", _line(_smooth(plan.RAILWAY)))
    for name in plan.STREETS:
        yield _feature({"kind": "street", "name": name}, "LineString", _line(line_of(name)))
    for blocks in _blocks():
        yield _feature({"kind": "built"}, "MultiPolygon", [[_ring(block)] for block in blocks])


def _feature(properties: dict[str, str], kind: str, coordinates: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def _blocks() -> Iterator[list[tuple[Dot, ...]]]:
    """Houses along each street, none on another street, in the river or on another house."""
    taken: dict[tuple[int, int], list[tuple[Dot, float]]] = {}
    for name in plan.STREETS:
        _take(taken, line_of(name), 19)
    _take(taken, _smooth(plan.RIVER_LINE), 45)
    _take(taken, _smooth(plan.BROOK_LINE), 22)
    _take(taken, _smooth(plan.RAILWAY), 26)
    for name in plan.STREETS:
        if blocks := list(_along_street(name, taken)):
            yield blocks


def _along_street(name: str, taken: dict[tuple[int, int], list[tuple[Dot, float]]]) -> Iterator[tuple[Dot, ...]]:
    # Seeded by the name alone: a street stays as it is, whatever the council's seed.
    rng, line = random.Random(f"blocks:{name}"), line_of(name)
    length = min(sum(math.dist(*pair) for pair in pairwise(line)), 1100)
    along = 22.0
    while along < length - 14:
        dot, (east, north) = _along(line, along)
        for side in (1, -1):
            deep, wide = rng.uniform(10, 17), rng.uniform(11, 20)
            off = (20 + deep / 2) * side
            centre = (dot[0] - north * off, dot[1] + east * off)
            if rng.random() < 0.86 and _is_free(taken, centre):
                taken.setdefault(_cell(centre), []).append((centre, 19))
                corners = ((-wide, -deep), (wide, -deep), (wide, deep), (-wide, deep))
                yield tuple(
                    (centre[0] + (east * a - north * b) / 2, centre[1] + (north * a + east * b) / 2) for a, b in corners
                )
        along += rng.uniform(23, 31)


def _take(taken: dict[tuple[int, int], list[tuple[Dot, float]]], line: Sequence[Dot], room: float) -> None:
    """Keep a line free of houses."""
    length = sum(math.dist(*pair) for pair in pairwise(line))
    for step in range(int(length // 8) + 1):
        dot, _ = _along(line, min(step * 8.0, length))
        taken.setdefault(_cell(dot), []).append((dot, room))


def _is_free(taken: dict[tuple[int, int], list[tuple[Dot, float]]], dot: Dot) -> bool:
    x, y = _cell(dot)
    near = (one for i in (x - 1, x, x + 1) for j in (y - 1, y, y + 1) for one in taken.get((i, j), ()))
    return all(math.dist(dot, other) >= room for other, room in near)


def _cell(dot: Dot) -> tuple[int, int]:
    return int(dot[0] // _GRID), int(dot[1] // _GRID)


def _along(line: Sequence[Dot], metres: float) -> tuple[Dot, Dot]:
    """The point so far along a line, and the direction there, one metre long."""
    for one, other in pairwise(line):
        step = math.dist(one, other)
        if metres <= step or other is line[-1]:
            way = ((other[0] - one[0]) / step, (other[1] - one[1]) / step)
            return (one[0] + way[0] * metres, one[1] + way[1] * metres), way
        metres -= step
    raise ValueError("a line has two points")


def _smooth(line: Sequence[Dot], steps: int = 5) -> tuple[Dot, ...]:
    """A line through the same points without corners (Catmull-Rom)."""
    ends = [line[0], *line, line[-1]]
    found = [line[0]]
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for step in range(1, steps + 1):
            t = step / steps
            found.append(tuple(_spline(a[i], b[i], c[i], d[i], t) for i in (0, 1)))  # type: ignore[arg-type]  # two
    return tuple(found)


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return ((2 * b) + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3) / 2


def _ring(outline: Sequence[Dot]) -> list[Dot]:
    line = _line(outline)
    return line if line[0] == line[-1] else [*line, line[0]]


def _line(dots: Sequence[Dot]) -> list[Dot]:
    return [_degrees(dot) for dot in dots]


def _degrees(dot: Dot) -> Dot:
    return round(CENTRE[0] + dot[0] / A_DEGREE / _NARROW, 6), round(CENTRE[1] + dot[1] / A_DEGREE, 6)
