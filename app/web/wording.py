"""The words beside the signs, and the sentence that says where a matter stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.facts.minutes import Result
from app.models import Organization
from app.queries.minutes import Minuted
from app.queries.outcomes import Outcome, is_advice, outcome_of
from app.queries.paths import Station
from app.web.filters import held, shortened
from app.web.i18n import N_, gettext, ngettext

OUTCOMES = {
    Outcome.ACCEPTED: N_("Adopted"),
    Outcome.AMENDED: N_("Adopted with amendments"),
    Outcome.REJECTED: N_("Rejected"),
    Outcome.POSTPONED: N_("Postponed"),
    Outcome.REFERRED: N_("Referred"),
    Outcome.NOTED: N_("Noted"),
    Outcome.NONE: N_("No decision"),
}
# A recommendation goes on to somebody else, so it must not read like a decision.
ADVICE = {
    Outcome.ACCEPTED: N_("Recommended"),
    Outcome.AMENDED: N_("Recommended with amendments"),
    Outcome.REJECTED: N_("Not recommended"),
}
TYPES = {
    "Paper": N_("Paper"),
    "Meeting": N_("Meeting"),
    "AgendaItem": N_("Agenda item"),
    "Person": N_("Person"),
    "Organization": N_("Organization"),
    "File": N_("File"),
    "Consultation": N_("Consultation"),
    "Membership": N_("Membership"),
    "Location": N_("Location"),
    "LegislativeTerm": N_("Legislative term"),
    "Body": N_("Body"),
    "System": N_("System"),
}
PLURALS = {
    "Paper": N_("Papers"),
    "Meeting": N_("Meetings"),
    "AgendaItem": N_("Agenda items"),
    "Person": N_("People"),
    "Organization": N_("Organizations"),
    "File": N_("Files"),
    "Consultation": N_("Consultations"),
    "Membership": N_("Memberships"),
    "Location": N_("Locations"),
    "LegislativeTerm": N_("Legislative terms"),
    "Body": N_("Bodies"),
    "System": N_("Systems"),
}


@dataclass(frozen=True, slots=True)
class State:
    """Where a matter stands: sign, first words in bold, rest of the sentence, and the station it tells of."""

    sign: str
    headline: str
    rest: str = ""
    station: Station | None = None

    def __str__(self) -> str:
        return f"{self.headline} {self.rest}".strip()


def install(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.globals.update(
        station_sign=station_sign,
        station_word=station_word,
        outcome_of=outcome_of,
        outcome_sign=outcome_sign,
        outcome_word=outcome_word,
        minuted_word=minuted_word,
        doubts=doubts,
        votes_words=votes_words,
        parties_words=parties_words,
        organization_names=organization_names,
        type_word=type_word,
        types_word=types_word,
    )


def type_word(object_type: str) -> str:
    """Return the word for one record of a type."""
    return gettext(TYPES.get(object_type, object_type))


def types_word(object_type: str) -> str:
    """Return the word for records of a type."""
    return gettext(PLURALS.get(object_type, object_type))


def outcome_sign(outcome: Outcome | None) -> str:
    """Return the sign of a result; an unknown wording gets the dot in the ring."""
    return {None: "none", Outcome.OTHER: "noted"}.get(outcome, str(outcome))


def outcome_word(outcome: Outcome | None, result: str | None = None) -> str:
    """Return the word for a result; the source's own words where it is of no known kind."""
    if outcome in ADVICE and is_advice(result):
        return gettext(ADVICE[outcome])
    if outcome in OUTCOMES:
        return gettext(OUTCOMES[outcome])
    return shortened(result, 60) or gettext("No result published")


def station_sign(station: Station) -> str:
    """Return the sign of a station."""
    if station.private:
        return "private"
    if station.planned:
        return "planned"
    if station.outcome is None and not station.cancelled and len(station.minuted) == 1:
        return outcome_sign(station.minuted[0].outcome)
    return "none" if station.cancelled else outcome_sign(station.outcome)


def station_word(station: Station) -> str:
    """Return the words beside the sign."""
    if station.cancelled:
        return gettext("Meeting cancelled")
    if station.planned:
        return gettext("Planned")
    if station.private:
        return gettext("Not public")
    if station.outcome is None and len(station.minuted) == 1:
        return gettext("%(result)s, by the minutes", result=minuted_word(station.minuted[0]))
    return outcome_word(station.outcome, station.result)


def minuted_word(said: Minuted) -> str:
    """Return the word for what minutes say."""
    if said.result is Result.WITHDRAWN:
        return gettext("Withdrawn")
    advice = said.advised and said.outcome in ADVICE
    return gettext((ADVICE if advice else OUTCOMES)[said.outcome])


def doubts(contradicting: Iterable[Minuted]) -> str:
    """Return what minutes say against what the source says, "" where nothing."""
    return " ".join(
        gettext("But the minutes say: %(result)s.", result=result)
        for result in dict.fromkeys(minuted_word(said) for said in contradicting)
    )


def votes_words(said: Minuted) -> str:
    """Return "12 dafür, 3 dagegen, 1 Enthaltung", as far as it is stated."""
    row = said.row
    parts = [
        ngettext("%(num)s for", "%(num)s for", row.yes) if row.yes is not None else "",
        ngettext("%(num)s against", "%(num)s against", row.no) if row.no is not None else "",
        ngettext("%(num)s abstention", "%(num)s abstentions", row.abstentions) if row.abstentions is not None else "",
    ]
    return ", ".join(held(part) for part in parts if part)


def parties_words(said: Minuted) -> list[tuple[str, str]]:
    """Return "for", "against" and "abstentions" with the parties of each, where the minutes name any."""
    sides = (("yes", gettext("In favour")), ("no", gettext("Against")), ("abstentions", gettext("Abstentions")))
    named = [
        (label, ", ".join(_party(one) for one in said.row.parties or () if one["vote"] == side))
        for side, label in sides
    ]
    return [(label, parties) for label, parties in named if parties]


def _party(one: dict[str, Any]) -> str:
    return held(f"{one['party']} {one['count']}") if one["count"] else str(one["party"])


def organization_names(organizations: tuple[Organization, ...]) -> str:
    """Return the names of the organizations that meet together."""
    return ", ".join(one.name or one.short_name or "" for one in organizations) or gettext("Organization not named")
