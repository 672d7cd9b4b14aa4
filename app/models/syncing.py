"""How the mirror runs: Source, ListCursor, SeenPage, Lookup, Alias, Erasure, Lease, SyncRun, Problem."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Json, UtcDateTime


class Source(Base):
    """An OParl server, or one council on it, that the operator asked to mirror."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True, doc="its short name in commands, addresses and exports")
    url: Mapped[str] = mapped_column(Text, doc="a System, a Body list or a Body; import:SLUG where the council pushes")
    preset: Mapped[str | None] = mapped_column(String(64), doc="the entry of the endpoint directory it was added from")
    pinned_body: Mapped[str | None] = mapped_column(Text, doc="the one Body wanted of a server with many")
    license: Mapped[str | None] = mapped_column(Text, doc="the operator's decision, where the source states none")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16), default="new", doc="new, partial, complete, failing or blocked")
    state_reason: Mapped[str | None] = mapped_column(Text, doc="one sentence, where the state is not complete")
    last_complete: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="when every list was last read to its end")
    last_full: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="when every list was last read whole, unfiltered"
    )
    last_news: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="when a run last changed a record")
    failures: Mapped[int] = mapped_column(default=0, server_default="0", doc="runs in a row that did not reach the end")
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_try: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="not asked before, unless named; None: any time")
    clock_skew: Mapped[float | None] = mapped_column(doc="seconds by which the server's clock is ahead of ours")
    headers: Mapped[dict[str, str] | None] = mapped_column(Json, doc="sent besides, by the operator's decision")
    ca_bundle: Mapped[str | None] = mapped_column(Text, doc="PEM certificates trusted besides, where a chain is broken")
    robots_ignored: Mapped[str | None] = mapped_column(Text, doc="why robots.txt does not count here; None: it counts")
    facts_known: Mapped[str | None] = mapped_column(
        String(64), doc="hash of the shapes of numbers and the streets with which its texts were looked through"
    )


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
    since: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="filter of the walk under way, or of the last one; None: it is whole"
    )
    synced_until: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="server's clock: whatever was modified until then is here; None: never read to the end"
    )
    last_full: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="when it was last read whole, unfiltered")
    total: Mapped[int | None] = mapped_column(doc="totalElements on the first page of the walk")
    run_id: Mapped[int | None] = mapped_column(doc="the SyncRun of the walk under way, or of the last one")
    again: Mapped[bool] = mapped_column(
        default=False, server_default=false(), doc="it is read a second time, because it moved while it was read"
    )
    filtering: Mapped[str] = mapped_column(
        String(8),
        default="unknown",
        server_default="unknown",
        doc="what modified_since does: unknown, ok, ignored, rejected",
    )
    probed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="when `filtering` was last found out")
    drops_filter: Mapped[bool] = mapped_column(
        default=False, server_default=false(), doc="links to the next page lose it"
    )
    stamps: Mapped[str] = mapped_column(
        String(9), default="unknown", server_default="unknown", doc="what modified is worth: unknown, ok or synthetic"
    )
    omits: Mapped[list[str] | None] = mapped_column(
        Json, doc="parts that its entries leave out though the objects have them"
    )


class SeenPage(Base):
    """What one page of an unfiltered walk under way held; gone when the walk is compared with what is stored."""

    __tablename__ = "seen_page"

    cursor_id: Mapped[int] = mapped_column(ForeignKey("list_cursor.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    keys: Mapped[bytes] = mapped_column(LargeBinary, doc="the keys of its objects, 13 letters each")
    earliest: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="the smallest `modified` on it")
    latest: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="the largest `modified` on it")
    unstamped: Mapped[int] = mapped_column(default=0, doc="objects without a `modified`")


class Lookup(Base):
    """One object that is asked for by its own address: the mirror's to-do list, which survives a kill.

    `reason` is why: "reference" (something points to it, and no list has it), "unnamed" (its holder names it no more),
    "unlisted" (a whole list did not have it) or "sparse" (its list leaves out parts).
    """

    __tablename__ = "lookup"
    __table_args__ = (UniqueConstraint("source_id", "object_id"), Index(None, "source_id", "next_try"))

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    object_type: Mapped[str] = mapped_column(String(16))
    object_id: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(9))
    answer: Mapped[str | None] = mapped_column(
        String(10), doc="alive, gone, restricted, failed, held; None: not asked yet"
    )
    misses: Mapped[int] = mapped_column(default=0, doc="whole lists in a row that did not have it")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="not asked before; None: as soon as possible")
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Alias(Base):
    """An object that had another id before its server moved: what was linked or cited then still leads to it."""

    __tablename__ = "alias"

    key: Mapped[str] = mapped_column(String(13), primary_key=True, doc="the handle that was made from the old id")
    old_id: Mapped[str] = mapped_column(Text)
    new_id: Mapped[str] = mapped_column(Text, index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Erasure(Base):
    """An object that the operator had to erase: whatever its source says, it never comes back."""

    __tablename__ = "erasure"

    key: Mapped[str] = mapped_column(String(13), primary_key=True)
    object_type: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Lease(Base):
    """Who works on something, and until when; `epoch` grows with every holder, so that a late one is told apart."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    owner: Mapped[str | None] = mapped_column(Text, doc="host and process; None: free")
    epoch: Mapped[int] = mapped_column(BigInteger, default=0)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="by the database's clock")
    domain: Mapped[str | None] = mapped_column(
        Text, doc="registrable domain that the holder asks, alone of all workers"
    )


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
