"""What somebody does with all that they follow, by the one link that shows it: change, pause, end, take along."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from app.alerts.bundling import due_at
from app.alerts.ending import end
from app.alerts.frequencies import is_frequency
from app.alerts.subscribing import alerts_of, find_subscriber
from app.alerts.targets import NEWSLETTER, Target, describe, written
from app.alerts.tokens import MANAGE, new_nonce
from app.alerts.tokens import token as made
from app.config import Settings
from app.db import now, writing
from app.models import Alert, AlertChannel, AlertDelivery, AlertNotice, Subscriber
from app.models.alerts import NO_ROOM, REMINDER, WEEKLY
from app.speech import Voice
from app.translations import FULL

WEEK: Final = timedelta(days=7)


def change_alert(
    engine: Engine,
    settings: Settings,
    token: str,
    alert_id: int,
    *,
    frequency: str,
    weekday: int,
    moment: datetime | None = None,
) -> bool:
    """Write about an alert more or less often; what waits is told when the new rhythm says so.

    Says whether there was such an alert; raises ValueError for a frequency that is none.
    """
    if not is_frequency(frequency, weekday):
        raise ValueError(f"no such frequency: {frequency}, {weekday}")
    with _theirs(engine, settings, token) as (session, subscriber):
        alert = _alert(session, subscriber, alert_id)
        if alert is None:
            return False
        alert.frequency = WEEKLY if alert.kind == NEWSLETTER else frequency
        alert.weekday = weekday
        waiting = (AlertNotice.alert_id == alert.id, AlertNotice.delivery_id.is_(None), AlertNotice.kind != REMINDER)
        due = due_at(alert.frequency, weekday, moment or now())
        session.execute(update(AlertNotice).where(*waiting).values(due_at=due))
        return True


def end_alert(engine: Engine, settings: Settings, token: str, alert_id: int) -> bool:
    """End one alert; the address goes with the last. Says whether there was such an alert."""
    with _theirs(engine, settings, token) as (session, subscriber):
        alert = _alert(session, subscriber, alert_id)
        if alert is not None:
            end(session, alert)
        return alert is not None


def pause(engine: Engine, settings: Settings, token: str, *, paused: bool, moment: datetime | None = None) -> bool:
    """Write nothing for a while, or go on with what happened meanwhile; returns whether the link is good."""
    with _theirs(engine, settings, token) as (_, subscriber):
        if subscriber is not None:
            subscriber.paused_at = (subscriber.paused_at or moment or now()) if paused else None
        return subscriber is not None


def set_language(engine: Engine, settings: Settings, token: str, language: str) -> bool:
    """Write in another language; says whether the link is good and we write in it."""
    with _theirs(engine, settings, token) as (_, subscriber):
        if subscriber is None or language not in FULL:
            return False
        subscriber.language = language
        return True


def renew(engine: Engine, settings: Settings, token: str) -> str | None:
    """Make all secret addresses of somebody anew, and the old ones void; returns the new token for MANAGE.

    Only the links that end one alert stay as they are: mails that were sent carry them for the mail program's button.
    """
    with _theirs(engine, settings, token) as (_, subscriber):
        if subscriber is None:
            return None
        subscriber.nonce = new_nonce()
        return made(settings, MANAGE, subscriber.nonce)


def delete_all(engine: Engine, settings: Settings, token: str) -> bool:
    """End everything and forget the address, with all that was sent and is owed; whether there was any."""
    with _theirs(engine, settings, token) as (session, subscriber):
        if subscriber is not None:
            session.execute(delete(Subscriber).where(Subscriber.id == subscriber.id))
        return subscriber is not None


def exported(session: Session, subscriber: Subscriber) -> dict[str, object]:
    """Return everything that is kept about somebody, as JSON can say it: follows, channels, mails, what they told."""
    voice = Voice(subscriber.language)
    alerts = alerts_of(session, subscriber)
    of_theirs = AlertNotice.alert_id.in_([alert.id for alert in alerts])
    told = select(AlertNotice, AlertDelivery.sent_at).outerjoin(AlertDelivery).where(of_theirs)
    mails = select(AlertDelivery).where(AlertDelivery.subscriber_id == subscriber.id).order_by(AlertDelivery.id)
    channels = select(AlertChannel).where(AlertChannel.subscriber_id == subscriber.id).order_by(AlertChannel.id)
    return {
        "address": subscriber.address,
        "language": subscriber.language,
        "requested": _iso(subscriber.requested_at),
        "confirmed": _iso(subscriber.confirmed_at),
        "paused": _iso(subscriber.paused_at),
        "bounces": subscriber.bounces,
        "alerts": [_exported_alert(session, alert, voice) for alert in alerts],
        "channels": [_exported_channel(one) for one in session.scalars(channels)],
        "mails": [_exported_mail(one) for one in session.scalars(mails)],
        "told": [
            _exported_notice(notice, sent)
            for notice, sent in session.execute(told.order_by(AlertNotice.created_at, AlertNotice.key))
        ],
    }


def waiting_for(session: Session, subscriber: Subscriber) -> int:
    """Return how many pieces of news wait to be told to somebody."""
    theirs = select(Alert.id).where(Alert.subscriber_id == subscriber.id)
    waiting = (AlertNotice.alert_id.in_(theirs), AlertNotice.delivery_id.is_(None))
    return session.scalar(select(func.count(AlertNotice.key.distinct())).where(*waiting)) or 0


def turned_away(session: Session, subscriber: Subscriber, moment: datetime) -> datetime | None:
    """Return when somebody was last told, within a week, that there was no room for what was asked for."""
    told = (AlertDelivery.subscriber_id == subscriber.id, AlertDelivery.kind == NO_ROOM)
    return session.scalar(
        select(func.max(AlertDelivery.created_at)).where(*told, AlertDelivery.created_at > moment - WEEK)
    )


def _exported_alert(session: Session, alert: Alert, voice: Voice) -> dict[str, object]:
    target = Target(alert.kind, alert.value)
    return {
        "id": alert.id,
        "target": written(session, target),
        "name": describe(session, target, voice).name,
        "frequency": alert.frequency,
        "weekday": alert.weekday if alert.frequency == WEEKLY else None,
        "asked": _iso(alert.asked_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _alert(session: Session, subscriber: Subscriber | None, alert_id: int) -> Alert | None:
    if subscriber is None:
        return None
    return session.scalar(select(Alert).where(Alert.id == alert_id, Alert.subscriber_id == subscriber.id))


@contextmanager
def _theirs(engine: Engine, settings: Settings, token: str) -> Iterator[tuple[Session, Subscriber | None]]:
    """Open a transaction with whose link it is; None where it is not good, or was never confirmed."""
    with writing(engine) as session:
        subscriber = find_subscriber(session, settings, MANAGE, token)
        yield session, subscriber if subscriber is not None and subscriber.confirmed_at is not None else None


def _exported_channel(one: AlertChannel) -> dict[str, object]:
    return {
        "kind": one.kind,
        "endpoint": one.endpoint,
        "created": _iso(one.created_at),
        "verified": _iso(one.verified_at),
        "failures": one.failures,
        "disabled": _iso(one.disabled_at),
    }


def _exported_mail(one: AlertDelivery) -> dict[str, object]:
    return {
        "kind": one.kind,
        "created": _iso(one.created_at),
        "attempts": one.attempts,
        "next_try": _iso(one.next_try),
        "sent": _iso(one.sent_at),
        "error": one.error,
    }


def _exported_notice(notice: AlertNotice, sent: datetime | None) -> dict[str, object]:
    return {
        "alert": notice.alert_id,
        "kind": notice.kind,
        "type": notice.object_type,
        "id": notice.object_id,
        "noted": _iso(notice.created_at),
        "due": _iso(notice.due_at),
        "sent": _iso(sent),
    }
