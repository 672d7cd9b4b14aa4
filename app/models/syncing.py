"""How the mirror runs: Source, ListCursor, SyncRun, Problem."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Json, UtcDateTime


class Source(Base):
    """An OParl server, or one council on it, that the operator asked to mirror."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True, doc="its short name in commands, addresses and exports")
    url: Mapped[str] = mapped_column(Text, doc="a System, a Body list or a Body")
    pinned_body: Mapped[str | None] = mapped_column(Text, doc="the one Body wanted of a server with many")
    license: Mapped[str | None] = mapped_column(Text, doc="the operator's decision, where the source states none")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16), default="new", doc="new, partial, complete or failing")
    state_reason: Mapped[str | None] = mapped_column(Text, doc="one sentence, where the state is not complete")
    last_complete: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="when every list was last read to its end")


class ListCursor(Base):
    """How far one list has been read: with each page, in the page's own transaction."""

    __tablename__ = "list_cursor"
    __table_args__ = (UniqueConstraint("source_id", "url"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    url: Mapped[str] = mapped_column(Text, doc="the list's first page, without filters")
    body_id: Mapped[str | None] = mapped_column(Text)
    object_type: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="of the walk under way, server's clock")
    next_url: Mapped[str | None] = mapped_column(Text, doc="where a killed walk goes on; None: no walk under way")
    pages: Mapped[int] = mapped_column(default=0, doc="read on the walk under way, or on the last one")
    seen: Mapped[int] = mapped_column(default=0, doc="list entries read on that walk")
    published: Mapped[int | None] = mapped_column(doc="entries in the last walk that reached the end; None: never did")
    last_complete: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text, doc="why the last walk did not reach the end")


class SyncRun(Base):
    """One pass over one source, with its counts."""

    __tablename__ = "sync_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="None while it runs, or when it was killed")
    counts: Mapped[dict[str, int] | None] = mapped_column(Json, doc="as `ratslupe sync --json` ends with")
    error: Mapped[str | None] = mapped_column(Text)


class Problem(Base):
    """Something that deviates at the source: a public fact, counted, not a log line.

    `quarantined` ones are objects that could not be stored at all: `raw` keeps what came.
    """

    __tablename__ = "problem"
    __table_args__ = (UniqueConstraint("source_id", "kind", "about"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    kind: Mapped[str] = mapped_column(String(32), doc="a word from oparl_sync.problems")
    about: Mapped[str] = mapped_column(Text, doc="the URL, the object's id, or type and property it is about")
    object_type: Mapped[str | None] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(Text, doc="one sentence")
    quarantined: Mapped[bool] = mapped_column(default=False)
    raw: Mapped[str | None] = mapped_column(Text, doc="what came, where it was quarantined; cut at 64 KiB")
    times: Mapped[int] = mapped_column(default=1, doc="how often it was met on the walk that met it last")
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    solved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="when it was no longer met")

    source: Mapped[Source] = relationship(viewonly=True)
