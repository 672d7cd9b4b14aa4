"""Handing over what is owed: claimed, sent, marked. A crash loses no mail; only one between the server's yes and our
mark sends it again, with the same Message-ID."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from app.alerts.letters import confirmation, news
from app.alerts.subscriptions import CONFIRMATION
from app.config import Settings
from app.db import now, writing
from app.indexing import BATCH, documents_of
from app.indexing.lookups import chunks
from app.mail import DeferredError, Letter, Mailer, MailError, RefusedError, UnreachableError, compose
from app.models import Alert, AlertDelivery, AlertHit

LEASE = timedelta(minutes=10)  # longer than any server may take; a claim that outlives it was left by a kill
GIVEN_UP = timedelta(hours=72)
AGAIN = (
    *(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)),
    *(timedelta(hours=1), timedelta(hours=3), timedelta(hours=6)),
)
REFUSED_AGAIN = timedelta(hours=24)  # some servers refuse in error; once more, not more often
REFUSALS = 2
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Sent:
    """What became of the mails that were due."""

    sent: int = 0
    confirmations: int = 0
    deferred: int = 0
    refused: int = 0
    withdrawn: int = 0


def send_owed(
    engine: Engine, mailer: Mailer, settings: Settings, *, clock: Clock = now, only_confirmations: bool = False
) -> Sent:
    """Send all mails that are due; stops early where the mail server does not answer."""
    found = Sent()
    try:
        while (claimed := _claim(engine, clock(), only_confirmations=only_confirmations)) is not None:
            try:
                _send(engine, mailer, settings, claimed, found, clock)
            except UnreachableError as error:
                # Whoever is next would wait for the same answer.
                logger.warning("mail is not going out: %s", error)
                break
    finally:
        mailer.close()
    return found


def _claim(engine: Engine, moment: datetime, *, only_confirmations: bool) -> int | None:
    due = select(AlertDelivery.id, AlertDelivery.next_try).where(
        AlertDelivery.sent_at.is_(None), AlertDelivery.next_try <= moment
    )
    if only_confirmations:
        due = due.where(AlertDelivery.seq_until == CONFIRMATION)
    with writing(engine) as session:
        for delivery_id, next_try in session.execute(due.order_by(AlertDelivery.next_try, AlertDelivery.id).limit(20)):
            taken = (
                update(AlertDelivery)
                .where(AlertDelivery.id == delivery_id, AlertDelivery.next_try == next_try)
                .values(next_try=moment + LEASE, attempts=AlertDelivery.attempts + 1)
                .returning(AlertDelivery.id)
            )
            if session.scalar(taken) is not None:
                return int(delivery_id)
    return None


def _send(engine: Engine, mailer: Mailer, settings: Settings, claimed: int, found: Sent, clock: Clock) -> None:
    with Session(engine) as session:
        mail = session.get(AlertDelivery, claimed)
        alert = session.get(Alert, mail.alert_id) if mail else None
        if mail is None or alert is None:
            return  # ended meanwhile
        letter = _letter(session, settings, alert, mail)
    if letter is None:
        found.withdrawn += 1
        _mark(engine, mail, sent_at=clock(), next_try=None, error="withdrawn before it was sent")
        return
    try:
        mailer.send(compose(letter))
    except RefusedError as error:
        found.refused += 1
        _refused(engine, mail, str(error), clock())
    except DeferredError as error:
        found.deferred += 1
        _deferred(engine, mail, str(error), clock())
        if isinstance(error, UnreachableError):
            raise
    except MailError as error:
        # The address was checked when it came: only a changed rule leads here.
        found.refused += 1
        _mark(engine, mail, next_try=None, error=str(error))
    else:
        _accepted(engine, mail, found, clock())


def _letter(session: Session, settings: Settings, alert: Alert, mail: AlertDelivery) -> Letter | None:
    if mail.seq_until == CONFIRMATION:
        return confirmation(settings, alert, mail) if alert.confirmed_at is None else None
    # Nobody who has not confirmed gets anything else, whatever a row says.
    return news(session, settings, alert, mail) if alert.confirmed_at is not None else None


def _accepted(engine: Engine, mail: AlertDelivery, found: Sent, moment: datetime) -> None:
    _mark(engine, mail, sent_at=moment, next_try=None, error=None)
    if mail.seq_until == CONFIRMATION:
        found.confirmations += 1
        with writing(engine) as session:
            session.execute(update(Alert).where(Alert.id == mail.alert_id).values(confirmation_sent_at=moment))
    else:
        found.sent += 1


def _deferred(engine: Engine, mail: AlertDelivery, words: str, moment: datetime) -> None:
    if moment - mail.created_at >= GIVEN_UP:
        _mark(engine, mail, next_try=None, error=f"given up: {words}")
    else:
        _mark(engine, mail, next_try=moment + AGAIN[min(mail.attempts, len(AGAIN)) - 1], error=words)


def _refused(engine: Engine, mail: AlertDelivery, words: str, moment: datetime) -> None:
    if mail.seq_until == CONFIRMATION:
        # Nobody there to confirm: keep no address that nobody has.
        with writing(engine) as session:
            session.execute(delete(Alert).where(Alert.id == mail.alert_id, Alert.confirmed_at.is_(None)))
    elif mail.attempts >= REFUSALS:
        _mark(engine, mail, next_try=None, error=f"given up: {words}")
    else:
        _mark(engine, mail, next_try=moment + REFUSED_AGAIN, error=words)


def forget_withdrawn(session: Session) -> int:
    """Forget the words of records that nobody may see any more, in mails that still wait; returns how many."""
    waiting = select(AlertDelivery.id).where(AlertDelivery.sent_at.is_(None), AlertDelivery.next_try.is_not(None))
    quoted = AlertHit.delivery_id.in_(waiting) & AlertHit.snippet.is_not(None)
    forgotten = 0
    for ids in chunks(session.scalars(select(AlertHit.object_id).where(quoted).distinct()).all(), BATCH):
        gone = set(ids) - documents_of(session, ids).keys()
        rows = update(AlertHit).where(quoted, AlertHit.object_id.in_(gone)).values(snippet=None)
        forgotten += len(session.execute(rows.returning(AlertHit.object_id)).all()) if gone else 0
    return forgotten


def forget_records(session: Session, ids: Sequence[str]) -> None:
    """Take records that were erased out of all mails, sent or waiting."""
    theirs = AlertHit.object_id.in_(ids)
    owed = select(AlertHit.delivery_id, func.count()).where(theirs).group_by(AlertHit.delivery_id)
    for delivery_id, count in session.execute(owed).all():
        fewer = update(AlertDelivery).where(AlertDelivery.id == delivery_id)
        session.execute(fewer.values(total=AlertDelivery.total - count))
    session.execute(delete(AlertHit).where(theirs))


def _mark(engine: Engine, mail: AlertDelivery, **values: object) -> None:
    with writing(engine) as session:
        session.execute(update(AlertDelivery).where(AlertDelivery.id == mail.id).values(**values))
        if values.get("next_try", ...) is None:
            # Over: only that the reader knows the record is needed from now on, not what it said that day.
            session.execute(update(AlertHit).where(AlertHit.delivery_id == mail.id).values(snippet=None))
