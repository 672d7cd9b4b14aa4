"""OpenDocument files: a text by its page breaks, a workbook by its sheets, a presentation by its slides."""

import pytest
from odf import opendocument, style, table, text
from odf.office import Annotation

from app.documents import Sandbox

from .office import ODF, open_document, saved

VND = "application/vnd.oasis.opendocument."


def pages(sandbox: Sandbox, data: bytes) -> list[str]:
    reading = sandbox.read(data)
    assert reading.state == "ok", reading
    return [page.text for page in reading.pages]


def test_it_reads_what_a_library_writes(sandbox: Sandbox) -> None:
    document = opendocument.OpenDocumentText()
    breaking = style.Style(name="P9", family="paragraph")
    breaking.addElement(style.ParagraphProperties(breakbefore="page"))
    document.automaticstyles.addElement(breaking)
    document.text.addElement(text.H(outlinelevel=1, text="Niederschrift"))
    document.text.addElement(text.P(text="Größe"))
    document.text.addElement(text.P(stylename=breaking, text="Seite zwei"))

    reading = sandbox.read(saved(document))

    assert (reading.state, reading.reader, reading.media_type) == ("ok", "odt", VND + "text")
    assert [page.text for page in reading.pages] == ["Niederschrift\nGröße", "Seite zwei"]


def test_it_reads_spaces_tabs_notes_boxes_and_tables(sandbox: Sandbox) -> None:
    body = (
        "<text:sequence-decls><text:sequence-decl/></text:sequence-decls>"
        '<text:p>a<text:s text:c="3"/>b<text:tab/>c<text:line-break/>d<text:soft-page-break/>'
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Fuß</text:p></text:note-body>"
        "</text:note> e</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell>"
        "<table:table-cell><text:p>y</text:p><text:p>z</text:p></table:table-cell></table:table-row></table:table>"
        "<text:p>vor<drawing:frame><drawing:text-box><text:p>Kasten</text:p></drawing:text-box></drawing:frame></text:p>"
    )

    assert pages(sandbox, open_document("text", body)) == ["a   b\tc\nd", " [1] e\nx\ty z\nvor\nKasten\n[1] Fuß"]


def test_it_leaves_out_what_was_deleted_or_said_aside(sandbox: Sandbox) -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>gelöscht</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:p>gilt<office:annotation><text:p>intern</text:p></office:annotation></text:p>"
    )

    assert pages(sandbox, open_document("text", body)) == ["gilt"]
    document = opendocument.OpenDocumentText()
    paragraph = text.P(text="gilt")
    remark = Annotation()
    remark.addElement(text.P(text="intern"))
    paragraph.addElement(remark)
    document.text.addElement(paragraph)
    assert pages(sandbox, saved(document)) == ["gilt"]


def test_it_reads_heads_and_feet_once(sandbox: Sandbox) -> None:
    styles = (
        f"<office:document-styles {ODF}><style:master-page><style:header><text:p>Stadt</text:p></style:header>"
        "<style:header-left><text:p>Stadt</text:p></style:header-left>"
        "<style:footer><text:p>Fußzeile</text:p></style:footer></style:master-page></office:document-styles>"
    )

    assert pages(sandbox, open_document("text", "<text:p>a<text:soft-page-break/>b</text:p>", styles=styles)) == [
        "Stadt\na",
        "b\nFußzeile",
    ]


def test_it_reads_sheets_as_they_are_shown(sandbox: Sandbox) -> None:
    document = opendocument.OpenDocumentSpreadsheet()
    for name in ("Plan", "Tabelle2"):
        sheet = table.Table(name=name)
        row = table.TableRow()
        for shown in (name, "1.250,00 €"):
            box = table.TableCell(valuetype="float", value="1250")
            box.addElement(text.P(text=shown))
            row.addElement(box)
        sheet.addElement(row)
        document.spreadsheet.addElement(sheet)

    reading = sandbox.read(saved(document))

    assert [page.text for page in reading.pages] == ["Plan\nPlan\t1.250,00 €", "Tabelle2\t1.250,00 €"]
    assert (reading.reader, reading.media_type) == ("ods", VND + "spreadsheet")


@pytest.mark.parametrize("times", ["1000000", "99999999999999999999999", "-5", "x"])
def test_it_repeats_no_cell_and_no_row_for_ever(sandbox: Sandbox, times: str) -> None:
    body = (
        f'<table:table><table:table-row table:number-rows-repeated="{times}"><table:table-cell '
        f'table:number-columns-repeated="{times}"><text:p>ab</text:p></table:table-cell>'
        f'<table:table-cell table:number-columns-repeated="{times}"/></table:table-row></table:table>'
    )

    (page,) = pages(sandbox, open_document("spreadsheet", body))

    assert page.startswith("ab")
    assert len(page) < 100_000


def test_it_reads_slides(sandbox: Sandbox) -> None:
    body = "".join(
        f"<drawing:page><drawing:frame><drawing:text-box><text:p>{name}</text:p></drawing:text-box></drawing:frame>"
        f"<presentation:notes><drawing:text-box><text:p>dazu {name}</text:p></drawing:text-box></presentation:notes>"
        "</drawing:page>"
        for name in ("eins", "zwei")
    )

    reading = sandbox.read(open_document("presentation", body))

    assert [page.text for page in reading.pages] == ["eins\ndazu eins", "zwei\ndazu zwei"]
    assert (reading.reader, reading.media_type) == ("odp", VND + "presentation")


def test_it_needs_a_password_where_the_content_is_locked(sandbox: Sandbox) -> None:
    manifest = (
        f'<manifest:manifest {ODF}><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/>'
        "</manifest:file-entry></manifest:manifest>"
    )
    data = open_document("text", "<text:p>x</text:p>", **{"META-INF/manifest": manifest})

    reading = sandbox.read(data)

    assert (reading.state, reading.pages, reading.media_type) == ("encrypted", (), VND + "text")
    assert "password" in reading.reason


def test_it_takes_the_title_from_its_properties(sandbox: Sandbox) -> None:
    told = "<office:meta><dc:title>Bericht</dc:title></office:meta>"
    meta = f'<office:document-meta {ODF} xmlns:dc="dc">{told}</office:document-meta>'

    assert sandbox.read(open_document("text", "<text:p>x</text:p>", meta=meta)).title == "Bericht"
