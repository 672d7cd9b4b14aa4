"""The councils, and what is known by a body's id."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Body, OParlObject


def bodies(session: Session) -> list[Body]:
    """Return the councils mirrored here, by name."""
    return list(session.scalars(select(Body).where(~Body.deleted).order_by(Body.name, Body.id)))


def body_named(session: Session, body_id: str | None) -> Body | None:
    """Return the council a record came with."""
    return session.get(Body, body_id) if body_id else None


def body_names(session: Session) -> dict[str, str]:
    """Return the address book: council id -> name, for lists in which several councils meet."""
    rows = session.execute(select(Body.id, Body.name, Body.short_name))
    return {id_: name or short_name or id_ for id_, name, short_name in rows}


def licence_of(record: OParlObject, body: Body | None) -> str | None:
    """Return the licence a record is under: its own, or else its council's."""
    return record.license or (body.license if body else None)


def by_key(session: Session, model: type[OParlObject], keys: Iterable[str]) -> dict[str, OParlObject]:
    """Return key -> record of one type, withdrawn ones included."""
    return {row.key: row for row in session.scalars(select(model).where(model.key.in_(list(keys))))}
