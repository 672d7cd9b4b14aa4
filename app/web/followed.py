"""What is followed, as pages show it: its name and page, how often it is told, and how to get it without mails."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from app.alerts.frequencies import frequency_words
from app.alerts.targets import (
    BODY,
    MEETING,
    NEAR,
    NEWSLETTER,
    ORGANIZATION,
    PERSON,
    SEARCH,
    Described,
    Target,
    circle_of,
    describe,
    written,
)
from app.models import Alert
from app.web.site import session
from app.web.voices import voice

CALENDARS: Final = {PERSON: "people", ORGANIZATION: "organizations", MEETING: "meetings"}


@dataclass(frozen=True, slots=True)
class Followed:
    """One alert, its target in words, and how often it is told."""

    alert: Alert
    target: Described
    often: str

    @property
    def weekly(self) -> bool:
        """Whether it comes once a week whatever is chosen."""
        return self.alert.kind == NEWSLETTER


@dataclass(frozen=True, slots=True)
class Way:
    """The address of a feed or a calendar with the same news."""

    kind: str
    path: str


def followed(alerts: Iterable[Alert]) -> list[Followed]:
    """Return alerts in words."""
    rows = []
    for one in alerts:
        often = frequency_words(voice(), one.frequency, one.weekday)
        rows.append(Followed(one, described(Target(one.kind, one.value)), often[:1].upper() + often[1:]))
    return rows


def described(target: Target) -> Described:
    """Return a target in the reader's words."""
    return describe(session(), target, voice())


def ways(target: Target) -> list[Way]:
    """Return where the same is had without mails; nothing for a newsletter, which is a mail."""
    if target.kind == NEWSLETTER:
        return []
    if target.kind == SEARCH:
        asked = urlencode({"q": target.value})
        return [Way("feed", f"/feeds/search.atom?{asked}"), Way("calendar", f"/calendar.ics?{asked}")]
    if target.kind == NEAR:
        circle = circle_of(target)
        at = f"{circle.point[1]:.5f},{circle.point[0]:.5f}"
        asked = urlencode({"at": at, "radius": circle.metres, "address": circle.label})
        return [Way("feed", f"/feeds/near.atom?{asked}")]
    key = written(session(), target).partition(":")[2]
    feed = Way("feed", f"/feeds/{target.kind}/{key}.atom")
    if target.kind == BODY:
        return [feed, Way("calendar", f"/calendar.ics?{urlencode({'body': key})}")]
    if target.kind in CALENDARS:
        return [feed, Way("calendar", f"/{CALENDARS[target.kind]}/{key}.ics")]
    return [feed]
