"""The sentence that says where a paper stands, made of `app.queries.states` in the reader's language."""

from flask import Flask

from app.queries.outcomes import Outcome
from app.queries.paths import Path, Station
from app.queries.states import PaperState, Standing, state_of
from app.web.filters import clock, day, held, weekday
from app.web.i18n import N_, gettext, ngettext
from app.web.wording import State, doubts, minuted_word, organization_names, outcome_sign, outcome_word

FIXED = {
    Standing.REFERRED: (N_("Referred."), "referred"),
    Standing.WITHDRAWN: (N_("Withdrawn."), "none"),
    Standing.UNRESOLVED: (N_("No decision."), "none"),
    Standing.PRIVATE: (N_("Consulted in private."), "private"),
    Standing.UNREPORTED: (N_("No result was ever published."), "none"),
}


def install(app: Flask) -> None:
    """Give the sentence to the templates."""
    app.jinja_env.globals.update(path_state=path_state, paper_state=paper_state)


def path_state(path: Path) -> State:
    """Say where the paper of a path stands."""
    return paper_state(state_of(path), known=bool(path.stations))


def paper_state(state: PaperState, *, known: bool = True) -> State:
    """Say where a paper stands; `known` is False where not one consultation is published."""
    if state.station is None:
        return _unscheduled(known)
    if state.standing is Standing.PLANNED:
        rest = _sentences(_coming(state.station), _deferrals(state))
        return State("lens", gettext("Not decided yet."), rest, state.station)
    if state.standing in (Standing.AWAITED, Standing.UNREPORTED) and len(state.station.minuted) == 1:
        return _minuted(state.station)
    if state.standing is Standing.AWAITED:
        return State("planned", gettext("No result published yet."), _held(state), state.station)
    headline, sign = _past(state)
    rest = _sentences(_where(state.station), doubts(state.station.contradicting), *_more(state))
    return State(sign, headline, rest, state.station)


def _minuted(station: Station) -> State:
    """Say what the minutes say, where the source says nothing."""
    [said] = station.minuted
    headline = gettext("The minutes say: %(result)s.", result=minuted_word(said))
    return State(outcome_sign(said.outcome), headline, _where(station), station)


def _unscheduled(known: bool) -> State:
    if known:
        return State("planned", gettext("Not decided yet."), gettext("No date is known."))
    return State("none", gettext("No consultation is published."))


def _past(state: PaperState) -> tuple[str, str]:
    if state.standing in FIXED:
        headline, sign = FIXED[state.standing]
        return gettext(headline), sign
    if state.standing is Standing.RECOMMENDED:
        return _recommendation(state.outcome), "planned"
    if state.standing is Standing.DEFERRED:
        return _deferrals(state) if state.deferred > 1 else gettext("Postponed."), "postponed"
    result = state.station.result if state.station else None
    return f"{outcome_word(state.outcome, result).rstrip('.')}.", outcome_sign(state.outcome)


def _recommendation(outcome: Outcome | None) -> str:
    if outcome is Outcome.REJECTED:
        return gettext("Not decided yet, not recommended.")
    if outcome is Outcome.AMENDED:
        return gettext("Not decided yet, recommended with amendments.")
    return gettext("Not decided yet, recommended.")


def _more(state: PaperState) -> tuple[str, ...]:
    if state.standing is Standing.PRIVATE:
        return (gettext("The result is not published."),)
    if state.standing in (Standing.RECOMMENDED, Standing.DEFERRED, Standing.REFERRED):
        return (gettext("The next date is not known."),)
    return ()


def _held(state: PaperState) -> str:
    days = state.days or 0
    since = ngettext("%(num)s day ago", "%(num)s days ago", days) if days else gettext("today")
    where = organization_names(state.station.organizations) if state.station else ""
    return gettext("%(organization)s met %(since)s.", organization=where, since=held(since))


def _deferrals(state: PaperState) -> str:
    if not state.deferred:
        return ""
    return ngettext("Postponed once.", "Postponed %(num)s times.", state.deferred)


def _where(station: Station) -> str:
    return f"{organization_names(station.organizations)}, {day(station.start)}."


def _coming(station: Station) -> str:
    when = ", ".join(part for part in (weekday(station.start), clock(station.start)) if part)
    where = organization_names(station.organizations)
    item = station.agenda_item.number if station.agenda_item else None
    if item:
        return gettext(
            "Next: %(organization)s, %(when)s, item %(number)s.", organization=where, when=when, number=held(item)
        )
    return gettext("Next: %(organization)s, %(when)s.", organization=where, when=when)


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
