"""What became of an agenda item, read from the free words of the source."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Outcome(StrEnum):
    """The kinds of result that have a sign of their own; OTHER keeps the source's words and says no more."""

    ACCEPTED = "accepted"
    AMENDED = "amended"
    REJECTED = "rejected"
    POSTPONED = "postponed"
    REFERRED = "referred"
    NOTED = "noted"
    NONE = "none"
    OTHER = "other"


# After these the matter is settled, as far as this organization goes.
DECIDING = frozenset({Outcome.ACCEPTED, Outcome.AMENDED, Outcome.REJECTED, Outcome.NOTED})

# The first that matches counts: "einstimmig abgelehnt" is a rejection, "mit Änderungen beschlossen" an amendment.
_WORDINGS = (
    (Outcome.AMENDED, "teilweise (zugestimmt|beschlossen|angenommen|abgelehnt)"),
    (
        Outcome.REJECTED,
        r"abgelehn|ablehn|zurückgewiesen|verworfen|\bnicht (\w+ ){0,2}(zugestimmt|beschlossen|empfohlen|angenommen)",
    ),
    (
        Outcome.NONE,
        r"zurückgezogen|zurückgenommen|abgesetzt|entf[äa]ll|\b(ohne|keine?n?) (beschluss|abstimmung)|kein text",
    ),
    (Outcome.POSTPONED, "vertag|zurückgestellt|verschoben"),
    (Outcome.REFERRED, "verwiesen|überwiesen|weitergeleitet|verweisung"),
    (Outcome.AMENDED, r"(?<!un)(geändert|verändert)|mit (\w+ )?(änderung|ergänzung|massgabe)|modifiziert"),
    (
        Outcome.ACCEPTED,
        "beschlossen|beschluss gefasst|zugestimmt|zustimmung|angenommen|empfohlen|genehmigt|befürwortet",
    ),
    (Outcome.ACCEPTED, r"gewählt|\bbestellt|einverstanden|stattgegeben"),
    (Outcome.NOTED, "kenntnis|beantwortet|berichtet|vorgestellt|erledigt|informiert"),
    (Outcome.ACCEPTED, "einstimm|mehrheitlich|einvernehm"),
    # Dashes and "ohne" stand where a form wanted a word.
    (Outcome.NONE, r"^(ohne|keine?)\b|^\W+$"),
)
WORDINGS = tuple((outcome, re.compile(pattern)) for outcome, pattern in _WORDINGS)
_ADVICE = re.compile(r"empf[eo]hl|empfiehl|vorberaten", re.IGNORECASE)
# Nobody has a million votes: of an endless number each figure would be tried as its beginning.
_COUNT = r"(?<!\d)(\d{1,6})\W{0,3}"
_YES, _NO, _ABSTENTIONS = (re.compile(_COUNT + word) for word in (r"ja\b", r"nein\b", "enth"))
_UNANIMOUS = re.compile(r"(?<!nicht )\beinstimmig", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Votes:
    """Counted votes, as far as they are stated."""

    yes: int | None = None
    no: int | None = None
    abstentions: int | None = None


@lru_cache(maxsize=4096)  # a page asks for the same one some ten times
def outcome_of(result: str | None) -> Outcome | None:
    """Return the kind of a result, None where there is none; counted votes decide where no word does."""
    text = " ".join((result or "").casefold().split())
    if not text:
        return None
    for outcome, pattern in WORDINGS:
        if pattern.search(text):
            return outcome
    yes, no = _YES.search(text), _NO.search(text)
    if yes or no:
        # A tie is a rejection in every German municipal code. "7 Ja, 1 Enthaltung" leaves out that nobody said no.
        return Outcome.ACCEPTED if _votes(yes) > _votes(no) else Outcome.REJECTED
    return Outcome.OTHER


def is_advice(result: str | None) -> bool:
    """Whether a result recommends to somebody else what to decide."""
    return bool(_ADVICE.search(result or ""))


def is_unanimous(result: str | None) -> bool:
    """Whether a result says that nobody was against it."""
    return bool(_UNANIMOUS.search(result or ""))


def votes_in(result: str | None) -> Votes | None:
    """Return the votes that the words of a result count, None where they count none."""
    text = " ".join((result or "").casefold().split())
    yes, no, abstentions = (_stated(pattern, text) for pattern in (_YES, _NO, _ABSTENTIONS))
    return None if yes is None and no is None else Votes(yes, no, abstentions)


@dataclass(frozen=True, slots=True)
class Settled:
    """How many of some results decide, recommend to somebody else, or put off; what was taken note of is none."""

    decided: int
    advised: int
    postponed: int

    @classmethod
    def of(cls, results: Iterable[str | None]) -> "Settled":
        """Count results."""
        kinds = [(outcome_of(result), is_advice(result)) for result in results]
        settled = [advice for outcome, advice in kinds if outcome in DECIDING and outcome is not Outcome.NOTED]
        postponed = sum(outcome is Outcome.POSTPONED for outcome, _ in kinds)
        return cls(len(settled) - sum(settled), sum(settled), postponed)


def _stated(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found[1]) if found else None


def _votes(found: re.Match[str] | None) -> int:
    return int(found[1]) if found else 0
