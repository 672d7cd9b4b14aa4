"""What a PDF calls itself: the title it states, or else the heading that stands out on its first page."""

import ctypes
import re
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from .layout import plain
from .outcome import real_title

# 2022_NEU, tmp-14096, Vorlage.docx, 4165..4268: made by programs and typesetters, not for readers.
_FILE_NAME = re.compile(
    r".*(_|\.\.|\.(docx?|pdf|jpe?g|indd?|eps|tiff?|xlsx?|rtf|odt)\b).*|\S*\d\S*|Layout \d+", re.IGNORECASE
)
_LINES = 40  # a heading stands further up
_LARGER = 1.15  # times the size of the other lines
_BOLD, _NAME_BYTES = 600, 128
_WORD = re.compile(r"[^\W\d_]{3,}")
_WORDS_MOST = 30
# A letterhead is larger than the title below it.
_LETTERHEAD = re.compile(
    r"(die |der )?(stadt|landeshauptstadt|hansestadt|gemeinde|markt|landkreis|kreis|amt|magistrat|"
    r"(ober)?bürgermeister(in)?|gemeinderat|stadtrat|rat)\b.{0,40}",
    re.IGNORECASE,
)


def of(pdf: pypdfium2.PdfDocument, *, legible: bool) -> str:
    """Return the title that a person gave the document, or its first page's heading if that is `legible`, or ""."""
    stated = " ".join(str(pdf.get_metadata_value("Title")).split())
    given = "" if _FILE_NAME.fullmatch(stated) or _LETTERHEAD.fullmatch(stated) else real_title(stated)
    if _WORD.search(given):
        return given
    return _heading(pdf) if legible else ""


def _heading(pdf: pypdfium2.PdfDocument) -> str:
    try:
        page = pdf[0]
        text_page = page.get_textpage()
        lines = _sized(text_page)
        text_page.close()
        page.close()
    except (pypdfium2.PdfiumError, AssertionError, IndexError):
        return ""
    if len(lines) < 2:
        return ""
    usual = median(size for _, size, _ in lines)
    few_bold = 2 * sum(bold for _, _, bold in lines) <= len(lines)
    stands_out = [
        (size > _LARGER * usual or (few_bold and bold and size >= usual)) and not _LETTERHEAD.fullmatch(line)
        for line, size, bold in lines
    ]
    if not any(stands_out):
        return ""
    largest = max(size for (_, size, _), out in zip(lines, stands_out, strict=True) if out)
    first = next(i for i, out in enumerate(stands_out) if out and lines[i][1] > 0.97 * largest)
    end = first
    while end < len(lines) and stands_out[end] and lines[end][1] > 0.97 * largest:
        end += 1
    words = " ".join(line for line, _, _ in lines[first:end]).split()
    return "" if len(words) > _WORDS_MOST else real_title(" ".join(words))


def _sized(text_page: pypdfium2.PdfTextPage) -> list[tuple[str, float, bool]]:
    """Return the first lines that have a word, how high their letters are, and whether they are bold."""
    raw, box, found, place = text_page.raw, pdfium.FS_RECTF(), [], 0
    for line in plain(raw).split("\r\n")[:_LINES]:
        word = _WORD.search(line)
        if word:
            letter = pdfium.FPDFText_GetCharIndexFromTextIndex(raw, place + word.start())
            pdfium.FPDFText_GetLooseCharBox(raw, letter, box)
            found.append((line.strip(), abs(box.top - box.bottom), _is_bold(raw, letter)))
        place += len(line) + 2
    return found


def _is_bold(raw: object, letter: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(raw, letter) >= _BOLD:
        return True
    # Fonts that every reader of PDFs has come with a name alone.
    name = ctypes.create_string_buffer(_NAME_BYTES)
    length = pdfium.FPDFText_GetFontInfo(raw, letter, name, _NAME_BYTES, None)
    return length <= _NAME_BYTES and b"bold" in name.value.lower()
