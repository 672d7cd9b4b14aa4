"""What all documents have alike."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.models import OParlObject
from search.model import Document

LOCAL = ZoneInfo("Europe/Berlin")  # a meeting's day is the day on the wall there
Slugs = Mapping[str, str]
Facets = Mapping[str, Iterable[str]]


def document(
    row: OParlObject,
    *,
    title: str | None,
    council: str | None,
    pages: tuple[str, ...] = (),
    day: date | None = None,
    seq: int = 0,
    facets: Facets | None = None,
    parent: str | None = None,
    matter: tuple[str, str] | None = None,
) -> Document:
    """Return the document of a record; `matter` is type and id of the record that it is a part of."""
    kind, group = matter or ("", "")
    return Document(
        id=row.id,
        type=type(row).__name__,
        title=title or "",
        pages=pages,
        body=council or "",
        key=row.key,
        date=day,
        seq=seq,
        facets={name: tuple(v for v in values if v) for name, values in (facets or {}).items()},
        parent=parent or "",
        group=group,
        kind=kind,
    )


def local_day(moment: datetime | None) -> date | None:
    """Return the day of a moment in Germany."""
    return moment.astimezone(LOCAL).date() if moment else None
