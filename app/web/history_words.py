"""What changed in a record, in the words of people who are no clerks: "The meeting was moved from … to …"."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from app.addresses import address_of
from app.models import AgendaItem, Change, Location, Meeting, OParlObject
from app.models.changes import CREATED, DELETED, ERASED
from app.queries.history import REFERS, Event
from app.web.filters import BERLIN, clock, day, file_size, held, shortened
from app.web.i18n import N_, gettext, ngettext
from app.web.record_words import FIELDS, ROLES, fields_words, place_words, record_title
from app.web.wording import type_word
from app.web.wordings import Segment, compared

LONG = 90  # characters of a value from which on its words are compared
# Of no concern to a reader, or said by another property.
SILENT = frozenset({"id", "type", "sha1Checksum", "sha512Checksum", "mimeType", "sha256", "order", "license"})
# Told first where several differ; what is not named here follows.
WEIGHT = ("cancelled", "start", "end", "location", "name")
ADDRESSES = frozenset({"accessUrl", "downloadUrl", "externalServiceUrl", "web"})
MOMENTS = frozenset({"start", "end"})
# What is said where something is not so, and where it is.
EITHER = {
    "cancelled": (N_("The meeting is not cancelled any more."), N_("The meeting was cancelled.")),
    "public": (N_("It is not public any more."), N_("It is public now.")),
    "authoritative": (N_("The decision is not made here."), N_("The decision is made here.")),
    "deleted": (N_("It was withdrawn, and is published again."),) * 2,
}


@dataclass(frozen=True, slots=True)
class Said:
    """One difference: a sentence, and below it the wording with what went and what came."""

    sentence: str
    wording: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the history: what it is about (empty: the record itself), and what is said of it."""

    change: Change
    what: str
    said: tuple[Said, ...]


def history_words(events: Iterable[Event], about: OParlObject) -> list[Told]:
    """Put events into words, seen from the page of the record `about`; what says nothing to a reader is left out."""
    told = [_told(event, about) for event in events]
    return [one for one in told if one.said]


def _told(event: Event, about: OParlObject) -> Told:
    change = event.change
    what = "" if event.record is about else _part(event)
    if change.kind != "updated":
        return Told(change, "", (Said(_come_or_gone(change, what)),))
    if change.fields == ["text"]:
        return Told(change, "", (Said(gettext("%(what)s read", what=what or type_word(change.object_type))),))
    if change.diff is None:
        fields = fields_words(change.fields) or "–"
        return Told(change, what, (Said(gettext("Changed: %(fields)s", fields=fields)),))
    return Told(change, what, tuple(_said(event)))


def _part(event: Event) -> str:
    kind, record = event.change.object_type, event.record
    if record is None or not (record.name or "").strip():
        return type_word(kind)
    return gettext("%(type)s “%(name)s”", type=type_word(kind), name=shortened(record.name, 80))


def _come_or_gone(change: Change, what: str) -> str:
    what = what or type_word(change.object_type)
    if change.kind == CREATED:
        return gettext("First read here") if change.backfill else gettext("%(what)s added", what=what)
    words = {DELETED: gettext("%(what)s withdrawn", what=what), ERASED: gettext("%(what)s erased", what=what)}
    return words[change.kind]


def _said(event: Event) -> Iterator[Said]:
    diff: dict[str, list[Any]] = event.change.diff or {}
    if "sha256" in diff:
        yield Said(_replaced(event, *diff.get("size", [None, None])))
        return
    for name, (one, other) in sorted(diff.items(), key=_weight):
        if name in SILENT or (name == "end" and one is None and all(diff.get("start", [None]))):
            continue  # a meeting that moved says so by its start
        if name in ADDRESSES:
            yield Said(gettext("The address changed."))
        elif name in REFERS:
            yield from (Said(sentence) for sentence in _referring(event, name, one, other))
        elif isinstance(one, list) and isinstance(other, list):
            yield from (Said(said) for said in _several(name, *(_values(name, side) for side in (one, other))))
        elif (fixed := _fixed(name, other)) is not None:
            yield Said(fixed)
        else:
            yield _valued(event.change.object_type, name, one, other)


def _weight(one: tuple[str, list[Any]]) -> int:
    return WEIGHT.index(one[0]) if one[0] in WEIGHT else len(WEIGHT)


def _replaced(event: Event, before: int | None, after: int | None) -> str:
    """Say that other bytes lie at a file's address, and how long after it was published."""
    sizes = {"old": file_size(before), "new": file_size(after)}
    first = event.first
    days = (event.change.at - first.at).days if first and not first.backfill else None
    if days is None:
        return gettext("The file was replaced by another (%(old)s → %(new)s).", **sizes)
    if days == 0:
        return gettext("The file was replaced on the day it was published (%(old)s → %(new)s).", **sizes)
    return ngettext(
        "The file was replaced %(num)s day after it was published (%(old)s → %(new)s).",
        "The file was replaced %(num)s days after it was published (%(old)s → %(new)s).",
        days,
        **sizes,
    )


def _fixed(name: str, now: Any) -> str | None:
    """Return the sentence for what is either so or not."""
    if name in EITHER:
        return gettext(EITHER[name][now is True])
    if ":" in name or name not in FIELDS:
        return gettext("Details of the council's own system changed (%(name)s).", name=name)
    return None


def _valued(object_type: str, name: str, before: Any, after: Any) -> Said:
    if object_type == "Meeting" and name == "start" and before and after:
        return Said(gettext("The meeting was moved from %(old)s to %(new)s.", old=_moment(before), new=_moment(after)))
    what = _word(name)
    if isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > LONG:
        return Said(gettext("%(what)s: the wording changed.", what=what), tuple(compared(before, after)))
    old, new = _value(name, before), _value(name, after)
    if old and new:
        return Said(gettext("%(what)s: changed from %(old)s to %(new)s.", what=what, old=old, new=new))
    return _begun(what, new) if new else _ended(what, old)


def _begun(what: str, new: str) -> Said:
    if len(new) > LONG:
        return Said(gettext("%(what)s: now published.", what=what), (Segment("come", new),))
    return Said(gettext("%(what)s: now %(new)s.", what=what, new=new))


def _ended(what: str, old: str) -> Said:
    if len(old) > LONG:
        return Said(gettext("%(what)s: no longer given.", what=what), (Segment("gone", old),))
    return Said(gettext("%(what)s: no longer given (was %(old)s).", what=what, old=old))


def _referring(event: Event, name: str, one: Any, other: Any) -> Iterator[str]:
    """Say what a record refers to now, or that something refers to it."""
    several = isinstance(one, list) and isinstance(other, list)
    old, new = (_names(event, side) for side in (one, other))
    if not several and _is_held(event, name):
        if new:
            yield _fill(gettext("Belongs to %(holder)s again."), holder=new)
        else:
            yield _fill(gettext("Does not belong to %(holder)s any more."), holder=old)
    elif name == "agendaItem" and event.change.object_type == "Meeting":
        yield from _agenda(old, new)
    elif several:
        yield from _several(name, old, new)
    elif old and new and name == "location":
        yield _fill(gettext("The place changed from %(old)s to %(new)s."), old=old, new=new)
    elif old and new:
        what = _word(name)
        yield _fill(gettext("%(what)s: changed from %(old)s to %(new)s."), what=what, old=old, new=new)
    else:
        yield from _several(name, old, new)


def _agenda(old: Markup, new: Markup) -> Iterator[str]:
    if new:
        yield _fill(gettext("The agenda was extended by %(items)s."), items=new)
    if old:
        yield _fill(gettext("Taken from the agenda: %(items)s."), items=old)
    if not new and not old:
        yield gettext("The order of the agenda changed.")


def _several(name: str, old: str, new: str) -> Iterator[str]:
    what = _word(name)
    if new:
        yield _fill(gettext("%(what)s: added %(new)s."), what=what, new=new)
    if old:
        yield _fill(gettext("%(what)s: removed %(old)s."), what=what, old=old)
    if not new and not old:
        yield _fill(gettext("%(what)s: the order changed."), what=what)


def _fill(message: str, **values: str) -> Markup:
    """Fill a message in; what is no markup yet is escaped."""
    return escape(message) % values


def _is_held(event: Event, name: str) -> bool:
    """Whether a property is that of a holder: a part's own history names by it what holds the part."""
    holds = {"AgendaItem": ("agendaItem",), "Consultation": ("consultation",), "Location": ("location",)}
    held_by = holds.get(event.change.object_type, ())
    return name in held_by or (event.change.object_type == "File" and name in ROLES and name != "derivativeFile")


def _names(event: Event, side: Any) -> Markup:
    ids = [one for one in (side if isinstance(side, list) else [side]) if isinstance(one, str)]
    return Markup(", ").join(_linked(event.named.get(one)) for one in ids)


def _linked(record: OParlObject | None) -> Markup:
    """Return a record's title, linked where it has a page."""
    if record is None:
        return escape(gettext("a withdrawn record"))
    if isinstance(record, AgendaItem):
        if record.public is False:
            return escape(gettext("a non-public item"))
        title = " ".join(part for part in (held(record.number or ""), record_title(record)) if part)
        address = address_of("AgendaItem", record.key, parent=record.meeting_id or "")
        return Markup('<a href="{}">{}</a>').format(address, title)
    if isinstance(record, Location):
        return escape(place_words(record) or record_title(record))
    title = f"{record_title(record)}, {day(record.start)}" if isinstance(record, Meeting) else record_title(record)
    address = address_of(type(record).__name__, record.key)
    return escape(title) if address == "/status" else Markup('<a href="{}">{}</a>').format(address, title)


def _values(name: str, values: list[Any]) -> str:
    return ", ".join(_value(name, value) for value in values)


def _value(name: str, value: Any) -> str:
    """Return one value in words, short ones in quotation marks; "" for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name == "size" and isinstance(value, int):
        return file_size(value)
    if not isinstance(value, str) or name == "reference" or len(value) > LONG:
        return str(value)
    if name in MOMENTS or name == "date":
        return _moment(value)
    return gettext("“%(text)s”", text=value)


def _moment(text: str) -> str:
    """Return a day or a moment as the source wrote it, in words; as it stands where it is neither."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=BERLIN)
    return ", ".join(part for part in (day(moment), clock(moment)) if part)


def _word(name: str) -> str:
    word = gettext(FIELDS[name]) if name in FIELDS else name
    return word[:1].upper() + word[1:]
