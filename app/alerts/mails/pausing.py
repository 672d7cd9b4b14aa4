"""Mails that a server will not have from us, for weeks: nobody goes on making them, and nothing is lost."""

import logging
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import AlertDelivery, Subscriber
from app.models.alerts import NEWS

MOST: Final = 3  # mails of news in a row, each tried for three days
logger = logging.getLogger(__name__)


def pause_in_vain(session: Session, subscriber_id: int, moment: datetime) -> bool:
    """Pause somebody whose last mails were all given up; what happens waits until they go on. Says whether it did."""
    mails = select(AlertDelivery.sent_at, AlertDelivery.message_id).where(
        AlertDelivery.subscriber_id == subscriber_id, AlertDelivery.kind == NEWS, AlertDelivery.attempts > 0
    )
    last = session.execute(mails.order_by(AlertDelivery.id.desc()).limit(MOST)).all()
    # A mail that is given up gives its name away.
    if len(last) < MOST or any(sent_at is not None or name.startswith("<") for sent_at, name in last):
        return False
    waiting = update(Subscriber).where(Subscriber.id == subscriber_id, Subscriber.paused_at.is_(None))
    paused = session.execute(waiting.values(paused_at=moment).returning(Subscriber.id)).all()
    if paused:
        logger.warning("subscriber %s is paused: %s mails in a row were refused and given up", subscriber_id, MOST)
    return bool(paused)
