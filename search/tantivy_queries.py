"""From our plans to tantivy's queries and counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import tantivy
from tantivy import FieldType, Occur
from tantivy import Query as Tantivy

from search.engine import BUCKETS, Wanted, most
from search.errors import BadQuery, EngineUnavailable, IndexLocked, SearchError
from search.expressions import All, Beginning, Close, Expression, Flat, Run, Some, Term, Values, Weighted
from search.query import FILTER_FIELDS, fold_value
from search.weights import EXACT, NAME, PARTS, TEXT, TITLE, TITLE_PARTS

WITH_HOLES = "holes"  # our own tokenizer
MOST = (1 << 63) - 1
# Documents whose positions one search may read: at 0.4 µs each, and asked twice (rows, counts), 0.6 seconds; at up to
# 2.5 µs where all files are long and full of these words. Titles and sentences about 10,000 files need up to 37,000.
MOST_READ = 750_000
SLOP = 3  # times as long as for a phrase
OFTEN = 256  # words of one beginning: they hold two thirds of what all hold


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("stored", stored=True)
    for name in (TITLE, TEXT, EXACT, NAME):
        builder.add_text_field(name, tokenizer_name=WITH_HOLES, index_option="position")
    for name in (PARTS, TITLE_PARTS):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in FILTER_FIELDS:
        builder.add_text_field(f"is_{name}", tokenizer_name="raw", index_option="basic")
    for name in (*FILTER_FIELDS, "kind"):
        builder.add_text_field(f"shown_{name}", tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("day", "seq", "page_count"):
        builder.add_unsigned_field(name, stored=name == "seq", indexed=True, fast=True)
    for name in ("newest", "oldest", "group"):
        builder.add_unsigned_field(name, fast=True)
    return builder.build()


SCHEMA = _schema()


class Translator:
    """From our plan to tantivy's queries; raises BadQuery where they would take too long, for nothing stops them."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._left = MOST_READ

    def wanted(self, wanted: Wanted) -> Tantivy:
        """Words, filters and ranges in one."""
        plan = wanted.plan
        must = [self._expression(part) for part in plan.must]
        without = [self._expression(part) for part in plan.without]
        for each in wanted.filters:
            (without if each.negated else must).append(_values(each.field, each.values))
        for name, (low, high) in (("day", wanted.days), ("page_count", wanted.pages)):
            if low is not None or high is not None:
                must.append(_range(name, low or 0, MOST if high is None else high))
        if wanted.after_seq:
            must.append(_range("seq", wanted.after_seq + 1, MOST))
        bonus = [self._expression(part) for part in plan.bonus]
        return _all(must, without, bonus)

    def _expression(self, wanted: Expression) -> Tantivy:
        match wanted:
            case Some(parts, at_least):
                return _some([self._expression(part) for part in parts], at_least)
            case All(parts, without):
                return _all([self._expression(part) for part in parts], [self._expression(part) for part in without])
            case Flat(part):
                return Tantivy.const_score_query(self._expression(part), 1.0)
            case Weighted(part, weight):
                return Tantivy.boost_query(self._expression(part), weight)
            case _:
                return self._held(wanted)

    def _held(self, wanted: Term | Run | Close | Beginning | Values) -> Tantivy:
        match wanted:
            case Term(field, text):
                return Tantivy.term_query(SCHEMA, field, text, index_option="freq")
            case Run(field, texts, gap, at):
                self._spend((gap + 1) * self._rarest(field, texts))
                return _some([_phrase(field, texts, between, at) for between in range(gap + 1)])
            case Close(field, ((one,), (other,)), gap) if one != other:
                # Slop lets terms change places: both orders together are just what is meant, and sooner found.
                self._spend(2 * SLOP * self._rarest(field, (one, other)))
                orders: list[list[str | tuple[int, str]]] = [[one, other], [other, one]]
                return _some([Tantivy.phrase_query(SCHEMA, field, order, slop=gap) for order in orders])
            case Close():
                return _some([self._held(way) for way in wanted.ways])
            case Beginning(field, text):
                # The most frequent tell what all of them will take; without positions it is half as much.
                often = self._searcher.terms_with_prefix(field, text, limit=OFTEN)
                self._spend(sum(count for _, count in often) // 2)
                # Of letters and digits only, which mean themselves.
                return Tantivy.const_score_query(Tantivy.regex_query(SCHEMA, field, f"{text}.*"), 1.0)
            case Values(field, values):
                return _values(field, values)

    def _rarest(self, field: str, texts: Sequence[str]) -> int:
        """How many documents may hold all of some terms."""
        return min(self._searcher.doc_freq(field, text) for text in texts)

    def _spend(self, documents: int) -> None:
        self._left -= documents
        if self._left < 0:
            raise BadQuery("too_slow")


class Counts(NamedTuple):
    """How many documents match, how many hold each value of some facets, and how many matters there are of a kind."""

    total: int
    values: Mapping[str, Mapping[str, int]]
    matters: Mapping[str, int]


def counted(searcher: tantivy.Searcher, query: Tantivy, facets: Collection[str], groups: Any = None) -> Counts:
    """Count all that is wanted at once, for tantivy finds the documents anew each time; `groups` is one of below."""
    wanted: dict[str, Any] = {name: _buckets(f"shown_{name}", most(name)) for name in facets}
    wanted[_TOTAL] = {"value_count": {"field": "group"}}
    if groups:
        wanted[_KIND] = {**_buckets("shown_kind"), "aggs": {"groups": groups}}
    found = searcher.aggregate(query, wanted)
    values = {name: {one["key"]: one["doc_count"] for one in found[name]["buckets"]} for name in facets}
    kinds = {one["key"]: _number(one["groups"]) for one in found[_KIND]["buckets"]} if groups else {}
    return Counts(int(found[_TOTAL]["value"]), values, kinds)


def _buckets(field: str, size: int = BUCKETS) -> dict[str, object]:
    return {"terms": {"field": field, "size": size, "segment_size": BUCKETS}}


def _number(groups: Mapping[str, Any]) -> int:
    return len(groups["buckets"]) if "buckets" in groups else round(groups["value"])


_TOTAL, _KIND = "all", "kind"
ONE_BY_ONE = _buckets("group")  # each matter, of at most BUCKETS documents
ABOUT = {"cardinality": {"field": "group"}}  # to about 3 in 100


def _phrase(field: str, texts: Sequence[str], between: int, at: int) -> Tantivy:
    """Terms one after the other, with so many words before one of them."""
    placed: list[str | tuple[int, str]] = [
        (place + (between if place >= at else 0), text) for place, text in enumerate(texts)
    ]
    return Tantivy.phrase_query(SCHEMA, field, placed)


def _some(queries: list[Tantivy], at_least: int = 1) -> Tantivy:
    if len(queries) == 1:
        return queries[0]
    return Tantivy.boolean_query([(Occur.Should, query) for query in queries], minimum_number_should_match=at_least)


def _all(must: Sequence[Tantivy], without: Sequence[Tantivy], bonus: Sequence[Tantivy] = ()) -> Tantivy:
    clauses = [(Occur.Must, each) for each in must] or [
        (Occur.Must, Tantivy.const_score_query(Tantivy.all_query(), 0.0))
    ]
    clauses += [(Occur.MustNot, each) for each in without]
    clauses += [(Occur.Should, each) for each in bonus]
    return Tantivy.boolean_query(clauses)


def _values(field: str, values: Sequence[str]) -> Tantivy:
    folded = [fold_value(value) for value in values]
    return Tantivy.const_score_query(Tantivy.term_set_query(SCHEMA, f"is_{field}", folded), 0.0)


def _range(field: str, low: int, high: int) -> Tantivy:
    """Both ends included."""
    if high < low:
        return Tantivy.empty_query()
    bounds = Tantivy.range_query(SCHEMA, field, FieldType.Unsigned, lower_bound=low, upper_bound=high)
    return Tantivy.const_score_query(bounds, 0.0)


@contextmanager
def translated() -> Iterator[None]:
    """Say in our words what went wrong: tantivy raises ValueError for nearly everything, with its sense in the text."""
    try:
        yield
    except SearchError:
        raise
    except (ValueError, OSError) as error:
        if "LockBusy" in str(error):
            raise IndexLocked("somebody else is writing to this index") from error
        raise EngineUnavailable(f"tantivy: {error}") from error
