"""Minutes in, results out: what each agenda item came to, where that is said without ambiguity."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.facts.minutes.headings import Item, headings
from app.facts.minutes.pages import Pages, Place
from app.facts.minutes.passages import SIDE, Passage, decisions, results
from app.facts.minutes.sections import Section, sections
from app.facts.minutes.sentences import sentences
from app.facts.minutes.votes import NO_VOTES, PartyVote, Votes, parties_in, votes_in
from app.facts.minutes.wording import NO_VOTE, Result, kind_of, plain, same, unanimous_or_majority

_HEAD = 350  # characters of a resolution in which it says what kind it is
_NUMBER = re.compile(
    r"(?im)^[ \t]*(?:beschluss|beschluß)[- ]?(?:nr\.?|nummer)[ \t]*:?[ \t]*(?P<number>[A-Z]{0,4}[ /-]?\d[\w./()-]{0,24})"
)
# "6 Ja-Stimmen, der Rest Nein-Stimmen": the count that decides is not there.
_THE_REST = re.compile(r"\b(?:rest|ansonsten|übrigen?|alle anderen|restlichen)\b")
_PART = re.compile(
    r"(?i)(?:^|\b)(?:(?:top|punkt|tagesordnungspunkt)s? \d|ziffern? |spiegelstrich|vorlage:? \d|nr\. \d|absatz \d|\d{1,2}\.\d{1,2}:? )"
)
_MAIN = re.compile(
    r"(?i)(?:^|[.;] )(?:geänderte |modifizierte |so geänderte )?(?:beschlussvorlage|verwaltungsvorlage|vorlage|hauptantrag|gesamtabstimmung|schlussabstimmung|beschlussvorschlag)(?: \([^)]*\))?: "
)


@dataclass(frozen=True, slots=True)
class Said:
    """What minutes say became of an item, and where."""

    item: Item
    result: Result
    place: Place
    votes: Votes = NO_VOTES
    parties: tuple[PartyVote, ...] = ()
    resolution_number: str | None = None


@dataclass(frozen=True, slots=True)
class _Finding:
    result: Result
    start: int
    end: int
    votes: Votes = NO_VOTES


def results_in(pages: Mapping[int, str], items: Sequence[Item]) -> list[Said]:
    """Return what the items came to by these pages; an item of which that is not clear is left out."""
    document = Pages(pages)
    found = []
    for section in sections(document.text, headings(document.text, items)):
        if finding := _finding(document.text, section):
            passage = document.text[finding.start : finding.end]
            found.append(
                Said(
                    section.item,
                    finding.result,
                    document.place(finding.start, finding.end),
                    finding.votes,
                    parties_in(passage),
                    _resolution_number(document.text, section),
                )
            )
    return found


def _finding(text: str, section: Section) -> _Finding | None:
    labelled = [one for one in results(text, section.start, section.end) if not SIDE.search(one.of)]
    settled = decisions(text, section.start, section.end)
    found = [_labelled(text, one, _above(settled, one, section.joint), section.number) for one in labelled]
    if labelled:
        if section.joint and not all(_names(text, one, section.number) for one in labelled):
            return None
        return _agreed([one for one in found if one]) if all(found) else None
    if section.joint:
        return None
    told = [_told(text, one) for one in settled if "vorschlag" not in one.label and "antrag" not in one.label]
    said = [_sentence(text, one) for one in sentences(text, section.start, section.end)]
    clear = [one for one in (*told, *said) if one]
    return _agreed(sorted(clear, key=lambda one: one.start))


def _agreed(found: list[_Finding]) -> _Finding | None:
    """Return the last finding where all say the same; its votes only where it is the only one that has any."""
    if not found or not all(same(one.result, found[0].result) for one in found):
        return None
    last = found[-1]
    amended = any(one.result is Result.AMENDED for one in found)
    return _Finding(Result.AMENDED if amended else last.result, last.start, last.end, last.votes)


def _above(settled: list[Passage], result: Passage, joint: bool) -> Passage | None:
    """Return the resolution that a result belongs to: the nearest above it."""
    above = [one for one in settled if one.begin < result.begin]
    return above[-1] if above and not joint else None


def _names(text: str, passage: Passage, number: str) -> bool:
    words = plain(text[passage.start : passage.end])
    return bool(re.search(rf"(?<![\d.]){re.escape(number)}(?![\d]|\.\d)", words)) and len(_PART.findall(words)) <= 1


def _labelled(text: str, result: Passage, decision: Passage | None, number: str) -> _Finding | None:
    """Return what a labelled result says, together with the resolution it was voted on."""
    words = plain(text[result.start : result.end])
    if SIDE.search(words) or _PART.search(words):
        words = _main_part(words)
    if not words:
        return None
    votes = votes_in(words)
    of = _kind_of_decision(text, decision) if decision else None
    if of is _UNCLEAR or _THE_REST.search(words):
        return None
    kind = kind_of(_unvoted(words))
    if kind is None and _contradicts(words):
        return None
    if kind is None:
        kind = _by_vote(words, votes, of if isinstance(of, Result) else None)
    elif kind is Result.ADOPTED and of in (Result.REJECTED, Result.WITHDRAWN):
        return None  # to a refusal it was agreed, or not: who can tell
    elif kind is Result.ADOPTED and of in (Result.DEFERRED, Result.REFERRED, Result.AMENDED):
        kind = of
    if not isinstance(kind, Result):
        return None
    begin = decision.begin if decision and result.end - decision.begin < _HEAD else result.begin
    return _checked(_Finding(kind, begin, result.end, votes))


def _unvoted(words: str) -> str:
    """Return a wording without counts of votes whose labels are words for results: "Zustimmung: 12, Ablehnung: 0"."""
    return re.sub(r"\b(?:zustimmung|ablehnung)(?:en)?:? ?\d+|\d+ (?:zustimmung|ablehnung)en\b", " ", words)


def _contradicts(words: str) -> bool:
    """Whether a wording names results, but none clearly."""
    named = re.sub(r"\bgegenstimmen?\b|\bzustimmungen?:? \d+|\bablehnung(?:en)?:? \d+", " ", words)
    return bool(
        re.search(r"abgelehn|ablehn|angenommen|zugestimmt|beschlossen|vertag|verwiesen|zurückge|teilweise", named)
    )


def _by_vote(words: str, votes: Votes, of: Result | None) -> Result | None:
    if NO_VOTE.search(words):
        return of if of not in (Result.ADOPTED, Result.AMENDED) else None
    if votes.carried is not None:
        if of in (None, Result.ADOPTED, Result.AMENDED):
            return (of or Result.ADOPTED) if votes.carried else Result.REJECTED
        return of
    if unanimous_or_majority(words) or (votes.no == 0 and votes.yes is None):
        return of or Result.ADOPTED
    return None


def _main_part(words: str) -> str:
    """Return what is said of the matter itself, where parts or amendments were voted on apart; "" where that is open."""
    mains = list(_MAIN.finditer(words))
    if len(mains) != 1:
        return ""
    rest = words[mains[0].end() :]
    cut = re.search(
        r"(?i)(?:ab)?änderungsantr|ergänzungsantr|zusatzantr|\bantrag\b|abstimmungsergebnisse|\bziffer|\bpunkt \d|\btop \d",
        rest,
    )
    return rest[: cut.start()].strip() if cut else rest.strip()


class _Unclear:
    """What a resolution that may be of either kind comes to."""


_UNCLEAR = _Unclear()
_OPENING = (
    (Result.NOTED, re.compile(r"^\W*(?:kenntnisnahme|(?:wird |zur )?(?:zustimmend )?(?:zur )?kenntnis|(?:der|die|das)\b[^.]{0,80}\bn(?:immt|ehmen|ahm)\b[^.]{0,250}\bkenntnis\b)")),
    (Result.REJECTED, re.compile(r"^\W*(?:abgelehnt|ablehnung|(?:der|die|das)\b[^.,]{0,100}\b(?:lehnt|lehnen|lehnte)\b[^.]{0,250}\bab\b|(?:der|die|dem) [\w-]*(?:antrag|vorlage|beschlussvorschlag)\b[^.]{0,120}\b(?:wird|werden) (?:\w+ ){0,3}(?:abgelehnt|nicht))")),
    (Result.DEFERRED, re.compile(r"^\W*(?:vertagt|vertagung|zurückgestellt|(?:der|die|das)\b[^.]{0,120}\b(?:vertagt|zurückgestellt|vertagung)\b)")),
    (Result.REFERRED, re.compile(r"^\W*(?:verwiesen|verweisung|überweisung|(?:weiter)?(?:beratung|behandlung) (?:im|in der|in den)\b|(?:der|die|das)\b[^.]{0,160}\b(?:verwiesen|überwiesen|verweisung)\b|(?:der|die|das)\b[^.]{0,60}\bverweist\b[^.]{0,160}\b(?:in|an)\b)")),
    (Result.WITHDRAWN, re.compile(r"^\W*(?:(?:der )?(?:antrag|vorlage|anfrage)?\W{0,3}(?:wird |wurde |ist )?(?:\w+ ){0,4}zurückgezogen)")),
)  # fmt: skip
_AND_ON = re.compile(r"\bverweis|\bverwies|\büberw[ei]|\b(?:weiter)?(?:behandlung|beratung|bericht) i[mn]\b|\bvertag")
_SUSPECT = re.compile(
    r"\babgelehnt\b|\blehnt\b|\bablehnung\b|\bvertag|\bnicht (?:zugestimmt|gefolgt|angenommen|beschlossen)"
)


def _kind_of_decision(text: str, decision: Passage) -> "Result | _Unclear | None":
    """Return what kind of resolution it is by how it begins; what might be a refusal and does not say so is unclear."""
    if SIDE.search(decision.label) or SIDE.search(decision.of):
        return _UNCLEAR
    words = plain(text[decision.start : min(decision.end, decision.start + 2 * _HEAD)])[:_HEAD]
    # "Beschlussvorschlag" is what was put to the vote, whatever it proposes.
    opening = next((kind for kind, pattern in _OPENING if pattern.search(words)), None)
    if opening:
        if opening is Result.NOTED and _AND_ON.search(words):
            return _UNCLEAR
        also = re.search(r"\b(?:und|sowie) (?:beschliesst|beauftragt|stimmt|empfiehlt)\b", words)
        return Result.ADOPTED if opening is Result.NOTED and also else opening
    if _SUSPECT.search(words):
        return _UNCLEAR
    return Result.AMENDED if decision.label.startswith(("geändert", "modifiziert")) else Result.ADOPTED


def _told(text: str, decision: Passage) -> _Finding | None:
    """Return what a resolution without a vote says of itself: taken note of, deferred, referred, withdrawn, rejected."""
    kind = _kind_of_decision(text, decision)
    end = min(decision.end, decision.start + _HEAD)
    first = plain(text[decision.begin : end])
    if isinstance(kind, Result) and kind not in (Result.ADOPTED, Result.AMENDED):
        return _Finding(kind, decision.begin, end)
    if kind is Result.ADOPTED and re.match(r"\W*beschluss[^:]{0,40}:? (?:einstimmig|mehrheitlich)", first):
        return _Finding(kind, decision.begin, end)
    return None


def _sentence(text: str, passage: Passage) -> _Finding | None:
    words = plain(text[passage.start : passage.end])
    if SIDE.search(words) or _PART.search(words):
        return None
    votes = votes_in(words)
    kind = kind_of(_unvoted(words))
    return _checked(_Finding(kind, passage.start, passage.end, votes)) if kind else None


def _checked(finding: _Finding) -> _Finding | None:
    """Return a finding that its votes do not contradict; votes on a refusal, which say the opposite, are left out."""
    carried = finding.votes.carried
    if finding.result in (Result.ADOPTED, Result.AMENDED) and carried is False:
        return None
    if finding.result is Result.REJECTED and carried:
        return _Finding(finding.result, finding.start, finding.end)
    return finding


def _resolution_number(text: str, section: Section) -> str | None:
    """Return the resolution's number where the section states exactly one at the beginning of a line."""
    numbers = {match["number"].strip(" .") for match in _NUMBER.finditer(text, section.start, section.end)}
    return numbers.pop() if len(numbers) == 1 else None
