"""Why a matter stands where it stands, in words: the parts of its weight, which add up."""

from dataclasses import dataclass

from flask import Flask

from app.queries.outcomes import Votes
from app.queries.weight import Part, Signal, Weight
from app.standing import counted_words
from app.web.i18n import N_, gettext, ngettext
from app.web.mentions import amount
from app.web.voices import voice

NAMES = {
    Signal.MONEY: N_("Money"),
    Signal.CONTENTION: N_("Dispute"),
    Signal.BINDINGNESS: N_("Effect"),
    Signal.CONSULTATIONS: N_("Consultations"),
}
_MISSING = {
    Signal.MONEY: N_("its files name no sum"),
    Signal.CONTENTION: N_("no votes are published"),
    Signal.BINDINGNESS: N_("nobody is known to deal with it"),
    Signal.CONSULTATIONS: N_("no consultation is published"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One part in words: its name, what was read in the record, its points and the most there can be."""

    name: str
    sentence: str
    points: int
    most: int


def install(app: Flask) -> None:
    """Let templates say it."""
    app.jinja_env.globals.update(weight_reasons=weight_reasons, weight_missing=weight_missing)


def weight_reasons(weight: Weight) -> list[Reason]:
    """Return the parts of a weight in words, the most first."""
    parts = sorted(weight.parts, key=lambda part: -part.points)
    return [Reason(gettext(NAMES[part.signal]), _sentence(part), part.points, part.most) for part in parts]


def weight_missing(weight: Weight) -> list[str]:
    """Return why signals are not counted."""
    known = {part.signal for part in weight.parts}
    return [gettext(words) for signal, words in _MISSING.items() if signal not in known]


def _sentence(part: Part) -> str:
    match part.signal:
        case Signal.MONEY:
            return gettext("Its files name up to %(sum)s.", sum=amount(str(part.amount or 0)))
        case Signal.CONTENTION:
            return _dispute(part.votes, part.count)
        case Signal.BINDINGNESS:
            return gettext(_effect(part.binding))
    return ngettext("%(num)s consultation.", "%(num)s consultations.", part.count)


def _dispute(votes: Votes | None, deferred: int) -> str:
    said = [gettext("Closest vote: %(votes)s.", votes=counted_words(voice(), votes))] if votes else []
    if deferred:
        said.append(ngettext("Postponed once.", "Postponed %(num)s times.", deferred))
    return " ".join(said) or gettext("Nobody was against it.")


def _effect(binding: bool | None) -> str:
    if binding is None:
        return N_("It is only taken note of.")
    return N_("A decision is made on it.") if binding else N_("So far there is only advice.")
