"""What was found in the text of pages: numbers of papers, places, sums of money, dates."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Mention(Base):
    """One fact on one page: `Page.text[start:end]` is how it is written there; see app.facts.Fact."""

    __tablename__ = "mention"
    __table_args__ = (Index(None, "kind", "value", "sha256"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(9), primary_key=True, doc="reference, place, amount or date")
    end: Mapped[int]
    value: Mapped[str] = mapped_column(Text, doc="what it is compared by")
    label: Mapped[str | None] = mapped_column(Text, doc="how it is shown, where the value does not say it")
    number: Mapped[int | None] = mapped_column(BigInteger, doc="of an amount: cents, of a range its upper end")


class Street(Base):
    """A street of the town whose council is mirrored, from a list that the operator brought."""

    __tablename__ = "street"

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text, primary_key=True, doc="what it is compared by")
    name: Mapped[str] = mapped_column(Text)
