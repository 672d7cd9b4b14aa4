"""Degrees and metres: boxes, distances, outlines. Plane geometry, good enough within one town."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

METRES = 111_195.0  # of one degree of latitude
Point = tuple[float, float]  # longitude, latitude, as GeoJSON has it
Line = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in degrees."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def of(cls, lines: Iterable[Line]) -> "Box":
        """Return the smallest box around some lines; raises ValueError where there is no point."""
        points = [point for line in lines for point in line]
        longitudes, latitudes = [point[0] for point in points], [point[1] for point in points]
        return cls(min(latitudes), min(longitudes), max(latitudes), max(longitudes))

    @classmethod
    def around(cls, longitude: float, latitude: float, metres: float) -> "Box":
        """Return the box around a circle."""
        high = metres / METRES
        wide = high / squeeze(latitude)
        return cls(latitude - high, longitude - wide, latitude + high, longitude + wide)

    @property
    def centre(self) -> Point:
        """The middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    @property
    def height(self) -> float:
        """Metres from south to north."""
        return (self.north - self.south) * METRES

    @property
    def width(self) -> float:
        """Metres from west to east, in the middle."""
        return (self.east - self.west) * METRES * squeeze(self.centre[1])


def squeeze(latitude: float) -> float:
    """Return how much shorter a degree of longitude is than one of latitude there."""
    return max(0.01, math.cos(math.radians(latitude)))


def metres(one: Point, other: Point) -> float:
    """Return the distance between two points."""
    narrow = squeeze((one[1] + other[1]) / 2)
    return math.hypot((one[0] - other[0]) * narrow, one[1] - other[1]) * METRES


def is_place(longitude: float, latitude: float) -> bool:
    """Tell whether this is a spot on earth; 0, 0 is what programs write that know none."""
    finite = math.isfinite(longitude) and math.isfinite(latitude)
    return finite and abs(longitude) <= 180 and abs(latitude) <= 85 and (longitude, latitude) != (0, 0)


def middle(lines: Iterable[Line]) -> Point:
    """Return the point halfway along the longest of some lines."""
    line = max(lines, key=_length)
    rest = _length(line) / 2
    for one, other in pairwise(line):
        step = _length((one, other))
        if step and rest <= step:
            part = rest / step
            return one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part
        rest -= step
    return line[0][0], line[0][1]


def is_within(point: Point, rings: Iterable[Line]) -> bool:
    """Tell whether a point lies within an outline; a second ring within the first is a hole."""
    inside = False
    for ring in rings:
        for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (one[1] > point[1]) != (other[1] > point[1]):
                at = one[0] + (point[1] - one[1]) / (other[1] - one[1]) * (other[0] - one[0])
                inside ^= point[0] < at
    return inside


def _length(line: Line) -> float:
    return sum(metres((one[0], one[1]), (other[0], other[1])) for one, other in pairwise(line))
