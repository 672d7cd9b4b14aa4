"""What happened lately to something that can be followed: for its feeds, and to see beforehand what would be mailed."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.alerts.bundling import BUDGET, due_at
from app.alerts.frequencies import FRIDAY
from app.alerts.quiet import QUIET_FROM, QUIET_TO, is_quiet
from app.alerts.targets import NEAR, SEARCH, Circle, Target, circle_of
from app.alerts.telling.lines import Line, lines
from app.db import now
from app.geo import Box, metres
from app.models import News, NewsRef, Paper, PaperPlace, Place
from app.models.alerts import INSTANT, WEEKLY
from app.models.news import WITHDRAWN
from app.rows import among
from app.slugs import body_slugs
from app.speech import BERLIN
from search import Match, Query, SearchIndex, parse_query

DAYS: Final = 30
LIMIT: Final = 100
LOOKED: Final = 2_000  # documents of a search, the newest: of those that came lately, and of all
PLACED: Final = 5_000  # rows that say which paper is where: one paper may name sixty streets
NAMED: Final = 5  # pieces of news that a preview names
LONGEST_WAIT: Final = 31  # days until a monthly mail
A_DAY: Final = timedelta(days=1)
TOGETHER: Final = timedelta(minutes=10)  # what one walk over a council finds comes in one mail
_ORDER: Final = (News.seq.desc(), News.id.desc())


@dataclass(frozen=True, slots=True)
class Preview:
    """What an alert would have sent lately: how many mails, the finds in them by the day they came, the newest finds.

    `begins` is the day from which on they are counted where there were too many for all of the time, else None.
    """

    mails: int = 0
    finds: int = 0
    by_day: Mapping[date, int] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    begins: date | None = None


@dataclass(frozen=True, slots=True)
class _Concerned:
    """The news that concern a target, as conditions; of what came before `whole` some may be left out."""

    conditions: Sequence[ColumnElement[bool]]
    whole: datetime


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
    until = moment or now()
    found = _concerned(session, index, target.inner, until - timedelta(days=days), until)
    return _newest(session, found.conditions, limit)


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


def _concerned(session: Session, index: SearchIndex, wanted: Target, since: datetime, until: datetime) -> _Concerned:
    if wanted.kind == SEARCH:
        return _searched(session, index, wanted.value, since, until)
    if wanted.kind == NEAR:
        return _around(session, circle_of(wanted), since)
    concerned = select(NewsRef.news_id).where(NewsRef.ref == wanted.ref)
    return _Concerned([News.id.in_(concerned), News.at >= since], since)


def _searched(session: Session, index: SearchIndex, text: str, since: datetime, until: datetime) -> _Concerned:
    query = replace(parse_query(text, sort="newest"), apart=True, strict=True, as_spelled=True, limit=LOOKED)
    matching = index.matching(query)
    whole = since
    if len(matching) == LOOKED:  # what came late may bear an early date, or none
        late, whole = _came(session, index, query, since, until)
        matching += late
    ids = list(dict.fromkeys(one.id for one in matching))
    return _Concerned([among(session, News.document_id, ids), News.at >= since], whole)


def _came(
    session: Session, index: SearchIndex, query: Query, since: datetime, until: datetime
) -> tuple[tuple[Match, ...], datetime]:
    """Return what matches of all that came from a moment on, and that moment: where it is too much, a later one."""
    whole = since
    while True:
        first = session.scalar(select(func.min(News.seq)).where(News.at >= whole))
        late = index.matching(replace(query, after_seq=max(first - 1, 1))) if first is not None else ()
        if len(late) < query.limit or until - whole <= A_DAY:
            return late, whole
        whole += (until - whole) / 2


def _around(session: Session, circle: Circle, since: datetime) -> _Concerned:
    box = Box.around(*circle.point, circle.metres)
    inside = (Place.latitude.between(box.south, box.north), Place.longitude.between(box.west, box.east))
    query = (
        select(News.id, News.at, Place.longitude, Place.latitude)
        .join(PaperPlace, PaperPlace.paper_id == News.matter_id)
        .join(Place, Place.id == PaperPlace.place_id)
        .where(News.at >= since, *inside)
        .order_by(*_ORDER)
    )
    if circle.council:
        own = [body_id for body_id, slug in body_slugs(session).items() if slug == circle.council]
        query = query.join(Paper, Paper.id == News.matter_id).where(Paper.body_id.in_(own))
    rows = session.execute(query.limit(PLACED)).all()
    spots = ((row.id, (row.longitude or 0.0, row.latitude or 0.0)) for row in rows)
    near = {news_id for news_id, point in spots if metres(circle.point, point) <= circle.metres}
    return _Concerned([News.id.in_(near)], rows[-1].at if len(rows) == PLACED else since)


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
    """Return what an alert would have sent in the last days; raises search.SearchError.

    What was withdrawn since is counted nowhere, and nor is that it was.
    """
    until = moment or now()
    since = until - timedelta(days=days)
    found = _concerned(session, index, target.inner, since - timedelta(days=LONGEST_WAIT), until)
    begins = min(found.whole.astimezone(BERLIN).date() + A_DAY, until.astimezone(BERLIN).date())
    whole = datetime.combine(begins, time(), BERLIN) if found.whole > since else found.whole
    kept = [*found.conditions, *_kept()]
    mails = _mails(_moments(session, [*kept, News.at >= whole, News.at <= until]), frequency, weekday)
    came = {at: finds for at, finds in mails.items() if since < at <= until}
    by_day: Counter[date] = Counter()
    for at, finds in came.items():
        by_day[at.astimezone(BERLIN).date()] += finds
    newest = _newest(session, [*kept, News.at > since, News.at <= until], 2 * NAMED)
    named = tuple(lines(session, newest, language, base_url).values())[:NAMED]
    return Preview(len(came), sum(came.values()), by_day, named, begins if found.whole > since else None)


def _kept() -> list[ColumnElement[bool]]:
    """Return the conditions that news are of what was not withdrawn after them."""
    gone = aliased(News)
    later = select(gone.id).where(gone.kind == WITHDRAWN, gone.seq > News.seq).correlate(News)
    taken = (later.where(gone.object_id == about).exists() for about in (News.object_id, News.matter_id))
    return [News.kind != WITHDRAWN, *(~one for one in taken)]


def _moments(session: Session, conditions: Iterable[ColumnElement[bool]]) -> Iterable[tuple[datetime, int]]:
    """Return how many pieces of news there are of each moment: what one page of a server tells is of the same."""
    query = select(News.at, func.count()).where(*conditions).group_by(News.at).order_by(News.at)
    return ((at, finds) for at, finds in session.execute(query))


def _mails(moments: Iterable[tuple[datetime, int]], frequency: str, weekday: int) -> Counter[datetime]:
    """Return how many finds would have been in which mail."""
    mails: Counter[datetime] = Counter()
    last = until = None
    for at, finds in moments:
        if last is None or until is None or at >= until:
            last = _mailed(at, mails, frequency, weekday)
            until = last + TOGETHER if frequency == INSTANT else last
        mails[last] += finds
    return mails


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
