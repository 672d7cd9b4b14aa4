"""Meeting, AgendaItem: when it is decided."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import UtcDateTime
from app.models.base import OParlObject


class Meeting(OParlObject):
    """A meeting of one or more organizations."""

    __tablename__ = "meeting"
    __table_args__ = (Index(None, "deleted", "start", "id"),)

    meeting_state: Mapped[str | None] = mapped_column(Text)
    cancelled: Mapped[bool | None]
    start: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    end: Mapped[datetime | None] = mapped_column(UtcDateTime)

    agenda_items: Mapped[list["AgendaItem"]] = relationship(
        primaryjoin="foreign(AgendaItem.meeting_id) == Meeting.id",
        viewonly=True,
        order_by="AgendaItem.position, AgendaItem.order",
    )


class AgendaItem(OParlObject):
    """An item on a meeting's agenda; of a non-public one no wording is kept, only that it is there."""

    __tablename__ = "agenda_item"

    meeting_id: Mapped[str | None] = mapped_column(Text, index=True)
    position: Mapped[int | None]
    order: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(Text)
    public: Mapped[bool | None]
    consultation_id: Mapped[str | None] = mapped_column(Text, index=True)
    result: Mapped[str | None] = mapped_column(Text)
    resolution_text: Mapped[str | None] = mapped_column(Text)
    start: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end: Mapped[datetime | None] = mapped_column(UtcDateTime)

    meeting: Mapped[Meeting | None] = relationship(
        primaryjoin="foreign(AgendaItem.meeting_id) == Meeting.id", viewonly=True
    )
