"""What goes out of each record, in the form in which everybody gets it: derived, made anew when the form changes."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime

# Why a record goes out no more, and only its tombstone does.
GONE, WITHHELD, ERASED = "deleted", "withheld", "erased"
# Why it goes out no more of one council: it does of another.
MOVED = "moved"
# These are to be forgotten wherever they went, old copies included; what is only deleted is no more.
TAKEN_BACK = frozenset({WITHHELD, ERASED})
# The terms of a source whose records are to be written anew; they are there meanwhile.
TO_BE_WRITTEN = ""


_MOVED_ON = text("left_by IS NOT NULL")


class PublicObject(Base):
    """One record as everybody gets it; of what went, the tombstone.

    Of one that moved from one council to another, a second row tells those who follow the former: a tombstone, too,
    under a key that no record has. It stands there once for each council, however often the record comes and goes.
    """

    __tablename__ = "public_object"
    __table_args__ = (
        Index("uq_public_object_seq", "seq", unique=True),
        # Lists, and what changed in them; with all that they are filtered by, so that they are counted in it alone.
        Index("ix_public_object_listed", "body_key", "type", "seq", "created", "deleted", "reason"),
        Index(None, "body_key", "seq"),  # and in a council
        Index(None, "body_key", "type", "key"),  # downloads, in an order that stays
        Index("ix_public_object_left_by", "left_by", postgresql_where=_MOVED_ON, sqlite_where=_MOVED_ON),
    )

    key: Mapped[str] = mapped_column(
        String(27), primary_key=True, doc="the record's; where it left: with the council's"
    )
    left_by: Mapped[str | None] = mapped_column(String(13), doc="key of the record that left this council")
    type: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"), index=True, doc="None: it was given up")
    body_key: Mapped[str | None] = mapped_column(String(13), doc="the council whose lists it stands in")
    seq: Mapped[int] = mapped_column(BigInteger, doc="grows with each new form of any object, in the order of commits")
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    modified: Mapped[datetime] = mapped_column(UtcDateTime, doc="when this form went out, never less than before")
    deleted: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(8), doc="of a tombstone: deleted, withheld, erased or moved")
    license: Mapped[str | None] = mapped_column(Text, doc="that holds for it; None for a tombstone")
    hash: Mapped[str] = mapped_column(String(32), doc="BLAKE2b of the form but for `modified`")
    json: Mapped[str] = mapped_column(Text, doc="an OParl 1.1 object, or its tombstone")


class PublicSource(Base):
    """Under which terms the records of a source went out; where these are others by now, all are written anew."""

    __tablename__ = "public_source"

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
    terms: Mapped[str] = mapped_column(String(32), doc="hash of licences and policy; empty: to be written anew")


class PublicState(Base):
    """One row: the edition, and how far it is."""

    __tablename__ = "public_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edition: Mapped[str] = mapped_column(String(16), doc="random: what cursors and snapshots belong to")
    form: Mapped[str] = mapped_column(Text, doc="version of the form, and the address that stands in all ids")
    position: Mapped[int] = mapped_column(BigInteger, doc="the log is done up to here")
    seq: Mapped[int] = mapped_column(BigInteger, doc="the highest number given")
    stamp: Mapped[datetime] = mapped_column(UtcDateTime, doc="the newest `modified` given")
