"""One turn: forms that were made are compared with those that went out, and the other ones written in one commit."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import Engine, bindparam, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import OPARL_TYPES, Erasure, Hidden, PublicObject, PublicSource, PublicState, key_of
from app.models.publication import ERASED, GONE, MOVED, TO_BE_WRITTEN, WITHHELD
from app.publication import leaving
from app.publication.forms import Forms, created_of, dumped, finished, moment, tombstone
from app.publication.leaving import Before
from app.publication.loading import load
from app.publication.names import Names
from app.publication.reach import Going
from app.rows import among, insert_all

_TABLE = PublicObject.metadata.tables[PublicObject.__tablename__]
# Stands for the moment of the commit until that is known; random, so that no council can write it into a title.
_MODIFIED: Final = f"modified-{secrets.token_hex(12)}"
# A form is in the future by so much: whoever asked just before the commit for what is newer gets it the next time.
AHEAD: Final = timedelta(seconds=2)


class MovedOnError(Exception):
    """Another process wrote meanwhile; what was read is to be read again."""


def unless_moved_on(session: Session, seen: PublicState) -> PublicState:
    """Return how far the table is, which nobody changes until the transaction ends; raises MovedOnError."""
    state = session.get(PublicState, 1, with_for_update=True)
    if state is None or (state.edition, state.position, state.seq) != (seen.edition, seen.position, seen.seq):
        raise MovedOnError
    return state


class Presence:
    """Which records go out: those in the table, with those that come and without those that go."""

    def __init__(self, coming: dict[str, str], going: set[str] | None = None) -> None:
        self._coming, self._going = coming, going or set()
        self._known: dict[str, tuple[str, str]] = {}
        self.changed: set[str] = set()  # in this turn

    @classmethod
    def read(cls, session: Session, keys: Iterable[str]) -> set[str]:
        """Return which of some records went out, and still do."""
        mine = among(session, PublicObject.key, [*keys])
        return set(session.scalars(select(PublicObject.key).where(mine, ~PublicObject.deleted)))

    def learn(self, session: Session, keys: Iterable[str]) -> None:
        """Read what went out of some records."""
        self._known.clear()
        chosen = select(PublicObject.key, PublicObject.type, PublicObject.modified)
        mine = among(session, PublicObject.key, sorted(set(keys)))
        for key, type_, modified in session.execute(chosen.where(mine, ~PublicObject.deleted)):
            self._known[key] = type_, moment(modified) or ""

    def type_of(self, key: str) -> str | None:
        """See forms.Published."""
        if key in self._going:
            return None
        return self._coming.get(key) or (self._known[key][0] if key in self._known else None)

    def modified(self, key: str) -> str:
        """See forms.Published."""
        return _MODIFIED if key in self.changed or key not in self._known else self._known[key][1]


@dataclass(slots=True)
class _Made:
    """A form, or a tombstone, that is to be written if it is another one."""

    row: dict[str, Any]
    text: bytes
    before: Before | None


@dataclass(slots=True)
class Turn:
    """Forms made from one reading of the records; written together, if nobody wrote since."""

    engine: Engine
    names: Names
    state: PublicState
    presence: Presence
    until: int | None = None  # the log is done up to here then
    looked: int = 0
    written: int = 0
    lost: int = 0
    _made: list[_Made] = field(default_factory=list)
    _losing: dict[str, bool] = field(default_factory=dict)
    _given_up: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin with nothing changed."""
        self.presence.changed.clear()

    def read(self, session: Session, object_type: str, going: Sequence[Going]) -> None:
        """Make the forms of records of one type; types come in the order in which they are embedded."""
        if not going:
            return
        loaded = load(session, object_type, [one.id for one in going])
        self.presence.learn(session, {key_of(one) for one in loaded.named()})
        forms = Forms(self.names, loaded, self.presence)
        before = Before.read(session, [one.key for one in going])
        self.looked += len(going)
        for one in going:
            if one.id not in loaded.rows:  # it went since it was asked for
                continue
            text = dumped(forms.form(one.id, one.license, one.body_key))
            row = loaded.rows[one.id][1]
            said = {"created": created_of(row), "deleted": False, "reason": None, "license": one.license}
            was = before.get(one.key)
            same = was and (was.hash, was.body_key, was.deleted) == (_hash(text), one.body_key, False)
            if same and _MODIFIED.encode() not in text:
                continue
            self.presence.changed.add(one.key)
            self._made.append(_Made(_standing(one) | said, text, was))

    def lose(self, keys: Iterable[str], erased: set[str]) -> None:
        """Have records leave a tombstone."""
        self._losing |= {key: key in erased for key in keys}

    def give_up(self, sources: Iterable[int]) -> None:
        """Have all records of some sources written anew instead."""
        self._given_up |= set(sources)

    def write(self) -> PublicState:
        """Write what is another form than before; returns how far the table is then. Raises MovedOnError."""
        until = self.state.position if self.until is None else self.until
        if not (self._made or self._losing or self._given_up or until != self.state.position):
            return self.state
        with writing(self.engine) as session:
            state = unless_moved_on(session, self.state)
            stamp = max(state.stamp, _second_after(now() + AHEAD))
            rows = [self._row(one, stamp) for one in self._made]
            rows += [*self._left(session, stamp), *self._tombstones(session, stamp)]
            for number, row in enumerate(rows, start=state.seq + 1):
                row |= {"seq": number, "modified": stamp}
            state.seq += len(rows)
            state.stamp, state.position = (stamp if rows else state.stamp), until
            self._store(session, rows)
            if self._given_up:
                given_up = update(PublicSource).where(PublicSource.source_id.in_(self._given_up))
                session.execute(given_up.values(terms=TO_BE_WRITTEN))
        self.written, self.lost = len(self._made), len(rows) - len(self._made)
        return state

    def _store(self, session: Session, rows: Sequence[dict[str, Any]]) -> None:
        new = {one.row["key"] for one in self._made if one.before is None}
        new |= {row["key"] for row in rows if row["reason"] == MOVED}
        insert_all(session, _TABLE, [row for row in rows if row["key"] in new])
        if others := [{f"_{name}": value for name, value in row.items()} for row in rows if row["key"] not in new]:
            values: dict[str, Any] = {
                column.name: bindparam(f"_{column.name}") for column in _TABLE.c if column.name != "key"
            }
            session.connection().execute(update(_TABLE).where(_TABLE.c.key == bindparam("_key")).values(values), others)

    def _row(self, made: _Made, stamp: datetime) -> dict[str, Any]:
        text = made.text.replace(_MODIFIED.encode(), (moment(stamp) or "").encode())
        return made.row | {"hash": _hash(text), "json": finished(text, moment(stamp) or "")}

    def _left(self, session: Session, stamp: datetime) -> list[dict[str, Any]]:
        """Return the tombstones for councils that have records no more which others have."""
        rows = {one.row["key"]: one.row for one in self._made}
        before = {one.row["key"]: one.before for one in self._made if one.before}
        return [self._tombstone(row, MOVED, stamp) for row in leaving.left(session, rows, before)]

    def _tombstones(self, session: Session, stamp: datetime) -> list[dict[str, Any]]:
        """Return those of records that go, for the councils as well that they had left."""
        if not (keys := sorted(self._losing)):
            return []
        found: list[PublicObject] = []
        for column in (PublicObject.key, PublicObject.left_by):
            found += session.scalars(select(PublicObject).where(among(session, column, keys)))
        rows = []
        here = self._still_here(session, keys)
        for row in found:
            key = row.left_by or row.key
            if row.reason == ERASED or (row.deleted and row.reason != MOVED and not self._losing[key]):
                continue
            reason = ERASED if self._losing[key] or key in here[1] else WITHHELD if key in here[0] else GONE
            rows.append(self._tombstone(_standing(row) | {"created": row.created}, reason, stamp))
        return rows

    def _tombstone(self, row: dict[str, Any], reason: str, stamp: datetime) -> dict[str, Any]:
        text = dumped(tombstone(self.names, row["type"], row["left_by"] or row["key"], row["created"], reason))
        said = {"deleted": True, "reason": reason, "license": None, "hash": _hash(text)}
        return row | said | {"json": finished(text, moment(stamp) or "")}

    def _still_here(self, session: Session, keys: Sequence[str]) -> tuple[set[str], set[str]]:
        """Return which records are here and not withdrawn, and which were erased."""
        here = set(session.scalars(select(Hidden.key).where(among(session, Hidden.key, keys))))
        for model in OPARL_TYPES.values():
            here |= set(session.scalars(select(model.key).where(among(session, model.key, keys), ~model.deleted)))
        return here, set(session.scalars(select(Erasure.key).where(among(session, Erasure.key, keys))))


def _standing(one: Going | PublicObject) -> dict[str, Any]:
    """Return what an object and its tombstone have in common."""
    left_by = one.left_by if isinstance(one, PublicObject) else None
    there = {"source_id": one.source_id, "body_key": one.body_key, "left_by": left_by}
    return {"key": one.key, "type": one.type} | there


def _second_after(value: datetime) -> datetime:
    return value.replace(microsecond=0) + timedelta(seconds=bool(value.microsecond))


def _hash(text: bytes) -> str:
    return blake2b(text, digest_size=16).hexdigest()
