"""A page of text as it is read: in paragraphs, with every hit numbered through the whole file."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from search import Segment

_BLANK = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class Hits:
    """Pages with how many hits each; `before` this page, `here` on it, `now` the one that is read (0 for none)."""

    pages: tuple[tuple[int, int], ...] = ()
    before: int = 0
    here: int = 0
    now: int = 0

    @classmethod
    def of(cls, pages: tuple[tuple[int, int], ...], number: int, asked: int) -> "Hits":
        """Return the hits as seen from page `number`, of which one may have been asked for."""
        before = sum(count for page, count in pages if page < number)
        here = dict(pages).get(number, 0)
        now = asked if before < asked <= before + here else before + 1 if here else 0
        return cls(pages, before, here, now)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(count for _, count in self.pages)

    @property
    def previous(self) -> tuple[int, int] | None:
        """Number and page of the one before."""
        return self._at(self.now - 1 if self.now else self.before)

    @property
    def next(self) -> tuple[int, int] | None:
        """Number and page of the one behind."""
        return self._at((self.now or self.before) + 1)

    def _at(self, wanted: int) -> tuple[int, int] | None:
        passed = 0
        for page, count in self.pages:
            if passed < wanted <= passed + count:
                return wanted, page
            passed += count
        return None


@dataclass(slots=True)
class Paragraph:
    """Pieces of text, each with the number of the hit it is (0 for none)."""

    pieces: list[tuple[str, int]] = field(default_factory=list)

    def holds(self, hit: int) -> bool:
        """Whether a hit is in it."""
        return bool(hit) and any(number == hit for _, number in self.pieces)


def paragraphs(segments: Sequence[Segment], hits: Hits) -> list[Paragraph]:
    """Return a page's paragraphs, which blank lines part."""
    found = [Paragraph()]
    for text, number in _numbered(segments, hits.before):
        first, *more = [text] if number else _BLANK.split(text)
        if first:
            found[-1].pieces.append((first, number))
        found += [Paragraph([(part, 0)] if part else []) for part in more]
    return [one for one in found if any(text.strip() for text, _ in one.pieces)]


def _numbered(segments: Iterable[Segment], before: int) -> Iterator[tuple[str, int]]:
    number = before
    for segment in segments:
        number += segment.marked
        yield segment.text, number if segment.marked else 0
