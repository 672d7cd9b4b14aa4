"""Tables for people: whatever a council writes, no cell is a formula, and each program reads what was written."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from app.exports.sheets import csv_lines, excel_lines, guarded, write_workbook

ODD = ["=1+1", "+49", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "a;b", 'c"d', "e\nf", "<&>", "\x00\x0b", "Straße", ""]


def book(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    file = io.BytesIO()
    write_workbook(file, sheets)
    return file.getvalue()


def test_a_workbook_holds_text_and_numbers_and_no_formula() -> None:
    found = openpyxl.load_workbook(io.BytesIO(book(("Treffer", [ODD, [1, None, "x"]]), ("Abfrage <&>", [["a"]]))))
    assert found.sheetnames == ["Treffer", "Abfrage <&>"]
    first, second = found["Treffer"].iter_rows()
    assert [cell.value or "" for cell in first][:5] == ODD[:5]
    assert {cell.data_type for cell in first} <= {"s", "inlineStr", "n"}
    assert [bool(cell.quotePrefix) for cell in first][:4] == [True] * 4
    assert not first[12].quotePrefix
    assert [cell.value for cell in second][:3] == [1, None, "x"]


def test_the_same_table_is_the_same_workbook() -> None:
    assert book(("A", [ODD])) == book(("A", [ODD]))


def test_a_cell_is_cut_where_excel_would_call_the_book_damaged() -> None:
    (row,) = openpyxl.load_workbook(io.BytesIO(book(("A", [["x" * 40_000]]))))["A"].iter_rows()
    assert len(row[0].value) == 32_767


def test_csv_for_excel_has_a_mark_semicolons_and_guarded_cells() -> None:
    text = "".join(excel_lines([ODD]))
    assert text.startswith("\ufeff")
    (row,) = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";")
    assert row == [f"'{cell}" if number < 7 else cell for number, cell in enumerate(ODD)]


def test_csv_for_programs_says_what_was_written() -> None:
    (row,) = csv.reader(io.StringIO("".join(csv_lines([ODD])), newline=""))
    assert row == ODD


@pytest.mark.parametrize("cell", ["a=b", "1", None, 7, -7, ""])
def test_what_is_no_formula_stays_as_it_is(cell: str | int | None) -> None:
    assert guarded(cell) == cell
