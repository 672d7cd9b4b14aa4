"""A page of text as it is read: in paragraphs, with every hit numbered through the whole file."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from search import Segment

# A page of a made-up megabyte may be all line ends or all cells: what is beyond stays in one piece.
MAX_LINES = 10_000
MAX_CELLS = 20_000
_FIGURE = re.compile(r"\s*[-+–]?(?!0\d)\d[\d.,\u00a0\u202f ]*[%€]?\s*")
Piece = tuple[str, int, str]


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
class Cell:
    """Pieces of text, each with the number of the hit it is (0 for none) and where it leads ("" for nowhere)."""

    pieces: list[Piece] = field(default_factory=list)

    def holds(self, hit: int) -> bool:
        """Whether a hit is in it."""
        return bool(hit) and any(number == hit for _, number, _ in self.pieces)

    @property
    def text(self) -> str:
        """All of it, unmarked."""
        return "".join(text for text, _, _ in self.pieces)

    @property
    def figure(self) -> bool:
        """Whether it is a number and nothing else."""
        return bool(_FIGURE.fullmatch(self.text[:40]))


@dataclass(slots=True)
class Paragraph(Cell):
    """A line that ended on purpose, `apart` behind a blank one; or, in place of pieces, the rows of a table."""

    apart: bool = True
    rows: list[list[Cell]] = field(default_factory=list)


def paragraphs(
    segments: Sequence[Segment],
    hits: Hits,
    leads: Sequence[tuple[int, int, str]] = (),
    *,
    sheet: bool = False,
) -> list[Paragraph]:
    """Return a page's paragraphs and tables; `leads` are places of its text with where they lead to.

    Lines with tabs are rows where at least two follow each other; of a `sheet` all lines between them are rows, too.
    """
    lines = _lines(_leading(segments, hits.before, leads))
    tabbed = [n for n, line in enumerate(lines) if any("\t" in text for text, _, _ in line.pieces)]
    if sheet and tabbed:
        tabbed = list(range(tabbed[0], tabbed[-1] + 1))
    found: list[Paragraph] = []
    left, rows = MAX_CELLS, set(tabbed)
    for n, line in enumerate(lines):
        goes_on = n - 1 in rows and (sheet or not line.apart)
        begins = n + 1 in rows and (sheet or not lines[n + 1].apart)
        if n not in rows or not (goes_on or begins):
            found.append(line)
            continue
        if not goes_on:
            found.append(Paragraph(apart=line.apart))
        cells = _cells(line, left)
        left = max(0, left - len(cells))
        found[-1].rows.append(cells)
    return found


def _lines(pieces: Iterable[Piece]) -> list[Paragraph]:
    """Cut at line ends and leave out what is blank; a piece that is marked or leads on is whole."""
    found = [Paragraph()]
    for text, number, address in pieces:
        first, *more = [text] if number or address else text.split("\n", MAX_LINES - len(found))
        if first:
            found[-1].pieces.append((first, number, address))
        found += [Paragraph([(part, 0, "")] if part else []) for part in more]
    kept, blank = [], True
    for line in found:
        if any(text.strip() for text, _, _ in line.pieces):
            line.apart = blank
            kept.append(line)
        blank = not kept or line is not kept[-1]
    return kept


def _cells(line: Paragraph, left: int) -> list[Cell]:
    """Cut at tabs, `left` times at most."""
    found = [Cell()]
    for text, number, address in line.pieces:
        first, *more = [text] if number or address else text.split("\t", max(0, left - len(found)))
        if first:
            found[-1].pieces.append((first, number, address))
        found += [Cell([(part, 0, "")] if part else []) for part in more]
    return found


def _leading(segments: Iterable[Segment], before: int, leads: Sequence[tuple[int, int, str]]) -> Iterator[Piece]:
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
