"""What is followed, as pages show it: its name and page, how often it is told, and how to get it without mails."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.alerts.frequencies import frequency_words
from app.alerts.sieve import understood
from app.alerts.targets import NEWSLETTER, SEARCH, Described, Target, describe, written
from app.models import Alert
from app.web.feed_links import calendar_url, feed_url
from app.web.site import session, site
from app.web.voices import voice
from search import BadQuery


@dataclass(frozen=True, slots=True)
class Followed:
    """One alert, its target in words, and how often it is told."""

    alert: Alert
    target: Described
    often: str
    understood: bool = True  # a search that cannot be asked any more is not

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
        known = one.kind != SEARCH or _is_understood(one.value)
        rows.append(Followed(one, described(Target(one.kind, one.value)), often[:1].upper() + often[1:], known))
    return rows


def _is_understood(text: str) -> bool:
    try:
        return understood(text, site().settings.thesaurus) is not None
    except BadQuery:
        return False


def described(target: Target) -> Described:
    """Return a target in the reader's words."""
    return describe(session(), target, voice())


def ways(target: Target) -> list[Way]:
    """Return where the same is had without mails; nothing for a newsletter, which is a mail."""
    asked = written(session(), target)
    found = (Way("feed", feed_url(asked)), Way("calendar", calendar_url(asked)))
    return [way for way in found if asked and way.path]
