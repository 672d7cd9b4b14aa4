"""What servers of several makers do."""

import re
from typing import Any

from app.vocabulary import PROPERTIES
from oparl_sync.quirks.allris import snake_case
from oparl_sync.quirks.sdnet import body_left_out, file_ending_doubled, file_slash_doubled
from oparl_sync.quirks.somacos import file_behind_getfile, one_scheme

TYPE = re.compile(r"/(?:1\.[01])/([A-Za-z]+)/?$")
TYPES = {name.lower(): name for name in PROPERTIES}


def type_in_any_spelling(value: Any) -> str | None:
    """Older servers write the type's URL in other cases and with http; only its last part counts."""
    match = TYPE.search(value) if isinstance(value, str) else None
    return TYPES.get(match[1].lower()) if match else None


def is_untyped(stated: Any) -> bool:
    """Bare tombstones and some organizations carry no type; ALLRIS puts "gr" there and the URL into `Type`."""
    return stated is None or (isinstance(stated, str) and "/" not in stated)


def first_point(geojson: Any) -> tuple[float | None, float | None]:
    """Return longitude and latitude of the first point of a GeoJSON object, or two Nones; Somacos writes text."""
    spot = geojson
    for step in ("geometry", "coordinates"):
        if isinstance(spot, dict) and step in spot:
            spot = spot[step]
    while isinstance(spot, list) and spot and isinstance(spot[0], list):
        spot = spot[0]
    if not (isinstance(spot, list) and len(spot) >= 2 and all(type(n) in (int, float, str) for n in spot[:2])):
        return None, None
    try:
        longitude, latitude = coordinates_swapped(float(spot[0]), float(spot[1]))
    except (ValueError, OverflowError):
        return None, None
    return (longitude, latitude) if abs(longitude) <= 180 and abs(latitude) <= 90 else (None, None)


def coordinates_swapped(longitude: float, latitude: float) -> tuple[float, float]:
    """The specification's own examples put latitude first, and servers copied it; in Germany the ranges tell."""
    if 47 <= longitude <= 56 and 5 <= latitude <= 16:
        return latitude, longitude
    return longitude, latitude


def further_addresses(address: str) -> list[str]:
    """Return where else a file may lie that is not where its source says."""
    found = [address]
    for mended in (file_slash_doubled, file_ending_doubled, file_behind_getfile):
        found += [other for one in found if (other := mended(one))]
    return found[1:]


def spelt_as_own(own_id: str, target: str) -> str:
    """Return the id of another object as it is spelt where that object stands."""
    return body_left_out(own_id, one_scheme(own_id, target))


def aliases(data: dict[str, Any], object_type: str) -> dict[str, Any]:
    """Return the object with misspelt properties under their names.

    Somacos Bodies say `consultations` and `files`; ALLRIS says `agendaitem` and `street_address`; several `licence`.
    """
    known = ALIASES[object_type]
    if known.keys().isdisjoint(data):
        return data
    return {known[k] if k in known and known[k] not in data else k: v for k, v in data.items()}


_SPELT: dict[str, dict[str, str]] = {
    "Body": {"consultations": "consultation", "files": "file"},
    "Consultation": {"agendaitem": "agendaItem"},
}
ALIASES = {name: {"licence": "license"} | snake_case(name) | _SPELT.get(name, {}) for name in PROPERTIES}
