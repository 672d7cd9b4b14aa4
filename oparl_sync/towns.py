"""What is known of the streets of councils' towns, as the rules for texts need it."""

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.facts import Town, places, street_of
from app.models import Location, Street


def town_of(session: Session, sources: Collection[int]) -> Town:
    """Return the streets that operators brought to these sources, and those that their Locations name."""
    names = [*session.scalars(select(Street.name).where(Street.source_id.in_(sources)))]
    here = select(Location.street_address, Location.description)
    for address, description in session.execute(here.where(Location.source_id.in_(sources), ~Location.deleted)):
        names += [street for street in (street_of(address or ""),) if street]
        names += _streets_in(description or "")
    return Town.of(names)


def _streets_in(description: str) -> Iterator[str]:
    """Yield the streets that the parts of a description are: "Rathaus, Marktstraße 5, 59999 Lohenbrück"."""
    for part in description.split(","):
        yield from (street for fact in places(part, Town()) if (street := street_of(fact.label or "")))
