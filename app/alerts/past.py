"""What happened lately to something that can be followed: for its feeds, and to see beforehand what would be mailed."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.alerts.bundling import BUDGET, QUIET_FROM, QUIET_TO, due_at, is_quiet
from app.alerts.frequencies import FRIDAY
from app.alerts.targets import NEAR, SEARCH, Circle, Target, circle_of
from app.alerts.telling.lines import Line, lines
from app.db import now
from app.geo import Box, metres
from app.models import News, NewsRef, PaperPlace, Place
from app.models.alerts import WEEKLY
from app.models.news import WITHDRAWN
from app.rows import among
from app.speech import BERLIN
from search import SearchIndex, parse_query

DAYS: Final = 30
LIMIT: Final = 100
LOOKED: Final = 2_000  # documents of a search, the newest: of those that came lately, and of all
PLACED: Final = 5_000  # rows that say which paper is where: one paper may name sixty streets
FORESEEN: Final = 300  # pieces of news that a preview counts
NAMED: Final = 5  # of which it names these
LONGEST_WAIT: Final = 31  # days until a monthly mail
TOGETHER: Final = timedelta(minutes=10)  # what one walk over a council finds comes in one mail
_ORDER: Final = (News.seq.desc(), News.id.desc())


@dataclass(frozen=True, slots=True)
class Preview:
    """What an alert would have sent lately: how many mails, the finds in them by the day they came, the newest finds.

    `many` says that there were more than were counted.
    """

    mails: int = 0
    finds: int = 0
    by_day: Mapping[date, int] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    many: bool = False


def past(
    session: Session,
    index: SearchIndex,
    target: Target,
    *,
    days: int = DAYS,
    limit: int = LIMIT,
    moment: datetime | None = None,
) -> list[News]:
    """Return the news of the last days that concern a target, newest first; raises search.SearchError.

    Of a search these are the news of documents that match it today: of all that came in these days, and of the newest
    that were known before.
    """
    since = (moment or now()) - timedelta(days=days)
    wanted = target.inner
    if wanted.kind == SEARCH:
        return _searched(session, index, wanted.value, since, limit)
    if wanted.kind == NEAR:
        return _around(session, circle_of(wanted), since, limit)
    concerned = select(NewsRef.news_id).where(NewsRef.ref == wanted.ref)
    return _newest(session, [News.id.in_(concerned), News.at >= since], limit)


def withdrawn_since(session: Session, since: datetime, limit: int = LIMIT) -> list[tuple[str, datetime]]:
    """Return the keys of news about what was withdrawn since a moment, each with when that was; the newest first.

    Whoever keeps what a search found cannot know otherwise: what is gone matches nothing.
    """
    gone = select(News.object_id, func.max(News.at)).where(News.kind == WITHDRAWN, News.at >= since)
    newest = gone.group_by(News.object_id).order_by(func.max(News.at).desc()).limit(limit)
    taken: dict[str | None, datetime] = {row[0]: row[1] for row in session.execute(newest)}
    about = or_(News.object_id.in_(list(taken)), News.matter_id.in_(list(taken)))
    told = select(News.key, News.object_id, News.matter_id).where(about, News.kind != WITHDRAWN, News.at >= since)
    rows = session.execute(told.order_by(*_ORDER).limit(limit)).all() if taken else []
    return [(key, taken.get(object_id) or taken[matter_id]) for key, object_id, matter_id in rows]


def _searched(session: Session, index: SearchIndex, text: str, since: datetime, limit: int) -> list[News]:
    first = session.scalar(select(func.min(News.seq)).where(News.at >= since))
    if first is None:
        return []
    query = replace(parse_query(text, sort="newest"), apart=True, strict=True, as_spelled=True, limit=LOOKED)
    matching = index.matching(query)
    if len(matching) == LOOKED:  # what came late may bear an early date, or none
        matching += index.matching(replace(query, after_seq=max(first - 1, 1)))
    ids = list(dict.fromkeys(one.id for one in matching))
    return _newest(session, [among(session, News.document_id, ids), News.at >= since], limit)


def _around(session: Session, circle: Circle, since: datetime, limit: int) -> list[News]:
    box = Box.around(*circle.point, circle.metres)
    inside = (Place.latitude.between(box.south, box.north), Place.longitude.between(box.west, box.east))
    rows = (
        select(News.id, Place.longitude, Place.latitude)
        .join(PaperPlace, PaperPlace.paper_id == News.matter_id)
        .join(Place, Place.id == PaperPlace.place_id)
        .where(News.at >= since, *inside)
        .order_by(*_ORDER)
        .limit(PLACED)
    )
    found = ((news_id, (x or 0.0, y or 0.0)) for news_id, x, y in session.execute(rows))
    near = {news_id: None for news_id, point in found if metres(circle.point, point) <= circle.metres}
    return _newest(session, [News.id.in_(list(near)[:limit])], limit) if near else []


def _newest(session: Session, conditions: Iterable[ColumnElement[bool]], limit: int) -> list[News]:
    return list(session.scalars(select(News).where(*conditions).order_by(*_ORDER).limit(limit)))


def preview(
    session: Session,
    index: SearchIndex,
    target: Target,
    language: str,
    base_url: str,
    *,
    frequency: str = WEEKLY,
    weekday: int = FRIDAY,
    days: int = DAYS,
    moment: datetime | None = None,
) -> Preview:
    """Return what an alert would have sent in the last days; raises search.SearchError."""
    until = moment or now()
    news = past(session, index, target, days=days + LONGEST_WAIT, limit=FORESEEN, moment=until)
    told = lines(session, news, language, base_url)
    kept = [one for one in news if one.key in told]
    mails: Counter[datetime] = Counter()
    for one in reversed(kept):
        mails[_mailed(one.at, mails, frequency, weekday)] += 1
    since = until - timedelta(days=days)
    came = {at: finds for at, finds in mails.items() if since < at <= until}
    by_day: Counter[date] = Counter()
    for at, finds in came.items():
        by_day[at.astimezone(BERLIN).date()] += finds
    newest = tuple(told[one.key] for one in kept[:NAMED] if one.at > since)
    return Preview(len(came), sum(came.values()), by_day, newest, len(news) == FORESEEN)


def _mailed(at: datetime, mails: Collection[datetime], frequency: str, weekday: int) -> datetime:
    """Return when a piece of news would have been mailed, behind those before it: two mails a day, no more."""
    due = due_at(frequency, weekday, at)
    if is_quiet(due):
        due = _morning(due, later=due.astimezone(BERLIN).time() >= QUIET_FROM)
    while True:
        open_one = next((one for one in mails if one <= due < one + TOGETHER), None)
        day = due.astimezone(BERLIN).date()
        if open_one is not None or sum(one.astimezone(BERLIN).date() == day for one in mails) < BUDGET:
            return open_one or due
        due = _morning(due, later=True)


def _morning(moment: datetime, *, later: bool) -> datetime:
    """Return when the night of a day ends, or that of the day after."""
    day = moment.astimezone(BERLIN).date() + timedelta(days=later)
    return datetime.combine(day, QUIET_TO, BERLIN).astimezone(moment.tzinfo)
