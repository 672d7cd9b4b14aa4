"""The evening before: a meeting of tomorrow that is followed, or treats what somebody follows or was told about.

Whoever follows a paper or a meeting is reminded in any case. Of what a search, a person, a circle or a committee
brought only those are who want to hear of things within a day; nobody is of what is about a whole council.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Select, delete, select
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts.noticing import insert_unknown
from app.alerts.targets import MEETING, NEAR, ORGANIZATION, PAPER, PERSON, SEARCH
from app.db import writing
from app.indexing.lookups import chunks
from app.models import AgendaItem, Alert, AlertNotice, Consultation, Link, Meeting, Subscriber
from app.models.alerts import DAILY, INSTANT, REMINDER
from app.models.news import AGENDA, CHANGED, DECIDED, NEW, PLANNED
from app.queries.agendas import papers_of_items
from app.rows import among
from app.shown import shown
from app.speech import BERLIN

EVENING: Final = time(17)
OVER: Final = timedelta(hours=36)  # of what was not mailed by then the meeting is over
ABOUT: Final = (SEARCH, PERSON, NEAR)  # what tells of papers without being one
OFTEN: Final = (INSTANT, DAILY)
TOGETHER: Final = 500  # notices written in one transaction
_NEWS = (NEW, CHANGED, PLANNED, AGENDA, DECIDED)


@dataclass(frozen=True, slots=True)
class _Coming:
    """A meeting of which it is time to remind: `evening` is from when on."""

    id: str
    evening: datetime
    key: str


def remind(engine: Engine, moment: datetime) -> int:
    """Write a notice for each meeting that is to be reminded of by now, and was not; returns how many."""
    with Session(engine) as session:
        over = select(AlertNotice.key).where(*_over(moment)).limit(1)
        is_over = session.scalar(over) is not None
        meetings = _coming(session, moment)
        wanted = dict(_wanted(session, meetings)) if meetings else {}
        keys = sorted({key for _, key in wanted})
        known = select(AlertNotice.alert_id, AlertNotice.key).where(among(session, AlertNotice.key, keys))
        for alert_id, key in session.execute(known) if wanted else ():
            wanted.pop((alert_id, key), None)
    if is_over:
        with writing(engine) as session:
            session.execute(delete(AlertNotice).where(*_over(moment)))
    return sum(_write(engine, some, moment) for some in chunks(sorted(wanted.items(), key=itemgetter(0)), TOGETHER))


def _write(engine: Engine, some: Sequence[tuple[tuple[int, str], _Coming]], moment: datetime) -> int:
    with writing(engine) as session:
        chosen = select(Alert.id).where(Alert.id.in_({alert_id for (alert_id, _), _ in some})).order_by(Alert.id)
        # Nobody ends them before they are written.
        there = set(session.scalars(chosen.with_for_update(read=True, key_share=True)))
        seq = log.last_seq(session)
        return insert_unknown(session, [_row(to, one, seq, moment) for (to, _), one in some if to in there])


def _over(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return AlertNotice.kind == REMINDER, AlertNotice.delivery_id.is_(None), AlertNotice.due_at < moment - OVER


def _coming(session: Session, moment: datetime) -> list[_Coming]:
    """Return the meetings before which it is evening by now, and which did not begin yet."""
    local = moment.astimezone(BERLIN)
    last = local.date() + timedelta(days=local.time() >= EVENING)
    end = datetime.combine(last + timedelta(days=1), time(), BERLIN)
    query = select(Meeting.id, Meeting.start).where(Meeting.start > moment, Meeting.start < end, shown(Meeting))
    found = []
    for meeting_id, start in session.execute(query.where(Meeting.cancelled.is_not(True)).order_by(Meeting.id)):
        day = (start or moment).astimezone(BERLIN).date()
        evening = datetime.combine(day - timedelta(days=1), EVENING, BERLIN)
        found.append(_Coming(meeting_id, evening, f"{REMINDER}:{meeting_id}:{day.isoformat()}"))
    return found


def _wanted(session: Session, meetings: Sequence[_Coming]) -> Iterator[tuple[tuple[int, str], _Coming]]:
    """Yield which alerts are reminded of which meetings; whoever began to follow later saw it on the page."""
    by_id = {one.id: one for one in meetings}
    papers = _papers(session, by_id)
    holders = select(Link.to_id, Link.from_id).where(Link.property == "organization")
    holders = holders.where(among(session, Link.from_id, [*by_id]))
    held: dict[str, set[str]] = {}
    for organization_id, meeting_id in session.execute(holders):
        held.setdefault(organization_id, set()).add(meeting_id)
    often = Alert.frequency.in_(OFTEN)
    own = {one: {one} for one in by_id}
    news = (AlertNotice.kind.in_(_NEWS), among(session, AlertNotice.matter_id, [*papers]))
    told = _alerts(AlertNotice.matter_id).join(AlertNotice, AlertNotice.alert_id == Alert.id).where(*news)
    asked: list[tuple[Select[Any], dict[str, set[str]]]] = [
        (_alerts(Alert.value).where(Alert.kind == MEETING, among(session, Alert.value, [*by_id])), own),
        (_alerts(Alert.value).where(Alert.kind == PAPER, among(session, Alert.value, [*papers])), papers),
        (_alerts(Alert.value).where(Alert.kind == ORGANIZATION, among(session, Alert.value, [*held]), often), held),
        (told.where(Alert.kind.in_(ABOUT), often).distinct(), papers),
    ]
    for query, treated in asked:
        for alert_id, asked_at, value in session.execute(query):
            for one in (by_id[meeting_id] for meeting_id in treated[value]):
                if asked_at <= one.evening:
                    yield (alert_id, one.key), one


def _alerts(value: Any) -> Any:
    query = select(Alert.id, Alert.asked_at, value).join(Subscriber, Subscriber.id == Alert.subscriber_id)
    return query.where(Subscriber.confirmed_at.is_not(None), Subscriber.paused_at.is_(None))


def _papers(session: Session, meetings: Collection[str]) -> dict[str, set[str]]:
    """Return the meetings that treat papers, by the paper."""
    found: dict[str, set[str]] = {}
    theirs = select(AgendaItem).where(among(session, AgendaItem.meeting_id, [*meetings]), shown(AgendaItem))
    items = session.scalars(theirs).all()
    meeting_of = {item.id: item.meeting_id or "" for item in items}
    for item_id, papers in papers_of_items(session, items).items() if items else ():
        for paper in papers:
            found.setdefault(paper.id, set()).add(meeting_of[item_id])
    planned = select(Consultation.paper_id, Consultation.meeting_id).where(
        among(session, Consultation.meeting_id, [*meetings]), Consultation.paper_id.is_not(None), shown(Consultation)
    )
    for paper_id, meeting_id in session.execute(planned):
        found.setdefault(paper_id or "", set()).add(meeting_id or "")
    return found


def _row(alert_id: int, meeting: _Coming, seq: int, moment: datetime) -> dict[str, Any]:
    return {
        "alert_id": alert_id,
        "key": meeting.key,
        "kind": REMINDER,
        "object_type": "Meeting",
        "object_id": meeting.id,
        "matter_id": None,
        "seq": seq,
        "changes": None,
        "created_at": moment,
        "due_at": moment,
    }
