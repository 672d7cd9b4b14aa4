"""The passages of a section that tell a result: labelled ones ("Abstimmungsergebnis:"), and resolutions."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from app.facts.minutes.votes import is_vote
from app.facts.minutes.wording import NO_VOTE, kind_of, plain, unanimous_or_majority

# What is voted on besides the matter itself.
_ASIDE = re.compile(
    r"änderungsantr|ergänzungsantr|zusatzantr|geschäftsordnung|\bgo-antrag|dringlichkeit|dringlicherklärung"
    r"|vertagungsantr|antrag auf (?:vertagung|schluss|nichtbefassung|verweisung|absetzung|ende|unterbrechung|abbruch"
    r"|verlängerung|rede|zuweisung)|\bminderheit|\bmehrheit der|antrag der (?:mehrheit|sk|kommission|rpk|gpk)"
    r"|rückweisung|eventualantr|hilfsantr|unterantr|gegenantr|alternativantr|konkurrenzantr|ausschliessung"
    r"|tonaufzeichnung|rederecht|erweiterung der tagesordnung"
)
_RESULT = re.compile(
    r"[ \t]*(?P<label>(?:gesamt|schluss|end)?abstimmungs-?ergebnis(?:se)?|(?:gesamt|schluss"
    r"|end)?abstimmung(?=[ \t]*:)"
    r"|abst\.?-? ?ergebnis|(?:beratungs|beschluss|sitzungs)?ergebnis(?! der)|stimm(?:en)?verhältnis|votum"
    r"|beschlussart)"
    r"(?P<of>[ \t]*(?:\([^)\n]{0,60}\)|(?:zu|über)[^:\n]{0,80}|(?:gesamt|öffentlich))?)[ \t]*(?P<colon>:|(?=\n|$))",
    re.IGNORECASE,
)
_DECISION = re.compile(
    r"[ \t]*(?P<label>(?P<kind>(?:geänderter |einstimmiger |mehrheitlicher |modifizierter )?(?:empfehlungs"
    r"|änderungs)?beschluss"
    r"(?:empfehlung|fassung|text|vorschlag|antrag)?|empfehlung|entscheidung"
    r"|antrag)(?P<of>[^:\n]{0,60}?))[ \t]*(?P<colon>:|(?=\n|$))",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?i)beschluss(?:-| )?(?:nr|nummer)")
_NOISE = re.compile(r"[\s–—-]*(?:seite )?\d{0,4}(?: (?:von|/) \d+)?[\s–—-]*$", re.IGNORECASE)
MAX_LINES = 14
_PARTY_ROW = re.compile(r"[ \t]*[A-ZÄÖÜ][^\n]{0,40}?[ \t:]+(?:\d{1,2}|[-–])(?:[ \t]+(?:\d{1,2}|[-–])){1,3}[ \t]*$")
_REPORT = re.compile(r"[ \t]*(?:Der|Die|Das|Herr|Frau|Es|Er|Sie|Auf|Nach|Zu|Anschließend|Danach|Im|In)\b")
_GOES_ON = re.compile(
    r"[ \t]*(?:[(+,]|bei\b|mit\b|gegen\b|davon\b|und\b|stimm|ja\b|nein\b|enthaltung|dafür|dagegen|anwesend|befangen)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage: its label (in plain words), its own words from `start` to `end`, and where the label begins."""

    label: str
    begin: int
    start: int
    end: int
    of: str = ""


def is_aside(words: str, title: str = "") -> bool:
    """Whether plain words are about an amendment or the proceedings; not where that is what the item is called."""
    return any(match[0] not in title for match in _ASIDE.finditer(words))


def results(text: str, start: int, end: int) -> list[Passage]:
    """Return the labelled results of a section."""
    found = []
    for line_start, line_end in lines(text, start, end):
        match = _RESULT.match(text, line_start, line_end)
        if not match or (not match["colon"] and match.end() < line_end and text[match.end() : line_end].strip()):
            continue
        words_end = _result_end(text, match.end(), end)
        if not text[match.end() : words_end].strip():
            continue
        label_of = _line_before(text, line_start, start) if not (match["of"] or "").strip() else match["of"]
        found.append(Passage(plain(match["label"]), line_start, match.end(), words_end, plain(label_of or "")))
    return found


def decisions(text: str, start: int, end: int) -> list[Passage]:
    """Return the labelled resolutions ("Beschluss:") of a section, each up to the next label."""
    marks = [
        (line_start, match)
        for line_start, line_end in lines(text, start, end)
        if (match := _DECISION.match(text, line_start, line_end))
        and not _NUMBERED.match(match["label"].strip())
        and (match["colon"] or not text[match.end() : line_end].strip())
    ]
    stops = sorted([at for at, _ in marks] + [one.begin for one in results(text, start, end)] + [end])
    ends = {at: stops[bisect_right(stops, at)] for at, _ in marks}
    return [Passage(plain(match["kind"]), at, match.end(), ends[at], plain(match["of"] or "")) for at, match in marks]


def lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the lines of a stretch begin and end."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop + 1


def _line_before(text: str, line_start: int, start: int) -> str:
    """Return the line above a label, which may say what was voted on."""
    above = text[max(start, line_start - 200) : line_start].rstrip()
    return above.rpartition("\n")[2] if above else ""


def _result_end(text: str, start: int, end: int) -> int:
    """Return where the words of a labelled result end: at the first line that tells nothing of a vote."""
    kept, before, count, gap = start, "", 0, False
    for line_start, line_end in lines(text, start, min(end, start + 1500)):
        line = text[line_start:line_end]
        if _NOISE.fullmatch(line) and not (count and line.strip().isdigit()):
            gap = gap or bool(count)
            continue
        if count >= MAX_LINES or (count and _labelled(text, line_start, line_end)):
            break
        on = not gap and (before.rstrip().endswith(("-", ",")) or _goes_on(before, line))
        # Further on only what stands there by itself: a line of a form, no sentence of the report.
        alone = tells(line) and not (count and _REPORT.match(line))
        if not (on or alone) and (count or len(line) > 90):
            break
        kept, before, count, gap = line_end, line, count + 1, False
    return kept


def _labelled(text: str, start: int, end: int) -> bool:
    if (match := _RESULT.match(text, start, end)) and match["colon"]:
        return True
    return bool(_DECISION.match(text, start, end) and text[start:end].rstrip().endswith(":"))


def _goes_on(before: str, line: str) -> bool:
    open_bracket = before.count("(") > before.count(")")
    return open_bracket or (bool(_GOES_ON.match(line)) and len(line) < 90) or bool(_PARTY_ROW.fullmatch(line))


def tells(line: str) -> bool:
    """Whether a line tells of a result or of votes, and is short enough for a form."""
    words = plain(line)
    if not words or len(words) > 160 or "beantrag" in words:
        return False
    return kind_of(words) is not None or unanimous_or_majority(words) or is_vote(words) or bool(NO_VOTE.search(words))
