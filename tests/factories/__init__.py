"""Rows with sensible defaults, one factory a record type; `save` writes them.

    street = factories.paper(name="Tempo 30 in der Gartenstraße")
    factories.save(engine, street, factories.read_file("Text of page 1", "Text of page 2", of=street))

A factory takes any column of its type; ids count up, links to other rows are given as rows or as ids.
"""

from collections.abc import Iterable

from sqlalchemy import Engine, select

from app.db import Base, writing
from app.models import Source
from tests.factories.portal import (
    alert,
    alert_delivery,
    change,
    list_cursor,
    lookup,
    news,
    notice,
    problem,
    source,
    subscriber,
)
from tests.factories.records import (
    BODY_ID,
    SEEN,
    SERVER,
    agenda_item,
    blob,
    body,
    consultation,
    file,
    id_of,
    legislative_term,
    link,
    location,
    meeting,
    membership,
    organization,
    page,
    paper,
    person,
    read_file,
    station,
    system,
)

__all__ = [
    "BODY_ID",
    "SEEN",
    "SERVER",
    "agenda_item",
    "alert",
    "alert_delivery",
    "blob",
    "body",
    "change",
    "consultation",
    "file",
    "id_of",
    "legislative_term",
    "link",
    "list_cursor",
    "location",
    "lookup",
    "meeting",
    "membership",
    "news",
    "notice",
    "organization",
    "page",
    "paper",
    "person",
    "problem",
    "read_file",
    "save",
    "source",
    "station",
    "subscriber",
    "system",
]

Rows = Base | Iterable["Rows"]


def save(engine: Engine, *rows: Rows) -> None:
    """Write rows, and lists of rows, in one transaction; adds the council's Source where there is none."""
    flat = list(_flat(rows))
    with writing(engine) as session:
        session.add_all(row for row in flat if isinstance(row, Source))
        session.flush()
        if session.scalar(select(Source.id).limit(1)) is None:
            session.add(source())
            session.flush()
        session.add_all(row for row in flat if not isinstance(row, Source))


def _flat(rows: Iterable[Rows]) -> Iterable[Base]:
    for row in rows:
        if isinstance(row, Base):
            yield row
        else:
            yield from _flat(row)
