"""Sentences of a fixed form that tell a result without a label: "Der Antrag wird mit 12 gegen 3 Stimmen abgelehnt."."""

import re
from collections.abc import Iterator

from app.facts.minutes.passages import Passage, lines
from app.facts.minutes.votes import is_vote
from app.facts.minutes.wording import plain, unanimous_or_majority

LONGEST = 500  # characters of a sentence
_WHO = (
    r"(?:der|die|das) (?:[\wäöü.-]+ ){0,2}?(?:[\wäöü-]*(?:rat|ausschuss|beirat|kreistag|kreisausschuss|versammlung"
    r"|vertretung|senat|magistrat|kommission|vorsitzende[r]?|bürgermeister(?:in)?|präsident(?:in)?)"
    r"|(?:rats|ausschuss)?mitglieder)"
)
_WHAT = (
    r"(?:der|die|das|dem|den) (?:so |gemeinsame[nr]? |dringliche[nr]? |vorliegende[nrm]? |geänderte[nrm]? "
    r"|vorstehende[nrm]? )*(?:[\w-]*antrag|beschluss(?:vorschlag|vorlage|entwurf|empfehlung)?|"
    r"[\w-]*vorlage|postulat|motion|weisung|geschäft|interpellation|tagesordnungspunkt|punkt|top|angelegenheit"
    r"|[\w-]*satzung|resolution|niederschrift|anfrage)"
)
_OPENS = re.compile(r"(?:der|die|das|dem|den|damit)\b")
_FORMAL = re.compile(
    rf"(?:{_WHO}) (?:[^.]{{0,60}}? )?(?:beschliesst|stimmt|lehnt|nimmt|vertagt|verweist|empfiehlt|genehmigt|stellt"
    rf"|fasst|fasste|beschloss|nahm|lehnte|stimmte|verwies|vertagte|stimmen|lehnen|nehmen|beschliessen|empfehlen)\b"
    rf"|(?:{_WHAT})\b(?:[^.]|(?<=\d)\.){{0,300}}?\b(?:wird|werden|ist|gilt|wurde|wurden)\b"
    r"|(?:dem|den) [\w-]*antrag\b[^.]{0,200}\bwird\b|damit (?:ist|wird|sind|werden)\b"
)
_BRIEF = re.compile(
    r"(?:einstimmig|mehrheitlich|ungeändert|unverändert|geändert|mit änderungen|wie vorgeschlagen)?,? ?"
    r"(?:angenommen|abgelehnt|beschlossen|zugestimmt|empfohlen|vertagt|zurückgestellt|zurückgezogen|genehmigt"
    r"|zur kenntnis genommen|kenntnis genommen|verwiesen)"
    r"(?: (?:einstimmig|mehrheitlich))?\W*"
)
_BRIEF_END = re.compile(
    r"[ \t]*(?:Einstimmig|Mehrheitlich)[ \t]+(?:angenommen|abgelehnt|beschlossen|genehmigt|zugestimmt)\."
)
# What is told of other days, wished for, or said by somebody.
_TOLD = re.compile(
    r"\b(?:würde|hätte|wäre|möge|solle|sollte|soll|könnte|damals|bereits|seinerzeit|schon|letzten|vergangenen|wenn"
    r"|falls|ich|wir|uns|sie sagten|nicht öffentlich"
    r"|beantragt|schlägt vor|bittet|erklärt|erläutert|fragt|weist darauf"
    r"|in der sitzung (?:am|vom)|am \d{1,2}\.)\b|[?!„\"»]"
)
_UNFINISHED = re.compile(
    r"(?:\b(?:wird|werden|ist|sind|wurden?|hat|haben|mit|und|oder|bei|gegen|von|der|die|das|dem|den|fraktion)"
    r"|[,(–)-])\s*$",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:wurde|wurden)\b")
_END = re.compile(
    r"(?<!\d)(?<!\bNr)(?<!\bAbs)(?<!\bArt)(?<!\bDr)(?<!\bgem)(?<!\bZiff)(?<!\b[A-Za-z])(?<!Bgm)(?<!Mag)[.;](?=\s"
    r"|\d{1,3}\s|$)|:\s*(?=\n|$)"
)
_SETTLING = re.compile(
    r"\bkenntnis\b|\bvertagt\b|\bzurückge|\bverwiesen\b|\bverweist\b|\büberwiesen\b|\babgelehnt\b|\blehnt\b"
    r"|\bvertagung\b|nicht weiterverfolgt|\bstellt\b.*\bzurück\b"
)
_ENACTING = re.compile(r"\bdamit ist\b[^.]*\bbeschlossen\b")


def sentences(text: str, start: int, end: int) -> list[Passage]:
    """Return the sentences of a section that tell a result, and its lines that consist of one."""
    return list(_found(text, start, end))


def _found(text: str, start: int, end: int) -> Iterator[Passage]:
    behind = start
    for line_start, line_end in lines(text, start, end):
        if line_start < behind:
            continue
        line = plain(text[line_start:line_end])
        if not line:
            continue
        if (_BRIEF.fullmatch(line) and _stands_alone(text, start, line_start, line_end)) or _BRIEF_END.match(
            text, line_start, line_end
        ):
            yield Passage("", line_start, line_start, line_end)
            behind = line_end
        elif _OPENS.match(line) and _FORMAL.match(plain(text[line_start : min(line_start + 400, end)])):
            stop = _stop(text, line_start, min(end, line_start + LONGEST))
            if stop and _is_told_now(plain(text[line_start:stop])):
                yield Passage("", line_start, line_start, stop)
                behind = stop


def _stands_alone(text: str, start: int, line_start: int, line_end: int) -> bool:
    """Whether a line of a few words is none of a sentence that began above it."""
    line = text[line_start:line_end].strip()
    if line[0].isupper():
        return True
    above = text[max(start, line_start - 200) : line_start].rstrip().rpartition("\n")[2]
    return not line.endswith(".") and not _UNFINISHED.search(above)


def concluding(text: str, passage: Passage) -> bool:
    """Whether a sentence sums up what was decided before it: "Damit ist das Geschäft vertagt."."""
    return plain(text[passage.start : passage.end]).startswith("damit ")


def _stop(text: str, start: int, end: int) -> int | None:
    match = _END.search(text, start, end)
    return match.end() if match else None


def _is_told_now(sentence: str) -> bool:
    """Whether a sentence reports a vote, or what settles a matter without one; what is past needs a vote."""
    if _TOLD.search(sentence) or not _FORMAL.match(sentence):
        return False
    voted = unanimous_or_majority(sentence) or is_vote(sentence)
    if _PAST.search(sentence):
        return voted
    return voted or bool(_SETTLING.search(sentence)) or bool(_ENACTING.match(sentence))
