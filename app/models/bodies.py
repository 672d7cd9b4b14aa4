"""System, Body, LegislativeTerm: who publishes."""

from datetime import date

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Json
from app.models.base import OParlObject


class System(OParlObject):
    """An OParl server."""

    __tablename__ = "system"

    oparl_version: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    vendor: Mapped[str | None] = mapped_column(Text)
    product: Mapped[str | None] = mapped_column(Text)
    contact_name: Mapped[str | None] = mapped_column(Text)
    contact_email: Mapped[str | None] = mapped_column(Text)


class Body(OParlObject):
    """A council: a town, a district, a region."""

    __tablename__ = "body"

    system_id: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    license_valid_since: Mapped[date | None]
    oparl_since: Mapped[date | None]
    ags: Mapped[str | None] = mapped_column(Text, doc="official municipality key, 8 digits where the source is right")
    rgs: Mapped[str | None] = mapped_column(Text, doc="regional key, 12 digits where the source is right")
    equivalent: Mapped[list[str] | None] = mapped_column(Json)
    contact_name: Mapped[str | None] = mapped_column(Text)
    contact_email: Mapped[str | None] = mapped_column(Text)
    classification: Mapped[str | None] = mapped_column(Text)


class LegislativeTerm(OParlObject):
    """An electoral term."""

    __tablename__ = "legislative_term"

    position: Mapped[int | None]
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
