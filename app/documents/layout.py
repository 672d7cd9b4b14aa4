"""Columns in reading order.

PDFium gives text in the order in which it was written into the file, which is nearly always the order of reading. Where
a program wrote line by line across two columns it is not: there each character is sorted by where it stands. Looked for
with a few boxes a page; sorted only where columns of prose are plain to see (docs/decisions/0013).
"""

import ctypes
from bisect import bisect_right
from functools import cache
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import pypdfium2.raw as pdfium

_GLIMPSED, _SAMPLED = 6, 16  # boxes: 4 us each, where a page takes 2 ms
_SUSPICIOUS = 4  # steps across among them; there are 8 where two columns are written line by line
_MOST_BOXES = 4000
_GUTTER = 9.0  # points; words are 3 apart, a tabulator more
_NARROWEST = 0.18  # of the width of the page: what is narrower is a column of a table
_FEWEST_LINES = 8
_SAME_EDGE = 4.0  # points
_LETTERS = 0.6  # of the characters of prose, the rest being spaces and marks: a table's sums have none


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


class _Line(NamedTuple):
    middle: float
    parts: list[_Box]


def plain(raw: object) -> str:
    """Return a text page's text as it is written in the file."""
    start, count = 0, pdfium.FPDFText_CountChars(raw)
    # From a letter that PDFium leaves out it gives nothing at all; pypdfium2 steps over those too, by recursion.
    while start < count and pdfium.FPDFText_GetTextIndexFromCharIndex(raw, start) < 0:
        start += 1
    if start >= count:
        return ""
    buffer = _room((2 * count + 2).bit_length())
    units = pdfium.FPDFText_GetText(raw, start, count - start, buffer)
    return ctypes.string_at(buffer, 2 * max(units - 1, 0)).decode("utf-16-le", "ignore")


@cache
def _room(bits: int) -> ctypes.Array[ctypes.c_ushort]:
    """Room for 2^bits units, used again: for every other length ctypes makes a new class, 2 % of the time."""
    return (ctypes.c_ushort * (1 << bits))()


def in_columns(raw: object, page: object) -> str | None:
    """Return a text page's text column by column, nothing where it is written in order already."""
    count = pdfium.FPDFText_CountRects(raw, 0, -1)
    if not 2 * _FEWEST_LINES <= count <= _MOST_BOXES:
        return None
    start = max(count // 2 - _SAMPLED, 0)
    glimpse = _boxes(raw, start, min(start + _GLIMPSED, count))
    if not _across(glimpse) or _across(_boxes(raw, start, min(start + _SAMPLED, count))) < _SUSPICIOUS:
        return None
    boxes, width = _boxes(raw, 0, count), pdfium.FPDF_GetPageWidthF(page)
    lines = _lines(boxes)
    gutters = [x for x in _edges(lines) if _is_gutter(x, lines, boxes, width)]
    return _sorted(raw, lines, gutters) if gutters else None


def _boxes(raw: object, first: int, end: int) -> list[_Box]:
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    places = [ctypes.byref(value) for value in (left, top, right, bottom)]
    boxes = []
    for index in range(first, end):
        pdfium.FPDFText_GetRect(raw, index, *places)
        boxes.append(_Box(left.value, top.value, right.value, bottom.value))
    return boxes


def _across(boxes: list[_Box]) -> int:
    """Count the steps over a gap to the right in the same line."""
    return sum(
        after.left - before.right >= _GUTTER and after.bottom < (before.top + before.bottom) / 2 < after.top
        for before, after in pairwise(boxes)
    )


def _lines(boxes: list[_Box]) -> list[_Line]:
    """Set boxes into lines from top to bottom, joining those that no gutter parts."""
    rows: list[list[_Box]] = []
    for box in sorted(boxes, key=lambda one: -one.top - one.bottom):
        middle = (box.top + box.bottom) / 2
        if rows and rows[-1][0].bottom < middle < rows[-1][0].top:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [_Line((row[0].top + row[0].bottom) / 2, _joined(sorted(row))) for row in rows]


def _joined(row: list[_Box]) -> list[_Box]:
    parts = row[:1]
    for box in row[1:]:
        last = parts[-1]
        if box.left - last.right < _GUTTER:
            parts[-1] = _Box(
                last.left, max(last.top, box.top), max(last.right, box.right), min(last.bottom, box.bottom)
            )
        else:
            parts.append(box)
    return parts


def _edges(lines: list[_Line]) -> list[float]:
    """Return where columns may begin: left edges that many parts behind a gap share."""
    lefts = sorted(part.left for line in lines for part in line.parts[1:])
    groups: list[list[float]] = []
    for left in lefts:
        if groups and left - groups[-1][0] <= _SAME_EDGE:
            groups[-1].append(left)
        else:
            groups.append([left])
    return [group[0] for group in groups if len(group) >= _FEWEST_LINES]


def _is_gutter(x: float, lines: list[_Line], boxes: list[_Box], width: float) -> bool:
    """Tell a gutter between columns of prose, written line by line, from the gap between columns of a table."""
    before = [part for line in lines for part in line.parts if part.right < x]
    behind = [part for line in lines for part in line.parts if x - 1 <= part.left <= x + _SAME_EDGE]
    both = sum(
        any(part.right < x for part in line.parts) and any(x - 1 <= part.left <= x + _SAME_EDGE for part in line.parts)
        for line in lines
    )
    if both < _FEWEST_LINES:
        return False
    wide = all(median(part.right - part.left for part in side) >= _NARROWEST * width for side in (before, behind))
    sides = [box.left >= x - 1 for box in boxes if box.right < x or box.left >= x - 1]
    changes = sum(one != other for one, other in pairwise(sides))
    return wide and changes >= both


def _sorted(raw: object, lines: list[_Line], gutters: list[float]) -> str | None:
    """Return the characters band by band and in each band column by column; nothing if they turn out to be sums."""
    # A line that crosses a gutter, such as a heading, ends one band of columns and begins the next.
    whole = [any(part.left < x - 1 and part.right > x for part in line.parts for x in gutters) for line in lines]
    bands, middles = [0], [-lines[0].middle]
    for (before, after), line in zip(pairwise(whole), lines[1:], strict=True):
        bands.append(bands[-1] + (before != after))
        middles.append(-line.middle)
    is_whole = dict(zip(bands, whole, strict=True))
    columns: dict[tuple[int, int], list[str]] = {}
    place = last = (0, 0)
    box = pdfium.FS_RECTF()
    for index in range(pdfium.FPDFText_CountChars(raw)):
        letter = chr(pdfium.FPDFText_GetUnicode(raw, index))
        if not letter.isspace():
            # As high as the font, not as the letter: a comma stands lower than its line.
            pdfium.FPDFText_GetLooseCharBox(raw, index, box)
            band = bands[_nearest(middles, -(box.top + box.bottom) / 2)]
            place = (band, 0 if is_whole[band] else bisect_right(gutters, box.left + 1))
        text = columns.setdefault(place, [])
        if place != last and text and text[-1] != "\n":
            text.append("\n")
        text.append(letter)
        last = place
    parts = [("".join(columns[place]).strip(), is_whole[place[0]]) for place in sorted(columns)]
    prose = all(whole or sum(map(str.isalpha, part)) >= _LETTERS * len(part) for part, whole in parts)
    return "\n".join(part for part, _ in parts if part) if prose else None


def _nearest(ordered: list[float], value: float) -> int:
    after = min(bisect_right(ordered, value), len(ordered) - 1)
    return after - 1 if after and value - ordered[after - 1] < ordered[after] - value else after
