"""Files that tell where streets are: lists, tables with coordinates, GeoJSON of towns and of OpenStreetMap."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.facts import shown_name
from app.geo import Line, is_place

LONGEST = 80  # characters of a name
NAMES = ("name", "street", "strasse", "straße", "straßenname", "strassenname", "addr:street")
# A point's own street comes before what stands there: "name" is the baker's.
STREETS = ("addr:street", *NAMES[1:-1], "name")
NUMBERS = ("addr:housenumber", "housenumber", "house_number", "hausnummer", "hausnr", "hnr", "number")
DISTRICTS = ("district", "ortsteil", "stadtteil", "stadtbezirk", "bezirk", "addr:suburb")
LATITUDES = ("lat", "latitude", "breite", "breitengrad", "y")
LONGITUDES = ("lon", "lng", "long", "longitude", "länge", "laenge", "längengrad", "x")
# What a feature is by its tags: the first that fits. None: by any value.
KINDS: tuple[tuple[str, str, frozenset[str] | None], ...] = (
    ("street", "highway", None),
    ("district", "boundary", frozenset({"administrative"})),
    ("district", "place", frozenset({"suburb", "quarter", "neighbourhood", "village", "borough"})),
    ("stream", "waterway", frozenset({"stream", "ditch", "drain"})),
    ("river", "waterway", None),
    ("water", "natural", frozenset({"water"})),
    ("green", "natural", frozenset({"wood", "scrub", "heath", "grassland"})),
    ("green", "leisure", frozenset({"park", "garden", "nature_reserve", "pitch", "golf_course"})),
    ("green", "landuse", frozenset({"forest", "grass", "meadow", "cemetery", "recreation_ground", "village_green"})),
    ("rail", "railway", frozenset({"rail", "light_rail", "tram"})),
)
OWN_KINDS = frozenset({"street", "district", "water", "river", "stream", "green", "rail", "built"})
LEVELS = frozenset({"9", "10", "11"})  # of boundaries: below the town


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that a file tells of: a street, a house of one, or a part of the drawing."""

    kind: str
    name: str = ""
    number: str = ""
    district: str = ""
    point: tuple[float, float] | None = None
    lines: list[Line] = field(default_factory=list)


def features(file: Path) -> Iterator[Feature]:
    """Yield what a file tells; raises ValueError or csv.Error where it is none of the known kinds."""
    text = file.read_text(encoding="utf-8-sig")
    if file.suffix.lower() in (".json", ".geojson"):
        yield from _of_json(json.loads(text))
        return
    lines = text.splitlines()
    separator = next((one for one in ";\t," if lines and one in lines[0]), None)
    if separator is None:
        yield from (Feature("street", clean(line)) for line in lines)
        return
    rows = csv.DictReader(lines, delimiter=separator)
    if not any(column.strip().lower() in NAMES for column in rows.fieldnames or ()):
        raise ValueError(f"none of its columns is called {', '.join(NAMES)}")
    yield from (_of_row({(name or "").strip().lower(): value for name, value in row.items()}) for row in rows)


def clean(name: str) -> str:
    """Return the name of a street in full; "" for what has no letters, or more than a name has."""
    plain = shown_name(" ".join(name.split()))
    return plain if 3 < len(plain) <= LONGEST and plain[0].isupper() else ""


def _of_row(row: Mapping[str, Any]) -> Feature:
    name, number = _first(row, NAMES), _first(row, NUMBERS)
    point = _point(_degrees(_first(row, LONGITUDES)), _degrees(_first(row, LATITUDES)))
    return Feature("street", clean(name), _house(number), _first(row, DISTRICTS)[:LONGEST], point)


def _of_json(data: Any) -> Iterator[Feature]:
    listed = data.get("features") or data.get("elements") if isinstance(data, dict) else data
    if not isinstance(listed, list):
        raise ValueError("it has neither features nor elements")  # noqa: TRY004 - it is the file that is wrong
    for one in listed:
        if isinstance(one, str):
            yield Feature("street", clean(one))
        elif isinstance(one, dict):
            said = one.get("properties") or one.get("tags")
            if (found := _feature(_tags(said) if isinstance(said, dict) else {}, one)) is not None:
                yield found


def _tags(said: Mapping[str, Any]) -> dict[str, str]:
    """Return what a thing is said to be, as text: a house number may be a number."""
    return {str(name).lower(): str(value) for name, value in said.items() if isinstance(value, str | int | float)}


def _feature(tags: dict[str, str], stated: dict[str, Any]) -> Feature | None:
    kind = _kind(tags)
    geometry = stated.get("geometry")
    points, lines = _shape(geometry) if isinstance(geometry, dict) else _of_overpass(stated)
    district = _first(tags, DISTRICTS)[:LONGEST]
    if kind in ("", "street"):
        number = _house(_first(tags, NUMBERS))
        name = clean(_first(tags, STREETS if number else NAMES))
        if number:  # the outline of a house is no street
            points, lines = (points or [_centre(line) for line in lines if line])[:1], []
        return Feature("street", name, number, district, points[0] if points else None, lines)
    if kind == "district" and tags.get("boundary") and str(tags.get("admin_level", "10")) not in LEVELS:
        return None
    return Feature(kind, _first(tags, ("name",))[:LONGEST], lines=lines) if lines else None


def _kind(tags: Mapping[str, Any]) -> str:
    if tags.get("kind") in OWN_KINDS:
        return str(tags["kind"])
    for kind, tag, values in KINDS:
        if (value := tags.get(tag)) and (values is None or value in values):
            return kind
    return "built" if tags.get("building") and not _first(tags, NUMBERS) else ""


def _shape(geometry: dict[str, Any]) -> tuple[list[tuple[float, float]], list[Line]]:
    """Return the points and the lines of a GeoJSON geometry."""
    kind, stated = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        found = _pair(stated)
        return ([found] if found else []), []
    depth = {"LineString": 0, "MultiPoint": 0, "Polygon": 1, "MultiLineString": 1, "MultiPolygon": 2}.get(str(kind))
    if depth is None or not isinstance(stated, list):
        return [], []
    nested: list[Any] = [stated]
    for _ in range(depth):
        nested = [inner for outer in nested if isinstance(outer, list) for inner in outer]
    lines = [_line(one) for one in nested]
    return (list(lines[0]), []) if kind == "MultiPoint" else ([], [line for line in lines if len(line) > 1])


def _of_overpass(element: dict[str, Any]) -> tuple[list[tuple[float, float]], list[Line]]:
    """Return the points and the lines of an element that the Overpass API gave `out geom` or `out center`."""
    where = element.get("center") if isinstance(element.get("center"), dict) else element
    points = [_pair([where.get("lon"), where.get("lat")])] if isinstance(where, dict) else []
    members = element.get("members")
    parts = [element, *(one for one in members if isinstance(one, dict))] if isinstance(members, list) else [element]
    traced = [part["geometry"] for part in parts if isinstance(part.get("geometry"), list)]
    lines = [_line([[one.get("lon"), one.get("lat")] for one in line if isinstance(one, dict)]) for line in traced]
    return [point for point in points if point], [line for line in lines if len(line) > 1]


def _line(stated: Any) -> list[tuple[float, float]]:
    pairs = (_pair(one) for one in stated) if isinstance(stated, list) else ()
    return [pair for pair in pairs if pair]


def _pair(stated: Any) -> tuple[float, float] | None:
    if not isinstance(stated, list | tuple) or len(stated) < 2:
        return None
    return _point(*(one if isinstance(one, int | float) else None for one in stated[:2]))


def _point(longitude: float | None, latitude: float | None) -> tuple[float, float] | None:
    """Return a point to a tenth of a metre; None where one is missing. Raises ValueError for metres of a grid."""
    if longitude is None or latitude is None:
        return None
    if abs(longitude) > 360 or abs(latitude) > 360:
        raise ValueError("its coordinates are no degrees: it must be given in WGS 84 (EPSG:4326)")
    return (round(longitude, 6), round(latitude, 6)) if is_place(longitude, latitude) else None


def _degrees(written: str) -> float | None:
    try:
        return float(written.replace(",", "."))
    except ValueError:
        return None


def _centre(line: Line) -> tuple[float, float]:
    return sum(point[0] for point in line) / len(line), sum(point[1] for point in line) / len(line)


def _house(written: str) -> str:
    """Return "12a" of "12 A" and of "12a-14"."""
    digits = "".join(written.split()).lower()
    end = next((at for at, sign in enumerate(digits) if not sign.isdigit()), len(digits))
    letter = (
        digits[end : end + 1] if digits[end : end + 1].isalpha() and not digits[end + 1 : end + 2].isalpha() else ""
    )
    return digits[:end].lstrip("0")[:4] + letter if end else ""


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((row[name].strip() for name in names if isinstance(row.get(name), str) and row[name].strip()), "")
