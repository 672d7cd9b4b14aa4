"""GeoJSON (RFC 7946): the places of a council that have a form on the map, one a line."""

import math
from pathlib import Path
from typing import Any, Final

import orjson

from app.db import JsonObject
from app.exports.packed import Packed
from app.exports.tables import Row, Table
from app.exports.writers import GZIP, Written

NAME = "places.geojson.gz"
HEAD, TAIL = b'{"type":"FeatureCollection","features":[\n', b"\n]}\n"
# By type: how deep positions lie.
_DEPTH: Final = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_SAID = ("name", "description", "streetAddress", "room", "postalCode", "subLocality", "locality")


class GeoJson:
    """A council's file, made with its first place."""

    def __init__(self, built: Path, slug: str) -> None:
        self._path, self._name = built / slug / NAME, f"{slug}/{NAME}"
        self._file: Packed | None = None
        self._places, self._rows = False, 0

    def begin(self, table: Table) -> None:
        """See Writer."""
        self._places = table.type == "Location"

    def write(self, row: Row) -> None:
        """See Writer."""
        if not self._places or (feature := feature_of(row.form)) is None:
            return
        if self._file is None:
            self._file = Packed(self._path)
            self._file.write(HEAD)
        else:
            self._file.write(b",\n")
        self._file.write(orjson.dumps(feature))
        self._rows += 1

    def close(self) -> list[Written]:
        """See Writer."""
        if self._file is None:
            return []
        self._file.write(TAIL)
        self._file.close()
        return [Written(self._name, "Location", "geojson", GZIP, self._rows)]


def feature_of(form: JsonObject) -> JsonObject | None:
    """Return a Location as a feature; None where it says no place, or none that is on earth."""
    told = form.get("geojson")
    geometry = told.get("geometry") if isinstance(told, dict) and told.get("type") == "Feature" else told
    if not isinstance(geometry, dict):
        return None
    kind, positions = geometry.get("type"), geometry.get("coordinates")
    if not isinstance(kind, str) or kind not in _DEPTH or not _is_on_earth(positions, _DEPTH[kind]):
        return None
    said = {name: form[name] for name in (*_SAID, "bodies", "organizations", "meetings", "papers") if name in form}
    said |= {"url": form["id"]} | {name: value for name, value in form.items() if name == "ratslupe:license"}
    plain = {"type": kind, "coordinates": positions}
    return {"type": "Feature", "id": form["id"], "geometry": plain, "properties": said}


def _is_on_earth(positions: Any, depth: int) -> bool:
    if not isinstance(positions, list) or not positions:
        return False
    if depth:
        return all(_is_on_earth(one, depth - 1) for one in positions)
    numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in positions)
    if not numbers or len(positions) not in (2, 3) or not all(map(math.isfinite, positions)):
        return False
    return bool(abs(positions[0]) <= 180 and abs(positions[1]) <= 90)
