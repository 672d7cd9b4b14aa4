"""Pages that are pictures wait for the recogniser, which reads them in the same sandbox."""

from pathlib import Path

import pytest

from app.documents import Sandbox, ocr
from app.documents.verdict import RECOGNITION

from . import samples, scanned
from .test_language import GERMAN, shifted

pytestmark = pytest.mark.skipif(not ocr.installed(), reason="needs tesseract-ocr and tesseract-ocr-deu")


def saved(folder: Path, document: bytes) -> Path:
    path = folder / "scan.pdf"
    path.write_bytes(document)
    return path


def test_it_tells_a_scan_and_says_that_its_text_follows(sandbox: Sandbox) -> None:
    reading = sandbox.read(scanned.scan(scanned.LINES, scanned.LINES))

    assert reading.state == "empty"
    assert [page.method for page in reading.pages] == ["scan", "scan"]
    assert reading.reason == f"All 2 pages are scans; {RECOGNITION} follows."


def test_it_recognises_a_page_inside_the_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    pages = sandbox.recognise(saved(tmp_path, scanned.scan(scanned.LINES)), [1])

    assert set(pages) == {1}
    assert pages[1].method == "ocr"
    assert (pages[1].confidence or 0) > 80
    assert pages[1].text.split() == " ".join(scanned.LINES).split()


def test_it_reads_a_page_that_stands_on_its_head(sandbox: Sandbox, tmp_path: Path) -> None:
    pages = sandbox.recognise(saved(tmp_path, scanned.scan(scanned.LINES, turned=180)), [1])

    assert "Gartenstraße" in pages[1].text


def test_it_recognises_the_pages_that_are_asked_for(sandbox: Sandbox, tmp_path: Path) -> None:
    document = scanned.scan(["Erste Seite des Berichts"], ["Zweite Seite des Berichts"], ["Dritte Seite des Berichts"])

    pages = sandbox.recognise(saved(tmp_path, document), [3, 2])

    assert {number: page.text.split()[0] for number, page in pages.items()} == {3: "Dritte", 2: "Zweite"}


def test_a_stamp_does_not_make_text_of_a_picture(sandbox: Sandbox, tmp_path: Path) -> None:
    document = scanned.scan(scanned.LINES, stamp="Anlage 3")
    (page,) = sandbox.read(document).pages

    assert (page.text, page.method) == ("Anlage 3", "scan")
    recognised = sandbox.recognise(saved(tmp_path, document), [1])[1]
    assert "Gartenstraße" in recognised.text
    assert "Anlage 3" in recognised.text


def test_a_hidden_text_of_wrong_letters_is_replaced_by_what_is_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    wrong = [shifted(GERMAN, 1)[at : at + 60] for at in range(0, len(GERMAN), 60)]
    document = scanned.scan(scanned.LINES, hidden=wrong)
    reading = sandbox.read(document)

    assert (reading.state, reading.pages[0].method, reading.title) == ("empty", "garbled", "")
    assert reading.reason == f"The letters of 1 of 1 pages are not those that are shown; {RECOGNITION} follows."
    assert "Gartenstraße" in sandbox.recognise(saved(tmp_path, document), [1])[1].text


def test_some_scans_among_text_leave_the_text(sandbox: Sandbox) -> None:
    one, two = scanned.scan(scanned.LINES), samples.pdf(["Beschlussvorschlag"])
    joined = scanned.joined(one, two)
    reading = sandbox.read(joined)

    assert (reading.state, reading.reason) == ("partly", f"1 of 2 pages are scans; {RECOGNITION} follows.")
    assert [(page.text, page.method) for page in reading.pages] == [("", "scan"), ("Beschlussvorschlag", "pdfium")]


def test_a_page_without_anything_is_blank_and_no_scan(sandbox: Sandbox) -> None:
    reading = sandbox.read(samples.pdf([], ["Text"]))

    assert (reading.state, reading.pages[0].method) == ("ok", "pdfium")


@pytest.mark.parametrize(
    "document", [b"%PDF-1.7\n", samples.pdf(["eine Seite"]), samples.HOSTILE["form that draws itself"]]
)
def test_what_cannot_be_recognised_is_done_all_the_same(sandbox: Sandbox, tmp_path: Path, document: bytes) -> None:
    pages = sandbox.recognise(saved(tmp_path, document), [7])

    assert (pages[7].text, pages[7].confidence) == ("", 0)


def test_a_huge_page_is_drawn_coarser(sandbox: Sandbox, tmp_path: Path) -> None:
    page = samples.one_page(
        samples.stream(b"BT /F 900 Tf 900 9000 Td (Rathaus) Tj ET"),
        b"/Font<</F 5 0 R>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    pages = sandbox.recognise(saved(tmp_path, page.replace(b"[0 0 600 800]", b"[0 0 14400 14400]")), [1])

    assert "Rathaus" in pages[1].text
