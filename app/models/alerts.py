"""Alert, AlertHit, AlertDelivery: who is to be told what, and what was sent."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Json, UtcDateTime


class Alert(Base):
    """A search that somebody follows; `query` is our own query text, never an engine's."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("address", "query"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    nonce: Mapped[str] = mapped_column(String(32), unique=True, doc="random; mailed tokens are made from it")
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmation_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="None: only the confirmation is sent")
    seq: Mapped[int] = mapped_column(BigInteger, doc="the log up to here is done")


class AlertDelivery(Base):
    """One mail owed or sent: written before it is sent, so that a crash loses none."""

    __tablename__ = "alert_delivery"
    __table_args__ = (UniqueConstraint("alert_id", "seq_until"), Index(None, "sent_at", "next_try"))

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    seq_until: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(doc="documents that are new in it")
    message_id: Mapped[str] = mapped_column(Text, unique=True, doc="stays the same at every try")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)

    alert: Mapped[Alert] = relationship(viewonly=True)


class AlertHit(Base):
    """That an alert knows a document already: each is told once."""

    __tablename__ = "alert_hit"

    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"), primary_key=True)
    object_id: Mapped[str] = mapped_column(Text, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("alert_delivery.id", ondelete="CASCADE"), index=True)
    page: Mapped[int | None]
    snippet: Mapped[list[list[object]] | None] = mapped_column(
        Json, doc="[[text, marked], …] when it matched; None once sent or withdrawn"
    )
