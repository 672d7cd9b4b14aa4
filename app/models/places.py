"""Where things are: the gazetteer and the drawing of a town, and which papers are about which spot."""

from datetime import date as Date  # noqa: N812 - a column is called date

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json

_Number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up in no other column


class Address(Base):
    """A point of a street (`number` is empty) or of a house; `origin` is empty where the operator brought it, else the
    Location it was learned from."""

    __tablename__ = "address"

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True, autoincrement=False)
    street_key: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[str] = mapped_column(String(12), primary_key=True, doc="of the house, as app.facts.house_of has it")
    origin: Mapped[str] = mapped_column(Text, primary_key=True, index=True)
    name: Mapped[str] = mapped_column(Text, doc="of the street")
    district: Mapped[str | None] = mapped_column(Text)
    longitude: Mapped[float]
    latitude: Mapped[float]


class MapShape(Base):
    """A line or an outline of the drawn map."""

    __tablename__ = "map_shape"
    __table_args__ = (Index(None, "source_id", "extent"), Index(None, "key"))

    id: Mapped[int] = mapped_column(_Number, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    kind: Mapped[str] = mapped_column(String(8), doc="street, district, water, river, stream, green, rail or built")
    key: Mapped[str | None] = mapped_column(Text, doc="of a street or a district: what its name is compared by")
    name: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[list[list[list[float]]]] = mapped_column(Json, doc="lists of [longitude, latitude]")
    south: Mapped[float]
    west: Mapped[float]
    north: Mapped[float]
    east: Mapped[float]
    extent: Mapped[float] = mapped_column(
        doc="metres: the longer side of its box; what is small is drawn from near only"
    )


class Place(Base):
    """A spot that papers are about: a house, a street, or what a Location is called; worked out, never the source's."""

    __tablename__ = "place"
    __table_args__ = (
        Index(None, "source_id", "key", unique=True),
        Index(None, "latitude", "longitude"),
        Index(None, "street_key"),
        Index(None, "district_key"),
    )

    id: Mapped[int] = mapped_column(_Number, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    key: Mapped[str] = mapped_column(Text, doc="street, street and number, or the Location's words")
    street_key: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    district: Mapped[str | None] = mapped_column(Text)
    district_key: Mapped[str | None] = mapped_column(Text)
    longitude: Mapped[float | None] = mapped_column(doc="None: nobody told where it is")
    latitude: Mapped[float | None]
    papers: Mapped[int] = mapped_column(default=0, doc="that are about it")
    drawn: Mapped[int] = mapped_column(default=0, doc="of these, those that no house of the street stands for")


class PaperPlace(Base):
    """A paper is about a place: because it names the Location, or because one of its files does, on this page first."""

    __tablename__ = "paper_place"
    __table_args__ = (Index(None, "place_id", "date"), Index(None, "date", "place_id"))

    paper_id: Mapped[str] = mapped_column(Text, primary_key=True)
    place_id: Mapped[int] = mapped_column(_Number, ForeignKey("place.id"), primary_key=True, autoincrement=False)
    date: Mapped[Date | None] = mapped_column(doc="of the paper")
    paper_type: Mapped[str | None] = mapped_column(Text, doc="of the paper")
    drawn: Mapped[bool] = mapped_column(doc="not where a house of this street stands for it on the map")
    file_id: Mapped[str | None] = mapped_column(Text, index=True)
    page: Mapped[int | None]


class PlaceDue(Base):
    """Papers whose places are to be worked out again, though no record changed: told by who learns more."""

    __tablename__ = "place_due"
    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: Mapped[int] = mapped_column(_Number, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), doc="file (by its bytes), paper or source")
    value: Mapped[str] = mapped_column(Text)
