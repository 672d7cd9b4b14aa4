"""Report: what a reader says is wrong on a page."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class Report(Base):
    """One report, and whether it has reached the operator; the row goes a year after it came."""

    __tablename__ = "report"
    __table_args__ = (Index(None, "sent_at", "next_try"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True, doc="what the reader was told to name")
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    object_type: Mapped[str | None] = mapped_column(String(16), doc="the OParl type, where it is about a record")
    object_key: Mapped[str | None] = mapped_column(String(13))
    page: Mapped[str] = mapped_column(Text, doc="the address the reader means, as typed")
    words: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text, doc="where an answer may go, if the reader wants one")
    language: Mapped[str] = mapped_column(String(16))
    message_id: Mapped[str] = mapped_column(Text, doc="stays the same at every try")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
