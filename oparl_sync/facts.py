"""Texts to facts: numbers of papers, places, sums and dates of each page, newest documents first, some a commit.

A text is looked through once, and again when it was read anew, the rules changed, or more is known of its town: see
`due_facts`, which says what is next.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from itertools import islice

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.facts import FACTS_VERSION, Fact, Kind, Known, Shapes, facts, reference_key
from app.indexing import stale
from app.models import Blob, File, Mention, Page, Paper, Source
from app.rows import insert_all
from oparl_sync import due_facts, due_places
from oparl_sync.due_facts import is_owed
from oparl_sync.guarding import whatever_fails
from oparl_sync.known import chunks
from oparl_sync.progress import Progress
from oparl_sync.towns import town_of

__all__ = ["again", "is_owed", "known_of", "waiting"]

BATCH = 50  # documents; a kill makes at most these be looked through again
KEYS = 1000  # papers a commit
NUMBERS = 50_000  # of one council's papers, newest first: what they look like shows long before
MOST = 2_000  # of one page: a table of 100 lines has 500
MOST_OF_ALL = 20_000  # of one document, and held at once: with labels about 10 MB
LONGEST = 500_000  # characters of one page: a text without pages may have 8 million
RECENT = timedelta(days=90)  # papers of a new kind of number are named about when they are published
Rows = list[dict[str, object]]
KnownOf = Callable[[frozenset[int]], Known]
_TABLE = Mention.metadata.tables[Mention.__tablename__]


def waiting(engine: Engine, progress: Progress, *, enough: Callable[[], bool] = lambda: False) -> int:
    """Look through all texts for which that is owed, until it is `enough`; returns how many documents that were.

    A text that the rules cannot cope with is told in the program's log and costs itself alone.
    """
    _complete_keys(engine)
    due_facts.renew(engine)
    with Session(engine) as session:
        total = due_facts.count(session)
    if not total:
        return 0
    done = 0
    with progress.step("Finding facts", total, unit="documents") as step:
        while not enough():
            before = done
            for count in _portion(engine, enough):
                done += count
                step.advance(count)
            if done == before:  # nothing is left, or it is being read anew at this moment
                break
    return done


def _portion(engine: Engine, enough: Callable[[], bool]) -> Iterator[int]:
    """Look through some documents, and yield how many are done; what is known of a town is learnt once for all.

    It is learnt behind the revisions: whoever brings streets meanwhile raises these, and no answer without them counts.
    """
    with Session(engine) as session:
        revisions = due_facts.portion(session)
    known = lru_cache(maxsize=128)(lambda sources: whatever_fails(lambda: known_of(engine, sources), Known(), sources))
    if _is_news(engine, revisions, known):
        yield from _portion(engine, enough)
        return
    documents = list(revisions)
    for start in range(0, len(documents), BATCH):
        if enough():
            return
        for found in _found(engine, documents[start : start + BATCH], known):
            with writing(engine) as session:
                done = _note(session, {sha256: revisions[sha256] for sha256 in found}, found)
            yield done


def _found(engine: Engine, batch: Iterable[str], known: KnownOf) -> Iterator[dict[str, Rows]]:
    """Yield the facts of documents, as soon as there are many: only one text is held at a time."""
    found, held = dict[str, Rows](), 0
    # One session for all: a new connection to SQLite reads its tables' definitions first (20 ms a document).
    with Session(engine) as session:
        for sha256 in batch:
            found[sha256] = _facts_of(session, sha256, known)
            held += len(found[sha256])
            if held >= MOST_OF_ALL:
                yield found
                found, held = {}, 0
    if found:
        yield found


def _facts_of(session: Session, sha256: str, known: KnownOf) -> Rows:
    sources, pages = _read(session, sha256)
    here = known(sources)
    return whatever_fails(lambda: [*islice(_rows(sha256, pages, here), MOST_OF_ALL)], [], sha256)


def known_of(engine: Engine, sources: frozenset[int]) -> Known:
    """Return what is known of the councils of these sources: their papers' numbers, their streets."""
    with Session(engine) as session:
        numbers = select(Paper.reference).where(Paper.source_id.in_(sources), Paper.reference.is_not(None))
        newest = numbers.order_by(Paper.date.desc().nulls_last(), Paper.id).limit(NUMBERS)
        shapes = Shapes.learned(number for number in session.scalars(newest) if number)
        return Known(shapes, town_of(session, sources))


def _is_news(engine: Engine, documents: Iterable[str], known: KnownOf) -> bool:
    """Note what is known of the councils that published these documents; where it grew, look through the recent again.

    Else the number of the first papers of a new kind, or a street of a new place, would not be found where it stands.
    """
    with Session(engine) as session:
        theirs = select(File.source_id).where(~File.deleted).distinct()
        parts = (session.scalars(theirs.where(File.blob_sha256.in_(part))) for part in chunks([*documents]))
        sources = {one for part in parts for one in part}
        before = {one: session.scalar(select(Source.facts_known).where(Source.id == one)) for one in sources}
    marks = {one: _mark(known(frozenset((one,)))) for one in sources}
    news = sorted(one for one in sources if marks[one] != before[one])
    for one in news:
        with writing(engine) as session:
            again(session, one, since=RECENT)
            session.execute(update(Source).where(Source.id == one).values(facts_known=marks[one]))
    return bool(news)


def _mark(known: Known) -> str:
    """Return what is the same as long as the same is known."""
    pattern = known.shapes.pattern.pattern if known.shapes.pattern else ""
    return hashlib.sha256(repr((pattern, sorted(known.town.streets.items()))).encode()).hexdigest()


def _read(session: Session, sha256: str) -> tuple[frozenset[int], list[tuple[int, str]]]:
    """Return by whom a document is published, and its pages."""
    sources = session.scalars(select(File.source_id).where(File.blob_sha256 == sha256, ~File.deleted).distinct())
    pages = session.execute(select(Page.number, Page.text).where(Page.sha256 == sha256).order_by(Page.number))
    return frozenset(sources), [(row.number, row.text) for row in pages]


def _rows(sha256: str, pages: Iterable[tuple[int, str]], known: Known) -> Iterator[dict[str, object]]:
    for number, text in pages:
        for fact in facts(text[:LONGEST], known)[:MOST]:
            yield _row(sha256, number, fact)


def _row(sha256: str, page: int, fact: Fact) -> dict[str, object]:
    where = {"sha256": sha256, "page": page, "start": fact.start, "kind": str(fact.kind), "end": fact.end}
    return where | {"value": fact.value, "label": fact.label, "number": fact.number}


def _note(session: Session, revisions: Mapping[str, int], found: dict[str, Rows]) -> int:
    """Write the facts of documents but of those that were erased or changed in the meantime; returns how many."""
    there = select(Blob.sha256, Blob.facts_revision).where(Blob.sha256.in_(found)).order_by(Blob.sha256)
    same = [sha256 for sha256, now_is in session.execute(there.with_for_update()) if now_is == revisions[sha256]]
    _tell_index(session, {sha256: found[sha256] for sha256 in same})
    session.execute(delete(Mention).where(Mention.sha256.in_(same)))
    insert_all(session, _TABLE, [row for sha256 in same for row in found[sha256]])
    due_places.note(session, due_places.FILE, same)
    session.execute(update(Blob).where(Blob.sha256.in_(same)).values(facts_version=FACTS_VERSION))
    return len(same)


def _tell_index(session: Session, found: Mapping[str, Rows]) -> None:
    """Have the files written again whose streets are others than before."""
    places: dict[str, set[str]] = {}
    for part in chunks(sorted(found)):
        known = select(Mention.sha256, Mention.value).where(Mention.sha256.in_(part), Mention.kind == Kind.PLACE)
        for sha256, value in session.execute(known):
            places.setdefault(sha256, set()).add(value)
    other = [
        sha256
        for sha256, rows in found.items()
        if places.get(sha256, set()) != {row["value"] for row in rows if row["kind"] == Kind.PLACE}
    ]
    for part in chunks(other):
        stale.note(session, "File", session.scalars(select(File.id).where(File.blob_sha256.in_(part))).all())


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


def again(session: Session, source_id: int, *, since: timedelta | None = None) -> None:
    """Let the texts of a source be looked through again, or what was stored lately: more is known of its town."""
    theirs = select(File.blob_sha256).where(File.source_id == source_id, File.blob_sha256.is_not(None))
    if since is not None:
        theirs = theirs.join(Blob, Blob.sha256 == File.blob_sha256).where(Blob.stored_at > now() - since)
    due_facts.owe(session, [sha256 for sha256 in session.scalars(theirs.distinct()) if sha256])
