"""The sentence that says where a meeting stands: called off, moved, to come, or held and with or without minutes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.db import now
from app.models import Change, Meeting
from app.queries.history import Event
from app.queries.meetings import BERLIN
from app.speech import held
from app.web.filters import clock, local, today, weekday
from app.web.i18n import gettext, ngettext

MINUTES = ("resultsProtocol", "verbatimProtocol")


@dataclass(frozen=True, slots=True)
class MeetingState:
    """Where a meeting stands: sign, first words in bold, the rest; and what a notice above it says, if anything."""

    sign: str
    headline: str
    rest: str = ""
    moved_from: str = ""
    cancelled_on: datetime | None = None


def meeting_state(
    meeting: Meeting, references: Collection[str], items: int, events: Sequence[Event]
) -> MeetingState | None:
    """Say where a meeting stands; None where no date is known. `items`: public ones; `references`: properties."""
    changes = [event.change for event in events if event.record is meeting]
    if meeting.cancelled:
        return MeetingState("none", gettext("Cancelled."), cancelled_on=_called_off(changes))
    if meeting.start is None:
        return None
    moved = _moved_from(changes)
    if meeting.start > now():
        return MeetingState("planned", _ahead(meeting.start), _agenda(items), moved)
    return MeetingState("held", gettext("Held."), _minutes(meeting.start, references), moved)


def _ahead(start: datetime) -> str:
    days = (local(start).date() - today()).days
    if days == 0:
        return gettext("Today.")
    if days == 1:
        return gettext("Tomorrow.")
    return ngettext("In %(num)s day.", "In %(num)s days.", days)


def _agenda(items: int) -> str:
    if not items:
        return gettext("The agenda is not published yet.")
    return ngettext("The agenda has %(num)s public item.", "The agenda has %(num)s public items.", items)


def _minutes(start: datetime, references: Collection[str]) -> str:
    if any(name in references for name in MINUTES):
        return gettext("The minutes are published.")
    days = (today() - local(start).date()).days
    if not days:
        return gettext("The minutes are not published yet.")
    since = held(ngettext("%(num)s day", "%(num)s days", days))
    return gettext("The minutes are not published yet, %(since)s after the meeting.", since=since)


def _called_off(changes: Sequence[Change]) -> datetime | None:
    """Return when the council said that a meeting is called off, None where it was so from the beginning."""
    return next((one.at for one in changes if "cancelled" in (one.fields or ()) and not one.backfill), None)


def _moved_from(changes: Sequence[Change]) -> str:
    """Return in words when a meeting was to be before it was moved last, "" where it was not; an hour is no move."""
    for one in changes:
        sides = (one.diff or {}).get("start")
        if sides and isinstance(sides[0], str) and isinstance(sides[1], str):
            before, after = (_moment(side) for side in sides)
            if before and after and local(before).date() != local(after).date():
                return ", ".join(part for part in (weekday(before), clock(before)) if part)
    return ""


def _moment(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=BERLIN)
