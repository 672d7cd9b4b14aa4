"""Records that seem to be there twice: the same number, or the same name at the same time."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import aliased

from app.models import Meeting, Organization, Paper, Person
from app.quality.measures import TWINS, Measure, empty, measure


def measures() -> Iterator[Measure]:
    """Yield the measures; what lacks one of the values that are compared is like nothing else."""
    yield _twins("Paper.duplicates.reference", Paper, "reference")
    yield _twins("Paper.duplicates.name", Paper, "name", "date")
    yield _twins("Meeting.duplicates.name", Meeting, "name", "start")
    yield _twins("Organization.duplicates.name", Organization, "name", "start_date", needed=("name",))
    yield _twins("Person.duplicates.name", Person, "name")


def _twins(name: str, model: Any, *columns: str, needed: tuple[str, ...] = ()) -> Measure:
    """Return the measure that records of a council share values: those that do are sought once, all together."""
    other = aliased(model)
    values = select(other.body_id, *(_value(other, one).label(one) for one in columns))
    told = values.where(~other.deleted, *(_given(other, one) for one in needed or columns)).subquery()
    shared = select(*told.c).group_by(*told.c).having(func.count() > 1)
    mine = tuple_(model.body_id, *(_value(model, one) for one in columns))
    given = and_(*(_given(model, one) for one in needed or columns))
    return measure(TWINS, name, and_(given, mine.in_(shared)), given)


def _value(model: Any, column: str) -> Any:
    held = getattr(model, column)
    # In IN (…) nothing equals NULL.
    return func.coalesce(held, date.min) if column == "start_date" else held


def _given(model: Any, column: str) -> ColumnElement[bool]:
    held = getattr(model, column)
    return held.is_not(None) if column in ("date", "start") else ~empty(held)
