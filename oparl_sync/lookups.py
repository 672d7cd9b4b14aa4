"""Working off the to-do list: objects are asked for by their own address, and only by that is anything taken back.

404, 410 or a tombstone is an answer; so is 401 or 403 from a server whose lists were just read: it is closed to us.
A failure, a wall, a web page or another object is none. Where much is gone at once, it is held back (`settle`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import now
from app.models import OPARL_TYPES, Alias, Lookup, Meeting, key_of
from app.vocabulary import PARENTS
from oparl_sync import parse, problems, quirks, reconcile, sparse, todo, withdraw
from oparl_sync.parsed import Object, Parsed
from oparl_sync.problems import Blocked, Deviation, NotOParl, SyncError
from oparl_sync.store import Counts, Store
from oparl_sync.work import Work

BATCH = 20  # answers in one commit
MOST = {todo.UNNAMED: 2_000, todo.UNLISTED: 2_000, todo.REFERENCE: 200, todo.SPARSE: 500}  # of one run
GIVE_UP_AFTER = 5  # failures in a row: the server has other troubles
AGAIN = timedelta(days=30)  # what nothing lists, names, or has: somebody may mend it
RECHECK = timedelta(days=7)  # what is alive but in no list, closed to us, or held back
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=10), timedelta(hours=24)
SURE = 3  # whole lists in a row without it, over at least …
SURE_AFTER = timedelta(days=7)
WITHDRAWN = (todo.GONE, todo.RESTRICTED, todo.HELD)


@dataclass(slots=True)
class _Answer:
    """What came of asking for one object."""

    row: Lookup
    answer: str
    parsed: Parsed | None = None


def work_off(work: Work, *, body_id: str | None = None) -> Counts:
    """Ask for what is due, and take back what is gone; `body_id` is the council of what nobody lists."""
    counts = Counts()
    with work.progress.step(f"{work.source.slug} single objects", unit="objects") as step:
        try:
            for answers in _asked(work):
                with work.writing() as session:
                    for answer in answers:
                        counts.add(_kept(work, session, answer, body_id))
                        step.advance()
        finally:
            with work.writing() as session:
                sparse.conclude(session, work.source.id)
                counts.deleted += settle(work, session)
    return counts


def _asked(work: Work) -> Iterator[list[_Answer]]:
    """Yield answers in batches, until nothing is due any more or the server does not answer."""
    in_a_row, answers = 0, list[_Answer]()
    for row in _due(work):
        try:
            answers.append(_ask(work, row))
            in_a_row = 0
        except SyncError as error:
            answers.append(_Answer(row, todo.FAILED))
            in_a_row += 1
            if in_a_row >= GIVE_UP_AFTER or isinstance(error, Blocked):
                break
        if len(answers) >= BATCH:
            yield answers
            answers = []
    if answers:
        yield answers


def _due(work: Work) -> list[Lookup]:
    """Return what is to be asked now; what may have to be taken back comes first."""
    found: list[Lookup] = []
    mine = (Lookup.source_id == work.source.id, or_(Lookup.next_try.is_(None), Lookup.next_try <= now()))
    with Session(work.engine, expire_on_commit=False) as session:
        for reason, most in MOST.items():
            chosen = select(Lookup).where(*mine, Lookup.reason == reason).order_by(Lookup.attempts, Lookup.id)
            found += session.scalars(chosen.limit(most))
    # What never answers must not keep the others from being asked.
    return sorted(found, key=lambda row: row.attempts)


def _ask(work: Work, row: Lookup) -> _Answer:
    """Ask for one object; raises SyncError where there is no answer that says anything about it."""
    try:
        data, final = work.client.json(row.object_id)
    except Blocked as error:
        if error.status not in (401, 403):
            raise
        return _Answer(row, todo.RESTRICTED)
    except NotOParl as error:
        if error.status in (404, 410):
            return _Answer(row, todo.GONE)
        if _is_sure(row):  # many lists without it, and at its address something else
            return _Answer(row, todo.GONE)
        raise
    data = quirks.object_in_array(data)
    entry: Any = data if isinstance(data, dict) and ("id" in data or "type" in data) else None
    parsed = parse.objects([entry], row.object_type, where=final) if entry is not None else Parsed()
    if not parsed.objects or not _is_it(row, parsed.objects[0]):
        if _is_sure(row):
            return _Answer(row, todo.GONE)
        raise NotOParl(f"{row.object_id} is no {row.object_type}", status=200)
    return _Answer(row, todo.ALIVE, parsed)


def _is_it(row: Lookup, found: Object) -> bool:
    """Tell whether this is what was asked for: many servers show something else instead of nothing.

    What is only referred to may call itself otherwise, and is known by both names from then on.
    """
    if found.type != row.object_type:
        return False
    return key_of(found.id) == key_of(row.object_id) or (row.reason == todo.REFERENCE and not found.deleted)


def _is_sure(row: Lookup) -> bool:
    return row.misses >= SURE and now() - row.noted_at >= SURE_AFTER


def _kept(work: Work, session: Session, answered: _Answer, body_id: str | None) -> Counts:
    """Write one answer; what the database refuses does not keep it from taking the others."""
    try:
        with session.begin_nested():
            return _note(work, session, answered, body_id)
    except DBAPIError as error:
        refused = answered.parsed or Parsed()
        # Its words may quote what is private.
        Store(work.source, body_id, backfill=False).refuse(session, refused, type(error.orig).__name__)
        _answer(session, answered.row, todo.FAILED)
        return Counts(quarantined=len(refused.objects))


def _note(work: Work, session: Session, answered: _Answer, body_id: str | None) -> Counts:
    """Write one answer, with the object where there is one to keep."""
    row, answer, counts = answered.row, answered.answer, Counts()
    model = OPARL_TYPES[row.object_type]
    stored = session.execute(select(model.body_id).where(model.id == row.object_id)).first()
    found = answered.parsed.objects[0] if answered.parsed is not None else None
    if found is not None and found.deleted and stored is None:  # withdrawn before it ever came here
        found, answer = None, todo.GONE
    if found is not None and answered.parsed is not None and not _is_parted(row, found):
        past = session.scalar(select(Meeting.id).where(Meeting.id == row.object_id, Meeting.start < now()))
        # What was there all the time is old news to its council, though new to us.
        old_news = row.reason == todo.REFERENCE or (row.reason == todo.SPARSE and past is not None)
        body = (stored.body_id if stored else None) or body_id
        counts = Store(work.source, body, backfill=old_news).save(session, answered.parsed)
        _alias(session, work.source.id, row.object_id, found.id)
    if (found is not None and found.deleted) or (row.reason == todo.SPARSE and answer in WITHDRAWN):
        session.execute(delete(Lookup).where(Lookup.id == row.id))
    else:
        _answer(session, row, answer)
    return counts


def _is_parted(row: Lookup, found: Object) -> bool:
    """Tell whether it is a part that was taken from its holder, and lives on at its own address alone.

    It is not shown where it was here before; so it is not taken where it comes late, by what still refers to it.
    """
    if found.deleted:
        return False
    if row.reason == todo.UNNAMED:
        return True
    parent = PARENTS.get(found.type)
    return row.reason == todo.REFERENCE and parent is not None and not found.values.get(parent.column)


def _answer(session: Session, row: Lookup, answer: str) -> None:
    """Write what came of asking, and when it is asked again."""
    values: dict[str, Any] = {"answer": answer, "attempts": row.attempts + 1}
    if answer == todo.FAILED:
        values["next_try"] = now() + min(FIRST_WAIT * 2 ** min(row.attempts, 10), LONGEST_WAIT)
    elif answer == todo.ALIVE:
        values |= {"next_try": now() + (AGAIN if row.reason == todo.SPARSE else RECHECK), "attempts": 0}
        if row.reason == todo.REFERENCE and _is_here(session, row):  # from now on it is one that no list has
            values["reason"] = todo.UNLISTED
    else:
        values["next_try"] = now() + (AGAIN if row.reason == todo.REFERENCE else RECHECK)
    if todo.ALIVE in (answer, row.answer):  # it is missing from now on, if at all
        values |= {"misses": 0, "noted_at": now()}
    session.execute(update(Lookup).where(Lookup.id == row.id).values(**values))


def _is_here(session: Session, row: Lookup) -> bool:
    model = OPARL_TYPES[row.object_type]
    return session.scalar(select(model.key).where(model.key == key_of(row.object_id))) is not None


def _alias(session: Session, source_id: int, asked: str, found: str) -> None:
    if key_of(asked) != key_of(found) and session.get(Alias, key_of(asked)) is None:
        row = {"key": key_of(asked), "old_id": asked, "new_id": found, "source_id": source_id, "at": now()}
        session.execute(insert(Alias).values(**row))


def settle(work: Work, session: Session) -> int:
    """Take back what its own address says is gone or closed; returns how much that was.

    Of a type of which more than a few, and more than a twentieth, are gone at once, nothing is taken back until the
    operator says so or three whole lists in a week have been without it: a server may have lost its database.
    """
    count = 0
    mine = (Lookup.source_id == work.source.id, Lookup.reason.in_((todo.UNNAMED, todo.UNLISTED)))
    types = session.scalars(select(Lookup.object_type).where(*mine, Lookup.answer.in_(WITHDRAWN)).distinct()).all()
    for object_type in types:
        model = OPARL_TYPES[object_type]
        alive = select(model.id).where(model.id == Lookup.object_id, model.deleted.is_(False)).exists()
        these = (*mine, Lookup.object_type == object_type)
        rows = list(session.scalars(select(Lookup).where(*these, Lookup.answer.in_(WITHDRAWN), alive)))
        sure = rows if work.accept else _believed(work, session, object_type, rows)
        ids = [row.object_id for row in sure]
        count += withdraw.withdraw(session, object_type, ids, source_id=work.source.id, backfill=False, at=now())
        held = [row.id for row in rows if row not in sure]
        session.execute(update(Lookup).where(Lookup.id.in_(held)).values(answer=todo.HELD))
        # What is closed is asked for again: it may be opened. What is gone comes back with a list.
        session.execute(delete(Lookup).where(*these, Lookup.answer.in_((todo.GONE, todo.HELD)), ~alive))
    return count


def _believed(work: Work, session: Session, object_type: str, rows: list[Lookup]) -> list[Lookup]:
    """Return which of the objects that are gone may be taken back."""
    model = OPARL_TYPES[object_type]
    there = select(func.count()).select_from(model).where(model.source_id == work.source.id, model.deleted.is_(False))
    open_ = select(func.count()).where(
        Lookup.source_id == work.source.id,
        Lookup.object_type == object_type,
        Lookup.reason == todo.UNLISTED,
        or_(Lookup.answer.is_(None), Lookup.answer == todo.FAILED),
    )
    suspects, held = len(rows) + (session.scalar(open_) or 0), session.scalar(there) or 0
    everything = suspects == held and held > reconcile.SOME
    if suspects <= max(reconcile.FEW, reconcile.SHARE * held) and not everything:
        return rows
    sure = [row for row in rows if now() - row.noted_at >= SURE_AFTER and (row.misses >= SURE or not row.misses)]
    if len(sure) < len(rows):
        told = f"{suspects} objects are missing at once; they are kept until that is certain"
        deviation = Deviation(problems.MANY_MISSING, f"{work.source.url}#{object_type}", told, object_type)
        problems.record(session, work.source.id, [deviation])
    return sure
