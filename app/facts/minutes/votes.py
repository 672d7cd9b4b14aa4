"""Votes for, against and abstaining, and those of parties, as a passage of minutes states them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.facts.minutes.parties import name_of, name_pattern

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
    r"\d{1,3} ?(?P<side>Ja|JA|Nein|NEIN|Stimm-?[Ee]nthaltung(?:en)?|Enthaltung(?:en)?|Gegenstimmen?)"
    r"(?:-? ?[Ss]timmen?)?\s*\((?P<names>(?:[^()\d]|(?<!\d)90(?!\d)){2,160})\)"
)
_NAMED = re.compile(
    r"\b(?P<side>gegen die Stimmen?|bei (?:Stimm)?[Ee]nthaltung(?:en)?|mit den Stimmen)\s+(?=(?:der|von|des)\b)"
)
_ROW = re.compile(
    r"(?m)^[ \t]*([A-ZÄÖÜ][\w.´`'’/& -]{1,30}?)[ \t]*:?[ \t]+(\d{1,2}|[-–])[ \t]+(\d{1,2}|[-–])[ \t]+(\d{1,2}"
    r"|[-–])[ \t]*$"
)
_TABLE_HEAD = re.compile(r"(?i)\bja\b\W+nein\b\W+(?:stimm)?enthaltung")
_SIDES = {"j": "yes", "n": "no", "g": "no", "e": "abstentions", "s": "abstentions", "b": "abstentions", "m": "yes"}
_SEPARATOR = re.compile(r"\s*(?:\(\d{1,3}\)\s*)?(?:,|\+|;|\bund\b|\bsowie\b)\s*")
_ARTICLES = re.compile(r"(?:(?:der|die|den|des|von)\s+)*")
# Who votes with no party, behind the parties: "12 Ja (CDU, SPD, BM)".
_ALONE = re.compile(
    r"(?i)(?:der |die )?(?:(?:ober)?bürgermeister(?:in)?|ob|bm|bgm\.?|land(?:rat|rätin)|fraktionslose?r?)\W*"
)


def parties_in(passage: str, groups: tuple[str, ...] = (), *, of_refusal: bool = False) -> tuple[PartyVote, ...]:
    """Return how parties, and these groups of the council, voted, as a passage (as it is printed) states it.

    Where a refusal is told, who was "against" may have been against that or against the matter: then only lists of Ja
    and Nein count, and who abstained.
    """
    pattern = name_pattern(groups)
    found = [
        PartyVote(party, _SIDES[match["side"][0].lower()])
        for match in _LISTED.finditer(passage)
        for party in _listed(pattern, match["names"])
        if not (of_refusal and match["side"].startswith("Gegen"))
    ]
    for match in _NAMED.finditer(passage):
        side = _SIDES[match["side"][0]]
        if side == "abstentions" or not of_refusal:
            found += [PartyVote(party, side) for party in _in_a_row(pattern, passage, match.end())]
    found += _rows(pattern, passage)
    return tuple(dict.fromkeys(found))


def _listed(pattern: re.Pattern[str], names: str) -> list[str]:
    """Return the parties of a list; none where it names others too, who may be persons with their party."""
    parts = _SEPARATOR.split(names.strip())
    while parts and _ALONE.fullmatch(parts[-1]):
        parts.pop()
    found = [pattern.fullmatch(_ARTICLES.sub("", part, count=1)) for part in parts]
    return [name_of(one) for one in found if one] if all(found) else []


def _in_a_row(pattern: re.Pattern[str], passage: str, at: int) -> Iterator[str]:
    """Yield the parties that stand here one after another, up to what is none."""
    while article := _ARTICLES.match(passage, at):
        name = pattern.match(passage, article.end())
        if not name:
            return
        yield name_of(name)
        separator = _SEPARATOR.match(passage, name.end())
        if not separator:
            return
        at = separator.end()


def _rows(pattern: re.Pattern[str], passage: str) -> list[PartyVote]:
    """Return the rows of a table of parties under "Ja Nein Enthaltung"."""
    if not _TABLE_HEAD.search(passage):
        return []
    return [
        PartyVote(name_of(name), side, int(row[at]))
        for row in _ROW.finditer(passage)
        if (name := pattern.fullmatch(row[1].strip()))
        for at, side in ((2, "yes"), (3, "no"), (4, "abstentions"))
        if row[at].isdigit() and int(row[at])
    ]
