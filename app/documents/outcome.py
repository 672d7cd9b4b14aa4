"""How a reader of any format hands over its pages, and says how it ended.

RefusedError       the document is not read, or not further
  HostileError     it is made to exhaust whoever reads it
  LockedError      a password is needed
  NoDocumentError  something else was served in its place
"""

import re
from collections.abc import Callable, Iterable

from . import language
from .wire import EnoughError, Writer

_SAMPLE = 20_000  # characters; more do not make the language any surer
# What programs call a document that nobody has given a title.
_NO_TITLE = re.compile(
    r"(untitled|unbenannt|ohne titel|kein titel|dokument|document|mappe|book|präsentation|presentation|"
    r"powerpoint[ -]präsentation|powerpoint presentation|folie|titel|title|vorlage|slide|standard|normal|"
    r"(seite|blatt|page)[ \d]*(von|of|/)?)?[ \d.]*",
    re.IGNORECASE,
)
_PROGRAM = re.compile(r"^(microsoft (office )?(word|excel|powerpoint)) - ", re.IGNORECASE)
_ENDING = re.compile(r"\.(docx?|dotx?|odt|ott|rtf|xlsx?|pptx?|pdf|tmp|html?)$", re.IGNORECASE)


class RefusedError(Exception):
    """The document is not read, or not further; the message is a sentence for its readers."""

    state = "damaged"


class HostileError(RefusedError):
    """The document is made to exhaust whoever reads it."""

    state = "hostile"


class LockedError(RefusedError):
    """A password is needed."""

    state = "encrypted"


class TooLargeError(RefusedError):
    """It needs more memory than one document gets."""

    state = "too_large"


class UnsupportedError(RefusedError):
    """There is no reader for this kind of it."""

    state = "unsupported"


class NoDocumentError(RefusedError):
    """Something else was served in its place."""

    state = "not_a_document"


def send(writer: Writer, reader: str, pages: Iterable[str], *, title: Callable[[], str] = str) -> None:
    """Send the pages as they come and conclude; whatever breaks in between is a state of the document."""
    writer.begin(reader)
    sent, with_text, sample = 0, 0, ""
    state, reason, truncated = "", "", False
    try:
        for text in pages:
            sent += 1
            with_text += bool(text and not text.isspace())
            sample += text[: _SAMPLE - len(sample)]
            writer.page(text, method=reader)
    except EnoughError as enough:
        state, reason, truncated = "partly", f"The file {enough}; the rest is left out.", True
    except RefusedError as refused:
        state, reason = refused.state, str(refused)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # a damaged file makes libraries raise whatever Python can
        state, reason = "damaged", f"The file is damaged after page {sent} ({type(error).__name__})."
    else:
        state, reason = ("ok", "") if with_text else ("empty", "The file has no text.")
    if with_text:
        writer.meta(language=language.of(sample), title=real_title(title()))
        state = "partly" if state == "damaged" else state
    writer.end(state, reason, truncated=truncated)


def real_title(title: str) -> str:
    """Return the title if somebody gave it, "" where a program did."""
    title = _ENDING.sub("", _PROGRAM.sub("", " ".join(title.split())))
    return "" if _NO_TITLE.fullmatch(title) else title
