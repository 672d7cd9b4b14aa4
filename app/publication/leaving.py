"""Records that move from one council to another: whoever follows the former is told that it has them no more.

Each record has one row, which stands with its present council. For each council that it left there is a tombstone
besides, made by its first move from there, gone with its return, and given the reason for which the record goes itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import PublicObject
from app.rows import among


@dataclass(frozen=True, slots=True)
class Before:
    """What went out of a record until now."""

    hash: str
    body_key: str | None
    source_id: int | None
    deleted: bool

    @classmethod
    def read(cls, session: Session, keys: Iterable[str]) -> "dict[str, Before]":
        """Return it by key."""
        columns = (PublicObject.hash, PublicObject.body_key, PublicObject.source_id, PublicObject.deleted)
        rows = session.execute(select(PublicObject.key, *columns).where(among(session, PublicObject.key, [*keys])))
        return {row[0]: cls(*row[1:]) for row in rows}


def place(key: str, body_key: str | None) -> str:
    """Return under which key it stands that a record left a council; no record has it."""
    return f"{key}.{body_key or ''}"


def left(session: Session, rows: Mapping[str, Mapping[str, Any]], before: Mapping[str, Before]) -> list[dict[str, Any]]:
    """Return what is to be inserted for the councils that records left, given the records' rows as they will be.

    `before` is what went out of them, of those that are not new.
    """
    moved = {key: was for key, was in before.items() if was.body_key != rows[key]["body_key"]}
    found = [_left(key, rows[key], was) for key, was in moved.items()]
    # Of one that had gone itself all councils were told that; it did not come back to those that it had left.
    back = sorted(key for key, was in before.items() if was.deleted)
    if back:
        mine = select(PublicObject).where(among(session, PublicObject.left_by, back))
        there = [(one.left_by or "", one) for one in session.scalars(mine)]
        found += [_left(key, rows[key], was) for key, was in there if was.body_key != rows[key]["body_key"]]
    places = [one["key"] for one in found] + [place(key, rows[key]["body_key"]) for key in moved]
    if places:
        session.execute(delete(PublicObject).where(among(session, PublicObject.key, sorted(set(places)))))
    return list({one["key"]: one for one in found}.values())


def _left(key: str, row: Mapping[str, Any], was: Before | PublicObject) -> dict[str, Any]:
    there = {"key": place(key, was.body_key), "left_by": key, "body_key": was.body_key, "source_id": was.source_id}
    return there | {"type": row["type"], "created": row["created"]}
