"""What the database knows of each council that goes out: where it is, since when, and what changed last."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.db import now
from app.directory.places import area_of
from app.models import (
    AgendaItem,
    Body,
    Consultation,
    File,
    LegislativeTerm,
    Location,
    Meeting,
    Paper,
    PublicObject,
)
from app.slugs import body_slugs
from app.speech import BERLIN

# What is dated before or far ahead was typed wrongly.
EARLIEST, AHEAD = date(1900, 1, 1), timedelta(days=2 * 366)
GERMANY: Final = (5.8, 47.2, 15.1, 55.1)  # degrees: west, south, east, north; a place outside is a slip


@dataclass(frozen=True, slots=True)
class News:
    """When records of one type last changed, and how many were taken back: on that day, and ever."""

    modified: datetime
    gone_that_day: int = 0
    gone: int = 0

    @property
    def day(self) -> str:
        """The day of the last change, in Germany."""
        return self.modified.astimezone(BERLIN).date().isoformat()


@dataclass(frozen=True, slots=True)
class Area:
    """Where a council is: its keys as far as they are right, and the corners of its places."""

    ags: str = ""  # 8 digits, 5 of a district
    ars: str = ""  # 12 digits
    box: tuple[float, float, float, float] | None = None  # west, south, east, north


NOWHERE: Final = Area()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known, by the key of a Body; its types by OParl's words."""

    keys: Mapping[str, str] = field(default_factory=dict)  # short name: key
    areas: Mapping[str, Area] = field(default_factory=dict)
    news: Mapping[str, Mapping[str, News]] = field(default_factory=dict)  # by type, then
    spans: Mapping[tuple[str, str], tuple[date, date]] = field(default_factory=dict)


def facts(session: Session) -> Facts:
    """Read what is known of all councils, in as many questions for one as for a thousand."""
    slugs = body_slugs(session)
    bodies = {body.id: body for body in session.scalars(select(Body).where(~Body.deleted))}
    boxes = _boxes(session)
    return Facts(
        keys={slugs[one]: body.key for one, body in bodies.items() if one in slugs},
        areas={body.key: _area(body, boxes.get(body.key)) for body in bodies.values()},
        news=_news(session),
        spans=_spans(session),
    )


def _area(body: Body, box: tuple[float, float, float, float] | None) -> Area:
    ars = (body.rgs or "").strip()
    area = area_of(body.ags, body.rgs) or ""
    return Area(
        ags=area if len(area) in (5, 8) else "",
        ars=ars if len(ars) == 12 and ars.isascii() and ars.isdigit() else "",
        box=box,
    )


def _news(session: Session) -> dict[str, dict[str, News]]:
    mine: tuple[Any, ...] = (PublicObject.body_key, PublicObject.type)
    gone: dict[tuple[str, str], dict[datetime, int]] = {}
    asked: Any = select(*mine, PublicObject.modified, func.count()).where(PublicObject.deleted)
    for key, type_, moment, count in session.execute(asked.group_by(*mine, PublicObject.modified)):
        gone.setdefault((key or "", type_), {})[moment] = count
    found: dict[str, dict[str, News]] = {}
    last: Any = select(*mine, func.max(PublicObject.modified)).group_by(*mine)
    for key, type_, modified in session.execute(last):
        counts = gone.get((key or "", type_), {})
        day = modified.astimezone(BERLIN).date()
        that_day = sum(count for moment, count in counts.items() if moment.astimezone(BERLIN).date() == day)
        found.setdefault(key or "", {})[type_] = News(modified, that_day, sum(counts.values()))
    return found


def _spans(session: Session) -> dict[tuple[str, str], tuple[date, date]]:
    found: dict[tuple[str, str], tuple[date, date]] = {}
    for type_, key, first, last in _dated(session):
        days = [one.astimezone(BERLIN).date() if isinstance(one, datetime) else one for one in (first, last)]
        if days[0] is not None and days[1] is not None:
            found[key, type_] = days[0], max(days)
    return found


def _dated(session: Session) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield type, council, first and last day of what goes out."""
    latest = now() + AHEAD
    mine: Any = select(PublicObject.body_key)
    days: tuple[Any, ...] = (Paper.date, File.date, LegislativeTerm.start_date)
    for column in days:
        yield from _between(session, column.class_, mine, column, latest.date(), EARLIEST)
    first = datetime(EARLIEST.year, 1, 1, tzinfo=BERLIN)
    yield from _between(session, Meeting, mine, Meeting.start, latest, first)
    meetings: tuple[Any, ...] = (AgendaItem.meeting_id, Consultation.meeting_id)
    for meeting_id in meetings:
        yield from _between(session, meeting_id.class_, mine, Meeting.start, latest, first, meeting_id)


def _between(
    session: Session, model: Any, query: Any, column: Any, latest: Any, first: Any, meeting_id: Any = None
) -> Iterator[tuple[str, str, Any, Any]]:
    ends = func.min(column), func.max(column)
    asked = query.add_columns(*ends).select_from(model).join(PublicObject, PublicObject.key == model.key)
    if meeting_id is not None:
        asked = asked.join(Meeting, Meeting.id == meeting_id)
    asked = asked.where(
        ~PublicObject.deleted, PublicObject.body_key.is_not(None), column.between(first, latest)
    ).group_by(PublicObject.body_key)
    for key, start, end in session.execute(asked):
        yield model.__name__, key, start, end


def _boxes(session: Session) -> dict[str, tuple[float, float, float, float]]:
    west, south, east, north = GERMANY
    inside = Location.longitude.between(west, east) & Location.latitude.between(south, north)
    place = case((inside, Location.longitude)), case((inside, Location.latitude))
    corners = func.min(place[0]), func.min(place[1]), func.max(place[0]), func.max(place[1])
    asked = (
        select(PublicObject.body_key, *corners)
        .join(Location, Location.key == PublicObject.key)
        .where(~PublicObject.deleted, PublicObject.body_key.is_not(None), inside)
        .group_by(PublicObject.body_key)
    )
    # Four decimals are ten metres: nobody's house is told by the corner of a town.
    return {
        key: (round(one, 4), round(two, 4), round(three, 4), round(four, 4))
        for key, one, two, three, four in session.execute(asked)
        if one < three and two < four  # one place alone is no area
    }
