"""What an address may say: each parameter once, read by the check and by the document alike."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from app.queries.keys import LENGTH
from app.web.api.problems import Problem, refused, unknown

NO_NUL = r"^[^\u0000]*$"  # PostgreSQL has no room for that one
MOST_VALUES = 32
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
_KEY = re.compile(rf"[a-z2-7]{{{LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: what the document says of it, and how a value is read; `read` raises ValueError, in words."""

    name: str
    says: str
    schema: Mapping[str, Any]
    read: Callable[[str], Any]
    many: bool = False
    default: Any = None
    examples: Sequence[str] = field(default_factory=tuple)


def text(
    name: str, says: str, *, longest: int, many: bool = False, empty: bool = False, example: str = ""
) -> Parameter:
    """Return a parameter of free words."""

    def read(given: str) -> str:
        if not (given or empty):
            raise ValueError("is empty")
        if len(given) > longest:
            raise ValueError(f"has more than {longest} characters")
        if "\0" in given:
            raise ValueError("holds a character that is none")
        return given

    schema = {"type": "string", "minLength": 0 if empty else 1, "maxLength": longest, "pattern": NO_NUL}
    default = "" if empty else None
    return Parameter(name, says, schema, read, many, default, (example,) if example else ())


def choice(name: str, says: str, values: Sequence[str], *, many: bool = False, default: str | None = None) -> Parameter:
    """Return a parameter that is one of some words."""

    def read(given: str) -> str:
        if given not in values:
            raise ValueError(f"must be {', '.join(values[:-1])} or {values[-1]}")
        return given

    return Parameter(name, says, {"type": "string", "enum": list(values)}, read, many, default)


def number(name: str, says: str, least: int, most: int, default: int | None = None) -> Parameter:
    """Return a parameter that is a whole number, both ends included."""

    def read(given: str) -> int:
        if not _DIGITS.fullmatch(given) or not least <= int(given) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(given)

    schema = {"type": "integer", "minimum": least, "maximum": most}
    return Parameter(name, says, schema, read, default=default)


def day(name: str, says: str) -> Parameter:
    """Return a parameter that is a day."""

    def read(given: str) -> date:
        try:
            found = date.fromisoformat(given)
        except ValueError:
            found = None
        # Python reads weeks and days without hyphens, too; nobody else has to.
        if found is None or found.isoformat() != given:
            raise ValueError("must be a day, written as 2026-05-31")
        return found

    return Parameter(name, says, {"type": "string", "format": "date"}, read, examples=("2026-05-31",))


def key(name: str, says: str) -> Parameter:
    """Return a parameter that is the key of a record."""

    def read(given: str) -> str:
        if not _KEY.fullmatch(given):
            raise ValueError(f"is no key: {LENGTH} of the letters a to z and the figures 2 to 7")
        return given

    return Parameter(name, says, {"type": "string", "pattern": f"^[a-z2-7]{{{LENGTH}}}$"}, read)


def checked(parameters: Sequence[Parameter], arguments: MultiDict[str, str]) -> dict[str, Any]:
    """Return what an address says by the names of its parameters; raises Problem for what none of them is."""
    known = {one.name: one for one in parameters}
    if strangers := [name[:100] for name in arguments if name not in known]:
        raise unknown(strangers, list(known))
    return {name: _value(one, arguments.getlist(name)) for name, one in known.items()}


def in_path(parameters: Sequence[Parameter], given: Mapping[str, str]) -> dict[str, Any]:
    """Return what the path of an address says; raises Problem: what cannot be is not there."""
    try:
        return {one.name: one.read(given[one.name]) for one in parameters}
    except ValueError as error:
        raise Problem("not-found", f"Nothing is published here: the address {error}.") from error


def _value(parameter: Parameter, given: list[str]) -> Any:
    if not given:
        return () if parameter.many else parameter.default
    if len(given) > (MOST_VALUES if parameter.many else 1):
        raise refused(parameter.name, f"may be said {MOST_VALUES} times" if parameter.many else "may be said once")
    try:
        values = tuple(map(parameter.read, given))
    except ValueError as error:
        raise refused(parameter.name, str(error)) from error
    return values if parameter.many else values[0]
