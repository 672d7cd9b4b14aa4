"""Which documents are minutes, and of which day: by name and head, as councils write it."""

import re
from datetime import date

from app.facts.minutes.closed import is_closed

_HEAD = 1_200  # characters in which minutes say what they are, and of when
_MINUTES = re.compile(
    r"niederschrift|protokoll|verhandlungsschrift|sitzungsbericht|beschluss(?:auszug|buch|sammlung|ausfertigung"
    r"|protokoll)|ergebnisprotokoll",
    re.IGNORECASE,
)
_OTHER = re.compile(r"tagesordnung|einladung|bekanntmachung|protokollant|unterzeichnung|benennung", re.IGNORECASE)
_MONTHS = ("januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november")
_NUMBER = {name: at for at, name in enumerate((*_MONTHS, "dezember"), 1)} | {"jänner": 1, "feber": 2}
_DAY = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})\. ?(?:(?P<m>\d{{1,2}})\. ?|\s?(?P<name>{'|'.join(_NUMBER)})\s+)(?P<y>(?:19"
    rf"|20)\d\d)(?!\d)",
    re.IGNORECASE,
)


def are_minutes(name: str, first_page: str) -> bool:
    """Whether a file is called minutes, or its first page begins like some; those of closed meetings are not."""
    head = first_page[:_HEAD]
    if is_closed(name, head):
        return False
    if _OTHER.search(name):
        return False
    return bool(_MINUTES.search(name) or _MINUTES.search(head[:200]))


def day_of(first_page: str) -> date | None:
    """Return the first day that the head names: that of the meeting, by every form of minutes seen."""
    for match in _DAY.finditer(first_page[:_HEAD]):
        month = int(match["m"]) if match["m"] else _NUMBER[match["name"].casefold()]
        try:
            return date(int(match["y"]), month, int(match["d"]))
        except ValueError:  # 31. Februar
            continue
    return None
