"""What readers say is wrong: kept in a row, mailed to the operator, and deleted after a year.

reference = take(engine, Said(...))            keep a report; the number its reader is told
Courier(engine, mailer, settings).wake()       mail what is owed in a thread, after each `take`
send_owed(engine, mailer, settings)            the same, one pass: what the mail server did not take is tried again
forget(engine)                                 delete what is older than a year
listed(session), named(session, reference), done(engine, reference)
"""

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app.addresses import record_url
from app.alerts.mails.sender import Sender
from app.alerts.subscribing import host_of
from app.config import Settings
from app.db import now, writing
from app.mail import POLICY, AddressError, Mailer, MailError, UnreachableError, one_line, parse_address
from app.models import OPARL_TYPES, OParlObject, Report
from app.shown import shown

LONGEST_WORDS, LONGEST_PAGE = 5000, 500  # characters
KEPT = timedelta(days=365)
LEASE = timedelta(minutes=10)  # longer than any server may take
AGAIN = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is mistaken for something else on the telephone
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader sent; the address is "" where no answer is wanted."""

    words: str
    page: str = ""
    address: str = ""
    object_type: str = ""
    object_key: str = ""
    language: str = "de"


def new_reference() -> str:
    """Return a number that can be told on the telephone: R-7K3P-29."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(4))
    return f"R-{letters}-{secrets.randbelow(90) + 10}"


def take(engine: Engine, settings: Settings, said: Said, *, moment: datetime | None = None) -> str:
    """Keep a report and return its number; raises AddressError where an answer could not arrive."""
    address = parse_address(said.address) if said.address else None
    at = moment or now()
    with writing(engine) as session:
        reference = new_reference()
        while session.scalar(select(Report.id).where(Report.reference == reference)) is not None:
            reference = new_reference()
        session.add(
            Report(
                reference=reference,
                at=at,
                object_type=said.object_type or None,
                object_key=said.object_key or None,
                page=" ".join(plain(said.page).split())[:LONGEST_PAGE],
                words=plain(said.words)[:LONGEST_WORDS],
                address=address,
                language=said.language,
                message_id=f"<{secrets.token_hex(16)}@{host_of(settings)}>",
                next_try=at,
            )
        )
    return reference


def plain(text: str) -> str:
    """Return a text that a database and a mail can hold, and that does nothing to the operator's terminal."""
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()


def send_owed(engine: Engine, mailer: Mailer, settings: Settings, *, clock: Clock = now) -> int:
    """Mail the reports that are due to CONTACT; returns how many went out. Without CONTACT they wait for one."""
    sent = 0
    if not settings.contact:
        return sent
    try:
        while (claimed := _claim(engine, clock())) is not None:
            try:
                mailer.send(_message(engine, settings, claimed))
            except MailError as error:
                again = clock() + AGAIN[min(claimed.attempts, len(AGAIN)) - 1]
                _mark(engine, claimed.id, next_try=again, error=str(error))
                if isinstance(error, UnreachableError):
                    logger.warning("reports are not going out: %s", error)
                    break
            else:
                sent += 1
                _mark(engine, claimed.id, sent_at=clock(), next_try=None, error=None)
    finally:
        mailer.close()
    return sent


def _claim(engine: Engine, moment: datetime) -> Report | None:
    due = select(Report).where(Report.sent_at.is_(None), Report.next_try <= moment).order_by(Report.next_try).limit(1)
    with writing(engine) as session:
        report = session.scalar(due.with_for_update(skip_locked=True))
        if report is not None:
            report.attempts += 1
            report.next_try = moment + LEASE
        return report


def _mark(engine: Engine, report_id: int, **values: object) -> None:
    with writing(engine) as session:
        session.execute(update(Report).where(Report.id == report_id).values(**values))


def _message(engine: Engine, settings: Settings, report: Report) -> EmailMessage:
    """Return the mail to the operator; what a reader typed stands in its text and in Reply-To alone."""
    with Session(engine) as session:
        about = record_of(session, report.object_type or "", report.object_key or "")
    message = EmailMessage(policy=POLICY)
    message["From"] = Address("Ratslupe", addr_spec=settings.contact)
    message["To"] = Address(addr_spec=parse_address(settings.contact))
    if report.address:
        message["Reply-To"] = Address(addr_spec=report.address)
    message["Subject"] = one_line(f"{report.reference}: Fehler gemeldet")
    message["Date"] = format_datetime(report.at)
    message["Message-ID"] = report.message_id
    message["Auto-Submitted"] = "auto-generated"
    lines = [f"{report.reference}, {report.at:%Y-%m-%d %H:%M} UTC"]
    if about is not None and report.object_key:
        lines += [about.name or about.id, settings.base_url + record_url(type(about).__name__, report.object_key)]
    lines += [report.page] if report.page else []
    lines += ["", report.words, "", f"Antwort an: {report.address or 'nicht erwünscht'}"]
    lines += [f"Erledigt: ratslupe reports done {report.reference}"]
    message.set_content("\n".join(lines) + "\n", cte="quoted-printable")
    return message


def record_of(session: Session, object_type: str, key: str) -> OParlObject | None:
    """Return the record that a report is about, None where there is none that may be seen."""
    model = OPARL_TYPES.get(object_type)
    if model is None or not key.isalnum() or len(key) > 13:
        return None
    return session.scalar(select(model).where(model.key == key, shown(model)))


def listed(session: Session, *, open_only: bool = False) -> list[Report]:
    """Return the reports, newest first."""
    wanted = select(Report).order_by(Report.at.desc(), Report.id.desc())
    return list(session.scalars(wanted.where(Report.done_at.is_(None)) if open_only else wanted))


def named(session: Session, reference: str) -> Report | None:
    """Return the report with a number, however it was typed."""
    return session.scalar(select(Report).where(Report.reference == reference.strip().upper()))


def done(engine: Engine, reference: str, *, moment: datetime | None = None) -> bool:
    """Note that a report is dealt with; whether there is one."""
    with writing(engine) as session:
        report = named(session, reference)
        if report is not None and report.done_at is None:
            report.done_at = moment or now()
        return report is not None


def forget(engine: Engine, *, moment: datetime | None = None) -> int:
    """Delete reports that came more than a year ago, done or not; returns how many."""
    with writing(engine) as session:
        old = delete(Report).where(Report.at < (moment or now()) - KEPT).returning(Report.id)
        return len(session.execute(old).all())


class Courier(Sender):
    """Mails reports in a thread of the site, so that nobody waits for the mail server."""

    def send(self) -> None:
        """Mail what is owed."""
        send_owed(self.engine, self.mailer, self.settings)


__all__ = ["AddressError", "Courier", "Said", "done", "forget", "listed", "named", "record_of", "send_owed", "take"]
