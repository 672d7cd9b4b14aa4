"""What of a source's records is not taken in, not shown or not passed on: one list for all, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Of whom the public need not know more than the office: notes on a person's life are no record of a council's work.
PERSONAL = frozenset(
    {"email", "phone", "location", "locationObject", "image", "gender", "formOfAddress", "life", "lifeSource", "status"}
)
# By type: properties that are neither kept nor exported. A file or a place says by these whose private one it is.
WITHHELD: dict[str, frozenset[str]] = {
    "Person": PERSONAL,
    "File": frozenset({"person"}),
    "Location": frozenset({"person", "persons"}),
}
# What remains of an agenda item that is not public: that it exists, its number and its time.
NON_PUBLIC_KEPT = frozenset(
    {"id", "type", "created", "modified", "meeting", "number", "order", "public", "start", "end"}
)
# Kept and shown here, but no part of what goes out: who attended, and texts that a source repeats in its records.
NOT_PUBLISHED: dict[str, frozenset[str]] = {"Meeting": frozenset({"participant"}), "File": frozenset({"text"})}

NOWHERE, PAGE, OPEN = "nowhere", "page", "open"  # not taken in; shown on pages here; that, and passed on
LEVELS = (NOWHERE, PAGE, OPEN)
FULLTEXT = "fulltext"  # of a File: the text that was read in it, as a whole
# What the operator may decide otherwise for a source, and what holds until then. Nobody may decide where somebody
# lives, nor whose private file or place something is.
DECIDABLE: dict[tuple[str, str], str] = {
    **{("Person", name): NOWHERE for name in sorted(PERSONAL - {"location", "locationObject"})},
    ("Meeting", "participant"): PAGE,
    ("File", FULLTEXT): PAGE,
    **{(kind, name): OPEN for kind in ("System", "Body") for name in ("contactEmail", "contactName")},
}
_AT_LEAST = {("File", FULLTEXT): PAGE}  # what is searched is held


class NotDecidable(Exception):
    """Raised when a decision is about something that stays as it is; its one line is for the operator."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is taken in of a source, shown, and passed on: the defaults, and what was decided otherwise."""

    decided: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def level(self, object_type: str, name: str) -> str:
        """Return where a property may stand: one of LEVELS."""
        if (level := self.decided.get((object_type, name))) is not None:
            return level
        if name in WITHHELD.get(object_type, frozenset()):
            return NOWHERE
        if name in NOT_PUBLISHED.get(object_type, frozenset()):
            return PAGE
        return DECIDABLE.get((object_type, name), OPEN)

    def withheld_inside(self, object_type: str) -> frozenset[str]:
        """Return what is not even kept of records of a type."""
        return self._below(object_type, PAGE)

    def withheld_outside(self, object_type: str) -> frozenset[str]:
        """Return what is no part of what goes out of records of a type."""
        return self._below(object_type, OPEN)

    def taken_in(self, object_type: str) -> frozenset[str]:
        """Return what is kept of records of a type by decision alone."""
        named = WITHHELD.get(object_type, frozenset())
        return frozenset(name for name in named if self.level(object_type, name) != NOWHERE)

    @property
    def has_fulltext(self) -> bool:
        """Whether the texts of documents go out as a whole."""
        return self.level("File", FULLTEXT) == OPEN

    def _below(self, object_type: str, level: str) -> frozenset[str]:
        names = WITHHELD.get(object_type, frozenset()) | NOT_PUBLISHED.get(object_type, frozenset())
        names |= {name for kind, name in DECIDABLE if kind == object_type}
        return frozenset(one for one in names if LEVELS.index(self.level(object_type, one)) < LEVELS.index(level))


DEFAULT = Policy()


def decidable(what: str, level: str) -> tuple[str, str]:
    """Return type and property of "Person.email"; raises NotDecidable where nobody may decide that."""
    object_type, _, name = what.partition(".")
    if (object_type, name) not in DECIDABLE:
        known = ", ".join(".".join(one) for one in DECIDABLE)
        raise NotDecidable(f"{what!r} cannot be decided; what can: {known}")
    if level not in LEVELS or LEVELS.index(level) < LEVELS.index(_AT_LEAST.get((object_type, name), NOWHERE)):
        raise NotDecidable(f"{what} cannot be {level}")
    return object_type, name
