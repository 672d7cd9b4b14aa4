"""The one log of changes: append to it, read on from a cursor."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, Engine, Text, and_, case, cast, func, insert, null, or_, select, text, update
from sqlalchemy.orm import Session

from app.models import Alias, Change, Consumer
from app.models.changes import DELETED, ERASED, UPDATED
from app.rows import insert_all

_TABLE = Change.metadata.tables[Change.__tablename__]
# Any constant will do: it only has to be the same for everybody who appends.
APPEND_LOCK = 7_277_853
CHUNK = 400  # names in one IN (…)
MANY = 10_000  # changes that are not looked through: something will have been withdrawn


def append(session: Session, changes: Iterable[Mapping[str, Any]]) -> int:
    """Write changes in the transaction that makes them; returns how many. Each maps Change's columns but seq."""
    rows = list(changes)
    if not rows:
        return 0
    if session.get_bind().dialect.name == "postgresql":
        # Numbers are given out before the commit: without this lock a later number could be visible first,
        # and a reader that had gone past it would never see the earlier one. SQLite has one writer anyway.
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": APPEND_LOCK})
    insert_all(session, _TABLE, rows)
    return len(rows)


def names_of(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Return under which ids the log knows some records, with those of today: either scheme's, and before a move."""
    former = select(Alias.old_id, Alias.new_id).where(Alias.new_id.in_(ids))
    known = [(oparl_id, oparl_id) for oparl_id in ids] + [(row.old_id, row.new_id) for row in session.execute(former)]
    return {f"{scheme}://{name.partition('://')[2]}": today for name, today in known for scheme in ("https", "http")}


def forget_wording(session: Session, ids: Sequence[str]) -> None:
    """Take from the log what records said: they were withdrawn, are public no more, or had to be erased."""
    for start in range(0, len(ids), CHUNK):
        theirs = Change.object_id.in_(list(names_of(session, ids[start : start + CHUNK])))
        session.execute(update(Change).where(theirs, Change.diff.is_not(None)).values(diff=null()))


def last_seq(session: Session) -> int:
    """Return the number of the newest change, 0 before the first."""
    return session.scalar(select(func.max(Change.seq))) or 0


def since(session: Session, seq: int, *, until: int | None = None, limit: int = 1000) -> list[Change]:
    """Return the next changes after `seq`, in order, at most `limit`."""
    query = select(Change).where(Change.seq > seq)
    if until is not None:
        query = query.where(Change.seq <= until)
    return list(session.scalars(query.order_by(Change.seq).limit(limit)))


def last_that_cannot_wait(session: Session, seq: int) -> int | None:
    """Return the last change after `seq` by which something was erased, hidden or made non-public."""
    return session.scalar(select(func.max(Change.seq)).where(Change.seq > seq, _cannot_wait()))


def batches(session: Session, seq: int, *, until: int, size: int = 1000) -> Iterator[list[Change]]:
    """Yield all changes after `seq` up to `until`, in order, `size` at a time."""
    while batch := since(session, seq, until=until, limit=size):
        yield batch
        seq = batch[-1].seq


def position(session: Session, consumer: str) -> int:
    """Return how far a reader has come, 0 for one that never read."""
    return session.scalar(select(Consumer.seq).where(Consumer.name == consumer)) or 0


def advance(session: Session, consumer: str, seq: int) -> None:
    """Remember how far a reader has come; in the transaction in which it did its work, where there is one."""
    if not session.execute(update(Consumer).where(Consumer.name == consumer).values(seq=seq)).rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
        session.execute(insert(Consumer).values(name=consumer, seq=seq))


class Withdrawals:
    """Tells whether anything was taken from readers: withdrawn, erased, or made public no more.

    As long as its answers are equal nothing was; what was added or changed otherwise makes no difference.
    """

    def __init__(self, engine: Engine, mark: Callable[[], object]) -> None:
        """`mark` tells whether anything was written at all (`app.db.Marker`)."""
        self._engine, self._mark, self._lock = engine, mark, Lock()
        self._seen: object = None
        self._read = 0  # the log is known up to here
        self._answer: object = None

    def __call__(self) -> object:
        """Return the mark of this moment; raises sqlalchemy's errors where the database is away."""
        with self._lock:
            mark = self._mark()
            if mark != self._seen:
                with Session(self._engine) as session:
                    self._look(session)
                self._seen = mark
            return self._answer

    def _look(self, session: Session) -> None:
        newest = last_seq(session)
        if self._seen is None or newest < self._read or newest - self._read > MANY:  # fewer: a backup was put back
            self._answer = object()
        elif newest > self._read:
            last = select(func.max(case((_takes_away(), Change.seq)))).where(Change.seq > self._read)
            self._answer = session.scalar(last) or self._answer
        self._read = newest


def _takes_away() -> ColumnElement[bool]:
    # What a council took back before its first walk was never shown.
    withdrawn = and_(Change.kind == DELETED, ~Change.backfill)
    return or_(withdrawn, _cannot_wait())


def _cannot_wait() -> ColumnElement[bool]:
    public = and_(Change.kind == UPDATED, cast(Change.fields, Text).contains('"public"'))
    return or_(Change.kind == ERASED, public)
