"""The sentence that says where a paper stands: one place for pages, lists, mails and cards, in any language.

The data come from `app.queries.states`; who says it, and in which language, is the `Voice`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.facts.minutes import Result
from app.queries.minutes import Minuted
from app.queries.outcomes import Outcome, Votes, is_advice, is_unanimous, votes_in
from app.queries.paths import Path, Station
from app.queries.states import PaperState, Standing, is_binding, is_telling, state_of
from app.speech import Voice, held, shortened
from app.translations import N_

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
FIXED = {
    Standing.WITHDRAWN: (N_("Withdrawn."), "none"),
    Standing.UNRESOLVED: (N_("No decision."), "none"),
    Standing.PRIVATE: (N_("Consulted in private."), "private"),
    Standing.UNREPORTED: (N_("No result was ever published."), "none"),
}
_VOTED = frozenset({Outcome.ACCEPTED, Outcome.AMENDED, Outcome.REJECTED})


@dataclass(frozen=True, slots=True)
class State:
    """Where a matter stands: sign, first words in bold, rest of the sentence, and the station it tells of."""

    sign: str
    headline: str
    rest: str = ""
    station: Station | None = None

    def __str__(self) -> str:
        return f"{self.headline} {self.rest}".strip()


def path_state(voice: Voice, path: Path) -> State:
    """Say where the paper of a path stands."""
    return paper_state(voice, state_of(path), known=bool(path.stations))


def paper_state(voice: Voice, state: PaperState, *, known: bool = True) -> State:
    """Say where a paper stands; `known` is False where not one consultation is published."""
    station = state.station
    if station is None:
        return _unscheduled(voice, known)
    if state.standing is Standing.PLANNED:
        rest = _sentences(_coming(voice, station), _deferrals(voice, state))
        return State("lens", voice.gettext("Not decided yet."), rest, station)
    if state.standing in (Standing.AWAITED, Standing.UNREPORTED) and len(station.minuted) == 1:
        return _minuted(voice, station)
    if state.standing is Standing.AWAITED:
        return State("planned", voice.gettext("No result published yet."), _awaited(voice, state, station), station)
    if state.standing in FIXED:
        headline, sign = FIXED[state.standing]
        rest = _sentences(_where(voice, station), *_more(voice, state))
        return State(sign, voice.gettext(headline), rest, station)
    return _reached(voice, state, station)


def _reached(voice: Voice, state: PaperState, station: Station) -> State:
    """Say what the last station came to, by whom, when and with how many votes."""
    after = (doubts(voice, station.contradicting), *_more(voice, state))
    if state.standing is Standing.RECOMMENDED:
        # Whoever only prepares a decision recommends, whatever the source calls the result.
        advised = ADVICE.get(station.outcome) if station.outcome else None
        word = voice.gettext(advised) if advised else outcome_word(voice, station.outcome, station.result)
        words = _with_whom(voice, station, word)
        return State("planned", voice.gettext("Not decided yet."), _sentences(" ".join(words), *after), station)
    if state.standing is Standing.DEFERRED and state.deferred > 1:
        headline, rest = _often(voice, state, station)
    else:
        headline, rest = _with_whom(voice, station, outcome_word(voice, station.outcome, station.result))
    return State(outcome_sign(station.outcome), headline, _sentences(rest, *after), station)


def _with_whom(voice: Voice, station: Station, word: str) -> tuple[str, str]:
    """Return the word, and "vom Rat am 16. Dezember 2025, 31 dafür, 4 dagegen."."""
    who, votes = voice.agent(station.organizations), _votes(voice, station)
    if not who or station.start is None or station.outcome is Outcome.OTHER:
        return f"{word.rstrip('.')}.", _where(voice, station, votes)
    when = voice.gettext("%(who)s on %(day)s", who=who, day=voice.day(station.start))
    return word, f"{', '.join(part for part in (when, votes) if part)}."


def _often(voice: Voice, state: PaperState, station: Station) -> tuple[str, str]:
    who, often = voice.agent(station.organizations), _deferrals(voice, state)
    if not who or station.start is None:
        return often, _where(voice, station)
    last = voice.gettext("%(who)s on %(day)s", who=who, day=voice.day(station.start))
    return often, voice.gettext("The last time %(when)s.", when=last)


def _votes(voice: Voice, station: Station) -> str:
    """Return the votes of a decision, as its source or minutes that agree with it state them."""
    if station.outcome not in _VOTED or station.contradicting:
        return ""
    counted = votes_in(station.result) or next((one.votes for one in station.minuted if one.is_counted), None)
    return _told(voice, counted, said=is_unanimous(station.result))


def _told(voice: Voice, counted: Votes | None, *, said: bool) -> str:
    """Return "einstimmig, 31 dafür" or "31 dafür, 4 dagegen": that nobody was against it needs no figure."""
    if counted is None:
        return voice.gettext("unanimously") if said else ""
    alone = counted.yes and counted.no == 0 and counted.abstentions == 0
    plain = Votes(counted.yes, counted.no or None, counted.abstentions or None)
    parts = (voice.gettext("unanimously") if said or alone else "", counted_words(voice, plain))
    return ", ".join(part for part in parts if part)


def _minuted(voice: Voice, station: Station) -> State:
    """Say what the minutes say, where the source says nothing."""
    [said] = station.minuted
    headline = voice.gettext("The minutes say: %(result)s.", result=minuted_word(voice, said))
    votes = _told(voice, said.votes if said.is_counted else None, said=False)
    return State(outcome_sign(said.outcome), headline, _where(voice, station, votes), station)


def _unscheduled(voice: Voice, known: bool) -> State:
    if known:
        return State("planned", voice.gettext("Not decided yet."), voice.gettext("No date is known."))
    return State("none", voice.gettext("No consultation is published."))


def _more(voice: Voice, state: PaperState) -> tuple[str, ...]:
    if state.standing is Standing.PRIVATE:
        return (voice.gettext("The result is not published."),)
    if state.standing in (Standing.RECOMMENDED, Standing.DEFERRED, Standing.REFERRED):
        return (voice.gettext("The next date is not known."),)
    return ()


def _awaited(voice: Voice, state: PaperState, station: Station) -> str:
    days = state.days or 0
    since = voice.ngettext("%(num)s day ago", "%(num)s days ago", days) if days else voice.gettext("today")
    who = voice.subject(station.organizations) or voice.names(station.organizations)
    return voice.gettext("%(organization)s met %(since)s.", organization=who, since=held(since))


def _deferrals(voice: Voice, state: PaperState) -> str:
    if not state.deferred:
        return ""
    return voice.ngettext("Postponed once.", "Postponed %(num)s times.", state.deferred)


def _where(voice: Voice, station: Station, more: str = "") -> str:
    parts = (voice.names(station.organizations), voice.day(station.start), more)
    return f"{', '.join(part for part in parts if part)}."


def _coming(voice: Voice, station: Station) -> str:
    when = ", ".join(part for part in (voice.weekday(station.start), voice.clock(station.start)) if part)
    item = station.agenda_item.number if station.agenda_item else None
    if item:
        when = voice.gettext("%(when)s, item %(number)s", when=when, number=held(item))
    who = voice.subject(station.organizations)
    if not who:
        names = voice.names(station.organizations)
        return voice.gettext("Next: %(organization)s, %(when)s.", organization=names, when=when)
    if is_binding(station):
        return voice.gettext("%(who)s decides on %(when)s.", who=who, when=when)
    if is_telling(station):
        return voice.gettext("%(who)s is told of it on %(when)s.", who=who, when=when)
    return voice.gettext("%(who)s debates it on %(when)s.", who=who, when=when)


def outcome_sign(outcome: Outcome | None) -> str:
    """Return the sign of a result; an unknown wording gets the dot in the ring."""
    return {None: "none", Outcome.OTHER: "noted"}.get(outcome, str(outcome))


def outcome_word(voice: Voice, outcome: Outcome | None, result: str | None = None) -> str:
    """Return the word for a result; the source's own words where it is of no known kind."""
    if outcome in ADVICE and is_advice(result):
        return voice.gettext(ADVICE[outcome])
    if outcome in OUTCOMES:
        return voice.gettext(OUTCOMES[outcome])
    return shortened(result, 60) or voice.gettext("No result published")


def minuted_word(voice: Voice, said: Minuted) -> str:
    """Return the word for what minutes say."""
    if said.result is Result.WITHDRAWN:
        return voice.gettext("Withdrawn")
    advice = said.advised and said.outcome in ADVICE
    return voice.gettext((ADVICE if advice else OUTCOMES)[said.outcome])


def doubts(voice: Voice, contradicting: Iterable[Minuted]) -> str:
    """Return what minutes say against what the source says, "" where nothing."""
    return " ".join(
        voice.gettext("But the minutes say: %(result)s.", result=result)
        for result in dict.fromkeys(minuted_word(voice, said) for said in contradicting)
    )


def counted_words(voice: Voice, votes: Votes) -> str:
    """Return "12 dafür, 3 dagegen, 1 Enthaltung", as far as it is stated."""
    yes, no, abstentions = votes.yes, votes.no, votes.abstentions
    parts = [
        voice.ngettext("%(num)s for", "%(num)s for", yes) if yes is not None else "",
        voice.ngettext("%(num)s against", "%(num)s against", no) if no is not None else "",
        voice.ngettext("%(num)s abstention", "%(num)s abstentions", abstentions) if abstentions is not None else "",
    ]
    return ", ".join(held(part) for part in parts if part)


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
