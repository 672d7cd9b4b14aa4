"""Asking to follow something, and confirming it. Nobody learns here which addresses are known.

An address is asked once whether it asked; what is asked for with a confirmed one begins at once.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Engine, and_, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts.frequencies import FRIDAY, is_frequency
from app.alerts.mailboxes import is_blocked, mailbox, mailbox_hash, subscribers_of
from app.alerts.targets import NEWSLETTER, Target
from app.alerts.tokens import CONFIRM, UNSUBSCRIBE, new_nonce, nonce_of
from app.config import Settings
from app.db import now, writing
from app.mail import parse_address
from app.models import AddressAsked, Alert, AlertDelivery, Subscriber, Suppression
from app.models.alerts import CONFIRM as CONFIRMATION
from app.models.alerts import MANAGE, NO_ROOM, WEEKLY
from app.speech import BERLIN
from app.translations import DEFAULT, FULL

FORGOTTEN = timedelta(hours=72)  # what nobody confirmed
BETWEEN = timedelta(hours=24)  # confirmations to one address while none of them was answered
PERIOD, MOST_ASKED = timedelta(days=30), 3  # and no more of them than these in a month
# Whoever has ten thousand networks is held by this; a town's portal sees fewer new readers in a month.
AT_ONCE, MOST_AT_ONCE = timedelta(hours=1), 300
BETWEEN_LINKS = timedelta(hours=1)
MOST_LINKS_A_DAY, MOST_SERVICE = 3, 10  # links, and with other mails that strangers can cause, in the period
DAY = timedelta(days=1)
MOST = 50  # things one address can follow, so that nobody can fill the table with somebody else's
MOST_A_DAY = 10  # of these to begin with a confirmed address: whoever knows it may type it


def subscribe(
    engine: Engine,
    settings: Settings,
    address: str,
    target: Target,
    language: str,
    *,
    frequency: str = WEEKLY,
    weekday: int = FRIDAY,
    moment: datetime | None = None,
) -> None:
    """Note that an address asks to follow something; raises AddressError for what is no address.

    What is done besides depends on what is known, what can be seen from outside does not: always one transaction
    that writes, never a mail (`Sender` hands over what is owed, in its own time).
    """
    to = parse_address(address).lower()
    if not is_frequency(frequency, weekday):
        raise ValueError(f"no such frequency: {frequency}, {weekday}")
    asked = moment or now()
    with writing(engine) as session:
        _take_turns(session, to)
        subscriber = session.scalar(select(Subscriber).where(Subscriber.address == to))
        if (subscriber is None or subscriber.confirmed_at is None) and is_blocked(session, settings, to):
            # Nothing to do takes as long as something.
            _write_nothing(session, asked)
            return
        if subscriber is None:
            subscriber = Subscriber(address=to, nonce=new_nonce(), requested_at=asked, bounces=0)
        if subscriber.confirmed_at is None:
            subscriber.requested_at = asked
            subscriber.language = language if language in FULL else DEFAULT
        session.add(subscriber)
        session.flush()
        rhythm = WEEKLY if target.kind == NEWSLETTER else frequency, weekday
        if not _follow(session, subscriber, target, *rhythm, asked):
            _owe_no_room(session, settings, subscriber, asked)
        owe_confirmation(session, settings, subscriber, asked)


def find_subscriber(
    session: Session, settings: Settings, purpose: str, token: str, *, moment: datetime | None = None
) -> Subscriber | None:
    """Return whom a mailed link is about; changes nothing."""
    nonce = nonce_of(settings, purpose, token)
    if nonce is None:
        return None
    return session.scalar(select(Subscriber).where(Subscriber.nonce == nonce, ~_forgotten(moment or now())))


def find_alert(session: Session, settings: Settings, token: str) -> Alert | None:
    """Return the one alert that a link ends; changes nothing."""
    nonce = nonce_of(settings, UNSUBSCRIBE, token)
    return session.scalar(select(Alert).where(Alert.nonce == nonce)) if nonce else None


def alerts_of(session: Session, subscriber: Subscriber) -> Sequence[Alert]:
    """Return what somebody follows, in the order in which it was asked for."""
    return session.scalars(select(Alert).where(Alert.subscriber_id == subscriber.id).order_by(Alert.id)).all()


def confirm(engine: Engine, settings: Settings, token: str, *, moment: datetime | None = None) -> Subscriber | None:
    """Start what an address asked for; None where the link is not ours, or too old. Doing it twice is no error."""
    asked = moment or now()
    with writing(engine) as session:
        subscriber = find_subscriber(session, settings, CONFIRM, token, moment=asked)
        if subscriber is not None and subscriber.confirmed_at is None:
            subscriber.confirmed_at = asked
            session.execute(delete(AlertDelivery).where(_confirmations(subscriber), AlertDelivery.sent_at.is_(None)))
            theirs = mailbox_hash(settings, subscriber.address)
            session.execute(delete(AddressAsked).where(AddressAsked.address_hash == theirs))
        return subscriber


def ask_for_link(engine: Engine, settings: Settings, address: str, *, moment: datetime | None = None) -> None:
    """Owe an address the link to all that it follows, now and then; raises AddressError for what is no address."""
    to, asked = parse_address(address).lower(), moment or now()
    with writing(engine) as session:
        _take_turns(session, to)
        known = select(Subscriber).where(Subscriber.address == to, Subscriber.confirmed_at.is_not(None))
        subscriber = session.scalar(known)
        mailed = _service_mails(session, to, asked) if subscriber is not None else []
        links = [at for kind, at in mailed if kind == MANAGE]
        too_soon = any(at > asked - BETWEEN_LINKS for at in links)
        too_many = sum(at > asked - DAY for at in links) >= MOST_LINKS_A_DAY or len(mailed) >= MOST_SERVICE
        if subscriber is None or too_soon or too_many:
            _write_nothing(session, asked)  # nothing to do takes as long as something
        else:
            session.add(delivery(settings, subscriber, MANAGE, asked, asked.isoformat()))


def forget_unconfirmed(session: Session, moment: datetime) -> int:
    """Delete what nobody confirmed in time, and who was asked a month ago; returns how many of the former."""
    session.execute(delete(AddressAsked).where(AddressAsked.at <= moment - PERIOD))
    return len(session.execute(delete(Subscriber).where(_forgotten(moment)).returning(Subscriber.id)).all())


def owe_confirmations(session: Session, settings: Settings, moment: datetime) -> int:
    """Owe everybody who waits for a confirmation, and may have one by now, the next one; returns how many."""
    waiting = session.scalars(select(Subscriber).where(_waiting()).order_by(Subscriber.requested_at)).all()
    return sum(owe_confirmation(session, settings, subscriber, moment) for subscriber in waiting)


def owe_confirmation(session: Session, settings: Settings, subscriber: Subscriber, moment: datetime) -> bool:
    """Owe an address one confirmation, if it waits for one, no other is open, and it had not too many of them."""
    open_one = or_(AlertDelivery.next_try.is_not(None), AlertDelivery.created_at > moment - BETWEEN)
    found = session.execute(
        select(
            select(func.count()).where(Subscriber.id == subscriber.id, _waiting()).scalar_subquery(),
            select(func.count()).where(_confirmations(subscriber), open_one).scalar_subquery(),
            select(func.count()).where(AddressAsked.at > moment - AT_ONCE).scalar_subquery(),
        )
    ).one()
    hashed = mailbox_hash(settings, subscriber.address)
    lately = select(AddressAsked.at).where(AddressAsked.address_hash == hashed, AddressAsked.at > moment - PERIOD)
    asked = session.scalars(lately).all()
    too_soon = any(at > moment - BETWEEN for at in asked)
    if not found[0] or found[1] or found[2] >= MOST_AT_ONCE or len(asked) >= MOST_ASKED or too_soon:
        return False
    session.execute(delete(AlertDelivery).where(_confirmations(subscriber)))
    session.add(delivery(settings, subscriber, CONFIRMATION, moment, moment.isoformat()))
    session.add(AddressAsked(address_hash=hashed, at=moment))
    session.flush()
    return True


def delivery(settings: Settings, subscriber: Subscriber, kind: str, moment: datetime, unique: str) -> AlertDelivery:
    """Return a mail to be sent, with the Message-ID that it keeps at every try; `unique` tells it from others."""
    # Made from what makes it unique, so that even a pass that is rolled back and done again gives the same one.
    name = hashlib.sha256(f"{subscriber.nonce}:{kind}:{unique}".encode()).hexdigest()[:32]
    return AlertDelivery(
        subscriber_id=subscriber.id,
        kind=kind,
        day=moment.astimezone(BERLIN).date(),
        message_id=f"<{name}@{host_of(settings)}>",
        created_at=moment,
        attempts=0,
        next_try=moment,
    )


def host_of(settings: Settings) -> str:
    """Return the portal's name in mail headers; a bare number is no name."""
    host = urlsplit(settings.base_url).hostname or ""
    return host if any(c.isalpha() for c in host) and ":" not in host else "localhost"


def _follow(
    session: Session, subscriber: Subscriber, target: Target, frequency: str, weekday: int, asked: datetime
) -> bool:
    """Begin to follow something, if there is room for it; says whether it is followed now."""
    own = alerts_of(session, subscriber)
    known = next((alert for alert in own if (alert.kind, alert.value) == (target.kind, target.value)), None)
    if known is not None and subscriber.confirmed_at is None:
        known.frequency, known.weekday = frequency, weekday
    elif known is not None:
        # What somebody typed changes nothing of what is followed; nothing to do takes as long as something.
        _write_nothing(session, asked)
    if known is not None:
        return True
    if len(own) >= MOST or _begun_today(subscriber, own, asked) >= MOST_A_DAY:
        return False
    session.add(
        Alert(
            subscriber_id=subscriber.id,
            kind=target.kind,
            value=target.value,
            frequency=frequency,
            weekday=weekday,
            nonce=new_nonce(),
            asked_at=asked,
            seq=log.last_seq(session),
        )
    )
    session.flush()
    return True


def _begun_today(subscriber: Subscriber, own: Sequence[Alert], asked: datetime) -> int:
    """Return how much began in a day without another confirmation."""
    if subscriber.confirmed_at is None:
        return 0
    since = max(subscriber.confirmed_at, asked - DAY)
    return sum(alert.asked_at > since for alert in own)


def _owe_no_room(session: Session, settings: Settings, subscriber: Subscriber, asked: datetime) -> None:
    """Owe who confirmed a mail that something was not added, once a day; the page that took it says nothing of it."""
    mailed = _service_mails(session, subscriber.address, asked) if subscriber.confirmed_at is not None else []
    told_today = any(kind == NO_ROOM and at > asked - DAY for kind, at in mailed)
    if subscriber.confirmed_at is None or told_today or len(mailed) >= MOST_SERVICE:
        _write_nothing(session, asked)
    else:
        session.add(delivery(settings, subscriber, NO_ROOM, asked, asked.isoformat()))


def _service_mails(session: Session, address: str, moment: datetime) -> list[tuple[str, datetime]]:
    """Return kind and time of the mails of a month that others can cause, to whatever spelling of an address."""
    theirs = AlertDelivery.subscriber_id.in_([one.id for one in subscribers_of(session, address)])
    lately = select(AlertDelivery.kind, AlertDelivery.created_at).where(
        theirs, AlertDelivery.kind.in_((MANAGE, NO_ROOM))
    )
    return [(kind, at) for kind, at in session.execute(lately.where(AlertDelivery.created_at > moment - PERIOD))]


def _confirmations(subscriber: Subscriber) -> ColumnElement[bool]:
    return and_(AlertDelivery.subscriber_id == subscriber.id, AlertDelivery.kind == CONFIRMATION)


def _waiting() -> ColumnElement[bool]:
    asked_again = Subscriber.requested_at > Subscriber.confirmation_sent_at
    return and_(Subscriber.confirmed_at.is_(None), or_(Subscriber.confirmation_sent_at.is_(None), asked_again))


def _forgotten(moment: datetime) -> ColumnElement[bool]:
    return and_(Subscriber.confirmed_at.is_(None), Subscriber.requested_at < moment - FORGOTTEN)


def _write_nothing(session: Session, moment: datetime) -> None:
    session.execute(update(Suppression).where(Suppression.address_hash == "").values(at=moment))


def _take_turns(session: Session, address: str) -> None:
    # Two forms sent at once must not both find nothing open, however they spell it. SQLite has one writer anyway.
    if session.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:address, 7))")
        session.execute(lock, {"address": mailbox(address)})
