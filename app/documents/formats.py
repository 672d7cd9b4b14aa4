"""Which formats are read, by which module, and what is refused without a look inside."""

import mimetypes

from .reading import Reading
from .sniff import HTML, PDF, TEXT, UNKNOWN, sniff

# Media type -> module of this package. Each has `read(document, writer)`, maybe `read_again(document, writer)` for what
# the first attempt died of, and maybe `warm_up()`, which loads whatever it needs: the child can open nothing.
READERS = {
    PDF: "pdf",
    TEXT: "plain",
}
# What servers send in place of a file they do not have.
_ERROR_PAGES = {
    HTML: "A web page",
    TEXT: "Plain text",
    "application/json": "A JSON message",
    "application/xml": "An XML message",
}


def judge(head: bytes, hint: str, name: str) -> tuple[str, Reading | None]:
    """The media type to read a document as, or why it is not read at all."""
    said = hint.split(";", 1)[0].strip().lower() or mimetypes.guess_type(name)[0] or ""
    found = sniff(head)
    if said == PDF and (found == UNKNOWN or (found == TEXT and b" obj" in head)):
        found = PDF  # without its mark: whether anything can be saved the readers find out
    if found in _ERROR_PAGES and not _is_meant(found, said):
        reason = f"{_ERROR_PAGES[found]} was served instead of the document."
        return found, Reading("not_a_document", media_type=found, reason=reason)
    if found in READERS:
        return found, None
    return found, Reading("unsupported", media_type=found, reason=f"There is no reader for {found}.")


def _is_meant(found: str, said: str) -> bool:
    return said == found or (found == TEXT and (said in ("", UNKNOWN) or said.startswith("text/")))
