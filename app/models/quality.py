"""What is amiss with a council's data, by day; what a machine thinks private, by page; and who is told of it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, UtcDateTime


class QualitySnapshot(Base):
    """What was counted of one council on one day; a second count of the day takes the place of the first."""

    __tablename__ = "quality_snapshot"

    body_key: Mapped[str] = mapped_column(String(13), primary_key=True, doc="key of the Body")
    day: Mapped[date] = mapped_column(primary_key=True, doc="on German calendars")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, list[int | None]]] = mapped_column(
        Json, doc="name of the measure to [how many, of how many]; the second is null where there is no whole"
    )


class PageScan(Base):
    """That the pages of a document were looked through once for what may be private, and what came of it."""

    __tablename__ = "page_scan"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int] = mapped_column(doc="`Blob.facts_revision` then: another says that its text is another")
    version: Mapped[str] = mapped_column(String(8), doc="which app.quality.patterns looked")
    pages: Mapped[int] = mapped_column(doc="that hold text")
    pictured: Mapped[int] = mapped_column(doc="that are pictures of text")
    flagged: Mapped[int] = mapped_column(doc="on which something was found")


class PageFlag(Base):
    """That something on a page may be private: of which kind and how often, never what; for the operator alone."""

    __tablename__ = "page_flag"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True, doc="a word of app.quality.patterns")
    count: Mapped[int]


class QualityAddress(Base):
    """To whom a source's report is mailed each quarter: a municipality's office, set by the operator."""

    __tablename__ = "quality_address"

    source_id: Mapped[int] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    address: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(16))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class QualityLetter(Base):
    """The mail of one quarter. Where it was handed over and not sent, nobody knows whether it went."""

    __tablename__ = "quality_letter"

    source_id: Mapped[int] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    quarter: Mapped[str] = mapped_column(String(7), primary_key=True, doc="2026-Q4")
    message_id: Mapped[str] = mapped_column(Text, doc="stays the same at every try")
    attempts: Mapped[int] = mapped_column(default=0)
    handed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="written before the mail server is asked")
    next_try: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
