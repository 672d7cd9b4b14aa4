"""A request has a number, a state and a month; when it is dealt with, whose it was is forgotten.

reference = take(engine, Asked(...))     keep one; the number that whoever asked is told
decide(engine, reference, state, answer)           hidden, erased or refused; whoever asked is told
forget(engine)                                     words and addresses of what was dealt with
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Engine, func, or_, select, update
from sqlalchemy.orm import Session

from app.alerts.tokens import new_nonce, nonce_of, token
from app.config import Settings
from app.db import now, writing
from app.mail import parse_address
from app.models import Takedown, TakedownMail
from app.models.takedowns import ERASED, HIDDEN, OPEN, REFUSED
from app.reports import LETTERS, plain

PERSON, MUNICIPALITY, OPERATOR = "person", "municipality", "operator"
WHO = (PERSON, MUNICIPALITY)
PERSONAL, COURT, COUNCIL, OTHER = "personal", "court", "council", "other"
REASONS = (PERSONAL, COURT, COUNCIL, OTHER)
LONGEST_WORDS, LONGEST_PAGE = 5000, 500  # characters
MONTH = timedelta(days=30)  # the answer is due (Art. 12 GDPR)
REMINDED = timedelta(days=7)  # before that
KEPT = timedelta(days=30)  # words and address, after it was dealt with: for objections
AT_LAST = timedelta(days=365)  # and whatever became of it
RECEIPTS = 3  # to one address a day: anybody can type somebody else's; what is decided is told of all
PURPOSE = "takedown"
REFERENCE = re.compile(r"T-[2-9A-HJ-NP-Z]{4}-[0-9]{2}")
ASKED, REMINDER, RECEIVED, TOLD = "asked", "reminder", "received", "told"
TO_OPERATOR = (ASKED, REMINDER)


class AlreadyOver(Exception):
    """Raised when a request is decided for good already; its one line is for the operator."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for; the address is where the answer goes."""

    words: str
    reason: str
    who: str = PERSON
    page: str = ""
    address: str = ""
    object_type: str = ""
    object_key: str = ""
    language: str = "de"


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many requests came, what became of them, and how many days half of them took at most."""

    came: int = 0
    open: int = 0
    hidden: int = 0
    erased: int = 0
    refused: int = 0
    days: int | None = None


def new_reference() -> str:
    """Return a number that can be told on the telephone: T-7K3P-29."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(4))
    return f"T-{letters}-{secrets.randbelow(90) + 10}"


def take(engine: Engine, asked: Asked, *, moment: datetime | None = None) -> str:
    """Keep a request, owe the mails about it, and return its number; raises AddressError, ValueError."""
    if asked.reason not in REASONS or asked.who not in (*WHO, OPERATOR):
        raise ValueError(f"no such request: {asked.who}, {asked.reason}")
    address = parse_address(asked.address) if asked.address else None
    at = moment or now()
    with writing(engine) as session:
        reference = new_reference()
        while named(session, reference) is not None:
            reference = new_reference()
        ticket = Takedown(
            reference=reference,
            nonce=new_nonce(),
            at=at,
            who=asked.who,
            reason=asked.reason,
            object_type=asked.object_type or None,
            object_key=asked.object_key or None,
            page=" ".join(plain(asked.page).split())[:LONGEST_PAGE],
            words=plain(asked.words)[:LONGEST_WORDS],
            address=address,
            language=asked.language,
            state=OPEN,
        )
        session.add(ticket)
        session.flush()
        owe(session, ticket, ASKED, at)
        if address and not _is_pestered(session, ticket, at):
            owe(session, ticket, RECEIVED, at)
    return reference


def _is_pestered(session: Session, ticket: Takedown, at: datetime) -> bool:
    """Whether an address was named so often today that whoever has it may not be the one who asks."""
    day = (Takedown.address == ticket.address, Takedown.at > at - timedelta(days=1), Takedown.id != ticket.id)
    return len(session.scalars(select(Takedown.id).where(*day).limit(RECEIPTS)).all()) >= RECEIPTS


def owe(session: Session, ticket: Takedown, kind: str, at: datetime) -> None:
    """Owe a mail about a request, in the caller's transaction."""
    message_id = f"<{secrets.token_hex(16)}@takedown>"
    session.add(TakedownMail(takedown_id=ticket.id, kind=kind, message_id=message_id, created_at=at, next_try=at))


def named(session: Session, reference: str) -> Takedown | None:
    """Return the request with a number, however it was typed."""
    return session.scalar(select(Takedown).where(Takedown.reference == reference.strip().upper()))


def by_token(session: Session, settings: Settings, text: str) -> Takedown | None:
    """Return the request that a mailed link leads to."""
    nonce = nonce_of(settings, PURPOSE, text)
    return session.scalar(select(Takedown).where(Takedown.nonce == nonce)) if nonce else None


def link(settings: Settings, ticket: Takedown) -> str:
    """Return the address at which whoever asked sees the state."""
    return f"{settings.base_url}/takedown/state/{token(settings, PURPOSE, ticket.nonce)}"


def due(ticket: Takedown) -> datetime:
    """Return until when it is to be answered."""
    return ticket.at + MONTH


def listed(session: Session, *, every: bool = False) -> list[Takedown]:
    """Return the requests, oldest first: what is open comes before what is due later."""
    wanted = select(Takedown).order_by(Takedown.at, Takedown.id)
    return list(session.scalars(wanted if every else wanted.where(Takedown.decided_at.is_(None))))


def decide(
    engine: Engine, reference: str, state: str, answer: str = "", *, final: bool = True, moment: datetime | None = None
) -> None:
    """Note what became of a request and owe the mail that says so; raises KeyError, and AlreadyOver.

    What is hidden but not `final` still has to be decided.
    """
    at = moment or now()
    with writing(engine) as session:
        ticket = named(session, reference)
        if ticket is None:
            raise KeyError(reference)
        if ticket.decided_at is not None and ticket.state in (ERASED, REFUSED):
            raise AlreadyOver(f"{ticket.reference} is over: {ticket.state} on {ticket.decided_at:%Y-%m-%d}")
        told = (ticket.state, ticket.decided_at is not None) != (state, final)
        ticket.state = state
        ticket.hidden_at = ticket.hidden_at or (at if state == HIDDEN else None)
        ticket.decided_at = at if final else None
        ticket.answer = plain(answer)[:LONGEST_WORDS] or ticket.answer
        if state == ERASED:
            ticket.words = ticket.page = ""  # they say what had to go: the page may be a search for it
        if told and ticket.address:
            owe(session, ticket, TOLD, at)


def remind(engine: Engine, *, moment: datetime | None = None) -> int:
    """Owe the operator a reminder of each request whose month ends within a week; returns of how many."""
    at = moment or now()
    near = (Takedown.decided_at.is_(None), Takedown.reminded_at.is_(None), Takedown.at <= at - MONTH + REMINDED)
    with writing(engine) as session:
        tickets = list(session.scalars(select(Takedown).where(*near).with_for_update(skip_locked=True)))
        for ticket in tickets:
            ticket.reminded_at = at
            owe(session, ticket, REMINDER, at)
    return len(tickets)


def forget(engine: Engine, *, moment: datetime | None = None) -> int:
    """Delete words and addresses of requests that are over for a month, or older than a year; returns of how many."""
    at = moment or now()
    over = or_(Takedown.decided_at < at - KEPT, Takedown.at < at - AT_LAST)
    whose = or_(Takedown.words != "", Takedown.address.is_not(None), Takedown.page != "", Takedown.answer.is_not(None))
    with writing(engine) as session:
        # A mail server's refusal names the address, too.
        mailed = TakedownMail.takedown_id.in_(select(Takedown.id).where(over, whose))
        session.execute(update(TakedownMail).where(mailed).values(error=None))
        blank = update(Takedown).where(over, whose).values(words="", address=None, page="", answer=None)
        return len(session.scalars(blank.returning(Takedown.id)).all())


def numbers(session: Session) -> Numbers:
    """Return what may be told to everybody: numbers."""
    states = dict(session.execute(select(Takedown.state, func.count()).group_by(Takedown.state)).all())
    spans: Sequence[tuple[datetime, datetime]] = [
        (row.at, row.first)
        for row in session.execute(
            select(Takedown.at, func.coalesce(Takedown.hidden_at, Takedown.decided_at).label("first")).where(
                or_(Takedown.hidden_at.is_not(None), Takedown.decided_at.is_not(None))
            )
        )
    ]
    days = [max(0, (first - at).days) for at, first in spans]
    return Numbers(
        came=sum(states.values()),
        open=states.get(OPEN, 0),
        hidden=states.get(HIDDEN, 0),
        erased=states.get(ERASED, 0),
        refused=states.get(REFUSED, 0),
        days=round(median(days)) if days else None,
    )
