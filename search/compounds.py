"""Take German compounds apart by a list of nouns: Radwegeausbau holds Radweg and Ausbau."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from search.lexicon import WORDS

MIN_WORD = 6  # Radweg; nothing shorter holds two words worth finding
MIN_KNOWN = 3  # Rad, Weg, Rat
MIN_BESIDE_UNKNOWN = 5  # a listed word this long may stand beside one that is not listed: Linden|straße
MIN_UNKNOWN = 5
MAX_WORD = 60  # longer runs of letters are table debris
MAX_DEPTH = 3
LINKS = ("", "s", "es", "n", "en", "e", "er")  # what may stand between two parts
ENDINGS = (*LINKS, "ern", "in", "innen", "sen", "se", "ns")  # what may stand after the last
_UMLAUTS = {"a": "ae", "o": "oe", "u": "ue"}
# What only looks like another word after a listed one: Bürger|lichkeit, Kinder|schutz cut one letter late.
_NO_TAIL = (
    "lich",
    "schaft",
    "keit",
    "heit",
    "isch",
    "ung",
    "bar",
    "sam",
    "los",
    "haft",
    "ier",
    "isier",
    "tum",
    "ig",
    "ch",
    "nis",
    "ativ",
)
# What belongs to the word behind it, not to an unlisted one before it: Hochwasser|anlage, not Hochwasseran|lage.
_NO_HEAD = ("an", "aus", "auf", "ab", "ein", "be", "ver", "vor", "bei", "ent", "rueck", "ueb", "zer")
# Listed words that two listed ones seem to make, without their sense.
_WHOLE = ("haushalt", "gegenstand", "tagesordnung", "unterricht", "unterhaltung")


class Splitter:
    """Finds listed words inside a word; `fold` writes umlauts out as the analyzer does."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        words = sorted({fold(word) for word in WORDS}, key=lambda word: (-len(word), word))
        self._halves_again = lru_cache(maxsize=1 << 14)(self.halves)  # Haushalt|satzung is cut in many a word
        self._heads: dict[str, str] = {}
        self._tails: set[str] = set()
        self._listed = frozenset(words)
        for word in words:
            for form in _forms(word):
                self._tails.update(form + ending for ending in ENDINGS)
                for link in LINKS:
                    self._heads.setdefault(form + link, word)
            if word.endswith("e"):  # Schule: Schulweg
                self._heads.setdefault(word[:-1], word)

    def parts(self, word: str) -> tuple[str, ...]:
        """The parts of a folded word and the parts of those; empty if there are none."""
        return tuple(dict.fromkeys(self._parts(self.halves(word), MAX_DEPTH)))

    def halves(self, word: str) -> tuple[str, str] | None:
        """The best cut of a folded word in two, linking element taken off the first."""
        if not MIN_WORD <= len(word) <= MAX_WORD or not word.isalpha() or self._heads.get(word) in _WHOLE:
            return None
        heads, tails = self._heads, self._tails
        known_tail = known_head = None
        # Longest head first: Straßenbahn|haltestelle, whose head is cut again.
        for cut in range(len(word) - MIN_KNOWN, MIN_KNOWN - 1, -1):
            head, tail = word[:cut], word[cut:]
            base = heads.get(head, "")
            if tail in tails:
                if base:
                    return base, tail
                if len(tail) >= MIN_BESIDE_UNKNOWN and cut >= MIN_UNKNOWN and not head.endswith(_NO_HEAD):
                    known_tail = head, tail  # the longest listed tail stays: Abführungs|vertrag, not Abführungsv|ertrag
            elif not known_head and len(base) >= MIN_BESIDE_UNKNOWN and len(tail) >= MIN_UNKNOWN:
                known_head = None if tail.startswith(_NO_TAIL) else (base, tail)
        if heads.get(word) in self._listed:  # listed itself: Grund|tück, Unt|ersuchung are no words
            return None
        return known_tail or known_head

    def _parts(self, cut: tuple[str, str] | None, depth: int) -> Iterator[str]:
        for half in cut or ():
            yield half
            if depth > 1:
                yield from self._parts(self._halves_again(half), depth - 1)


def _forms(word: str) -> Iterator[str]:
    """A word and, where its last vowel takes an umlaut, the form with it: ausschuss, ausschuess(e)."""
    yield word
    last = max(word.rfind(vowel) for vowel in "aou")
    if last >= 0 and word[last : last + 2] not in ("ae", "oe", "ue") and word[last - 1 : last + 1] != "au":
        # Haus: it is the a before u that takes it.
        yield word[:last] + _UMLAUTS[word[last]] + word[last + 1 :]
    if last > 0 and word[last - 1 : last + 1] == "au":
        yield word[: last - 1] + "aeu" + word[last + 1 :]
