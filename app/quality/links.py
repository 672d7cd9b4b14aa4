"""References that lead nowhere: what they name is not here, neither as a record nor under a former id."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, String, and_, literal, or_, select
from sqlalchemy.orm import aliased

from app.models import OPARL_TYPES, Erasure, Hidden, Link, Person
from app.quality.measures import REFERENCES, Measure, measure
from app.vocabulary import PROPERTIES, Kind

# Ways to another server, to the server itself, and to what is stated twice.
NOT_FOLLOWED = frozenset({"externalBody", "system", "body", "otherOparlVersions"})
LINKED = frozenset({Kind.LINKS, Kind.PART, Kind.PARTS})
PREFIX = "references."


def measures() -> Iterator[Measure]:
    """Yield one measure for each property that names another record: `Paper.references.mainFile`."""
    for name, properties in PROPERTIES.items():
        model: Any = OPARL_TYPES[name]
        for property_, said in properties.items():
            if property_ in NOT_FOLLOWED or said.type not in OPARL_TYPES:
                continue
            if said.kind is Kind.LINK:
                column = getattr(model, said.column)
                yield _measure(
                    name,
                    property_,
                    and_(column.is_not(None), _nowhere(property_, said.type, column)),
                    column.is_not(None),
                )
            elif said.kind in LINKED:
                link = aliased(Link)
                given = select(link.to_id).where(link.from_id == model.id, link.property == literal(property_, String))
                lost = given.where(_nowhere(property_, said.type, link.to_id))
                yield _measure(name, property_, lost.correlate(model).exists(), given.correlate(model).exists())


def lost(measure_: Measure, link: Any) -> ColumnElement[bool]:
    """Return the condition that a row of links is one of those that a measure counts."""
    property_ = property_of(measure_)
    said = PROPERTIES[measure_.type][property_]
    return and_(link.property == property_, _nowhere(property_, said.type, link.to_id))


def property_of(measure_: Measure) -> str:
    """Return the property that a measure of references is about."""
    return measure_.name.rpartition(".")[2]


def column_of(measure_: Measure) -> str:
    """Return the column that holds what is named, "" where it stands in links."""
    said = PROPERTIES[measure_.type][property_of(measure_)]
    return said.column if said.kind is Kind.LINK else ""


def _measure(type_: str, property_: str, amiss: ColumnElement[bool], of: ColumnElement[bool]) -> Measure:
    return measure(REFERENCES, f"{type_}.{PREFIX}{property_}", amiss, of)


def _nowhere(property_: str, type_: str, named: Any) -> ColumnElement[bool]:
    # Some name the person in charge where OParl has the organization.
    kinds: list[Any] = [OPARL_TYPES[type_], *([Person] if property_ == "underDirectionOf" else [])]
    return ~or_(*(_here(aliased(kind), named) for kind in kinds))


def _here(target: Any, named: Any) -> ColumnElement[bool]:
    # What the operator took down is published by its council all the same: nothing is to be mended there.
    taken = [select(kept.key).where(kept.key == target.key).exists() for kept in (Erasure, Hidden)]
    found = select(target.id).where(target.id == named, or_(~target.deleted, *taken))
    return found.correlate_except(target).exists()
