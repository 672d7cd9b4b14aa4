"""Requests to take something down, what is hidden for them, and what the operator decided about personal data."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, UtcDateTime

OPEN, HIDDEN, ERASED, REFUSED = "open", "hidden", "erased", "refused"


class Takedown(Base):
    """One request; its words and its address go when it is dealt with, the rest stays to be counted."""

    __tablename__ = "takedown"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True, doc="what whoever asked was told to name")
    nonce: Mapped[str] = mapped_column(String(32), unique=True, doc="random; the link to its state is made from it")
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    who: Mapped[str] = mapped_column(String(12), doc="person, municipality or operator")
    reason: Mapped[str] = mapped_column(String(8), doc="personal, court, council or other")
    object_type: Mapped[str | None] = mapped_column(String(16), doc="the OParl type, where it is about a record")
    object_key: Mapped[str | None] = mapped_column(String(13), index=True)
    page: Mapped[str] = mapped_column(Text, doc="the address that is meant, as typed")
    words: Mapped[str] = mapped_column(Text, doc="empty when it is dealt with")
    address: Mapped[str | None] = mapped_column(Text, doc="gone when it is dealt with")
    language: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(8), default=OPEN, doc="open, hidden, erased or refused")
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="when it was first hidden")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="when that was settled for good")
    answer: Mapped[str | None] = mapped_column(Text, doc="the operator's words to whoever asked")
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TakedownMail(Base):
    """One mail about a request: to whoever asked, or to the operator."""

    __tablename__ = "takedown_mail"
    __table_args__ = (Index(None, "sent_at", "next_try"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    takedown_id: Mapped[int] = mapped_column(ForeignKey("takedown.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(8), doc="asked and reminder to the operator, received and told back")
    message_id: Mapped[str] = mapped_column(Text, doc="stays the same at every try")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="None: sent or given up")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)


class Hidden(Base):
    """A record that is hidden until somebody decides: all that its row said lies here, the row is a tombstone."""

    __tablename__ = "hidden"

    object_id: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(String(13), unique=True, doc="what comes under it is not taken meanwhile")
    object_type: Mapped[str] = mapped_column(String(16))
    root_id: Mapped[str] = mapped_column(Text, index=True, doc="the record that was named, of which this is a part")
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    takedown_id: Mapped[int | None] = mapped_column(ForeignKey("takedown.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept: Mapped[dict[str, Any]] = mapped_column(Json, doc="row: its columns; links: what it named; diffs: by change")


class PolicyDecision(Base):
    """What the operator decided about one property of what a source brings; the newest of each property counts."""

    __tablename__ = "policy_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(Text, doc="who decided")
    reason: Mapped[str] = mapped_column(Text, doc="on which ground")
    object_type: Mapped[str] = mapped_column(String(16))
    property: Mapped[str] = mapped_column(String(64))
    level: Mapped[str] = mapped_column(String(8), doc="nowhere, page or open")
