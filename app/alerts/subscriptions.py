"""Asking to follow a search, confirming it, ending it. Nobody learns here which addresses are known."""

import hashlib
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Engine, and_, delete, or_, select, text, update
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts.tokens import CONFIRM, UNSUBSCRIBE, new_nonce, nonce_of
from app.config import Settings
from app.db import now, writing
from app.mail import parse_address
from app.models import Alert, AlertDelivery
from app.translations import DEFAULT, FULL
from search import BadQuery, parse_query

FORGOTTEN = timedelta(hours=72)  # what nobody confirmed
BETWEEN = timedelta(hours=24)  # confirmations to one address while none of them was answered
MOST = 50  # searches one address can follow, so that nobody can fill the table with somebody else's
CONFIRMATION = 0  # AlertDelivery.seq_until of the mail that asks to confirm; news have the log's numbers


def subscribe(
    engine: Engine, settings: Settings, address: str, query: str, language: str, *, moment: datetime | None = None
) -> None:
    """Note that an address asks to follow a search; raises AddressError or search.BadQuery for what cannot be either.

    What is done besides depends on what is known, what can be seen from outside does not: always one transaction
    that writes, never a mail (`Sender` hands over what is owed, in its own time).
    """
    to, wanted = parse_address(address).lower(), parse_query(query).text
    if not wanted:
        raise BadQuery("nothing_asked")
    asked = moment or now()
    with writing(engine) as session:
        _take_turns(session, to)
        own = list(session.scalars(select(Alert).where(Alert.address == to)))
        known = next((alert for alert in own if alert.query == wanted), None)
        if known is not None and known.confirmed_at is None:
            known.requested_at = asked
        elif known is None and len(own) < MOST:
            session.add(
                Alert(
                    address=to,
                    query=wanted,
                    language=language if language in FULL else DEFAULT,
                    nonce=new_nonce(),
                    requested_at=asked,
                    # Not 0: that asks for what is no news as well. The log begins with a server's own record.
                    seq=max(1, log.last_seq(session)),
                )
            )
        else:
            # Nothing to do takes as long as something.
            session.execute(update(Alert).where(Alert.address == to).values(language=Alert.language))
        session.flush()
        owe_confirmation(session, settings, to, asked)


def find(
    session: Session, settings: Settings, purpose: str, token: str, *, moment: datetime | None = None
) -> Alert | None:
    """Return what a mailed link is about; changes nothing."""
    nonce = nonce_of(settings, purpose, token)
    return session.scalar(select(Alert).where(Alert.nonce == nonce, ~_forgotten(moment or now()))) if nonce else None


def confirm(engine: Engine, settings: Settings, token: str, *, moment: datetime | None = None) -> Alert | None:
    """Start a subscription; None where the link is not ours, or too old. Doing it twice is no error."""
    asked = moment or now()
    with writing(engine) as session:
        alert = find(session, settings, CONFIRM, token, moment=asked)
        if alert is not None and alert.confirmed_at is None:
            alert.confirmed_at = asked
            session.execute(
                delete(AlertDelivery).where(
                    AlertDelivery.alert_id == alert.id,
                    AlertDelivery.seq_until == CONFIRMATION,
                    AlertDelivery.sent_at.is_(None),
                )
            )
            session.flush()
            # Somebody is there: what else this address asked for need not wait for tomorrow.
            owe_confirmation(session, settings, alert.address, asked)
        return alert


def unsubscribe(engine: Engine, settings: Settings, token: str) -> bool:
    """End a subscription and forget its address, with all that is still to be sent; whether there was one."""
    nonce = nonce_of(settings, UNSUBSCRIBE, token)
    if nonce is None:
        return False
    with writing(engine) as session:
        gone = session.execute(delete(Alert).where(Alert.nonce == nonce).returning(Alert.id)).all()
    return bool(gone)


def forget(session: Session, moment: datetime) -> int:
    """Delete what nobody confirmed in time; returns how many."""
    return len(session.execute(delete(Alert).where(_forgotten(moment)).returning(Alert.id)).all())


def owe_confirmation(session: Session, settings: Settings, address: str, moment: datetime) -> None:
    """Owe an address one confirmation, if it asked for one and no other is open."""
    open_one = select(AlertDelivery.id).join(Alert, Alert.id == AlertDelivery.alert_id)
    open_one = open_one.where(
        Alert.address == address,
        Alert.confirmed_at.is_(None),
        AlertDelivery.seq_until == CONFIRMATION,
        or_(AlertDelivery.sent_at.is_(None), AlertDelivery.created_at > moment - BETWEEN),
    )
    if session.scalar(open_one.limit(1)) is not None:
        return
    waiting = session.scalar(
        select(Alert).where(Alert.address == address, _waiting()).order_by(Alert.requested_at, Alert.id).limit(1)
    )
    if waiting is not None:
        session.execute(
            delete(AlertDelivery).where(AlertDelivery.alert_id == waiting.id, AlertDelivery.seq_until == CONFIRMATION)
        )
        session.add(delivery(settings, waiting, CONFIRMATION, 0, moment))
        session.flush()


def owe_confirmations(session: Session, settings: Settings, moment: datetime) -> None:
    """Owe every address that waits for a confirmation, and may have one by now, the next one."""
    for address in session.scalars(select(Alert.address).where(_waiting()).distinct()).all():
        owe_confirmation(session, settings, address, moment)


def delivery(settings: Settings, alert: Alert, seq_until: int, total: int, moment: datetime) -> AlertDelivery:
    """Return a mail to be sent, with the Message-ID that it keeps at every try."""
    # Made from what makes it unique, so that even a pass that is rolled back and done again gives the same one.
    made_from = f"{alert.nonce}:{seq_until}:{'' if seq_until else moment.isoformat()}"
    name = hashlib.sha256(made_from.encode()).hexdigest()[:32]
    return AlertDelivery(
        alert_id=alert.id,
        seq_until=seq_until,
        total=total,
        message_id=f"<{name}@{host_of(settings)}>",
        created_at=moment,
        attempts=0,
        next_try=moment,
    )


def host_of(settings: Settings) -> str:
    """Return the portal's name in mail headers; a bare number is no name."""
    host = urlsplit(settings.base_url).hostname or ""
    return host if any(c.isalpha() for c in host) and ":" not in host else "localhost"


def _waiting() -> ColumnElement[bool]:
    asked_again = Alert.requested_at > Alert.confirmation_sent_at
    return and_(Alert.confirmed_at.is_(None), or_(Alert.confirmation_sent_at.is_(None), asked_again))


def _forgotten(moment: datetime) -> ColumnElement[bool]:
    return and_(Alert.confirmed_at.is_(None), Alert.requested_at < moment - FORGOTTEN)


def _take_turns(session: Session, address: str) -> None:
    # Two forms sent at once must not both find nothing open. SQLite has one writer anyway.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:address, 7))"), {"address": address})
