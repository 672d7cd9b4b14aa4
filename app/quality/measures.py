"""What is looked at: conditions on the records of one type, each with a name that stays.

A measure is counted and listed by the same condition, so that a page lists what the report counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, true

from app.models import OPARL_TYPES, Blob, Body, File, PageScan
from app.shown import shown

FIELDS, REFERENCES, TWINS, FILES, LICENCES = "fields", "references", "duplicates", "files", "licences"
VALIDITY, FRESHNESS, ACCESS = "validity", "freshness", "access"
PLACES, WITHHELD, PRIVACY = "places", "withheld", "privacy"
# In the order in which they are told; of the last three nothing is amiss, they are only said.
GROUPS = (FRESHNESS, ACCESS, FIELDS, REFERENCES, TWINS, FILES, VALIDITY, LICENCES, PLACES, WITHHELD, PRIVACY)
SAID_ONLY = frozenset({PLACES, WITHHELD, PRIVACY})


@dataclass(frozen=True, slots=True)
class Measure:
    """What may be amiss with records of one type; `of` picks those of which it can be said at all."""

    name: str
    group: str
    type: str
    amiss: ColumnElement[bool]
    of: ColumnElement[bool]

    @property
    def model(self) -> Any:
        """The type's table."""
        return OPARL_TYPES[self.type]


def measure(group: str, name: str, amiss: ColumnElement[bool], of: ColumnElement[bool] | None = None) -> Measure:
    """Return a measure; its name begins with its type: Paper.date."""
    return Measure(name, group, name.partition(".")[0], amiss, true() if of is None else of)


def empty(column: Any) -> ColumnElement[bool]:
    """Return the condition that a text says nothing."""
    return func.coalesce(func.trim(column), "") == ""


def without(*columns: Any) -> ColumnElement[bool]:
    """Return the condition that none of several texts says anything."""
    return and_(*map(empty, columns))


def owner(model: Any) -> Any:
    """Return the column that says whose records are: the council's id."""
    return Body.id if model is Body else model.body_id


def joined(statement: Any, model: Any) -> Any:
    """Return a statement on files with what is known of their bytes beside them; any other as it is."""
    if model is not File:
        return statement
    beside = statement.outerjoin(Blob, Blob.sha256 == File.blob_sha256)
    return beside.outerjoin(PageScan, PageScan.sha256 == File.blob_sha256)


def readable(model: Any) -> ColumnElement[bool]:
    """Return the condition that records of a type are shown to everybody; non-public agenda items never are."""
    condition: ColumnElement[bool] = shown(model)
    return condition


def by_type(every: Iterable[Measure]) -> dict[str, list[Measure]]:
    """Return measures by the type they are about."""
    found: dict[str, list[Measure]] = {}
    for one in every:
        found.setdefault(one.type, []).append(one)
    return found
