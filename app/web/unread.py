"""Why a file, or part of it, gives no text: one sentence a reader can do something with."""

from collections.abc import Sequence
from itertools import groupby

from flask import Flask

from app.documents.reading import GARBLED, SCAN
from app.documents.verdict import RECOGNITION
from app.models import File
from app.queries.files import UnreadPage
from app.web.i18n import N_, gettext, ngettext

REASONS = {
    "damaged": N_("It is damaged or incomplete."),
    "too_large": N_("It is too large to be opened safely."),
    "timeout": N_("Reading it takes longer than one file may take."),
    "crashed": N_("It made the reading program fail."),
    "hostile": N_("It is built to harm whoever reads it, or looks like it: we do not open it."),
}
MAX_RANGES = 20


def install(app: Flask) -> None:
    """Let templates say it."""
    app.jinja_env.globals["unread_words"] = unread_words


def unread_words(file: File, unread: Sequence[UnreadPage], *, drawn: bool) -> str:
    """Return the sentences for a file that was read in part or not at all, "" where there is nothing to add."""
    state = file.blob.read_state if file.blob else None
    if state == "empty":
        return " ".join(_empty(file, unread, drawn=drawn))
    if state == "partly":
        return " ".join(_partly(file, unread))
    return gettext(REASONS[state]) if state in REASONS else ""


def _empty(file: File, unread: Sequence[UnreadPage], *, drawn: bool) -> list[str]:
    waiting = [page for page in unread if page.method in (SCAN, GARBLED)]
    if waiting:
        told = [gettext("It is a scan."), _recognition(file)]
    else:
        told = [gettext("It may be made of pictures, or blank.")]
    return [*told, gettext("You see its pages as pictures.")] if drawn else told


def _partly(file: File, unread: Sequence[UnreadPage]) -> list[str]:
    reason = (file.blob.read_reason if file.blob else None) or ""
    told = []
    garbled = [page.number for page in unread if page.method == GARBLED]
    without = [page.number for page in unread if page.method != GARBLED]
    if without:
        told.append(
            ngettext(
                "Page %(pages)s has no text.", "Pages %(pages)s have no text.", len(without), pages=ranges(without)
            )
        )
    if garbled:
        pages = ranges(garbled)
        told.append(
            ngettext(
                "The letters of page %(pages)s may be wrong.",
                "The letters of pages %(pages)s may be wrong.",
                len(garbled),
                pages=pages,
            )
        )
    if any(page.method in (SCAN, GARBLED) for page in unread):
        told.append(_recognition(file))
    if "the rest is left out" in reason or "damaged after page" in reason:
        told.append(gettext("What comes after the last page shown here could not be read."))
    if "files in it" in reason:
        told.append(gettext("Some of the files in it could not be read."))
    return told


def _recognition(file: File) -> str:
    if f"{RECOGNITION} is not installed" in ((file.blob.read_reason if file.blob else None) or "").lower():
        return gettext("Text recognition is not installed here.")
    return gettext("The text will be recognised once all other files have been read.")


def ranges(numbers: Sequence[int]) -> str:
    """Return "3, 7–9"; of very many the first, with an ellipsis."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    told = [f"{run[0]}" if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs[:MAX_RANGES]]
    return ", ".join(told) + (" …" if len(runs) > MAX_RANGES else "")
