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
    """Pieces of text, each with the number of the hit it is (0 for none) and where it leads ("" for nowhere)."""

    pieces: list[tuple[str, int, str]] = field(default_factory=list)

    def holds(self, hit: int) -> bool:
        """Whether a hit is in it."""
        return bool(hit) and any(number == hit for _, number, _ in self.pieces)


def paragraphs(segments: Sequence[Segment], hits: Hits, leads: Sequence[tuple[int, int, str]] = ()) -> list[Paragraph]:
    """Return a page's paragraphs, which blank lines part; `leads` are places of its text with where they lead to."""
    found = [Paragraph()]
    for text, number, address in _leading(segments, hits.before, leads):
        first, *more = [text] if number or address else _BLANK.split(text)
        if first:
            found[-1].pieces.append((first, number, address))
        found += [Paragraph([(part, 0, "")] if part else []) for part in more]
    return [one for one in found if any(text.strip() for text, _, _ in one.pieces)]


def _leading(
    segments: Iterable[Segment], before: int, leads: Sequence[tuple[int, int, str]]
) -> Iterator[tuple[str, int, str]]:
    """Cut unmarked pieces where something leads on; a hit inside of such a place leads there too."""
    place, number = 0, before
    for segment in segments:
        begin, place = place, place + len(segment.text)
        number += segment.marked
        at = begin
        for first, last, address in leads:
            start, end = max(first, at), min(last, place)
            if start >= end or (segment.marked and (start, end) != (begin, place)):
                continue
            yield segment.text[at - begin : start - begin], number if segment.marked else 0, ""
            yield segment.text[start - begin : end - begin], number if segment.marked else 0, address
            at = end
        yield segment.text[at - begin :], number if segment.marked else 0, ""
