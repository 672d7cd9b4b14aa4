"""Organizations: committees, party groups, offices."""

from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import Membership, Organization
from app.shown import shown


def organization_by_key(session: Session, key: str) -> Organization | None:
    """Return an organization, withdrawn or not."""
    return session.scalar(select(Organization).where(Organization.key == key))


def organizations(session: Session, *, body: str | None = None) -> list[Organization]:
    """Return all organizations by name; even a city of a million has some hundred."""
    query = select(Organization).where(~Organization.deleted)
    if body is not None:
        query = query.where(Organization.body_id == body)
    return list(
        session.scalars(query.order_by(func.lower(func.coalesce(Organization.name, "\uffff")), Organization.id))
    )


def member_counts(session: Session, day: date) -> dict[str, int]:
    """Return organization id -> how many people belong to it on a day."""
    query = (
        select(Membership.organization_id, func.count(Membership.person_id.distinct()))
        .where(shown(Membership))
        .where(or_(Membership.start_date.is_(None), Membership.start_date <= day))
        .where(or_(Membership.end_date.is_(None), Membership.end_date >= day))
        .group_by(Membership.organization_id)
    )
    return {id_: count for id_, count in session.execute(query) if id_}


def parts_of(session: Session, organization: Organization) -> list[Organization]:
    """Return the organizations below this one, by name."""
    query = select(Organization).where(Organization.sub_organization_of_id == organization.id, ~Organization.deleted)
    return list(session.scalars(query.order_by(Organization.name, Organization.id)))


def is_dissolved(organization: Organization, day: date) -> bool:
    """Whether an organization ended before a day."""
    return organization.end_date is not None and organization.end_date < day
