"""How a record is cited: as a sentence, and as the files that programs for references take in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from babel.dates import format_date

LOCALES = {"en": "en_GB"}
# Between braces these end or change what BibTeX reads.
_BIBTEX = {
    "\\": r"\textbackslash{}",
    **{one: f"\\{one}" for one in "{}$&#%_"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True, slots=True)
class Citation:
    """What is needed to find a record again; `stand`: when its source was last compared, `seen`: when it was read."""

    key: str
    kind: str
    title: str
    publisher: str
    authors: tuple[str, ...]
    day: date | None
    number: str | None
    page: int | None
    address: str
    original: str | None
    stand: date | None
    seen: date
    licence: str | None

    @property
    def label(self) -> str:
        """A name for the record in lists of references: letters, figures and hyphens."""
        return f"ratslupe-{self.key}"


def sentence(citation: Citation, language: str) -> str:
    """Return a citation as one paragraph, in German or English."""
    german = language != "en"

    def day(value: date) -> str:
        return str(format_date(value, "long", locale=LOCALES.get(language, "de")))

    what = ", ".join(one for one in (_plain(citation.kind), _plain(citation.number or "")) if one)
    when = f" {'vom' if german else 'of'} {day(citation.day)}" if citation.day else ""
    page = f", {'S.' if german else 'p.'} {citation.page}" if citation.page else ""
    parts = [
        f"{_plain('; '.join(citation.authors) or citation.publisher)}: {_plain(citation.title)}",
        f"{what}{when}{page}",
        f"Ratslupe: {citation.address}",
    ]
    ends = []
    if citation.stand:
        ends.append(f"Stand {day(citation.stand)}" if german else f"as of {day(citation.stand)}")
    ends.append(f"abgerufen am {day(citation.seen)}" if german else f"accessed {day(citation.seen)}")
    return f"{'. '.join(parts)} ({', '.join(ends)})."


def bibtex(citation: Citation) -> str:
    """Return an entry for BibTeX and BibLaTeX."""
    fields = {
        "title": "{" + _tex(citation.title) + "}",
        "author": " and ".join("{" + _tex(one) + "}" for one in citation.authors or (citation.publisher,) if one),
        "institution": _tex(citation.publisher),
        "type": _tex(citation.kind),
        "number": _tex(citation.number or ""),
        "date": citation.day.isoformat() if citation.day else "",
        "year": str(citation.day.year) if citation.day else "",
        "pages": str(citation.page or ""),
        "url": citation.address,
        "urldate": citation.seen.isoformat(),
        "note": f"Stand {citation.stand.isoformat()}" if citation.stand else "",
        "langid": "ngerman",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@techreport{{{citation.label},\n{lines}}}\n"


def ris(citation: Citation) -> str:
    """Return a record in the format of EndNote, Zotero, Citavi and others."""
    rows = [
        ("TY", "RPRT"),
        ("ID", citation.label),
        ("TI", citation.title),
        *(("AU", one) for one in citation.authors or (citation.publisher,) if one),
        ("PB", citation.publisher),
        ("M3", citation.kind),
        ("SN", citation.number or ""),
        ("PY", str(citation.day.year) if citation.day else ""),
        ("DA", f"{citation.day:%Y/%m/%d}" if citation.day else ""),
        ("SP", str(citation.page or "")),
        ("UR", citation.address),
        ("L2", citation.original or ""),
        ("Y2", f"{citation.seen:%Y/%m/%d}"),
        ("N1", f"Stand {citation.stand.isoformat()}" if citation.stand else ""),
        ("LA", "de"),
    ]
    return "".join(f"{name}  - {_plain(value)}\r\n" for name, value in rows if value) + "ER  - \r\n"


def csl(citation: Citation) -> str:
    """Return an item as JSON in the Citation Style Language, which Zotero and pandoc read."""
    item: dict[str, Any] = {
        "id": citation.label,
        "type": "report",
        "title": _plain(citation.title),
        "author": [{"literal": _plain(one)} for one in citation.authors or (citation.publisher,) if one],
        "publisher": _plain(citation.publisher),
        "genre": _plain(citation.kind),
        "number": _plain(citation.number or ""),
        "issued": _parts(citation.day),
        "accessed": _parts(citation.seen),
        "page": str(citation.page or ""),
        "URL": citation.address,
        "note": f"Stand {citation.stand.isoformat()}" if citation.stand else "",
        "language": "de",
    }
    filled = {name: value for name, value in item.items() if value}
    return orjson.dumps([filled], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _parts(day: date | None) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[day.year, day.month, day.day]]} if day else None


def _plain(text: str) -> str:
    """Return a text on one line, without controls: in RIS a line is a field."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).split())


def _tex(text: str) -> str:
    return "".join(_BIBTEX.get(one, one) for one in _plain(text))


# By the ending of the address: how it is made, and what it is to programs.
FORMATS: dict[str, tuple[Callable[[Citation], str], str]] = {
    "bib": (bibtex, "application/x-bibtex"),
    "ris": (ris, "application/x-research-info-systems"),
    "json": (csl, "application/vnd.citationstyles.csl+json"),
    "txt": (lambda citation: f"{sentence(citation, 'de')}\n", "text/plain"),
}
