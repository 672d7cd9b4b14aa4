"""The second reader of PDFs, pdfminer.six: 25 times slower than PDFium, asked where that fails or is in doubt."""

import io
from collections.abc import Iterator, Mapping
from itertools import islice
from mmap import mmap
from typing import Any, BinaryIO, cast

from pdfminer.converter import TextConverter
from pdfminer.layout import LAParams
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

# What it finds nothing on so many first pages, it will not find on the others: a scan of 500 pages costs it 30 s.
_PROBED_PAGES = 5


class _OwnEncoding(PDFResourceManager):
    """Fonts without their tables to Unicode, which may be broken where the fonts' own encoding is sound."""

    def get_font(self, number: object, spec: Mapping[str, object]) -> Any:
        font: Any = super().get_font(number, spec)
        font.unicode_map = None
        return font


def pages(document: mmap, *, own_encoding: bool = False) -> Iterator[str]:
    """Give each page's text; whatever Python can raise comes of a damaged file."""
    resources = _OwnEncoding() if own_encoding else PDFResourceManager()
    for page in _pages(document):
        yield _text(page, resources)


def page(document: mmap, index: int, *, own_encoding: bool) -> str:
    """Return the text of one page, counted from 0; "" if it cannot be read."""
    resources = _OwnEncoding() if own_encoding else PDFResourceManager()
    try:
        return "".join(_text(page, resources) for page in islice(_pages(document), index, index + 1))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # on a damaged file pdfminer raises whatever Python can; what PDFium said stands
        return ""


def finds_text(document: mmap) -> bool:
    """Tell whether any of the first pages has text."""
    try:
        return any(text for text in islice(pages(document), _PROBED_PAGES))
    except Exception:  # noqa: BLE001  # as above
        return False


def _pages(document: mmap) -> Iterator[Any]:
    document.seek(0)
    stream = cast("BinaryIO", document)  # all that is asked of it is read, seek and tell
    yield from PDFPage.create_pages(PDFDocument(PDFParser(stream)))


def _text(page: Any, resources: PDFResourceManager) -> str:
    text = io.StringIO()
    # Without all_texts nothing is found on pages whose text sits in a form object, as in annexes of federal laws.
    device = TextConverter(resources, text, laparams=LAParams(all_texts=True))
    PDFPageInterpreter(resources, device).process_page(page)
    return text.getvalue().replace("\f", "").rstrip()
