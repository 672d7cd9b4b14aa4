"""Location: where it is about."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Json
from app.models.base import OParlObject


class Location(OParlObject):
    """A place: of a meeting, of a paper, of a council; never of a person."""

    __tablename__ = "location"

    description: Mapped[str | None] = mapped_column(Text)
    geojson: Mapped[dict[str, Any] | None] = mapped_column(Json)
    longitude: Mapped[float | None] = mapped_column(doc="degrees east, WGS 84, of the geometry's first point")
    latitude: Mapped[float | None] = mapped_column(doc="degrees north")
    street_address: Mapped[str | None] = mapped_column(Text)
    room: Mapped[str | None] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(Text)
    sub_locality: Mapped[str | None] = mapped_column(Text)
    locality: Mapped[str | None] = mapped_column(Text)
