"""What was read from minutes and from papers: what became of an agenda item, and what a paper proposes."""

from typing import Any

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json


class MinutesResult(Base):
    """What one file says became of one agenda item: derived from its text, never the source's own record.

    It holds for the bytes it was read in (`sha256`) and no others. Where that is None, it was read in the text that the
    source states itself, and holds as long as the file's bytes give none.
    """

    __tablename__ = "minutes_result"

    file_id: Mapped[str] = mapped_column(Text, primary_key=True)
    agenda_item_id: Mapped[str] = mapped_column(Text, primary_key=True, index=True)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    result: Mapped[str] = mapped_column(String(9), doc="a kind of app.facts.minutes.Result")
    yes: Mapped[int | None]
    no: Mapped[int | None]
    abstentions: Mapped[int | None]
    parties: Mapped[list[dict[str, Any]] | None] = mapped_column(Json, doc="party, vote, count of each that is named")
    resolution_number: Mapped[str | None] = mapped_column(Text)
    page: Mapped[int]
    offset: Mapped[int] = mapped_column(Integer, doc="characters of the page's text before the quote")
    quote: Mapped[str] = mapped_column(Text)


class PaperQuote(Base):
    """What a paper's main file proposes or how it sums itself up, in its own words."""

    __tablename__ = "paper_quote"

    paper_id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True, doc="proposal or summary")
    file_id: Mapped[str] = mapped_column(Text, index=True)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    page: Mapped[int]
    offset: Mapped[int] = mapped_column(Integer, doc="characters of the page's text before the quote")
    quote: Mapped[str] = mapped_column(Text)
