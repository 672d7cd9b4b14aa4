"""What is followed, as pages show it: its name and page, how often it is told, and how to get it without mails."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.alerts.frequencies import frequency_words
from app.alerts.targets import NEWSLETTER, Described, Target, describe, written
from app.models import Alert
from app.web.feed_links import calendar_url, feed_url
from app.web.site import session
from app.web.voices import voice


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
    asked = written(session(), target)
    found = (Way("feed", feed_url(asked)), Way("calendar", calendar_url(asked)))
    return [way for way in found if asked and way.path]
