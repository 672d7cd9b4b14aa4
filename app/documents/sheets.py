"""Workbooks of Excel (.xlsx, .xlsm, .xlsb, .xls) to pages, one a sheet; runs in the sandboxed child.

By calamine (Rust, what pandas reads workbooks with): the values that formulas had when the file was saved, dates as
dates. Sheets that are hidden stay so.
"""

import datetime
import io
from collections.abc import Iterator
from functools import partial

import python_calamine
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from .outcome import LockedError, send
from .packed import Packed
from .properties import title_of
from .wire import Writer

MAX_ROWS = 100_000
MAX_COLUMNS = 1000
Cell = int | float | str | bool | datetime.date | datetime.time | datetime.timedelta


def read(packed: Packed, writer: Writer) -> None:
    """Read the sheets of a workbook that is a zip archive."""
    send(writer, "xlsx", _verified(packed), title=partial(title_of, packed))


def read_old(document: bytes, writer: Writer) -> None:
    """Read the sheets of a workbook as Excel wrote it until 2003."""
    send(writer, "xls", pages(document))


def _verified(packed: Packed) -> Iterator[str]:
    packed.verify()
    yield from pages(packed.data)


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
            yield "\n".join(lines).strip("\n")


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
