"""Tables for people: a workbook (XLSX) and CSV as Excel in Germany opens it, in which no cell is ever a formula.

A cell that begins like a formula gets an apostrophe before it in CSV; in a workbook it is marked as text, which stays
text when somebody edits it.
"""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, Final
from xml.sax.saxutils import escape

BOM: Final = "\ufeff"
_LONGEST: Final = 32_767  # characters of a cell
_MOST: Final = 1_048_576  # rows of a sheet
_LIKE_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A zip keeps the time of its parts, which would make other bytes of the same table.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# The least that Excel takes for a sheet of styles; the second of them keeps text text.
_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

Cells = Sequence[str | int | None]


class _Echo:
    """What csv.writer writes to: it gives the line back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Cells]) -> Iterator[str]:
    """Yield rows as CSV after RFC 4180."""
    writer: Any = csv.writer(_Echo())  # returns what `write` does
    for row in rows:
        yield writer.writerow(row)


def excel_lines(rows: Iterable[Cells]) -> Iterator[str]:
    """Yield rows as Excel in Germany reads CSV: a mark for UTF-8, semicolons, nothing that is taken for a formula."""
    writer: Any = csv.writer(_Echo(), delimiter=";")
    yield BOM
    for row in rows:
        yield writer.writerow([guarded(cell) for cell in row])


def guarded(cell: str | int | None) -> str | int | None:
    """Return a cell that no program takes for a formula."""
    return f"'{cell}" if _is_like_a_formula(cell) else cell


def _is_like_a_formula(cell: str | int | None) -> bool:
    return isinstance(cell, str) and cell.lstrip(" ").startswith(_LIKE_A_FORMULA)


def write_workbook(target: IO[bytes], sheets: Sequence[tuple[str, Iterable[Cells]]]) -> None:
    """Write sheets of a name and rows each, row by row."""
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KIND}.worksheet+xml"/>' for n in numbers
        )
        + "</Types>",
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{n}" r:id="rId{n}"/>'
            for n, (name, _) in zip(numbers, sheets, strict=True)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
        )
        + f'<Relationship Id="rId{len(sheets) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(_entry(name), text)
        for number, (_, rows) in zip(numbers, sheets, strict=True):
            with book.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w") as sheet:
                sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                for place, row in enumerate(rows):
                    if place < _MOST:
                        sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
                sheet.write(b"</sheetData></worksheet>")


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _cell(value: str | int | None) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    text = escape(_NOT_IN_XML.sub("", value)[:_LONGEST])
    style = ' s="1"' if _is_like_a_formula(value) else ""
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{text}</t></is></c>'
