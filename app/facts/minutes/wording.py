"""What a wording says became of a matter: one kind, or nothing where it is not unambiguous."""

import re
from enum import StrEnum


class Result(StrEnum):
    """The kinds of result that are read from minutes."""

    ADOPTED = "adopted"
    AMENDED = "amended"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    REFERRED = "referred"
    NOTED = "noted"
    WITHDRAWN = "withdrawn"


YES = (
    r"angenommen|zugestimmt|zustimmung|zustimmend|beschlossen|genehmigt|empfohlen|gebilligt|befürwortet|gewählt"
    r"|gutgeheissen|stattgegeben|entsprochen|gefolgt|verabschiedet|bestätigt"
)
_GAP = r"(?:[\w§/-]+ ){0,4}?"
_WORDS = r"(?:[\w§/-]+ ){1,4}?"
_REJECTED = re.compile(
    rf"\babgelehn\w*|\bablehnung\b|\bablehnend\b|\bablehnen\b|\babzulehnen\b|\blehnen\b[^.]*\bab\b"
    rf"|\blehnte?n?\b[^.]*\bab\b"
    rf"|\bnicht (?:{YES}|überwiesen)\b|\bstimmte?n?\b[^.]*\bnicht zu\b|\bkeine (?:zustimmung|mehrheit)\b"
    r"|\bverworfen\b|\bnicht (?:die )?(?:erforderliche )?mehrheit\b"
)
# "Zur Ablehnung empfohlen" is one piece of advice, and "nicht angenommen" holds the word of its opposite.
_DOUBLE = re.compile(
    rf"\bnicht {_GAP}(?:abgelehn\w*|abzulehnen|zurückgewiesen|vertagt|verwiesen|zurückgestellt|zurückgezogen)"
    # What stands between may be all that is denied: "nicht einstimmig angenommen", "nicht öffentlich beschlossen".
    rf"|\bnicht {_WORDS}(?:{YES}|überwiesen)\b"
    rf"|\bnicht {_GAP}zur kenntnis|\bteil\w*weise\b|\bzum teil\b|\bin teilen\b|\bunter vorbehalt\b"
    rf"|\bgegen die ablehnung\b"
    r"|\bstimmengleichheit\b.*\bangenommen\b"
)
_ADVICE_NO = re.compile(r"\bablehnung\b[^.]{0,40}\bempfohlen\b|\bempf\w+\b[^.]{0,120}\b(?:abzulehnen|ablehnung)\b")
_WITHDRAWN = re.compile(
    r"\bzurückgezogen\b|\bzurückgenommen\b|\bnicht weiter ?(?:zu)?verfolgt\b|\bzieh(?:t|en)\b[^.]*\bzurück\b"
    r"|\bzog(?:en)?\b[^.]*\bzurück\b"
)
_DEFERRED = re.compile(
    r"\bvertagt\b|\bvertagung\b|\bzurückgestellt\b|\bzurückstellung\b|\bverschoben\b|\bstell(?:t|en)\b[^.]*\bzurück\b"
)
_REFERRED = re.compile(
    r"\b(?:in|an|zur|zurück|dem|den|der|ins|zum)\b[^.]*\b(?:zurück)?(?:verwiesen|überwiesen)\b"
    r"|\b(?:zurück)?verwiesen (?:in|an|zur|ins|zum)\b|\bverweisung\b|\büberweisung an\b"
    r"|\b(?:verweist|verweisen)\b[^.]*\b(?:in|an|zur|zurück)\b|^\W*(?:einstimmig |mehrheitlich )?verwiesen\W*$"
)
_POINTS = re.compile(r"\bauf\b[^.]*\bverwiesen\b|\bverweist auf\b|\bverweisen auf\b")  # at something, not to somebody
_NOTED = re.compile(
    r"\bkenntnisnahme\b|\bkenntnis\b[^.]{0,30}\b(?:genommen|nimmt|nehmen)\b|\bn(?:immt|ehmen|ahm"
    r"|ahmen)\b[^.]*\bkenntnis\b|\bzur kenntnis\b"
)
_ADOPTED = re.compile(
    rf"\b(?:{YES})\b|\bstimmte?n?\b[^.]*\bzu\b|\bbeschliess(?:t|en)\b|\bbeschloss(?:en)?\b|\bempf(?:iehlt|ehlen"
    rf"|ahl)\b"
    r"|\bbeschluss gefasst\b|\bgenehmigte?n?\b|\bbilligt\b|\bfasste?n?\b[^.]*\b(?:beschluss|empfehlung)\b"
    r"|\b(?:laut|gemäss|wie) (?:beschluss)?(?:vorschlag|vorlage)\b|\bwie vorgeschlagen\b|\banpassung angenommen\b"
)
_AMENDED = re.compile(
    r"(?<!un)(?<!\w)(?:ge|ver|abge)ändert\w*|\bmodifiziert\w*|\bmit (?:den |der |einer |folgende[nr]? |o\. ?g\. )?"
    r"(?:änderung|ergänzung|massgabe)(?:en)?\b|\bin ergänzter\b"
)
_HOW = re.compile(
    r"(?<!\bnicht )\b(?:einstimmig\w*|mehrheitlich\w*|mit mehrheit\b|mit stimmenmehrheit\b|einvernehmlich\b)"
)
# A resolution to refuse: "beschließt, dem Antrag nicht zuzustimmen", "das Einvernehmen wird nicht erteilt".
REFUSING = re.compile(
    r"\bnicht\b[^.;:]{0,60}?\b(?:(?:weiter ?)?zu (?!d)\w+(?:en|rn|ln)\b"
    r"|(?:zu|statt|nach|mit|bei|weiter|an|auf|durch|um|ein|fort)zu\w{3,}n\b)"
    r"|\b(?:abzu(?:lehn|weis|seh)en|zurückzuweisen|abstand zu nehmen|zu verzichten)\b"
    r"|\beinvernehmen\b[^.]{0,80}\b(?:nicht|versagt|verweigert)\b|\bversag(?:t|en)\b[^.]{0,60}\beinvernehmen\b"
    r"|\bspr(?:icht|echen) sich\b[^.]{0,120}?\b(?:gegen|dagegen)\b|\bsieht von\b[^.]{0,120}\bab\b"
)
NO_VOTE = re.compile(r"\b(?:keine?|ohne) (?:abstimmung|beschluss|beschlussfassung)\b|\bnicht abgestimmt\b")
_HYPHEN = re.compile(r"(?<=[a-zäöüß])[-\u00ad] *\n\s*(?=[a-zäöüß])")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """Return a passage in one line and small letters, words broken at line ends made whole."""
    return _SPACE.sub(" ", _HYPHEN.sub("", text)).strip().casefold()


def unanimous_or_majority(text: str) -> bool:
    """Whether a plain wording says how it was voted, in a word."""
    return bool(_HOW.search(text))


def kind_of(text: str) -> Result | None:
    """Return the kind that a plain wording names by a verb or noun; None where it names none, or two that differ."""
    if _DOUBLE.search(text) or _ADOPTED_REFUSAL.search(text):
        return None
    if _ADVICE_NO.search(text):
        return Result.REJECTED
    if REFUSING.search(text):
        return None
    without = _REJECTED.sub(" ", text)
    kinds = {
        kind
        for kind, found in (
            (Result.REJECTED, without != text),
            (Result.WITHDRAWN, _WITHDRAWN.search(text)),
            (Result.DEFERRED, _DEFERRED.search(text)),
            (Result.REFERRED, _REFERRED.search(text) and not _POINTS.search(text)),
            (Result.NOTED, _NOTED.search(text)),
            (Result.ADOPTED, _ADOPTED.search(without)),
        )
        if found
    }
    return _one_of(kinds, text)


# "Der Antrag, den Plan abzulehnen, wird angenommen": what was adopted is a refusal, of what is not said.
_ADOPTED_REFUSAL = re.compile(
    r"\bantrag\b[^.]*\b(?:abzulehnen|auf ablehnung)\b[^.]*\b(?:angenommen|zugestimmt|beschlossen)\b"
)


def _one_of(kinds: set[Result], text: str) -> Result | None:
    if kinds == {Result.NOTED, Result.ADOPTED} and "zustimmend" in text:
        kinds = {Result.NOTED}
    # Agreed was to put it off, to send it on or to take note: "der Vertagung wird zugestimmt".
    if len(kinds) == 2 and Result.ADOPTED in kinds and kinds & {Result.DEFERRED, Result.REFERRED}:
        kinds.discard(Result.ADOPTED)
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    return Result.AMENDED if kind is Result.ADOPTED and _AMENDED.search(text) else kind


def same(first: Result, second: Result) -> bool:
    """Whether two kinds say the same of the matter itself: adopted with or without changes is adopted."""
    adopted = {Result.ADOPTED, Result.AMENDED}
    return first is second or {first, second} == adopted
