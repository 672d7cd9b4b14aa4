"""File, and what was read in it: Blob (bytes, once each) and Page (text)."""

from datetime import date as Date  # noqa: N812 - the column is called date, as in OParl
from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UtcDateTime
from app.models.base import OParlObject

# What became of a File's bytes. "waiting" is the only state in which the worker still owes something.
WAITING, FETCHED, GONE, FAILED = "waiting", "fetched", "gone", "failed"
# The readings of a Blob that gave text; of the others a reader has to open the original.
WITH_TEXT = frozenset({"ok", "partly"})


# Pages that wait for text recognition, in the words of their index: only then is it used.
_WAITS = "method IN ('scan', 'garbled')"
PAGE_WAITS = text(f"page.{_WAITS}")
_OWES_FACTS = "facts_version IS NULL AND read_state IS NOT NULL"
_LOOKED = "facts_version IS NOT NULL"
_CLAIMED = "claim IS NOT NULL"


class File(OParlObject):
    """A document of a paper, a meeting or an agenda item."""

    __tablename__ = "file"
    __table_args__ = (Index(None, "source_id", "fetch_state", "next_try"), Index(None, "deleted", "date", "id"))

    file_name: Mapped[str | None] = mapped_column(Text)
    mime_type: Mapped[str | None] = mapped_column(Text, doc="as the source says; `Blob.media_type` is what it is")
    date: Mapped[Date | None]
    size: Mapped[int | None] = mapped_column(BigInteger, doc="bytes, as the source says")
    sha1_checksum: Mapped[str | None] = mapped_column(Text)
    sha512_checksum: Mapped[str | None] = mapped_column(Text)
    access_url: Mapped[str | None] = mapped_column(Text)
    download_url: Mapped[str | None] = mapped_column(Text)
    external_service_url: Mapped[str | None] = mapped_column(Text)
    master_file_id: Mapped[str | None] = mapped_column(Text, index=True)
    file_license: Mapped[str | None] = mapped_column(Text)

    fetch_state: Mapped[str] = mapped_column(String(8), default=WAITING, doc="waiting, fetched, gone or failed")
    fetch_reason: Mapped[str | None] = mapped_column(Text, doc="one sentence, where it was not fetched")
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None] = mapped_column(UtcDateTime)
    blob_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    etag: Mapped[str | None] = mapped_column(Text, doc="of the bytes, as its server named them: asks only for news")
    last_modified: Mapped[str | None] = mapped_column(Text, doc="HTTP date of the bytes, as its server says")

    blob: Mapped["Blob | None"] = relationship(primaryjoin="foreign(File.blob_sha256) == Blob.sha256", viewonly=True)

    @property
    def stated_text(self) -> str:
        """What its source says is written in it (more! rubin does), whether or not that is its text: see `stand_in`."""
        stated = self.raw.get("text")
        # rubin's lists of keywords end in a placeholder for the attachment.
        return stated.replace("\x00", "").strip().removesuffix("%anl%;").strip() if isinstance(stated, str) else ""

    @property
    def stand_in(self) -> str:
        """What its source says is written in it, where its bytes give no text: then that is its first page's text."""
        stated = self.stated_text
        blob = self.blob if stated and self.fetch_state == FETCHED else None
        return "" if blob and blob.read_state in WITH_TEXT else stated


class Blob(Base):
    """The bytes of one or more files, and what became of reading them; `read_state` is None while that is owed."""

    __tablename__ = "blob"
    __table_args__ = (
        Index(
            "ix_blob_owing_facts",
            "stored_at",
            "sha256",
            sqlite_where=text(_OWES_FACTS),
            postgresql_where=text(_OWES_FACTS),
        ),
        Index("ix_blob_facts_version", "facts_version", sqlite_where=text(_LOOKED), postgresql_where=text(_LOOKED)),
        Index("ix_blob_claim", "claim", sqlite_where=text(_CLAIMED), postgresql_where=text(_CLAIMED)),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, doc="bytes")
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    media_type: Mapped[str | None] = mapped_column(Text, doc="found in the bytes, not told")
    read_state: Mapped[str | None] = mapped_column(String(16), index=True, doc="a state of app.documents.Reading")
    read_reason: Mapped[str | None] = mapped_column(Text, doc="one sentence, where it was not read in full")
    reader: Mapped[str | None] = mapped_column(Text)
    reader_version: Mapped[str | None] = mapped_column(Text, index=True, doc="a newer reader may read it again")
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_attempts: Mapped[int] = mapped_column(
        default=0, server_default="0", doc="how often in a row reading it was begun and did not end well"
    )
    claim: Mapped[str | None] = mapped_column(String(40), doc="who reads it: name and epoch of a lease")
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="when its bytes were given up, text kept")
    previews_sha256: Mapped[str | None] = mapped_column(
        String(64), doc="the bytes that hold pictures and words of its pages (app.documents.album), once its own go"
    )
    undrawn_since: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="when a page could not be drawn that is to be kept, for the first time"
    )
    page_count: Mapped[int | None]
    facts_version: Mapped[str | None] = mapped_column(
        String(16), doc="which app.facts looked through its text; None: that is owed"
    )
    facts_revision: Mapped[int] = mapped_column(
        default=0, server_default="0", doc="counts what makes facts worthless that are still being looked for"
    )
    language: Mapped[str | None] = mapped_column(String(2), doc="of most of its text, two letters")
    title: Mapped[str | None] = mapped_column(Text, doc="as the document itself says it")

    pages: Mapped[list["Page"]] = relationship(
        primaryjoin="foreign(Page.sha256) == Blob.sha256", viewonly=True, order_by="Page.number"
    )


class Page(Base):
    """The text of one page, numbered from 1."""

    __tablename__ = "page"
    __table_args__ = (
        Index(
            "ix_page_waiting",
            "sha256",
            sqlite_where=text(_WAITS),
            postgresql_where=text(_WAITS),
        ),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    method: Mapped[str | None] = mapped_column(String(16), doc="how the text was obtained: pdfium, ocr, docx, …")
    confidence: Mapped[int | None] = mapped_column(doc="0 to 100, where letters were guessed from a picture")
