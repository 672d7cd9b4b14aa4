"""What reading a document came to."""

from dataclasses import dataclass
from typing import Literal, get_args

State = Literal[
    "ok",  # every page was read
    "partly",  # some pages were read, some were not
    "empty",  # no page has text, such as a scan
    "encrypted",  # a password is needed
    "damaged",  # the bytes are not what they claim to be, or too few of them came
    "too_large",  # it needs more memory than one document gets
    "crashed",  # the reading process died
    "timeout",  # it took longer than one document gets
    "hostile",  # it made the reader do what no reader does
    "not_a_document",  # something else was served in its place, such as an error page
    "unsupported",  # no reader for this format
]
STATES: frozenset[str] = frozenset(get_args(State))

# Readings made by another version may be made again: raise it with every change that alters text.
READER_VERSION = "2"
MAX_TEXT = 8 * 1024 * 1024
MAX_PAGES = 10_000


# Methods of pages that wait for text recognition: a picture, maybe with a few words of text beside it; and text whose
# letters are not those that are shown.
SCAN, GARBLED = "scan", "garbled"
UNREADABLE = "unreadable"  # the method of a page that its reader could not look at


@dataclass(frozen=True, slots=True)
class PageText:
    """One page: its text ("" where it has none), how that was obtained, and how sure of it the reader is."""

    text: str
    method: str  # pdfium, pdfminer, ocr, scan, garbled, plain, docx, ...
    confidence: int | None = None  # 0 to 100, only where letters were guessed from a picture


@dataclass(frozen=True, slots=True)
class Reading:
    """A document page by page, and a sentence where it is not plainly ok."""

    state: State
    pages: tuple[PageText, ...] = ()
    reader: str = ""
    media_type: str = ""
    reason: str = ""
    truncated: bool = False
    language: str = ""  # of most of the text, "de" or "en"; "" where unknown
    title: str = ""  # as the document itself says it
