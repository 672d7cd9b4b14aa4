"""The one log of changes, and how far each of its readers has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, UtcDateTime

# SQLite gives out row numbers only for a column that is exactly INTEGER.
Sequence = BigInteger().with_variant(Integer, "sqlite")

CREATED, UPDATED, DELETED, ERASED = "created", "updated", "deleted", "erased"


class Change(Base):
    """One change of one record, written by the transaction that made it."""

    __tablename__ = "change"
    __table_args__ = (
        Index(None, "object_id", "seq"),
        # When was there news: the log of a first walk is long, and nothing in it is asked for by its date.
        Index(
            "ix_change_news",
            "source_id",
            "at",
            sqlite_where=text("backfill = 0"),
            postgresql_where=text("NOT backfill"),
        ),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, doc="grows in the order of commits")
    object_type: Mapped[str] = mapped_column(String(16))
    object_id: Mapped[str] = mapped_column(Text)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"))
    kind: Mapped[str] = mapped_column(String(8), doc="created, updated, deleted or erased")
    fields: Mapped[list[str] | None] = mapped_column(Json, doc="properties that differ; 'text': a file was read")
    diff: Mapped[dict[str, list[Any]] | None] = mapped_column(
        Json, doc="of papers, meetings, agenda items, consultations, files: property to [from, to]; gone when withdrawn"
    )
    content_hash: Mapped[str | None] = mapped_column(String(32))
    backfill: Mapped[bool] = mapped_column(doc="seen on a council's first walk: news to us, not to the council")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaleDocument(Base):
    """A record whose document in the index is not as its texts say any more, though the record did not change."""

    __tablename__ = "stale_document"
    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True)
    object_type: Mapped[str] = mapped_column(String(16))
    object_id: Mapped[str] = mapped_column(Text)


class Consumer(Base):
    """How far a reader of the log has come: all changes up to and including `seq` are done."""

    __tablename__ = "consumer"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
