"""What records are called on their pages: titles where the source gives none, roles of files, fields that changed."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from babel.dates import format_date
from flask import Flask

from app.models import File, Location, Meeting, OParlObject, Paper, Person
from app.queries.files import TextState, text_state
from app.web.filters import clock, file_size, held, local
from app.web.i18n import N_, formats, gettext, ngettext
from app.web.wording import type_word

ROLES = {
    "mainFile": N_("Main document"),
    "auxiliaryFile": N_("Attachment"),
    "invitation": N_("Invitation"),
    "resultsProtocol": N_("Minutes"),
    "verbatimProtocol": N_("Verbatim minutes"),
    "resolutionFile": N_("Resolution"),
    "derivativeFile": N_("Derived file"),
    "relatedPaper": N_("Related"),
    "superordinatedPaper": N_("Belongs to"),
    "subordinatedPaper": N_("Part of this"),
}
FIELDS = {
    **ROLES,
    "name": N_("title"),
    "shortName": N_("short title"),
    "reference": N_("number"),
    "number": N_("number"),
    "date": N_("date"),
    "paperType": N_("kind"),
    "consultation": N_("consultations"),
    "underDirectionOf": N_("lead"),
    "originatorPerson": N_("originator"),
    "originatorOrganization": N_("originator"),
    "location": N_("place"),
    "start": N_("beginning"),
    "end": N_("end"),
    "cancelled": N_("cancellation"),
    "meetingState": N_("state"),
    "meeting": N_("meeting"),
    "agendaItem": N_("agenda"),
    "order": N_("order"),
    "organization": N_("organization"),
    "participant": N_("participants"),
    "result": N_("result"),
    "resolutionText": N_("wording of the resolution"),
    "role": N_("role"),
    "authoritative": N_("who decides"),
    "public": N_("public or not"),
    "text": N_("text"),
    "fileName": N_("file name"),
    "size": N_("size"),
    "accessUrl": N_("address"),
    "downloadUrl": N_("address"),
    "web": N_("address"),
    "license": N_("licence"),
    "keyword": N_("keywords"),
    "paper": N_("paper"),
    "masterFile": N_("original file"),
    "description": N_("description"),
    "streetAddress": N_("street"),
    "room": N_("room"),
    "postalCode": N_("postcode"),
    "subLocality": N_("district"),
    "locality": N_("town"),
}
# By the names of the formats, which are the same in every language.
KINDS = {
    "application/pdf": "PDF",
    "application/msword": "Word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.ms-excel": "Excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.ms-powerpoint": "PowerPoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "application/vnd.oasis.opendocument.text": "OpenDocument",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument",
    "application/vnd.ms-outlook": "Outlook",
    "application/rtf": "RTF",
    "application/zip": "ZIP",
    "message/rfc822": "E-Mail",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
    "image/webp": "WebP",
    "image/bmp": "BMP",
    "text/plain": "Text",
    "text/csv": "CSV",
    "text/html": "HTML",
}
# What the pages of such files are.
_SHEETS, _SLIDES = re.compile("excel|sheet"), re.compile("powerpoint|presentation")
# Short, for a line in a list; nothing where the file was read in full.
TEXT_STATES = {
    TextState.READ: "",
    TextState.PARTIAL: N_("not all pages could be read"),
    TextState.EMPTY: N_("holds no text"),
    TextState.DAMAGED: N_("cannot be read"),
    TextState.ENCRYPTED: N_("locked with a password"),
    TextState.NO_DOCUMENT: N_("no document was served"),
    TextState.UNKNOWN_KIND: N_("of a kind we do not read"),
    TextState.WAITING: N_("not read yet"),
    TextState.FAILED: N_("could not be fetched"),
    TextState.GONE: N_("no longer at the council"),
}
# The same for the states that lists of files are narrowed to, which tell more: `app.queries.file_states.state_named`.
FILE_STATES = {
    "read": N_("read"),
    "waiting": N_("not read yet"),
    "empty": N_("holds no text"),
    "damaged": N_("damaged"),
    "encrypted": N_("locked with a password"),
    "not_a_document": N_("no document was served"),
    "unsupported": N_("of a kind we do not read"),
    "too_large": N_("too large to be read"),
    "crashed": N_("made the reader fail"),
    "hostile": N_("attacked the reader"),
    "timeout": N_("takes too long to be read"),
    "gone": N_("no longer at the council"),
    "failed": N_("could not be fetched"),
}


def install(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.globals.update(
        record_title=record_title,
        role_word=role_word,
        fields_words=fields_words,
        file_line=file_line,
        file_kind=file_kind,
        text_state=text_state,
        place_words=place_words,
        times=times,
        initials=initials,
    )
    app.jinja_env.filters.update(web_address=web_address, month_year=month_year)


def record_title(record: OParlObject) -> str:
    """Return what a record is called; a plain word where the source gives it no name."""
    own = (record.name or record.short_name or "").strip()
    if isinstance(record, File):
        own = own or (record.file_name or "").strip()
    if isinstance(record, Paper):
        own = own or (record.reference or "").strip()
    if isinstance(record, Person):
        own = own or f"{record.given_name or ''} {record.family_name or ''}".strip()
    return own or gettext("%(type)s without a title", type=type_word(type(record).__name__))


def role_word(role: str) -> str:
    """Return the word for the role a file or a paper has for another record."""
    return gettext(ROLES[role]) if role in ROLES else role


def fields_words(fields: Iterable[str] | None) -> str:
    """Return the words for properties that changed, each once; the source's own name where we have none."""
    return ", ".join(dict.fromkeys(gettext(FIELDS[field]) if field in FIELDS else field for field in fields or ()))


def file_kind(file: File) -> str:
    """Return the kind of a file: what its bytes are, or what the source says before they are here."""
    media_type = (file.blob.media_type if file.blob else None) or file.mime_type or ""
    return KINDS.get(media_type.partition(";")[0].strip().lower(), "")


def file_line(file: File) -> str:
    """Return "PDF, 48 Seiten, 4,2 MB", and what keeps it from being read."""
    pages = file.blob.page_count if file.blob else None
    counted = held(_parts(file, pages)) if pages else ""
    size = file_size(file.blob.size if file.blob else file.size)
    return ", ".join(part for part in (file_kind(file), counted, size, _state_words(file)) if part)


def _parts(file: File, count: int) -> str:
    media_type = (file.blob.media_type if file.blob else None) or ""
    if _SHEETS.search(media_type):
        return ngettext("%(num)s sheet", "%(num)s sheets", count)
    if _SLIDES.search(media_type):
        return ngettext("%(num)s slide", "%(num)s slides", count)
    return ngettext("%(num)s page", "%(num)s pages", count)


def _state_words(file: File) -> str:
    words = TEXT_STATES[text_state(file)]
    return gettext(words) if words else ""


def state_word(state: str) -> str:
    """Return what a state of files is called in a list; one that has no words yet goes by its own name."""
    return gettext(FILE_STATES[state]) if state in FILE_STATES else state


def place_words(location: Location | None) -> str:
    """Return where something is, most exact first."""
    if location is None:
        return ""
    street = location.street_address or location.name or location.description
    parts = (location.room, street, location.sub_locality, location.locality)
    return ", ".join(dict.fromkeys(part.strip() for part in parts if part and part.strip()))


def times(meeting: Meeting) -> str:
    """Return "17 Uhr" or "17–19:42 Uhr"; an end before the beginning or on another day is left out."""
    start, end = meeting.start, meeting.end
    if start is None or not clock(start):
        return ""
    if end is None or end <= start or local(end).date() != local(start).date() or not clock(end):
        return clock(start)
    return held(gettext("%(start)s to %(end)s", start=_bare(start), end=clock(end)))


def initials(person: Person) -> str:
    """Return up to two letters that stand for a person where no picture does."""
    named = [part for part in (person.given_name, person.family_name) if part and part.strip()]
    words = named if len(named) == 2 else (person.name or "?").split()
    return "".join(word.strip()[0].upper() for word in (words[0], *words[1:][-1:])) if words else "?"


def web_address(url: str | None) -> str | None:
    """Return an address that may be linked: http and https alone."""
    address = (url or "").strip()
    return address if address.lower().startswith(("https://", "http://")) and address.isprintable() else None


def month_year(value: date) -> str:
    """Return "November 2026"."""
    return held(format_date(value, "LLLL y", locale=formats()))


def _bare(value: datetime) -> str:
    there = local(value)
    return f"{there.hour}" if formats() == "de" and not there.minute else f"{there.hour}:{there.minute:02}"
