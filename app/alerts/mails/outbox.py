"""Handing over what is owed: claimed, sent, marked. A crash loses no mail; only one between the server's yes and our
mark sends it again, with the same Message-ID. What a mail says is made as it is handed over, and kept nowhere."""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, Select, delete, null, select, update
from sqlalchemy.orm import Session

from app.alerts.mails.bounces import GIVEN_UP_WORDS, REFUSED_WORDS, note_bounce
from app.alerts.mails.letters import letter_of
from app.alerts.mails.pausing import pause_in_vain
from app.alerts.mails.quoting import Quotes
from app.alerts.quiet import is_quiet
from app.config import Settings
from app.db import now, writing
from app.indexing.lookups import chunks
from app.mail import DeferredError, Mailer, MailError, NobodyThereError, RefusedError, UnreachableError, compose
from app.models import AlertDelivery, AlertNotice, Subscriber
from app.models.alerts import CONFIRM, NEWS, REMINDER

LEASE: Final = timedelta(minutes=10)  # longer than any server may take; a claim that outlives it was left by a kill
GIVEN_UP: Final = timedelta(hours=72)
AGAIN: Final = (
    *(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)),
    *(timedelta(hours=1), timedelta(hours=3), timedelta(hours=6)),
)
REFUSED_AGAIN: Final = timedelta(hours=24)  # some servers refuse in error; once more, not more often
# A mail takes a server some 5 to 50 ms; this leaves a busy one room between two of ours, and is 100 in a second.
IN_VAIN: Final = 2  # mails in a row; whoever is next would wait for the same answer, but one may be to blame itself
PACE: Final = 0.01  # seconds from one mail to the next
BATCH: Final = 500
UNCALLED: Final = (NEWS, REMINDER)  # for all else somebody waits at any time
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


class _UnwordableError(MailError):
    """A mail that we fail to word, or to write down: a fault of ours, which may be mended meanwhile."""


@dataclass(slots=True)
class Sent:
    """What became of the mails that were due."""

    sent: int = 0
    confirmations: int = 0
    deferred: int = 0
    refused: int = 0
    withdrawn: int = 0


def send_owed(
    engine: Engine,
    mailer: Mailer,
    settings: Settings,
    *,
    clock: Clock = now,
    kinds: Collection[str] | None = None,
    paced: bool = True,
) -> Sent:
    """Send all mails that are due, or those of some kinds; stops early where the mail server does not answer."""
    found, unreachable, quotes = Sent(), 0, Quotes(settings)
    with Session(engine) as session:  # a pass with nothing to do takes no turn from those who write
        if session.execute(due_mails(clock()).limit(1)).first() is None:
            return found
    try:
        while (claimed := _claim(engine, clock(), kinds)) is not None:
            began = time.monotonic()
            try:
                _send(engine, mailer, settings, quotes, claimed, found, clock)
                unreachable = 0
            except UnreachableError as error:
                logger.warning("mail is not going out: %s", error)
                unreachable += 1
                if unreachable >= IN_VAIN:
                    break
            time.sleep(max(0.0, PACE - (time.monotonic() - began)) if paced else 0.0)
    finally:
        mailer.close()
    return found


def due_mails(moment: datetime) -> Select[int, datetime | None]:
    """Return the question for mails that may be handed over now: their ids and times.

    Neither at night nor while somebody pauses does news go, nor a reminder, whenever it was bundled.
    """
    due = select(AlertDelivery.id, AlertDelivery.next_try).where(
        AlertDelivery.sent_at.is_(None), AlertDelivery.next_try <= moment
    )
    waited_for = AlertDelivery.kind.not_in(UNCALLED)
    if is_quiet(moment):
        return due.where(waited_for)
    paused = select(Subscriber.id).where(
        Subscriber.id == AlertDelivery.subscriber_id, Subscriber.paused_at.is_not(None)
    )
    return due.where(waited_for | ~paused.exists())


def _claim(engine: Engine, moment: datetime, kinds: Collection[str] | None) -> int | None:
    due = due_mails(moment)
    if kinds is not None:
        due = due.where(AlertDelivery.kind.in_(kinds))
    due = due.order_by(AlertDelivery.next_try, AlertDelivery.id).limit(20)
    with writing(engine) as session:
        for delivery_id, next_try in session.execute(due):
            taken = (
                update(AlertDelivery)
                .where(AlertDelivery.id == delivery_id, AlertDelivery.next_try == next_try)
                .values(next_try=moment + LEASE, attempts=AlertDelivery.attempts + 1)
                .returning(AlertDelivery.id)
            )
            if session.scalar(taken) is not None:
                return int(delivery_id)
    return None


def _send(
    engine: Engine, mailer: Mailer, settings: Settings, quotes: Quotes, claimed: int, found: Sent, clock: Clock
) -> None:
    with Session(engine) as session:
        mail = session.get(AlertDelivery, claimed)
        subscriber = session.get(Subscriber, mail.subscriber_id) if mail else None
        if mail is None or subscriber is None:
            return  # ended meanwhile
    try:
        with Session(engine) as session:
            letter = letter_of(session, settings, subscriber, mail, clock(), quotes)
        if letter is not None:
            mailer.send(compose(letter))
    except NobodyThereError as error:
        found.refused += 1
        _refused(engine, settings, mail, str(error), clock())
    except (DeferredError, RefusedError) as error:
        # What is refused whoever it is for, is refused for a fault of ours, and may be taken once that is mended.
        found.deferred += 1
        _deferred(engine, settings, mail, error, clock())
        if isinstance(error, UnreachableError):
            raise
    except MailError as error:
        # The address was checked when it came: only a changed rule leads here.
        found.refused += 1
        _mark(engine, mail, next_try=None, error=str(error))
    except Exception as error:  # one mail that we cannot make is no reason to make none
        logger.exception("mail %s cannot be worded", mail.id)
        found.deferred += 1
        _deferred(engine, settings, mail, _UnwordableError(f"not worded: {type(error).__name__}"), clock())
    else:
        _accepted(engine, mail, found, clock(), said=letter is not None)


def _accepted(engine: Engine, mail: AlertDelivery, found: Sent, moment: datetime, *, said: bool) -> None:
    if not said:
        found.withdrawn += 1
        _mark(engine, mail, next_try=None, error="nothing was left to say")
        return
    _mark(engine, mail, sent_at=moment, next_try=None, error=None)
    if mail.kind == CONFIRM:
        found.confirmations += 1
    else:
        found.sent += 1


def _deferred(engine: Engine, settings: Settings, mail: AlertDelivery, error: MailError, moment: datetime) -> None:
    if moment - mail.created_at < GIVEN_UP:
        again = AGAIN[min(mail.attempts, len(AGAIN)) - 1]
        _mark(engine, mail, next_try=moment + again, error=str(error))
        return
    with writing(engine) as session:
        if mail.kind == NEWS and not isinstance(error, _UnwordableError):
            # What it was to tell is told by the next one: only mails are given up, no news. But what we cannot word for
            # three days would keep from the reader whatever comes after it.
            told = update(AlertNotice).where(AlertNotice.delivery_id == mail.id)
            session.execute(told.values(delivery_id=null(), due_at=moment))
        values: dict[str, object] = {"next_try": null(), "error": f"{GIVEN_UP_WORDS}{error}"}
        # The next one may be the very same mail again, and is to have its name: some server may have taken this one.
        values["message_id"] = f"{mail.id}, given up: {mail.message_id}"
        session.execute(update(AlertDelivery).where(AlertDelivery.id == mail.id).values(**values))
        if type(error) is RefusedError and mail.kind == NEWS:
            pause_in_vain(session, mail.subscriber_id, moment)
        if type(error) is DeferredError:  # by this address alone, for three days
            note_bounce(session, settings, mail.id, moment)


def _refused(engine: Engine, settings: Settings, mail: AlertDelivery, words: str, moment: datetime) -> None:
    """Count that an address was refused; try the mail once more, a day later."""
    again = (mail.error or "").startswith(REFUSED_WORDS)
    next_try = None if again or mail.kind == CONFIRM else moment + REFUSED_AGAIN
    with writing(engine) as session:
        _write(session, mail, next_try=next_try, error=f"{REFUSED_WORDS}{words}")
        note_bounce(session, settings, mail.id, moment, again=again)


def forget_records(session: Session, ids: Sequence[str]) -> None:
    """Take records that were erased out of all that is told, sent or waiting."""
    for some in chunks(list(ids), BATCH):
        session.execute(delete(AlertNotice).where(AlertNotice.object_id.in_(some)))
        session.execute(update(AlertNotice).where(AlertNotice.matter_id.in_(some)).values(matter_id=None))


def _mark(engine: Engine, mail: AlertDelivery, **values: object) -> None:
    with writing(engine) as session:
        _write(session, mail, **values)


def _write(session: Session, mail: AlertDelivery, **values: object) -> None:
    session.execute(update(AlertDelivery).where(AlertDelivery.id == mail.id).values(**values))
    if mail.kind == CONFIRM and (sent_at := values.get("sent_at")) is not None:
        asked = update(Subscriber).where(Subscriber.id == mail.subscriber_id)
        session.execute(asked.values(confirmation_sent_at=sent_at))
