"""PDF to text per page; runs in the sandboxed child.

PDFium reads (378 pages a CPU second); pdfminer.six (15) is asked where PDFium cannot open the file or finds no text.
"""

import ctypes
import gc
import io
from collections.abc import Iterator
from itertools import islice
from mmap import mmap
from typing import BinaryIO, cast

import pypdfium2
from pdfminer.converter import TextConverter
from pdfminer.layout import LAParams
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

from .text import mend_hyphens, mend_marks
from .wire import EnoughError, Writer

# What pdfminer finds nothing on so many first pages, it will not find on the others: a scan of 500 pages costs it 30 s.
_PROBED_PAGES = 5
_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
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
    _page_text(pdf, 0)
    pdf.close()


def read(document: mmap, writer: Writer) -> None:
    """Read with PDFium, or pdfminer.six where that fails."""
    # PDFium leaves no circles behind, and each round of the collector copies shared memory: 12 % of the time.
    gc.disable()
    writer.begin("pdfium")
    state = _read_first(document, writer)
    gc.enable()
    if state == "damaged" or (state == "empty" and _finds_text(document)):
        read_again(document, writer)


def _read_first(document: mmap, writer: Writer) -> str:
    view = (ctypes.c_char * len(document)).from_buffer(document)
    try:
        pdf = pypdfium2.PdfDocument(view)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (_PASSWORD, _SECURITY):
            writer.end("encrypted", "The PDF opens only with a password.")
            return "encrypted"
        writer.end("damaged", "Neither PDFium nor pdfminer.six can open the PDF.")
        return "damaged"
    unread, with_text, total = 0, 0, len(pdf)
    try:
        for number in range(total):
            text = _page_text(pdf, number)
            unread += text is None
            with_text += bool(text and not text.isspace())
            writer.page(mend_marks(text or ""), method="pdfium")
    except EnoughError as enough:
        writer.end("partly", f"The PDF {enough}; the rest is left out.", truncated=True)
        return "partly"
    return _conclude(writer, total, with_text, unread)


def _page_text(pdf: pypdfium2.PdfDocument, number: int) -> str | None:
    """A page's text, or nothing if PDFium cannot read the page."""
    try:
        page = pdf[number]
        text_page = page.get_textpage()
        text = str(text_page.get_text_range())
    except (pypdfium2.PdfiumError, AssertionError):
        return None
    text_page.close()
    page.close()
    return text


def _conclude(writer: Writer, total: int, with_text: int, unread: int) -> str:
    if unread:
        state = "partly" if with_text else "damaged"
        writer.end(state, f"{unread} of {total} pages cannot be read.")
    elif not with_text:
        state = "empty"
        writer.end(state, "No page has text: probably a scan.")
    else:
        state = "ok"
        missing = total - with_text
        writer.end(state, f"{missing} of {total} pages have no text." if missing else "")
    return state


def read_again(document: mmap, writer: Writer) -> None:
    """Read with pdfminer.six alone, where PDFium has died of the document."""
    writer.begin("pdfminer")
    total, with_text = 0, 0
    try:
        for text in _pdfminer_pages(document):
            total += 1
            with_text += bool(text)
            writer.page(mend_hyphens(text), method="pdfminer")
    except EnoughError as enough:
        writer.end("partly", f"The PDF {enough}; the rest is left out.", truncated=True)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # on a damaged file pdfminer raises whatever Python can
        state = "partly" if with_text else "damaged"
        writer.end(state, f"No reader gets past page {total} of the PDF ({type(error).__name__}).")
    else:
        if total:
            _conclude(writer, total, with_text, 0)
        else:
            writer.end("damaged", "The PDF has no pages that can be found.")


def _finds_text(document: mmap) -> bool:
    try:
        return any(text for text in islice(_pdfminer_pages(document), _PROBED_PAGES))
    except Exception:  # noqa: BLE001  # as above; what PDFium said stands
        return False


def _pdfminer_pages(document: mmap) -> Iterator[str]:
    document.seek(0)
    stream = cast("BinaryIO", document)  # all that is asked of it is read, seek and tell
    resources = PDFResourceManager()
    for page in PDFPage.create_pages(PDFDocument(PDFParser(stream))):
        text = io.StringIO()
        # Without all_texts nothing is found on pages whose text sits in a form object, as in annexes of federal laws.
        device = TextConverter(resources, text, laparams=LAParams(all_texts=True))
        PDFPageInterpreter(resources, device).process_page(page)
        yield text.getvalue().replace("\f", "").rstrip()
