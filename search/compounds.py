"""Take German compounds apart by a list of words: Radwegeausbau holds Radweg and Ausbau.

A word is covered from end to end by as few listed words as can be; only where that fails may one part be unlisted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from search import lexicon

MIN_WORD = 6  # Radweg; nothing shorter holds two words worth finding
MIN_KNOWN = 3  # Rad, Weg, Rat
MIN_BESIDE_UNKNOWN = 5  # a listed word this long may stand beside one that is not listed: Linden|straße
MIN_UNKNOWN = 5
MIN_UNKNOWN_TAIL = 6
MAX_WORD = 60  # longer runs of letters are table debris
MAX_DEPTH = 3
# What may stand between two parts, and how much rather it should not: Landes|straße, not Landess|traße. A further part
# is worse than any of them.
LINKS = {"": 0, "s": 1, "n": 1, "en": 1, "es": 2, "e": 2, "er": 3}
A_PART = 10
# What may stand after the last.
ENDINGS = ("", "s", "es", "n", "en", "e", "er", "em", "ern", "in", "innen", "sen", "se", "ns")
# By the letter they end with, so that few are tried.
_LINKS = {letter: [link for link in LINKS if not link or link[-1] == letter] for letter in "snerm"}
_ENDINGS = {letter: [ending for ending in ENDINGS if not ending or ending[-1] == letter] for letter in "snerm"}
_NONE = [""]
_UMLAUTS = {"a": "ae", "o": "oe", "u": "ue"}
_WITHOUT_UMLAUT = ("ung", "heit", "keit", "schaft", "ion", "taet", "ling", "ismus")
# What only looks like another word after a listed one: Bürger|lichkeit, Kinder|schutz cut one letter late.
_NO_TAIL = (
    *("lich", "schaft", "keit", "heit", "isch", "ung", "bar", "sam", "los", "haft", "ier", "tum", "ig", "nis", "end"),
    *("ativ", "ation", "ator", "iell", "uell", "ell", "tiell", "ion", "itaet", "ist", "isier", "nativ"),
)
_NO_NOUN = re.compile("(?:isch|iert)(?:e[mnrs]?)?$|ieren$")  # Haushalt|erisch, Kommun|iziert, Transp|ortieren
_BEGINNING = re.compile(  # how German words begin: an unlisted one that begins otherwise was cut in the wrong place
    "[aeiou]|[bcdfghjklmnprstvwz][aeiou]|sch[aeioulmnrw]|s[tp][aeiour]|spl|[bfgkp][lr]|kn|gn|[dtw]r|qu|zw|pf|th|ph|ch"
)
# What belongs to the word behind it, not to an unlisted one before it: Hochwasser|anlage, not Hochwasseran|lage.
_NO_HEAD = ("an", "aus", "auf", "ab", "ein", "be", "ver", "vor", "bei", "ent", "rueck", "ueb", "zer", "ge", "zu")
_PREFIX_WORDS = """
ausser durch empor entgegen fort gegen gegenueber herab heraus herein herunter hervor hinaus hinein hinter hinunter
hinweg inbetrieb instand neben nieder rueck ueber unter voran voraus vorbei weiter wider wieder zurueck zusammen
"""
_PREFIXES = frozenset(_PREFIX_WORDS.split())
# What verbs and adverbs that are not listed end with: erm|öglicht, unt|erscheiden, aufz|ugreifen, möglicher|weise.
_VERBAL_WORDS = "erfolg halt halte halter heide kante leiche licht masse reife reifen rente schlag weise"
_VERBAL = frozenset(_VERBAL_WORDS.split())
_VOWELS = "aeiou"
MIN_FROM_VOWEL = 6  # verbs end as these words do: abwart|eichen, aufzuz|eigen


class _Piece(NamedTuple):
    """A listed word where it stands in another."""

    cost: int  # of it and of all behind it
    end: int  # where the next piece begins
    form: str  # as it stands there, without link or ending
    base: str  # as it is listed


class Splitter:
    """Finds listed words inside a word; `fold` writes umlauts out as the analyzer does."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        listed = {name: frozenset(map(fold, words)) for name, words in lexicon.load().items()}
        nouns = {form: word for word in sorted(listed["any"]) for form in _forms(word)}
        self._nouns = nouns | {word: word for word in listed["any"]}
        self._tails = self._nouns | {word: word for word in listed["last"]}
        without_e = {word[:-1]: word for word in sorted(listed["any"]) if word.endswith("e") and len(word) > 4}
        self._heads = without_e | {word: word for word in listed["first"]} | self._nouns  # Schule: Schulweg
        # How listed words end: where none does, none is looked for.
        self._closings = {form[-MIN_KNOWN:] for form in (*self._tails, *self._heads)}
        self._unlinked = listed["first"] - listed["any"]
        self._whole = {form + ending for word in listed["whole"] for form in _forms(word) for ending in ENDINGS}
        self._halves_again = lru_cache(maxsize=1 << 14)(self.halves)  # Haushalt|satzung is cut in many a word

    def parts(self, word: str) -> tuple[str, ...]:
        """The parts of a folded word and the parts of those; empty if there are none."""
        return tuple(dict.fromkeys(self._parts(self.halves(word), MAX_DEPTH)))

    def halves(self, word: str) -> tuple[str, str] | None:
        """The best cut of a folded word in two, linking element taken off the first."""
        if not MIN_WORD <= len(word) <= MAX_WORD or not word.isalpha() or word in self._whole:
            return None
        pieces = self._pieces(word)
        if 0 in pieces:
            start = 0
            while pieces[pieces[start].end].end < len(word):
                start = pieces[start].end
            return word[:start] + pieces[start].base, word[pieces[start].end :]
        if any(word.removesuffix(ending) in self._tails for ending in _ENDINGS.get(word[-1], _NONE)):
            return None  # listed itself
        return self._known_tail(word, pieces) or self._known_head(word)

    def _pieces(self, word: str) -> dict[int, _Piece]:
        """The cheapest listed word that begins at each letter and lets listed words follow up to the end."""
        size = len(word)
        found: dict[int, _Piece] = {}
        tails = self._tails
        for ending in _ENDINGS.get(word[-1], _NONE):
            if word.endswith(ending):
                end = size - len(ending)
                if word[end - MIN_KNOWN : end] not in self._closings:
                    continue
                for start in range(MIN_KNOWN, end - MIN_KNOWN + 1):
                    base = tails.get(word[start:end])
                    if base:
                        found.setdefault(start, _Piece(A_PART, size, word[start:end], base))
        for at in range(size - MIN_KNOWN, MIN_KNOWN - 1, -1):
            if at in found:
                self._before(word, at, found)
        return found

    def _before(self, word: str, at: int, found: dict[int, _Piece]) -> None:
        """Add the pieces that end where another begins; of equally cheap ones the longer first half stays."""
        heads = self._heads
        for link in _LINKS.get(word[at - 1], _NONE):
            if not word.endswith(link, 0, at):
                continue
            end, cost = at - len(link), found[at].cost + A_PART + LINKS[link]
            if word[end - MIN_KNOWN : end] not in self._closings:
                continue
            for start in range(end - MIN_KNOWN + 1):
                base = heads.get(word[start:end])
                if not base or (link and base in self._unlinked):
                    continue
                if start not in found or cost < found[start].cost:
                    found[start] = _Piece(cost, at, word[start:end], base)

    def _known_tail(self, word: str, pieces: dict[int, _Piece]) -> tuple[str, str] | None:
        """Listed words behind one that is not, as many letters as can be: Linden|straße."""
        for start in sorted(pieces):
            form, base = pieces[start].form, pieces[start].base
            head = word[:start]
            if start < MIN_UNKNOWN or len(form) < MIN_BESIDE_UNKNOWN or base not in self._nouns or base in _VERBAL:
                continue
            if head in _PREFIXES or head.endswith(_NO_HEAD) or (head[-1] == "s" and base == "trasse"):
                continue
            if form[0] not in _VOWELS or len(form) >= MIN_FROM_VOWEL or base == "allee":
                return head, word[start:]
        return None

    def _known_head(self, word: str) -> tuple[str, str] | None:
        """A listed word before one that is not: Stadt|mobiliar; the longest that leaves what a word may begin with."""
        nouns = self._nouns
        for cut in range(len(word) - MIN_UNKNOWN_TAIL, MIN_BESIDE_UNKNOWN - 1, -1):
            for link in _LINKS.get(word[cut - 1], _NONE):
                base = nouns.get(word[: cut - len(link)], "") if word.endswith(link, 0, cut) else ""
                if len(base) < MIN_BESIDE_UNKNOWN or (link == "s" and word[cut] in "tp"):  # Lager|stätte
                    continue
                if _BEGINNING.match(word, cut) and not word.startswith(_NO_TAIL, cut) and not _NO_NOUN.search(word):
                    return base, word[cut:]
        return None

    def _parts(self, cut: tuple[str, str] | None, depth: int) -> Iterator[str]:
        for half in cut or ():
            yield half
            if depth > 1:
                yield from self._parts(self._halves_again(half), depth - 1)


def _forms(word: str) -> Iterator[str]:
    """A word and, where its last vowel takes an umlaut, the form with it: ausschuss, ausschuess(e)."""
    yield word
    if word.endswith(_WITHOUT_UMLAUT):
        return
    last = max(word.rfind(vowel) for vowel in "aou")
    if last >= 0 and word[last : last + 2] not in ("ae", "oe", "ue") and word[last - 1 : last + 1] != "au":
        # Haus: it is the a before u that takes it.
        yield word[:last] + _UMLAUTS[word[last]] + word[last + 1 :]
    if last > 0 and word[last - 1 : last + 1] == "au":
        yield word[: last - 1] + "aeu" + word[last + 1 :]
