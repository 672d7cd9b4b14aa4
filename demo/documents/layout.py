"""Blocks to pages: breaks lines and pages and yields drawing instructions in points from the bottom left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reportlab.pdfbase.pdfmetrics import stringWidth

from .blocks import Block, Boxed, Document, Fields, Heading, PageBreak, SitePlan, Space, Table, Text

WIDTH, HEIGHT = 595.28, 841.89
LEFT, RIGHT = 71.0, WIDTH - 57.0
LINE = RIGHT - LEFT
TOP, BOTTOM = HEIGHT - 78.0, 68.0
FIRST_TOP = HEIGHT - 124.0
REGULAR, BOLD = "Helvetica", "Helvetica-Bold"

_widths: dict[tuple[str, str], float] = {}


@dataclass(frozen=True)
class Run:
    """One line of text at a position."""

    x: float
    y: float
    text: str
    font: str
    size: float


@dataclass(frozen=True)
class Stroke:
    x1: float
    y1: float
    x2: float
    y2: float
    width: float = 0.5


@dataclass(frozen=True)
class Fill:
    x: float
    y: float
    width: float
    height: float
    gray: float


@dataclass(frozen=True)
class Plan:
    y: float
    height: float
    plan: SitePlan


Page = list[Run | Stroke | Fill | Plan]


def width_of(text: str, font: str, size: float) -> float:
    """Width in points; words repeat, so each is measured once a process."""
    known = _widths.get((font, text))
    if known is None:
        known = _widths[font, text] = stringWidth(text, font, 1000) / 1000
    return known * size


def wrap(text: str, font: str, size: float, room: float) -> list[str]:
    """Lines no wider than `room`; a compound that does not fit is broken at its hyphen or, failing that, anywhere."""
    lines: list[str] = []
    space = width_of(" ", font, size)
    line: list[str] = []
    used = 0.0
    for word in _pieces(text, font, size, room):
        wide = width_of(word, font, size)
        if line and used + space + wide > room:
            lines.append(" ".join(line))
            line, used = [], 0.0
        used += wide + (space if line else 0.0)
        line.append(word)
    if line:
        lines.append(" ".join(line))
    return lines or [""]


def _pieces(text: str, font: str, size: float, room: float) -> Iterator[str]:
    for word in text.split():
        rest = word
        while width_of(rest, font, size) > room:
            cut = _cut(rest, font, size, room)
            yield rest[:cut]
            rest = rest[cut:]
        yield rest


def _cut(word: str, font: str, size: float, room: float) -> int:
    fits = next((end for end in range(len(word), 1, -1) if stringWidth(word[:end], font, size) <= room), 1)
    hyphen = word.rfind("-", 0, fits)
    return hyphen + 1 if hyphen > 1 else fits


class Layout:
    """Sets one document; `pages` holds the result."""

    def __init__(self, document: Document) -> None:
        self.pages: list[Page] = [[]]
        self.y = FIRST_TOP if document.letterhead else TOP
        if document.cover:
            self._cover(document.cover)
        for block in document.blocks:
            self._set(block)

    def _cover(self, lines: tuple[str, ...]) -> None:
        self.y = HEIGHT - 330
        for position, line in enumerate(lines):
            size = 24.0 if position == 0 else 13.0
            self._lines(wrap(line, BOLD if position == 0 else REGULAR, size, LINE), LEFT, size, position == 0, 1.3)
            self.y -= 10
        self._break()

    def _break(self) -> None:
        self.pages.append([])
        self.y = TOP

    def _need(self, points: float) -> None:
        if self.y - points < BOTTOM:
            self._break()

    def _lines(self, lines: list[str], x: float, size: float, bold: bool = False, leading: float = 1.32) -> None:
        # Neither a first line alone at the foot of a page nor a last one alone at the head of the next.
        self._need(size * leading * min(len(lines), 2))
        for position, line in enumerate(lines):
            rest = len(lines) - position
            self._need(size * leading * (2 if rest == 2 and len(lines) > 3 else 1))
            self.y -= size * leading
            self.pages[-1].append(Run(x, self.y + size * 0.28, line, BOLD if bold else REGULAR, size))

    def _set(self, block: Block) -> None:
        match block:
            case Heading():
                size = {1: 15.0, 2: 11.5, 3: 10.5}[block.level]
                self._need(size * 5)
                self.y -= {1: 10, 2: 9, 3: 5}[block.level]
                self._lines(wrap(block.text, BOLD, size, LINE), LEFT, size, True, 1.25)
                self.y -= 4
            case Text():
                self._text(block)
            case Table():
                self._table(block)
            case Fields():
                self._fields(block)
            case Boxed():
                self._boxed(block)
            case Space():
                self.y -= block.points
            case PageBreak():
                self._break()
            case SitePlan():
                height = min(430.0, self.y - BOTTOM - 20) if self.y - BOTTOM > 330 else 430.0
                self._need(height + 10)
                self.y -= height
                self.pages[-1].append(Plan(self.y, height, block))
                self.y -= 10

    def _text(self, block: Text) -> None:
        indent = block.indent + (18 if block.label else 0)
        font = BOLD if block.bold else REGULAR
        lines = wrap(block.text, font, block.size, LINE - indent)
        self._need(block.size * 1.32 * min(len(lines), 2))
        if block.label:
            self.pages[-1].append(Run(LEFT + block.indent, self.y - block.size * 1.04, block.label, font, block.size))
        self._lines(lines, LEFT + indent, block.size, block.bold)
        self.y -= 3 if block.label else 6

    def _table(self, block: Table) -> None:
        whole = sum(block.widths)
        edges = [LEFT]
        for share in block.widths:
            edges.append(edges[-1] + LINE * share / whole)
        self.y -= 3
        # A head never stands alone at the foot of a page.
        self._need(block.size * 5)
        for position, row in enumerate(block.rows):
            head = block.header and position == 0
            self._row(block, row, edges, head, head or (block.total and position == len(block.rows) - 1))
            if self.y < BOTTOM + 20 and block.header and position + 1 < len(block.rows):
                self._break()
                self._row(block, block.rows[0], edges, True, True)
        self.y -= 8

    def _row(self, block: Table, row: tuple[str, ...], edges: list[float], head: bool, bold: bool) -> None:
        font, size = (BOLD if bold else REGULAR), block.size
        cells = [wrap(cell, font, size, edges[n + 1] - edges[n] - 8) for n, cell in enumerate(row)]
        tall = max(len(cell) for cell in cells) * size * 1.22 + 5
        self._need(tall)
        page = self.pages[-1]
        if head:
            page.append(Fill(LEFT, self.y - tall, LINE, tall, 0.9))
        for n, cell in enumerate(cells):
            for number, line in enumerate(cell):
                room = edges[n + 1] - edges[n] - 8 - width_of(line, font, size)
                x = edges[n] + 4 + (room if n >= block.numeric else 0)
                page.append(Run(x, self.y - 2 - size * (0.9 + 1.22 * number), line, font, size))
        self.y -= tall
        page.append(Stroke(LEFT, self.y, RIGHT, self.y, 1.0 if bold else 0.4))

    def _fields(self, block: Fields) -> None:
        self.pages[-1].append(Stroke(LEFT, self.y, RIGHT, self.y, 0.8))
        for label, value in block.rows:
            lines = wrap(value, REGULAR, 10, LINE - 140)
            tall = len(lines) * 12.6 + 5
            self._need(tall)
            page = self.pages[-1]
            page.append(Run(LEFT + 4, self.y - 12, label, BOLD, 9))
            for number, line in enumerate(lines):
                page.append(Run(LEFT + 136, self.y - 12 - 12.6 * number, line, REGULAR, 10))
            self.y -= tall
            page.append(Stroke(LEFT, self.y, RIGHT, self.y, 0.3))
        self.y -= 10

    def _boxed(self, block: Boxed) -> None:
        lines = [line for text in block.lines for line in [*wrap(text, REGULAR, 10.5, LINE - 24), ""]][:-1]
        leading, gap = 10.5 * 1.32, 6.0
        tall = gap + leading + sum(leading if line else gap for line in lines) + 10
        if tall < TOP - BOTTOM:
            self._need(tall)
            page, top = self.pages[-1], self.y
            page.append(Fill(LEFT, top - tall, LINE, tall, 0.955))
            page.append(Stroke(LEFT, top, LEFT, top - tall, 2.2))
        self.y -= gap
        self._lines([block.title], LEFT + 12, 10.5, True)
        for line in lines:
            if line:
                self._lines([line], LEFT + 12, 10.5)
            else:
                self.y -= gap
        self.y -= 10 + 8
