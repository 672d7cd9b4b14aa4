"""How often somebody wants to be written to, in words."""

from typing import Final

from app.models.alerts import DAILY, FREQUENCIES, INSTANT, MONTHLY, WEEKLY
from app.speech import Voice
from app.translations import N_

FRIDAY: Final = 4
# Both what a form offers and what a mail says: the words, and what that means.
WORDS: Final = {
    WEEKLY: N_("Once a week"),
    DAILY: N_("Once a day"),
    INSTANT: N_("At once"),
    MONTHLY: N_("Once a month"),
}
MEANING: Final = {
    WEEKLY: N_("On the day you choose, at 8 o'clock. Right for most people."),
    DAILY: N_("In the morning at 8 o'clock, only when there is something new."),
    INSTANT: N_("Shortly after we find it, between 7 and 21 o'clock, at most two mails a day."),
    MONTHLY: N_("On the first of the month at 8 o'clock."),
}
WEEKDAYS: Final = (
    *(N_("on Mondays"), N_("on Tuesdays"), N_("on Wednesdays"), N_("on Thursdays")),
    *(N_("on Fridays"), N_("on Saturdays"), N_("on Sundays")),
)
OFFERED: Final = (WEEKLY, DAILY, INSTANT, MONTHLY)


def is_frequency(frequency: str, weekday: int) -> bool:
    """Say whether a frequency is one of ours, with a day of the week (0 is Monday)."""
    return frequency in FREQUENCIES and 0 <= weekday < len(WEEKDAYS)


def frequency_words(voice: Voice, frequency: str, weekday: int) -> str:
    """Return "once a week, on Fridays at 8 o'clock" as it stands in the middle of a sentence."""
    if frequency == WEEKLY:
        return voice.gettext("once a week, %(day)s at 8 o'clock", day=voice.gettext(WEEKDAYS[weekday]))
    if frequency == MONTHLY:
        return voice.gettext("once a month, on the first at 8 o'clock")
    return voice.gettext("once a day, at 8 o'clock") if frequency == DAILY else voice.gettext("as soon as it happens")
