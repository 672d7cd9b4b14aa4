"""Papers by place: what lies within a circle or a part of the map, in groups that can be drawn apart and numbered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.geo import METRES, Box, Point, metres, squeeze
from app.models import Paper, PaperPlace, Place
from app.shown import shown

MARKS = 200  # on one map
LISTED = 12  # groups that are numbered
NEAR = 400  # places of a circle, the nearest
NEWEST, LOOKED = 2, 90  # papers that are named of a group, each once; rows looked at for that: one names 60 streets
OwnStreet = tuple[int, str]  # its source, and its key
COLUMNS, ROWS = 16, 12  # of the grid that places are put together by: more would touch


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a map is narrowed to; None: not narrowed."""

    sources: tuple[int, ...] = ()
    body: str | None = None  # where a source has several
    since: date | None = None
    paper_type: str | None = None


@dataclass(slots=True)
class Group:
    """Places that lie too near to each other to be drawn apart; `number` is None where it is not listed."""

    longitude: float
    latitude: float
    count: int  # of places
    number: int | None = None
    places: list[Place] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)  # the newest
    total: int | None = None  # papers, where it is one place
    distance: float | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What there is: the groups, those with a number first, how many places, and papers where they were counted."""

    groups: Sequence[Group]
    places: int
    papers: int | None = None

    @property
    def listed(self) -> list[Group]:
        """The groups that have a number."""
        return [group for group in self.groups if group.number is not None]


def overview(session: Session, wanted: Wanted, box: Box) -> Around:
    """Return what a part of the map shows: the groups with most papers are listed; in four queries."""
    high, wide = (box.north - box.south) / ROWS or 1.0, (box.east - box.west) / COLUMNS or 1.0
    cell = (cast((Place.latitude - box.south) / high, Integer), cast((Place.longitude - box.west) / wide, Integer))
    weight = func.count() if _narrows(wanted) else func.sum(Place.drawn)
    columns = (*cell, func.count(Place.id.distinct()), func.avg(Place.longitude), func.avg(Place.latitude), weight)
    query = _drawn(select(*columns), wanted).where(*_within(box)).group_by(*cell).order_by(weight.desc(), *cell)
    rows = session.execute(query.limit(MARKS)).all()
    groups = [Group(row[3], row[4], row[2]) for row in rows]
    numbers = {(row[0], row[1]): group for row, group in zip(rows[:LISTED], groups, strict=False)}
    for number, group in enumerate(numbers.values(), 1):
        group.number = number
    if numbers:
        inside = or_(*(and_(cell[0] == y, cell[1] == x) for y, x in numbers))
        theirs = _drawn(select(Place, weight, *cell), wanted).where(*_within(box), inside)
        grouped = theirs.group_by(Place.id).order_by(weight.desc(), Place.id).limit(NEAR)
        for place, papers, y, x in session.execute(grouped):
            group = numbers[y, x]
            group.places.append(place)
            group.total = papers if group.count == 1 else None
    for group in groups:
        group.box = _box_of(group, high, wide)
    _name_papers(session, wanted, list(numbers.values()))
    return Around(groups, sum(group.count for group in groups))


def nearby(
    session: Session,
    wanted: Wanted,
    point: Point,
    radius: float,
    *,
    apart: float,
    own: OwnStreet | None = None,
    without: str | None = None,
    listed: int = LISTED,
) -> Around:
    """Return what lies within `radius` metres, the nearest first; what is less than `apart` metres apart is one group.

    In four queries. What is about the reader's `own` street is where she is, however far off its middle lies. `without`
    is the key of a street that is left out.
    """
    narrow = squeeze(point[1])
    east, north = (Place.longitude - point[0]) * narrow, Place.latitude - point[1]
    mine = _own(own)
    square: ColumnElement[Any] = case((mine, 0.0), else_=east * east + north * north)
    circle = [or_(mine, and_(*_within(Box.around(*point, radius)), square <= (radius / METRES) ** 2))]
    if without is not None:
        circle.append(or_(Place.street_key.is_(None), Place.street_key != without))
    weight = func.count() if _narrows(wanted) else func.max(Place.drawn)
    query = _drawn(select(Place, weight), wanted).where(*circle).group_by(Place.id).order_by(square, Place.id)
    rows = session.execute(query.limit(NEAR)).all()
    groups: list[Group] = []
    for place, papers in rows:
        group = _join(groups, place, papers, point, apart)
        if own == (place.source_id, place.key):
            group.distance = 0.0
    for number, group in enumerate(groups[:listed], 1):
        group.number = number
    _name_papers(session, wanted, groups[:listed])
    counted = select(func.count(PaperPlace.paper_id.distinct())).join(Place, Place.id == PaperPlace.place_id)
    papers = session.scalar(counted.where(*circle, PaperPlace.drawn, *_narrowed(wanted), *_here(wanted)))
    return Around(groups[:MARKS], len(rows), papers)


def _own(street: OwnStreet | None) -> ColumnElement[bool]:
    if street is None:
        return false()
    return and_(Place.source_id == street[0], Place.key == street[1], Place.latitude.is_not(None))


def paper_types(session: Session, sources: Collection[int]) -> list[str]:
    """Return of which kinds papers are that have a place, the most frequent first."""
    chosen = select(PaperPlace.paper_type).join(Place, Place.id == PaperPlace.place_id)
    chosen = chosen.where(Place.source_id.in_(sources), PaperPlace.paper_type.is_not(None))
    found = session.scalars(chosen.group_by(PaperPlace.paper_type).order_by(func.count().desc()).limit(30))
    return [kind for kind in found if kind]


def _join(groups: list[Group], place: Place, papers: int, point: Point, apart: float) -> Group:
    """Put a place to the group it would touch, or begin one; returns that."""
    here = (place.longitude or 0.0, place.latitude or 0.0)
    near = (group for group in groups if metres((group.longitude, group.latitude), here) < apart)
    group = next(near, None)
    if group is None:
        groups.append(Group(*here, 1, places=[place], total=papers, distance=metres(point, here)))
        return groups[-1]
    group.places.append(place)
    group.count, group.total = group.count + 1, None
    return group


def _name_papers(session: Session, wanted: Wanted, groups: Sequence[Group]) -> None:
    """Give groups their newest papers, in two queries."""
    newest: list[dict[str, date]] = [{} for _ in groups]
    # Each group is asked for its own: to rank the papers of all places takes five times as long.
    asked = [_newest(wanted, at, [place.id for place in group.places]) for at, group in enumerate(groups)]
    told: Any = session.execute(union_all(*asked)).all() if asked else ()
    for at, paper_id, day in told:
        newest[at][paper_id] = day or date.min
    named = _once(newest, NEWEST if all(group.distance is not None for group in groups) else 1)
    ids = {paper_id for one in named for paper_id in one}
    papers = {row.id: row for row in session.scalars(select(Paper).where(Paper.id.in_(ids), shown(Paper)))}
    for group, theirs in zip(groups, named, strict=True):
        group.papers = [papers[paper_id] for paper_id in theirs if paper_id in papers]


def _newest(wanted: Wanted, at: int, places: Sequence[int]) -> Select[tuple[int, str, date | None]]:
    """Return the question for the newest papers of some places, with the number of their group."""
    said = select(literal(at).label("at"), PaperPlace.paper_id, PaperPlace.date)
    said = said.where(PaperPlace.place_id.in_(places), PaperPlace.drawn, *_narrowed(wanted))
    newest = said.order_by(PaperPlace.date.desc().nulls_last(), PaperPlace.paper_id).limit(LOOKED).subquery()
    return select(newest)


def _once(dated: Sequence[dict[str, date]], most: int) -> list[list[str]]:
    """Return the newest of each group that no group before it names; of one that has no others, its newest."""
    taken: set[str] = set()
    found = []
    for one in dated:
        newest = sorted(one, key=lambda key, one=one: (one[key], key), reverse=True)  # type: ignore[misc]  # bound
        chosen = [key for key in newest if key not in taken][:most] or newest[:1]
        taken.update(chosen)
        found.append(chosen)
    return found


def _drawn(query: Any, wanted: Wanted) -> Any:
    """Narrow places to those that papers wanted are about."""
    query = query.select_from(Place).where(Place.drawn > 0, *_here(wanted))
    if not _narrows(wanted):
        return query
    return query.join(PaperPlace, PaperPlace.place_id == Place.id).where(PaperPlace.drawn, *_narrowed(wanted))


def _narrows(wanted: Wanted) -> bool:
    return bool(wanted.since or wanted.paper_type or wanted.body)


def _here(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [Place.source_id.in_(wanted.sources)]


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(PaperPlace.date >= wanted.since)
    if wanted.paper_type is not None:
        found.append(PaperPlace.paper_type == wanted.paper_type)
    if wanted.body is not None:
        found.append(PaperPlace.paper_id.in_(select(Paper.id).where(Paper.body_id == wanted.body)))
    return found


def _within(box: Box) -> list[ColumnElement[bool]]:
    return [Place.latitude.between(box.south, box.north), Place.longitude.between(box.west, box.east)]


def _box_of(group: Group, high: float, wide: float) -> Box:
    """Return what to look at to see a group's places apart."""
    x, y = group.longitude, group.latitude
    return Box(y - high / 2, x - wide / 2, y + high / 2, x + wide / 2)
