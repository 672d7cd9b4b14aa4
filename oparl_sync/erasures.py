"""What the operator erased never comes back, and what he hid not until he says so: each page is asked for it before
anything of it is stored."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Erasure, Hidden, key_of
from app.rows import among
from app.vocabulary import PARENTS
from oparl_sync import values
from oparl_sync.known import chunks
from oparl_sync.parsed import Object, Parsed

ERASE_LOCK = 7_277_857  # shared by whoever stores a page, taken alone by whoever erases


def take_out(session: Session, parsed: Parsed) -> int:
    """Take erased objects out of a page, and what belongs to nothing else; returns how much that was."""
    if session.get_bind().dialect.name == "postgresql":
        # Else a page that was begun before the erasure could write after it. SQLite has one writer anyway.
        session.execute(select(func.pg_advisory_xact_lock_shared(ERASE_LOCK)))
    kept_out = [column for column in (Erasure.key, Hidden.key) if session.scalar(select(column).limit(1)) is not None]
    if not kept_out:
        return 0
    keys = {one: key_of(one) for found in parsed.objects for one in (found.id, *_belongs_to(found))}
    told = {
        id(one): [key_of(about) if values.is_url(about) else "" for about in (_object_of(one.about), *_ids(one.raw))]
        for one in parsed.deviations
    }
    wanted = sorted({*keys.values(), *(key for some in told.values() for key in some)})
    erased = {
        key
        for part in chunks(wanted)
        for column in kept_out
        for key in session.scalars(select(column).where(among(session, column, part)))
    }
    kept: list[Object] = []
    for found in parsed.objects:  # holders come before what they hold
        holders = {keys[one] for one in _belongs_to(found)}
        if keys[found.id] in erased or (holders and holders <= erased):
            erased.add(keys[found.id])
        else:
            kept.append(found)
    before = len(parsed.objects) + parsed.quarantined
    parsed.objects = kept
    parsed.deviations = [
        one if erased.isdisjoint(told[id(one)]) else replace(one, raw=None)
        for one in parsed.deviations
        if told[id(one)][0] not in erased
    ]
    return before - len(kept) - parsed.quarantined


def _object_of(about: str) -> str:
    return about.partition("#")[0]


def alone(session: Session) -> None:
    """Wait until no page is being stored, and keep others from being begun until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(ERASE_LOCK)))


def _belongs_to(found: Object) -> Iterator[str]:
    """Yield what holds an object, or what it says that it is a part of."""
    if found.holder is not None:
        yield found.holder
    if (parent := PARENTS.get(found.type)) and found.values.get(parent.column):
        yield found.values[parent.column]
    for _, _, owner in found.back:
        yield owner


def _ids(raw: Any) -> Iterator[str]:
    """Yield the ids of all objects in what was quarantined: it may hold an erased one."""
    if isinstance(raw, list):
        for item in raw:
            yield from _ids(item)
    elif isinstance(raw, dict):
        if isinstance(raw.get("id"), str):
            yield raw["id"]
        for value in raw.values():
            yield from _ids(value)
