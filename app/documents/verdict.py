"""What reading came to, by what became of the pages, and the sentence that says so."""

from collections import Counter
from collections.abc import Sequence

from . import ocr
from .reading import GARBLED, SCAN, PageText


def verdict(pages: Sequence[PageText], *, unreadable: int = 0) -> tuple[str, str]:
    """Return a state of Reading and its sentence; `unreadable` of the pages could not be looked at."""
    total = len(pages)
    methods = Counter(page.method for page in pages)
    with_text = sum(bool(page.text) and not page.text.isspace() for page in pages)
    told = []
    if unreadable:
        told.append(f"{unreadable} of {total} pages cannot be read")
    if methods[SCAN]:
        told.append(_of(methods[SCAN], total, "a scan", "scans"))
    if methods[GARBLED]:
        told.append(f"the letters of {methods[GARBLED]} of {total} pages are not those that are shown")
    if told:
        owed = methods[SCAN] + methods[GARBLED]
        later = "text recognition follows" if ocr.installed() else "text recognition is not installed"
        reason = "; ".join((*told, later) if owed else told)
        state = "partly" if with_text > methods[GARBLED] else "damaged" if unreadable else "empty"
        return state, reason[0].upper() + reason[1:] + "."
    if not with_text:
        return "empty", "No page has text."
    missing = total - with_text
    return "ok", f"{missing} of {total} pages have no text." if missing else ""


def _of(count: int, total: int, one: str, many: str) -> str:
    if total == 1:
        return f"The page is {one}"
    return f"{'all' if count == total else f'{count} of'} {total} pages are {many}"
