"""A page as a picture, and where on it the words stand; runs in the sandboxed child."""

import ctypes
import io
import json
import re
from collections.abc import Iterator
from mmap import mmap
from typing import Any, BinaryIO, cast

import pypdfium2
from PIL import Image, ImageOps
from pypdfium2 import raw

from . import images, pdf
from .picture import LONGEST, MAX_LENGTH, MAX_PARTS, MAX_WORDS, SCALE, Request
from .sniff import PDF
from .text import clean, mend_marks

# Of 12 pages of law gazettes the second of seven methods takes 30 ms and 70 kB; the usual fourth 75 ms and 60 kB.
_METHOD, _QUALITY = 1, 75
_FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP")
_WORD = re.compile(r"\S+")
_WHITE = (255, 255, 255)


def warm_up() -> None:
    """Load the plugins and encode one picture, for no file can be opened later."""
    Image.init()
    for kind in _FORMATS:
        sample = io.BytesIO()
        Image.new("RGB", (8, 8), _WHITE).save(sample, kind)
        with Image.open(sample, formats=_FORMATS) as picture:
            picture.load()


def answer(document: mmap, request: Request) -> bytes:
    """Draw a page as WebP, or list its words as JSON; raises whatever the libraries do."""
    if request["kind"] == "scanned words":
        return json.dumps(list(_seen(document, request))).encode()
    if request["media_type"] == PDF:
        opened = pypdfium2.PdfDocument((ctypes.c_char * len(document)).from_buffer(document))
        if request["kind"] == "words":
            return json.dumps(list(_words(opened[request["page"] - 1]))).encode()
        return _encoded(_drawn(opened, request["page"] - 1, request["width"]))
    if request["kind"] == "words":
        return b"[]"
    return _encoded(_scaled(document, request["page"] - 1, request["width"]))


def _drawn(opened: pypdfium2.PdfDocument, index: int, width: int) -> Image.Image:
    opened.init_forms()  # else what was filled into a form is missing
    page = opened[index]
    across, down = page.get_size()
    scale = min(width / across, LONGEST * width / down)
    drawn: Image.Image = page.render(scale=scale, rev_byteorder=True).to_pil()
    return drawn.convert("RGB")


def _scaled(document: mmap, index: int, width: int) -> Image.Image:
    with Image.open(cast("BinaryIO", document), formats=_FORMATS) as picture:
        picture.seek(index)
        picture.draft("RGB", (width, LONGEST * width))
        picture.thumbnail((width, LONGEST * width), reducing_gap=2.0)
        upright = ImageOps.exif_transpose(picture)
        if upright.width > width:
            upright.thumbnail((width, LONGEST * width))
        paper = Image.new("RGBA", upright.size, _WHITE)
        paper.alpha_composite(upright.convert("RGBA"))
        return paper.convert("RGB")


def _encoded(picture: Image.Image) -> bytes:
    data = io.BytesIO()
    picture.info.clear()  # neither EXIF nor profile: what else a scan tells of its maker stays in the original
    picture.save(data, "WEBP", quality=_QUALITY, method=_METHOD)
    return data.getvalue()


def _words(page: pypdfium2.PdfPage) -> Iterator[tuple[str, list[int]]]:
    """Yield each word with its places: left, top, width, height of each line it stands on."""
    text_page = page.get_textpage()
    text = "".join(chr(raw.FPDFText_GetUnicode(text_page, n)) for n in range(text_page.count_chars()))
    for count, found in enumerate(_WORD.finditer(text)):
        if count == MAX_WORDS:
            return
        word = clean(mend_marks(found.group()))
        if word:
            places = _places(page, text_page, found.start(), found.end() - found.start())
            yield word[:MAX_LENGTH], places[: 4 * MAX_PARTS]


def _seen(document: mmap, request: Request) -> Iterator[tuple[str, list[int]]]:
    """Yield each word of a scan with its place; to recognise them takes a second."""
    reader = pdf if request["media_type"] == PDF else images
    for word, place in reader.words_seen(document, request["page"])[:MAX_WORDS]:
        if text := clean(word):
            yield text[:MAX_LENGTH], [round(SCALE * one) for one in place]


def _places(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, start: int, length: int) -> list[int]:
    lines: list[list[int]] = []  # left, top, right, bottom
    for number in range(text_page.count_rects(start, length)):
        left, bottom, right, top = text_page.get_rect(number)
        (x1, y1), (x2, y2) = _on_paper(page, left, top), _on_paper(page, right, bottom)
        x1, y1, x2, y2 = min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
        # Spaced letters come one by one.
        if lines and y1 < lines[-1][3] and y2 > lines[-1][1]:
            before = lines[-1]
            lines[-1] = [min(before[0], x1), min(before[1], y1), max(before[2], x2), max(before[3], y2)]
        else:
            lines.append([x1, y1, x2, y2])
    return [number for x1, y1, x2, y2 in lines for number in (x1, y1, x2 - x1, y2 - y1)]


def _on_paper(page: Any, x: float, y: float) -> tuple[int, int]:
    """Return a point of the page as it is seen, turned and cut, in ten-thousandths from the left and from the top."""
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, SCALE, SCALE, 0, x, y, across, down)
    return across.value, down.value
