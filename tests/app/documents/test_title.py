"""What a document calls itself."""

import io

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from app.documents import Sandbox

BODY = [f"Der Rat der Stadt nimmt den Bericht Nummer {number} zur Kenntnis." for number in range(12)]


def titled(stated: str, *headings: tuple[str, str, int]) -> bytes:
    target = io.BytesIO()
    sheet = canvas.Canvas(target, pagesize=A4, invariant=1)
    sheet.setTitle(stated)
    height = 780
    for line, font, size in (*headings, *((line, "Helvetica", 11) for line in BODY)):
        sheet.setFont(font, size)
        sheet.drawString(72, height, line)
        height -= 2 * size
    sheet.save()
    return target.getvalue()


def title_of(sandbox: Sandbox, document: bytes) -> str:
    return sandbox.read(document).title


def test_it_takes_the_title_that_somebody_gave(sandbox: Sandbox) -> None:
    assert title_of(sandbox, titled("Haushaltssatzung 2026")) == "Haushaltssatzung 2026"
    assert title_of(sandbox, titled("Microsoft Word - Anfrage zum Radverkehr")) == "Anfrage zum Radverkehr"


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "untitled",
        "tmp-14096",
        "Vorlage_neu",
        "Anfrage.docx",
        "Microsoft Word - V12.doc",
        "Layout 1",
        "Stadt Musterfeld",
    ],
)
def test_it_takes_the_heading_where_a_program_named_the_document(sandbox: Sandbox, stated: str) -> None:
    heading = ("Bericht über den Radverkehr", "Helvetica-Bold", 16)

    assert title_of(sandbox, titled(stated, heading)) == "Bericht über den Radverkehr"


def test_a_letterhead_is_no_title(sandbox: Sandbox) -> None:
    lines = [("Stadt Musterfeld", "Helvetica", 28), ("Neubau der Grundschule", "Helvetica-Bold", 16)]

    assert title_of(sandbox, titled("", *lines)) == "Neubau der Grundschule"


def test_a_heading_may_have_two_lines_and_be_bold_alone(sandbox: Sandbox) -> None:
    lines = [("Niederschrift über die Sitzung", "Helvetica", 18), ("des Bauausschusses", "Helvetica", 18)]

    assert title_of(sandbox, titled("", *lines)) == "Niederschrift über die Sitzung des Bauausschusses"
    assert title_of(sandbox, titled("", ("Antrag der Fraktion", "Helvetica-Bold", 11))) == "Antrag der Fraktion"


@pytest.mark.parametrize("heading", ["Seite 1 von 3", "Seite von", "Blatt 2", "Dokument"])
def test_what_stands_on_every_page_or_any_document_is_no_title(sandbox: Sandbox, heading: str) -> None:
    assert title_of(sandbox, titled("", (heading, "Helvetica-Bold", 20))) == ""


def test_without_a_heading_there_is_no_title(sandbox: Sandbox) -> None:
    assert title_of(sandbox, titled("")) == ""


def test_it_tells_the_language(sandbox: Sandbox) -> None:
    assert sandbox.read(titled("")).language == "de"
