"""Single values as servers send them, brought to our types; None where there is nothing to be had."""

import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
MAX_URL = 2048  # bytes; an index row of PostgreSQL takes 2,704
MAX_TERM = 500
PLACEHOLDERS = frozenset({"", "n/a", "0000-00-00"})
FLAGS = (
    dict.fromkeys(("true", "1", "ja", "yes"), True) | dict.fromkeys(("false", "0", "nein", "no"), False) | {"": None}
)
# ALLRIS (Braunschweig) sends what was pasted from a word processor, whose lines may end in \v or \f. Without them no
# XML holds it, and PostgreSQL no NUL.
CONTROLS = dict.fromkeys((*range(32), 127)) | {9: "\t", 10: "\n", 11: "\n", 12: "\n", 13: "\r"}
# What nearly all ids are; the others are taken apart.
PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[!-~]*)?")


class Unusable(ValueError):
    """Raised when a value is of a type, or says something, that cannot be understood; `reason` does not quote it."""

    def __init__(self, reason: str, *value: Any) -> None:
        super().__init__(", ".join((reason, *(f"got {shown(one)}" for one in value))))
        self.reason = reason


def text(value: Any) -> str | None:
    """Return the string, trimmed and without control characters; numbers are written out, a list of one unwrapped."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None:
        return None
    if isinstance(value, bool | dict | list):
        raise Unusable("expected a string", value)
    value = str(value).strip()
    if not value.isprintable():
        value = value.translate(CONTROLS).strip()
    return None if value.lower() in PLACEHOLDERS else value


def term(value: Any) -> str | None:
    """Return a text that is short enough to be looked up by: 500 characters."""
    found = text(value)
    if found is not None and len(found) > MAX_TERM:
        raise Unusable(f"longer than {MAX_TERM} characters")
    return found


def texts(value: Any) -> list[str] | None:
    """Return the strings; a single one counts as a list."""
    found = [text(item) for item in (value if isinstance(value, list) else [value])]
    return [item for item in found if item] or None


def moment(value: Any) -> datetime | None:
    """Return an aware datetime; one without a zone is taken for German local time."""
    found = _parsed(value)
    if found is None:
        return None
    try:
        plausible = 1 < found.astimezone(UTC).year < 9999  # beyond, no database can shift it to another zone
    except OverflowError:
        plausible = False
    if not plausible:
        raise Unusable("not a date-time of this world", value)
    return found


def day(value: Any) -> date | None:
    """Return the date; of a date-time the day in Germany."""
    found = _parsed(value)
    if found is None:
        return None
    try:
        return found.astimezone(BERLIN).date()
    except OverflowError as error:
        raise Unusable("not a date of this world", value) from error


def flag(value: Any) -> bool | None:
    """Return the truth value; the words and numbers for it are understood."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, dict | list) and (word := str(value).strip().lower()) in FLAGS:
        return FLAGS[word]
    raise Unusable("expected true or false", value)


def number(value: Any, *, bits: int = 63) -> int | None:
    """Return the integer, also from a string; must fit 63 bits and a sign."""
    if isinstance(value, str) and not value.strip():
        return None
    try:
        found = int(str(value) if isinstance(value, bool) else value)  # "True" is no number
    except (TypeError, ValueError, OverflowError) as error:
        raise Unusable("expected a number", value) from error
    if abs(found) >= 2**bits:
        raise Unusable("number too large")
    return found


def ordinal(value: Any) -> int | None:
    """Return an integer that says a place; must fit 31 bits and a sign."""
    return number(value, bits=31)


def json_object(value: Any) -> dict[str, Any]:
    """Return the JSON object."""
    if not isinstance(value, dict):
        raise Unusable("expected an object", value)
    return value


def is_url(value: Any) -> bool:
    """Tell whether this can be an object's id: an absolute http(s) URL of at most 2,048 bytes."""
    if not isinstance(value, str) or len(value) > MAX_URL:
        return False
    if PLAIN_URL.fullmatch(value):
        return True
    if not value.isprintable() or len(value.encode()) > MAX_URL:
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def url(value: Any) -> str | None:
    """Return the URL by which another object is referred to."""
    if value is None or (isinstance(value, str) and value.strip().lower() in PLACEHOLDERS):
        return None
    if isinstance(value, str) and is_url(stripped := value.strip()):
        return stripped
    raise Unusable("expected a URL", value)


def is_true(value: Any) -> bool:
    """Tell whether a value says yes, in any of the spellings that are understood."""
    if value is None or value is False:  # nearly all that is asked for, without the cost of an exception
        return False
    try:
        return flag(value) is True
    except Unusable:
        return False


def shown(value: Any, *, quoted: bool = True) -> str:
    """Return a value for a sentence; of what holds others only what it is, because it may hold what is private."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if value is not None and not quoted:
        return "text" if isinstance(value, str) else "a number"
    return repr(value if not isinstance(value, str) else value[:80])[:90]


def _parsed(value: Any) -> datetime | None:
    if not isinstance(value, str):
        raise Unusable("expected a date or date-time", value)
    value = value.strip()
    if value.lower() in PLACEHOLDERS or value.startswith(("0000", "0001-01-01")):  # what databases write for nothing
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise Unusable("not a date or date-time", value) from error
    return found if found.tzinfo else found.replace(tzinfo=BERLIN)
