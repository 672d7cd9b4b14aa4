"""The gazetteer of a source: streets, houses and the drawing of its town, as the operator's files tell them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.facts import street_key
from app.geo import Box, Line, Point, is_within, middle
from app.models import Address, MapShape, Street
from app.rows import insert_all
from oparl_sync import due_places
from oparl_sync.gazetteer_files import Feature

MOST = 50_000  # streets: Berlin has 10,000
MOST_HOUSES = 1_000_000  # Berlin has 400,000
MOST_SHAPES = 200_000
MOST_POINTS = 4_000_000  # of all shapes together


@dataclass(slots=True)
class Gazetteer:
    """What some files tell of one town, put together."""

    names: dict[str, str] = field(default_factory=dict)
    points: dict[tuple[str, str], Point] = field(default_factory=dict)  # of streets and houses, by key and number
    lines: dict[str, list[Line]] = field(default_factory=dict)  # of streets
    districts: dict[str, str] = field(default_factory=dict)  # that streets were said to lie in
    shapes: list[tuple[str, str, list[Line]]] = field(default_factory=list)
    held: int = 0  # points of shapes

    @classmethod
    def of(cls, features: Iterable[Feature]) -> "Gazetteer":
        """Put together what files tell; of two that tell the same the first counts."""
        found = cls()
        for feature in features:
            found._add(feature)
        return found

    @property
    def houses(self) -> int:
        """How many houses have a point."""
        return sum(bool(number) for _, number in self.points)

    def _add(self, one: Feature) -> None:
        key = street_key(one.name) if one.kind == "street" else ""
        known = bool(key) and (key in self.names or len(self.names) < MOST)
        if known:
            self.names.setdefault(key, one.name)
            if one.district:
                self.districts.setdefault(key, one.district)
            if one.point and len(self.points) < MOST_HOUSES:
                self.points.setdefault((key, one.number), one.point)
        size = sum(map(len, one.lines))
        if not size or self.held + size > MOST_POINTS or len(self.shapes) >= MOST_SHAPES:
            return
        self.held += size
        if known:
            self.lines.setdefault(key, []).extend(one.lines)
        else:
            self.shapes.append((one.kind, one.name, one.lines))


def load(session: Session, source_id: int, found: Gazetteer) -> None:
    """Put these streets, houses and shapes in the place of those that were brought before."""
    session.execute(delete(Street).where(Street.source_id == source_id))
    session.execute(delete(Address).where(Address.source_id == source_id, Address.origin == ""))
    session.execute(delete(MapShape).where(MapShape.source_id == source_id))
    streets = [{"source_id": source_id, "key": key, "name": name} for key, name in found.names.items()]
    insert_all(session, Street.metadata.tables["street"], streets)
    insert_all(session, MapShape.metadata.tables["map_shape"], [_shape_row(source_id, *one) for one in _shapes(found)])
    insert_all(session, Address.metadata.tables["address"], _addresses(source_id, found))
    due_places.note(session, due_places.SOURCE, [str(source_id)])


def _shapes(found: Gazetteer) -> Iterable[tuple[str, str, str | None, list[Line]]]:
    for key, lines in found.lines.items():
        yield "street", found.names[key], key, lines
    for kind, name, lines in found.shapes:
        yield kind, name, street_key(name) if kind == "district" and name else None, lines


def _shape_row(source_id: int, kind: str, name: str, key: str | None, lines: list[Line]) -> dict[str, Any]:
    box = Box.of(lines)
    where = {"south": box.south, "west": box.west, "north": box.north, "east": box.east}
    said = {"source_id": source_id, "kind": kind, "key": key, "name": name or None, "lines": lines}
    return said | where | {"extent": max(box.height, box.width)}


def _addresses(source_id: int, found: Gazetteer) -> list[dict[str, Any]]:
    """Return a row for each house, and for each street: where it was told, or is drawn, or among its houses."""
    points = {key: middle(lines) for key, lines in found.lines.items()}
    points |= {key: point for (key, number), point in found.points.items() if not number and key not in points}
    houses: dict[str, list[Point]] = {}
    for (key, number), point in found.points.items():
        if number:
            houses.setdefault(key, []).append(point)
    for key, theirs in houses.items():
        points.setdefault(key, sorted(theirs)[len(theirs) // 2])
    outlines = [(name, lines, Box.of(lines)) for kind, name, lines in found.shapes if kind == "district" and name]
    districts = {key: found.districts.get(key) or _district(point, outlines) for key, point in points.items()}
    every = {(key, ""): point for key, point in points.items()}
    every |= {where: point for where, point in found.points.items() if where[1]}
    return [
        {
            "source_id": source_id,
            "street_key": key,
            "number": number,
            "origin": "",
            "name": found.names[key],
            "district": districts.get(key),
            "longitude": point[0],
            "latitude": point[1],
        }
        for (key, number), point in every.items()
    ]


def _district(point: Point, outlines: Iterable[tuple[str, list[Line], Box]]) -> str | None:
    for name, lines, box in outlines:
        if box.south <= point[1] <= box.north and box.west <= point[0] <= box.east and is_within(point, lines):
            return name
    return None
