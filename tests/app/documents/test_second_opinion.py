"""Where PDFium's text is hardly what the page shows, pdfminer.six is asked."""

import pytest

from app.documents import Sandbox

from . import samples
from .test_language import GERMAN, shifted

TEXT = GERMAN
# Says of each letter that it is the next one.
NEXT = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Next def /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange
1 beginbfrange <41> <7A> <0042> endbfrange
endcmap end end"""


def with_table(table: bytes) -> bytes:
    """A PDF in Helvetica, whose table to Unicode is this."""
    lines = [TEXT.replace("ß", "ss").replace("ä", "ae")[at : at + 80] for at in range(0, len(TEXT), 80)]
    shown = b"T* ".join(b"(%s) Tj " % line.encode("latin-1") for line in lines)
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 6 0 R>>"
    content = samples.stream(b"BT /F 9 Tf 12 TL 20 700 Td %s ET" % shown)
    return samples.one_page(content, b"/Font<</F 5 0 R>>", font, samples.stream(table))


def test_a_broken_table_of_a_sound_font_is_put_aside(sandbox: Sandbox) -> None:
    reading = sandbox.read(with_table(NEXT))

    assert (reading.state, reading.language) == ("ok", "de")
    assert reading.pages[0].method == "pdfminer"
    assert "Der Rat der Stadt" in reading.pages[0].text


def test_a_sound_table_is_believed(sandbox: Sandbox) -> None:
    reading = sandbox.read(with_table(NEXT.replace(b"<0042>", b"<0041>")))

    assert reading.pages[0].method == "pdfium"
    assert "Der Rat der Stadt" in reading.pages[0].text


def test_letters_that_are_wrong_in_the_font_too_are_called_garbled(sandbox: Sandbox) -> None:
    text = shifted(GERMAN.replace("ß", "ss").replace("ä", "ae"), 1)
    reading = sandbox.read(samples.pdf([text[at : at + 70] for at in range(0, len(text), 70)]))

    assert (reading.state, reading.pages[0].method, reading.language) == ("empty", "garbled", "")
    assert "not those that are shown" in reading.reason
    assert reading.pages[0].text  # kept: to be found is better than to be lost


@pytest.mark.parametrize("pages", [1, 12])
def test_it_asks_for_a_few_pages_only(sandbox: Sandbox, pages: int) -> None:
    text = shifted(GERMAN.replace("ß", "ss").replace("ä", "ae"), 1)
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    reading = sandbox.read(samples.pdf(*[[*lines, f"Seite {number}"] for number in range(pages)]))

    assert [page.method for page in reading.pages] == ["garbled"] * pages
