"""Sums of money in euros: "1.234,56 €", "2,5 Mio. Euro", "TEUR 120,5", "10.000 bis 20.000 Euro"."""

import re
from collections.abc import Iterator
from decimal import Decimal

from app.facts.fact import Fact, Kind

MOST = 10**17  # cents: more is no sum of money but figures of a table that ran together
_LOOK_BACK = 80  # characters: "100.000.000.000,00 bis 200.000.000.000,00 Millionen " has 53
_S = r"[ \u00a0\u202f]"
# Thousands are parted by points or by spaces that do not break: a common space may part two numbers.
_NUMBER = (
    r"(?:\d{1,3}(?:\.\d{3}){1,4}(?:,\d{1,2})?|\d{1,3}(?:[\u00a0\u202f]\d{3}){1,4}(?:,\d{1,2})?"
    r"|\d{1,12}(?:,\d{1,3})?|\d{1,9}\.\d{1,2})"
)
_ROUND = r"(?:,-{1,2}|,[–—]{1,2}|\.-)?"  # "1.200,- Euro"
_SCALE = r"(?:Mio\.?|Mill\.|Millionen|Million|Mrd\.?|Milliarden|Milliarde|Tsd\.?|Tausend|T)"
_WORDS = {"eine": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8}
_WORDS |= {"neun": 9, "zehn": 10, "elf": 11, "zwölf": 12}
_WORD = rf"(?:{'|'.join(_WORDS)})(?={_S}{{1,2}}(?:Million|Milliarde))"
_CURRENCY = re.compile(r"€|EUR(?:O|os)?\b|Euros?\b|Cent\b")

_BEFORE = re.compile(
    rf"(?:(?<![\w.,/:+§])(?P<low>{_NUMBER}){_ROUND}{_S}{{0,2}}(?P<low_scale>{_SCALE}|(?:€|Euro|EUR))?"
    rf"(?P<link>{_S}{{0,2}}[-–—]{_S}{{0,2}}|{_S}{{1,2}}bis(?: zu)?{_S}{{1,2}}))?"
    rf"(?<![\w.,/:+§])(?P<sign>[-–−](?=\d))?(?P<number>{_NUMBER}|{_WORD}){_ROUND}"
    rf"\s{{0,3}}(?:(?P<scale>{_SCALE}){_S}{{0,3}}\n?)?$"
)
# What a sum ends with before its currency, and what is in it: most currencies without one are found out by that.
_HELD = re.compile(r"\d|Mi")
_ENDS = re.compile(r"[\d.,\-–—Tdenor]\s{0,3}$")
_BEHIND = re.compile(
    rf"{_S}{{1,2}}(?P<number>{_NUMBER})(?:{_S}{{1,2}}(?P<scale>Mio\.?|Mrd\.?|Millionen|Milliarden)(?!\w))?"
    rf"(?!\w|[.,/]\d|{_S}{{0,3}}(?:%|€|EUR|Euro|{_SCALE}))"
)
_IN_FRONT = re.compile(rf"(?<![\w/])(?:(?P<scale>Mio\.?|Mrd\.?|T){_S}{{0,1}})?$")
# Before a number: another one, of which it may be the end.
_JOINED = re.compile(r"(?:\d|\w[-–−])$")
_APART = re.compile(rf"\d{_S}$")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NEXT = re.compile(r" ?\d")
_SCALES = {"T": 1000, "M": 10**6}


def amounts(text: str) -> Iterator[Fact]:
    """Yield sums of money in the order of the text; `number` in cents, of a range its upper end."""
    end = 0
    for currency in _CURRENCY.finditer(text):
        if text[currency.end() : currency.end() + 1] == "-" and text[currency.end() + 1 : currency.end() + 2].isalpha():
            continue  # "1-Euro-Jobs"
        fact = _before(text, end, *currency.span()) or _behind(text, end, *currency.span())
        if fact is not None:
            end = fact.end
            yield fact


def _before(text: str, floor: int, start: int, end: int) -> Fact | None:
    """Return the sum of which the currency stands at the end, as is usual."""
    if not _ENDS.search(text, max(floor, start - 4), start) or not _HELD.search(text, max(floor, start - 24), start):
        return None
    match = _BEFORE.search(text, max(floor, start - _LOOK_BACK), start)
    if match is None or _is_of_a_column(text, match, start, end):
        return None
    unit = Decimal(1) if text[start:end] == "Cent" else Decimal(100)
    high = _cents(match["number"], match["scale"], unit)
    if high is None:
        return None
    if (low := _low(match, high, unit)) is not None and not _is_tail(text, match.start("low"), match["low"]):
        return Fact(Kind.AMOUNT, match.start("low"), end, f"{low}..{high}", number=high)
    begin = match.start("sign") if match["sign"] else match.start("number")
    if _is_tail(text, begin, match["number"]):
        return None
    signed = -high if match["sign"] and not (match["low"] and match["link"]) else high
    return Fact(Kind.AMOUNT, begin, end, str(signed), number=signed)


def _is_of_a_column(text: str, match: re.Match[str], start: int, end: int) -> bool:
    """Tell whether the number is a year, and the currency of the next number: "Einnahmen 2020 € 26.674,48"."""
    apart = "\n" in text[match.end("number") : start] or bool(_NEXT.match(text, end))
    return apart and bool(_YEAR.fullmatch(match["number"]))


def _low(match: re.Match[str], high: int, unit: Decimal) -> int | None:
    """Return the lower end of a range; None where what stands there is a year, a bullet or another number."""
    if match["low"] is None or match["sign"]:
        return None
    own = match["low_scale"] if match["low_scale"] and match["low_scale"][0] in "MT" else None
    named = match["low_scale"] is not None
    low = _cents(match["low"], own or (None if named else match["scale"]), unit)
    if low is None or low >= high or (not named and _YEAR.fullmatch(match["low"])):
        return None
    apart = " " in match["link"] and "bis" not in match["link"]
    return low if not apart or named or "." in match["low"] or "," in match["low"] else None


def _is_tail(text: str, begin: int, number: str) -> bool:
    """Tell whether a number may be the end of a longer one: "12 500 Euro"."""
    before = text[max(0, begin - 2) : begin]
    return bool(_JOINED.search(before)) or (bool(_APART.search(before)) and bool(re.match(r"\d{3}(?!\d)", number)))


def _behind(text: str, floor: int, start: int, end: int) -> Fact | None:
    """Return the sum before which the currency stands: "EUR 1.200,00"; a number that could be a year is none."""
    if text[start:end] not in ("€", "EUR"):
        return None
    front = _IN_FRONT.search(text, max(floor, start - 6), start)
    match = _BEHIND.match(text, end)
    if front is None or match is None or text[max(0, front.start() - 2) : front.start()].strip().isdigit():
        return None
    scale = front["scale"] or match["scale"]
    plain = match["number"].isdigit()
    cents = _cents(match["number"], scale, Decimal(100))
    if cents is None or (plain and (match["scale"] is None or _YEAR.fullmatch(match["number"]))):
        return None
    return Fact(Kind.AMOUNT, front.start(), match.end(), str(cents), number=cents)


def _cents(number: str, scale: str | None, unit: Decimal) -> int | None:
    """Return whole cents; None where that is no number of them, or more than there is."""
    if (word := _WORDS.get(number)) is not None:
        value = Decimal(word)
    else:
        digits = number.replace("\u00a0", "").replace("\u202f", "")
        if "," in digits or re.search(r"\.\d{3}(?:\.|$)", digits):
            digits = digits.replace(".", "")
        value = Decimal(digits.replace(",", "."))
    if scale:
        factor = 10**9 if scale.startswith(("Mrd", "Milliard")) else _SCALES[scale[0]]
        value *= factor
    elif re.search(r",\d{3}$", number):  # three figures behind the comma are of millions, or English
        return None
    cents = value * unit
    return int(cents) if cents == int(cents) and 0 < cents < MOST else None
