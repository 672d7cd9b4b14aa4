"""Keeping events and sums true: from the log of changes, from nothing, and a list of what is not true.

A batch writes the events of the records that changed, notes whose years they are in, and moves the log's reader on, in
one transaction. The years noted are then added up one by one. A kill leaves at most years that are still noted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, delete, func, select, text
from sqlalchemy.orm import Session

from app import changes as log
from app.db import writing
from app.indexing.affected import affected, behind
from app.indexing.lookups import chunks
from app.models import Change, Meeting, Paper, Tally, TallyDue, TallyEvent, TallyStale
from app.rows import insert_all
from app.tallies.events import (
    COMMITTEE,
    COUNCIL,
    ORIGINATOR,
    YEAR,
    Event,
    events_of_meetings,
    events_of_papers,
)

CONSUMER = "figures:1"  # our name in the log; where another rule counts, another number counts all anew
NOTES = f"{CONSUMER}:notes"  # how far what was noted beside the log is counted
CHANGES = 1_000  # read from the log for one commit
BATCH = 400  # records asked for at once
# What these say is not counted: what they change in others comes with a change of those.
COUNTED = frozenset({"Paper", "Consultation", "Meeting", "AgendaItem", "Organization"})
LONGEST_KEY = 2_500  # bytes of the ids of a sum: an index row of PostgreSQL takes 2,704
LOCK = 7_277_858  # any constant that nobody else takes: one process at a time writes here
Progress = Callable[[int, int], None]  # done, of how many
Key = tuple[str, int, str, str, str]  # council, year, kind, role, organization
_EVENTS = TallyEvent.metadata.tables[TallyEvent.__tablename__]
_SUMS = Tally.metadata.tables[Tally.__tablename__]
_OF = {"Paper": events_of_papers, "Meeting": events_of_meetings}


@dataclass(slots=True)
class Counts:
    """What was done."""

    changes: int = 0
    records: int = 0
    years: int = 0


def refresh(engine: Engine, *, progress: Progress | None = None) -> Counts:
    """Count what changed since the last time."""
    counts = Counts()
    with Session(engine) as session:
        until, first = log.last_seq(session), log.position(session, CONSUMER)
    # After `until`: whoever notes a record writes a change too, so that what is noted later is owed still.
    while noted := _noted_again(engine):
        counts.records += noted
    seq = first
    while seq < until:
        with Session(engine) as session:
            seq, notes = _positions(session)
            batch = log.since(session, seq, until=until, limit=CHANGES)
            ids = _concerned(session, batch)
            events = list(_events(session, ids))
        reached = batch[-1].seq if batch else until
        with _turn(engine) as session:
            if _positions(session) != (seq, notes):
                continue  # somebody else counted these meanwhile, and may know more of them
            _write(session, ids["Paper"] | ids["Meeting"], events)
            log.advance(session, CONSUMER, max(reached, seq))
        seq = reached
        counts.changes += len(batch)
        counts.records += sum(map(len, ids.values()))
        if progress:
            progress(seq - first, until - first)
    counts.years = _add_up(engine)
    return counts


def rebuild(engine: Engine, *, progress: Progress | None = None) -> Counts:
    """Count everything anew, a part at a time; readers see the sums of before until those of a year are done."""
    counts = Counts()
    with Session(engine) as session:
        until, first = log.last_seq(session), log.position(session, CONSUMER)
        total = sum(session.scalar(select(func.count()).select_from(model)) or 0 for model in (Paper, Meeting))
    for ids in _all(engine):
        # Read under the lock: what is written here is never older than what a refresh has written.
        with _turn(engine) as session:
            _write(session, ids["Paper"] | ids["Meeting"], list(_events(session, ids)))
        counts.records += sum(map(len, ids.values()))
        if progress:
            progress(counts.records, total)
    with _turn(engine) as session:
        _forget_lost(session)
        every = select(TallyEvent.body_id, TallyEvent.year).union(select(Tally.body_id, Tally.year))
        _note(session, {(body_id, year) for body_id, year in session.execute(every)})
        # Where somebody counted meanwhile, what they wrote may be older than what was read here: the log is read on.
        if until > first == log.position(session, CONSUMER):
            log.advance(session, CONSUMER, until)
    counts.years = _add_up(engine)
    return counts


def differences(session: Session) -> list[str]:
    """Return the ids of records whose events are not what the records say, and the councils whose sums are wrong."""
    held: dict[str, list[tuple[Any, ...]]] = {}
    columns = sorted(column.name for column in _EVENTS.columns)
    for row in session.execute(select(*(_EVENTS.c[name] for name in columns)).order_by(_EVENTS.c.number)).mappings():
        held.setdefault(row["record_id"], []).append(tuple(row[name] for name in columns))
    wrong = []
    for kind, model in (("Paper", Paper), ("Meeting", Meeting)):
        for part in chunks(session.scalars(select(model.id).order_by(model.id)).all(), BATCH):
            said: dict[str, list[tuple[Any, ...]]] = {}
            for event in _OF[kind](session, part):
                said.setdefault(event["record_id"], []).append(tuple(event[name] for name in columns))
            wrong += [one for one in part if said.get(one) != held.pop(one, None)]
    wrong += sorted(held)
    summed = {_key(row): (row.counts, row.days) for row in session.scalars(select(Tally))}
    years = session.execute(select(TallyEvent.body_id, TallyEvent.year).distinct()).all()
    right = {_key(row): (row.counts, row.days) for one in years for row in map(_row, _sums(session, *one))}
    return wrong + sorted({key[0] for key in summed.keys() | right.keys() if summed.get(key) != right.get(key)})


def _row(values: dict[str, Any]) -> Tally:
    return Tally(**values)


def _key(row: Tally) -> Key:
    return row.body_id, row.year, row.kind, row.role, row.organization_id


@contextmanager
def _turn(engine: Engine) -> Iterator[Session]:
    """Open a write transaction under a lock of its own, so that one process at a time counts; SQLite has one writer."""
    with writing(engine) as session:
        if engine.dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield session


def _concerned(session: Session, batch: Iterable[Change]) -> dict[str, set[str]]:
    found = affected(session, [one for one in batch if one.object_type in COUNTED])
    # A consultation may name the item alone, and not the meeting in which that is dealt with.
    items = behind(session, {"AgendaItem": found.get("AgendaItem", set())})
    return {"Paper": found.get("Paper", set()) | items["Paper"], "Meeting": found.get("Meeting", set())}


def _positions(session: Session) -> tuple[int, int]:
    return log.position(session, CONSUMER), log.position(session, NOTES)


def _noted_again(engine: Engine) -> int:
    """Count again some of what was noted for that; returns how many notes there were."""
    with _turn(engine) as session:
        notes = session.scalars(select(TallyStale).order_by(TallyStale.seq).limit(BATCH)).all()
        if not notes:
            return 0
        ids = {name: {note.object_id for note in notes if note.object_type == name} for name in _OF}
        _write(session, ids["Paper"] | ids["Meeting"], list(_events(session, ids)))
        session.execute(delete(TallyStale).where(TallyStale.seq.in_([note.seq for note in notes])))
        log.advance(session, NOTES, log.position(session, NOTES) + len(notes))
    return len(notes)


def _events(session: Session, ids: dict[str, set[str]]) -> Iterator[Event]:
    for name, events_of in _OF.items():
        for part in chunks(sorted(ids[name]), BATCH):
            yield from events_of(session, part)


def _all(engine: Engine) -> Iterator[dict[str, set[str]]]:
    for name, model in (("Paper", Paper), ("Meeting", Meeting)):
        last = ""
        while True:
            with Session(engine) as session:
                part = session.scalars(select(model.id).where(model.id > last).order_by(model.id).limit(BATCH)).all()
            if not part:
                break
            yield {"Paper": set(), "Meeting": set()} | {name: set(part)}
            last = part[-1]


def _write(session: Session, ids: set[str], events: list[Event]) -> None:
    """Put the events of records in the place of those they had, and note the years of both."""
    years = {(event["body_id"], event["year"]) for event in events}
    for part in chunks(sorted(ids), BATCH):
        mine = TallyEvent.record_id.in_(part)
        before = select(TallyEvent.body_id, TallyEvent.year).where(mine).distinct()
        years |= {(body_id, year) for body_id, year in session.execute(before)}
        session.execute(delete(TallyEvent).where(mine))
    insert_all(session, _EVENTS, [{column.name: event[column.name] for column in _EVENTS.columns} for event in events])
    _note(session, years)


def _forget_lost(session: Session) -> None:
    """Take out events of records of which not even a tombstone is left."""
    known = (
        select(Paper.id)
        .where(Paper.id == TallyEvent.record_id)
        .union_all(select(Meeting.id).where(Meeting.id == TallyEvent.record_id))
    )
    session.execute(delete(TallyEvent).where(~known.exists()))


def _note(session: Session, years: Iterable[tuple[str, int]]) -> None:
    noted = {(body_id, year) for body_id, year in session.execute(select(TallyDue.body_id, TallyDue.year))}
    session.add_all(TallyDue(body_id=body_id, year=year) for body_id, year in sorted(set(years) - noted))
    session.flush()


def _add_up(engine: Engine) -> int:
    """Add up the years that were noted, each in a commit of its own; returns how many."""
    done = 0
    while True:
        with _turn(engine) as session:
            due = session.execute(select(TallyDue.body_id, TallyDue.year).limit(1)).first()
            if due is None:
                return done
            body_id, year = due
            session.execute(delete(Tally).where(Tally.body_id == body_id, Tally.year == year))
            insert_all(session, _SUMS, _sums(session, body_id, year))
            session.execute(delete(TallyDue).where(TallyDue.body_id == body_id, TallyDue.year == year))
        done += 1


def _sums(session: Session, body_id: str, year: int) -> list[dict[str, Any]]:
    """Return the rows of one year of one council."""
    counts: dict[Key, Counter[tuple[int | str, str]]] = {}
    days: dict[Key, list[int]] = {}
    one = TallyEvent
    said = select(one.kind, one.month, one.outcome, one.days, one.organizations, one.originators)
    for kind, month, outcome, took, *who in session.execute(said.where(one.body_id == body_id, one.year == year)):
        for role, ids in zip((COUNCIL, COMMITTEE, ORIGINATOR), ([""], *who), strict=True):
            for organization_id in (one for one in ids if len((body_id + one).encode()) <= LONGEST_KEY):
                for name, part in ((kind, month), (YEAR, kind)):
                    key = (body_id, year, name, role, organization_id)
                    counts.setdefault(key, Counter())[part, outcome] += 1
                    if took is not None:
                        days.setdefault(key, []).append(took)
    return [
        {
            **dict(zip(("body_id", "year", "kind", "role", "organization_id"), key, strict=True)),
            "counts": [[part, outcome, count] for (part, outcome), count in sorted(counted.items())],
            "days": sorted(days.get(key, ())),
        }
        for key, counted in sorted(counts.items())
    ]
