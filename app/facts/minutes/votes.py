"""Votes for, against and abstaining, and those of parties, as a passage of minutes states them."""

import re
from dataclasses import dataclass

_WORDS = {
    "keine": 0,
    "keiner": 0,
    "ohne": 0,
    "null": 0,
    "ein": 1,
    "eine": 1,
    "einer": 1,
    "zwei": 2,
    "drei": 3,
    "vier": 4,
    "fünf": 5,
    "sechs": 6,
    "sieben": 7,
    "acht": 8,
    "neun": 9,
    "zehn": 10,
    "elf": 11,
    "zwölf": 12,
}
_NUMBER = rf"(?P<n>\d{{1,3}}|{'|'.join(_WORDS)})"
_PARTS = {
    "yes": r"(?:ja|für|pro|dafür)(?!\w)(?:-? ?(?:stimmen?)\b)?|jastimmen?\b|zustimmung(?:en)?\b|zustimmende stimmen\b",
    "no": (
        r"(?:nein|contra|kontra|dagegen)(?!\w)(?:-? ?(?:stimmen?)\b)?|neinstimmen?\b|gegenstimmen?\b|ablehnung(?:en)?\b"
    ),
    "abstentions": r"(?:stimm)?-?enthaltung(?:en|\(en\))?",
}
_FIRST = {
    name: re.compile(rf"(?<![\w.,:]){_NUMBER}(?: ?x)?(?: stimmen)?[ -](?:{words})") for name, words in _PARTS.items()
}
_AFTER = {
    name: re.compile(rf"(?<![\w-])(?:{words}) ?[:=–-]? ?(?P<n>\d{{1,3}})(?![\d.,]\d|\w)")
    for name, words in _PARTS.items()
}
_AGAINST = re.compile(r"\bmit (?P<y>\d{1,3})(?: stimmen?)? gegen (?P<no>\d{1,3}) stimmen?\b")
_AGAINST_ONLY = re.compile(rf"\b(?:gegen|bei) {_NUMBER} (?:gegen)?stimmen?\b(?! der| dafür| enth)")
_TABLE = re.compile(
    r"\bja(?:-?stimmen)?\W+nein(?:-?stimmen)?\W+(?:stimm)?enthaltung(?:en)?\W+"
    r"(?P<y>\d{1,3}) (?P<no>\d{1,3}) (?P<a>\d{1,3})(?!\d)"
)
_BARE = re.compile(r"(?P<y>\d{1,3}) ?[:–/-] ?(?P<no>\d{1,3})(?: ?[:–/-] ?(?P<a>\d{1,3}))?(?: stimmen)?\W*")
# Who was there is no vote; nor are shares.
_OTHER = re.compile(
    r"(?:anwesend\w*|mitglieder\w*|mitgliederzahl|stimmberechtigt\w*|befangen\w*|abwesend\w*|sollstärke|soll|ist)"
    r"(?: [a-zäöüß]+){0,2} ?:? ?\d{1,3}\b|\d{1,3} (?:anwesende\w*|mitglieder\w*|stimmberechtigte\w*)"
)


@dataclass(frozen=True, slots=True)
class Votes:
    """How many voted which way; None where it is not stated."""

    yes: int | None = None
    no: int | None = None
    abstentions: int | None = None

    @property
    def carried(self) -> bool | None:
        """Whether more were for than against; None where that cannot be told. A tie is a rejection in every code."""
        return None if self.yes is None or (self.no is None and not self.yes) else self.yes > (self.no or 0)


@dataclass(frozen=True, slots=True)
class PartyVote:
    """How one party voted: yes, no or abstentions; the count where one is stated."""

    party: str
    vote: str
    count: int | None = None


NO_VOTES = Votes()


def votes_in(text: str) -> Votes:
    """Return the votes that a passage states once, in plain small letters (`wording.plain`)."""
    text = _OTHER.sub(" ", text)
    if (table := _TABLE.search(text)) or (table := _BARE.fullmatch(text)):
        return Votes(int(table["y"]), int(table["no"]), int(table["a"]) if table["a"] else None)
    if pair := _AGAINST.search(text):
        abstained = _once(_FIRST["abstentions"], text)
        return Votes(int(pair["y"]), int(pair["no"]), abstained)
    first = {name: _once(pattern, text) for name, pattern in _FIRST.items()}
    after = {name: _once(pattern, text) for name, pattern in _AFTER.items()}
    # "Ja: 12, Nein: 3" or "12 Ja, 3 Nein": the wording that begins is the one that goes on.
    found = after if _begins(_AFTER, text) <= _begins(_FIRST, text) else first
    if found["no"] is None and found is first and (only := _AGAINST_ONLY.search(text)):
        found["no"] = _number(only["n"])
    return Votes(found["yes"], found["no"], found["abstentions"])


def is_vote(text: str) -> bool:
    """Whether a plain line holds a count of votes."""
    return votes_in(text) != NO_VOTES


def _begins(patterns: dict[str, re.Pattern[str]], text: str) -> int:
    """Return where the first number of a way of counting stands."""
    found = [match.start() for pattern in patterns.values() if (match := pattern.search(text))]
    return min(found, default=len(text))


def _once(pattern: re.Pattern[str], text: str) -> int | None:
    """Return the number where it is stated once; of several, which were votes on several things, none."""
    found = {_number(match["n"]) for match in pattern.finditer(text)}
    return found.pop() if len(found) == 1 else None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _WORDS[word]


_LISTED = re.compile(
    r"(\d{1,3}) ?(Ja|JA|Nein|NEIN|Stimm-?[Ee]nthaltung(?:en)?|Enthaltung(?:en)?"
    r"|Gegenstimmen?)(?:-? ?[Ss]timmen?)?\s*\(([^()\d]{2,160})\)"
)
_NAMED = re.compile(
    r"\b(gegen die Stimmen?|bei (?:Stimm)?[Ee]nthaltung(?:en)?|mit den Stimmen)\s+(?:der|von"
    r"|des)\s+([A-ZÄÖÜ0-9B][^.;:()\n]{1,120}?)"
    r"(?=\s+(?:gegen|bei|und bei|mit den|ohne)\b|[.;:()\n]|$)"
)
_ROW = re.compile(
    r"(?m)^[ \t]*([A-ZÄÖÜ][\w.´`'’/& -]{1,30}?)[ \t]*:?[ \t]+(\d{1,2}|[-–])[ \t]+(\d{1,2}|[-–])[ \t]+(\d{1,2}"
    r"|[-–])[ \t]*$"
)
_SIDES = {"j": "yes", "n": "no", "g": "no", "e": "abstentions", "s": "abstentions", "b": "abstentions", "m": "yes"}
_SPLIT = re.compile(r"\s*(?:,|\+|;|\bund\b|\bsowie\b)\s*")
_TRIMMED = re.compile(r"(?i)^(?:der|die|von|fraktion(?:en)?|gruppe)\s+|-?\s*(?:fraktion(?:en)?|gruppe)$|-$")
_PARTY = re.compile(r"[A-ZÄÖÜ][\w.´`'’/&! -]{1,30}")
_TOTALS = re.compile(r"(?i)gesamt|summe|insgesamt|ergebnis|anwesend|stimmen|^ja$|^nein$")


def parties_in(passage: str) -> tuple[PartyVote, ...]:
    """Return how parties voted, as a passage (as it is printed) states it; a person's name alone is none."""
    found = [
        PartyVote(party, _SIDES[match[2][0].lower()])
        for match in _LISTED.finditer(passage)
        for party in _parties(match[3])
    ]
    for match in _NAMED.finditer(passage):
        found += [PartyVote(party, _SIDES[_side(match[1])]) for party in _parties(match[2])]
    found += _rows(passage)
    sides: dict[tuple[str, str], PartyVote] = {(one.party, one.vote): one for one in found}
    return tuple(sides.values())


def _side(words: str) -> str:
    return words[0].lower()


def _parties(listed: str) -> list[str]:
    names = []
    for part in _SPLIT.split(" ".join(listed.split())):
        name = _TRIMMED.sub("", _TRIMMED.sub("", part.strip())).strip()
        if _PARTY.fullmatch(name) and _looks_like_a_party(name):
            names.append(name)
    return names


def _looks_like_a_party(name: str) -> bool:
    """Whether a name is a party's: it has two capitals together, or is one of a few words. Persons are left out."""
    capitals = re.search(r"[A-ZÄÖÜ]{2}", name)
    return bool(capitals) or name.casefold().split()[0] in (
        "grüne",
        "grünen",
        "bündnis",
        "linke",
        "linken",
        "volt",
        "freie",
        "piraten",
        "b90/die",
    )


def _rows(passage: str) -> list[PartyVote]:
    """Return the rows of a table of parties under "Ja Nein Enthaltung"."""
    if not re.search(r"(?i)\bja\b\W+nein\b\W+(?:stimm)?enthaltung", passage):
        return []
    return [
        PartyVote(row[1].strip(), side, int(row[at]))
        for row in _ROW.finditer(passage)
        if not _TOTALS.search(row[1]) and _looks_like_a_party(row[1])
        for at, side in ((2, "yes"), (3, "no"), (4, "abstentions"))
        if row[at].isdigit() and int(row[at])
    ]
