"""PDFs and pictures that mean harm, by hand: bombs, loops, depths, lies about lengths; each a few kilobytes."""

import struct
import zlib

from .samples import doubling_forms, flate_bomb, many_runs, one_page, raw_pdf, stream

FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
TEXT = b"BT /F 9 Tf 9 9 Td (Haushalt) Tj ET"
FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"


def _text(content: bytes = TEXT, extra: bytes = b"", font: bytes = FONT, *more: bytes) -> bytes:
    return one_page(stream(content, extra), b"/Font<</F 5 0 R>>", font, *more)


def _catalogue(entries: bytes, *more: bytes) -> bytes:
    """A sound page in a document whose catalogue has these entries; further objects from 5 on."""
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % entries,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        stream(b"q Q"),
        *more,
    )


def _tree(kids: bytes, *more: bytes) -> bytes:
    return raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count 9>>" % kids, *more)


def _filters(*names: bytes) -> bytes:
    return b"/Filter[%s]" % b"".join(b"/" + name for name in names)


def _cmap(ranges: bytes) -> bytes:
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    return _text(TEXT, b"", font, stream(b"/CIDInit /ProcSet findresource begin\nbegincmap\n" + ranges + b"\nendcmap"))


def _image(entries: bytes, data: bytes = b"\0") -> bytes:
    picture = stream(data, b"/Type/XObject/Subtype/Image" + entries)
    return one_page(stream(b"600 0 0 800 0 0 cm /I Do"), b"/XObject<</I 5 0 R>>", picture)


def _page_of(entries: bytes, *more: bytes) -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R%s>>" % entries
    return _tree(b"3 0 R", page, stream(TEXT), *more)


def _type3(glyph: bytes) -> bytes:
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 6 0 R>>/FirstChar 97"
        b"/LastChar 97/Widths[9]/Encoding<</Differences[97/a]>>/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>"
    )
    return _text(b"BT /F 9 Tf (aaaa) Tj ET", b"", font, stream(glyph))


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A picture that says it is so large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data or zlib.compress(b"\0")) + chunk(b"IEND", b"")
    )


_TABLE = b"xref\n0 1\n0000000000 65535 f \ntrailer<</Size 1/Prev %03d/Root 1 0 R>>\n"
_FIRST, _SECOND = 9, 9 + len(_TABLE % 0)
_TABLES = b"%PDF-1.4\n" + _TABLE % _SECOND + _TABLE % _FIRST + b"startxref\n%d\n%%%%EOF" % _SECOND

BOMBS: dict[str, bytes] = {
    "a gibibyte of blanks, packed twice": flate_bomb(),
    "forms drawn a billion times": doubling_forms(30),
    "sixty thousand runs of text": many_runs(60_000),
    "packed a hundred times": _text(b"x", _filters(*[b"FlateDecode"] * 100)),
    "hexadecimal a thousand times": _text(b"41" * 999 + b">", _filters(*[b"ASCIIHexDecode"] * 1000)),
    "lengths of runs": _text(b"\x81 " * 60_000 + b"\x80", _filters(*[b"RunLengthDecode"] * 4)),
    "letters that stand for many": _cmap(b"1 beginbfrange\n<0000> <FFFFFFFF> <0041>\nendbfrange"),
    "a letter that stands for a book": _cmap(b"1 beginbfchar\n<48> <" + b"0041" * 60_000 + b">\nendbfchar"),
    "a million ranges of letters": _cmap(b"9 beginbfrange\n" + b"<00> <FF> <41>\n" * 60_000 + b"endbfrange"),
    "a picture of a terapixel": _image(b"/Width 1000000/Height 1000000/ColorSpace/DeviceRGB/BitsPerComponent 8"),
    "a picture of negative size": _image(b"/Width -1/Height 2147483647/ColorSpace/DeviceRGB/BitsPerComponent 8"),
    "a picture in JBIG2 that is none": _image(b"/Width 9/Height 9/Filter/JBIG2Decode", b"\xff" * 999),
    "a picture in JPEG 2000 that is none": _image(
        b"/Width 9/Height 9/Filter/JPXDecode", b"\0\0\0\x0cjP  " + b"\xff" * 999
    ),
    "a fax of endless lines": _image(
        b"/Width 9/Height 9/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 2147483647>>"
    ),
    "a predictor of many colours": _text(
        b"x" * 99, b"/Filter/LZWDecode/DecodeParms<</Predictor 15/Colors 2147483647>>"
    ),
    "a page as wide as the sun": _page_of(b"/MediaBox[0 0 1e30 1e30]"),
    "a page of no size": _page_of(b"/MediaBox[0 0 0 0]/UserUnit 1e30"),
    "a page inside out": _page_of(b"/MediaBox[9e9 9e9 -9e9 -9e9]/Rotate 2147483647"),
    "ten thousand times the same page": _tree(b"3 0 R " * 10_000, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"),
    "widths without end": _text(
        TEXT, b"", FONT[:-2] + b"/FirstChar 0/LastChar 2147483647/Widths[%s]>>" % (b"9 " * 60_000)
    ),
}
LOOPS: dict[str, bytes] = {
    "two tables that precede each other": _TABLES,
    "pages in pages": _tree(b"3 0 R", b"<</Type/Pages/Kids[2 0 R]/Count 9/Parent 3 0 R>>"),
    "a page that is its own parent": _tree(b"3 0 R", b"<</Type/Page/Parent 3 0 R/Contents 3 0 R/Resources 3 0 R>>"),
    "letters that draw themselves": _type3(b"9 0 d0 BT /F 9 Tf (a) Tj ET"),
    "letters that are forms": _type3(b"9 0 d0 /X Do /X Do /X Do"),
    "a pattern of itself": one_page(
        stream(b"/Pattern cs /P scn 0 0 9 9 re f"),
        b"/Pattern<</P 5 0 R>>",
        stream(
            b"/Pattern cs /P scn 0 0 9 9 re f",
            b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 1e-9/YStep 1e-9"
            b"/Resources<</Pattern<</P 5 0 R>>>>",
        ),
    ),
    "a mask of itself": one_page(
        stream(b"/G gs 0 0 9 9 re f"),
        b"/ExtGState<</G 5 0 R>>",
        b"<</SMask<</S/Luminosity/G 6 0 R>>>>",
        stream(b"/G gs 0 0 9 9 re f", FORM + b"/Group<</S/Transparency>>/Resources<</ExtGState<</G 5 0 R>>>>"),
    ),
    "a content of itself": _page_of(b"/MediaBox[0 0 9 9]/Contents[4 0 R 5 0 R]", b"[5 0 R 5 0 R 4 0 R]"),
    "headings below themselves": _catalogue(
        b"/Outlines 5 0 R", b"<</First 6 0 R/Last 6 0 R>>", b"<</Title(a)/Parent 5 0 R/First 6 0 R/Next 6 0 R>>"
    ),
    "names below themselves": _catalogue(b"/Names<</Dests 5 0 R>>/Dests 5 0 R", b"<</Kids[5 0 R 5 0 R]>>"),
    "fields below themselves": _catalogue(b"/AcroForm<</Fields[5 0 R]>>", b"<</T(a)/Parent 5 0 R/Kids[5 0 R 5 0 R]>>"),
    "numbers of pages below themselves": _catalogue(b"/PageLabels 5 0 R", b"<</Kids[5 0 R]/Limits[0 9]>>"),
    "objects in a stream in itself": raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", stream(b"2 0 3 9 <<>> <<>>", b"/Type/ObjStm/N 2/First 8/Extends 2 0 R")
    ),
    "filters that name themselves": raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Length 2 0 R/Filter 2 0 R>>stream\nx\nendstream"
    ),
    "a font of itself": _text(
        TEXT, b"", b"<</Type/Font/Subtype/Type0/Encoding 5 0 R/DescendantFonts[5 0 R]/ToUnicode 5 0 R>>"
    ),
    "a colour of itself": one_page(
        stream(b"/C cs 1 sc 0 0 9 9 re f"), b"/ColorSpace<</C 5 0 R>>", b"[/Indexed 5 0 R 255 5 0 R]"
    ),
    "a function of itself": one_page(
        stream(b"/S sh"),
        b"/Shading<</S<</ShadingType 1/ColorSpace/DeviceGray/Function 5 0 R>>>>",
        b"<</FunctionType 3/Domain[0 1]/Functions[5 0 R 5 0 R]/Bounds[.5]/Encode[0 1 0 1]>>",
    ),
}
DEPTHS: dict[str, bytes] = {
    "dictionaries in dictionaries": _catalogue(b"/A" + b"<</A" * 60_000 + b" 1" + b">>" * 60_000),
    "brackets in a trailer": b"%PDF-1.4\ntrailer<</Root" + b"[" * 60_000,
    "marked content in marked content": _text(b"/A BMC " * 60_000),
    "text in text": _text(b"BT " * 60_000 + TEXT),
    "parents of parents": _tree(
        b"3 0 R", *(b"<</Type/Pages/Parent %d 0 R/Kids[%d 0 R]/Count 1>>" % (n + 2, n + 4) for n in range(5_000))
    ),
    "a calculator in a calculator": one_page(
        stream(b"/S sh"),
        b"/Shading<</S<</ShadingType 1/ColorSpace/DeviceGray/Function 5 0 R>>>>",
        stream(b"{" * 60_000, b"/FunctionType 4/Domain[0 1 0 1]/Range[0 1]"),
    ),
    "brackets in a string": _text(b"BT /F 9 Tf " + b"(" * 60_000 + b" Tj ET"),
}
LIES: dict[str, bytes] = {
    "a stream that is shorter than it says": raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Length 2147483647>>stream\nx\nendstream"
    ),
    "a stream of negative length": raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Length -1>>stream\nx\nendstream"),
    "a table far behind the end": b"%PDF-1.4\n1 0 obj<<>>endobj\nstartxref\n18446744073709551615\n%%EOF",
    "numbers of forty digits": _text(b"9" * 40 + b" 0 0 " + b"9" * 40 + b" 0 0 cm " + TEXT),
    "an object of the highest number": b"%PDF-1.4\n4294967295 65535 obj<</Type/Catalog>>endobj\n"
    b"trailer<</Root 4294967295 65535 R>>",
    "a key of no length": raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>")
    + b"trailer<</Root 1 0 R/Encrypt<</Filter/Standard/V 5/R 6/O()/U()/P 0>>>>",
    "a key of huge length": raw_pdf(b"<</Type/Catalog>>")
    + b"trailer<</Root 1 0 R/Encrypt<</Filter/Standard/V 1/Length 2147483640/R 2>>>>",
    "a program of a page": _catalogue(
        b"/OpenAction<</S/JavaScript/JS(while\\(1\\){})>>/AA<</WC<</S/Launch/F(/bin/sh)>>>>"
    ),
    "a form of another kind": _catalogue(b"/AcroForm<</XFA 5 0 R/Fields[]>>", stream(b"<x>" * 9_999)),
    "a file elsewhere": _page_of(b"/MediaBox[0 0 9 9]", stream(b"", b"/F(/etc/passwd)/FFilter/None")),
    "a table of widths that lie": b"%PDF-1.5\n1 0 obj<</Type/XRef/W[9 9 9]/Size 2147483647/Length 1/Root 1 0 R>>"
    b"stream\nx\nendstream\nstartxref\n9\n%%EOF",
    "names of a megabyte": _text(b"/" + b"A" * 999_999 + b" gs"),
    "a header and then another": b"%PDF-1.7\n%PDF-1.7\n" * 9_999,
    "the mark of the end alone": b"%PDF-1.7\n" + b"%%EOF\n" * 60_000,
    "blanks without end": b"%PDF-1.7\n" + b" " * 999_999 + b"startxref",
    "a picture of four gigapixels": png(65_535, 65_535),
    "a picture of no height": png(9, 0),
    "a picture packed for ever": png(30_000, 30_000, zlib.compress(bytes(1 << 24), 9)),
    "a picture of many strips": b"II*\0" + struct.pack("<IHHHIII", 8, 1, 273, 4, 0x7FFFFFFF, 8, 8),
}
EVERY = {**BOMBS, **LOOPS, **DEPTHS, **LIES}
