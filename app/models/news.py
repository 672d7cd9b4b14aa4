"""What happened, as readers are told of it: made from the log of changes, in the log's order, and from nothing else."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, UtcDateTime
from app.models.changes import Sequence

# What can happen to something that somebody follows.
NEW, CHANGED, PLANNED, AGENDA, DECIDED, WITHDRAWN = "new", "changed", "planned", "agenda", "decided", "withdrawn"


class News(Base):
    """One thing that happened; its words are in the record, and in the changes it names."""

    __tablename__ = "news"
    __table_args__ = (Index(None, "object_id"), Index(None, "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Sequence, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, index=True, doc="the newest change that it comes from")
    key: Mapped[str] = mapped_column(Text, unique=True, doc="the same however often it is made again: kind, id, what")
    kind: Mapped[str] = mapped_column(String(9), doc="new, changed, planned, agenda, decided or withdrawn")
    object_type: Mapped[str] = mapped_column(String(16))
    object_id: Mapped[str] = mapped_column(Text, doc="the record that it is about, and leads to")
    document_id: Mapped[str] = mapped_column(Text, index=True, doc="the document of the index that a search must match")
    matter_id: Mapped[str | None] = mapped_column(Text, index=True, doc="its paper, else its meeting or its item")
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, doc="when this mirror saw it")
    changes: Mapped[list[int]] = mapped_column(Json, doc="numbers of the changes that tell what differs")


class NewsRef(Base):
    """Whom it concerns: `ref` is a target that can be followed, as app.alerts.targets writes it ("paper:https://…")."""

    __tablename__ = "news_ref"

    ref: Mapped[str] = mapped_column(Text, primary_key=True)
    news_id: Mapped[int] = mapped_column(
        Sequence, ForeignKey("news.id", ondelete="CASCADE"), primary_key=True, index=True
    )
