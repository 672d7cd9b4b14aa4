"""What somebody may be typing: streets, papers, people and organizations, as a short list for a search field."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.addresses import record_url
from app.models import OParlObject, Paper
from app.queries.suggestions import papers_numbered, shown_records, streets_beginning
from app.web.i18n import N_
from app.web.record_words import record_title
from search import SearchError, SearchIndex

log = logging.getLogger(__name__)
SHORTEST = 2  # letters from which on something is suggested
MOST = 8
STREETS = NUMBERED = 3
# In this order, each under its heading.
HEADINGS = {
    "place": N_("Streets"),
    "Paper": N_("Papers"),
    "Person": N_("People"),
    "Organization": N_("Organizations"),
}


@dataclass(frozen=True, slots=True)
class Suggested:
    """One suggestion: its kind of HEADINGS, what it is called, what else helps to tell it from others, its address."""

    kind: str
    text: str
    note: str
    href: str


def suggested(session: Session, index: Callable[[], SearchIndex], typed: str) -> list[Suggested]:
    """Return at most MOST suggestions, in the order of HEADINGS; what the index knows is left out where it is away."""
    typed = " ".join(typed.replace("\0", " ").split())  # PostgreSQL takes no NUL
    if len(typed) < SHORTEST:
        return []
    streets = [
        Suggested("place", street, "", f"/search?{urlencode({'q': street})}")
        for street in streets_beginning(session, typed, STREETS)
    ]
    papers = list(map(_record, papers_numbered(session, typed, NUMBERED)))
    known = {one.href for one in papers}
    others = [one for one in _titles(session, index, typed) if one.href not in known]
    found = [*streets, *papers, *others][:MOST]
    return sorted(found, key=lambda one: tuple(HEADINGS).index(one.kind))


def grouped(found: Iterable[Suggested]) -> dict[str, list[Suggested]]:
    """Return suggestions by their kind."""
    groups: dict[str, list[Suggested]] = {}
    for one in found:
        groups.setdefault(one.kind, []).append(one)
    return groups


def _titles(session: Session, index: Callable[[], SearchIndex], typed: str) -> Iterator[Suggested]:
    try:
        held = [one for one in index().suggest(typed, MOST) if one.type in HEADINGS]
    except SearchError as error:
        log.warning("There are no titles to suggest: %s", error)
        return
    # What was withdrawn a moment ago may still be in the index.
    rows = shown_records(session, [(one.type, one.id) for one in held])
    yield from (_record(rows[one.id]) for one in held if one.id in rows)


def _record(row: OParlObject) -> Suggested:
    kind = type(row).__name__
    note = " ".join(filter(None, (row.paper_type, row.reference))) if isinstance(row, Paper) else ""
    return Suggested(kind, record_title(row), note, record_url(kind, row.key))
