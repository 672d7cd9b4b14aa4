"""Single values as servers send them, brought to our types; None where there is nothing to be had."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
MAX_URL = 2048
PLACEHOLDERS = frozenset({"", "n/a", "0000-00-00"})


class Unusable(ValueError):  # noqa: N818 - it reads as a sentence where it is raised
    """Raised when a value is of a type, or says something, that cannot be understood."""


def text(value: Any) -> str | None:
    """Return the string, trimmed and without NUL; numbers are written out, one-element lists unwrapped."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool | dict | list):
        raise Unusable(f"expected a string, got {type(value).__name__}")
    value = str(value).strip()
    if "\x00" in value:  # PostgreSQL refuses it
        value = value.replace("\x00", "")
    return None if value.lower() in PLACEHOLDERS else value


def texts(value: Any) -> list[str] | None:
    """Return the strings; a single one counts as a list."""
    found = [text(item) for item in (value if isinstance(value, list) else [value])]
    return [item for item in found if item] or None


def moment(value: Any) -> datetime | None:
    """Return an aware datetime; one without a zone is taken for German local time."""
    if not isinstance(value, str):
        raise Unusable(f"expected a date-time, got {type(value).__name__}")
    value = value.strip()
    if value.lower() in PLACEHOLDERS or value.startswith("0000"):
        return None
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            found = found.replace(tzinfo=BERLIN)
        found.astimezone(BERLIN)  # raises for offsets that leave the calendar
    except (ValueError, OverflowError) as error:
        raise Unusable(f"not a date-time: {value[:40]!r}") from error
    return found


def day(value: Any) -> date | None:
    """Return the date; of a date-time the day in Germany."""
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    found = moment(value)
    return None if found is None else found.astimezone(BERLIN).date()


def flag(value: Any) -> bool | None:
    """Return the truth value; the words and numbers for it are understood."""
    if isinstance(value, bool):
        return value
    known = {"true": True, "1": True, "false": False, "0": False, "": None}
    if (word := str(value).strip().lower()) in known and not isinstance(value, dict | list):
        return known[word]
    raise Unusable(f"expected true or false, got {str(value)[:40]!r}")


def number(value: Any) -> int | None:
    """Return the integer, also from a string; must fit 63 bits."""
    if value == "":
        return None
    try:
        found = int(str(value) if isinstance(value, bool) else value)  # "True" is no number
    except (TypeError, ValueError, OverflowError) as error:
        raise Unusable(f"expected a number, got {str(value)[:40]!r}") from error
    if abs(found) >= 2**63:
        raise Unusable("number too large")
    return found


def is_url(value: Any) -> bool:
    """Tell whether this can be an object's id: an absolute http(s) URL of at most 2,048 characters."""
    return (
        isinstance(value, str)
        and value.startswith(("http://", "https://"))
        and len(value) <= MAX_URL
        and len(value) > len("https://")
        and value.isprintable()
    )


def url(value: Any) -> str | None:
    """Return what another object is referred to by: a URL, or the id of an object given in its place."""
    if isinstance(value, dict):
        value = value.get("id")
    if value is None or (isinstance(value, str) and value.strip().lower() in PLACEHOLDERS):
        return None
    if isinstance(value, str) and is_url(stripped := value.strip()):
        return stripped
    raise Unusable(f"expected a URL, got {str(value)[:80]!r}")
