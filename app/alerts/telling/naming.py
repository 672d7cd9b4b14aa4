"""What records are called where there is no page around them: a title, a kind, a day."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Final

from app.models import AgendaItem, File, Meeting, OParlObject, Organization, Paper, Person
from app.speech import Voice, in_germany
from app.translations import N_

KINDS: Final = {
    "Paper": N_("Paper"),
    "Meeting": N_("Meeting"),
    "AgendaItem": N_("Agenda item"),
    "Person": N_("Person"),
    "Organization": N_("Organization"),
    "File": N_("File"),
}
LONGEST: Final = 300  # characters of a title; what is longer is a paragraph that somebody put there


def plain(text: str, most: int = LONGEST) -> str:
    """Return a text in one line, of characters that can be seen; cut where it is too long."""
    if not text.isprintable():
        # Soft hyphens and what turns the direction of writing stand within words.
        text = "".join(c if c.isprintable() else "" if unicodedata.category(c) == "Cf" else " " for c in text)
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def title_of(voice: Voice, row: OParlObject, organizations: Sequence[Organization] = ()) -> str:
    """Return what a record is called, in one line; a meeting by its organizations where it has no name."""
    own = (row.name or row.short_name or "").strip()
    match row:
        case File():
            own = own or (row.file_name or "").strip()
        case Paper():
            own = own or (row.reference or "").strip()
        case Person():
            own = own or f"{row.given_name or ''} {row.family_name or ''}".strip()
        case Meeting():
            names = voice.names(organizations) if organizations else ""
            own = _joined(names, own) if own != names else own
            own = ", ".join(part for part in (own, voice.day(row.start)) if part)
    kind = voice.gettext(KINDS.get(type(row).__name__, type(row).__name__))
    return plain(own) or voice.gettext("%(type)s without a title", type=kind)


def kind_word(voice: Voice, row: OParlObject | str) -> str:
    """Return the word for a record's kind: a paper's is the source's own, with its number ("Antrag 2026/0417")."""
    if isinstance(row, Paper):
        kind = (row.paper_type or "").strip() or voice.gettext(KINDS["Paper"])
        return plain(" ".join(part for part in (kind, (row.reference or "").strip()) if part))
    if isinstance(row, AgendaItem) and row.number:
        return plain(f"{voice.gettext(KINDS['AgendaItem'])} {row.number}")
    name = row if isinstance(row, str) else type(row).__name__
    return voice.gettext(KINDS[name]) if name in KINDS else name


def record_day(row: OParlObject, meeting: Meeting | None = None) -> date | None:
    """Return the day that a record is dated with: its own, or that of the meeting it belongs to."""
    if isinstance(row, Paper):
        return row.date  # its own, or none: a meeting's would be read as the paper's
    if isinstance(row, File) and row.date:
        return row.date
    start = row.start if isinstance(row, Meeting) else meeting.start if meeting is not None else None
    return in_germany(start)


def _joined(names: str, own: str) -> str:
    """Return the organizations and the name of a meeting, each word once: "Sitzung" says less than who meets."""
    if not names or names.casefold() in own.casefold():
        return own
    return f"{names}: {own}" if own and own.casefold() not in names.casefold() else names
