"""From our plans to the cluster's queries and counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from search.engine import BUCKETS, Wanted, most
from search.expressions import All, Beginning, Close, Expression, Flat, Run, Some, Term, Values, Weighted
from search.payload import HOLE
from search.query import fold_value

Json: TypeAlias = dict[str, Any]
MATTERS = 1_000  # of one kind, up to which they are counted one by one; above, by an estimate
EVERYTHING: Json = {"match_all": {}}
_ORDERS: Mapping[str, list[Json]] = {
    # Documents of one score stand by date, so that a page shows the same ones each time.
    "best": [{"_score": "desc"}, {"newest": "desc"}],
    "newest": [{"newest": "desc"}],
    "oldest": [{"oldest": "asc"}],
}


def search(wanted: Wanted, limit: int, facets: Collection[str], *, kinds: bool, heads: bool) -> Json:
    """The body of one search; `heads` asks for what a hit shows beside its pages."""
    body: Json = {
        "query": query(wanted),
        "size": limit,
        "track_total_hits": True,
        "_source": False,
        # What a row shows is not stored but kept by columns: no block of stored pages is opened for it.
        "stored_fields": "_none_" if heads else [],
        "docvalue_fields": ["group", "head"] if heads else ["group"],
    }
    if limit:
        body["sort"] = _ORDERS[wanted.sort]
    counts = {name: _values_of(name) for name in facets}
    if kinds:
        counts["kinds"] = _kinds()
    if counts:
        body["aggs"] = counts
    return body


def _values_of(facet: str) -> Json:
    return {"terms": {"field": f"shown_{facet}", "size": most(facet), "shard_size": BUCKETS}}


def query(wanted: Wanted) -> Json:
    """Words, filters and ranges in one."""
    plan = wanted.plan
    narrow = [_values(each.field, each.values) for each in wanted.filters if not each.negated]
    narrow += [_range(name, *bounds) for name, bounds in (("day", wanted.days), ("page_count", wanted.pages))]
    if wanted.after_seq:
        narrow.append(_range("seq", wanted.after_seq + 1, None))
    without = [expression(part) for part in plan.without]
    without += [_values(each.field, each.values) for each in wanted.filters if each.negated]
    must = [expression(part) for part in plan.must]
    return _all(must, without, [expression(part) for part in plan.bonus], [each for each in narrow if each])


def expression(wanted: Expression) -> Json:  # noqa: PLR0911 - one for each kind of expression
    """One expression of a plan."""
    match wanted:
        case Term(field, text):
            return {"term": {field: {"value": text}}}
        case Run(field, texts, gap, at):
            return _some([_phrase(field, texts, between, at) for between in range(gap + 1)])
        case Close(field, ((one,), (other,)), gap) if one != other:
            # Slop lets terms change places: both orders together are just what is meant.
            return _some([_phrase(field, order, slop=gap) for order in ((one, other), (other, one))])
        case Close():
            return _some([expression(way) for way in wanted.ways])
        case Beginning(field, text):
            return {"prefix": {field: {"value": text, "rewrite": "constant_score"}}}
        case Values(field, values):
            return _all([], [], [], [_values(field, values)])
        case Some(parts, at_least):
            return _some([expression(part) for part in parts], at_least)
        case All(parts, without):
            return _all([expression(part) for part in parts], [expression(part) for part in without])
        case Flat(part):
            return {"constant_score": {"filter": expression(part)}}
        case Weighted(part, weight):
            return {"bool": {"must": [expression(part)], "boost": weight}}


def matters(counted: Json) -> tuple[dict[str, int], bool]:
    """How many matters there are of each kind, and whether that is exact."""
    buckets = counted["kinds"].get("buckets", [])
    exact = all(one["groups"]["sum_other_doc_count"] == 0 for one in buckets)
    return {one["key"]: int(one["all" if exact else "about"][_COUNTED[exact]]) for one in buckets}, exact


_COUNTED = {True: "count", False: "value"}


def _kinds() -> Json:
    """Groups of each kind: `all` counts the buckets of `groups` where those are all, `about` estimates."""
    counts = {
        "groups": {"terms": {"field": "group", "size": MATTERS}},
        "all": {"stats_bucket": {"buckets_path": "groups>_count"}},
        "about": {"cardinality": {"field": "group"}},
    }
    return {"terms": {"field": "shown_kind", "size": BUCKETS}, "aggs": counts}


def _phrase(field: str, texts: Sequence[str], between: int = 0, at: int = 1, slop: int = 0) -> Json:
    """Terms one after the other, with so many words before one of them; our analyzer makes a HOLE any word."""
    placed = [*texts[:at], *[HOLE] * between, *texts[at:]]
    return {"match_phrase": {field: {"query": " ".join(placed), "analyzer": "holes", "slop": slop}}}


def _some(queries: list[Json], at_least: int = 1) -> Json:
    if len(queries) == 1:
        return queries[0]
    return {"bool": {"should": queries, "minimum_should_match": at_least}}


def _all(must: list[Json], without: list[Json], bonus: Sequence[Json] = (), narrow: Sequence[Json] = ()) -> Json:
    found: Json = {"must": must, "must_not": without, "should": list(bonus), "filter": list(narrow)}
    if not must and not narrow:
        found["filter"] = [EVERYTHING]
    return {"bool": {**{name: each for name, each in found.items() if each}, "minimum_should_match": 0}}


def _values(field: str, values: Collection[str]) -> Json:
    return {"terms": {f"is_{field}": [fold_value(value) for value in values]}}


def _range(name: str, low: int | None, high: int | None) -> Json:
    """Both ends included; empty where there is none."""
    bounds = {"gte": low, "lte": high}
    found = {sign: value for sign, value in bounds.items() if value is not None}
    return {"range": {name: found}} if found else {}
