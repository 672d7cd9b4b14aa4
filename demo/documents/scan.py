"""Pages as a copier would have scanned them: slightly turned, black and white, no text layer."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader

from .blocks import Document
from .layout import BOLD, HEIGHT, WIDTH, Fill, Page, Run, Stroke

# 110 dpi: still legible to a text recogniser, a third of the bytes of the usual 200.
_SCALE = 110 / 72
_BLACK_OR_WHITE = [255 if value > 150 else 0 for value in range(256)]


@functools.cache
def _font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    # Vera comes with reportlab, so scans look alike on machines without any font.
    folder = Path(reportlab.__file__).parent / "fonts"
    return ImageFont.truetype(folder / ("VeraBd.ttf" if bold else "Vera.ttf"), size)


def scanned_pages(document: Document, pages: list[Page]) -> Iterator[ImageReader]:
    """One black and white image a page, each turned and speckled a little."""
    rng = random.Random(f"scan:{document.title}")
    size = (round(WIDTH * _SCALE), round(HEIGHT * _SCALE))
    for page in pages:
        image = Image.new("L", size, 255)
        draw = ImageDraw.Draw(image)
        for item in page:
            _ink(draw, item, size[1])
        if page is pages[0]:
            draw.text((100, 90), f"Stadt Lohenbrück · {document.kind}", fill=0, font=_font(True, 22))
        turned = image.rotate(rng.uniform(-0.7, 0.7), resample=Image.Resampling.BILINEAR, fillcolor=255)
        speckle = ImageDraw.Draw(turned)
        for _ in range(60):
            speckle.point((rng.randrange(size[0]), rng.randrange(size[1])), fill=0)
        # Grey in two shades: reportlab would blow a one-bit image up to three bytes a pixel.
        yield ImageReader(turned.point(_BLACK_OR_WHITE))


def _ink(draw: ImageDraw.ImageDraw, item: object, height: int) -> None:
    match item:
        case Run():
            # Vera runs wider than Helvetica, hence nine tenths of the size.
            font = _font(item.font == BOLD, round(item.size * _SCALE * 0.88))
            draw.text((item.x * _SCALE, height - (item.y + item.size * 0.8) * _SCALE), item.text, fill=20, font=font)
        case Stroke():
            points = (item.x1 * _SCALE, height - item.y1 * _SCALE, item.x2 * _SCALE, height - item.y2 * _SCALE)
            draw.line(points, fill=60, width=1)
        case Fill():
            pass
        case _:
            pass
