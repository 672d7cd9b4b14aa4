"""Keeping the index true: from the log of changes, from nothing, and a count of what is not true."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app import changes as log
from app.db import learn, writing
from app.indexing import stale
from app.indexing.affected import Ids, affected
from app.indexing.documents import BATCH, DOCUMENT_TYPES, documents
from app.indexing.lookups import chunks
from app.models import OParlObject
from search.model import Batch, SearchIndex

CONSUMER = "index"  # our name in the log
CHANGES = 2_000  # read from the log for one commit of the index: at 500 a third of the time went into commits
GROWN = 5_000  # changes after which the database looks at its own size again
COMMIT = 5_000  # documents after which a rebuild commits: what the engine holds back stays bounded
Progress = Callable[[int, int], None]  # done, of how many


@dataclass(slots=True)
class Counts:
    """What was done to the index."""

    changes: int = 0
    written: int = 0
    removed: int = 0  # records that changed and may not be found, whether they were before or not


@dataclass(slots=True)
class Differences:
    """Ids for which index and records disagree."""

    missing: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return bool(self.missing or self.surplus or self.stale)


def refresh(engine: Engine, index: SearchIndex, *, progress: Progress | None = None) -> Counts:
    """Write what changed since the last time; raises search.IndexLocked while somebody else writes.

    Each batch is committed to the index before the log's reader moves on: a kill in between writes it once more.
    """
    counts = Counts()
    with Session(engine) as session:
        until, noted = log.last_seq(session), stale.noted(session)
        first = seq = log.position(session, CONSUMER) if index.count() else 0  # its folder may have been emptied
    if until // GROWN > first // GROWN:
        learn(engine)
    # Everything is read after `until` was taken, so that a document written once holds all changes up to there.
    done: set[str] = set()
    while seq < until:
        # The lock is taken before anything is read: nobody can write a newer state first and have it overwritten.
        with index.writer() as batch:
            with Session(engine) as session:
                changes = log.since(session, seq, until=until, limit=CHANGES)
                wanted = affected(session, changes)
            _write(engine, batch, wanted, done, counts)
        seq = changes[-1].seq if changes else until
        counts.changes += len(changes)
        _advance(engine, seq)
        if progress:
            progress(seq - first, until - first)
    _write_stale(engine, index, noted, done, counts)
    return counts


def rebuild(engine: Engine, index: SearchIndex, *, progress: Progress | None = None) -> Counts:
    """Write every document into a new index, which then takes the place of the one that readers see until then.

    A kill leaves the old one as it was. Raises search.IndexLocked while somebody else writes.
    """
    counts = Counts()
    with Session(engine) as session:
        until, noted = log.last_seq(session), stale.noted(session)
        total = sum(session.scalar(select(func.count()).select_from(m)) or 0 for m in DOCUMENT_TYPES.values())
    learn(engine)
    done = 0
    with index.rebuilding() as new:
        for object_type in DOCUMENT_TYPES:
            for part in chunks(_ids(engine, object_type), COMMIT):
                with new.batch() as batch:
                    _write(engine, batch, {object_type: set(part)}, set(), counts)
                done += len(part)
                if progress:
                    progress(done, total)
    counts.removed = 0
    # Not before it is live: whoever is killed in between writes the changes of meanwhile once more.
    _advance(engine, until)
    with writing(engine) as session:
        stale.done(session, noted)
    return counts


def verify(engine: Engine, index: SearchIndex) -> Differences:
    """Compare the index with the records by id and `seq`; it changes nothing."""
    held = dict(index.versions())
    found = Differences()
    for object_type in DOCUMENT_TYPES:
        for part in chunks(_ids(engine, object_type), BATCH):
            with Session(engine) as session:
                for document in documents(session, object_type, part, text=False):
                    seq = held.pop(document.id, None)
                    if seq is None:
                        found.missing.append(document.id)
                    elif seq != document.seq:
                        found.stale.append(document.id)
    found.surplus.extend(sorted(held))
    return found


def _write_stale(engine: Engine, index: SearchIndex, noted: list[int], done: set[str], counts: Counts) -> None:
    """Write what was noted to be stale before anything was read; most of it is done, for a change of the record."""
    for places in chunks(noted, CHANGES):
        with index.writer() as batch:
            with Session(engine) as session:
                wanted = stale.told(session, places)
            _write(engine, batch, wanted, done, counts)
        with writing(engine) as session:
            stale.done(session, places)


def _write(engine: Engine, batch: Batch, wanted: Ids, done: set[str], counts: Counts) -> None:
    for object_type, ids in wanted.items():
        for part in chunks(sorted(ids - done), BATCH):
            gone = set(part)
            # A session for each part: a long one would keep SQLite from shortening its log.
            with Session(engine) as session:
                for document in documents(session, object_type, part):
                    batch.put(document)
                    gone.discard(document.id)
                    counts.written += 1
            for one in gone:
                batch.delete(one)
            counts.removed += len(gone)
            done.update(part)


def _advance(engine: Engine, seq: int) -> None:
    with writing(engine) as session:
        # Another process may have come further meanwhile.
        if seq > log.position(session, CONSUMER):
            log.advance(session, CONSUMER, seq)


def _ids(engine: Engine, object_type: str) -> Iterator[str]:
    model: type[OParlObject] = DOCUMENT_TYPES[object_type]
    last = ""
    while True:
        with Session(engine) as session:
            query = select(model.id).where(model.id > last).order_by(model.id).limit(COMMIT)
            part: Collection[str] = session.scalars(query).all()
        if not part:
            return
        yield from part
        last = list(part)[-1]
