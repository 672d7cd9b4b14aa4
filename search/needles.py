"""Cheap places to look: letters that every written form of a term holds, so that little of a text is analysed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from search import german

LENGTH = 4  # letters; more would miss inflected forms, fewer would stop everywhere
MAX_FORMS = 9  # spellings looked for per term; more cost more than they save
_SPELLINGS = {"a": ("a", "ä", "ae"), "o": ("o", "ö", "oe"), "u": ("u", "ü", "ue"), "ss": ("ss", "ß")}
_NUMBER = 24  # characters before its last digits in which a number begins
_IN_NUMBERS = "0123456789.'’§ \u00a0\u202f\t\r\n"
_SHORT = {"strass": "str", "platz": "pl"}  # as the analyzer writes them out


def needles(terms: Iterable[str]) -> tuple[str, ...]:
    """Lower-case strings of which every written form of one of these folded terms holds at least one."""
    return tuple(dict.fromkeys(spelling for term in terms for spelling in _spellings(term)))


def places(text: str, wanted: tuple[str, ...]) -> dict[int, int]:
    """Where the words begin and end that hold one of these strings; in no order."""
    lowered = text.lower()
    if len(lowered) != len(text):  # İ grows when lowered, and every place behind it would be wrong
        return everywhere(text)
    found: dict[int, int] = {}
    for needle in wanted:
        number = needle[0].isdecimal()
        place = lowered.find(needle)
        while place >= 0:
            while place and lowered[place - 1].isalnum():
                place -= 1
            if number:
                place = _beginning_of_number(text, place)
            word = german.TOKEN.match(text, place)
            if word is None:
                place += 1
            else:
                found[place] = word.end()
                place = word.end()
            place = lowered.find(needle, place)
    return found


def _beginning_of_number(text: str, place: int) -> int:
    """Where the word begins that holds the digits at a place: its thousands or its paragraph sign stand before them."""
    around = text[max(0, place - _NUMBER) : place]
    start = place - len(around) + len(around.rstrip(_IN_NUMBERS))
    words = german.TOKEN.finditer(text, start and _word_start(text, start), len(text))
    return next((word.start() for word in words if word.end() > place), place)


def _word_start(text: str, place: int) -> int:
    """Where the run of letters and digits begins that reaches a place, so that no word is read from its middle."""
    while place and text[place - 1].isalnum():
        place -= 1
    return place


def everywhere(text: str) -> dict[int, int]:
    """Where all words begin and end."""
    return {start: end for _, start, end in german.spans(text)}


def _spellings(term: str) -> Iterator[str]:
    if term.strip("§")[:1].isdecimal():
        # Thousands are set apart by threes from the end; the last digits stand together in every form.
        yield term.strip("§") if len(term) <= 3 or not term.isdecimal() else term[-3:]
        return
    for long, short in _SHORT.items():
        if long in term:
            term = term[: term.index(long)] + short
    for double in ("ae", "oe", "ue"):  # a beginning is written out, a stem is not: both as a stem
        term = term.replace(double, double[0])
    # The stemmer may change the last letter of what it leaves, never the ones before.
    solid = _units(term)
    solid = solid[:-1] if len(solid) > LENGTH else solid
    size = min(LENGTH, len(solid))
    best = min(
        (solid[start : start + size] for start in range(len(solid) - size + 1)),
        key=_forms,
        default=(),
    )
    while _forms(best) > MAX_FORMS:
        best = best[:-1]
    for letters in product(*(_SPELLINGS.get(unit, (unit,)) for unit in best)):
        yield "".join(letters)


def _units(term: str) -> tuple[str, ...]:
    """The letters of a term, ss being one."""
    return tuple("ss" if letter == "\x00" else letter for letter in term.replace("ss", "\x00"))


def _forms(units: tuple[str, ...]) -> int:
    count = 1
    for unit in units:
        count *= len(_SPELLINGS.get(unit, (unit,)))
    return count
