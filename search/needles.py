"""Cheap places to look: letters that every written form of a term holds, so that little of a text is analysed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import prod

from search import german

LENGTH = 4  # letters; more would miss inflected forms, fewer would stop everywhere
LONG = 8  # letters of a term from which on two more are looked for: Haushalt, and not every Haus
MAX_FORMS = 9  # spellings looked for per term; more cost more than they save
_SPELLINGS = {"a": ("a", "ä", "ae"), "o": ("o", "ö", "oe"), "u": ("u", "ü", "ue"), "ss": ("ss", "ß")}
_NUMBER = 24  # characters before its last digits in which a number begins
_IN_NUMBERS = "0123456789.'’§ \u00a0\u202f\t\r\n"
_BLANK = re.compile(r"\s+")
_SHORT = {"strass": "str", "platz": "pl"}  # as the analyzer writes them out


_LATIN = bytes(range(256)).decode("latin-1")
_LOWER = "".join(each.lower() for each in _LATIN).encode("latin-1")


def needles(terms: Iterable[str]) -> tuple[bytes, ...]:
    """Lower-case strings in Latin-1 of which every written form of one of these folded terms holds at least one."""
    # What Latin-1 has no letter for is a question mark in text and needle alike.
    return tuple(dict.fromkeys(one.encode("latin-1", "replace") for term in terms for one in _spellings(term)))


def places(text: str, wanted: tuple[bytes, ...]) -> dict[int, int]:
    """Where the words begin and end that hold one of these strings; in no order."""
    # A third of the time that str.lower takes, and no letter grows, so that places stay what they are.
    lowered = text.replace("ẞ", "ß").encode("latin-1", "replace").translate(_LOWER)
    found: dict[int, int] = {}
    for needle in wanted:
        number = needle[:1].isdigit()
        place = lowered.find(needle)
        while place >= 0:
            while place and text[place - 1].isalnum():
                place -= 1
            if number:
                place = _beginning_of_number(text, place)
            word = german.TOKEN.match(text, place)
            end = place + 1
            if word:
                end = found[place] = word.end()
            place = lowered.find(needle, end)
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


def in_a_row(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where lower-case words stand one after the other as they are written, however lines are broken.

    A pattern would say the same, and to make one for each title takes longer than to look through its text.
    """
    lowered = text.lower()
    place = lowered.find(words[0]) if len(lowered) == len(text) else -1
    while place >= 0:
        end = _row_end(lowered, place + len(words[0]), words)
        if end:
            yield place, end
        place = lowered.find(words[0], end or place + 1)


def _row_end(lowered: str, end: int, words: Sequence[str]) -> int:
    """Where a row of words ends of which the first one does so here; 0 where the others do not follow."""
    for word in words[1:]:
        blank = _BLANK.match(lowered, end)
        if blank is None or not lowered.startswith(word, blank.end()):
            return 0
        end = blank.end() + len(word)
    return end


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
    # The stemmer may change the last letter of what it leaves, never the ones before; irregular plurals change two.
    solid = _units(term)
    size = LENGTH
    if len(solid) >= LONG:
        solid, size = solid[:-2], LONG - 2
    elif len(solid) > LENGTH:
        solid = solid[:-1]
    forms = [len(_SPELLINGS.get(unit, " ")) for unit in solid]
    start = min(range(max(1, len(solid) - size + 1)), key=lambda start: prod(forms[start : start + size]))
    best = solid[start : start + size]
    while prod(forms[start : start + len(best)]) > MAX_FORMS:
        best = best[:-1]
    for letters in product(*(_SPELLINGS.get(unit, (unit,)) for unit in best)):
        yield "".join(letters)


def _units(term: str) -> tuple[str, ...]:
    """The letters of a term, ss being one."""
    return tuple("ss" if letter == "\x00" else letter for letter in term.replace("ss", "\x00"))
