"""The gazetteer: which streets and districts there are, where an address is, and what is drawn of a map."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.facts import house_of, street_key, street_of
from app.geo import Box, Point
from app.models import Address, MapShape, Place, Street

MOST = 60_000  # names that are compared with what was mistyped
SHAPES = 700  # of one drawing
LONGEST = 80  # characters of a street
_HOUSE = re.compile(r"[\s,]+(?:Nr\.?\s*)?([1-9]\d{0,3}\s?[a-zA-Z]?)(?:\s*[-–/+].*)?$")
_HOUSE_FIRST = re.compile(r"^([1-9]\d{0,3}[a-zA-Z]?)[\s,]+(?=\D)")
_POSTCODE = re.compile(r"(?:^|\s)(?:D-)?\d{5}\b.*$")


@dataclass(frozen=True, slots=True)
class KnownStreet:
    """A street of one council's town; `point` is None where nobody told where it is."""

    source_id: int
    key: str
    name: str
    district: str | None = None
    point: Point | None = None
    papers: int = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """An address that was asked for: its street, the house ("" for the middle of the street), and where it is."""

    street: KnownStreet
    number: str
    point: Point
    asked_number: str = ""


def taken_apart(address: str) -> tuple[str, str]:
    """Return the key of the street and the house number in what somebody typed: "Gartenstr. 12a, 59998 Lohenbrück"."""
    typed = " ".join(address.split())[:200]
    first = _POSTCODE.sub("", typed.partition(",")[0]).strip()
    if found := _HOUSE.search(first):
        street, number = first[: found.start()], found[1]
    elif found := _HOUSE_FIRST.match(first):
        street, number = first[found.end() :], found[1]
    else:
        street, number = first, house_of(first)
    return street_key(street_of(street) or street)[:LONGEST], "".join(number.split()).lower()


def resolved(session: Session, address: str, sources: Collection[int] | None = None) -> list[Spot]:
    """Return where an address is: one spot for each council that has such a street; asked of nobody else."""
    key, number = taken_apart(address)
    found = []
    for street in streets_of(session, [key, *_spelled(key)], sources):
        house = _house(session, street, number)
        point = house or street.point
        if point is not None:
            found.append(Spot(street, number if house else "", point, number))
    return found


def streets_of(session: Session, keys: Sequence[str], sources: Collection[int] | None = None) -> list[KnownStreet]:
    """Return the streets of these keys, one for each council that has it; in three queries."""
    if not any(keys):
        return []
    found: dict[tuple[int, str], KnownStreet] = {}
    for brought in session.scalars(select(Street).where(Street.key.in_(keys), *_of(Street.source_id, sources))):
        found[brought.source_id, brought.key] = KnownStreet(brought.source_id, brought.key, brought.name)
    # First what counts: the operator's own point of the whole street.
    first = (Address.number != "", Address.origin, Address.number)
    points = select(Address).where(Address.street_key.in_(keys), *_of(Address.source_id, sources))
    for told in session.scalars(points.order_by(*first).limit(MOST)):
        known = found.get((told.source_id, told.street_key))
        if known is None or known.point is None:
            where = KnownStreet(
                told.source_id, told.street_key, told.name, told.district, (told.longitude, told.latitude)
            )
            found[told.source_id, told.street_key] = replace(where, name=known.name) if known else where
    named = (Place.street_key.in_(keys), Place.key == Place.street_key)
    for place in session.scalars(select(Place).where(*named, *_of(Place.source_id, sources))):
        empty = KnownStreet(place.source_id, place.key, place.name)
        known = found.get((place.source_id, place.key), empty)
        district, point = place.district or known.district, point_of(place) or known.point
        found[place.source_id, place.key] = replace(known, district=district, point=point, papers=place.papers)
    return sorted(found.values(), key=lambda street: (keys.index(street.key), -street.papers, street.source_id))


def point_of(place: Place) -> Point | None:
    """Return where a place is."""
    return None if place.longitude is None or place.latitude is None else (place.longitude, place.latitude)


def street_names(session: Session, sources: Collection[int] | None) -> dict[str, str]:
    """Return key -> name of all streets that are known; reads a table of all houses, so ask seldom."""
    names: dict[str, str] = {}
    listed = (
        select(Street.key, Street.name).where(*_of(Street.source_id, sources)),
        select(Address.street_key, Address.name).where(*_of(Address.source_id, sources)).distinct(),
    )
    for query in listed:
        names |= {row[0]: row[1] for row in session.execute(query.limit(MOST))}
    return names


def similar(names: Mapping[str, str], address: str, limit: int = 6) -> list[str]:
    """Return those names of streets that are spelled like what was typed, the most similar first."""
    key, _ = taken_apart(address)
    if not key:
        return []
    begun = sorted((other for other in names if other.startswith(key)), key=len)[:limit]
    alike = process.extract(key, names.keys(), scorer=fuzz.ratio, limit=limit, score_cutoff=66)
    return list(dict.fromkeys(names[one] for one in (*begun, *(match[0] for match in alike))))[:limit]


def shapes_in(session: Session, sources: Collection[int], box: Box, *, finest: float, near: bool) -> list[MapShape]:
    """Return what is drawn of some towns within a box, the largest first; houses only from near."""
    overlapping = (
        MapShape.south <= box.north,
        MapShape.north >= box.south,
        MapShape.west <= box.east,
        MapShape.east >= box.west,
    )
    chosen = select(MapShape).where(MapShape.source_id.in_(sources), MapShape.extent >= finest, *overlapping)
    if not near:
        chosen = chosen.where(MapShape.kind != "built")
    return list(session.scalars(chosen.order_by(MapShape.extent.desc(), MapShape.id).limit(SHAPES)))


def shapes_named(session: Session, kind: str, key: str, source_id: int) -> list[MapShape]:
    """Return how a street or a district runs."""
    theirs = (MapShape.key == key, MapShape.kind == kind, MapShape.source_id == source_id)
    return list(session.scalars(select(MapShape).where(*theirs).limit(20)))


def extent_of(session: Session, sources: Collection[int]) -> Box | None:
    """Return where towns lie: around what is drawn of them, else around most of what papers are about."""
    box = (func.min(MapShape.south), func.min(MapShape.west), func.max(MapShape.north), func.max(MapShape.east))
    drawn = (MapShape.source_id.in_(sources), MapShape.kind.in_(("street", "district")))
    row: Any = session.execute(select(*box).where(*drawn)).one()
    if row[0] is not None:
        return Box(*row)
    y, x = Place.latitude, Place.longitude
    each = [(func.min(one), func.max(one), func.avg(one), func.avg(one * one)) for one in (y, x)]
    placed = select(*each[0], *each[1]).where(Place.source_id.in_(sources), y.is_not(None))
    found: Any = session.execute(placed).one()
    if found[0] is None:
        return None
    south, north = _most(*found[:4])
    west, east = _most(*found[4:])
    return Box(south, west, north, east)


def sources_with_places(session: Session) -> list[int]:
    """Return the sources of which anything can be drawn."""
    drawn = select(MapShape.source_id).distinct()
    placed = select(Place.source_id).where(Place.latitude.is_not(None)).distinct()
    return sorted({*session.scalars(drawn), *session.scalars(placed)})


def _most(low: float, high: float, mean: float, squares: float) -> tuple[float, float]:
    """Return a range without what lies far off: one paper about another city does not shrink the map."""
    deviation = max(squares - mean * mean, 0.0) ** 0.5
    return max(low, mean - 2.5 * deviation), min(high, mean + 2.5 * deviation)


def _house(session: Session, street: KnownStreet, number: str) -> Point | None:
    """Return where a house is; "12" stands for "12a" where only that is known."""
    if not number:
        return None
    plain = number.rstrip("abcdefghijklmnopqrstuvwxyz")
    theirs = (Address.source_id == street.source_id, Address.street_key == street.key)
    wanted = or_(Address.number.in_((number, plain)), Address.number == f"{plain}a")
    rows = session.scalars(select(Address).where(*theirs, wanted).order_by(Address.origin, Address.number)).all()
    best = next((row for row in rows if row.number == number), rows[0] if rows else None)
    return (best.longitude, best.latitude) if best else None


def _spelled(key: str) -> list[str]:
    """Return the key with umlauts where it was typed without: "Muehlenweg"."""
    plain = key
    for umlaut, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        plain = plain.replace(pair, umlaut)
    return [plain] if plain != key else []


def _of(column: InstrumentedAttribute[int], sources: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [] if sources is None else [column.in_(sources)]
