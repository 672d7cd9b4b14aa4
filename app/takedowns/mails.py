"""Mails about requests: to the operator with all that was written, to whoever asked with a number and a link.

What somebody typed reaches nobody but the operator: a form that mails strangers what one likes is a weapon.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.addresses import FOLDERS, record_url
from app.alerts.subscribing import host_of
from app.config import Settings
from app.db import now, writing
from app.mail import POLICY, Mailer, MailError, UnreachableError, one_line, open_mailer, parse_address
from app.models import Takedown, TakedownMail
from app.models.takedowns import ERASED, HIDDEN, OPEN, REFUSED
from app.reports import Courier as ReportCourier
from app.speech import Voice
from app.takedowns import tickets
from app.takedowns.tickets import ASKED, RECEIVED, REMINDER, TO_OPERATOR, due, link
from app.translations import N_

LEASE = timedelta(minutes=10)  # longer than any server may take
AGAIN = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
GIVEN_UP = timedelta(days=7)  # what goes to whoever asked; the operator's wait for ever
SUBJECTS = {ASKED: "Entfernung verlangt", REMINDER: "Antwort wird fällig"}
TOLD = {
    OPEN: N_("We look into it."),
    HIDDEN: N_("We have hidden what it is about, while we look into it."),
    ERASED: N_("We have removed what it is about for good."),
    REFUSED: N_("We do not remove what it is about."),
}
KEPT_HIDDEN = N_("What it is about stays hidden.")
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


class Courier(ReportCourier):
    """Mails reports and requests in a thread of the site, so that nobody waits for the mail server."""

    def send(self) -> None:
        """Mail what is owed."""
        super().send()
        send_owed(self.engine, self.mailer, self.settings)


def keep_up(engine: Engine, settings: Settings) -> int:
    """Remind the operator, forget whose requests were, and mail what is owed; returns how many mails went out."""
    tickets.remind(engine)
    tickets.forget(engine)
    return send_owed(engine, open_mailer(settings.mail_url), settings)


def send_owed(engine: Engine, mailer: Mailer, settings: Settings, *, clock: Clock = now) -> int:
    """Mail what is due; returns how many went out. Without CONTACT all wait for one."""
    sent = 0
    if not settings.contact:
        return sent
    try:
        while (claimed := _claim(engine, clock())) is not None:
            mail, ticket = claimed
            try:
                message = _message(settings, mail, ticket)
                if message is None:
                    _mark(engine, mail.id, next_try=None, error="nobody is left to tell")
                    continue
                mailer.send(message)
            except Exception as error:  # one mail that we cannot make is no reason to make none
                if not isinstance(error, MailError):
                    logger.exception("the mail %s about a request cannot be sent", mail.id)
                _mark(engine, mail.id, next_try=_again(mail, clock()), error=_said(error))
                if isinstance(error, UnreachableError):
                    logger.warning("mails about requests are not going out: %s", error)
                    break
            else:
                sent += 1
                _mark(engine, mail.id, sent_at=clock(), next_try=None, error=None)
    finally:
        mailer.close()
    return sent


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, MailError) else f"not worded: {type(error).__name__}"


def _claim(engine: Engine, moment: datetime) -> tuple[TakedownMail, Takedown] | None:
    due_now = select(TakedownMail).where(TakedownMail.sent_at.is_(None), TakedownMail.next_try <= moment)
    with writing(engine) as session:
        first = due_now.order_by(TakedownMail.next_try, TakedownMail.id).limit(1)
        mail = session.scalar(first.with_for_update(skip_locked=True))
        if mail is None:
            return None
        mail.attempts += 1
        mail.next_try = moment + LEASE
        return mail, session.get_one(Takedown, mail.takedown_id)


def _again(mail: TakedownMail, moment: datetime) -> datetime | None:
    if mail.kind not in TO_OPERATOR and moment - mail.created_at > GIVEN_UP:
        return None
    return moment + AGAIN[min(mail.attempts, len(AGAIN)) - 1]


def _mark(engine: Engine, mail_id: int, **values: object) -> None:
    with writing(engine) as session:
        session.execute(update(TakedownMail).where(TakedownMail.id == mail_id).values(**values))


def _message(settings: Settings, mail: TakedownMail, ticket: Takedown) -> EmailMessage | None:
    if mail.kind in TO_OPERATOR:
        message = _to_operator(settings, mail, ticket)
    elif ticket.address:
        message = _to_asker(settings, mail, ticket)
    else:
        return None
    message["From"] = Address("Ratslupe", addr_spec=settings.contact)
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id.replace("@takedown", f"@{host_of(settings)}")
    message["Auto-Submitted"] = "auto-generated"
    return message


def _to_operator(settings: Settings, mail: TakedownMail, ticket: Takedown) -> EmailMessage:
    """Return the mail to the operator; what was typed stands in its text and in Reply-To alone."""
    message = EmailMessage(policy=POLICY)
    message["To"] = Address(addr_spec=parse_address(settings.contact))
    if ticket.address:
        message["Reply-To"] = Address(addr_spec=ticket.address)
    message["Subject"] = one_line(f"{ticket.reference}: {SUBJECTS[mail.kind]} ({ticket.reason})")
    lines = [f"{ticket.reference}, {ticket.at:%Y-%m-%d %H:%M} UTC, Antwort bis {due(ticket):%Y-%m-%d}"]
    lines += [f"Von: {ticket.who}, Grund: {ticket.reason}, Stand: {ticket.state}"]
    if ticket.object_key and ticket.object_type in FOLDERS:
        lines += [settings.base_url + record_url(ticket.object_type, ticket.object_key)]
    lines += [ticket.page] if ticket.page else []
    lines += ["", ticket.words, "", f"Antwort an: {ticket.address or 'keine Adresse'}"]
    lines += [f"ratslupe takedowns {verb} {ticket.reference}" for verb in ("hide", "erase", "refuse")]
    message.set_content("\n".join(lines) + "\n", cte="quoted-printable")
    return message


def _to_asker(settings: Settings, mail: TakedownMail, ticket: Takedown) -> EmailMessage:
    voice = Voice(ticket.language)
    message = EmailMessage(policy=POLICY)
    message["To"] = Address(addr_spec=str(ticket.address))
    message["Subject"] = one_line(voice.gettext("Your request %(reference)s", reference=ticket.reference))
    if mail.kind == RECEIVED:
        until = voice.day(due(ticket))
        lines = [voice.gettext("We have your request %(reference)s.", reference=ticket.reference)]
        lines += [voice.gettext("We answer by %(day)s at the latest.", day=until)]
    else:
        lines = [voice.gettext("About your request %(reference)s:", reference=ticket.reference)]
        lines += [voice.gettext(state_of(ticket))] + ([ticket.answer] if ticket.answer else [])
    lines += [voice.gettext("This is where you see its state:"), link(settings, ticket), ""]
    lines += [voice.gettext("Was it not you? Then somebody mistyped an address: you need not do anything."), ""]
    lines += [f"{voice.gettext('Imprint')}: {settings.base_url}/imprint"]
    lines += [f"{voice.gettext('Privacy')}: {settings.base_url}/privacy"]
    message.set_content("\n".join(lines) + "\n", cte="quoted-printable")
    return message


def state_of(ticket: Takedown) -> str:
    """Return the message that says what became of a request, to be said in a language."""
    return KEPT_HIDDEN if ticket.state == HIDDEN and ticket.decided_at else TOLD[ticket.state]


def owed(session: Session) -> int:
    """Return how many mails have not gone out."""
    return len(session.scalars(select(TakedownMail.id).where(TakedownMail.next_try.is_not(None))).all())
