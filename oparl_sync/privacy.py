"""What must never be kept: contact data of persons, the wording of what is not public, where somebody lives."""

from typing import Any

from app.privacy import NON_PUBLIC_KEPT, PERSONAL
from app.vocabulary import PROPERTIES, Kind
from oparl_sync import values

# What is kept of a person, and what only persons have: even under another type, or without one, it is one.
OPEN = frozenset(PROPERTIES["Person"]) - PERSONAL
PERSONS_ONLY = frozenset({"familyName", "givenName", "formOfAddress", "gender", "phone", "email"})
PLACED_BY = tuple(name for name, prop in PROPERTIES["Location"].items() if prop.kind is Kind.BACK)
PLACE_KEPT = frozenset({"id", "type", "created", "modified", "deleted"})
MAX_DEPTH = 32


def is_secret(data: dict[str, Any]) -> bool:
    """Tell whether an agenda item is not public: whatever stands there and is no clear yes counts as no."""
    stated = data.get("public")
    return stated is not None and stated != "" and not values.is_true(stated)


def is_place_of_persons_only(data: dict[str, Any]) -> bool:
    """Tell whether a Location says of itself that only persons are to be found there."""
    return bool(data.get("persons") or data.get("person")) and not is_placed(data)


def is_placed(data: dict[str, Any]) -> bool:
    """Tell whether a Location names a council, an organization, a meeting or a paper that it is the place of."""
    return any(data.get(name) for name in PLACED_BY)


def is_personal(name: str) -> bool:
    """Tell whether a property is personal, under whatever vendor's prefix."""
    return name.rpartition(":")[2] in PERSONAL


def scrubbed(value: Any, *, person: bool = False, depth: int = MAX_DEPTH) -> Any:
    """Return what may be kept of something that could not be read as an object: on every level, nothing private.

    `person` says that a person was expected.
    """
    if not isinstance(value, (dict, list)):  # asked of every value there is: `dict | list` would be built each time
        return value
    if not depth:
        return None
    if isinstance(value, list):
        return [scrubbed(item, person=person, depth=depth - 1) for item in value]
    names = value.keys() - {name for name in value if is_personal(name)}
    if is_secret(value):
        names &= NON_PUBLIC_KEPT
    if person or not PERSONS_ONLY.isdisjoint(value) or str(value.get("type")).lower().endswith("/person"):
        names &= OPEN
    return {k: scrubbed(v, depth=depth - 1) for k, v in value.items() if k in names}
