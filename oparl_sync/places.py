"""Papers to places: which spots each is about, behind the log, like the index; and addresses learned from Locations.

A change of a paper, a file or a Location makes what depends on it be worked out again; so does what was noted in
`due_places`: texts that were looked through, a gazetteer that was brought. Doing it twice changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Engine, delete, exists, insert, select
from sqlalchemy.orm import Session, aliased

from app import changes
from app.db import writing
from app.facts import house_of, street_key, street_of
from app.geo import is_place
from app.models import Address, Change, File, Link, Location, Paper, PaperPlace, Place
from app.queries.references import FILE_ROLES
from app.rows import insert_all
from app.shown import shown
from oparl_sync import derived, due_places
from oparl_sync.known import chunks
from oparl_sync.progress import Progress, Step
from oparl_sync.spots import About, Spot, spots_of

BATCH = 500  # changes, or notes; a kill makes at most what depends on these be worked out again
AT_ONCE = 200  # papers a commit
LONGEST = 80  # characters of a district: an index row of PostgreSQL takes 2,704 bytes
NAME = "places:2"  # another number begins anew
Enough = Callable[[], bool]


def refresh(engine: Engine, progress: Progress, *, enough: Enough = lambda: False) -> int:
    """Bring the places up to the log and the notes, until it is `enough`; returns how many papers were looked at."""
    with Session(engine) as session:
        position, last = changes.position(session, NAME), changes.last_seq(session)
        owed = due_places.is_owed(session)
    if position >= last and not owed:
        return 0
    read: set[str] = set()
    with progress.step("Placing papers", max(last - position, 1), unit="changes") as step:
        while position < last and not enough():
            position = _batch(engine, position, last, read, step)
        while not enough() and _notes(engine, read):
            pass
    return len(read)


def is_owed(engine: Engine) -> bool:
    """Whether more is known than was worked out."""
    with Session(engine) as session:
        return due_places.is_owed(session) or changes.position(session, NAME) < changes.last_seq(session)


def _batch(engine: Engine, position: int, last: int, read: set[str], step: Step) -> int:
    """Work out what a stretch of the log alters; what was read in this run was read as it is behind `last`."""
    with Session(engine) as session:
        batch = changes.since(session, position, until=last, limit=BATCH)
        named = _named(batch)
    upto = batch[-1].seq if batch else last  # numbers that were given out and never written
    _learn(engine, sorted(named.get("Location", ())))
    with Session(engine) as session:
        papers = _papers_behind(session, named)
    _place(engine, sorted(papers - read))
    read |= papers
    with writing(engine) as session:
        changes.advance(session, NAME, upto)
    step.advance(len(batch))
    return upto


def _notes(engine: Engine, read: set[str]) -> bool:
    """Work out what was noted first; tells whether there was anything."""
    with Session(engine) as session:
        numbers, due = due_places.noted(session, BATCH)
        papers = due.get(due_places.PAPER, set()) | _papers_with(session, sorted(due.get(due_places.FILE, ())))
        papers |= due_places.papers_on(session, due.get(due_places.STREET, ()))
    if sources := due.get(due_places.SOURCE):
        with writing(engine) as session:
            due_places.spread(session, sources)
    _place(engine, sorted(papers))
    read |= papers
    with writing(engine) as session:
        due_places.done(session, numbers)
    return bool(numbers)


def _named(batch: Iterable[Change]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for change in batch:
        found.setdefault(change.object_type, set()).add(change.object_id)
    return found


def _papers_behind(session: Session, named: dict[str, set[str]]) -> set[str]:
    """Return the papers whose places a stretch of the log may alter."""
    papers = set(named.get("Paper", ()))
    for name, properties in (("File", FILE_ROLES), ("Location", ("location",))):
        for part in chunks(sorted(named.get(name, ()))):
            holding = select(Link.from_id).where(Link.to_id.in_(part), Link.property.in_(properties))
            papers |= set(session.scalars(holding.where(exists().where(Paper.id == Link.from_id))))
            if name == "File":
                papers |= set(session.scalars(select(PaperPlace.paper_id).where(PaperPlace.file_id.in_(part))))
    return papers


def _papers_with(session: Session, files: Sequence[str]) -> set[str]:
    """Return the papers that hold these bytes."""
    found: set[str] = set()
    for part in chunks(files):
        holding = select(Link.from_id).join(File, File.id == Link.to_id)
        found |= set(session.scalars(holding.where(File.blob_sha256.in_(part), Link.property.in_(FILE_ROLES))))
    return found


def _learn(engine: Engine, locations: Sequence[str]) -> None:
    """Take addresses from Locations, and forget those that they told before; notes the streets that lie elsewhere now.

    They are noted, and not only returned: papers on them may have been read before, and a kill must not forget them.
    """
    for part in chunks(locations):
        with writing(engine) as session:
            before = _told(session, part)
            session.execute(delete(Address).where(Address.origin.in_(part)))
            here = session.scalars(select(Location).where(Location.id.in_(part), shown(Location)).with_for_update())
            rows = [row for row in map(_address, here) if row is not None]
            insert_all(session, Address.metadata.tables["address"], rows)
            after = _told(session, part)
            elsewhere = {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
            due_places.note_streets(session, elsewhere)


def _told(session: Session, locations: Sequence[str]) -> dict[tuple[int, str], set[tuple[Any, ...]]]:
    """Return what these Locations alone tell of streets: where each of their houses is."""
    found: dict[tuple[int, str], set[tuple[Any, ...]]] = {}
    other = aliased(Address)
    same = [getattr(other, name) == getattr(Address, name) for name in ("source_id", "street_key", "number")]
    same += [getattr(other, name).is_not_distinct_from(getattr(Address, name)) for name in ("district", "name")]
    same += [other.longitude == Address.longitude, other.latitude == Address.latitude, other.origin.not_in(locations)]
    told = select(Address).where(Address.origin.in_(locations), ~select(other.origin).where(*same).exists())
    for row in session.scalars(told):
        where = (row.number, row.name, row.district, row.longitude, row.latitude)
        found.setdefault((row.source_id, row.street_key), set()).add(where)
    return found


def _address(place: Location) -> dict[str, Any] | None:
    street = street_of(place.street_address or "")
    if street is None or place.longitude is None or place.latitude is None:
        return None
    if not is_place(place.longitude, place.latitude):
        return None
    where = {"longitude": place.longitude, "latitude": place.latitude, "district": place.sub_locality or None}
    key = {"street_key": street_key(street), "number": house_of(place.street_address or ""), "origin": place.id}
    return {"source_id": place.source_id, "name": street} | key | where


def _place(engine: Engine, papers: Sequence[str]) -> None:
    """Write where papers are: some a commit."""
    for start in range(0, len(papers), AT_ONCE):
        part = papers[start : start + AT_ONCE]
        with Session(engine) as session:
            found = spots_of(session, part)
        with writing(engine) as session:
            # Locked, so that nothing that is withdrawn at the same moment is written after it went.
            locked = select(Paper.id).where(Paper.id.in_(part), shown(Paper)).with_for_update()
            still = set(session.scalars(locked))
            _write(session, part, [paper for paper in found if paper.paper_id in still])


def _write(session: Session, papers: Sequence[str], found: Sequence[About]) -> None:
    theirs = PaperPlace.paper_id.in_(papers)
    touched = set(session.scalars(select(PaperPlace.place_id).where(theirs)))
    session.execute(delete(PaperPlace).where(theirs))
    ids = _stored(session, {(one.spot.source_id, one.spot.key): one.spot for p in found for one in p.found.values()})
    rows = [
        {
            "paper_id": paper.paper_id,
            "place_id": ids[one.spot.source_id, one.spot.key],
            "date": paper.date,
            "paper_type": paper.paper_type,
            "drawn": one.drawn,
            "file_id": one.file_id,
            "page": one.page,
        }
        for paper in found
        for one in paper.found.values()
    ]
    insert_all(session, PaperPlace.metadata.tables["paper_place"], rows)
    derived.count_papers(session, touched | set(ids.values()))


def _stored(session: Session, spots: dict[tuple[int, str], Spot]) -> dict[tuple[int, str], int]:
    """Return the numbers of places, new ones among them; what is known of them now is what they say."""
    found = {(row.source_id, row.key): row for part in chunks(_keys(spots)) for row in _rows(session, spots, part)}
    new = [_values(spot) for key, spot in spots.items() if key not in found]
    if new:
        session.execute(insert(Place), [row | {"papers": 0, "drawn": 0} for row in new])
    for key, row in found.items():
        for name, value in _values(spots[key]).items():
            if getattr(row, name) != value:
                setattr(row, name, value)
    session.flush()
    return {(row.source_id, row.key): row.id for part in chunks(_keys(spots)) for row in _rows(session, spots, part)}


def _keys(spots: dict[tuple[int, str], Spot]) -> list[str]:
    return sorted({key for _, key in spots})


def _rows(session: Session, spots: dict[tuple[int, str], Spot], keys: Sequence[str]) -> Iterable[Place]:
    chosen = select(Place).where(Place.key.in_(keys), Place.source_id.in_({source for source, _ in spots}))
    return (row for row in session.scalars(chosen) if (row.source_id, row.key) in spots)


def _values(spot: Spot) -> dict[str, Any]:
    longitude, latitude = spot.point or (None, None)
    district = (spot.district or "").strip()[:LONGEST] or None
    where = {"longitude": longitude, "latitude": latitude, "district": district}
    key = {"source_id": spot.source_id, "key": spot.key, "street_key": spot.street_key, "name": spot.name}
    return key | where | {"district_key": (street_key(district) if district else "") or None}
