"""From notices to mails: what is due to a person goes in one mail, within the day's budget and not at night."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Select, and_, func, select, update
from sqlalchemy.orm import Session

from app.alerts.channels.registered import Noticed, owe_pushes
from app.alerts.quiet import is_quiet
from app.alerts.subscribing import delivery
from app.config import Settings
from app.db import writing
from app.indexing.lookups import chunks
from app.models import Alert, AlertDelivery, AlertNotice, Subscriber
from app.models.alerts import DAILY, INSTANT, MONTHLY, NEWS, REMINDER, WEEKLY
from app.speech import BERLIN

BUDGET: Final = 2  # mails of news a day and person
SLOT: Final = time(8)  # when what does not go at once goes
TOGETHER = 200  # people whose mails are written in one transaction


def due_at(frequency: str, weekday: int, moment: datetime) -> datetime:
    """Return when what happened at a moment is to be told: the next time, in Germany, that a frequency has.

    `weekday` counts from Monday, 0, and is of weekly mails alone.
    """
    if frequency == INSTANT:
        return moment
    local = moment.astimezone(BERLIN)
    day = local.date() + timedelta(days=local.time() > SLOT)
    if frequency == WEEKLY:
        day += timedelta(days=(weekday - day.weekday()) % 7)
    elif frequency == MONTHLY and day.day > 1:
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    elif frequency not in (DAILY, MONTHLY):
        raise ValueError(f"no such frequency: {frequency}")
    return datetime.combine(day, SLOT, BERLIN).astimezone(moment.tzinfo)


def slot_before(moment: datetime) -> datetime:
    """Return the last moment, at most this one, at which mails go that do not go at once."""
    local = moment.astimezone(BERLIN)
    day = local.date() - timedelta(days=local.time() < SLOT)
    return datetime.combine(day, SLOT, BERLIN).astimezone(moment.tzinfo)


def bundle(engine: Engine, settings: Settings, moment: datetime) -> int:
    """Owe everybody one mail with all that is due, and one with reminders; returns how many mails that makes.

    Whoever has a mail of the same kind on its way gets no second: what comes meanwhile is in the one after it, so that
    a mail server that was away for a day is no reason for two mails.
    """
    if is_quiet(moment):
        return 0
    mails = 0
    for kind in (REMINDER, NEWS):
        with Session(engine) as session:
            people = session.scalars(_waited_for(kind, moment)).all()
        for some in chunks(people, TOGETHER):
            mails += _write(engine, settings, kind, some, moment)
    return mails


def _write(engine: Engine, settings: Settings, kind: str, people: Sequence[int], moment: datetime) -> int:
    with writing(engine) as session:
        # Of two passes at once the second waits here, and then finds that nothing waits any more.
        chosen = select(Subscriber).where(Subscriber.id.in_(people)).order_by(Subscriber.id).with_for_update()
        subscribers = {row.id: row for row in session.scalars(chosen)}
        still = set(session.scalars(_waited_for(kind, moment).where(Subscriber.id.in_(people))))
        theirs = _theirs(session, kind, still, moment)
        before = _last(session, kind, theirs)
        made: dict[int, tuple[int, list[Noticed]]] = {}
        for subscriber_id, keys in theirs.items():
            unique = hashlib.sha256(repr((before.get(subscriber_id, 0), sorted(keys))).encode()).hexdigest()
            mail = delivery(settings, subscribers[subscriber_id], kind, moment, unique)
            session.add(mail)
            session.flush()
            made[subscriber_id] = mail.id, keys
            for alert_id, some in _by_alert(keys).items():
                taken = update(AlertNotice).where(AlertNotice.alert_id == alert_id, AlertNotice.delivery_id.is_(None))
                for part in chunks(some, TOGETHER):
                    session.execute(taken.where(AlertNotice.key.in_(part)).values(delivery_id=mail.id))
        owe_pushes(session, made, moment)
    return len(theirs)


def _last(session: Session, kind: str, people: Iterable[int]) -> dict[int, int]:
    """Return the last mail of a kind that each of some people got, or may have got by its name.

    No two mails follow the same one, so what was told before can be told again. Only what takes the place of a mail
    that was given up, and lost its name, has the name that was free.
    """
    query = select(AlertDelivery.subscriber_id, func.max(AlertDelivery.id)).group_by(AlertDelivery.subscriber_id)
    mine = query.where(AlertDelivery.subscriber_id.in_(list(people)), AlertDelivery.kind == kind)
    return dict(session.execute(mine.where(AlertDelivery.message_id.startswith("<"))).all())


def _waited_for(kind: str, moment: datetime) -> Select[Any]:
    """Return the question who may get a mail of a kind now, and has something to be told."""
    query = select(Subscriber.id).join(Alert, Alert.subscriber_id == Subscriber.id)
    query = query.join(AlertNotice, AlertNotice.alert_id == Alert.id).where(_due(kind, moment))
    mine = (AlertDelivery.subscriber_id == Subscriber.id, AlertDelivery.kind == kind)
    on_its_way = select(AlertDelivery.id).where(
        *mine, AlertDelivery.sent_at.is_(None), AlertDelivery.next_try.is_not(None)
    )
    query = query.where(Subscriber.confirmed_at.is_not(None), Subscriber.paused_at.is_(None), ~on_its_way.exists())
    if kind == NEWS:
        today = moment.astimezone(BERLIN).date()
        spent = select(func.count()).where(*mine, AlertDelivery.day == today)
        query = query.where(spent.correlate(Subscriber).scalar_subquery() < BUDGET)
    return query.distinct().order_by(Subscriber.id)


def _due(kind: str, moment: datetime) -> ColumnElement[bool]:
    of_kind = AlertNotice.kind == REMINDER if kind == REMINDER else AlertNotice.kind != REMINDER
    return and_(AlertNotice.delivery_id.is_(None), AlertNotice.due_at <= moment, of_kind)


def _theirs(session: Session, kind: str, people: Iterable[int], moment: datetime) -> dict[int, list[Noticed]]:
    """Return what is due to each of some people."""
    query = select(Alert.subscriber_id, AlertNotice.alert_id, AlertNotice.key)
    query = query.join(Alert, Alert.id == AlertNotice.alert_id)
    found: dict[int, list[Noticed]] = {}
    due = query.where(Alert.subscriber_id.in_(list(people)), _due(kind, moment))
    for subscriber_id, alert_id, key in session.execute(due.order_by(AlertNotice.alert_id, AlertNotice.seq)):
        found.setdefault(subscriber_id, []).append((alert_id, key))
    return found


def _by_alert(keys: Iterable[Noticed]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for alert_id, key in keys:
        found.setdefault(alert_id, []).append(key)
    return found
