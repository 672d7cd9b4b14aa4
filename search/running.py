"""Running heads and feet: lines that end page after page, set apart behind an empty line by whoever read the pages.

They are known by what they are: lines of a page's last block that stand, digits aside, at an edge of other pages too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

_LINES = 4  # a head or foot is at most so high, and a block may hold both
_LONGEST = 160  # characters of a line
_ZEROS = bytes.maketrans(b"123456789", b"000000000")


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the running lines of a page begin (its length where it has none), and those that an earlier page has."""

    start: int
    again: tuple[tuple[int, int], ...] = ()

    def repeats(self, place: int) -> bool:
        """Whether what stands here stood on an earlier page."""
        return any(start <= place < end for start, end in self.again)


def endings(pages: Sequence[str]) -> list[Ending]:
    """Return the ending of each page of one text."""
    starts = [block(page) for page in pages]
    if all(start == len(page) for page, start in zip(pages, starts, strict=True)):
        return [Ending(start) for start in starts]
    ends = _keys([page[start:] for page, start in zip(pages, starts, strict=True)])
    edges = [{*top, *end} for top, end in zip(_keys(list(map(_top, pages))), ends, strict=True)]
    held = Counter(chain.from_iterable(edges))
    needed = 2 if len(pages) <= 3 else 3  # pages: as many as app.documents.heads asks for
    seen: set[bytes] = set()
    found = []
    for page, start, end, edge in zip(pages, starts, ends, edges, strict=True):
        running = end and all(held[line] >= needed for line in end)
        found.append(Ending(start, tuple(_again(page, start, end, seen))) if running else Ending(len(page)))
        seen |= edge
    return found


def block(page: str) -> int:
    """Where the last block of a page begins; its length where that may be no head and foot."""
    before = page.rfind("\n\n")
    start = before + 2
    few = page.count("\n", start) < 2 * _LINES and len(page) - start <= 2 * _LINES * _LONGEST
    return start if before > 0 and few else len(page)


def _top(page: str) -> str:
    return "\n".join(page[: _LINES * _LONGEST].split("\n", _LINES)[:_LINES])


def _keys(texts: Sequence[str]) -> list[list[bytes]]:
    """Return the lines of texts with their numbers alike, up to eight digits; as bytes, where that is soonest done."""
    alike = [text.encode("utf-8", "replace").translate(_ZEROS) for text in texts]
    for _ in range(3):
        alike = [text.replace(b"00", b"0") for text in alike]
    return [[line.strip() for line in text.split(b"\n")] if text else [] for text in alike]


def _again(page: str, start: int, end: Sequence[bytes], seen: set[bytes]) -> list[tuple[int, int]]:
    """Return where those lines of an ending stand that were seen before."""
    found = []
    for line, key in zip(page[start:].split("\n"), end, strict=True):
        if key in seen:
            found.append((start, start + len(line)))
        start += len(line) + 1
    return found
