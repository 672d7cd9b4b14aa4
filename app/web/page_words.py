"""How the text of a page was obtained, in words."""

from dataclasses import dataclass

from flask import Flask

from app.queries.files import PageRead
from app.web.i18n import N_, gettext

METHODS = {
    "pdfium": N_("From the PDF"),
    "pdfminer": N_("From the PDF"),
    "scan": N_("From the PDF"),
    "garbled": N_("From the PDF, with letters that may be wrong"),
    "plain": N_("From the text file"),
    "docx": N_("From the Word file"),
    "doc": N_("From the Word file"),
    "odt": N_("From the text document"),
    "rtf": N_("From the text document"),
    "xlsx": N_("From the table"),
    "xls": N_("From the table"),
    "ods": N_("From the table"),
    "pptx": N_("From the slides"),
    "ppt": N_("From the slides"),
    "odp": N_("From the slides"),
    "html": N_("From the web page"),
    "msg": N_("From the mail"),
    "eml": N_("From the mail"),
    "zip": N_("From the archive"),
    "stated": N_("As the council's server states it"),
}

SHEETS = frozenset({"xlsx", "xls", "ods"})
SLIDES = frozenset({"pptx", "ppt", "odp"})


@dataclass(frozen=True, slots=True)
class PartWords:
    """What the pages of a file are called: in a label, with their number, and above their text."""

    label: str
    of: str
    text: str


PAGE = PartWords(N_("Page"), N_("Page %(page)s of %(pages)s"), N_("Text of page %(number)s"))
SHEET = PartWords(N_("Sheet"), N_("Sheet %(page)s of %(pages)s"), N_("Text of sheet %(number)s"))
SLIDE = PartWords(N_("Slide"), N_("Slide %(page)s of %(pages)s"), N_("Text of slide %(number)s"))


def install(app: Flask) -> None:
    """Let templates say it."""
    app.jinja_env.globals.update(method_words=method_words, part_words=part_words)


def part_words(page: PageRead) -> PartWords:
    """Return what a file calls its pages, still to be translated."""
    return SHEET if page.method in SHEETS else SLIDE if page.method in SLIDES else PAGE


def method_words(page: PageRead) -> str:
    """Return how a page's text was obtained, "" where nobody knows."""
    if page.method == "ocr":
        if page.confidence is None:
            return gettext("Recognised by a program")
        return gettext("Recognised by a program that is %(percent)s %% sure of it", percent=page.confidence)
    return gettext(METHODS[page.method]) if page.method in METHODS else ""
