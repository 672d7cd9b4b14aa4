"""Letters guessed from pictures, by Tesseract with German data where both are installed; runs in the sandboxed child.

Debian: tesseract-ocr and tesseract-ocr-deu. The library is called directly: the child may start no program and open no
file, so `warm_up` loads all there is to load before the child is forked.
"""

import ctypes
import os
import re
import sys
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .text import mend_hyphens

DPI = 200  # 300 finds 0.947 of the words on real scans and not 0.938, but takes 38 % longer (docs/benchmarks.md)
MAX_PIXELS = 12_000_000  # three pages of A4: a plan of A0 is drawn coarser
# A round ends by itself in the 29 s of a document, though the page begun last may take as long again: by the processor,
# and by the clock where others hold the processor.
_CPU_SECONDS, _SECONDS = 9.0, 14.0
_LANGUAGE = b"deu"
_LIBRARIES = ("libtesseract.so.5", "libtesseract.so.4", "libtesseract.5.dylib", "libtesseract.dylib")
_DATA = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
_UPRIGHT = 50  # pages that stand on their head come to 26 to 34, poor scans to 80
_NOISE = 25  # words less sure than that are specks, stamps and signatures
_WORD_ROW = "5"
_PAPER = 255
_HAS_WORD = re.compile(r"\w")


class Seen(NamedTuple):
    """A word and where it stands in the picture: left, top, width and height as shares of the whole."""

    text: str
    place: tuple[float, float, float, float]


class Recognised(NamedTuple):
    """What was read from a picture, how sure of it the recogniser is, 0 to 100, and its words."""

    text: str
    confidence: int
    words: tuple[Seen, ...] = ()


class _Tesseract:
    def __init__(self, library: ctypes.CDLL, data: str) -> None:
        self._call = library
        self._call.TessBaseAPICreate.restype = ctypes.c_void_p
        self._call.TessBaseAPIGetTsvText.restype = ctypes.c_void_p
        self._api = ctypes.c_void_p(self._call.TessBaseAPICreate())
        if self._call.TessBaseAPIInit3(self._api, data.encode(), _LANGUAGE):
            raise OSError("Tesseract does not take its German data")
        self._call.TessBaseAPISetPageSegMode(self._api, 3)  # PSM_AUTO: columns and paragraphs, no turning of pages

    def words(self, address: int, width: int, height: int, stride: int, dpi: int) -> list[list[str]]:
        """Return the rows of Tesseract's table that are words: place in the page, confidence, text."""
        self._call.TessBaseAPISetImage(self._api, ctypes.c_void_p(address), width, height, 1, stride)
        self._call.TessBaseAPISetSourceResolution(self._api, dpi)
        table = self._call.TessBaseAPIGetTsvText(self._api, 0)
        if not table:
            return []
        rows = ctypes.string_at(table).decode("utf-8", "replace").split("\n")
        self._call.TessDeleteText(ctypes.c_void_p(table))
        self._call.TessBaseAPIClear(self._api)
        cells = (row.split("\t", 11) for row in rows)
        return [row for row in cells if row[0] == _WORD_ROW and len(row) == 12]


def installed() -> bool:
    """Tell whether text can be recognised on this machine."""
    return _data() != "" and _library() is not None


def warm_up() -> bool:
    """Load everything, and recognise an empty picture; False where nothing is installed."""
    if not installed() or _tesseract() is None:
        return False
    recognise(bytes([_PAPER]) * 64 * 64, 64, 64, stride=64, dpi=DPI)
    return True


def time_is_up(since: float) -> bool:
    """Tell whether no further page is to be begun in this process, in a round that began then (time.monotonic)."""
    return time.process_time() > _CPU_SECONDS or time.monotonic() - since > _SECONDS


def recognise(pixels: bytes, width: int, height: int, *, stride: int, dpi: int) -> Recognised:
    """Read a grey picture, one byte a pixel, whichever way up it is; only after `warm_up` has said yes."""
    engine = _tesseract()
    if engine is None:
        return Recognised("", 0)
    found = _read(engine, pixels, 0, (width, height, stride, dpi))
    if found.text and found.confidence < _UPRIGHT:
        # Tesseract reads lines that run upwards by itself, so this is enough for pages turned by any right angle.
        turned = _read(engine, pixels[::-1], stride - width, (width, height, stride, dpi))
        found = max(found, turned._replace(words=_turned(turned.words)), key=lambda one: one.confidence)
    return found


def _turned(words: tuple[Seen, ...]) -> tuple[Seen, ...]:
    """Where words of a picture stand when it is put back on its head."""
    return tuple(Seen(word, (1 - x - wide, 1 - y - high, wide, high)) for word, (x, y, wide, high) in words)


def _read(engine: _Tesseract, pixels: bytes, skipped: int, form: tuple[int, int, int, int]) -> Recognised:
    buffer = ctypes.create_string_buffer(pixels, len(pixels) + 1)
    rows = engine.words(ctypes.addressof(buffer) + skipped, *form)
    words = [(row[2:5], float(row[10]), row[11].strip(), row[6:10]) for row in rows if row[11].strip()]
    letters = sum(len(word) for _, _, word, _ in words)
    if not letters:
        return Recognised("", 0)
    sure = sum(confidence * len(word) for _, confidence, word, _ in words) / letters
    kept = [(place, word, box) for place, sureness, word, box in words if sureness >= _NOISE]
    seen = tuple(Seen(word, _share(box, *form[:2])) for _, word, box in kept)
    return Recognised(_lines([(place, word) for place, word, _ in kept]), round(sure), seen)


def _share(box: list[str], width: int, height: int) -> tuple[float, float, float, float]:
    left, top, wide, high = map(int, box)
    return left / width, top / height, wide / width, high / height


def _lines(words: list[tuple[list[str], str]]) -> str:
    """Set words as they stand: lines, and an empty line between paragraphs."""
    text: list[str] = []
    before: list[str] = []
    for place, word in words:
        if before:
            text.append(" " if place == before else "\n" if place[:2] == before[:2] else "\n\n")
        text.append(word)
        before = place
    lines = "".join(text)
    return mend_hyphens(lines) if _HAS_WORD.search(lines) else ""


@cache
def _tesseract() -> _Tesseract | None:
    library = _library()
    try:
        return _Tesseract(library, _data()) if library else None
    except OSError:
        return None


@cache
def _library() -> ctypes.CDLL | None:
    # More threads make a page slower, and the child may start none; read when the library is loaded.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    for name in _LIBRARIES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


@cache
def _data() -> str:
    if sys.platform not in ("linux", "darwin"):
        return ""
    places = (place for place in _DATA if Path(place, f"{_LANGUAGE.decode()}.traineddata").is_file())
    return next(places, "")
