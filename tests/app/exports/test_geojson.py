"""What councils write as GeoJSON becomes a place on the map, or none."""

import pytest

from app.exports.geojson import feature_of


@pytest.mark.parametrize(
    "told",
    [
        *(None, "x", [], {}, {"type": "Point"}, {"type": "Point", "coordinates": [181, 0]}),
        *({"type": "Point", "coordinates": ["7", "51"]}, {"type": "Point", "coordinates": [True, 1]}),
        *({"type": [], "coordinates": [7, 51]}, {"type": "LineString", "coordinates": [7, 51]}),
        *({"type": "Feature", "geometry": None}, {"type": "Point", "coordinates": [7]}),
    ],
)
def test_what_is_no_place_on_earth_is_not_on_the_map(told: object) -> None:
    assert feature_of({"id": "x", "geojson": told}) is None
