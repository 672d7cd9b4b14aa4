"""One pass: forget what nobody confirmed and what was withdrawn, match what is new, send what is owed."""

from dataclasses import dataclass

from sqlalchemy import Engine

from app.alerts.matching import match
from app.alerts.outbox import Clock, forget_withdrawn, send_owed
from app.alerts.subscriptions import forget, owe_confirmations
from app.config import Settings
from app.db import now, writing
from app.mail import Mailer
from search import SearchIndex


@dataclass(slots=True)
class Counts:
    """What a pass did."""

    searches: int = 0
    alerts: int = 0
    failed: int = 0
    owed: int = 0
    sent: int = 0
    confirmations: int = 0
    deferred: int = 0
    refused: int = 0
    withdrawn: int = 0
    forgotten: int = 0

    def __str__(self) -> str:
        return (
            f"{self.searches} searches for {self.alerts} subscriptions, {self.sent} mails and "
            f"{self.confirmations} confirmations sent, {self.deferred} deferred, {self.refused} refused"
        )


def run(engine: Engine, index: SearchIndex, mailer: Mailer, settings: Settings, *, clock: Clock = now) -> Counts:
    """Do one pass; it may be killed at any time and started again, and two may run at once."""
    with writing(engine) as session:
        forgotten = forget(session, clock())
        forget_withdrawn(session)
        owe_confirmations(session, settings, clock())
    matched = match(engine, index, settings, clock())
    sent = send_owed(engine, mailer, settings, clock=clock)
    return Counts(
        searches=matched.searches,
        alerts=matched.alerts,
        failed=matched.failed,
        owed=matched.owed,
        sent=sent.sent,
        confirmations=sent.confirmations,
        deferred=sent.deferred,
        refused=sent.refused,
        withdrawn=sent.withdrawn,
        forgotten=forgotten,
    )
