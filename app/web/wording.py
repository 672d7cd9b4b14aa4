"""The words beside the signs, in the reader's language."""

from collections.abc import Iterable
from typing import Any

from flask import Flask

from app import standing
from app.models import Organization
from app.queries.minutes import Minuted
from app.queries.outcomes import Outcome, outcome_of
from app.queries.paths import Station
from app.standing import outcome_sign
from app.web.filters import held
from app.web.i18n import N_, gettext
from app.web.voices import voice

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


def outcome_word(outcome: Outcome | None, result: str | None = None) -> str:
    """Return the word for a result; the source's own words where it is of no known kind."""
    return standing.outcome_word(voice(), outcome, result)


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
    return standing.minuted_word(voice(), said)


def doubts(contradicting: Iterable[Minuted]) -> str:
    """Return what minutes say against what the source says, "" where nothing."""
    return standing.doubts(voice(), contradicting)


def votes_words(said: Minuted) -> str:
    """Return "12 dafür, 3 dagegen, 1 Enthaltung", as far as it is stated."""
    return standing.counted_words(voice(), said.votes)


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
    return voice().names(organizations)
