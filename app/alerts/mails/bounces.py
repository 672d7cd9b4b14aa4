"""Mails that come back: what a server says that it could not deliver, and who complained of them.

Two mails in a row that reach nobody end everything that an address follows; of it only a hash is kept. Whoever
complains is written to no more at once. A notice counts only with the Message-ID of one of our mails, which nobody can
guess; nothing else of it is believed.
"""

import email
import logging
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import Message
from typing import Final

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from app.alerts.ending import suppress
from app.config import Settings
from app.db import now, writing
from app.mail import is_about_address, one_line
from app.models import AlertDelivery, Subscriber
from app.models.alerts import BOUNCED, CONFIRM, REFUSED

MOST: Final = 2  # mails in a row
LARGEST: Final = 1_000_000  # bytes that are looked at; what comes back is the head of a mail of ours, or all of it
# How the error of a mail begins that counts.
REFUSED_WORDS, BOUNCED_WORDS, GIVEN_UP_WORDS = "refused: ", "bounced: ", "given up: "
_COUNTS: Final = (REFUSED_WORDS, BOUNCED_WORDS, GIVEN_UP_WORDS)
_MESSAGE_ID: Final = re.compile(r"<[0-9a-f]{32}@[A-Za-z0-9.-]{1,253}>")
_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE: Final = re.compile(r"\b(5[0-9]{2})[ -]")
_DAEMON: Final = re.compile(r"mailer-daemon|postmaster|mail delivery", re.IGNORECASE)
logger = logging.getLogger(__name__)


def take(engine: Engine, settings: Settings, message: bytes, *, moment: datetime | None = None) -> str | None:
    """Read one mail that came back; returns what followed from it, None where it is none of ours, or says nothing.

    "bounced"      counted        "suppressed"  the second in a row, or of an address that never confirmed: forgotten
    "complained"   written to no more           "delayed", "policy"  nothing: it may still come, or the fault is ours
    """
    parsed = email.message_from_bytes(message[:LARGEST])
    ids = list(dict.fromkeys(_ids(parsed)))
    verdict = _verdict(parsed)
    if not ids or verdict is None:
        return None
    kind, words = verdict
    with writing(engine) as session:
        mail = session.scalar(select(AlertDelivery).where(AlertDelivery.message_id.in_(ids)).limit(1))
        if mail is None or kind in ("delayed", "policy"):
            return kind if mail is not None else None
        if kind == "complained":
            _suppress(session, settings, mail.subscriber_id, REFUSED, moment or now())
            return kind
        if (mail.error or "").startswith(BOUNCED_WORDS):
            return kind  # told twice
        mail.error, mail.next_try = f"{BOUNCED_WORDS}{words}", None
        session.flush()
        return "suppressed" if note_bounce(session, settings, mail.id, moment or now()) else kind


def note_bounce(session: Session, settings: Settings, mail_id: int, moment: datetime, *, again: bool = False) -> bool:
    """Count a mail, whose row says so already, that reached nobody; returns whether the address was given up.

    An address that was never confirmed is forgotten at once: nobody has it. Of refusals a second one counts only when
    it is of the same mail, tried `again` a day later: a server that is wrong today would end everything in an hour.
    """
    mail = session.get(AlertDelivery, mail_id, populate_existing=True)
    subscriber = session.get(Subscriber, mail.subscriber_id) if mail is not None else None
    if mail is None or subscriber is None:
        return False
    if subscriber.confirmed_at is None:
        if mail.kind == CONFIRM:
            session.execute(delete(Subscriber).where(Subscriber.id == subscriber.id))
        return mail.kind == CONFIRM
    row = subscriber.bounces if again or _before_failed(session, mail) else 0
    too_soon = row and not again and (mail.error or "").startswith(REFUSED_WORDS)
    subscriber.bounces = row if too_soon else row + 1
    if subscriber.bounces < MOST:
        return False
    _suppress(session, settings, subscriber.id, BOUNCED, moment)
    return True


def _before_failed(session: Session, mail: AlertDelivery) -> bool:
    """Whether the mail before this one reached nobody, too."""
    earlier = (AlertDelivery.subscriber_id == mail.subscriber_id, AlertDelivery.id < mail.id)
    query = select(AlertDelivery.error).where(*earlier, AlertDelivery.attempts > 0, AlertDelivery.kind != CONFIRM)
    before = session.execute(query.order_by(AlertDelivery.id.desc()).limit(1)).first()
    return before is not None and (before.error or "").startswith(_COUNTS)


def _suppress(session: Session, settings: Settings, subscriber_id: int, reason: str, moment: datetime) -> None:
    subscriber = session.get(Subscriber, subscriber_id)
    if subscriber is not None:
        suppress(session, settings, subscriber, reason, moment)
        logger.info("an address was given up: %s", reason)


def _verdict(message: Message) -> tuple[str, str] | None:
    """Return what a mail says of one that was sent, and its words for it; None where it says nothing."""
    kind = str(message.get_param("report-type") or "").lower()
    if message.get_content_type() == "multipart/report" and kind == "feedback-report":
        return "complained", ""
    if message.get_content_type() == "multipart/report" and kind == "delivery-status":
        return next(_said(message), None)
    sender = str(message.get("From") or "")
    if not _DAEMON.search(sender) and str(message.get("Return-Path") or "").strip() != "<>":
        return None
    # Some servers still write in words of their own (qmail, Exchange): a status or a code has to be among them.
    words = _plain(message)
    found = _STATUS.search(words)
    if found:
        return _of_status(found[1], words[found.start() :])
    code = _CODE.search(words)
    return ("bounced", one_line(words[code.start() :])) if code else None


def _said(message: Message) -> Iterator[tuple[str, str]]:
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload() if part.is_multipart() else ():
            if not isinstance(block, Message):
                continue
            action = str(block.get("Action") or "").strip().lower()
            status = _STATUS.search(str(block.get("Status") or ""))
            words = str(block.get("Diagnostic-Code") or block.get("Status") or "")
            if action in ("delayed", "relayed", "delivered", "expanded"):
                yield "delayed", ""
            elif action == "failed":
                yield _of_status(status[1] if status else "5.0.0", words)


def _of_status(status: str, words: str) -> tuple[str, str]:
    if status.startswith("5."):
        # A policy that refuses us says nothing of the address: of a whole provider's readers none would be left.
        return ("bounced" if is_about_address(status) else "policy"), one_line(f"{status} {words}")
    # 4.x.x with "failed": given up after days of trying.
    return ("bounced" if status.startswith("4.") else "delayed"), one_line(f"{status} {words}")


def _ids(message: Message) -> Iterator[str]:
    """Yield what may be the Message-ID of ours: of the mail that came back first, then whatever a text quotes."""
    for part in message.walk():
        if part is not message and (own := part.get("Message-ID")):
            yield from _MESSAGE_ID.findall(str(own))
    for name in ("In-Reply-To", "References", "Original-Message-ID"):
        yield from _MESSAGE_ID.findall(str(message.get(name) or ""))
    yield from _MESSAGE_ID.findall(_plain(message))


def _plain(message: Message) -> str:
    """Return the words of all parts that are text, headers that are quoted as text included."""
    words = []
    for part in message.walk():
        if part.get_content_maintype() == "text" and not part.is_multipart():
            payload = part.get_payload(decode=True)
            words.append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")
    return "\n".join(words)
