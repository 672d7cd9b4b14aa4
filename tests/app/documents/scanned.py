"""Pages that are pictures of text: set with reportlab, drawn with PDFium, and put into a PDF as a picture."""

import io

import pypdfium2
from PIL import Image, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from . import samples

LINES = [
    "Der Ausschuss für Umwelt und Verkehr empfiehlt dem Rat der Stadt,",
    "die Straßenbäume in der Gartenstraße bis zum Herbst nachzupflanzen.",
    "Die Kosten in Höhe von 12.500 Euro sind im Haushaltsplan enthalten.",
    "Abstimmungsergebnis: einstimmig beschlossen.",
]


def picture(lines: list[str], *, dpi: int = 150) -> Image.Image:
    """A page with these lines as a scanner would see it."""
    page = pypdfium2.PdfDocument(samples.pdf(lines))[0]
    drawn: Image.Image = page.render(scale=dpi / 72, grayscale=True).to_pil()
    return drawn.filter(ImageFilter.GaussianBlur(0.6))


def scan(*pages: list[str], turned: int = 0, stamp: str = "", hidden: list[str] | None = None) -> bytes:
    """A PDF of scanned pages, with a stamp on each, or an invisible text over the picture."""
    target = io.BytesIO()
    sheet = canvas.Canvas(target, pagesize=A4, invariant=1)
    for lines in pages:
        sheet.drawImage(ImageReader(picture(lines).rotate(turned)), 0, 0, *A4)
        if stamp:
            sheet.drawString(400, 20, stamp)
        if hidden:
            text = sheet.beginText(72, samples.TOP)
            text.setTextRenderMode(3)
            for line in hidden:
                text.textLine(line)
            sheet.drawText(text)
        sheet.showPage()
    sheet.save()
    return target.getvalue()


def joined(*documents: bytes) -> bytes:
    """One PDF of these, one after the other."""
    whole, target = pypdfium2.PdfDocument.new(), io.BytesIO()
    for document in documents:
        whole.import_pages(pypdfium2.PdfDocument(document))
    whole.save(target)
    return target.getvalue()
