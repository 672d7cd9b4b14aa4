"""Terms that must stand one after the other, found in a text around the rarest of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search import german
from search.payload import PAGE_BREAK

_WORD_ROOM = 16  # characters in which the word before is found as a rule
_MOST_ROOM = 60  # and nearly always: 98 of 100 are shorter than 25

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Run:
    """Terms that must follow one another; the longest of them, the rarest as a rule, is looked for first."""

    terms: tuple[str, ...]
    gap: int  # words that may stand between two of them
    bit: int
    anchor: int
    exact: bool
    before: tuple[tuple[str, bool], ...]  # the terms around the anchor, the nearest first, and whether others may stand
    after: tuple[tuple[str, bool], ...]  # between each and the one before it

    def term(self, token: str) -> str:
        """What a written word is compared by."""
        return german.exact(token) if self.exact else german.term(token)

    def around(self, text: str, start: int, end: int) -> list[Span]:
        """The words of the run whose anchor stands here, or none."""
        before, after = self.before, self.after
        right = self._follow(after, _behind(text, end)) if after else []
        if after and not right:
            return []
        left = self._follow(before, _before(text, start, len(before) + self.gap)) if before else []
        return [(start, end), *right, *left] if left or not before else []

    def _follow(self, terms: Sequence[tuple[str, bool]], words: Iterator[tuple[str, int, int]]) -> list[Span]:
        """Where terms stand, each the next word or, where a gap may be, one of the next."""
        found: list[Span] = []
        for term, loose in terms:
            for _ in range(1 + (self.gap if loose else 0)):
                word, start, end = next(words, ("", 0, 0))
                if word and self.term(word) == term:
                    found.append((start, end))
                    break
            else:
                return []
        return found


def run(terms: tuple[str, ...], bit: int, gap: int = 0, at: int = 1, *, exact: bool = False) -> Run:
    """A run of terms; between the words before and behind `at`, `gap` others may stand."""
    anchor = max(range(len(terms)), key=lambda place: len(terms[place]))
    before = tuple((terms[n], n + 1 == at) for n in range(anchor - 1, -1, -1))
    after = tuple((terms[n], n == at) for n in range(anchor + 1, len(terms)))
    return Run(terms, gap, bit, anchor, exact, before, after)


def _behind(text: str, place: int) -> Iterator[tuple[str, int, int]]:
    end = text.find(PAGE_BREAK, place)
    words = german.TOKEN.finditer(text, place, len(text) if end < 0 else end)
    return ((word.group(), word.start(), word.end()) for word in words)


def _before(text: str, place: int, count: int) -> Iterator[tuple[str, int, int]]:
    """The words before a place, the nearest first."""
    page = text.rfind(PAGE_BREAK, 0, place) + 1
    for room in (_WORD_ROOM, _MOST_ROOM):
        begin = max(page, place - room * count)
        words = [(word.group(), word.start(), word.end()) for word in german.TOKEN.finditer(text, begin, place)]
        if begin > page and text[begin - 1].isalnum() and words and words[0][1] == begin:
            del words[0]  # the end of a word
        if len(words) >= count or begin == page:
            break
    return reversed(words)
