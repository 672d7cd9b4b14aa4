"""What happened, made from the log: one row for each thing that somebody who follows it would be told.

It is read behind the index, so that a search can find what is told. Every row can be made again: its key says what
happened, and is written once. Changes that a council's first walk brought are no news.

    refresh(engine)         bring it up to the log, as far as the index has come
    rebuild(engine)         make it anew
    reached(session)        up to which change it tells
    forget(session, ids)    of records that were erased; forget_source: of a council that is given up
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Select, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from app import changes as log
from app.db import now, writing
from app.indexing import CONSUMER
from app.models import Change, Consumer, News, NewsRef
from app.models.changes import ERASED
from app.models.news import WITHDRAWN
from app.news.records import behind
from app.news.refs import Found
from app.news.renaming import rename_schemes
from app.news.rules import derive
from app.rows import among, insert_all

NEWS_CONSUMER = "news"  # our name in the log
BATCH = 1_000  # changes read for one commit
# A portal that is updated to this release has a long log: what is older is no news to anybody.
AT_FIRST = timedelta(days=60)
LOCK = 7_277_859  # any constant that nobody else takes: one process at a time writes here
Progress = Callable[[int, int], None]  # done, of how many
_NEWS = News.metadata.tables[News.__tablename__]
_REFS = NewsRef.metadata.tables[NewsRef.__tablename__]


def refresh(engine: Engine, *, progress: Progress | None = None, moment: datetime | None = None) -> int:
    """Tell what happened since the last time; returns how many rows are new. Safe to kill, and to run twice at once."""
    with Session(engine) as session:
        until = min(log.last_seq(session), log.position(session, CONSUMER))
        known = session.scalar(select(Consumer.seq).where(Consumer.name == NEWS_CONSUMER))
    first = seq = _begin(engine, until, moment or now()) if known is None else known
    written = 0
    while seq < until:
        with Session(engine) as session:
            batch, upto = _next(session, seq, until)
            records = behind(session, batch)
            found = list(derive(batch, records))
            erased = [change.object_id for change in batch if change.kind == ERASED]
        if upto <= seq:
            break  # the index has not read the rest of a page yet
        with _turn(engine) as session:
            if upto > reached(session):
                if schemes := records.schemes:
                    rename_schemes(session, schemes)
                written += _write(session, found)
                forget(session, erased)
                log.advance(session, NEWS_CONSUMER, upto)
        seq = upto
        if progress:
            progress(seq - first, until - first)
    return written


def rebuild(engine: Engine, *, progress: Progress | None = None, moment: datetime | None = None) -> int:
    """Make all news anew."""
    with _turn(engine) as session:
        session.execute(delete(NewsRef))
        session.execute(delete(News))
        session.execute(delete(Consumer).where(Consumer.name == NEWS_CONSUMER))
    return refresh(engine, progress=progress, moment=moment)


def reached(session: Session) -> int:
    """Return up to which change everything that happened is told."""
    return log.position(session, NEWS_CONSUMER)


def forget(session: Session, ids: Collection[str]) -> None:
    """Let go of what was told of some records, but that they were withdrawn."""
    if not ids:
        return
    some = sorted(ids)
    of_them = or_(among(session, News.object_id, some), among(session, _NEWS.c.matter_id, some))
    _delete(session, of_them, News.kind != WITHDRAWN)
    kinds = ("paper", "person", "organization", "meeting", "body")
    refs = [f"{kind}:{one}" for one in some for kind in kinds]
    kept = select(News.id).where(News.kind == WITHDRAWN)
    session.execute(delete(NewsRef).where(among(session, NewsRef.ref, refs), NewsRef.news_id.not_in(kept)))


def forget_source(session: Session, source_id: int) -> None:
    """Let go of all that was told of a council that is given up."""
    _delete(session, News.source_id == source_id)


def _delete(session: Session, *where: ColumnElement[bool]) -> None:
    session.execute(delete(NewsRef).where(NewsRef.news_id.in_(select(News.id).where(*where))))
    session.execute(delete(News).where(*where))


def _begin(engine: Engine, until: int, moment: datetime) -> int:
    """Return where to read on; of a log that was never read that is behind what is too old."""
    with _turn(engine) as session:
        if session.scalar(select(Consumer.seq).where(Consumer.name == NEWS_CONSUMER)) is None:
            recent = select(func.min(Change.seq)).where(~Change.backfill, Change.at >= moment - AT_FIRST)
            first = session.scalar(recent)
            log.advance(session, NEWS_CONSUMER, until if first is None else min(first - 1, until))
        return reached(session)


def _next(session: Session, seq: int, until: int) -> tuple[list[Change], int]:
    """Return the next changes that are news, and up to where that is all: a page of a list is never taken apart."""
    news = select(Change).where(~Change.backfill, Change.seq > seq).order_by(Change.seq)
    batch = list(session.scalars(news.where(Change.seq <= until).limit(BATCH)))
    if not batch:
        return [], until
    full = len(batch) == BATCH
    last = batch[-1]
    if full:
        same = (Change.at == last.at, Change.source_id.is_not_distinct_from(last.source_id))
        batch += session.scalars(news.where(Change.seq > last.seq, Change.seq <= until, *same))
        last = batch[-1]
    following = session.scalars(news.where(Change.seq > until).limit(1)).first()
    if following is not None and (following.at, following.source_id) == (last.at, last.source_id):
        batch = [one for one in batch if (one.at, one.source_id) != (last.at, last.source_id)]
        return batch, batch[-1].seq if batch else seq
    return batch, last.seq if full else until


@contextmanager
def _turn(engine: Engine) -> Iterator[Session]:
    """Open a write transaction under a lock of its own, so that one process at a time writes; SQLite has one writer."""
    with writing(engine) as session:
        if engine.dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield session


def _write(session: Session, found: Iterable[Found]) -> int:
    """Write what is new, and let what moves be told anew; returns how many are new."""
    wanted: dict[str, Found] = {}
    for one in found:
        if one.key not in wanted or one.moves:
            wanted[one.key] = one
    if not wanted:
        return 0
    ids = {row.key: row for row in session.execute(_known(session, wanted))}
    again = [one for key, one in wanted.items() if key in ids and one.moves and one.seq > ids[key].seq]
    for one in again:
        values = {"seq": one.seq, "at": one.at, "matter_id": one.matter_id}
        session.execute(update(News).where(News.id == ids[one.key].id).values(values))
    session.execute(delete(NewsRef).where(NewsRef.news_id.in_([ids[one.key].id for one in again])))
    new = [one for key, one in wanted.items() if key not in ids]
    insert_all(session, _NEWS, [{name: getattr(one, name) for name in _COLUMNS} for one in new])
    ids |= {row.key: row for row in session.execute(_known(session, [one.key for one in new]))}
    refs = [{"ref": ref, "news_id": ids[one.key].id} for one in (*again, *new) for ref in sorted(one.refs)]
    insert_all(session, _REFS, refs)
    return len(new)


_COLUMNS = [column.name for column in _NEWS.columns if column.name != "id"]


def _known(session: Session, keys: Iterable[str]) -> Select[int, str, int]:
    return select(News.id, News.key, News.seq).where(among(session, News.key, sorted(keys)))
