"""Dates in a text: "12.03.2024", "12. März 2024", "2024-03-12", and "März 2024" to the month."""

import re
from collections.abc import Iterator
from datetime import date

from app.facts.fact import Fact, Kind

_NUMBERED = (
    ("Januar", "Jänner", "Jan"),
    ("Februar", "Feb"),
    ("März", "Mrz"),
    ("April", "Apr"),
    ("Mai",),
    ("Juni", "Jun"),
    ("Juli", "Jul"),
    ("August", "Aug"),
    ("September", "Sept", "Sep"),
    ("Oktober", "Okt"),
    ("November", "Nov"),
    ("Dezember", "Dez"),
)
_MONTHS = {name.lower(): number for number, names in enumerate(_NUMBERED, 1) for name in names}
_NAME = "|".join(
    sorted({form for name in _MONTHS for form in (name.title(), name.upper())}, key=lambda n: (-len(n), n))
)
_S = r"[ \u00a0\u202f]"
_YEAR = r"(?:19|20)\d{2}"
# Each begins with what is rare in a text, or with a figure: a place where none begins costs one step.
_NUMERIC = re.compile(rf"\d{{1,2}}\.{_S}?\d{{1,2}}\.{_S}?(?:{_YEAR}(?!\d)|\d{{2}}(?![\d.])(?!{_S}?\.))")
_ISO = re.compile(rf"{_YEAR}-\d{{2}}-\d{{2}}(?![\d-])")
_NAMED = re.compile(rf"(?:{_NAME})\.?(?:{_S}{{1,2}}|\n)(?P<year>{_YEAR})(?![\d/-]|[.,]\d)")
_DAY = re.compile(rf"(?<![\d.,/-])(?P<day>\d{{1,2}})\.(?:{_S}{{0,2}}|\n)$")
# Before two figures for a year: only there are they one.
_SAID = re.compile(r"(?:\b(?:am|vom|zum|bis|ab|den|seit|Stand|Stand:|Datum:)[ \n]{1,2}|\()$")


def dates(text: str) -> Iterator[Fact]:
    """Yield days and months that are in the calendar, in the order of the text."""
    found = {fact.start: fact for fact in (*_numeric(text), *_iso(text), *_named(text))}
    end = 0
    for start in sorted(found):
        if start >= end:
            end = found[start].end
            yield found[start]


def _numeric(text: str) -> Iterator[Fact]:
    for match in _NUMERIC.finditer(text):
        day, month, year = (part.strip(" \u00a0\u202f") for part in match.group().split("."))
        before = text[max(0, match.start() - 8) : match.start()]
        if before[-1:].isalnum() or before[-1:] in tuple(".,/-_"):
            continue
        if len(year) == 2:
            if len(day) + len(month) < 4 or not _SAID.search(before):
                continue
            year = f"20{year}"
        if fact := _fact(match.start(), match.end(), int(year), int(month), int(day)):
            yield fact


def _iso(text: str) -> Iterator[Fact]:
    for match in _ISO.finditer(text):
        before = text[max(0, match.start() - 1) : match.start()]
        year, month, day = map(int, match.group().split("-"))
        fact = _fact(match.start(), match.end(), year, month, day)
        if fact and not before.isalnum() and before not in tuple("-./_"):
            yield fact


def _named(text: str) -> Iterator[Fact]:
    for match in _NAMED.finditer(text):
        if text[max(0, match.start() - 1) : match.start()].isalnum():
            continue
        month = _MONTHS[re.split(r"[^\w]", match.group(), maxsplit=1)[0].lower()]
        year = int(match["year"])
        day = _DAY.search(text, max(0, match.start() - 6), match.start())
        if day is None:
            before = text[max(0, match.start() - 3) : match.start()].rstrip()
            if not before.endswith((".", "-", "/")):
                yield Fact(Kind.DATE, match.start(), match.end(), f"{year:04}-{month:02}")
        elif fact := _fact(day.start(), match.end(), year, month, int(day["day"])):
            yield fact


def _fact(start: int, end: int, year: int, month: int, day: int) -> Fact | None:
    try:
        return Fact(Kind.DATE, start, end, date(year, month, day).isoformat())
    except ValueError:  # 31.02.2024
        return None
