"""What a paper proposes and how it sums itself up: the block below that heading, in its own words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.facts.minutes.pages import Pages, Place
from app.facts.minutes.passages import lines

PROPOSAL, SUMMARY = "proposal", "summary"
FIRST_PAGES = 8  # a paper says what it proposes at its beginning, or not at all
LONGEST = 2_000  # characters: a block that has not ended by then is something else
SHORTEST = 20
_HEADINGS = (
    (
        PROPOSAL,
        re.compile(
            r"(?:beschluss(?:vorschlag|antrag|entwurf|empfehlung)|antrag an (?:den|die|das) [\w -]{3,50}"
            r"|vorschlag zum beschluss"
            r"|antragstext|beschlusstext|der antrag)(?: der (?:verwaltung"
            r"|stadtverwaltung))?(?: ?\([^)]{0,30}\))?[ \t]*:?[ \t]*",
            re.IGNORECASE,
        ),
    ),
    (
        SUMMARY,
        re.compile(
            r"(?:kurzfassung|zusammenfassung|kurzinformation|kurzdarstellung|das wichtigste in kürze|in kürze"
            r"|worum geht es\??)[ \t]*:?[ \t]*",
            re.IGNORECASE,
        ),
    ),
)
# What begins the next block in papers of all makers.
_NEXT = re.compile(
    r"(?:\d{1,2}\.? |[IVX]{1,4}\. )?(?:(?:ergänzende |allgemeine )?(?:begründung|erläuterung(?:en)?|sachverhalt"
    r"|sachdarstellung|problembeschreibung"
    r"|ausgangslage|anlagen?|finanzielle auswirkungen?|haushaltsrechtliche|haushaltsmässige|haushaltsmäßige"
    r"|auswirkungen? auf|klima\w*|co2?\b|beratungsfolge"
    r"|gremium|gremien|termin|rechtsgrundlage|rechtliche|alternativen?|kosten|unterschrift|in vertretung"
    r"|gezeichnet|gez\.|deckung|finanzierung"
    r"|abstimmung(?:sergebnis)?|beratungsergebnis|beschlussfassung|demografische|gleichstellung|inklusion"
    r"|iq-relevant|verfasser|federführ\w*"
    r"|kurzfassung|zusammenfassung|beschlussvorschlag|beschluss:|hinweis(?:e)?:|historie|vorbemerkung|ziele?:"
    r"|bisherige))",
    re.IGNORECASE,
)
_FOLDED = re.compile(r"[ \t]*[–—-]? ?(?:Seite )?\d{0,3}(?: ?/ ?\d+| von \d+)? ?[–—-]?[ \t]*$")


@dataclass(frozen=True, slots=True)
class PaperWords:
    """A block of a paper, `proposal` or `summary`, and where it stands."""

    kind: str
    place: Place


def quotes_in(pages: Mapping[int, str]) -> list[PaperWords]:
    """Return what a paper's main file proposes and how it sums itself up, each at most once."""
    document = Pages({number: pages[number] for number in sorted(pages)[:FIRST_PAGES]})
    found: dict[str, PaperWords] = {}
    text = document.text
    for start, end in lines(text, 0, len(text)):
        begin = start + len(text[start:end]) - len(text[start:end].lstrip())
        for kind, pattern in _HEADINGS:
            match = pattern.match(text, begin, end)
            if kind in found or not match or (match.end() < end and ":" not in match[0]):
                continue
            if place := _block(document, match.end()):
                found[kind] = PaperWords(kind, place)
    return list(found.values())


def _block(document: Pages, start: int) -> Place | None:
    """Return the block from here to the next heading; none where no heading comes, or nothing stands before it."""
    text, kept, first = document.text, start, -1
    for line_start, line_end in lines(text, start, min(len(text), start + LONGEST + 200)):
        line = text[line_start:line_end].strip()
        if first >= 0 and _NEXT.match(line):
            break
        if _FOLDED.fullmatch(line):
            continue
        if first < 0:
            if _NEXT.match(line):
                return None
            first = line_start + len(text[line_start:line_end]) - len(text[line_start:line_end].lstrip())
        kept = line_end
    else:
        return None
    if first < 0 or not SHORTEST <= kept - first <= LONGEST:
        return None
    place = document.place(first, kept, limit=LONGEST)
    return place if len(place.quote) >= SHORTEST else None
