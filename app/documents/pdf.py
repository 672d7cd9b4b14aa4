"""PDF to text per page; runs in the sandboxed child.

PDFium reads (550 pages a CPU second); pdfminer.six (20) is asked where PDFium cannot open the file, finds no text, or
where its text is hardly what the page shows. Pages that are pictures of text are named as such, and recognised when
they are asked for by their numbers: a page then takes a second.
"""

import ctypes
import gc
from collections.abc import Iterator
from mmap import mmap

import pypdfium2
import pypdfium2.raw as pdfium

from . import heads, language, layout, miner, ocr, title
from .reading import GARBLED, SCAN, UNREADABLE, PageText
from .text import mend_hyphens, mend_marks
from .verdict import verdict
from .wire import EnoughError, Writer

_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
_SAMPLE = 20_000  # characters; more do not make the language any surer
_FEW_LETTERS = 150  # a stamp, a number and a date; a page with more is no scan
_MOST_OBJECTS = 50  # a scan is one picture, or some strips
_PICTURE_SHARE = 0.5  # of the page
_SECOND_OPINIONS = 3  # of the fonts of one document; what pdfminer.six reads no better on three pages stays so
_LONGEST_DOUBT = 20_000  # characters: a page of 60,000 runs takes pdfminer.six 20 s
_BLANK = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 21>>stream
BT /F 9 Tf (a) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/TrueType/BaseFont/Arial>>endobj
trailer<</Root 1 0 R>>
"""


def warm_up() -> None:
    """Read one letter of our own, so that PDFium looks through the system's fonts once and not for each document."""
    pdf = pypdfium2.PdfDocument(_BLANK)
    page = pdf[0]
    layout.plain(page.get_textpage().raw)
    page.render(grayscale=True)
    pdf.close()
    ocr.warm_up()


def read(document: mmap, writer: Writer) -> None:
    """Read with PDFium, or pdfminer.six where that fails."""
    # PDFium leaves no circles behind, and each round of the collector copies shared memory: 12 % of the time.
    gc.disable()
    writer.begin("pdfium")
    state, with_text = _read_first(document, writer)
    gc.enable()
    if state == "damaged" or (state == "empty" and not with_text and miner.finds_text(document)):
        read_again(document, writer)


def read_again(document: mmap, writer: Writer) -> None:
    """Read with pdfminer.six alone, as PDFium has failed or died."""
    writer.begin("pdfminer")
    pages: list[PageText] = []
    try:
        for text in miner.pages(document):
            pages.append(PageText(mend_hyphens(text), GARBLED if language.doubt(text) else "pdfminer"))
            writer.page(pages[-1].text, method=pages[-1].method)
    except EnoughError as enough:
        writer.end("partly", f"The PDF {enough}; the rest is left out.", truncated=True)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # on a damaged file pdfminer raises whatever Python can
        state = "partly" if any(page.text for page in pages) else "damaged"
        writer.end(state, f"No reader gets past page {len(pages)} of the PDF ({type(error).__name__}).")
    else:
        if pages:
            writer.meta(language=language.of(_sample(pages)))
            writer.end(*verdict(pages))
        else:
            writer.end("damaged", "The PDF has no pages that can be found.")


def recognise(document: mmap, numbers: list[int], writer: Writer) -> None:
    """Recognise the pages with these numbers, from 1, in their order, as far as the time goes."""
    writer.begin("ocr")
    pdf = _opened(document)
    for number in numbers:
        page = _recognised(pdf, number - 1)
        writer.page(page.text, method=page.method, confidence=page.confidence)
        writer.flush()
        if ocr.time_is_up(writer.began):
            break
    writer.end("ok")


def _opened(document: mmap) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument((ctypes.c_char * len(document)).from_buffer(document))


def _read_first(document: mmap, writer: Writer) -> tuple[str, bool]:
    """Read with PDFium; returns the state, and whether any page has text, legible or not."""
    try:
        pdf = _opened(document)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (_PASSWORD, _SECURITY):
            writer.end("encrypted", "The PDF opens only with a password.")
            return "encrypted", False
        writer.end("damaged", "Neither PDFium nor pdfminer.six can open the PDF.")
        return "damaged", False
    pages: list[PageText] = []
    state, reason, truncated = "partly", "", False
    try:
        for page in heads.set_apart(_Pages(pdf, document), len(pdf)):
            pages.append(page)
            writer.page(page.text, method=page.method)
    except EnoughError as enough:
        reason, truncated = f"The PDF {enough}; the rest is left out.", True
    else:
        state, reason = verdict(pages)
    if pages and state in ("ok", "partly"):
        legible = pages[0].method not in (GARBLED, SCAN)
        writer.meta(language=language.of(_sample(pages)), title=title.of(pdf, legible=legible))
    writer.end(state, reason, truncated=truncated)
    return state, any(page.text for page in pages)


def _sample(pages: list[PageText]) -> str:
    sample = ""
    for page in pages:
        if page.method != GARBLED:
            sample += page.text[: _SAMPLE - len(sample)]
        if len(sample) >= _SAMPLE:
            break
    return sample


class _Pages:
    """The pages of a PDF one after the other, each by the reader that reads it best."""

    def __init__(self, pdf: pypdfium2.PdfDocument, document: mmap) -> None:
        self._pdf = pdf
        self._document = document
        self._opinions = 0

    def __iter__(self) -> Iterator[PageText]:
        # The bare calls: what pypdfium2 keeps of each page and each text costs 5 % of the time.
        for index in range(len(self._pdf)):
            page = pdfium.FPDF_LoadPage(self._pdf.raw, index)
            text_page = pdfium.FPDFText_LoadPage(page) if page else None
            yield self._page(index, page, text_page) if text_page else PageText("", UNREADABLE)
            if text_page:
                pdfium.FPDFText_ClosePage(text_page)
            if page:
                pdfium.FPDF_ClosePage(page)

    def _page(self, index: int, page: object, text_page: object) -> PageText:
        text = layout.plain(text_page)
        if language.doubt(text):
            return self._second_opinion(index, text)
        is_scan = len(text) < _FEW_LETTERS and _is_picture(page, has_text=bool(text) and not text.isspace())
        return PageText(_mended(layout.in_columns(text_page, page) or text), SCAN if is_scan else "pdfium")

    def _second_opinion(self, index: int, text: str) -> PageText:
        """Ask pdfminer.six, with the fonts' tables and without; what is no better there waits to be recognised."""
        if self._opinions < _SECOND_OPINIONS and len(text) < _LONGEST_DOUBT:
            self._opinions += 1
            for own_encoding in (False, True):
                other = miner.page(self._document, index, own_encoding=own_encoding)
                if other and not language.doubt(other) and len(other) > len(text) / 2:
                    self._opinions -= 1
                    return PageText(mend_hyphens(other), "pdfminer")
        return PageText(_mended(text), GARBLED)


def _mended(text: str) -> str:
    return mend_hyphens(mend_marks(text.replace("\r\n", "\n")))


def _is_picture(page: object, *, has_text: bool) -> bool:
    """Tell whether a page with little text is a picture of text; one without any, whether there is anything on it."""
    count = pdfium.FPDFPage_CountObjects(page)
    if not has_text:
        return bool(count > 0)
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    edges = [ctypes.byref(value) for value in (left, bottom, right, top)]
    covered = 0.0
    for index in range(min(count, _MOST_OBJECTS)):
        shown = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(shown) == pdfium.FPDF_PAGEOBJ_IMAGE:
            pdfium.FPDFPageObj_GetBounds(shown, *edges)
            covered += abs(right.value - left.value) * abs(top.value - bottom.value)
    return bool(covered > _PICTURE_SHARE * pdfium.FPDF_GetPageWidthF(page) * pdfium.FPDF_GetPageHeightF(page))


def words_seen(document: mmap, number: int) -> tuple[ocr.Seen, ...]:
    """Return the words of a scanned page, numbered from 1, and where they stand."""
    return _look(_opened(document), number - 1)[1].words


def _recognised(pdf: pypdfium2.PdfDocument, index: int) -> PageText:
    try:
        written, found = _look(pdf, index)
    except (pypdfium2.PdfiumError, ctypes.ArgumentError, IndexError):
        return PageText("", "ocr", 0)
    # What was written on the page remains if it is the greater part: a drawing with a legend.
    if len(found.text) < len(written) and not language.doubt(written):
        return PageText(written, "pdfium")
    return PageText(found.text, "ocr", found.confidence)


def _look(pdf: pypdfium2.PdfDocument, index: int) -> tuple[str, ocr.Recognised]:
    """What is written on a page, and what is recognised on its picture."""
    page = pdf[index]
    width, height = page.get_size()
    scale = min(ocr.DPI / 72, (ocr.MAX_PIXELS / max(width * height, 1)) ** 0.5)
    drawn = page.render(scale=scale, grayscale=True)
    text_page = page.get_textpage()
    written = _mended(layout.plain(text_page.raw))
    pixels, form = bytes(drawn.buffer), (drawn.width, drawn.height)
    return written, ocr.recognise(pixels, *form, stride=drawn.stride, dpi=round(scale * 72))
