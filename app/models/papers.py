"""Paper, Consultation: what is decided, and by which way."""

from datetime import date as Date  # noqa: N812 - the column is called date, as in OParl

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import OParlObject
from app.models.meetings import AgendaItem, Meeting


class Paper(OParlObject):
    """A printed matter: motion, draft resolution, inquiry, report."""

    __tablename__ = "paper"
    # Lists by date and counts by kind: 1 ms instead of 26 to 115 at 39,000 papers.
    __table_args__ = (Index(None, "deleted", "date", "id"), Index(None, "deleted", "paper_type"))

    reference: Mapped[str | None] = mapped_column(Text, index=True, doc="the number on it; not unique anywhere")
    reference_key: Mapped[str | None] = mapped_column(Text, index=True, doc="what its number is compared by")
    date: Mapped[Date | None] = mapped_column(index=True)
    paper_type: Mapped[str | None] = mapped_column(Text)

    consultations: Mapped[list["Consultation"]] = relationship(
        primaryjoin="foreign(Consultation.paper_id) == Paper.id", viewonly=True, order_by="Consultation.position"
    )


class Consultation(OParlObject):
    """A station on a paper's way: this paper, in this meeting, under this agenda item."""

    __tablename__ = "consultation"

    paper_id: Mapped[str | None] = mapped_column(Text, index=True)
    position: Mapped[int | None]
    agenda_item_id: Mapped[str | None] = mapped_column(Text, index=True)
    meeting_id: Mapped[str | None] = mapped_column(Text, index=True)
    authoritative: Mapped[bool | None]
    role: Mapped[str | None] = mapped_column(Text)

    paper: Mapped[Paper | None] = relationship(primaryjoin="foreign(Consultation.paper_id) == Paper.id", viewonly=True)
    meeting: Mapped[Meeting | None] = relationship(
        primaryjoin="foreign(Consultation.meeting_id) == Meeting.id", viewonly=True
    )
    agenda_item: Mapped[AgendaItem | None] = relationship(
        primaryjoin="foreign(Consultation.agenda_item_id) == AgendaItem.id", viewonly=True
    )
