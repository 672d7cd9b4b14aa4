"""Workbooks and presentations: a page a sheet, a page a slide."""

import datetime
import io
import zipfile

import openpyxl
import pptx
import pytest
import xlwt
from pptx.util import Inches

from app.documents import STATES, Sandbox

from . import office
from .office import TYPES, TYPES_XML, saved, slides, workbook, zipped

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def test_it_reads_each_sheet_as_a_page_with_dates_as_dates(sandbox: Sandbox) -> None:
    day, noon = datetime.date(2024, 2, 29), datetime.datetime(2024, 9, 2, 18, 30)  # noqa: DTZ001  # Excel knows no zones
    data = workbook(
        [["Amt", "Betrag", "Datum"], ["Bauamt", 1250.5, day], ["Kämmerei", 3, noon], [None, 0.1 + 0.2, None], [True]],
        [["zweites Blatt"]],
    )

    reading = sandbox.read(data)

    assert (reading.state, reading.reader, reading.media_type) == ("ok", "xlsx", XLSX)
    assert [page.text for page in reading.pages] == [
        "Amt\tBetrag\tDatum\nBauamt\t1250.5\t29.02.2024\nKämmerei\t3\t02.09.2024 18:30\n\t0.3\n✓",
        "zweites Blatt",
    ]


def test_it_reads_what_formulas_came_to(sandbox: Sandbox) -> None:
    row = '<c r="A1"><f>SUM(B1:B9)</f><v>42</v></c><c r="B1" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>'

    assert [page.text for page in sandbox.read(sheet_of(f'<row r="1">{row}</row>')).pages] == ["42\tab"]


def test_it_leaves_hidden_sheets_hidden(sandbox: Sandbox) -> None:
    book = openpyxl.Workbook()
    book.active.append(["sichtbar"])
    hidden = book.create_sheet("intern")
    hidden.append(["geheim"])
    hidden.sheet_state = "hidden"

    assert [page.text for page in sandbox.read(saved(book)).pages] == ["sichtbar"]


def test_it_reads_workbooks_of_old(sandbox: Sandbox) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Gebühren")
    sheet.write(0, 0, "Straßenreinigung")
    sheet.write(0, 1, 12.5)
    sheet.write(1, 0, datetime.date(2003, 5, 1), xlwt.easyxf(num_format_str="DD.MM.YYYY"))

    reading = sandbox.read(saved(book), name="gebuehren.xls")

    assert (reading.state, reading.reader, reading.media_type) == ("ok", "xls", "application/vnd.ms-excel")
    assert [page.text for page in reading.pages] == ["Gebühren\nStraßenreinigung\t12.5\n01.05.2003"]


def sheet_of(rows: str) -> bytes:
    """A workbook of one sheet with these rows, in Excel's own words."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["x"]]))) as sound,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in sound.namelist():
            sheet = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
            made.writestr(name, sheet if "worksheets/" in name else sound.read(name))
    return target.getvalue()


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="str"><v>{text}</v></c>'


HOSTILE_SHEETS = {
    "corners far apart": f'<row r="1">{cell("A1", "x")}</row><row r="1048576">{cell("XFD1048576", "y")}</row>',
    "a column beyond all": f'<row r="1">{cell("A1", "x")}{cell("ZZZZZZZ1", "y")}</row>',
    "a million columns": '<row r="1">' + cell("A1", "x") * 1_000_000 + "</row>",
    "a million rows": "<row>" + "</row><row>".join([cell("A1", "x")] * 200_000) + "</row>",
    "a row beyond all": f'<row r="99999999999999999999">{cell("A99999999999999999999", "x")}</row>',
    "nested": "<row>" * 100_000,
    "a shared string that is not there": '<row r="1"><c r="A1" t="s"><v>999999999</v></c></row>',
    "no number": '<row r="1"><c r="A1"><v>12x</v></c></row>',
}


@pytest.mark.parametrize("name", HOSTILE_SHEETS)
def test_it_survives_a_sheet_with(sandbox: Sandbox, name: str) -> None:
    reading = sandbox.read(sheet_of(HOSTILE_SHEETS[name]))

    assert reading.state in STATES
    assert reading.reason or reading.state == "ok"
    assert sandbox.read(workbook([["gesund"]])).state == "ok"


def test_it_reads_a_sheet_of_ours_by_hand(sandbox: Sandbox) -> None:
    (page,) = sandbox.read(sheet_of(f'<row r="1">{cell("A1", "x")}{cell("C1", "y")}</row>')).pages

    assert page.text == "x\t\ty"


def test_it_unpacks_nothing_that_says_less_than_it_holds(sandbox: Sandbox) -> None:
    data = bytearray(sheet_of("<row>" + " " * (100 << 20) + "</row>"))

    reading = sandbox.read(bytes(data))

    assert reading.state == "hostile"
    assert "bomb" in reading.reason


def test_it_reads_each_slide_with_its_tables_and_notes_in_their_order(sandbox: Sandbox) -> None:
    show = pptx.Presentation()
    for text in ("Erste Folie", "Zweite Folie"):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = text
    first = show.slides[0]
    table = first.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    for number, text in enumerate("abcd"):
        table.cell(number // 2, number % 2).text = text
    group = first.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 99, 99).text_frame.text = "In der Gruppe"
    first.notes_slide.notes_text_frame.text = "Bitte erläutern"
    order = show.slides._sldIdLst
    order.append(order[0])

    reading = sandbox.read(saved(show))

    assert (reading.state, reading.reader, reading.media_type) == ("ok", "pptx", PPTX)
    assert [page.text for page in reading.pages] == [
        "Zweite Folie",
        "Erste Folie\na\tb\nc\td\nIn der Gruppe\nBitte erläutern",
    ]


def test_it_leaves_hidden_slides_and_what_repeats_on_all_of_them_out(sandbox: Sandbox) -> None:
    show = pptx.Presentation(io.BytesIO(slides("sichtbar", "verborgen")))
    show.slides[1]._element.set("show", "0")
    shape = show.slides[0].shapes.add_textbox(0, 0, 99, 99)
    shape.text_frame.text = "17"
    mark = shape._element.nvSpPr.nvPr.makeelement(
        "{http://schemas.openxmlformats.org/presentationml/2006/main}ph", {"type": "sldNum"}
    )
    shape._element.nvSpPr.nvPr.append(mark)

    assert [page.text for page in sandbox.read(saved(show)).pages] == ["sichtbar"]


def test_it_calls_a_presentation_without_slides_empty_and_one_without_a_list_by_number(sandbox: Sandbox) -> None:
    assert sandbox.read(slides()).state == "empty"
    slide = '<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:t>{}</a:t></a:p></p:sld>'
    parts: dict[str, bytes | str] = {f"ppt/slides/slide{number}.xml": slide.format(number) for number in (10, 2, 1)}
    data = zipped(parts | {TYPES: TYPES_XML, "ppt/presentation.xml": "<p/>"})

    assert [page.text for page in sandbox.read(data).pages] == ["1", "2", "10"]


def test_it_calls_workbooks_and_presentations_damaged_that_are(sandbox: Sandbox) -> None:
    for data in (
        zipped({TYPES: TYPES_XML, "xl/workbook.xml": "<workbook"}),
        zipped({TYPES: TYPES_XML, "ppt/slides/slide1.xml": "<a/>"}),
        workbook([["x"]])[:-40],
    ):
        reading = sandbox.read(data)

        assert (reading.state, bool(reading.reason)) == ("damaged", True), reading


def test_it_needs_a_password_for_a_workbook_that_is_locked(sandbox: Sandbox) -> None:
    locked = sandbox.read(office.locked_zip({TYPES: TYPES_XML, "xl/workbook.xml": "<workbook/>"}))

    assert (locked.state, locked.reason) == ("encrypted", "The file opens only with a password.")
