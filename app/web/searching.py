"""What a reader asks for on the results page: read from the address, asked of the index, with counts to narrow it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from search import Query, Results, SearchIndex, parse_query
from search.query import MAX_OFFSET, SORTS

PER_PAGE = 10
FACETS = ("type", "body", "organization", "paper_type", "year")
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as the address says it; what makes no sense there is left out, what was typed is kept verbatim."""

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after: date | None = None
    until: date | None = None
    sort: str = "best"
    page: int = 1

    @property
    def is_blank(self) -> bool:
        """Whether nothing is asked yet."""
        return not (self.words or any(self.chosen.values()) or self.after or self.until)

    def without(self, facet: str) -> "Asked":
        """Return the same search not narrowed by one facet."""
        return replace(self, chosen={name: values for name, values in self.chosen.items() if name != facet}, page=1)

    def query(self, limit: int = PER_PAGE) -> Query:
        """Return it as a query; raises BadQuery."""
        return parse_query(
            self.words,
            # An order in the words counts where none is chosen beside them.
            sort=self.sort if self.sort != "best" else "",
            offset=(self.page - 1) * PER_PAGE,
            limit=limit,
            chosen=self.chosen,
            after=self.after,
            # Readers mean the last day with it; the query's end is the first day without.
            before=self.until + timedelta(days=1) if self.until and self.until < date.max else None,
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One value to narrow by, with how many results it would leave."""

    value: str
    count: int
    chosen: bool


def asked(arguments: MultiDict[str, str]) -> Asked:
    """Read a search from an address."""
    chosen = {name: tuple(dict.fromkeys(v for v in arguments.getlist(name) if v)) for name in FACETS}
    chosen["year"] = tuple(year for year in chosen["year"] if _YEAR.fullmatch(year))
    page = arguments.get("page", "1")
    return Asked(
        words=arguments.get("q", "").strip(),
        chosen={name: values for name, values in chosen.items() if values},
        after=_day(arguments.get("after", "")),
        until=_day(arguments.get("until", "")),
        sort=arguments["sort"] if arguments.get("sort") in SORTS else "best",
        page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def last_page(results: Results) -> int:
    """Return the number of the last page that can be opened."""
    return min(max(1, -(-results.total // PER_PAGE)), MAX_OFFSET // PER_PAGE + 1)


def choices(index: SearchIndex, wish: Asked, results: Results) -> dict[str, list[Choice]]:
    """Return what each facet can be narrowed to.

    A facet that is narrowed already is counted as if it were not: else its other values could not be chosen.
    """
    found = {}
    for name in FACETS:
        chosen = wish.chosen.get(name, ())
        counts = results if not chosen else index.search(wish.without(name).query(limit=1))
        values = {one.value: one.count for one in counts.facets.get(name, ())}
        known = {value.casefold(): value for value in values}
        values |= {value: 0 for value in chosen if value.casefold() not in known}
        marked = {value.casefold() for value in chosen}
        listed = [Choice(value, count, value.casefold() in marked) for value, count in values.items()]
        if name == "year":
            listed.sort(key=lambda one: one.value, reverse=True)
        found[name] = listed
    return found
