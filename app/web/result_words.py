"""What the results page says in words: how much was found, what was searched for besides, what it is narrowed to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from babel.lists import format_list

from app.web.filters import NBSP, day, month_of, number
from app.web.i18n import N_, formats, gettext, ngettext
from app.web.searching import NARROWING, Asked
from app.web.wording import types_word
from search import BadQuery, Results
from search.model import Added

LONG = 80  # characters of a faulty search that are shown on each side of the fault
RESULTS = {
    "adopted": N_("Adopted"),
    "rejected": N_("Rejected"),
    "deferred": N_("Postponed"),
    "referred": N_("Referred"),
    "noted": N_("Noted"),
    "withdrawn": N_("Withdrawn"),
}
# The names that people know these endings by; others are shown in capitals.
FILETYPES = {
    "pdf": "PDF",
    "docx": "Word (DOCX)",
    "doc": "Word (DOC)",
    "xlsx": "Excel (XLSX)",
    "xls": "Excel (XLS)",
    "pptx": "PowerPoint (PPTX)",
    "ppt": "PowerPoint (PPT)",
    "odt": "OpenDocument (ODT)",
}
# Beside "Dateien" the mere word would be read as all papers, whose files are what most is found in.
FOUND_IN = {"Paper": N_("Titles and details of papers"), "Meeting": N_("Titles and details of meetings")}
ORDER = ("Paper", "Meeting", "Organization", "Person", "AgendaItem", "File")


def matters_words(results: Results) -> str:
    """Return "79 Vorlagen und 15 Sitzungen", with "ungefähr" where it is estimated."""
    held = {kind: count for kind, count in results.matters.items() if count}
    ordered = sorted(held, key=lambda kind: (ORDER.index(kind) if kind in ORDER else len(ORDER), kind))
    listed = [_matters(kind, held[kind] if results.exact else _rounded(held[kind])) for kind in ordered]
    words = format_list(listed, locale=formats())
    return words if results.exact else gettext("About %(counts)s", counts=words)


def documents_words(count: int) -> str:
    """Return "aus 412 Dokumenten"."""
    return ngettext("from %(n)s document", "from %(n)s documents", count, n=number(count)).replace(" ", NBSP)


def _rounded(count: int) -> int:
    """Two figures of an estimate: it may be 3 in 100 off."""
    return round(count, min(0, 2 - len(str(count))))


def _matters(kind: str, count: int) -> str:
    n = number(count)
    match kind:
        case "Paper":
            words = ngettext("%(n)s paper", "%(n)s papers", count, n=n)
        case "Meeting":
            words = ngettext("%(n)s meeting", "%(n)s meetings", count, n=n)
        case "Organization":
            words = ngettext("%(n)s organization", "%(n)s organizations", count, n=n)
        case "Person":
            words = ngettext("%(n)s person", "%(n)s people", count, n=n)
        case "AgendaItem":
            words = ngettext("%(n)s agenda item", "%(n)s agenda items", count, n=n)
        case "File":
            words = ngettext("%(n)s file", "%(n)s files", count, n=n)
        case _:
            words = f"{n} {types_word(kind)}"
    return words.replace(" ", NBSP)


def added_words(results: Results) -> list[tuple[str, str]]:
    """Return each word that was searched for besides, and what it is to the one that was typed."""
    return [(", ".join(one.words), _reason(one)) for one in results.added if one.words]


def unknown_words(results: Results) -> str:
    """Say which of the words nothing here holds, so that nobody takes what was found for an answer to them."""
    words = ", ".join(gettext("“%(word)s”", word=word) for word in results.unknown)
    return ngettext(
        "The word %(words)s does not occur here.",
        "The words %(words)s do not occur here.",
        len(results.unknown),
        words=words,
    )


def _reason(added: Added) -> str:
    if added.reason == "spelling":
        return gettext("other spelling of “%(word)s”", word=added.written)
    return gettext("another word for “%(word)s”", word=added.written)


def label(facet: str, value: str, councils: Mapping[str, str]) -> str:
    """Return a facet's value in words."""
    match facet:
        case "type":
            return gettext(FOUND_IN[value]) if value in FOUND_IN else types_word(value)
        case "body":
            return councils.get(value, value)
        case "result":
            return gettext(RESULTS[value]) if value in RESULTS else value
        case "filetype":
            return FILETYPES.get(value, value.upper())
        case "month":
            return month_of(date.fromisoformat(f"{value}-01"))
    return value


def narrowed(wish: Asked, councils: Mapping[str, str]) -> list[tuple[str, Asked]]:
    """Return the active filters in words, each with the search without it."""
    found = []
    for name in NARROWING:
        for value in wish.chosen.get(name, ()):
            rest = tuple(one for one in wish.chosen[name] if one != value)
            words = label(name, value, councils)
            if name == "body":
                words = gettext("only %(council)s", council=words)
            found.append((words, wish.asking(wish.words, **{name: rest})))
    if wish.after:
        found.append((gettext("From %(day)s", day=day(wish.after)), replace(wish, after=None, cursor="")))
    if wish.until:
        found.append((gettext("Until %(day)s", day=day(wish.until)), replace(wish, until=None, cursor="")))
    return found


def range_words(results: Results) -> str:
    """Return "Ergebnis 11 bis 20 von 33"; of how many is not said where that is an estimate."""
    first, last = results.first + 1, results.first + len(results.hits)
    every = sum(results.matters.values())
    if first > last:
        return gettext("There are no further results.")
    shown = {"first": number(first), "last": number(last), "every": number(every)}
    if not results.exact or every == 1:
        words = N_("Results %(first)s to %(last)s") if last > first else N_("Result %(first)s")
    elif last > first:
        words = N_("Results %(first)s to %(last)s of %(every)s")
    else:
        words = N_("Result %(first)s of %(every)s")
    return gettext(words, **shown)


def faulty(words: str, error: BadQuery) -> tuple[str, str, str] | None:
    """Return what stands before the word at fault, that word, and what follows; None where it is not in the words."""
    if error.code == "too_slow" or not 0 <= error.position < len(words):
        return None
    start = error.position
    end = next((place for place in range(start + 1, len(words)) if words[place].isspace()), len(words))
    end = min(end, start + LONG)
    before, after = words[:start], words[end:]
    if len(before) > LONG:
        before = f"…{before[-LONG:]}"
    if len(after) > LONG:
        after = f"{after[:LONG]}…"
    return before, words[start:end], after
