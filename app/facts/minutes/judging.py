"""What one passage says: a labelled result with the resolution above it, a resolution alone, or a sentence."""

import re
from dataclasses import dataclass, replace

from app.facts.minutes.passages import Passage, is_aside
from app.facts.minutes.votes import NO_VOTES, Votes, votes_in
from app.facts.minutes.wording import NO_VOTE, REFUSING, YES, Result, kind_of, plain, unanimous_or_majority

HEAD = 350  # characters of a resolution in which it says what kind it is
# "6 Ja-Stimmen, der Rest Nein-Stimmen": the count that decides is not there.
_THE_REST = re.compile(r"\b(?:rest|ansonsten|übrigen?|alle anderen|restlichen)\b")
_PART = re.compile(
    r"\b(?:(?:top|punkt|tagesordnungspunkt)(?:e|en|s)? \d|ziffern? |spiegelstrich|vorlage:? \d|absatz \d|nr\. \d)"
    r"|(?<![\d.,])\d{1,2}\.\d{1,2}(?:\.\d{1,2})?:? (?=[a-z(])"
)
_MAIN = re.compile(
    r"(?<!der )(?<!zur )\b(?:geänderte |modifizierte |so geänderte )?(?:beschlussvorlage|verwaltungsvorlage|vorlage"
    r"|hauptantrag"
    r"|gesamtabstimmung|schlussabstimmung|beschlussvorschlag)(?: \([^)]*\))?: "
)
_NEXT_PART = re.compile(r"änderungsantr|ergänzungsantr|zusatzantr|\bantrag\b|abstimmungsergebnisse|\bziffer|\btop \d")
_NUMBERS = re.compile(
    r"(?:^|(?<=\s))(?:(?:top|punkt|tagesordnungspunkt)(?:e|en|s)? )?"
    r"(?P<numbers>\d{1,3}(?:\.\d{1,3})+(?:(?:, | und | u\. |/)\d{1,3}(?:\.\d{1,3})+)*"
    r"|(?<=top )\d{1,3}|(?<=punkt )\d{1,3})(?: \([^)]{1,20}\))?(?P<colon>:?) (?=[a-z])"
)


class Unclear:
    """What a resolution that may be of either kind comes to."""


UNCLEAR = Unclear()
_WHO = r"^\W*(?:der|die|das)\b"
_OPENINGS = {
    Result.NOTED: (
        r"^\W*(?:(?:zustimmende )?kenntnisnahme|(?:wird |zur )?(?:zustimmend )?(?:zur )?kenntnis)"
        rf"|{_WHO}[^.]{{0,80}}\bn(?:immt|ehmen|ahm)\b[^.]{{0,250}}\bkenntnis\b"
    ),
    Result.REJECTED: (
        rf"^\W*(?:abgelehnt|ablehnung)\b|{_WHO}[^.,]{{0,100}}\b(?:lehnt|lehnen|lehnte)\b[^.]{{0,250}}\bab\b"
        r"|^\W*(?:der|die|dem) [\w-]*(?:antrag|vorlage|beschlussvorschlag)\b[^.]{0,120}\b(?:wird|werden) "
        rf"(?:\w+ ){{0,3}}(?:abgelehnt|nicht (?:{YES})\b)"
    ),
    Result.DEFERRED: (
        rf"^\W*(?:vertagt|vertagung|zurückgestellt)|{_WHO}[^.]{{0,120}}\b(?:vertagt|zurückgestellt|vertagung)\b"
    ),
    Result.REFERRED: (
        r"^\W*(?:verwiesen|verweisung|überweisung|(?:weiter)?(?:beratung|behandlung) (?:im|in der|in den)\b)"
        rf"|{_WHO}[^.]{{0,160}}\b(?:verwiesen|überwiesen|verweisung)\b"
        rf"|{_WHO}[^.]{{0,60}}\bverweist\b[^.]{{0,160}}\b(?:in|an)\b"
    ),
    Result.WITHDRAWN: (
        r"^\W*(?:der )?(?:antrag|vorlage|anfrage)?\W{0,3}(?:wird |wurde |ist )?(?:\w+ ){0,4}zurückgezogen"
    ),
}
_OPENING = {kind: re.compile(pattern) for kind, pattern in _OPENINGS.items()}
_AND_ON = re.compile(r"\bverweis|\bverwies|\büberw[ei]|\b(?:weiter)?(?:behandlung|beratung|bericht) i[mn]\b|\bvertag")
_AND_DOES = re.compile(r"\b(?:und|sowie) (?:beschliesst|beauftragt|stimmt|empfiehlt)\b")
_SUSPECT = re.compile(
    rf"\babgelehnt\b|\blehnt\b|\bablehnung\b|\bvertag|\bnicht (?:{YES}|weiter\w*)\b|{REFUSING.pattern}"
)
_COUNTED = re.compile(r"\b(?:zustimmung|ablehnung)(?:en)?:? ?\d+|\b\d+ (?:zustimmung|ablehnung)en\b|\bgegenstimmen?\b")
_NAMED = re.compile(r"abgelehn|ablehn|angenommen|zugestimmt|beschlossen|vertag|verwiesen|zurückge|teilweise|erledigt")


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind, the passage that says it, and the votes in it; `whole` unless it tells of other votes as well."""

    result: Result
    start: int
    end: int
    votes: Votes = NO_VOTES
    whole: bool = True


def labelled(text: str, result: Passage, decision: Passage | None, number: str, *, joint: bool) -> Finding | None:
    """Return what a labelled result says of the item with this number; `decision` is the resolution it was put to."""
    every = plain(text[result.start : result.end])
    words = _of_this(every, number, joint=joint)
    of = _kind_of(text, decision) if decision else None
    if not words or isinstance(of, Unclear) or _THE_REST.search(words):
        return None
    votes, said = votes_in(words), _COUNTED.sub(" ", words)
    kind = kind_of(said)
    if kind is None:
        kind = None if _NAMED.search(said) and not NO_VOTE.search(said) else _by_vote(words, votes, of)
    elif kind is Result.ADOPTED:
        # To a refusal it was agreed, or not: who can tell. Agreed to a referral, it was referred.
        refused = of in (Result.REJECTED, Result.WITHDRAWN)
        kind = None if refused else of if of in (Result.DEFERRED, Result.REFERRED, Result.AMENDED) else kind
    if kind is None:
        return None
    begin = decision.begin if decision and result.end - decision.begin < HEAD else result.begin
    return _checked(Finding(kind, begin, result.end, votes, whole=words == every))


def resolved(text: str, decision: Passage) -> Finding | None:
    """Return what a resolution without a vote says of itself: noted, deferred, referred, withdrawn, rejected; or how
    it was adopted, where the label says that."""
    kind = _kind_of(text, decision)
    end = min(decision.end, decision.start + HEAD)
    if isinstance(kind, Unclear):
        return None
    if kind in (Result.ADOPTED, Result.AMENDED):
        first = plain(text[decision.begin : end])
        if not re.match(
            r"(?:einstimmiger|mehrheitlicher) beschluss|\W*beschluss[^:]{0,40}: (?:einstimmig|mehrheitlich)", first
        ):
            return None
    return Finding(kind, decision.begin, end)


def told(text: str, sentence: Passage, number: str) -> Finding | None:
    """Return what a sentence of a fixed form says of the item with this number."""
    words = plain(text[sentence.start : sentence.end])
    words = re.sub(rf"\b(?:tagesordnungspunkt|punkt|top) {re.escape(number)}\.?(?![\d.])", "punkt", words)
    if _PART.search(words):
        return None
    kind = kind_of(_COUNTED.sub(" ", words))
    return _checked(Finding(kind, sentence.start, sentence.end, votes_in(words))) if kind else None


def _of_this(words: str, number: str, *, joint: bool) -> str:
    """Return what is said of this very item and of the matter itself; "" where parts are told and none is it."""
    marks = list(_NUMBERS.finditer(words))
    if marks:
        ends = [mark.start() for mark in marks[1:]] + [len(words)]
        mine = [
            words[mark.end() : end]
            for mark, end in zip(marks, ends, strict=True)
            if number in re.findall(r"\d+(?:\.\d+)*", mark["numbers"])
        ]
        words = mine[0].strip() if len(mine) == 1 else ""
    elif joint:
        return ""
    if is_aside(words) or _PART.search(words):
        return _main_part(words)
    return words


def _main_part(words: str) -> str:
    """Return what is said of the matter itself, where amendments were voted on apart; "" where that is open."""
    mains = list(_MAIN.finditer(words))
    if len(mains) != 1:
        return ""
    rest = words[mains[0].end() :]
    cut = _NEXT_PART.search(rest)
    rest = rest[: cut.start()].strip() if cut else rest.strip()
    return "" if is_aside(rest) or _PART.search(rest) else rest


def _by_vote(words: str, votes: Votes, of: Result | None) -> Result | None:
    """Return what follows from how it was voted, where no word says what."""
    if NO_VOTE.search(words):
        return of if of not in (Result.ADOPTED, Result.AMENDED) else None
    if votes.carried is not None:
        if of in (None, Result.ADOPTED, Result.AMENDED):
            return (of or Result.ADOPTED) if votes.carried else Result.REJECTED
        return of if votes.carried or of is Result.REJECTED else None  # put off it was not
    return (of or Result.ADOPTED) if unanimous_or_majority(words) else None


def _kind_of(text: str, decision: Passage) -> Result | Unclear:
    """Return what kind of resolution it is by how it begins; what might be a refusal and does not say so is unclear."""
    if is_aside(decision.label) or is_aside(decision.of):
        return UNCLEAR
    words = plain(text[decision.start : min(decision.end, decision.start + 2 * HEAD)])[:HEAD]
    opening = next((kind for kind, pattern in _OPENING.items() if pattern.search(words)), None)
    if opening is Result.NOTED and _AND_ON.search(words):
        return UNCLEAR
    if opening:
        return Result.ADOPTED if opening is Result.NOTED and _AND_DOES.search(words) else opening
    if _SUSPECT.search(words):
        return UNCLEAR
    return Result.AMENDED if decision.label.startswith(("geändert", "modifiziert")) else Result.ADOPTED


def _checked(finding: Finding) -> Finding | None:
    """Return a finding that its votes do not contradict; what may be votes on a refusal, which say the opposite, is
    left out: more for it than against, or a count of those against alone ("bei 3 Gegenstimmen abgelehnt")."""
    carried = finding.votes.carried
    if finding.result in (Result.ADOPTED, Result.AMENDED) and carried is False:
        return None
    if finding.result is Result.REJECTED and carried is not False:
        abstained = None if carried else finding.votes.abstentions
        return replace(finding, votes=Votes(abstentions=abstained))
    return finding
