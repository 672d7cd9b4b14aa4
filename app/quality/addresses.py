"""Whose offices get the report of each quarter: one address a source, set by the operator alone."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app.db import writing
from app.mail import parse_address
from app.models import QualityAddress, QualityLetter, Source


@dataclass(frozen=True, slots=True)
class Known:
    """An address, and the newest mail to it: its quarter, when it was sent, what kept it from that."""

    slug: str
    address: str
    language: str
    quarter: str | None = None
    sent_at: datetime | None = None
    error: str | None = None
    unclear: bool = False


def put(engine: Engine, source_id: int, address: str, language: str, moment: datetime) -> str:
    """Set the address of a source and return it as it is kept; raises AddressError for what is none.

    A mail that could not be delivered is tried again: it may have been for the address.
    """
    kept = parse_address(address)
    with writing(engine) as session:
        known = session.get(QualityAddress, source_id)
        if known is None:
            session.add(QualityAddress(source_id=source_id, address=kept, language=language, added_at=moment))
        else:
            known.address, known.language = kept, language
        waiting = update(QualityLetter).where(
            QualityLetter.source_id == source_id, QualityLetter.sent_at.is_(None), QualityLetter.handed_at.is_(None)
        )
        session.execute(waiting.values(next_try=moment, error=None))
    return kept


def remove(engine: Engine, source_id: int) -> bool:
    """Forget the address of a source and what was mailed to it; whether there was one."""
    with writing(engine) as session:
        session.execute(
            delete(QualityLetter).where(QualityLetter.source_id == source_id, QualityLetter.sent_at.is_(None))
        )
        gone = delete(QualityAddress).where(QualityAddress.source_id == source_id).returning(QualityAddress.source_id)
        return session.scalar(gone) is not None


def known(session: Session) -> list[Known]:
    """Return all addresses by the short names of their sources, each with its newest mail."""
    rows = session.execute(
        select(Source.slug, QualityAddress).join(Source, Source.id == QualityAddress.source_id).order_by(Source.slug)
    ).all()
    letters: dict[int, QualityLetter] = {}
    for letter in session.scalars(select(QualityLetter).order_by(QualityLetter.quarter)):
        letters[letter.source_id] = letter
    found = []
    for one_slug, one in rows:
        newest = letters.get(one.source_id)
        told = Known(one_slug, one.address, one.language)
        if newest is not None:
            unclear = newest.handed_at is not None and newest.sent_at is None
            told = replace(told, quarter=newest.quarter, sent_at=newest.sent_at, error=newest.error, unclear=unclear)
        found.append(told)
    return found
