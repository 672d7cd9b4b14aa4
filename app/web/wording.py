"""The words beside the signs, and the sentence that says where a matter stands."""

from dataclasses import dataclass

from flask import Flask

from app.models import Organization
from app.queries.outcomes import Outcome, is_advice, outcome_of
from app.queries.paths import Station
from app.web.filters import shortened
from app.web.i18n import N_, gettext

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
    return "none" if station.cancelled else outcome_sign(station.outcome)


def station_word(station: Station) -> str:
    """Return the words beside the sign."""
    if station.cancelled:
        return gettext("Meeting cancelled")
    if station.planned:
        return gettext("Planned")
    if station.private:
        return gettext("Not public")
    return outcome_word(station.outcome, station.result)


def organization_names(organizations: tuple[Organization, ...]) -> str:
    """Return the names of the organizations that meet together."""
    return ", ".join(one.name or one.short_name or "" for one in organizations) or gettext("Organization not named")
