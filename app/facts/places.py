"""Streets of a town in a text, with their house numbers.

A name is believed where the town is known to have such a street, or where its form leaves little doubt: "…straße",
"…gasse" and "…allee" alone, "…weg", "…platz", "…ring", "…damm" and "…ufer" with a house number behind. Where the first
part says what kind of road it is ("Erschließungsstraße", "Parkplatz"), it is none, nor behind "Herr" or "Frau". Before
a postcode it is the address of an office, as in the head of every letter, and not what the text is about.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.facts.fact import Fact, Kind
from app.facts.streets import ADJECTIVE, is_a_kind, is_no_name, may_be_a_kind, shown_name, street_key

_S = "[ \u00a0]"
_PART = r"[A-ZÄÖÜ][a-zäöüßéèç]{1,24}"
_LOOK_BACK = 104  # characters: four parts of 26
_ENDING = re.compile(
    r"(?:[Ss]tra(?:ß|ss)e|[Gg]asse|[Aa]llee|[Cc]haussee|(?:[Ww]eg|[Pp]latz|[Rr]ing|[Dd]amm|[Uu]fer)(?:e?s)?)(?![\w-])"
    r"|[Ss]tr\.(?!\w)"
)
_CHAIN = rf"(?:(?:{_PART}|St\.|Dr\.)-\n?(?:(?:von|der|den|zu)-(?:der-)?)?)"
_COMPOUND = re.compile(
    rf"(?<![\w/-])(?:{ADJECTIVE}{_S})?(?:(?P<of>{_PART}er{_S})(?=(?:Haupt|Quer|Land)$))?"
    rf"{_CHAIN}{{0,3}}(?P<first>[A-ZÄÖÜ][a-zäöüßéèç]{{1,30}})$"
)
_HYPHENED = re.compile(rf"(?<![\w/-])(?:(?:{ADJECTIVE}|St\.){_S})?{_CHAIN}{{1,4}}$")
_SET_OFF = re.compile(rf"(?<![\w/-])(?:{ADJECTIVE}{_S})?(?P<first>{_PART}er|{ADJECTIVE}){_S}$")
_ENUMERATED = re.compile(r"(?:[Ss]traße|[Pp]latz|[Ww]eg|[Aa]llee|[Rr]ing)-\n?")
_NUMBER = r"[1-9]\d{0,2}(?:[ \u00a0]?[a-hA-H](?![\w.]))?"
_HOUSES = re.compile(
    rf"{_S}{{1,2}}(?:Nr\.?{_S}?)?(?P<houses>{_NUMBER}(?:{_S}?(?:[-–/]|bis){_S}?{_NUMBER})?)"
    # Not a date, a measure, the next item of a list, or things that are counted.
    rf"(?![\w%€]|[.,:/-]\d|\.{_S}?(?:Jan|Feb|Mär|Apr|Mai|Ju[nl]|Aug|Sep|Okt|Nov|Dez|Änd|Bauab|Sitz|\d)"
    rf"|{_S}{{1,2}}(?:[A-ZÄÖÜ%€\d]|(?:km?|[cq]?m|m²|ha|h|mal|neue[nrs]?|weitere[nrs]?)\b))"
)
_POSTCODE = re.compile(r"\s{0,3}[,.;|·]?\s{1,3}(?:D-)?\d{5}(?!\d)|,\s{1,3}\d{4} [A-ZÄÖÜ]")  # four digits: of neighbours
_PERSON = re.compile(
    r"(?:\b(?:Herrn?|Frau|Dr\.|Prof\.|Familie|Stadtr[aä]t(?:in|e|s)?|Ratsherrn?|Ratsfrau)|meister(?:in)?)"
    r"[ \u00a0]{1,2}$"
)
_STRONG = ("str", "gas", "all", "cha")
_VOWELS = frozenset("aeiouäöüy")
_ODD = re.compile(r"(?<![\w-])[A-ZÄÖÜ][\w-]{1,30}")
_WITHIN = re.compile(r"[a-zäöüß,] $|[(„\"]$")
_HOUSE_AT_END = re.compile(rf"{_S}{{1,2}}{_NUMBER}(?:{_S}?[-–/]{_S}?{_NUMBER})?$")
_FIRST_HOUSE = re.compile(_NUMBER)


@dataclass(frozen=True, slots=True)
class Town:
    """What is known of a town: its streets, key -> name."""

    streets: dict[str, str] = field(default_factory=dict)
    odd: dict[str, list[str]] = field(default_factory=dict)  # streets that are not called so, by their first word

    @classmethod
    def of(cls, names: Iterable[str]) -> "Town":
        """Build from the names of streets; those that a text could not be searched for are left out."""
        streets = {street_key(name): " ".join(name.split()) for name in names if 3 < len(name) <= 80}
        odd: dict[str, list[str]] = {}
        for name in sorted(streets.values(), key=lambda name: (-len(name), name)):
            if not _ENDING.search(name) or " " in name:
                odd.setdefault(re.split(r"[^\w-]", name, maxsplit=1)[0], []).append(name)
        return cls(streets, odd)


def street_of(address: str) -> str | None:
    """Return the street of an address such as "Rathausplatz 1, 59999 Lohenbrück"; None where none is certain."""
    first = " ".join(address.partition(",")[0].split())[:80]
    street = _HOUSE_AT_END.sub("", first)
    named = street != first or bool(_ENDING.search(first[-12:]))
    return (
        shown_name(street) if named and len(street) > 3 and street[:1].isupper() and not street[-1].isdigit() else None
    )


def house_of(address: str) -> str:
    """Return the number of the house in an address, the first of several: "12a" of "Marktstraße 12 a-14"; else ""."""
    first = " ".join(address.partition(",")[0].split())[:100]
    found = _HOUSE_AT_END.search(first)
    number = _FIRST_HOUSE.match(found.group().strip()) if found else None
    return number.group().replace(" ", "").replace("\u00a0", "").lower() if number else ""


def places(text: str, town: Town) -> Iterator[Fact]:
    """Yield streets in the order of the text."""
    found = {fact.start: fact for fact in _of_odd_names(text, town)} if town.odd else {}
    for ending in _ENDING.finditer(text):
        if fact := _at(text, ending, town):
            found.setdefault(fact.start, fact)
    end = 0
    for start in sorted(found):
        if start >= end:
            end = found[start].end
            yield found[start]


def _at(text: str, ending: re.Match[str], town: Town) -> Fact | None:
    """Return the street that ends here."""
    place, end = ending.span()
    kind = ending.group()
    floor = max(0, place - _LOOK_BACK)
    certain = kind[:3].lower() in _STRONG
    if kind[0].islower():
        before = _COMPOUND.search(text, floor, place)
        doubtful = before is not None and before["of"] is None and is_a_kind(before["first"], kind)
        certain = certain and before is not None and (before["of"] is not None or not may_be_a_kind(before["first"]))
        if before and kind[:3] in ("rin", "ufe") and before["first"][-1] in _VOWELS:
            doubtful = True  # "Sponsoring", "Verkäufer"
    elif before := _HYPHENED.search(text, floor, place):
        certain, doubtful = True, False
    else:
        before = _SET_OFF.search(text, floor, place)
        doubtful = before is not None and is_no_name(before["first"])
        certain = certain and before is not None and before["first"].endswith("er")
    if before is None or _PERSON.search(text, max(0, before.start() - 16), before.start()):
        return None
    # "Marktplatz-Kaiserstraße" are two.
    start = max([before.start(), *(each.end() for each in _ENUMERATED.finditer(text, before.start(), place))])
    if text[max(0, start - 2) : start] == "-\n" or start == place:
        return None
    houses = _HOUSES.match(text, end)
    key = street_key(text[start:end])
    if key not in town.streets and (doubtful or not (certain or houses)):
        return None
    return _fact(text, start, end, houses, town, key)


def _fact(text: str, start: int, end: int, houses: re.Match[str] | None, town: Town, key: str) -> Fact | None:
    name = town.streets.get(key) or shown_name(text[start:end])
    if houses is not None:
        end = houses.end("houses")
    if _POSTCODE.match(text, end):
        return None
    number = " ".join(houses["houses"].split()) if houses is not None else ""
    return Fact(Kind.PLACE, start, end, key, f"{name} {number}".strip())


def _of_odd_names(text: str, town: Town) -> Iterator[Fact]:
    """Yield known streets whose names could be other words: with a house number, or several words in a sentence."""
    for word in _ODD.finditer(text):
        for name in town.odd.get(word.group(), ()):
            end = word.start() + len(name)
            if not text.startswith(name, word.start()) or text[end : end + 1].isalnum():
                continue
            houses = _HOUSES.match(text, end)
            within = " " in name and bool(_WITHIN.search(text, max(0, word.start() - 2), word.start()))
            if (houses or within) and not _PERSON.search(text, max(0, word.start() - 16), word.start()):
                fact = _fact(text, word.start(), end, houses, town, street_key(name))
                if fact:
                    yield fact
            break
