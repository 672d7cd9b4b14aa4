"""Person, Membership, Organization: who decides."""

from datetime import date

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Json
from app.models.base import OParlObject


class Organization(OParlObject):
    """A committee, a party group, an office."""

    __tablename__ = "organization"

    organization_type: Mapped[str | None] = mapped_column(Text)
    classification: Mapped[str | None] = mapped_column(Text)
    post: Mapped[list[str] | None] = mapped_column(Json)
    website: Mapped[str | None] = mapped_column(Text)
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    sub_organization_of_id: Mapped[str | None] = mapped_column(Text, index=True)
    external_body_id: Mapped[str | None] = mapped_column(Text)

    memberships: Mapped[list["Membership"]] = relationship(
        primaryjoin="foreign(Membership.organization_id) == Organization.id", viewonly=True
    )


class Person(OParlObject):
    """A member of the council or of one of its committees; contact data and address are never kept."""

    __tablename__ = "person"

    family_name: Mapped[str | None] = mapped_column(Text)
    given_name: Mapped[str | None] = mapped_column(Text)
    affix: Mapped[str | None] = mapped_column(Text)
    title: Mapped[list[str] | None] = mapped_column(Json)

    memberships: Mapped[list["Membership"]] = relationship(
        primaryjoin="foreign(Membership.person_id) == Person.id", viewonly=True, order_by="Membership.position"
    )


class Membership(OParlObject):
    """That a person belongs to an organization, in which role and for how long."""

    __tablename__ = "membership"

    person_id: Mapped[str | None] = mapped_column(Text, index=True)
    position: Mapped[int | None]
    organization_id: Mapped[str | None] = mapped_column(Text, index=True)
    on_behalf_of_id: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(Text)
    voting_right: Mapped[bool | None]
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]

    person: Mapped[Person | None] = relationship(
        primaryjoin="foreign(Membership.person_id) == Person.id", viewonly=True
    )
    organization: Mapped[Organization | None] = relationship(
        primaryjoin="foreign(Membership.organization_id) == Organization.id", viewonly=True
    )
    on_behalf_of: Mapped[Organization | None] = relationship(
        primaryjoin="foreign(Membership.on_behalf_of_id) == Organization.id", viewonly=True
    )
