"""Examples of searches that find something here: their streets, groups and numbers are of the councils we hold."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from search import FacetCount, SearchError, SearchIndex, parse_query

log = logging.getLogger(__name__)
TOPIC = "Radweg"  # what the examples are about: there is no council without


@dataclass(frozen=True, slots=True)
class Examples:
    """Values of fields that go with TOPIC; these where nothing is held yet."""

    street: str = "Bahnhofstraße"
    word: str = "Stadtplanung"  # of the name of an organization
    organization: str = "Rat der Stadt"
    party: str = "Grüne"
    person: str = "Müller"
    paper: str = "0123/2024"
    filetype: str = "pdf"
    month: str = "2024-05"
    year: str = "2024"


def examples(index: Callable[[], SearchIndex]) -> Examples:
    """Return examples of what is held; the index may be away, for the help has to be read then, too."""
    try:
        about = index().search(replace(parse_query(TOPIC, limit=1), counted=("paper", "month")))
        papers = index().search(parse_query("type:Paper", limit=1))
    except SearchError as error:
        log.warning("The examples are not of this council: %s", error)
        return Examples()
    # Who brings in what is about cycle paths are offices as a rule: of groups, all papers tell.
    return _chosen({**about.facets, "party": papers.facets.get("party", ())})


def _chosen(facets: Mapping[str, Iterable[FacetCount]]) -> Examples:
    known = Examples()

    def first(name: str, fitting: Callable[[str], object] = bool) -> str:
        values = (one.value for one in facets.get(name, ()))
        return next(filter(fitting, values), str(getattr(known, name, "")))

    committee = first("organization", lambda name: name.startswith("Ausschuss")) or known.word
    return Examples(
        street=first("place", re.compile(r"[^\W\d]+(?:straße|weg)").fullmatch) or known.street,
        word=max(re.findall(r"[^\W\d]+", committee.removeprefix("Ausschuss")), key=len, default=known.word),
        organization=first("organization"),
        party=first("party", re.compile(r"[^\d,]{3,30}").fullmatch),
        person=first("person").split()[-1],
        paper=first("paper"),
        filetype=first("filetype"),
        month=first("month"),
        year=first("year"),
    )
