"""People, and where they belong or belonged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, defer

from app.models import Membership, Organization, Person
from app.queries.bodies import of_council
from app.queries.paging import Paged, counted, paged
from app.queries.references import Missing
from app.shown import heard, shown

Row = TypeVar("Row", Person, Organization)
# A town's council, its committees and their deputies on one page: what a reader can still scan.
SIZE = 100
# The object as the source wrote it, which no list shows; to read those of a council takes as long as all else.
_LEAN = defer(Membership.raw)


@dataclass(frozen=True, slots=True)
class Belonging:
    """A membership with both of its ends; what has not arrived is Missing, what is not named None."""

    membership: Membership
    person: Person | Missing | None
    organization: Organization | Missing | None
    on_behalf_of: Organization | Missing | None

    def lasts(self, day: date) -> bool:
        """Whether the membership holds on a day; one without an end is not over."""
        start, end = self.membership.start_date, self.membership.end_date
        return (start is None or start <= day) and (end is None or end >= day)

    def is_over(self, day: date) -> bool:
        """Whether the membership ended before a day."""
        return self.membership.end_date is not None and self.membership.end_date < day


def person_by_key(session: Session, key: str) -> Person | None:
    """Return a person, withdrawn or not."""
    return session.scalar(select(Person).where(Person.key == key))


def people(
    session: Session, *, letter: str | None = None, body: str | None = None, page: int = 1, size: int = SIZE
) -> Paged[Person]:
    """Return people by family name; `letter` is one as `people_letters` gives them."""
    query = _listed()
    if letter is not None:
        query = query.where(_letter() == letter)
    if body is not None:
        query = query.where(Person.body_id == body)
    order = (func.lower(_sorted_by()), func.lower(func.coalesce(Person.given_name, "")), Person.id)
    return paged(session, query.order_by(*order), page, size)


def people_letters(session: Session, body: str | None = None) -> dict[str, int]:
    """Return first letter of the family name -> count, in order."""
    letter = _letter()
    query = (
        select(letter, func.count()).where(~Person.deleted, *of_council(Person, body)).group_by(letter).order_by(letter)
    )
    return counted(session.execute(query))


def memberships_of(session: Session, person: Person) -> list[Belonging]:
    """Return where a person belongs or belonged, latest first; in two queries."""
    query = select(Membership).where(Membership.person_id == person.id, shown(Membership)).options(_LEAN)
    found = session.scalars(query.order_by(Membership.start_date.desc().nulls_last(), Membership.position))
    return _belongings(session, _of(session, found, person), {person.id: person})


def members_of(session: Session, organization: Organization) -> list[Belonging]:
    """Return who belongs or belonged to an organization, by name; in three queries."""
    query = select(Membership).where(Membership.organization_id == organization.id, shown(Membership)).options(_LEAN)
    found = _of(session, session.scalars(query.order_by(Membership.start_date, Membership.id)), organization)
    ids = {membership.person_id for membership in found if membership.person_id}
    rows = {
        person.id: person
        for person in session.scalars(select(Person).where(Person.id.in_(ids)).options(defer(Person.raw)))
    }
    kept = [m for m in found if m.person_id not in rows or not rows[m.person_id].deleted]
    return sorted(_belongings(session, kept, rows, {organization.id: organization}), key=_by_name)


def current_posts(session: Session, found: list[Person], day: date) -> dict[str, list[Belonging]]:
    """Return person id -> where they belong today, for a list of people; in two queries."""
    ids = [person.id for person in found]
    query = select(Membership).where(Membership.person_id.in_(ids), shown(Membership)).options(_LEAN)
    current = query.where(or_(Membership.end_date.is_(None), Membership.end_date >= day))
    rows = list(session.scalars(current.order_by(Membership.position, Membership.id)))
    posts: dict[str, list[Belonging]] = {}
    for belonging in _belongings(session, rows, {person.id: person for person in found}):
        if belonging.lasts(day) and belonging.membership.person_id:
            posts.setdefault(belonging.membership.person_id, []).append(belonging)
    return posts


def _of(session: Session, found: Iterable[Membership], holder: Person | Organization) -> list[Membership]:
    """Return those that the holder's own source tells, or one on the same server."""
    told = list(found)
    ours = heard(session, {(one.source_id, holder.source_id) for one in told})
    return [one for one in told if (one.source_id, holder.source_id) in ours]


def _belongings(
    session: Session,
    found: list[Membership],
    persons: dict[str, Person],
    organizations: dict[str, Organization] | None = None,
) -> list[Belonging]:
    wanted = {id_ for m in found for id_ in (m.organization_id, m.on_behalf_of_id) if id_} - set(organizations or ())
    query = select(Organization).where(Organization.id.in_(wanted)).options(defer(Organization.raw))
    known = {**(organizations or {}), **{row.id: row for row in session.scalars(query)}}
    return [
        Belonging(
            membership,
            _end(persons, membership.person_id),
            _end(known, membership.organization_id),
            _end(known, membership.on_behalf_of_id),
        )
        for membership in found
        if not (membership.organization_id in known and known[membership.organization_id].deleted)
    ]


def _end(rows: dict[str, Row], id_: str | None) -> Row | Missing | None:
    return (rows.get(id_) or Missing(id_)) if id_ else None


def _by_name(belonging: Belonging) -> tuple[str, str]:
    person = belonging.person
    if not isinstance(person, Person):
        return "\uffff", ""
    return (person.family_name or person.name or "\uffff").casefold(), (person.given_name or "").casefold()


def _listed() -> Select[Person]:
    return select(Person).where(~Person.deleted).options(defer(Person.raw))


def _sorted_by() -> ColumnElement[str]:
    return func.coalesce(func.nullif(Person.family_name, ""), Person.name, "")


def _letter() -> ColumnElement[str]:
    return func.upper(func.substr(_sorted_by(), 1, 1))
