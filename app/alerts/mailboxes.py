"""Whose mailbox an address leads to: whoever invents spellings of one (`name+1@…`) fills it no further."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alerts.tokens import address_hash
from app.config import Settings
from app.models import Subscriber, Suppression

GOOGLE: Final = ("gmail.com", "googlemail.com")  # one house under two names, where dots do not count


def mailbox(address: str) -> str:
    """Return the plain spelling of an address: what limits count by, and never what is written to."""
    local, _, domain = address.lower().partition("@")
    plain = local.partition("+")[0] or local
    if domain in GOOGLE:
        plain, domain = plain.replace(".", ""), GOOGLE[0]
    return f"{plain}@{domain}"


def mailbox_hash(settings: Settings, address: str) -> str:
    """Return what is kept of a mailbox that is asked, or wants nothing from us."""
    return address_hash(settings, mailbox(address))


def is_blocked(session: Session, settings: Settings, address: str) -> bool:
    """Whether an address reaches nobody, or leads to a mailbox whose owner wants nothing from us."""
    hashes = (address_hash(settings, address), mailbox_hash(settings, address))
    blocked = select(Suppression.address_hash).where(Suppression.address_hash.in_(hashes))
    return session.scalar(blocked.limit(1)) is not None


def subscribers_of(session: Session, address: str) -> list[Subscriber]:
    """Return everybody here whose address leads to the same mailbox."""
    own = mailbox(address)
    local, _, domain = own.partition("@")
    begin = local[0] if domain in GOOGLE else local
    alike = select(Subscriber.id, Subscriber.address).where(Subscriber.address.startswith(begin, autoescape=True))
    ids = [one for one, theirs in session.execute(alike) if mailbox(theirs) == own]
    return list(session.scalars(select(Subscriber).where(Subscriber.id.in_(ids))))
