"""Word files: what a reader of the page sees, on the page where it stands."""

import docx
import pytest

from app.documents import Sandbox

from . import office
from .office import W, element, saved, word, word_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def texts(sandbox: Sandbox, data: bytes) -> list[str]:
    reading = sandbox.read(data)
    assert reading.state == "ok", reading
    assert {page.method for page in reading.pages} == {"docx"}
    return [page.text for page in reading.pages]


def test_it_reads_a_page_after_each_break(sandbox: Sandbox) -> None:
    reading = sandbox.read(
        word("Erste Seite", "Zweite: Größe", "Dritte"), media_type_hint="application/pdf", name="x.pdf"
    )

    assert [page.text for page in reading.pages] == ["Erste Seite", "Zweite: Größe", "Dritte"]
    assert (reading.state, reading.reader, reading.media_type) == ("ok", "docx", DOCX)


def test_it_takes_a_break_and_the_mark_behind_it_for_one(sandbox: Sandbox) -> None:
    body = (
        '<w:p><w:r><w:t>eins</w:t><w:br w:type="page"/></w:r><w:r><w:lastRenderedPageBreak/><w:t>zwei</w:t></w:r></w:p>'
        "<w:p><w:pPr><w:pageBreakBefore/></w:pPr><w:r><w:lastRenderedPageBreak/><w:t>drei</w:t></w:r></w:p>"
        '<w:p><w:pPr><w:pageBreakBefore w:val="0"/></w:pPr><w:r><w:t>noch drei</w:t></w:r></w:p>'
    )

    assert texts(sandbox, word_of(body)) == ["eins", "zwei", "drei\nnoch drei"]


def test_it_keeps_a_page_that_was_left_empty(sandbox: Sandbox) -> None:
    blank = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'

    assert texts(
        sandbox, word_of(f"<w:p><w:r><w:t>eins</w:t></w:r></w:p>{blank}{blank}<w:p><w:r><w:t>drei</w:t></w:r></w:p>")
    ) == [
        "eins",
        "",
        "drei",
    ]


def test_it_sets_tables_with_tabs(sandbox: Sandbox) -> None:
    document = docx.Document()
    table = document.add_table(2, 3)
    for number, text in enumerate(("Amt", "Betrag", "", "Bau", "1.250 €", "netto\nbrutto")):
        table.cell(number // 3, number % 3).text = text
    document.add_paragraph("danach")

    assert texts(sandbox, saved(document)) == ["Amt\tBetrag\nBau\t1.250 €\tnetto brutto\ndanach"]


def test_it_sets_the_boxes_of_a_form_below_each_other(sandbox: Sandbox) -> None:
    document = docx.Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "Beschlussvorschlag:\nDer Rat beschließt."
    inner = table.cell(0, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "Ja", "Nein " * 50

    (page,) = texts(sandbox, saved(document))

    assert page.startswith("Beschlussvorschlag:\nDer Rat beschließt.\nJa\nNein Nein")


def test_it_breaks_a_page_before_or_behind_a_row_and_never_in_it(sandbox: Sandbox) -> None:
    mark = "<w:r><w:lastRenderedPageBreak/></w:r>"

    def row(first: str, second: str) -> str:
        return "<w:tr>" + "".join(f"<w:tc><w:p>{cell}</w:p></w:tc>" for cell in (first, second)) + "</w:tr>"

    def said(text: str) -> str:
        return f"<w:r><w:t>{text}</w:t></w:r>"

    body = f"<w:tbl>{row(said('a'), said('b'))}{row(mark + said('c'), said('d'))}{row(said('e'), mark + said('f'))}"

    assert texts(sandbox, word_of(body + row(said("g"), said("h")) + "</w:tbl>")) == ["a\tb", "c\td\ne\tf", "g\th"]


def test_it_takes_insertions_and_leaves_out_what_was_deleted_moved_away_or_hidden(sandbox: Sandbox) -> None:
    body = (
        "<w:p><w:r><w:t>Der Rat </w:t></w:r><w:ins><w:r><w:t>beschließt</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>verwirft</w:delText><w:tab/></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>alt</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t> neu</w:t></w:r></w:moveTo>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>geheim</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>.</w:t></w:r>'
        "<w:r><w:fldChar/><w:instrText>PAGEREF _Toc1</w:instrText></w:r></w:p>"
    )

    assert texts(sandbox, word_of(body)) == ["Der Rat beschließt neu."]


def test_it_reads_a_text_box_once_and_content_controls_and_links(sandbox: Sandbox) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>Im Kasten</w:t></w:r></w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    body = (
        f"<w:p><w:r><w:t>vor</w:t><mc:AlternateContent {mc}><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>Feld</w:t></w:r><w:hyperlink><w:r><w:t> Verweis</w:t></w:r></w:hyperlink>"
        "</w:p></w:sdtContent></w:sdt>"
    )

    assert texts(sandbox, word_of(body)) == ["vor\nIm Kasten\n\nFeld Verweis"]


def test_it_sets_footnotes_at_the_foot_of_their_page(sandbox: Sandbox) -> None:
    notes = (
        f'<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>Satzung vom 1.2.</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="7"><w:p><w:r><w:t>Siehe oben</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    body = (
        '<w:p><w:r><w:t>Gebühr</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t> steigt</w:t></w:r></w:p>'
        '<w:p><w:r><w:br w:type="page"/><w:t>Ende</w:t><w:footnoteReference w:id="7"/></w:r></w:p>'
    )

    assert texts(sandbox, word_of(body, footnotes=notes)) == [
        "Gebühr [1] steigt\n[1] Satzung vom 1.2.",
        "Ende [2]\n[2] Siehe oben",
    ]


def test_it_reads_letterheads_and_feet_once(sandbox: Sandbox) -> None:
    def part(kind: str, text: str) -> str:
        return f"<w:{kind} {W}><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>"

    body = '<w:p><w:r><w:t>eins</w:t><w:br w:type="page"/><w:t>zwei</w:t></w:r></w:p>'
    heads = {"header1": part("hdr", "Stadt Musterstadt"), "header2": part("hdr", "Stadt Musterstadt")}

    assert texts(sandbox, word_of(body, footer1=part("ftr", "Seite 1"), **heads)) == [
        "Stadt Musterstadt\neins",
        "zwei\nSeite 1",
    ]


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("Haushaltssatzung 2024", "Haushaltssatzung 2024"),
        ("Microsoft Word - Vorlage Bau.docx", "Vorlage Bau"),
        ("Dokument1", ""),
        ("  ", ""),
        ("Präsentation 2", ""),
    ],
)
def test_it_tells_a_title_that_somebody_gave(sandbox: Sandbox, given: str, title: str) -> None:
    document = docx.Document()
    document.core_properties.title = given
    document.add_paragraph(
        "Der Rat der Stadt beschließt die Satzung über die Erhebung von Gebühren für die Reinigung der Straßen."
    )

    reading = sandbox.read(saved(document))

    assert (reading.title, reading.language) == (title, "de")


def test_it_reads_a_word_file_by_what_is_in_it_and_not_by_its_name(sandbox: Sandbox) -> None:
    document = docx.Document()
    document.add_paragraph("Text").runs[0]._r.append(element("w:tab"))
    data = saved(document)

    assert sandbox.read(data, media_type_hint="text/html", name="seite.html").media_type == DOCX
    assert sandbox.read(data, media_type_hint="application/zip").media_type == DOCX


BROKEN = {
    "cut short": word("eins", "zwei")[:-300],
    "without its text": office.zipped({office.TYPES: office.TYPES_XML, "word/styles.xml": "<a/>"}),
    "with a text that ends early": word_of("<w:p><w:r><w:t>Anfang</w:t></w:r></w:p>").replace(
        b"PK\x01\x02", b"PK\x01\x03"
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_it_calls_what_is_broken_damaged(sandbox: Sandbox, name: str) -> None:
    reading = sandbox.read(BROKEN[name])

    assert reading.state == "damaged", reading
    assert reading.reason


def test_it_keeps_the_pages_before_the_damage(sandbox: Sandbox) -> None:
    body = '<w:p><w:r><w:t>eins</w:t><w:br w:type="page"/><w:t>zwei</w:t><w:br w:type="page"/></w:r></w:q>'

    reading = sandbox.read(word_of(body))

    assert (reading.state, [page.text for page in reading.pages][:1]) == ("partly", ["eins"])
    assert "damaged" in reading.reason


def test_it_calls_a_file_without_text_empty(sandbox: Sandbox) -> None:
    reading = sandbox.read(word_of("<w:p/>"))

    assert (reading.state, reading.reason) == ("empty", "The file has no text.")


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FOREIGN = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declared", [LAUGHS, FOREIGN, '<!DOCTYPE a SYSTEM "http://example.org/a.dtd">'])
def test_it_refuses_declared_entities(sandbox: Sandbox, declared: str) -> None:
    document = f'<?xml version="1.0"?>{declared}<w:document {W}><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:document>'

    reading = sandbox.read(office.zipped({office.TYPES: office.TYPES_XML, "word/document.xml": document}))

    assert (reading.state, reading.pages) == ("hostile", ())
    assert "document type" in reading.reason


def test_it_refuses_elements_nested_without_end(sandbox: Sandbox) -> None:
    reading = sandbox.read(word_of("<w:tbl><w:tr><w:tc>" * 100_000))

    assert reading.state == "hostile"
