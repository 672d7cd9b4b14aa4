"""A server that will have no mail of ours is not tried for ever; nothing is lost by it."""

from email.message import EmailMessage

from app.alerts.mails.pausing import MOST
from app.alerts.managing import pause
from app.alerts.running import run
from app.alerts.tokens import MANAGE
from app.mail import RefusedError, UnreachableError
from tests import factories as make
from tests.app.alerts.conftest import Desk


class Refusing:
    """A mail server that takes nothing, for one reason."""

    def __init__(self, reason: Exception) -> None:
        self.reason = reason

    def send(self, message: EmailMessage) -> None:
        """See Mailer.send."""
        raise self.reason

    def close(self) -> None:
        """See Mailer.close."""


def refuse(desk: Desk, mails: int, reason: Exception) -> None:
    """Let mails be made, and be given up four days later."""
    for _ in range(2 * mails):
        run(desk.engine, Refusing(reason), desk.settings, clock=lambda: desk.now)
        desk.wait(days=4)


def test_after_three_mails_that_were_refused_for_days_no_more_are_made(desk: Desk) -> None:
    desk.follow()
    desk.publish(make.paper())
    refuse(desk, MOST - 1, RefusedError("554 5.7.1 not from you"))
    assert desk.subscriber().paused_at is None
    refuse(desk, 1, RefusedError("554 5.7.1 not from you"))
    assert desk.subscriber().paused_at is not None
    assert desk.run().bundled == 0
    assert len(desk.deliveries()) == MOST
    assert pause(desk.engine, desk.settings, desk.token(MANAGE, desk.subscriber().nonce), paused=False)
    done = desk.run()
    assert (done.bundled, done.sent) == (1, 1)


def test_a_mail_server_that_is_away_for_weeks_pauses_nobody(desk: Desk) -> None:
    desk.follow()
    desk.publish(make.paper())
    refuse(desk, MOST + 1, UnreachableError("nobody answers"))
    assert desk.subscriber().paused_at is None


def test_one_that_is_taken_begins_the_count_anew(desk: Desk) -> None:
    desk.follow()
    desk.publish(make.paper())
    refuse(desk, MOST - 1, RefusedError("554 5.7.1 not from you"))
    assert desk.run().sent == 1
    desk.wait(days=1)
    desk.publish(make.paper(reference="2026/99"))
    refuse(desk, 1, RefusedError("554 5.7.1 not from you"))
    assert desk.subscriber().paused_at is None
