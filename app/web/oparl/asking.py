"""What is asked of a list: its filters, how many objects a page has, and where it goes on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from app.publication.reading import Window

FILTERS: Final = ("created_since", "created_until", "modified_since", "modified_until")
OMITS: Final = "omit_internal"
LIMIT: Final = "limit"
AFTER: Final = "after"
SIZE, MOST = 100, 500
# With a zone, or nobody knows which moment is meant. A plus sign that nobody wrote as %2B comes as a blank.
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|([ +-])(\d\d:\d\d))")
# Nothing is older or newer, and one can still count on from them.
EARLIEST, LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_PLACE: Final = re.compile(r"([0-9a-f]{1,15})-([0-9a-f]{1,15})")
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


class NotUnderstood(BadRequest):
    """Raised where an argument is nothing that we know; says which, and what would be right."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for; `given` are its arguments as they go into the addresses of its other pages."""

    window: Window
    given: Mapping[str, str]
    limit: int = SIZE
    omits: bool = False
    after: int = 0  # the number behind which the page begins
    total: int | None = None  # what the list had when the walk began

    def address(self, path: str, after: int | None = None, total: int = 0) -> str:
        """Return the address of the list's beginning, or of its page behind a number."""
        place = {} if after is None else {AFTER: f"{after:x}-{total:x}"}
        query = urlencode({**self.given, **place})
        return f"{path}?{query}" if query else path


def asked(arguments: MultiDict[str, str]) -> Asked:
    """Read what a list is asked for; raises NotUnderstood. What is no argument of ours is passed over."""
    given: dict[str, str] = {}
    for name in (*FILTERS, LIMIT, OMITS, AFTER):
        some = [one for one in arguments.getlist(name) if one]
        if len(set(some)) > 1:
            raise NotUnderstood(f"{name} is given more than once.")
        if some:
            given[name] = some[0]
    moments = {name: _moment(name, given[name]) for name in FILTERS if name in given}
    given |= {name: value.isoformat(timespec="seconds") for name, value in moments.items()}
    after, total = _place(given.pop(AFTER, None))
    omits = _flag(given.get(OMITS))
    return Asked(Window(**moments), given, _limit(given.get(LIMIT)), omits, after, total)


def _moment(name: str, text: str) -> datetime:
    found = _MOMENT.fullmatch(text)
    try:
        moment, sign, offset = found.groups() if found else ("", "", "")
        value = datetime.fromisoformat(f"{moment}{sign.replace(' ', '+')}{offset}" if sign else f"{moment}+00:00")
    except ValueError as error:
        right = "2026-01-31T12:00:00+01:00 (write + as %2B)"
        raise NotUnderstood(f"{name} is no moment with a time zone, such as {right}.") from error
    return min(max(value, EARLIEST), LATEST)


def _limit(text: str | None) -> int:
    if text is None:
        return SIZE
    if not (text.isascii() and text.isdigit()) or int(text[:9]) < 1:
        raise NotUnderstood(f"limit is a number from 1 on; no page has more than {MOST} objects.")
    return min(int(text[:9]), MOST)


def _flag(text: str | None) -> bool:
    if text is None:
        return False
    if text.lower() not in _FLAGS:
        raise NotUnderstood(f"{OMITS} is true or false.")
    return _FLAGS[text.lower()]


def _place(text: str | None) -> tuple[int, int | None]:
    if text is None:
        return 0, None
    if (found := _PLACE.fullmatch(text)) is None:
        raise NotUnderstood(f"{AFTER} is no place in a list: it stands in the link to the next page.")
    return int(found[1], 16), int(found[2], 16)
