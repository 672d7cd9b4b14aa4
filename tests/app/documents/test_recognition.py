"""Pages that are pictures wait for the recogniser, which reads them in the same sandbox."""

import io
import os
import select
import time
from collections.abc import Iterator
from mmap import mmap
from pathlib import Path

import pytest

import app.documents.sandbox
from app.documents import PageText, Sandbox, images, ocr, parts, pdf
from app.documents.sandbox import _Ended, _WarmDiedError
from app.documents.verdict import RECOGNITION
from app.documents.wire import Writer, attempts_in

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


NOTHING = PageText("", "ocr", 0)


@pytest.fixture
def pipe() -> Iterator[tuple[int, Writer]]:
    source, sink = os.pipe()
    yield source, Writer(sink)
    os.close(source)
    os.close(sink)


def fax() -> bytes:
    target = io.BytesIO()
    page = scanned.picture(scanned.LINES)
    page.save(target, "TIFF", save_all=True, append_images=[page, page])
    return target.getvalue()


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    return saved(tmp_path, samples.pdf(["a"], ["b"], ["c"]))


def answering(monkeypatch: pytest.MonkeyPatch, *answers: tuple[bytes, _Ended] | None) -> None:
    """Let the warm process answer so, or die."""
    left = list(answers)

    def converse(*_: object) -> tuple[bytes, _Ended]:
        if (answer := left.pop(0)) is None:
            raise _WarmDiedError
        return answer

    monkeypatch.setattr(app.documents.sandbox, "_converse", converse)


@pytest.mark.parametrize("ended", [_Ended(-9, late=True), _Ended(-6, late=False), _Ended(0, late=False)])
def test_no_page_is_given_up_for_what_happened_after_others(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, pipe: tuple[int, Writer], waiting: Path, ended: _Ended
) -> None:
    source, writer = pipe
    writer.begin("ocr")
    writer.page("eins", method="ocr", confidence=90)
    writer.page("zwei", method="ocr", confidence=91)
    writer.flush()
    sent = os.read(source, 1000)
    answering(monkeypatch, (sent, ended), (b"", ended))

    assert sandbox.recognise(waiting, [1, 2, 3]) == {1: PageText("eins", "ocr", 90), 2: PageText("zwei", "ocr", 91)}
    assert sandbox.recognise(waiting, [3]) == {3: NOTHING}


def test_no_page_is_given_up_that_was_not_really_tried(monkeypatch: pytest.MonkeyPatch, waiting: Path) -> None:
    with Sandbox() as sandbox:
        answering(monkeypatch, None, None, None, (b"", _Ended(-9, late=True)))

        assert sandbox.recognise(waiting, [1, 2]) == {}
        assert sandbox.recognise(waiting, [1, 2]) == {}, "the second try had only what the first had left"


def test_a_page_that_never_ends_is_given_up(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(app.documents.sandbox, "SECONDS", 1.0)

    assert sandbox.recognise(saved(tmp_path, samples.doubling_forms(30)), [1]) == {1: NOTHING}


def test_each_page_is_sent_before_the_next_is_begun(
    monkeypatch: pytest.MonkeyPatch, pipe: tuple[int, Writer], waiting: Path
) -> None:
    source, writer = pipe
    sent = [b""]

    def recognised(_: object, index: int) -> PageText:
        while select.select([source], [], [], 0)[0]:
            sent[-1] += os.read(source, 1000)
        sent.append(sent[-1])
        return PageText(f"Seite {index + 1}", "ocr", 90)

    monkeypatch.setattr(pdf, "_recognised", recognised)
    monkeypatch.setattr(ocr, "time_is_up", lambda _: False)
    document = mmap(-1, waiting.stat().st_size)
    document.write(waiting.read_bytes())
    pdf.recognise(document, [1, 2], writer)

    assert [page.text for page in attempts_in(sent[1])[0][0].pages] == ["Seite 1"]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "recognise", lambda *_, **__: ocr.Recognised("", 0))
    monkeypatch.setattr("time.process_time", lambda: 0.0)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("since", "count"), [(0.0, 3), (15.0, 1)])
def test_a_round_ends_by_the_clock_too(pipe: tuple[int, Writer], since: float, count: int) -> None:
    source, writer = pipe
    for reader, data in ((pdf, scanned.scan(*[scanned.LINES] * 3)), (images, fax())):
        document = mmap(-1, len(data))
        document.write(data)
        writer.began = time.monotonic() - since
        reader.recognise(document, [1, 2, 3], writer)
        (attempt,) = attempts_in(os.read(source, 10_000))[0]

        assert (len(attempt.pages), attempt.state) == (count, "ok")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("since", "method"), [(0.0, "ocr"), (15.0, "unreadable")])
def test_the_scans_in_an_archive_share_one_clock(since: float, method: str) -> None:
    data = fax()
    document = mmap(-1, len(data))
    document.write(data)
    inner = parts.PartWriter(1, parts.Budget(began=time.monotonic() - since))
    images.read(document, inner)
    parts._recognise(images, document, inner)

    assert [page.method for page in inner.read] == [method] * 3
