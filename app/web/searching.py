"""What a reader asks for on the results page: read from the address, and what it can be narrowed to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from search import Query, Results, parse_query
from search.engine import MAX_FACET_VALUES
from search.query import SORTS, fold_value

PER_PAGE = 10
# In this order beside the results.
FACETS = ("type", "body", "organization", "paper_type", "year", "party", "person", "result", "place", "filetype")
NARROWING = (*FACETS, "month")
_SHAPES = {"year": re.compile(r"[0-9]{4}"), "month": re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")}
_CURSOR = 40  # characters; ours are shorter


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as the address says it; what makes no sense there is left out, what was typed is kept verbatim."""

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after: date | None = None
    until: date | None = None
    sort: str = ""  # as typed, else best first
    cursor: str = ""
    literal: bool = False
    months: bool = False  # whether how much there is of each month is shown, too

    @property
    def is_blank(self) -> bool:
        """Whether nothing is asked yet."""
        return not (self.words or any(self.chosen.values()) or self.after or self.until)

    @property
    def arguments(self) -> dict[str, object]:
        """What the address of its first page says; None for what it does not say."""
        return {
            "q": self.words or None,
            **{name: list(self.chosen.get(name, ())) for name in NARROWING},
            "after": self.after,
            "until": self.until,
            "sort": self.sort,
            "literal": int(self.literal) or None,
            "months": int(self.months) or None,
            "from": None,
        }

    @property
    def unnarrowed(self) -> "Asked":
        """The same words in the same order, narrowed by nothing beside them."""
        return replace(self, chosen={}, after=None, until=None, cursor="")

    @property
    def unpaged(self) -> "Asked":
        """The same search from its beginning, without what only the page shows."""
        return replace(self, cursor="", months=False)

    def asking(self, words: str, **chosen: tuple[str, ...]) -> "Asked":
        """Return the same search for other words, and with other values of some facets."""
        return replace(self, words=words, chosen={**self.chosen, **chosen}, cursor="")

    def query(self, limit: int) -> Query:
        """Return it as a query for so many matters; raises BadQuery."""
        query = parse_query(
            self.words,
            sort=self.sort,
            limit=limit,
            cursor=self.cursor,
            literal=self.literal,
            chosen=self.chosen,
            after=self.after,
            # Readers mean the last day with it; the query's end is the first day without.
            before=self.until + timedelta(days=1) if self.until and self.until < date.max else None,
        )
        return replace(query, counted=("month",)) if self.months else query


@dataclass(frozen=True, slots=True)
class Choice:
    """One value to narrow by, with how many documents it would leave; None where that was not counted."""

    value: str
    count: int | None
    chosen: bool


def asked(arguments: MultiDict[str, str]) -> Asked:
    """Read a search from an address."""
    chosen = {name: tuple(dict.fromkeys(v for v in arguments.getlist(name) if _fits(name, v))) for name in NARROWING}
    return Asked(
        words=arguments.get("q", "").strip(),
        chosen={name: values for name, values in chosen.items() if values},
        after=_day(arguments.get("after", "")),
        until=_day(arguments.get("until", "")),
        sort=arguments["sort"] if arguments.get("sort") in SORTS else "",
        cursor=arguments.get("from", "")[:_CURSOR],
        literal=bool(arguments.get("literal")),
        months=bool(arguments.get("months")),
    )


def _fits(name: str, value: str) -> bool:
    shape = _SHAPES.get(name)
    return bool(shape.fullmatch(value) if shape else value.strip())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def choices(wish: Asked, results: Results) -> dict[str, list[Choice]]:
    """Return what each facet can be narrowed to; what is chosen stays among it even where it leaves nothing."""
    return {name: _listed(name, wish.chosen.get(name, ()), results) for name in FACETS}


def _listed(name: str, chosen: tuple[str, ...], results: Results) -> list[Choice]:
    counts = {one.value: one.count for one in results.facets.get(name, ())}
    known, marked = set(map(fold_value, counts)), set(map(fold_value, chosen))
    # Of very many values only the most frequent are counted.
    rest = None if len(counts) >= MAX_FACET_VALUES else 0
    listed = [Choice(value, count, fold_value(value) in marked) for value, count in counts.items()]
    listed += [Choice(value, rest, chosen=True) for value in chosen if fold_value(value) not in known]
    if name == "year":
        listed.sort(key=lambda one: one.value, reverse=True)
    return listed
