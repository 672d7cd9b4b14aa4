"""The parts a document is composed of, before anybody thinks of pages."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph; indent in points, a label (bullet, number) hangs left of it."""

    text: str
    label: str = ""
    bold: bool = False
    indent: float = 0
    size: float = 10.5


@dataclass(frozen=True)
class Table:
    """Rows of cells; widths are shares of the line, columns from `numeric` on are set right-aligned."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    numeric: int = 99
    header: bool = True
    total: bool = False
    size: float = 9


@dataclass(frozen=True)
class Fields:
    """The grid of label and value at the head of a paper."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Boxed:
    """A framed text such as a proposed resolution."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Space:
    points: float


@dataclass(frozen=True)
class PageBreak:
    pass


@dataclass(frozen=True)
class SitePlan:
    """A simple plan with a hatched area; the seed decides how the streets run."""

    seed: str
    label: str
    streets: tuple[str, ...]


Block = Heading | Text | Table | Fields | Boxed | Space | PageBreak | SitePlan


@dataclass(frozen=True)
class Document:
    """Everything a renderer needs; `scanned` gives page images without a text layer, `damaged` cuts the bytes off."""

    title: str
    sender: str
    kind: str
    running_head: str
    blocks: tuple[Block, ...]
    cover: tuple[str, ...] = field(default=())
    scanned: bool = False
    damaged: bool = False
    letterhead: bool = True
