"""Documents to read: sound ones by reportlab, hostile ones by hand."""

import io
import zlib

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

UMLAUTS = "Grundstücksgeschäfte: Größe der Straßenfläche, Ärger über Öl – 1.250 €"
TOP = A4[1] - 72


def pdf(*pages: list[str], password: str = "") -> bytes:
    """A PDF with these lines on its pages."""
    target = io.BytesIO()
    encrypt = StandardEncryption(password, ownerPassword="owner") if password else None
    sheet = canvas.Canvas(target, pagesize=A4, encrypt=encrypt, invariant=1)
    for lines in pages:
        for number, line in enumerate(lines):
            sheet.drawString(72, TOP - 14 * number, line)
        sheet.showPage()
    sheet.save()
    return target.getvalue()


def two_columns(left: list[str], right: list[str]) -> bytes:
    """A PDF page with two columns, written one after the other."""
    target = io.BytesIO()
    sheet = canvas.Canvas(target, pagesize=A4, invariant=1)
    for x, lines in ((72, left), (320, right)):
        for number, line in enumerate(lines):
            sheet.drawString(x, TOP - 14 * number, line)
    sheet.save()
    return target.getvalue()


def scan() -> bytes:
    """A PDF page that shows a picture and nothing else."""
    target = io.BytesIO()
    sheet = canvas.Canvas(target, pagesize=A4, invariant=1)
    sheet.rect(72, 72, 300, 300, fill=1)
    sheet.save()
    return target.getvalue()


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1, the first its catalogue; without a table."""
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, text) for number, text in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R/Size %d>>\n%%%%EOF\n" % (len(objects) + 1)


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """A PDF stream object."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), extra, data)


def one_page(content: bytes, resources: bytes = b"", *more: bytes) -> bytes:
    """A PDF of one page with this content object (4) and further objects (5 on)."""
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<%s>>>>" % resources,
        content,
        *more,
    )


def flate_bomb() -> bytes:
    """A few kilobytes that unpack, twice packed, to more than a gibibyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b" " * (16 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    once = b"\x78\x9c" + block * 72 + b"\x03\x00"
    return one_page(stream(zlib.compress(once, 9), b"/Filter[/FlateDecode/FlateDecode]"))


def doubling_forms(depth: int) -> bytes:
    """A page that draws a form that draws another one twice, and so on: 2 ** depth lines of text."""
    forms = []
    for level in range(depth):
        number = 6 + level
        last = level == depth - 1
        content = b"BT /F 9 Tf 9 9 Td (Haushalt) Tj ET" if last else b"/X Do 1 0 0 1 1 1 cm /X Do"
        inner = b"" if last else b"/XObject<</X %d 0 R>>" % (number + 1)
        resources = b"/Resources<</Font<</F 5 0 R>>%s>>" % inner
        forms.append(stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]" + resources))
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return one_page(stream(b"/X Do"), b"/XObject<</X 6 0 R>>", font, *forms)


def many_runs(number: int) -> bytes:
    """A page of so many single letters, each placed by itself."""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    content = b"".join(
        b"BT /F 4 Tf %d %d Td (%c) Tj ET\n" % (run * 7 % 590, run * 13 % 790, 97 + run % 26) for run in range(number)
    )
    return one_page(stream(content), b"/Font<</F 5 0 R>>", font)


HOSTILE: dict[str, bytes] = {
    "page tree that contains itself": raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2000000000>>"
    ),
    "form that draws itself": one_page(
        stream(b"/X Do"),
        b"/XObject<</X 5 0 R>>",
        stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"),
    ),
    "arrays in arrays": one_page(b"[" * 60_000 + b"]" * 60_000),
    "brackets in the content": one_page(stream(b"[" * 60_000)),
    "unclosed states": one_page(stream(b"q " * 60_000)),
    "length that points to itself": raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Length 4 0 R>>stream\nq\nendstream",
    ),
    "table that precedes itself": (
        b"%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer<</Size 1/Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF"
    ),
    "huge page": one_page(stream(b"1e38 0 0 1e38 0 0 cm BT /F 1e38 Tf 1e38 Tr (a) Tj ET")),
    "two billion objects": b"%PDF-1.4\nxref\n0 2000000000\ntrailer<</Size 2000000000/Root 1 0 R>>\nstartxref\n9\n%%EOF",
    "predictor of a huge width": one_page(
        stream(zlib.compress(b"\x02" * 999), b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 2147483647>>")
    ),
    "nothing but a header": b"%PDF-1.7\n",
    "noise behind a header": b"%PDF-1.7\n" + bytes(number * number * 31 % 256 for number in range(50_000)),
}
