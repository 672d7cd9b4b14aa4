"""Workbooks of Excel (.xlsx, .xlsm, .xlsb, .xls) to pages, one a sheet; runs in the sandboxed child.

By calamine (Rust, what pandas reads workbooks with): the values that formulas had when the file was saved, dates as
dates. Sheets that are hidden stay so.
"""

import datetime
import io
import re
from collections.abc import Iterator
from functools import cache, partial

import python_calamine
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from .outcome import LockedError, TooLargeError, send
from .packed import Packed
from .properties import title_of
from .wire import Writer

MAX_ROWS = 100_000
MAX_COLUMNS = 1000
_MAX_CELLS = 20_000_000  # 24 bytes each
_PLACE = re.compile(rb'\br="([A-Z]{1,10})(\d{1,20})"')
_LONGEST_PLACE = 34
_NO_NAME = re.compile(r"\s*((tabelle|sheet|blatt|table|feuil)?\s*\d*)?\s*", re.IGNORECASE)
Cell = int | float | str | bool | datetime.date | datetime.time | datetime.timedelta


def read(packed: Packed, writer: Writer) -> None:
    """Read the sheets of a workbook that is a zip archive."""
    send(writer, "xlsx", _verified(packed), title=partial(title_of, packed))


def read_old(document: bytes, writer: Writer) -> None:
    """Read the sheets of a workbook as Excel wrote it until 2003."""
    send(writer, "xls", pages(document))


def _verified(packed: Packed) -> Iterator[str]:
    _measure(packed)
    yield from pages(packed.data)


def _measure(packed: Packed) -> None:
    """Refuse a sheet with cells far apart: calamine takes memory for all the room between them."""
    before, last_row, last_column = ("", b""), 0, 0
    for name, chunk in packed.chunks():
        if name != before[0]:
            last_row = last_column = 0
        for column, row in _PLACE.findall(before[1] + chunk if name == before[0] else chunk):
            last_row = max(last_row, int(row))
            last_column = max(last_column, _column(column))
        if last_row * last_column > _MAX_CELLS:
            raise TooLargeError(f"A sheet has cells as far apart as row {last_row} and column {last_column}.")
        before = name, chunk[-_LONGEST_PLACE:]


@cache
def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def pages(document: bytes) -> Iterator[str]:
    """Yield the sheets in their order, a row a line, tabs between the cells."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(document))
    except python_calamine.PasswordError as error:
        raise LockedError("The file opens only with a password.") from error
    for sheet in workbook.sheets_metadata:
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
            rows = workbook.get_sheet_by_name(sheet.name).iter_rows()
            lines = [
                row_text([_shown(cell) for cell in row[:MAX_COLUMNS]])
                for row, _ in zip(rows, range(MAX_ROWS), strict=False)
            ]
            yield named(sheet.name, "\n".join(lines).strip("\n"))


def named(name: str, text: str) -> str:
    """The text of a sheet below its name, where somebody gave it one."""
    return f"{name}\n{text}" if text and not _NO_NAME.fullmatch(name) else text


def row_text(cells: list[str]) -> str:
    """One line of a table; empty cells at its end are none."""
    return "\t".join(cells).rstrip("\t")


def _shown(cell: Cell) -> str:
    """A value as text: whole numbers without a point, dates without the hour that nobody wrote."""
    match cell:
        case bool():
            return "✓" if cell else "–"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
        case datetime.datetime():
            midnight = cell.time() == datetime.time()
            return f"{cell:%d.%m.%Y}" if midnight else f"{cell:%d.%m.%Y %H:%M}"
        case datetime.date():
            return f"{cell:%d.%m.%Y}"
        case datetime.time():
            return f"{cell:%H:%M}"
        case _:
            return " ".join(str(cell).split())
