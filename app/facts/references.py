"""Numbers of papers in a text: "DS 0123/2024", "Vorlage Nr. 2024/045", "BV/2024/12".

What counts is whether a paper of the same council has this number, which the caller asks by the key. Here only what
could be one is found: behind a word that says so any number, alone only what is unlike a year, a date or a law.
"""

import re
import unicodedata
from collections.abc import Iterator

from app.facts.fact import Fact, Kind
from app.facts.shapes import Shapes

# What says no more than that a number follows.
_WORDS = re.compile(r"^(?:drucksachen?|drs\.?|ds|vorlagen?|nr\.?)[ .:/-]{0,2}(?=\d|[a-z]{1,3}[ /-]?\d)")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_SPACE = re.compile(r"(?<=\D) | (?=\D)")  # only between two figures it counts: "11/2019 1. Ergänzung"
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")

# Parts of a number: figures, perhaps behind letters; or letters between others. No case is ignored here: "A 5".
_PART = r"(?:[A-ZÄÖÜ]{1,5}(?:[ -]?\d{1,6})?|\d{1,6}[A-Z]?)"
_NUMBER = rf"{_PART}(?:(?: ?/ ?|-){_PART}){{0,5}}"
# What says that a number follows. What may not stand before it is looked at afterwards: a pattern that begins with its
# letters is found in a third of the time.
_PREFIX = re.compile(
    r"(?:[Dd]rucksachen?|D[Rr][Ss]\.?|DS|[Vv]orlagen?|[Aa]ntr(?:ags?|äge)|[Aa]nfragen?|VORLAGE|ANTRAG|ANFRAGE)"
    r"(?: {0,3}-? {0,3})(?:N[Rr]\.?:?|Nrn\.?|[Nn]ummer:?)?:?\s{0,20}"
)
# Other parliaments number their papers too.
_OTHERS = ("bundestags", "bundesrats", "landtags", "bundestags-", "landtags-", "bt-", "br-", "lt-", "bt ", "lt ")
_BEHIND = re.compile(_NUMBER)
_FOREIGN = re.compile(
    r"\s{1,2}de[rs] (?:Deutschen |Hessischen |Niedersächsischen |Sächsischen )?(?:Bundes|Land)(?:tage?s|rate?s)"
)
# Before a number that stands alone: it is a law's, a court's or a newspaper's.
_LAW = re.compile(
    r"(?:\(?(?:EU|EG|EWG|Euratom)\)?|[Vv]erordnung|[Rr]ichtlinie|\bVO|\bRL|\bAz\.?|Aktenzeichen|\bRs\.|Rechtssache|"
    r"BGBl\.?|ABl\.?|GVBl\.?|GV\.|Urteil|[Jj]ahre?n?|[Hh]aushalte?s?|DHH|HH|[Ss]chuljahre?s?|ISBN|IBAN|Tel\.?|Telefon|Fax)"
    r"[^\w]{0,4}(?:Nr\.?\s?)?$"
)
_ABROAD = re.compile(r"/?(?:EU|EG|EWG|Euratom)\b")
_DIGITS = re.compile(r"\d+")
_LOOK_BACK = 32


def reference_key(reference: str) -> str:
    """Return what the number of a paper is compared by: spelling, spaces and leading zeros do not count."""
    text = unicodedata.normalize("NFKC", reference).translate(_DASHES).casefold()
    text = _SPACE.sub("", " ".join(text.split()))
    return _ZEROS.sub("", _WORDS.sub("", text))


def references(text: str, shapes: Shapes) -> Iterator[Fact]:
    """Yield what could be the number of a paper, in the order of the text."""
    found: dict[int, Fact] = {}
    for match in _PREFIX.finditer(text):
        if _of_others(text, match.start()):
            continue
        if number := _behind(text, match.end(), shapes):
            found[number.start] = number
    if shapes.pattern is not None:
        for match in shapes.pattern.finditer(text):
            if match.start() not in found and _telling(match.group()) and not _of_a_law(text, *match.span()):
                found[match.start()] = _fact(text, *match.span())
    end = 0
    for start in sorted(found):
        if start >= end:
            end = found[start].end
            yield found[start]


def _of_others(text: str, start: int) -> bool:
    """Tell whether the word at this place is the end of another one, or says that another parliament is meant."""
    before = text[max(0, start - 12) : start]
    return before.lower().endswith(_OTHERS) or (before[-1:].isalpha() and text[start : start + 2] in ("DS", "Dr", "DR"))


def _behind(text: str, start: int, shapes: Shapes) -> Fact | None:
    """Return the number that begins here: as long as the council's own numbers are, else as long as it goes."""
    own = shapes.pattern.match(text, start) if shapes.pattern is not None else None
    match = own or _BEHIND.match(text, start)
    if match is None or _goes_on(text, match.end()) or _FOREIGN.match(text, match.end()):
        return None
    figures = sum(character.isdigit() for character in match.group())
    if figures < (1 if own else 3) or (match.group().isdigit() and (figures < 4 or _is_year(match.group()))):
        return None
    return _fact(text, *match.span())


def _goes_on(text: str, end: int) -> bool:
    following = text[end : end + 2]
    return bool(following) and (
        following[0].isalnum() or (following[0] in "/-.,_" and following[1:].isalnum() and following[1:].isascii())
    )


def _fact(text: str, start: int, end: int) -> Fact:
    return Fact(Kind.REFERENCE, start, end, reference_key(text[start:end]))


def _telling(number: str) -> bool:
    """Tell whether a number without any word before it can hardly be a year, a date, a page or a fraction."""
    parts = _DIGITS.findall(number)
    figures = sum(map(len, parts))
    if any(character.isalpha() for character in number):
        return figures >= 4 and len(parts) >= 2
    if len(parts) < 2 or figures < 7:
        return False
    if len(parts) > 2:
        return any(map(_is_year, parts)) and not all(map(_is_year, parts))
    return _is_year(parts[0]) != _is_year(parts[1])


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits[:2] in ("19", "20")


def _of_a_law(text: str, start: int, end: int) -> bool:
    return bool(_LAW.search(text, max(0, start - _LOOK_BACK), start)) or bool(_ABROAD.match(text, end))
