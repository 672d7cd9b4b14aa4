"""What minutes tell of the closed part of a meeting: nothing of it is read, whatever the items there are called."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

_HEAD = 1_200  # characters in which minutes say what they are
_FLAGS = re.IGNORECASE | re.MULTILINE
_BROKEN = r"(?:[-\u00ad][ \t]*\n[ \t]*)?"  # at the end of a line
_PUBLIC = rf"(?:ö|oe|o\u0308)f{_BROKEN}fent{_BROKEN}lich"
_NOT_OPEN = rf"nicht[-\u00ad\u2010\u2011–\u00a0 \t]*(?:\n[ \t]*)?{_PUBLIC}"
_SIGNS = r"(?>[^\w\n]{0,20})"
_PART = (
    r"(?:sitzungsteil|teil|sitzung|tagesordnung(?:spunkte)?|beratung|verhandlung|angelegenheiten|punkte|protokoll)s?\b"
)
# Other words for it count only beside what is closed: "geheim" is how a vote was held, "NÖ" a land of Austria.
_OTHERWISE = r"(?<![^\W_])(?:n\.?[ \t]?ö\.?|(?:vertraulich|geheim|geschlossen|intern)e[rsnm]?)"
_SO_CALLED = rf"{_OTHERWISE}[ \t-]{{1,3}}(?:{_PART}|niederschrift)"
_MENTION = re.compile(rf"(?P<closed>{_NOT_OPEN}|{_SO_CALLED})|{_PUBLIC}", re.IGNORECASE)
_IN_NAME = re.compile(
    rf"(?P<closed>{_NOT_OPEN}|{_SO_CALLED}|vertraulich|(?<![^\W_])(?:n\.?ö|geheim|intern)(?![^\W_]))"
    rf"|{_PUBLIC}|(?<![^\W_])ö(?![^\W_])",
    re.IGNORECASE,
)
# "N i c h t ö f f e n t l i c h e r  T e i l"
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ \t]{1,3}){6,80}[^\W\d_](?![^\W_])")
_SPACED_CLOSED = re.compile(r"(?:teil)?[ivxabc]{0,3}(?:nicht(?:ö|oe)ffentlich|vertraulich|geheimer|geschlossene)")
_AND_OPEN = re.compile(r"\w*\s*(?:teil|sitzung)?\s*(?:und|u\.|/|,|sowie|mit)\s*(?:\w+\s+)?öffentlich", re.IGNORECASE)
_EXCLUDED = re.compile(rf"unter ausschlu(?:ss|ß) der öffentlichkeit|^{_SIGNS}(?:streng )?vertraulich{_SIGNS}$", _FLAGS)
_MONTHS = "jan|feb|jän|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez"
# Where the title of minutes is over: who was there, the agenda, the first item.
_BODY = re.compile(
    r"^[ \t]*(?:tagesordnung|anwesen|teilnehm|top\b|zu (?:punkt|top)|[ön][ .]?\d"
    rf"|\d{{1,3}}(?:\.\d{{1,3}})*[.)]?[ \t]+(?!\w*sitzung|\w*tagung|nicht|öffentlich|{_MONTHS})[^\W\d]"
    rf"|[^\n]{{0,24}}?(?:{_NOT_OPEN}\w*|{_OTHERWISE})[\s-]+(?:teil|tagesordnung))",
    _FLAGS,
)
# What may stand before the word in a heading: "Teil II:", "B.", "Beginn der", "Sitzungsteil:".
_LEAD = (
    r"[ \t]*(?P<lead>(?:(?:sitzungsteil|teil|abschnitt|abteilung|tagesordnung|sitzung|status|öffentlichkeitsstatus"
    r"|(?:beginn|fortsetzung|eröffnung)(?: de[rs])?|[ivxabc]{1,4}|\d{1,2})\b(?>[^\w\n]{0,6})|(?>[^\w\n]{1,8})){0,6})"
)
_CLOSED = re.compile(
    rf"^{_LEAD}(?P<label>[^\W\d][\w-]{{0,30}}:[ \t]*)?(?P<before>(?:es folgt der|im|in|zum|zur|der|die) )?"
    rf"(?P<word>(?P<plainly>{_NOT_OPEN}|(?-i:NÖ))(?:e[rsn]?)?|{_OTHERWISE})"
    rf"(?:[ \t-]*\n?[ \t]*{_PART}(?P<rest>[^\n]*)|(?(plainly){_SIGNS}$|(?!)))",
    _FLAGS,
)
# "N 1 Grundstück", "TOP N1", "2 Neubau (nichtöffentlich)": items that are closed without a heading of their part.
_CLOSED_ITEM = re.compile(
    r"^[ \t]*(?:(?:zu[mr]? )?(?:top|tagesordnungspunkt|punkt)[ .:]*)?n(?:\.? ?ö)?[ .]{0,2}\d{1,4}(?![\d/])"
    rf"|^[ \t]*(?:(?:top|punkt)[ .:]*)?\d[^\n]{{0,300}}[(–-][ \t]*(?:{_NOT_OPEN}|vertraulich|n\.? ?ö\.?)"
    r"[ \t]*[)–-]?[ \t]*$",
    _FLAGS,
)
_ON = r"(?:[^.\n]|(?<=\d)\.(?=\d)){0,60}"  # in the same sentence: "um 19.30 Uhr"
_TURN = re.compile(
    r"^[ \t]*(?:ende|schlu(?:ss|ß)|schließung|beendigung) de[rs] öffentlichen (?:sitzung|teil)"
    rf"|\b(?:schlie(?:ß|ss)t|beendet)\b{_ON}\böffentlichen? (?:sitzung|teil)"
    rf"|\b(?:eröffnet|beginnt|folgt|fortgesetzt|leitet)\b{_ON}\b(?:{_NOT_OPEN}e[rn]?|{_OTHERWISE}) (?:sitzung|teil)\b"
    rf"|\bsitzung\b{_ON}\b{_NOT_OPEN}\b{_ON}\b(?:fortgesetzt|weitergeführt)\b"
    rf"|\b{_NOT_OPEN}keit\b[^.]{{0,40}}\b(?:her|hergestellt|herzustellen|beschlossen|festgestellt)\b"
    rf"|^{_SIGNS}(?:herstellung der )?{_NOT_OPEN}keit{_SIGNS}$"
    r"|\bdie öffentlichkeit (?:(?:wird|ist|wurde) (?:\w+ )?ausgeschlossen|verlässt)\b"
    rf"|^{_SIGNS}(?:unter )?ausschlu(?:ss|ß) der öffentlichkeit{_SIGNS}$",
    _FLAGS,
)
# Minutes of a closed meeting behind those of the public one, in one file.
_TITLE = re.compile(
    r"^[ \t]*(?:auszug aus de[rm] )?(?:niederschrift|(?:\w{0,20})protokoll|verhandlungsschrift|beschlussauszug)\b"
    rf"(?P<between>(?:\s{{1,4}}(?>\S{{1,30}})){{0,6}}?)\s{{1,4}}(?:{_NOT_OPEN}|{_SO_CALLED})",
    _FLAGS,
)
_REOPENS = re.compile(
    rf"^{_LEAD}öffentlich(?:e[rsn]?[ \t]+(?P<part>{_PART}))?"
    rf"{_SIGNS}(?:fortsetzung|\d[\d.: –-]{{0,30}}(?:uhr)?)?{_SIGNS}$"
    rf"|^{_SIGNS}(?P<again>(?:die öffentlichkeit (?:wird|ist|wurde) (?:\w+ )?wieder ?(?:hergestellt|zugelassen)"
    rf"|wiederherstellung der öffentlichkeit)){_SIGNS}$",
    _FLAGS,
)
_OPEN_ITEM = re.compile(r"^[ \t]*(?:(?:[Zz]u[mr]? )?(?:TOP|Top|Tagesordnungspunkt|Punkt)[ .:]*)?Ö[ .]?\d", re.MULTILINE)
# A line that ends so goes on in the next: "Beschlüsse aus der / nichtöffentlichen Sitzung" is no heading.
_GOES_ON = re.compile(
    r"\b(?:aus|in|der|die|den|des|dem|einer?|über|zur|zum|und|vom|von|im|letzten|vorigen|nicht)[-\u00ad]?$",
    re.IGNORECASE,
)
_CLOCKS = re.compile(r"\d{1,2}[:.]\d\d[^\n]{1,20}\d{1,2}[:.]\d\d")
_EDGE = 3  # lines at the top and at the foot of a page, where running heads stand


def is_closed(name: str, head: str) -> bool:
    """Whether a file is of a closed meeting alone, by its name or by what its text says first of the public."""
    title = _SPACED.sub(lambda spaced: _squeezed(spaced[0]), head.lstrip()[:_HEAD])
    body = _BODY.search(title)
    title = title[: body.start()] if body else title
    return _begins_closed(name, _IN_NAME) or _begins_closed(title, _MENTION) or bool(_EXCLUDED.search(title))


def without_closed(text: str, page_starts: Sequence[int] = (0,)) -> tuple[str, list[int]]:
    """Return a text of the same length that is blank where the meeting was closed, and where that begins.

    A closed part ends where a line says that the public one begins. A running head of the pages says so in vain; an
    item marked as public ("Ö 3") ends only what began with an item marked as closed.
    """
    running = _running(text, page_starts)
    parts = [at for at, line in _reopening(text) if _squeezed(line) not in running]
    items = sorted([*parts, *(match.start() for match in _OPEN_ITEM.finditer(text))])
    kept: list[str] = []
    begun: list[int] = []
    end = 0  # of the last closed part
    for start, by_item in sorted(_closing(text)):
        reopens = items if by_item else parts
        after = bisect_right(reopens, start)
        stop = reopens[after] if after < len(reopens) else len(text)
        if start >= end:
            begun.append(start)
            kept += [text[end:start], _blank(text[start:stop])]
        elif stop > end:
            kept.append(_blank(text[end:stop]))
        end = max(end, stop)
    return "".join([*kept, text[end:]]), begun


def _begins_closed(words: str, mention: re.Pattern[str]) -> bool:
    """Whether the first word of the public is that it was not there, and not "nichtöffentliche und öffentliche"."""
    first = mention.search(words)
    return bool(first and first["closed"] and not _AND_OPEN.match(words, first.end()))


def _closing(text: str) -> Iterator[tuple[int, bool]]:
    """Yield where the public is sent away, and whether only the mark of an item says so."""
    for match in _CLOSED.finditer(text):
        if _is_heading(text, match):
            yield match.start(), False
    for match in _TITLE.finditer(text):
        both = _MENTION.search(match["between"]) or _AND_OPEN.match(text, match.end())
        if not both and not _goes_on(text, match.start()):
            yield match.start(), False
    for match in _TURN.finditer(text):
        yield match.start(), False
    for match in _SPACED.finditer(text):
        if _SPACED_CLOSED.match(_squeezed(match[0])):
            yield match.start(), False
    for match in _CLOSED_ITEM.finditer(text):
        yield match.start(), True


def _is_heading(text: str, match: re.Match[str]) -> bool:
    """Whether a line that begins with the word is a heading, and no part of a sentence or of an item's title."""
    rest = match["rest"] or ""
    if re.search(r"gefa(?:ss|ß)t", rest, re.IGNORECASE):
        return False
    # "Öffentlicher Teil: 18:00 - 19:10", and below it the same of the other: how long both took, told in the head.
    above = text[max(match.start() - 80, 0) : match.start()].rstrip().rpartition("\n")[2]
    if _CLOCKS.search(rest) and _CLOCKS.search(above) and _MENTION.search(above):
        return False
    if match["lead"].strip() or match["label"]:
        return True
    if _goes_on(text, match.start()):
        return False
    return (match["word"][0].isupper() and not match["before"]) or not re.search(r"[^\W\d]", rest)


def _reopening(text: str) -> Iterator[tuple[int, str]]:
    for match in _REOPENS.finditer(text):
        told = match["again"] or match["part"] or any(letter.isalpha() for letter in match["lead"])
        if told and not _goes_on(text, match.start()):
            yield match.start(), match[0]


def _goes_on(text: str, start: int) -> bool:
    """Whether the line above goes on here."""
    return bool(_GOES_ON.search(text[max(start - 40, 0) : start].rstrip()))


def _running(text: str, page_starts: Sequence[int]) -> frozenset[str]:
    """Return the lines that stand at the edges of several pages, without numbers."""
    seen: Counter[str] = Counter()
    for start, end in pairwise([*page_starts, len(text)]):
        lines = [squeezed for line in text[start:end].splitlines() if (squeezed := _squeezed(line))]
        seen.update({*lines[:_EDGE], *lines[-_EDGE:]})
    return frozenset(line for line, pages in seen.items() if pages > 1)


def _squeezed(line: str) -> str:
    return "".join(letter for letter in line if letter.isalpha()).casefold()


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
