"""The councils."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, select
from sqlalchemy.orm import Session

from app.models import Body, OParlObject, Source


def bodies(session: Session) -> list[Body]:
    """Return the councils mirrored here, by name."""
    return list(session.scalars(select(Body).where(~Body.deleted).order_by(Body.name, Body.id)))


def body_named(session: Session, body_id: str | None) -> Body | None:
    """Return the council a record came with."""
    return session.get(Body, body_id) if body_id else None


def of_council(model: Any, body: str | None) -> list[ColumnElement[bool]]:
    """Return the condition that records of a type came with one council; none where all councils are asked for."""
    return [] if body is None else [model.body_id == body]


def body_and_source(session: Session, record: OParlObject) -> tuple[Body | None, Source | None]:
    """Return the council and the source that a record came with; in one query."""
    row = session.execute(_whose(), {"body": record.body_id, "source": record.source_id}).first()
    return (row.Body, row.Source) if row else (None, None)


@cache  # a question is built once: to build it takes as long as to answer it
def _whose() -> Select[Source, Body]:
    of_this = Body.id == bindparam("body", type_=Text())
    return select(Source, Body).outerjoin(Body, of_this).where(Source.id == bindparam("source", type_=Integer()))
