"""The issues of newsletters: once a week what they tell is fixed, and everybody who gets one is owed a notice of it.

An issue closes on Fridays at six, and goes out at eight, or when its reader wants to have mails. What it tells lies
between two numbers of the log: after the last issue, up to what is known then. So no week falls between two issues,
and all readers get the same one. Where nothing happened nobody gets a mail, and the operator's words wait.
"""

import logging
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Final

from sqlalchemy import ColumnElement, Engine, Insert, delete, func, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts.bundling import due_at
from app.alerts.mails.digests import Issue, compose, span
from app.alerts.targets import BODY, NEWSLETTER, Target, written
from app.db import writing
from app.models import Alert, AlertNotice, News, NewsletterIntro, NewsletterIssue, Subscriber
from app.news.refreshing import reached
from app.speech import BERLIN, Voice
from app.translations import DEFAULT

__all__ = [
    "Issue",
    "closes_after",
    "compose",
    "issue_due",
    "issue_told",
    "issues_of",
    "next_issue",
    "write_intro",
]

FRIDAY, CLOSED = 4, time(6)
WEEK: Final = timedelta(days=7)
KEPT: Final = 12  # former issues that are listed
SHARE: Final = 10.0  # seconds of one pass
MANY: Final = 256  # composed newsletters that are remembered,
MINUTES: Final = 300.0  # for so many seconds
logger = logging.getLogger(__name__)
_KNOWN: dict[tuple[object, ...], tuple[Issue | None]] = {}


def closed_before(moment: datetime) -> datetime:
    """Return when the newest issue closed, seen from a moment."""
    local = moment.astimezone(BERLIN)
    day = local.date() - timedelta(days=(local.weekday() - FRIDAY) % 7)
    closed = datetime.combine(day, CLOSED, BERLIN)
    if closed > local:
        closed = datetime.combine(day - WEEK, CLOSED, BERLIN)
    return closed.astimezone(moment.tzinfo)


def closes_after(moment: datetime) -> datetime:
    """Return when the next issue closes; a week is 168 hours but when clocks are changed."""
    local = closed_before(moment).astimezone(BERLIN)
    return datetime.combine(local.date() + WEEK, CLOSED, BERLIN).astimezone(moment.tzinfo)


def week_of(closed: datetime) -> str:
    """Return the name of a week, as ISO 8601 has it: 2026-W48."""
    year, week, _ = closed.astimezone(BERLIN).isocalendar()
    return f"{year}-W{week:02}"


def issue_due(engine: Engine, moment: datetime) -> int:
    """Fix the issues of this week that are not fixed yet; returns how many notices are owed now for them.

    Only what was followed when an issue closed gets it. May be killed anywhere, and run twice at once.
    """
    closed = closed_before(moment)
    with Session(engine) as session:
        done = select(NewsletterIssue.target).where(
            NewsletterIssue.target == Alert.value, NewsletterIssue.week == week_of(closed)
        )
        targets = session.scalars(select(Alert.value).where(*_followed(closed), ~done.exists()).distinct()).all()
    owed, begun = 0, monotonic()
    for value in sorted(targets):
        try:
            owed += _fix(engine, value, closed, moment)
        except Exception:  # one that we fail to compose keeps back no other, and is tried again
            logger.exception("the newsletter of %s could not be closed", value)
        if monotonic() - begun > SHARE:
            break  # others wait for this pass; the next one goes on here
    return owed


def next_issue(session: Session, target: Target, language: str, moment: datetime, base_url: str = "") -> Issue | None:
    """Return the newsletter as it would be if it closed now; None where there is nothing to tell."""
    value = target.inner.ref
    since = _since(session, value, moment)
    intro = session.get(NewsletterIntro, value)
    words = intro.words if intro else ""
    return _composed(session, target, language, since, reached(session), moment, base_url, words)


def write_intro(session: Session, target: Target, words: str, moment: datetime) -> None:
    """Keep what the operator writes above the next issue, in place of what was there; "" takes it away."""
    value = target.inner.ref
    session.execute(delete(NewsletterIntro).where(NewsletterIntro.target == value))
    if words.strip():
        session.add(NewsletterIntro(target=value, words=words.strip(), written_at=moment))


def issues_of(session: Session, target: Target) -> list[NewsletterIssue]:
    """Return the last issues that went out, newest first."""
    query = select(NewsletterIssue).where(NewsletterIssue.target == target.inner.ref, NewsletterIssue.told)
    return list(session.scalars(query.order_by(NewsletterIssue.made_at.desc()).limit(KEPT)))


def issue_told(
    session: Session, issue: NewsletterIssue, language: str, base_url: str = "", moment: datetime | None = None
) -> Issue | None:
    """Return what an issue says, from the records as they are now; what comes next as seen from a moment, or then."""
    target = Target(*issue.target.split(":", 1))
    when = moment or issue.made_at
    words = issue.words or ""
    return _composed(session, target, language, issue.since_seq, issue.until_seq, when, base_url, words, issue.week)


def _dated(session: Session, issue: Issue, target: Target, language: str, base_url: str, week: str) -> Issue:
    """Add to an issue that went out its week in words, and its own address."""
    year, number = week.split("-W")
    closed = date.fromisocalendar(int(year), int(number), FRIDAY + 1)
    page = f"{base_url}/newsletter/{written(session, target).replace(':', '/', 1)}?week={week}"
    return replace(issue, page=page, span=span(Voice(language), closed))


def _composed(
    session: Session,
    target: Target,
    language: str,
    since: int,
    until: int,
    moment: datetime,
    base_url: str,
    intro: str,
    week: str = "",
) -> Issue | None:
    """Compose a newsletter, or take the one that was composed a moment ago: thousands of readers get the same.

    Whatever is withdrawn or changed is in the log: one that was composed before that is not taken.
    """
    known = (str(session.get_bind().engine.url), log.last_seq(session), int(moment.timestamp() // MINUTES))
    key = (*known, target.inner, language, since, until, base_url, intro, week)
    kept = _KNOWN.get(key)  # once: another thread may empty it at any time
    if kept is None:
        issue = compose(session, target, language, since, until, moment, base_url=base_url, intro=intro)
        kept = (_dated(session, issue, target.inner, language, base_url, week) if issue and week else issue,)
        if len(_KNOWN) >= MANY:
            _KNOWN.clear()
        _KNOWN[key] = kept
    return kept[0]


def _followed(closed: datetime) -> tuple[ColumnElement[bool], ...]:
    confirmed = select(Subscriber.id).where(Subscriber.confirmed_at.is_not(None))
    return Alert.kind == NEWSLETTER, Alert.asked_at <= closed, Alert.subscriber_id.in_(confirmed)


def _since(session: Session, value: str, followed: datetime) -> int:
    """Return after which number an issue begins: where the last one ended, but a week before anybody followed at most.

    So what nobody was told of for months is no news for the first who follows.
    """
    last = session.scalar(select(func.max(NewsletterIssue.until_seq)).where(NewsletterIssue.target == value)) or 0
    before = session.scalar(select(func.max(News.seq)).where(News.at < followed - WEEK)) or 0
    return max(last, before)


def _fix(engine: Engine, value: str, closed: datetime, moment: datetime) -> int:
    target, week = Target(*value.split(":", 1)), week_of(closed)
    with Session(engine) as session:
        first = session.scalar(select(func.min(Alert.asked_at)).where(*_followed(closed), Alert.value == value))
        since, until = _since(session, value, first or closed), reached(session)
        told = compose(session, target, DEFAULT, since, until, moment) is not None
    with writing(engine) as session:
        if session.scalar(select(Alert.id).where(*_followed(closed), Alert.value == value).limit(1)) is None:
            return 0  # ended meanwhile: nobody is told, and the operator's words wait
        intro = session.get(NewsletterIntro, value) if told else None
        issue = {"target": value, "week": week, "since_seq": since, "until_seq": until, "made_at": moment}
        issue |= {"words": intro.words if intro else None, "told": told}
        # Of two passes at once the second waits here, and then finds the issue.
        if not _insert_new(session, NewsletterIssue, issue):
            return 0
        if intro is not None:
            session.execute(delete(NewsletterIntro).where(NewsletterIntro.target == value))
        return _notify(session, target, week, until, closed, moment) if told else 0


def _insert_new(session: Session, model: type[NewsletterIssue], row: dict[str, object]) -> bool:
    new = sqlite.insert(model) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(model)
    written = new.values(row).on_conflict_do_nothing().returning(model.week)
    return session.scalar(written) is not None


def _notify(session: Session, target: Target, week: str, until: int, closed: datetime, moment: datetime) -> int:
    """Owe all readers a notice of an issue, those of one day of the week by one statement; returns how many."""
    columns, owed = AlertNotice.metadata.tables[AlertNotice.__tablename__].c, 0
    theirs = (*_followed(closed), Alert.value == target.ref)
    for frequency, weekday in session.execute(select(Alert.frequency, Alert.weekday).where(*theirs).distinct()):
        same: dict[str, object] = {
            "key": f"{NEWSLETTER}:{target.ref}:{week}",
            "kind": NEWSLETTER,
            "object_type": "Body" if target.kind == BODY else "Organization",
            "object_id": target.value,
            "seq": until,
            "created_at": moment,
            # From when it closed: whoever wants it on Fridays gets one that is late on the same day.
            "due_at": due_at(frequency, weekday, closed),
        }
        alerts = select(Alert.id, *(literal(value, columns[name].type) for name, value in same.items()))
        alerts = alerts.where(*theirs, Alert.frequency == frequency, Alert.weekday == weekday).order_by(Alert.id)
        # Nobody ends them before it is written.
        alerts = alerts.with_for_update(read=True, key_share=True, of=Alert)
        owed += _rows_of(session, insert(AlertNotice).from_select(["alert_id", *same], alerts))
    return owed


def _rows_of(session: Session, statement: Insert) -> int:
    return max(0, session.connection().execute(statement, execution_options={"preserve_rowcount": True}).rowcount)
