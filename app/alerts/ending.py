"""Ending it: one alert, all of them, or "I did not ask for this", after which an address is never written to again."""

from datetime import datetime

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from app.alerts.mailboxes import mailbox_hash, subscribers_of
from app.alerts.subscribing import find_subscriber
from app.alerts.tokens import END, REFUSE, UNSUBSCRIBE, address_hash, nonce_of
from app.config import Settings
from app.db import now, writing
from app.mail import parse_address
from app.models import AddressAsked, Alert, Subscriber, Suppression
from app.models.alerts import REFUSED


def refuse(engine: Engine, settings: Settings, token: str, *, moment: datetime | None = None) -> bool:
    """Forget an address that did not ask, and never write to it again; whether there was one."""
    with writing(engine) as session:
        subscriber = find_subscriber(session, settings, REFUSE, token, moment=moment)
        if subscriber is None:
            return False
        suppress(session, settings, subscriber, REFUSED, moment or now())
        return True


def suppress(session: Session, settings: Settings, subscriber: Subscriber, reason: str, moment: datetime) -> None:
    """Delete a subscriber with everything owed, and keep that this address is written to no more.

    Who wants nothing from us gets nothing by another spelling of the address, either; where nobody is there, another
    one may still reach somebody.
    """
    address, ended = subscriber.address, [subscriber.id]
    box = mailbox_hash(settings, address)
    if reason == REFUSED:
        ended += [one.id for one in subscribers_of(session, address) if one.confirmed_at is None]
    hashed = box if reason == REFUSED else address_hash(settings, address)
    session.merge(Suppression(address_hash=hashed, reason=reason, at=moment))
    session.execute(delete(AddressAsked).where(AddressAsked.address_hash == box))
    session.execute(delete(Subscriber).where(Subscriber.id.in_(ended)))


def release(engine: Engine, settings: Settings, address: str) -> bool:
    """Let an address be written to again, when its owner asks the operator for it; whether it was blocked."""
    to = parse_address(address).lower()
    hashes = (address_hash(settings, to), mailbox_hash(settings, to))
    with writing(engine) as session:
        gone = session.execute(
            delete(Suppression).where(Suppression.address_hash.in_(hashes)).returning(Suppression.address_hash)
        ).all()
    return bool(gone)


def unsubscribe(engine: Engine, settings: Settings, token: str) -> bool:
    """End one alert (a token for UNSUBSCRIBE) or all of somebody's (for END); whether there was one.

    The address goes with the last of them, and with it all that is still to be sent.
    """
    one, all_of_them = nonce_of(settings, UNSUBSCRIBE, token), nonce_of(settings, END, token)
    if one is None and all_of_them is None:
        return False
    with writing(engine) as session:
        if all_of_them is not None:
            ended = delete(Subscriber).where(Subscriber.nonce == all_of_them).returning(Subscriber.id)
            return bool(session.execute(ended).all())
        alert = session.scalar(select(Alert).where(Alert.nonce == one))
        if alert is not None:
            end(session, alert)
        return alert is not None


def end(session: Session, alert: Alert) -> bool:
    """End an alert; its subscriber goes with the last one. Says whether the subscriber is gone."""
    # The person first, then the notices, as whoever bundles them has it: two that lock crosswise wait for each other.
    session.execute(select(Subscriber.id).where(Subscriber.id == alert.subscriber_id).with_for_update())
    session.execute(delete(Alert).where(Alert.id == alert.id))
    others = select(Alert.id).where(Alert.subscriber_id == alert.subscriber_id)
    last = session.scalar(others.limit(1)) is None
    if last:
        session.execute(delete(Subscriber).where(Subscriber.id == alert.subscriber_id))
    return last
