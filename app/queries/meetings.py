"""Meetings: what comes next, what was held, and what is on an agenda."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, extract, func, or_, select
from sqlalchemy.orm import Session, defer

from app.db import now
from app.models import Link, Location, Meeting, Membership, Organization
from app.queries.paging import SIZE, Paged, counted, paged
from app.queries.paths import organizations_of
from app.rows import among
from app.shown import shown

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting as a list shows it."""

    meeting: Meeting
    organizations: tuple[Organization, ...] = ()
    location: Location | None = None

    @property
    def day(self) -> date | None:
        """The day on German clocks."""
        return self.meeting.start.astimezone(BERLIN).date() if self.meeting.start else None


@dataclass(frozen=True, slots=True)
class Attendance:
    """In how many meetings somebody took part, by their own lists, and the last of them."""

    count: int
    last: tuple[MeetingRow, ...] = ()


def meeting_by_key(session: Session, key: str) -> Meeting | None:
    """Return a meeting, withdrawn or not."""
    return session.scalar(select(Meeting).where(Meeting.key == key))


def upcoming_meetings(
    session: Session,
    limit: int = 10,
    *,
    organization: str | None = None,
    body: str | None = None,
    today: datetime | None = None,
) -> list[MeetingRow]:
    """Return the next meetings, soonest first, cancelled ones among them; in three queries."""
    query = _meetings(organization, body).where(Meeting.start >= (today or now()))
    return meeting_rows(session, session.scalars(query.order_by(Meeting.start, Meeting.id).limit(limit)).all())


def past_meetings(
    session: Session,
    limit: int = 10,
    *,
    organization: str | None = None,
    body: str | None = None,
    today: datetime | None = None,
) -> list[MeetingRow]:
    """Return the last meetings, newest first; in three queries."""
    query = _meetings(organization, body).where(Meeting.start < (today or now()))
    latest = query.order_by(Meeting.start.desc(), Meeting.id.desc()).limit(limit)
    return meeting_rows(session, session.scalars(latest).all())


def meetings_with(
    session: Session, organizations: Sequence[str], limit: int, *, today: datetime | None = None
) -> list[MeetingRow]:
    """Return the next meetings of some organizations that were not called off, soonest first; in three queries."""
    held = select(Link.from_id).where(Link.to_id.in_(organizations), Link.property == "organization")
    ahead = (Meeting.start >= (today or now())) & Meeting.cancelled.is_not(True)
    query = select(Meeting).where(~Meeting.deleted, ahead, Meeting.id.in_(held))
    found = session.scalars(query.order_by(Meeting.start, Meeting.id).limit(limit)).all() if organizations else []
    return meeting_rows(session, found)


def members_among(session: Session, person_ids: Collection[str]) -> set[str]:
    """Return which persons belong or belonged to an organization."""
    if not person_ids:
        return set()
    query = select(Membership.person_id).where(
        among(session, Membership.person_id, sorted(person_ids)), shown(Membership)
    )
    return {one for one in session.scalars(query.distinct()) if one}


def attended(session: Session, person_id: str, limit: int, *, today: datetime | None = None) -> Attendance:
    """Return the last meetings whose lists of participants name a person, and in how many they do; in four queries."""
    named = select(Link.from_id).where(Link.to_id == person_id, Link.property == "participant")
    held = (~Meeting.deleted, Meeting.start < (today or now()), Meeting.cancelled.is_not(True), Meeting.id.in_(named))
    count = session.scalar(select(func.count()).select_from(Meeting).where(*held)) or 0
    query = select(Meeting).where(*held).order_by(Meeting.start.desc(), Meeting.id.desc())
    return Attendance(count, tuple(meeting_rows(session, session.scalars(query.limit(limit)).all() if count else [])))


def meetings(
    session: Session,
    *,
    organization: str | None = None,
    body: str | None = None,
    year: int | None = None,
    before: datetime | None = None,
    page: int = 1,
    size: int = SIZE,
) -> Paged[MeetingRow]:
    """Return meetings, latest first, those without a date last; `before`: only those, and the ones without a date."""
    query = _meetings(organization, body)
    if before is not None:
        query = query.where(or_(Meeting.start < before, Meeting.start.is_(None)))
    if year is not None:
        query = query.where(within(date(year, 1, 1), date(year + 1, 1, 1)))
    found = paged(session, query.order_by(Meeting.start.desc().nulls_last(), Meeting.id.desc()), page, size)
    return Paged(meeting_rows(session, found.rows), found.total, found.page, found.size)


def meeting_years(session: Session, organization: str | None = None, body: str | None = None) -> dict[int, int]:
    """Return year -> count, newest first (by UTC: New Year's Eve has no meetings)."""
    year = extract("year", Meeting.start)
    others = narrowed_meetings(organization, body)
    query = select(year, func.count()).where(*others, Meeting.start.is_not(None)).group_by(year)
    return {int(found): count for found, count in counted(session.execute(query.order_by(year.desc()))).items()}


def neighbours(session: Session, meeting: Meeting) -> tuple[Meeting | None, Meeting | None]:
    """Return the meetings of the same first organization before and after this one."""
    if meeting.start is None:
        return None, None
    first = select(Link.to_id).where(Link.from_id == meeting.id, Link.property == "organization", Link.position == 0)
    organization = session.scalar(first)
    if organization is None:
        return None, None
    query = _meetings(organization).where(Meeting.id != meeting.id)
    before = query.where(Meeting.start < meeting.start).order_by(Meeting.start.desc(), Meeting.id.desc())
    after = query.where(Meeting.start > meeting.start).order_by(Meeting.start, Meeting.id)
    return session.scalar(before.limit(1)), session.scalar(after.limit(1))


def meeting_rows(session: Session, found: Sequence[Meeting]) -> list[MeetingRow]:
    """Add organizations and places to meetings; in two queries."""
    ids = [meeting.id for meeting in found]
    if not ids:
        return []
    organizations = organizations_of(session, ids)
    places = (
        select(Link.from_id, Location)
        .join(Location, Location.id == Link.to_id)
        .where(Link.from_id.in_(ids), Link.property == "location", shown(Location))
        .order_by(Link.position.desc())
        .options(defer(Location.raw))
    )
    location_of = {row[0]: row[1] for row in session.execute(places)}
    return [MeetingRow(meeting, organizations.get(meeting.id, ()), location_of.get(meeting.id)) for meeting in found]


def _meetings(organization: str | None, body: str | None = None) -> Select[Meeting]:
    return select(Meeting).where(*narrowed_meetings(organization, body)).options(defer(Meeting.raw))


def narrowed_meetings(organization: str | None, body: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions that meetings are of an organization and of a council, where one is named."""
    found = [~Meeting.deleted]
    if body is not None:
        found.append(Meeting.body_id == body)
    if organization is not None:
        held = select(Link.from_id).where(Link.to_id == organization, Link.property == "organization")
        found.append(Meeting.id.in_(held))
    return found


def within(first: date, end: date) -> ColumnElement[bool]:
    """Return the condition that meetings begin from one day on and before another, on German clocks."""
    return (Meeting.start >= midnight(first)) & (Meeting.start < midnight(end))


def midnight(day: date) -> datetime:
    """Return when a day begins on German clocks, in UTC; before the first day of all there is no moment."""
    try:
        return datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
