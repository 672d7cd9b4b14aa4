"""Meetings as iCalendar (RFC 5545): the same event under the same UID for ever, and what became of it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, Event, Timezone, vText

from app.addresses import record_url
from app.models import Location
from app.queries.calendar import Entry
from app.queries.meetings import BERLIN
from app.web.filters import clock, local
from app.web.i18n import ZONE, gettext, ngettext
from app.web.record_words import place_words, record_title
from app.web.wording import organization_names

PRODUCT = "-//Ratslupe//Ratslupe//DE"
AGAIN = timedelta(hours=6)  # after which a program should ask again
LONGEST = timedelta(hours=24)  # an end after that is a slip
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]+")


def as_calendar(title: str, entries: Iterable[Entry], revised: Mapping[str, int], base_url: str) -> bytes:
    """Return meetings as a calendar; those without a date have no place in it. `revised`: id -> times moved."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, vText(_clean(title)))
    calendar.add("x-wr-timezone", ZONE)
    calendar.add("refresh-interval", AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vText("PT6H"))  # the same for programs of before RFC 7986
    calendar.add_component(_zone())
    for entry in entries:
        if entry.meeting.start is not None:
            calendar.add_component(_event(entry, revised.get(entry.meeting.id, 0), base_url))
    return bytes(calendar.to_ical())


@lru_cache(maxsize=1)
def _zone() -> Timezone:
    """Return when clocks in Germany are put forward and back: programs do not know it by its name alone."""
    return Timezone.from_ical(ZONE_RULES)  # type: ignore[return-value]  # a VTIMEZONE is read as one


# Since 1996 as in all of the EU; the years before end one month earlier. Rules, where the library would write each day.
ZONE_RULES = f"""BEGIN:VTIMEZONE
TZID:{ZONE}
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:STANDARD
DTSTART:19800928T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;UNTIL=19950924T010000Z;BYMONTH=9;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
""".replace("\n", "\r\n")


def _event(entry: Entry, revision: int, base_url: str) -> Event:
    meeting, event = entry.meeting, Event()
    event.add("uid", f"meeting-{meeting.key}@ratslupe")
    event.add("sequence", revision)
    # When this version was made, which is when the record last changed: the same answer as long as nothing does.
    event.add("dtstamp", meeting.changed_at)
    event.add("last-modified", meeting.changed_at)
    for name, value in _times(entry):
        event.add(name, value)
    title = organization_names(entry.row.organizations) if entry.row.organizations else record_title(meeting)
    event.add("summary", vText(_clean(gettext("Cancelled: %(title)s", title=title) if meeting.cancelled else title)))
    event.add("status", "CANCELLED" if meeting.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # whoever watches a council is not busy by it
    event.add("class", "PUBLIC")
    event.add("url", base_url + record_url("Meeting", meeting.key))
    event.add("description", vText(_clean(_description(entry, base_url))))
    _add_place(event, entry.row.location)
    return event


def _times(entry: Entry) -> Iterable[tuple[str, date | datetime]]:
    """Return the beginning and a believable end; a meeting whose hour is not known takes the day."""
    start, end = entry.meeting.start, entry.meeting.end
    if start is None or not clock(start):
        return [("dtstart", entry.day)]
    times = [("dtstart", local(start))]
    if end is not None and timedelta() < end - start < LONGEST:
        times.append(("dtend", end.astimezone(BERLIN)))
    return times


def _description(entry: Entry, base_url: str) -> str:
    counted = ngettext("%(num)s public item", "%(num)s public items", entry.items) if entry.items else ""
    said = [gettext("This meeting is cancelled.") if entry.meeting.cancelled else counted]
    said.append(gettext("Agenda and papers: %(url)s", url=base_url + record_url("Meeting", entry.meeting.key)))
    return "\n".join(part for part in said if part)


def _add_place(event: Event, place: Location | None) -> None:
    if words := place_words(place):
        event.add("location", vText(_clean(words)))
    if place is not None and place.latitude is not None and place.longitude is not None:
        event.add("geo", (place.latitude, place.longitude))


def _clean(words: str) -> str:
    return _CONTROL.sub(" ", words).strip()
