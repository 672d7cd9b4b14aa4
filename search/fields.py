"""The names and values that a search can be narrowed by, as readers write them: German or English, long or short."""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from datetime import date
from functools import cache
from typing import Final

from search import german
from search.query import Sort

# What is told of the whole search, beside the names of FILTER_FIELDS and "title".
DATES: Final = ("after", "before", "until")
WHOLE: Final = (*DATES, "pages", "sort")
BY_WORDS: Final = ("organization", "person", "party", "place")  # names nobody types in full: their words will do

NAMES = {
    "title": "title titel",
    "type": "type typ objekttyp",
    "body": "body stadt kommune gemeinde",
    "organization": "organization organisation gremium ausschuss",
    "person": "person von antragsteller",
    "party": "party fraktion partei",
    "paper": "paper vorlage drucksache ds",
    "result": "result ergebnis beschluss",
    "place": "place ort straße platz street",
    "filetype": "filetype dateityp format",
    "paper_type": "paper_type art vorlagenart",
    "year": "year jahr",
    "month": "month monat",
    "after": "after since nach seit ab",
    "before": "before vor",
    "until": "until bis",  # the only one that means its day, month or year with it
    "pages": "pages seiten",
    "sort": "sort sortierung sortieren",
}
_TYPES = {
    "Paper": "paper papers vorlage vorlagen drucksache drucksachen",
    "File": "file files datei dateien dokument dokumente",
    "Meeting": "meeting meetings sitzung sitzungen",
    "AgendaItem": "agendaitem agendaitems tagesordnungspunkt tagesordnungspunkte top tops",
    "Person": "person persons people personen",
    "Organization": "organization organizations organisation gremium gremien ausschuss fraktion fraktionen",
    "Body": "body stadt kommune gemeinde",
    "Consultation": "consultation beratung",
    "Location": "location ort",
    "Membership": "membership mitgliedschaft",
    "LegislativeTerm": "legislativeterm wahlperiode",
}
_RESULTS = {
    "adopted": "adopted amended accepted approved angenommen beschlossen zugestimmt genehmigt geändert",
    "rejected": "rejected abgelehnt ablehnung",
    "deferred": "deferred postponed vertagt zurückgestellt verschoben",
    "referred": "referred verwiesen überwiesen",
    "noted": "noted kenntnis kenntnisnahme zur_kenntnis zur_kenntnis_genommen kenntnis_genommen",
    "withdrawn": "withdrawn zurückgezogen zurückgenommen",
}
_SORTS: dict[Sort, str] = {
    "best": "best beste relevanz relevance",
    "newest": "newest neueste neuste neu",
    "oldest": "oldest älteste alt",
}
_DATES = (
    re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{1,2})(?:-(?P<day>[0-9]{1,2}))?)?"),
    re.compile(r"(?:(?:(?P<day>[0-9]{1,2})\.)?(?P<month>[0-9]{1,2})\.)?(?P<year>[0-9]{4})"),
)
_PAGES = re.compile(r"(?P<sign>[<>]=?|=)?\s*(?P<first>[0-9]{1,6})(?:\s*[-–]\s*(?P<last>[0-9]{1,6}))?")
_BETWEEN_VALUES = re.compile(r"[\s,;]+")


@cache
def _known() -> tuple[dict[str, str], dict[str, dict[str, str]], dict[str, Sort]]:
    """Names, values by field, and orders, each by how it is compared."""
    names = {_key(each): field for field, written in NAMES.items() for each in written.split()}
    values = {
        field: {_key(each): value for value, written in table.items() for each in written.split()}
        for field, table in (("type", _TYPES), ("result", _RESULTS))
    }
    return names, values, {_key(each): sort for sort, written in _SORTS.items() for each in written.split()}


def _key(written: str) -> str:
    """Case, umlauts, spaces and underscores do not matter."""
    return " ".join(map(german.beginning, german.tokens(written)))


def named(name: str) -> str:
    """The field a reader means, empty where it is none."""
    return _known()[0].get(_key(name), "")


def values(field: str, written: str) -> tuple[str, ...] | None:
    """The values that were written, none where nothing was; None where one of them does not exist."""
    if field not in ("type", "result", "year", "month"):
        value = written.lstrip(".").casefold() if field == "filetype" else written
        return (value,) if value else ()
    whole = _value(field, written)
    if whole:
        return (whole,)
    several = tuple(_value(field, each) for each in _BETWEEN_VALUES.split(written) if each)
    return several if all(several) else None


def _value(field: str, written: str) -> str:
    if field == "year":
        return written if re.fullmatch("[0-9]{4}", written) else ""
    if field == "month":
        span = days(written)
        return f"{span[0]:%Y-%m}" if span and 28 <= (span[1] - span[0]).days <= 31 else ""
    return _known()[1][field].get(_key(written), "")


def order(written: str) -> Sort | None:
    """The order a reader means."""
    return _known()[2].get(_key(written))


def days(written: str) -> tuple[date, date] | None:
    """The first day of a year, a month or a day, and the first one after it: 2024, 2024-05, 31.05.2024."""
    match = next(filter(None, (pattern.fullmatch(written) for pattern in _DATES)), None)
    if match is None:
        return None
    year, month, day = int(match["year"]), match["month"], match["day"]
    try:
        first = date(year, int(month or 1), int(day or 1))
    except ValueError:
        return None
    length = 1 if day else monthrange(year, first.month)[1] if month else 365 + isleap(year)
    return first, date.fromordinal(min(first.toordinal() + length, date.max.toordinal()))


def page_range(written: str) -> tuple[int | None, int | None] | None:
    """The fewest and the most pages meant by >5, >=5, <5, <=10, 5, 5-20; None where there is no bound."""
    match = _PAGES.fullmatch(written)
    if match is None or (match["sign"] and match["last"]):
        return None
    first = int(match["first"])
    last = int(match["last"] or first)
    fewest, most = min(first, last), max(first, last)
    match match["sign"]:
        case ">" | ">=":
            return fewest + (match["sign"] == ">"), None
        case "<" | "<=":
            most -= match["sign"] == "<"
            return (None, most) if most >= 0 else None
    return fewest, most
