"""CSV after RFC 4180: a table for each type, and one for each property that names several.

UTF-8 without a mark, commas, ISO dates, true and false, nothing in a cell for what is not known.
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.exports.packed import QUICK, Packed
from app.exports.tables import Column, Row, Table
from app.exports.writers import GZIP, Written

LINK = ("id", "position", "value")


class _Lines:
    """What csv.writer writes to."""

    def __init__(self, path: Path) -> None:
        self._packed = Packed(path, QUICK)
        self._writer = csv.writer(self)
        self.close = self._packed.close

    def write(self, text: str) -> None:
        self._packed.write(text.encode())

    def row(self, cells: Iterable[Any]) -> None:
        self._writer.writerow(cells)


class CsvFiles:
    """A council's tables, made with their first row."""

    def __init__(self, built: Path, slug: str) -> None:
        self._built, self._slug = built, slug
        self._table: Table | None = None
        self._open: dict[str, _Lines] = {}
        self._rows: dict[str, tuple[str, int]] = {}  # by name: type and rows

    def begin(self, table: Table) -> None:
        """See Writer."""
        self._end()
        self._table = table

    def write(self, row: Row) -> None:
        """See Writer."""
        table = self._table
        if table is None:
            raise RuntimeError("a row without a table")
        self._append(table.type, [column.name for column in table.columns], map(_said, row.cells))
        for column, values in zip(table.links, row.links, strict=True):
            for position, value in enumerate(values):
                self._append(table.link_name(column), LINK, (row.cells[0], position, value))

    def _append(self, name: str, head: Iterable[str], cells: Iterable[Any]) -> None:
        lines = self._open.get(name)
        if lines is None:
            lines = self._open[name] = _Lines(self._built / self._slug / f"{name}.csv.gz")
            lines.row(head)
        lines.row(cells)
        type_, count = self._rows.get(name, (self._table.type if self._table else "", 0))
        self._rows[name] = type_, count + 1

    def _end(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def close(self) -> list[Written]:
        """See Writer."""
        self._end()
        return [
            Written(f"{self._slug}/{name}.csv.gz", type_, "csv", GZIP, rows)
            for name, (type_, rows) in self._rows.items()
        ]


def _said(cell: Any) -> Any:
    return ("true" if cell else "false") if isinstance(cell, bool) else cell


def is_link_table(path: str) -> bool:
    """Whether a CSV file holds links, by its path."""
    return "_" in path.rpartition("/")[2]


def link_column(table: Table, path: str) -> Column:
    """Return the property whose links a CSV file holds."""
    name = path.rpartition("/")[2].removesuffix(".csv.gz")
    return next(one for one in table.links if table.link_name(one) == name)
