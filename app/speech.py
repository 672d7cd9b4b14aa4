"""A voice: messages, dates and names in one language, for whoever has no reader's request at hand (mails, cards)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from app.models import Organization
from app.translations import N_, translations

NBSP = "\u00a0"
BERLIN = ZoneInfo("Europe/Berlin")
DER, DIE, DAS = "der", "die", "das"
# How the names of organizations end, by their article: "Haupt- und Finanzausschuss", "Bezirksvertretung Nord".
_ENDS = {
    DER: r"rat|aus(?:schuss|schuß)|tag|vorstand|senat|verband|kreis|kreises",
    DIE: r"versammlung|vertretung|kommission|konferenz|fraktion|gruppe|verwaltung|sitzung",
    DAS: r"gremium|präsidium|forum|parlament|kollegium",
}
_GENDERS = {article: re.compile(rf"(?:{ends})$", re.IGNORECASE) for article, ends in _ENDS.items()}
_SUBJECTS = {DER: N_("The %(der)s"), DIE: N_("The %(die)s"), DAS: N_("The %(das)s")}
_AGENTS = {DER: N_("by the %(der)s"), DIE: N_("by the %(die)s"), DAS: N_("by the %(das)s")}


@dataclass(frozen=True, slots=True)
class Voice:
    """Says things in one language; `language` is one of `app.translations.LANGUAGES`."""

    language: str

    @property
    def formats(self) -> str:
        """The locale that numbers and dates are written in: English readers get days before months."""
        return "en_GB" if self.language == "en" else "de"

    def gettext(self, message: str, **values: object) -> str:
        """Return a message, filled in."""
        said = str(translations(self.language).gettext(message))
        return said % values if values else said

    def ngettext(self, singular: str, plural: str, num: int, **values: object) -> str:
        """Return the message for this many; both forms may say %(num)s."""
        return str(translations(self.language).ngettext(singular, plural, num)) % {"num": num, **values}

    def day(self, value: date | datetime | None) -> str:
        """Return "12. März 2026"."""
        there = in_germany(value)
        return written(there, "long", self.formats) if there else ""

    def weekday(self, value: date | datetime | None) -> str:
        """Return "Dienstag, 1. Dezember 2026"."""
        there = in_germany(value)
        return f"{written(there, 'EEEE', self.formats)}, {self.day(there)}" if there else ""

    def clock(self, value: datetime | None) -> str:
        """Return "17 Uhr" or "17:30 Uhr"; midnight sharp means that no time is known, and is empty."""
        there = in_berlin(value)
        return clock_words(there.hour, there.minute, self.formats) if there else ""

    def names(self, organizations: Sequence[Organization]) -> str:
        """Return the names of the organizations that meet together."""
        return ", ".join(one.name or one.short_name or "" for one in organizations) or self.gettext(
            "Organization not named"
        )

    def subject(self, organizations: Sequence[Organization]) -> str:
        """Return "Der Rat", "Die Bezirksvertretung Nord"; "" where several meet or its article is not known."""
        return self._with_article(_SUBJECTS, organizations)

    def agent(self, organizations: Sequence[Organization]) -> str:
        """Return "vom Rat", "von der Bezirksvertretung Nord"; "" where several meet or its article is not known."""
        return self._with_article(_AGENTS, organizations)

    def _with_article(self, messages: dict[str, str], organizations: Sequence[Organization]) -> str:
        if len(organizations) != 1:
            return ""
        name = organizations[0].name or organizations[0].short_name or ""
        article = article_of(name)
        return self.gettext(messages[article], **{article: name}) if article else ""


@lru_cache(maxsize=4096)
def written(value: date, pattern: str, locale: str) -> str:
    """Return a date in a pattern of Babel's, which takes a tenth of a millisecond; pages name the same days often."""
    return held(format_date(value, pattern, locale=locale))


@lru_cache(maxsize=4096)
def clock_words(hour: int, minute: int, locale: str) -> str:
    """Return a time on German clocks; "" for midnight sharp."""
    if (hour, minute) == (0, 0):
        return ""
    there = time(hour, minute)
    if locale != "de":
        return format_time(there, "H:mm", locale=locale)
    return held(format_time(there, "H:mm 'Uhr'" if minute else "H 'Uhr'", locale="de"))


@lru_cache(maxsize=4096)
def decimal_words(value: float, pattern: str | None, locale: str) -> str:
    """Return a number in a pattern of Babel's, or as its locale has it."""
    return format_decimal(value, pattern, locale=locale)


def in_germany(value: date | datetime | None) -> date | None:
    """Return the day on German calendars."""
    if not isinstance(value, datetime):
        return value
    there = in_berlin(value)
    return there.date() if there else None


def in_berlin(value: datetime | None) -> datetime | None:
    """Return a moment on German clocks; None where calendars begin or end, which stands for no moment at all."""
    try:
        return value.astimezone(BERLIN) if value else None
    except OverflowError:
        return None


def held(text: object) -> str:
    """Keep a short phrase on one line."""
    return str(text).replace(" ", NBSP)


def shortened(text: str | None, length: int = 120) -> str:
    """Cut a text at a word, with an ellipsis."""
    text = " ".join((text or "").split())
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(" ,;:-") + f"{NBSP}…"


@lru_cache(maxsize=4096)
def article_of(name: str) -> str:
    """Return the article of an organization's German name, "" where its first noun does not tell it."""
    words = iter(name.split())
    for word in words:
        # "Haupt-, Finanz- und Personalausschuss": what ends in a hyphen waits for the last of them.
        if word.rstrip(",").endswith("-") or word in ("und", "u."):
            continue
        noun = word.strip(",;:()/")
        return next((article for article, ends in _GENDERS.items() if ends.search(noun)), "")
    return ""
