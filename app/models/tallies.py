"""What figures are made of: derived from the records, counted ahead, made anew by `ratslupe figures rebuild`."""

from typing import Any

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json
from app.models.changes import Sequence


class TallyEvent(Base):
    """Something that is counted: a paper brought in, decided, postponed, or a meeting; of records that are shown."""

    __tablename__ = "tally_event"
    __table_args__ = (Index(None, "body_id", "year"),)

    record_id: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    body_id: Mapped[str] = mapped_column(Text, doc="the council, '' where none is named")
    year: Mapped[int] = mapped_column(doc="0 where no date, or none that can be, is given")
    month: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8), doc="paper, decision, deferral or meeting")
    outcome: Mapped[str] = mapped_column(String(9), doc="a word of app.tallies.events")
    days: Mapped[int | None] = mapped_column(doc="of a decision: since the paper was brought in")
    organizations: Mapped[list[str]] = mapped_column(Json, doc="who met: ids")
    originators: Mapped[list[str]] = mapped_column(Json, doc="the organizations that brought the paper in: ids")


class Tally(Base):
    """The counts of one kind of event in one year of one council, or of one organization in it.

    Of the kind "year" are the sums of all of them, months not told apart: what many organizations are compared by.
    """

    __tablename__ = "tally"
    __table_args__ = (Index(None, "organization_id"),)

    body_id: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    role: Mapped[str] = mapped_column(String(10), primary_key=True, doc="council, committee or originator")
    organization_id: Mapped[str] = mapped_column(Text, primary_key=True, doc="'' for the whole council")
    counts: Mapped[list[list[Any]]] = mapped_column(
        Json, doc="month, outcome, how many; of a year: kind, outcome, how many"
    )
    days: Mapped[list[int]] = mapped_column(Json, doc="of each decision that has them, the shortest first")


class TallyStale(Base):
    """A record that is to be counted again because what told of it was changed or withdrawn, and names it no more."""

    __tablename__ = "tally_stale"
    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True)
    object_type: Mapped[str] = mapped_column(String(16), doc="Paper or Meeting")
    object_id: Mapped[str] = mapped_column(Text)


class TallyDue(Base):
    """A year of a council that has to be added up again."""

    __tablename__ = "tally_due"

    body_id: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
