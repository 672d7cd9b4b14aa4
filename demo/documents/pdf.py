"""Pages to PDF bytes: letterhead, crest, page numbers; the same document always gives the same bytes."""

from __future__ import annotations

import io
import random
from textwrap import shorten

from reportlab.pdfgen.canvas import Canvas

from demo.config import POSTCODE, TOWN, WEBSITE

from .blocks import Document, SitePlan
from .layout import BOLD, HEIGHT, LEFT, LINE, REGULAR, RIGHT, WIDTH, Fill, Layout, Page, Plan, Run, Stroke
from .scan import scanned_pages

_INK = (0.08, 0.16, 0.32)


def render(document: Document) -> bytes:
    """The document as PDF; a damaged one breaks off in the middle, as after a failed upload."""
    pages = Layout(document).pages
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1)
    canvas.setTitle(document.title)
    canvas.setAuthor(document.sender)
    canvas.setCreator("Sitzungsdienst " + TOWN)
    if document.scanned:
        for image in scanned_pages(document, pages):
            canvas.drawImage(image, 0, 0, WIDTH, HEIGHT)
            canvas.showPage()
    else:
        for number, page in enumerate(pages, 1):
            _head(canvas, document, number)
            _draw(canvas, page)
            _foot(canvas, number, len(pages))
            canvas.showPage()
    canvas.save()
    data = buffer.getvalue()
    return data[: len(data) * 2 // 5] if document.damaged else data


def _head(canvas: Canvas, document: Document, number: int) -> None:
    if number == 1 and (document.letterhead or document.cover):
        _letterhead(canvas, document)
    else:
        canvas.setFont(REGULAR, 8.5)
        canvas.drawString(LEFT, HEIGHT - 50, shorten(document.running_head, 105, placeholder=" …"))
        canvas.setLineWidth(0.4)
        canvas.line(LEFT, HEIGHT - 56, RIGHT, HEIGHT - 56)


def _foot(canvas: Canvas, number: int, total: int) -> None:
    canvas.setFont(REGULAR, 8)
    canvas.drawString(
        LEFT, 40, f"Stadt {TOWN} · Rathausplatz 1 · {POSTCODE} {TOWN} · {WEBSITE.removeprefix('https://')}"
    )
    canvas.drawRightString(RIGHT, 40, f"Seite {number} von {total}")


def _letterhead(canvas: Canvas, document: Document) -> None:
    crest(canvas, LEFT, HEIGHT - 96, 40)
    canvas.setFillColorRGB(*_INK)
    canvas.setFont(BOLD, 17)
    canvas.drawString(LEFT + 54, HEIGHT - 68, f"Stadt {TOWN}")
    canvas.setFont(REGULAR, 9.5)
    canvas.drawString(LEFT + 54, HEIGHT - 84, document.sender)
    canvas.setFillGray(0)
    canvas.setFont(BOLD, 10.5)
    canvas.drawRightString(RIGHT, HEIGHT - 68, document.kind)
    canvas.setStrokeColorRGB(*_INK)
    canvas.setLineWidth(1.2)
    canvas.line(LEFT, HEIGHT - 108, RIGHT, HEIGHT - 108)
    canvas.setStrokeGray(0)


def crest(canvas: Canvas, x: float, y: float, size: float) -> None:
    """The town's crest: a bridge over two waves under a linden leaf."""
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(size / 40, size / 40)
    canvas.setFillColorRGB(*_INK)
    shield = canvas.beginPath()
    shield.moveTo(0, 44)
    shield.lineTo(36, 44)
    shield.lineTo(36, 18)
    shield.curveTo(36, 6, 24, 0, 18, -4)
    shield.curveTo(12, 0, 0, 6, 0, 18)
    shield.close()
    canvas.drawPath(shield, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.rect(4, 19, 28, 4, stroke=0, fill=1)
    for pier in (5, 16, 27):
        canvas.rect(pier, 13, 4, 7, stroke=0, fill=1)
    canvas.setStrokeGray(1)
    canvas.setLineWidth(1.6)
    for height in (9.0, 5.0):
        wave = canvas.beginPath()
        wave.moveTo(9, height)
        wave.curveTo(12, height + 3, 15, height - 3, 18, height)
        wave.curveTo(21, height + 3, 24, height - 3, 27, height)
        canvas.drawPath(wave, stroke=1, fill=0)
    leaf = canvas.beginPath()
    leaf.moveTo(18, 41)
    leaf.curveTo(26, 36, 25, 28, 18, 28)
    leaf.curveTo(11, 28, 10, 36, 18, 41)
    canvas.drawPath(leaf, stroke=0, fill=1)
    canvas.restoreState()


def _draw(canvas: Canvas, page: Page) -> None:
    for item in page:
        match item:
            case Fill():
                canvas.setFillGray(item.gray)
                canvas.rect(item.x, item.y, item.width, item.height, stroke=0, fill=1)
                canvas.setFillGray(0)
            case Stroke():
                canvas.setLineWidth(item.width)
                canvas.line(item.x1, item.y1, item.x2, item.y2)
            case Plan():
                _site_plan(canvas, item.y, item.height, item.plan)
            case Run():
                pass
    text = canvas.beginText()
    for item in page:
        if isinstance(item, Run):
            text.setFont(item.font, item.size)
            text.setTextOrigin(item.x, item.y)
            text.textOut(item.text)
    canvas.drawText(text)


def _site_plan(canvas: Canvas, y: float, height: float, plan: SitePlan) -> None:
    rng = random.Random(plan.seed)
    canvas.saveState()
    canvas.translate(LEFT, y)
    frame = canvas.beginPath()
    frame.rect(0, 0, LINE, height)
    canvas.clipPath(frame, stroke=1, fill=0)
    canvas.setFillGray(0.97)
    canvas.rect(0, 0, LINE, height, stroke=0, fill=1)
    middle = (LINE * rng.uniform(0.4, 0.6), height * rng.uniform(0.42, 0.58))
    _houses(canvas, rng, height)
    for position, street in enumerate(plan.streets):
        _street(canvas, rng, street, position, middle, height)
    _area(canvas, rng, middle)
    canvas.setFillGray(1)
    canvas.rect(0, height - 24, LINE, 24, stroke=0, fill=1)
    canvas.rect(LINE - 124, 0, 124, 58, stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.setFont(BOLD, 9)
    canvas.drawString(10, height - 16, plan.label[:90])
    canvas.setFont(REGULAR, 8)
    canvas.line(LINE - 110, 14, LINE - 40, 14)
    canvas.drawString(LINE - 110, 18, "0          50 m")
    canvas.line(LINE - 22, 14, LINE - 22, 40)
    canvas.drawCentredString(LINE - 22, 44, "N")
    canvas.restoreState()


def _houses(canvas: Canvas, rng: random.Random, height: float) -> None:
    canvas.setFillGray(0.85)
    canvas.setLineWidth(0.3)
    for _ in range(70):
        side = rng.uniform(10, 26)
        canvas.rect(rng.uniform(0, LINE), rng.uniform(0, height), side, side * rng.uniform(0.5, 1), stroke=1, fill=1)


def _street(
    canvas: Canvas, rng: random.Random, name: str, position: int, middle: tuple[float, float], height: float
) -> None:
    angle = rng.uniform(-12, 12) + (0 if position % 2 == 0 else 80)
    canvas.saveState()
    canvas.translate(middle[0], middle[1] + (position // 2) * height * 0.27)
    canvas.rotate(angle)
    canvas.setStrokeGray(0.6)
    canvas.setLineWidth(19)
    canvas.line(-900, 0, 900, 0)
    canvas.setStrokeGray(1)
    canvas.setLineWidth(17)
    canvas.line(-900, 0, 900, 0)
    canvas.setFillGray(0.1)
    canvas.setFont(REGULAR, 8)
    canvas.drawString(60 if position % 2 == 0 else 45, -3, name)
    canvas.restoreState()


def _area(canvas: Canvas, rng: random.Random, middle: tuple[float, float]) -> None:
    canvas.saveState()
    canvas.translate(middle[0] - 130, middle[1] - 75)
    path = canvas.beginPath()
    path.moveTo(0, rng.uniform(0, 18))
    path.lineTo(rng.uniform(150, 220), 0)
    path.lineTo(rng.uniform(220, 245), rng.uniform(55, 66))
    path.lineTo(rng.uniform(5, 30), rng.uniform(58, 66))
    path.close()
    canvas.setStrokeColorRGB(*_INK)
    canvas.setLineWidth(2)
    canvas.setDash(8, 4)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.setDash()
    canvas.setLineWidth(0.4)
    for step in range(-80, 260, 7):
        canvas.line(step, 0, step + 75, 75)
    canvas.restoreState()
