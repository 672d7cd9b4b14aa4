"""Which spots papers are about: their Locations and the streets in their titles and files, by the gazetteer."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.facts import Fact, Kind, Town, house_of, places, street_key, street_of
from app.geo import Box, Line, Point, is_place, is_within
from app.models import Address, File, Link, Location, MapShape, Mention, Paper, Street
from app.queries.references import FILE_ROLES
from app.shown import shown
from oparl_sync.guarding import whatever_fails
from oparl_sync.known import chunks
from oparl_sync.towns import town_of

MOST = 60  # streets of one paper, the most named ones: a budget names all of the town
TITLED = 1_000  # times that a text would have to name a street to count as much as a title
HOUSES = 5  # of one street in one paper; where there are more, it is about the street


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as it is stored: where it is, as far as anybody told."""

    source_id: int
    key: str
    street_key: str | None
    name: str
    district: str | None = None
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A spot that a paper is about; by a file on this page first, or by a Location."""

    spot: Spot
    drawn: bool = True
    file_id: str | None = None
    page: int | None = None


@dataclass(slots=True)
class About:
    """A paper and its spots."""

    paper_id: str
    source_id: int
    date: date | None
    paper_type: str | None
    found: dict[str, Found] = field(default_factory=dict)

    def add(self, spots: Iterable[Found]) -> None:
        """Note spots; what is noted of one already stays, but for the page on which it is named."""
        for one in spots:
            before = self.found.setdefault(one.spot.key, one)
            if before.page is None and one.page is not None:
                self.found[one.spot.key] = replace(before, file_id=one.file_id, page=one.page)


@dataclass(frozen=True, slots=True)
class _Said:
    """A street that a paper names: with which numbers, and where first."""

    count: int
    numbers: tuple[str, ...]
    label: str
    file_id: str | None = None
    page: int | None = None


Wanted = dict[tuple[int, str], set[str]]  # source and street -> numbers


def spots_of(session: Session, paper_ids: Collection[str]) -> list[About]:
    """Return some papers, without those that are not shown, with the spots they are about; in a few queries."""
    columns = (Paper.id, Paper.source_id, Paper.date, Paper.paper_type, Paper.name)
    rows = session.execute(select(*columns).where(Paper.id.in_(paper_ids), shown(Paper))).all()
    papers = {row.id: About(row.id, row.source_id, row.date, row.paper_type) for row in rows}
    said = _said(session, papers, {row.id: row.name or "" for row in rows})
    located = _locations(session, papers)
    wanted: Wanted = {}
    for paper_id, streets in said.items():
        for key, one in streets.items():
            wanted.setdefault((papers[paper_id].source_id, key), set()).update(one.numbers)
    for paper_id, theirs in located.items():
        for place in theirs:
            key, number = street_key(_written(place)), house_of(place.street_address or "")
            wanted.setdefault((papers[paper_id].source_id, key), set()).add(number)
    known = _Known(session, wanted)
    for paper in papers.values():
        for place in located.get(paper.paper_id, ()):
            paper.add(_of_location(known, paper.source_id, place))
        for key, names in said.get(paper.paper_id, {}).items():
            paper.add(_of_street(known, paper, key, names))
    return list(papers.values())


class _Known:
    """What the gazetteer knows of some streets."""

    def __init__(self, session: Session, wanted: Wanted) -> None:
        keys, sources = sorted({key for _, key in wanted}), {source for source, _ in wanted}
        numbers = {number for one in wanted.values() for number in one} | {""}
        self.names: dict[tuple[int, str], str] = {}
        self.addresses: dict[tuple[int, str, str], Address] = {}
        self.outlines: dict[int, list[tuple[str, list[Line], Box]]] = {}
        for part in chunks(keys):
            theirs = (Address.street_key.in_(part), Address.source_id.in_(sources))
            # Last what counts: the operator's own point of what a Location tells too.
            for row in session.scalars(select(Address).where(*theirs).order_by(Address.origin.desc())):
                self.names.setdefault((row.source_id, row.street_key), row.name)
                if row.number in numbers:
                    self.addresses[row.source_id, row.street_key, row.number] = row
                self.addresses.setdefault((row.source_id, row.street_key, ""), row)
            brought = select(Street).where(Street.key.in_(part), Street.source_id.in_(sources))
            self.names |= {(row.source_id, row.key): row.name for row in session.scalars(brought)}
        outlined = select(MapShape).where(MapShape.kind == "district", MapShape.source_id.in_(sources))
        for shape in session.scalars(outlined):
            box = Box(shape.south, shape.west, shape.north, shape.east)
            self.outlines.setdefault(shape.source_id, []).append((shape.name or "", list(shape.lines), box))

    def spot(self, source_id: int, street: str, number: str, label: str) -> Spot | None:
        """Return a house, or a street where the number is empty; None for a house that is not known."""
        row = self.addresses.get((source_id, street, number))
        if row is None and number:
            return None
        name = self.names.get((source_id, street)) or label
        point = (row.longitude, row.latitude) if row else None
        district = (row.district if row else None) or self.district(source_id, point)
        key = f"{street} {number}".strip()
        return Spot(source_id, key, street, f"{name} {number}".strip(), district, point)

    def district(self, source_id: int, point: Point | None) -> str | None:
        """Return in which of the drawn districts a point lies."""
        if point is None:
            return None
        for name, lines, box in self.outlines.get(source_id, ()):
            inside = box.south <= point[1] <= box.north and box.west <= point[0] <= box.east
            if name and inside and is_within(point, lines):
                return name
        return None


def _of_street(known: _Known, paper: About, key: str, said: _Said) -> Iterable[Found]:
    """Yield the street, and the houses that stand for it on the map where it is about few that are known."""
    houses = [known.spot(paper.source_id, key, number, said.label) for number in said.numbers if number]
    there = [house for house in houses if house] if len(houses) <= HOUSES else []
    street = known.spot(paper.source_id, key, "", said.label)
    if street:
        yield Found(street, not there, said.file_id, said.page)
    for house in there:
        yield Found(house, True, said.file_id, said.page)


def _of_location(known: _Known, source_id: int, place: Location) -> Iterable[Found]:
    own = (place.longitude, place.latitude)
    point = (own[0], own[1]) if own[0] is not None and own[1] is not None and is_place(own[0], own[1]) else None
    street = _street(known, source_id, place)
    district = place.sub_locality or known.district(source_id, point)
    if street is None:
        name = (place.description or place.name or place.street_address or "").strip()[:200]
        if name and point:
            yield Found(Spot(source_id, f"@{street_key(name)}", None, name, district, point))
        return
    key, number = street_key(street), house_of(place.street_address or "")
    if found := known.spot(source_id, key, "", street):
        yield Found(found, not number)
    if number:
        house = known.spot(source_id, key, number, street)
        yield Found(house or Spot(source_id, f"{key} {number}", key, f"{street} {number}", district, point))


def _street(known: _Known, source_id: int, place: Location) -> str | None:
    """Return the street of a Location: what sounds like one, or is known to be one ("Am Glockenturm")."""
    written = _written(place)
    return street_of(place.street_address or "") or known.names.get((source_id, street_key(written)))


def _written(place: Location) -> str:
    address = place.street_address or ""
    return street_of(address) or address.partition(",")[0].strip()[:80]


def _locations(session: Session, papers: Collection[str]) -> dict[str, list[Location]]:
    chosen = (
        select(Link.from_id, Location)
        .join(Location, Location.id == Link.to_id)
        .where(Link.from_id.in_(papers), Link.property == "location", shown(Location))
        .order_by(Link.from_id, Link.position)
    )
    found: dict[str, list[Location]] = {}
    for paper_id, place in session.execute(chosen):
        found.setdefault(paper_id, []).append(place)
    return found


def _said(session: Session, papers: Mapping[str, About], titles: Mapping[str, str]) -> dict[str, dict[str, _Said]]:
    """Return which streets the titles and the files of papers name, the most named of each paper."""
    found = _titled(session, papers, titles)
    files = (
        select(Link.from_id, File.id, File.blob_sha256)
        .join(File, File.id == Link.to_id)
        .where(Link.from_id.in_(papers), Link.property.in_(FILE_ROLES), File.blob_sha256.is_not(None), shown(File))
        .order_by(Link.from_id, Link.property.desc(), Link.position)
    )
    theirs = session.execute(files).all()
    mentions = _mentions(session, sorted({row.blob_sha256 for row in theirs if row.blob_sha256}))
    for paper_id, file_id, sha256 in theirs:
        streets = found.setdefault(paper_id, {})
        for key, one in mentions.get(sha256 or "", {}).items():
            before = streets.get(key)
            numbers = tuple(dict.fromkeys((*(before.numbers if before else ()), *one.numbers)))
            first = (before.file_id, before.page) if before and before.page else (file_id, one.page)
            streets[key] = _Said(one.count + (before.count if before else 0), numbers, one.label, *first)
    return {paper_id: _most_named(streets) for paper_id, streets in found.items()}


def _titled(session: Session, papers: Mapping[str, About], titles: Mapping[str, str]) -> dict[str, dict[str, _Said]]:
    sources = {one.source_id for one in papers.values()}
    towns = {one: whatever_fails(partial(town_of, session, (one,)), Town(), one) for one in sources}
    found: dict[str, dict[str, _Said]] = {}
    for paper_id, title in titles.items():
        streets = found.setdefault(paper_id, {})
        town = towns[papers[paper_id].source_id]
        nothing: list[Fact] = []
        for fact in whatever_fails(partial(_places, title, town), nothing, paper_id):
            before, name = streets.get(fact.value), fact.label or fact.value
            numbers = tuple(dict.fromkeys((*(before.numbers if before else ()), house_of(name))))
            streets[fact.value] = _Said(TITLED, numbers, street_of(name) or name)
    return found


def _places(title: str, town: Town) -> list[Fact]:
    return [*islice(places(title, town), MOST)]


def _mentions(session: Session, files: list[str]) -> dict[str, dict[str, _Said]]:
    columns = (Mention.sha256, Mention.value, Mention.label)
    found: dict[str, dict[str, _Said]] = {}
    for part in chunks(files):
        chosen = select(*columns, func.min(Mention.page), func.count())
        chosen = chosen.where(Mention.sha256.in_(part), Mention.kind == Kind.PLACE)
        for sha256, key, label, page, count in session.execute(chosen.group_by(*columns).order_by(*columns)):
            streets = found.setdefault(sha256, {})
            before = streets.get(key)
            number, name = house_of(label or ""), street_of(label or "") or label or key
            numbers = (*(before.numbers if before else ()), number)
            first = min(page, before.page or page) if before else page
            streets[key] = _Said(count + (before.count if before else 0), numbers, name, None, first)
    return found


def _most_named(streets: dict[str, _Said]) -> dict[str, _Said]:
    if len(streets) <= MOST:
        return streets
    return dict(sorted(streets.items(), key=lambda item: (-item[1].count, item[0]))[:MOST])
