"""What reading came to, by what became of the pages, and the sentence that says so."""

from collections import Counter
from collections.abc import Sequence

from . import ocr
from .reading import GARBLED, SCAN, UNREADABLE, PageText, State

# In every sentence about pages that wait for it.
RECOGNITION = "text recognition"


def verdict(pages: Sequence[PageText]) -> tuple[State, str]:
    """Return what state a document of these pages is in, and its sentence."""
    total = len(pages)
    methods = Counter(page.method for page in pages)
    with_text = sum(bool(page.text) and not page.text.isspace() for page in pages)
    told = []
    if methods[UNREADABLE]:
        told.append(f"{methods[UNREADABLE]} of {total} pages cannot be read")
    if methods[SCAN]:
        told.append(_of(methods[SCAN], total, "a scan", "scans"))
    if methods[GARBLED]:
        told.append(f"the letters of {methods[GARBLED]} of {total} pages are not those that are shown")
    if told:
        owed = methods[SCAN] + methods[GARBLED]
        later = f"{RECOGNITION} {'follows' if ocr.installed() else 'is not installed'}"
        reason = "; ".join((*told, later) if owed else told)
        state: State = "partly" if with_text > methods[GARBLED] else "damaged" if methods[UNREADABLE] else "empty"
        return state, reason[0].upper() + reason[1:] + "."
    if not with_text:
        return "empty", "No page has text."
    missing = total - with_text
    return "ok", f"{missing} of {total} pages have no text." if missing else ""


def _of(count: int, total: int, one: str, many: str) -> str:
    if total == 1:
        return f"The page is {one}"
    return f"{'all' if count == total else f'{count} of'} {total} pages are {many}"
