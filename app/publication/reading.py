"""What downloads, feeds and servers ask of what went out: one object by its key, and lists in the order of numbers.

A number is given to each new form, and `modified` never decreases with it: what was modified in some time is what has
its numbers, so that a page of the end of a list costs what its beginning does. What changes while a list is walked
goes to its end and is seen again; nothing is missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES, Alias, Link, PublicObject, PublicSource, PublicState, key_of
from app.models.publication import MOVED
from app.publication.portions import portion

_TABLE: Final = PublicObject.metadata.tables[PublicObject.__tablename__]
_SECOND: Final = timedelta(seconds=1)
_NUMBERED: Final = select(_TABLE.c.seq, _TABLE.c.modified).where(_TABLE.c.seq >= bindparam("number")).limit(1)
_NEAREST, _LAST = _NUMBERED.order_by(_TABLE.c.seq), _NUMBERED.order_by(_TABLE.c.seq.desc())
_ORGANIZATION: Final = "organization"
# What is asked again and again is built once, and goes past what the session does for each question.
_FOUND: Final = select(
    *(_TABLE.c.key, _TABLE.c.type, _TABLE.c.body_key, _TABLE.c.modified, _TABLE.c.deleted, _TABLE.c.json)
).where(_TABLE.c.key == bindparam("key"))
_LIST: Final = (
    select(_TABLE.c.seq, _TABLE.c.json)
    .where(_TABLE.c.body_key == bindparam("body_key"), _TABLE.c.type == bindparam("type"), ~_TABLE.c.deleted)
    .where(_TABLE.c.seq > bindparam("after"))
    .order_by(_TABLE.c.seq)
)


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when objects came or changed, both included; tombstones only where changes are asked for."""

    created_since: datetime | None = None
    created_until: datetime | None = None
    modified_since: datetime | None = None
    modified_until: datetime | None = None


_ALWAYS: Final = Window()


@dataclass(frozen=True, slots=True)
class ListOf:
    """Which list: of a council's objects of one type, or of those of them that name an organization; or all Bodies."""

    type: str
    body_key: str | None = None
    organization_key: str | None = None
    only: str | None = None  # of the Bodies, the one of a portal of its own


@dataclass(frozen=True, slots=True)
class Page:
    """Some objects of a list as JSON, the number of the last one, and whether more follow."""

    objects: Sequence[str]
    until: int
    more: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One object that goes out, or its tombstone."""

    key: str
    type: str
    body_key: str | None
    modified: datetime
    deleted: bool
    json: str


def found(session: Session, key: str) -> Found | None:
    """Return the object with a key, or its tombstone."""
    row = session.connection().execute(_FOUND, {"key": key}).one_or_none()
    return Found(*row) if row else None


def moved(session: Session, key: str) -> str | None:
    """Return under which key goes out what had another one before its server moved."""
    new_id = session.scalar(select(Alias.new_id).where(Alias.key == key))
    return key_of(new_id) if new_id else None


def page(session: Session, of: ListOf, window: Window, after: int, limit: int) -> Page:
    """Return the next objects of a list behind a number, 0 at its beginning."""
    if window == _ALWAYS and of.body_key and not of.organization_key:
        query = _LIST.params(body_key=of.body_key, type=of.type, after=after)
    else:
        query = _query(of, window, (PublicObject.seq, PublicObject.json))
        query = query.where(*_numbers(session, window, after)).order_by(PublicObject.seq)
    some, more = portion(session.connection(), query, limit, _listed)
    return Page([json for _, json in some], some[-1][0] if some else after, more)


def _listed(row: Row[*tuple[Any, ...]]) -> tuple[tuple[int, str], str]:
    number, json = row
    return (number, json), json


def since_when(session: Session, only: str | None) -> tuple[datetime, datetime] | None:
    """Return when the first of the Bodies came, and when one was modified last; None where there is none."""
    columns = (func.min(PublicObject.created), func.max(PublicObject.modified))
    row = session.execute(_query(ListOf("Body", only=only), Window(), columns)).one()
    return (row[0], row[1]) if row[0] else None


def newest(session: Session) -> int:
    """Return the highest number that was given: as long as it stays, so does every list."""
    return session.scalar(select(PublicState.seq)) or 0


def count(session: Session, of: ListOf, window: Window) -> int:
    """Return how many objects a list has; when they were modified their numbers say, which stand in the index."""
    listed = _query(of, window, (PublicObject.seq,), by_number=True).where(*_numbers(session, window, 0))
    return session.scalar(select(func.count()).select_from(listed.subquery())) or 0


def _query(of: ListOf, window: Window, columns: Sequence[Any], *, by_number: bool = False) -> Select[*tuple[Any, ...]]:
    query = select(*columns).where(*_within(window, by_number=by_number))
    if window.modified_since is None:
        query = query.where(~PublicObject.deleted)
    else:
        # OParl has no word for what moved: a tombstone would say of a living object that it is gone for all.
        query = query.where(or_(~PublicObject.deleted, PublicObject.reason != MOVED))
    if of.body_key is None:
        return query.where(*_bodies(of.only))
    query = query.where(PublicObject.body_key == of.body_key, PublicObject.type == of.type)
    if of.organization_key is not None:
        query = query.where(_naming(of.type, of.organization_key))
    return query


def _bodies(only: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions of Bodies whose records were all written; of one that went, nobody asks that.

    There is no index of types alone: the keys of councils are found one by the other.
    """
    first = select(func.min(PublicObject.body_key).label("key")).cte("councils", recursive=True)
    behind = select(func.min(PublicObject.body_key)).where(PublicObject.body_key > first.c.key).scalar_subquery()
    every = first.union_all(select(behind).where(first.c.key.is_not(None)))
    whole = select(PublicSource.source_id).where(PublicSource.source_id == PublicObject.source_id).exists()
    mine = PublicObject.key.in_(select(every.c.key)) if only is None else PublicObject.key == only
    return [mine, PublicObject.type == "Body", or_(PublicObject.deleted, whole)]


def _naming(object_type: str, organization_key: str) -> ColumnElement[bool]:
    """Return the condition that an object names an organization; whom a tombstone named is not known: it is told."""
    model, organization = OPARL_TYPES[object_type], OPARL_TYPES["Organization"]
    its_id = select(organization.id).where(organization.key == organization_key).scalar_subquery()
    named = select(model.key).join(Link, Link.from_id == model.id)
    named = named.where(Link.to_id == its_id, Link.property == _ORGANIZATION)
    return or_(PublicObject.deleted, PublicObject.key.in_(named))


def _within(window: Window, *, by_number: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    ends = [(PublicObject.created, window.created_since, window.created_until)]
    ends += [] if by_number else [(PublicObject.modified, window.modified_since, window.modified_until)]
    for column, since, until in ends:
        conditions += [column >= since] if since else []
        conditions += [column < _behind(until)] if until else []
    return conditions


def _numbers(session: Session, window: Window, after: int) -> list[ColumnElement[bool]]:
    """Return between which numbers behind one a window is: else all of a list would be read for its last objects."""
    # One condition alone: of two, a database may begin with the one that says less.
    begun = after + 1
    if window.modified_since and not after:  # whoever goes on is behind that
        begun = max(begun, _first(session, window.modified_since))
    conditions = [PublicObject.seq >= begun]
    if window.modified_until:
        conditions.append(PublicObject.seq < _first(session, _behind(window.modified_until)))
    return conditions


def _behind(until: datetime) -> datetime:
    """Return the first moment that is later than what goes out, to the second, as this one."""
    return until.replace(microsecond=0) + _SECOND


def _first(session: Session, moment: datetime) -> int:
    """Return the number from which on everything was modified at a moment or later, found by halving."""
    connection = session.connection()  # some twenty questions: past what the session does for each

    def nearest(number: int, *, last: bool = False) -> Row[int, datetime] | None:
        return connection.execute(_LAST if last else _NEAREST, {"number": number}).one_or_none()

    low, end = 0, nearest(0, last=True)
    if end is None or end.modified < moment:
        return end.seq + 1 if end else 0
    high = end.seq
    while low < high:
        middle = (low + high) // 2
        row = nearest(middle)
        if row is None or row.modified >= moment:
            high = middle
        else:
            low = row.seq + 1
    return low
