"""What differs in a record, in a few sentences of plain text: for those who get told, without a page around it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alerts.telling.naming import title_of
from app.models import AgendaItem, Change, File, Location, OParlObject, Organization, Person
from app.models.changes import CREATED
from app.news.behind import moment_of
from app.queries.paths import organizations_of
from app.queries.references import FILE_ROLES
from app.shown import shown
from app.speech import Voice, shortened
from app.translations import N_

NAMED = 5  # records listed in one sentence
# What a difference refers to, by property; of other properties the values are told, or only that they differ.
REFERS: Final[dict[str, type[OParlObject]]] = {
    **dict.fromkeys(FILE_ROLES, File),
    **dict.fromkeys(("originatorOrganization", "underDirectionOf", "organization"), Organization),
    "originatorPerson": Person,
    "agendaItem": AgendaItem,
    "location": Location,
}
_WORDS: Final = {
    "name": N_("title"),
    "reference": N_("number"),
    "date": N_("date"),
    "paperType": N_("kind"),
    "mainFile": N_("Main document"),
    "auxiliaryFile": N_("Attachment"),
    "invitation": N_("Invitation"),
    "resultsProtocol": N_("Minutes"),
    "verbatimProtocol": N_("Verbatim minutes"),
    "resolutionFile": N_("Resolution"),
    "derivativeFile": N_("Derived file"),
    "originatorPerson": N_("originator"),
    "originatorOrganization": N_("originator"),
    "underDirectionOf": N_("lead"),
    "organization": N_("organization"),
    "location": N_("place"),
    "start": N_("beginning"),
    "end": N_("end"),
    "meetingState": N_("state"),
    "fileName": N_("file name"),
    "keyword": N_("keywords"),
}
# Told first where several differ, as on the record's page.
_WEIGHT: Final = ("cancelled", "start", "end", "location", "name")


class Differences:
    """Says what differs; what the differences refer to is read at once for all of them."""

    def __init__(self, session: Session, changes: Iterable[Change], voice: Voice) -> None:
        self._voice = voice
        wanted: dict[type[OParlObject], set[str]] = {}
        changes = list(changes)
        meetings = {change.object_id for change in changes if change.object_type == "Meeting"}
        self._meeting = organizations_of(session, meetings) if meetings else {}
        for change in changes:
            if change.object_type == "File":
                wanted.setdefault(File, set()).add(change.object_id)
            for name, sides in (change.diff or {}).items():
                if name in REFERS:
                    wanted.setdefault(REFERS[name], set()).update(ids_in(sides))
        self._rows = rows_of(session, wanted)

    def of(self, change: Change, about: str, only: Collection[str] = ()) -> Iterator[str]:
        """Yield what a change says of the record with the id `about`; of some properties alone where they are named."""
        diff: dict[str, list[Any]] = change.diff or {}
        if change.object_type == "File" and not only:
            if "sha256" in diff or "sha256" in (change.fields or ()):
                yield self._voice.gettext("The file was replaced by another.")
                return
            if change.kind == CREATED and change.object_id != about:
                yield from self._listed("file", (), [change.object_id])
        for name, sides in sorted(diff.items(), key=_weight):
            if (not only or name in only) and len(sides) == 2:
                elsewhere = change.object_type == "Meeting" and change.object_id != about
                if elsewhere and name in ("cancelled", "start"):
                    yield self._of_meeting(change.object_id, name, *sides)
                else:
                    yield from self._difference(change.object_type, name, *sides)
        if not diff and not only:
            fields = dict.fromkeys(self._voice.gettext(_WORDS[one]) for one in change.fields or () if one in _WORDS)
            if fields:
                yield self._voice.gettext("Changed: %(fields)s", fields=", ".join(fields))

    def _difference(self, kind: str, name: str, before: Any, after: Any) -> Iterator[str]:
        gettext = self._voice.gettext
        if name == "cancelled":
            words = (N_("The meeting is not cancelled any more."), N_("The meeting was cancelled."))
            yield gettext(words[after is True])
        elif kind == "Meeting" and name == "start":
            old, new = (self._moment(one) if one else "" for one in (before, after))
            moved = gettext("The meeting was moved from %(old)s to %(new)s.", old=old, new=new)
            yield from [moved] if old and new else self._valued(name, old, new)
        elif kind == "Meeting" and name == "end" and not before:
            return  # said by its start, or of no concern
        elif name == "location":
            yield from self._valued(name, self._names(ids_in([before])), self._names(ids_in([after])))
        elif name in REFERS:
            yield from self._listed(name, ids_in([before]), ids_in([after]))
        elif name in _WORDS:
            yield from self._valued(name, self._value(name, before), self._value(name, after))

    def _of_meeting(self, meeting: str, name: str, before: Any, after: Any) -> str:
        """Say what became of the meeting that a paper is for, and whose meeting it is."""
        gettext = self._voice.gettext
        who = self._voice.names(self._meeting.get(meeting, ()))
        if name == "cancelled":
            words = (N_("The meeting (%(who)s) is not cancelled any more."), N_("The meeting (%(who)s) was cancelled."))
            return gettext(words[after is True], who=who)
        if not before or not after:
            return ""
        moments = {"old": self._moment(before), "new": self._moment(after)}
        return gettext("The meeting (%(who)s) was moved from %(old)s to %(new)s.", who=who, **moments)

    def _listed(self, name: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
        gettext = self._voice.gettext
        new = self._names([one for one in after if one not in before])
        old = self._names([one for one in before if one not in after])
        if name == "agendaItem":
            added, removed = N_("The agenda was extended by %(items)s."), N_("Taken from the agenda: %(items)s.")
        else:
            added, removed = N_("%(what)s: added %(items)s."), N_("%(what)s: removed %(items)s.")
        what = self._word(name) if name != "agendaItem" else ""
        if new:
            yield gettext(added, what=what, items=new)
        if old:
            yield gettext(removed, what=what, items=old)

    def _valued(self, name: str, old: str, new: str) -> Iterator[str]:
        gettext, what = self._voice.gettext, self._word(name)
        if old and new:
            yield gettext("%(what)s: changed from %(old)s to %(new)s.", what=what, old=old, new=new)
        elif new:
            yield gettext("%(what)s: now %(new)s.", what=what, new=new)
        elif old:
            yield gettext("%(what)s: no longer given (was %(old)s).", what=what, old=old)

    def _names(self, ids: Sequence[str]) -> str:
        """Return the titles of records that are shown, "" for none."""
        rows = [self._rows[one] for one in ids if one in self._rows]
        titles = [place_of(row) if isinstance(row, Location) else self._title(row) for row in rows]
        quoted = [self._voice.gettext("“%(text)s”", text=title) for title in titles[:NAMED] if title]
        return ", ".join([*quoted, *(["…"] if len(titles) > NAMED else [])])

    def _title(self, row: OParlObject) -> str:
        number = f"{row.number} " if isinstance(row, AgendaItem) and row.number else ""
        return shortened(number + title_of(self._voice, row), 90)

    def _value(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, list):
            return shortened(", ".join(str(one) for one in value))
        if not isinstance(value, str) or name == "reference":
            return shortened(str(value))
        if name in ("start", "end", "date"):
            return self._moment(value)
        return self._voice.gettext("“%(text)s”", text=shortened(value))

    def _moment(self, text: Any) -> str:
        """Return a day or a moment as the source wrote it, in words; as it stands where it is neither.

        What stands for no moment has no words.
        """
        try:
            moment = moment_of(datetime.fromisoformat(str(text).strip()))
        except ValueError:
            return shortened(str(text))
        return ", ".join(part for part in (self._voice.day(moment), self._voice.clock(moment)) if part)

    def _word(self, name: str) -> str:
        word = self._voice.gettext(_WORDS[name] if name in _WORDS else N_("File"))
        return word[:1].upper() + word[1:]


def rows_of(session: Session, wanted: Mapping[type[OParlObject], Collection[str]]) -> dict[str, OParlObject]:
    """Return by id the records that may be seen, in one query for each type."""
    found: dict[str, OParlObject] = {}
    for model, ids in wanted.items():
        if ids:
            rows: Callable[..., Iterable[OParlObject]] = session.scalars
            found |= {row.id: row for row in rows(select(model).where(model.id.in_(ids), shown(model)))}
    return found


def place_of(location: Location) -> str:
    """Return where something is, most exact first."""
    street = location.street_address or location.name or location.description
    parts = (location.room, street, location.sub_locality, location.locality)
    return shortened(", ".join(dict.fromkeys(part.strip() for part in parts if part and part.strip())))


def ids_in(sides: Iterable[Any]) -> list[str]:
    """Return the ids on some sides of a difference."""
    flat = (one for side in sides for one in (side if isinstance(side, list) else [side]))
    return [one for one in flat if isinstance(one, str) and "\0" not in one]  # which no database takes in a question


def _weight(one: tuple[str, object]) -> int:
    return _WEIGHT.index(one[0]) if one[0] in _WEIGHT else len(_WEIGHT)
