"""Organizations: committees, party groups, offices."""

import re
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, defer

from app.models import Membership, Organization
from app.shown import shown

# What parties and their groups are called, where the type says it and where only the name does.
_GROUP = re.compile(r"fraktion|partei\b|wählergruppe|wählervereinigung|gruppierung|^gruppe\b", re.IGNORECASE)
_GROUP_NAME = re.compile(r"^(?:fraktion|gruppe)\b|[ -]fraktion\b", re.IGNORECASE)
_MEETS = re.compile(r"gremium|ausschuss|beirat|\brat\b|kommission|vertretung|council|committee", re.IGNORECASE)

_COUNCIL = re.compile(
    r"(?:stadt|gemeinde|markt|orts)?rat(?: der| des| von|$)|kreistag|stadtverordnetenv|gemeindevertretung|bürgerschaft",
    re.IGNORECASE,
)


def organization_by_key(session: Session, key: str) -> Organization | None:
    """Return an organization, withdrawn or not."""
    return session.scalar(select(Organization).where(Organization.key == key))


def organizations(session: Session, *, body: str | None = None) -> list[Organization]:
    """Return all organizations by name; even a city of a million has some hundred."""
    query = select(Organization).where(~Organization.deleted).options(defer(Organization.raw))
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
    named = query.options(defer(Organization.raw)).order_by(Organization.name, Organization.id)
    return list(session.scalars(named))


def is_group(organization: Organization) -> bool:
    """Whether an organization is a party or its group in the council: it brings papers in, and does not decide."""
    kinds = (organization.organization_type, organization.classification)
    if any(kind and _GROUP.search(kind) for kind in kinds):
        return True
    # Some servers call everything a committee.
    return bool(_GROUP_NAME.search(organization.name or ""))


def in_order(kinds: dict[str, list[Organization]], members: dict[str, int]) -> list[tuple[str, list[Organization]]]:
    """Return kinds of organizations: what meets, then parties and groups by their members, then the others."""

    def rank(kind: str, rows: list[Organization]) -> int:
        if any(is_group(row) for row in rows):
            return 1
        return 0 if _MEETS.search(kind) else 2

    for rows in kinds.values():
        rows.sort(key=lambda row: not _COUNCIL.match(row.name or ""))  # the rest stays as it is, by name
        if any(is_group(row) for row in rows):
            rows.sort(key=lambda row: -members.get(row.id, 0))
    return sorted(kinds.items(), key=lambda item: (rank(*item), -len(item[1]), item[0]))


def is_dissolved(organization: Organization, day: date) -> bool:
    """Whether an organization ended before a day."""
    return organization.end_date is not None and organization.end_date < day
