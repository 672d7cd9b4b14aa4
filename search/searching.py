"""What a search gives, the same for every engine: few widened, matters gathered, pages, counts to narrow by."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from search import german
from search.engine import Engine, Found, Reader, Row, Wanted, most
from search.expressions import Plan
from search.highlight import Marker
from search.meaning import Meaning, read
from search.model import Batch, FacetCount, Hit, Match, Needs, Rebuild, Results, Suggestion
from search.naming import named
from search.payload import unpack
from search.plan import plans, required
from search.query import COUNTED, MAX_OFFSET, Query
from search.showing import Shower, Texts, marker_of
from search.suggesting import related, suggest
from search.synonyms import Synonyms
from search.weights import EXACT, FEW, NAME, PARTS, RELATED_READ, TEXT, TITLE, TITLE_PARTS

_CURSOR = re.compile(r"(?P<place>\d{1,4})\.(?P<group>[0-9a-f]{1,16})", re.ASCII)
_HELD_IN = (TEXT, TITLE, EXACT, PARTS, TITLE_PARTS, NAME)  # those first that say yes most often
WINDOW = 5  # documents read for one matter; a paper has three files as a rule
MOST_ROWS = 100_000  # documents read for one page of results
MOVED = 500  # matters by which the one that a page ended with may have moved on


def no_texts(_: Collection[str]) -> Mapping[str, Sequence[str]]:
    """No text is kept elsewhere."""
    return {}


class Index:
    """A SearchIndex of one engine; `texts` gives back the pages of documents that were put with a text_key.

    `lists` are synonyms that are searched for besides our own.
    """

    def __init__(self, engine: Engine, texts: Texts = no_texts, lists: Sequence[Synonyms] = ()) -> None:
        self._engine = engine
        self._texts = texts
        self._lists = lists

    def writer(self) -> AbstractContextManager[Batch]:
        """See SearchIndex.writer."""
        return self._engine.writer()

    def rebuilding(self) -> AbstractContextManager[Rebuild]:
        """See SearchIndex.rebuilding."""
        return self._engine.rebuilding()

    def search(self, query: Query) -> Results:
        """See SearchIndex.search."""
        started = time.perf_counter()
        with self._engine.reader() as reader:
            meaning = read(query, reader, self._lists)
            results = _Search(reader, meaning, self._texts).results()
        return replace(results, took_seconds=time.perf_counter() - started)

    def matching(self, query: Query) -> tuple[Match, ...]:
        """See SearchIndex.matching."""
        with self._engine.reader() as reader:
            return _Search(reader, read(query, reader, self._lists), self._texts).matching()

    def may_match(self, needed: Needs) -> bool:
        """See SearchIndex.may_match."""
        with self._engine.reader() as reader:
            return all(any(any(reader.frequencies(name, some).values()) for name in _HELD_IN) for some in needed)

    def marker(self, query: Query) -> Marker:
        """See SearchIndex.marker."""
        with self._engine.reader() as reader:
            return marker_of(read(query, reader, self._lists).query)

    def suggest(self, typed: str, limit: int = 10) -> tuple[Suggestion, ...]:
        """See SearchIndex.suggest."""
        with self._engine.reader() as reader:
            return suggest(reader, typed, limit)

    def related(self, document_id: str, limit: int = 5, *, kind: str = "Paper", text_key: str = "") -> tuple[Hit, ...]:
        """See SearchIndex.related."""
        pages = self._texts([text_key]).get(text_key, ()) if text_key else ()
        with self._engine.reader() as reader:
            rows = related(reader, document_id, limit, kind, german.clean("\n".join(pages)[:RELATED_READ]))
            return tuple(Shower(reader, Marker(Query("", "")), no_texts).hits(rows))

    def versions(self) -> Iterator[tuple[str, int]]:
        """See SearchIndex.versions."""
        with self._engine.reader() as reader:
            yield from reader.versions()

    def count(self) -> int:
        """See SearchIndex.count."""
        with self._engine.reader() as reader:
            return reader.count()

    def forget_old(self) -> None:
        """See SearchIndex.forget_old."""
        self._engine.forget_old()

    def old(self) -> list[str]:
        """See SearchIndex.old."""
        return self._engine.old()

    def traces(self, text: str) -> int:
        """See SearchIndex.traces."""
        words = {german.exact(token) for token in german.tokens(german.clean(text))}
        with self._engine.reader() as reader:
            return min(reader.frequencies(EXACT, words).values(), default=0)

    def clear(self) -> None:
        """See SearchIndex.clear."""
        self._engine.clear()

    def close(self) -> None:
        """See SearchIndex.close."""
        self._engine.close()


class _Search:
    """One search in one reader."""

    def __init__(self, reader: Reader, meaning: Meaning, texts: Texts) -> None:
        self._reader = reader
        self._meaning = meaning
        self._query = replace(meaning.query, filters=named(meaning.query.filters, reader.values))
        self._texts = texts

    def results(self) -> Results:
        """Everything but the time it took."""
        query = self._query
        plan, wider = plans(query)
        window = (self._place()[0] + query.limit) * WINDOW
        found = self._find(plan, window)
        full = found.total
        # By date, what holds some words would stand before what holds all.
        if wider and full < (FEW if query.sort == "best" and not query.is_sentence else 1):
            plan, found = wider, self._find(wider, window)
        leaders, rows, start = self._leaders(plan, found, window)
        shown = leaders[start : start + query.limit]
        marker = marker_of(self._meaning.query)
        shower = Shower(self._reader, marker, self._texts, apart=query.apart)
        hits = tuple(shower.matters(shown, rows, full))
        return Results(
            total=found.total,
            hits=hits,
            facets={name: _facet(name, values) for name, values in self._facets(plan, found).items()},
            took_seconds=0.0,
            full=full,
            matters=dict(sorted(found.kinds.items())),
            exact=found.exact,
            added=self._meaning.told(hits),
            meant=self._meaning.meant(self._reader, found.total),
            unknown=self._meaning.unknown,
            next=self._cursor(leaders, start + query.limit),
            previous=self._cursor(leaders, max(0, start - query.limit)),
            first=start,
        )

    def matching(self) -> tuple[Match, ...]:
        """What holds every word, in order, and nothing about it: to show one costs a hundred times as much."""
        by_date = self._query.strict and self._query.sort != "best"
        plan = required(self._query) if by_date else plans(self._query)[0]
        found = self._reader.find(self._wanted(plan), limit=self._query.limit)
        documents = map(unpack, self._reader.stored(found.rows))
        return tuple(Match(one.id, one.type, one.parent, one.group, one.kind) for one in documents)

    def _wanted(self, plan: Plan) -> Wanted:
        query = self._query
        low = query.after.toordinal() if query.after else None
        high = query.before.toordinal() - 1 if query.before else None
        pages = (query.min_pages, query.max_pages)
        return Wanted(plan, query.filters, (low, high), pages, query.after_seq, query.sort)

    def _find(self, plan: Plan, limit: int) -> Found:
        facets = (*COUNTED, *self._query.counted)
        return self._reader.find(self._wanted(plan), limit=limit, facets=facets, kinds=True)

    def _leaders(self, plan: Plan, found: Found, window: int) -> tuple[list[Row], Sequence[Row], int]:
        """The best document of each matter, more than are shown if there are more; all that were looked at; and where
        the page begins: behind the matter the last one ended with, wherever that stands by now.
        """
        place, group = self._place()
        rows = found.rows
        while True:
            first: dict[int, Row] = {}
            for number, row in enumerate(rows):
                first.setdefault(number if self._query.apart else row.group, row)
            leaders = list(first.values())
            behind = next((number for number, row in enumerate(leaders, 1) if row.group == group), None)
            start = place if behind is None else behind
            missing = group and behind is None and len(leaders) < place + MOVED
            # Not until as many came as were counted: some may be taken out meanwhile.
            if len(rows) < window or window >= MOST_ROWS or (len(leaders) > start + self._query.limit and not missing):
                return leaders, rows, start
            window = min(max(window * 4, (start + self._query.limit + 1) * WINDOW), MOST_ROWS)
            rows = self._reader.find(self._wanted(plan), limit=window).rows

    def _place(self) -> tuple[int, int | None]:
        """How many matters stood on the pages before, and the last of them."""
        cursor = _CURSOR.fullmatch(self._query.cursor)
        if not cursor:
            return self._query.offset, None
        return min(int(cursor["place"]), MAX_OFFSET), int(cursor["group"], 16)

    def _cursor(self, leaders: Sequence[Row], start: int) -> str:
        """Name the page that begins with a matter, by the one before it; a single document has no name of its own."""
        if not 0 < start < len(leaders) or start > MAX_OFFSET:
            return ""
        return f"{start}.0" if self._query.apart else f"{start}.{leaders[start - 1].group:x}"

    def _facets(self, plan: Plan, found: Found) -> Mapping[str, Mapping[str, int]]:
        """Values with their counts; of a facet that is narrowed as if it were not, so that others can be chosen."""
        counted = dict(found.facets)
        for name in {each.field for each in self._query.filters if not each.negated} & counted.keys():
            wanted = self._wanted(plan)
            others = tuple(each for each in wanted.filters if each.field != name or each.negated)
            free = self._reader.find(replace(wanted, filters=others), limit=0, facets=(name,))
            counted[name] = free.facets[name]
        return counted


def _facet(name: str, counts: Mapping[str, int]) -> tuple[FacetCount, ...]:
    """The values of one facet, most frequent first, equals by name; an engine may give more than are told."""
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(FacetCount(value, count) for value, count in ordered[: most(name)])
