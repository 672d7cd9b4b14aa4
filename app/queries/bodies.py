"""The councils."""

from typing import Any

from sqlalchemy import ColumnElement, select
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
    query = select(Source, Body).outerjoin(Body, Body.id == record.body_id).where(Source.id == record.source_id)
    row = session.execute(query).first()
    return (row.Body, row.Source) if row else (None, None)
