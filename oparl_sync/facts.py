"""Texts to facts: numbers of papers, places, sums and dates of each page, newest documents first, some a commit.

A text is looked through once, and again when it was read anew or the rules changed: `Blob.facts_version` says by which.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice

from sqlalchemy import Engine, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.db import writing
from app.facts import FACTS_VERSION, Fact, Known, Shapes, Town, facts, places, reference_key, street_of
from app.models import Blob, File, Location, Mention, Page, Paper, Street
from app.rows import insert_all
from oparl_sync.known import chunks
from oparl_sync.progress import Progress

BATCH = 50  # documents; a kill makes at most these be looked through again
KEYS = 1000  # papers a commit
NUMBERS = 50_000  # of one council's papers, newest first: what they look like shows long before
MOST = 2_000  # of one page: a table of 100 lines has 500
MOST_OF_ALL = 20_000  # of one document, and held at once: with labels about 10 MB
LONGEST = 500_000  # characters of one page: a text without pages may have 8 million
Rows = list[dict[str, object]]
Portion = tuple[dict[str, object], dict[str, Rows]]
_TABLE = Mention.metadata.tables[Mention.__tablename__]


def waiting(engine: Engine, progress: Progress, *, enough: Callable[[], bool] = lambda: False) -> int:
    """Look through all texts for which that is owed, until it is `enough`; returns how many documents that were."""
    _complete_keys(engine)
    with Session(engine) as session:
        total = session.scalar(select(func.count()).select_from(_owed().subquery())) or 0
    if not total:
        return 0
    done, known = 0, lru_cache(maxsize=16)(lambda sources: known_of(engine, sources))
    with progress.step("Finding facts", total, unit="documents") as step:
        while True:
            with Session(engine) as session:
                batch = [row.sha256 for row in session.execute(_owed().limit(BATCH))]
            if not batch or enough():
                return done
            for read, found in _portions(engine, batch, known):
                with writing(engine) as session:
                    _note(session, read, found)
                done += len(read)
                step.advance(len(read))


def _portions(engine: Engine, batch: list[str], known: Callable[[frozenset[int]], Known]) -> Iterator[Portion]:
    """Yield when documents were read and their facts, as soon as there are many: only one text is held at a time."""
    read, found, held = dict[str, object](), dict[str, Rows](), 0
    for sha256 in batch:
        with Session(engine) as session:
            read[sha256], sources, pages = _read(session, sha256)
        found[sha256] = [*islice(_rows(sha256, pages, known(sources)), MOST_OF_ALL)]
        held += len(found[sha256])
        if held >= MOST_OF_ALL:
            yield read, found
            read, found, held = {}, {}, 0
    if read:
        yield read, found


def is_owed(engine: Engine) -> bool:
    """Tell whether any text is still to be looked through."""
    with Session(engine) as session:
        return session.execute(_owed().limit(1)).first() is not None


def known_of(engine: Engine, sources: frozenset[int]) -> Known:
    """Return what is known of the councils of these sources: their papers' numbers, their streets."""
    with Session(engine) as session:
        numbers = select(Paper.reference).where(Paper.source_id.in_(sources), Paper.reference.is_not(None))
        newest = numbers.order_by(Paper.date.desc().nulls_last(), Paper.id).limit(NUMBERS)
        shapes = Shapes.learned(number for number in session.scalars(newest) if number)
        brought = session.scalars(select(Street.name).where(Street.source_id.in_(sources))).all()
        here = select(Location.street_address, Location.description)
        stated = session.execute(here.where(Location.source_id.in_(sources), ~Location.deleted)).all()
    names = [*brought]
    for address, description in stated:
        names += [street for street in (street_of(address or ""),) if street]
        names += _streets_in(description or "")
    return Known(shapes, Town.of(names))


def _streets_in(description: str) -> Iterator[str]:
    """Yield the streets that the parts of a description are: "Rathaus, Marktstraße 5, 59999 Lohenbrück"."""
    for part in description.split(","):
        yield from (street for fact in places(part, Town()) if (street := street_of(fact.label or "")))


def _owed() -> Select[str]:
    stale = or_(Blob.facts_version.is_(None), Blob.facts_version != FACTS_VERSION)
    return select(Blob.sha256).where(Blob.read_state.is_not(None), stale).order_by(Blob.stored_at.desc(), Blob.sha256)


def _read(session: Session, sha256: str) -> tuple[object, frozenset[int], list[tuple[int, str]]]:
    """Return when a document was read, by whom it is published, and its pages."""
    read_at = session.scalar(select(Blob.read_at).where(Blob.sha256 == sha256))
    sources = session.scalars(select(File.source_id).where(File.blob_sha256 == sha256, ~File.deleted).distinct())
    pages = session.execute(select(Page.number, Page.text).where(Page.sha256 == sha256).order_by(Page.number))
    return read_at, frozenset(sources), [(row.number, row.text) for row in pages]


def _rows(sha256: str, pages: Iterable[tuple[int, str]], known: Known) -> Iterator[dict[str, object]]:
    for number, text in pages:
        for fact in facts(text[:LONGEST], known)[:MOST]:
            yield _row(sha256, number, fact)


def _row(sha256: str, page: int, fact: Fact) -> dict[str, object]:
    where = {"sha256": sha256, "page": page, "start": fact.start, "kind": str(fact.kind), "end": fact.end}
    return where | {"value": fact.value, "label": fact.label, "number": fact.number}


def _note(session: Session, read: dict[str, object], found: dict[str, Rows]) -> None:
    """Write the facts of documents, unless those were erased or read anew in the meantime."""
    there = select(Blob.sha256, Blob.read_at).where(Blob.sha256.in_(read)).order_by(Blob.sha256).with_for_update()
    same = [sha256 for sha256, read_at in session.execute(there) if read_at == read[sha256]]
    session.execute(delete(Mention).where(Mention.sha256.in_(same)))
    insert_all(session, _TABLE, [row for sha256 in same for row in found[sha256]])
    session.execute(update(Blob).where(Blob.sha256.in_(same)).values(facts_version=FACTS_VERSION))


def _complete_keys(engine: Engine) -> None:
    """Give the numbers of papers their keys that were stored before there were any."""
    without = select(Paper.id, Paper.reference).where(Paper.reference.is_not(None), Paper.reference_key.is_(None))
    while True:
        with writing(engine) as session:
            rows = session.execute(without.limit(KEYS)).all()
            for oparl_id, reference in rows:
                key = reference_key(reference or "")
                session.execute(update(Paper).where(Paper.id == oparl_id).values(reference_key=key))
        if len(rows) < KEYS:
            return


def again(session: Session, source_id: int) -> None:
    """Let the texts of a source be looked through again: more is known of its town."""
    theirs = select(File.blob_sha256).where(File.source_id == source_id, File.blob_sha256.is_not(None))
    blobs = [sha256 for sha256 in session.scalars(theirs.distinct()) if sha256]
    for part in chunks(blobs):
        session.execute(update(Blob).where(Blob.sha256.in_(part)).values(facts_version=None))
