"""Text in, hits out: what can be searched, how it is asked for, and what comes back."""

from search.errors import BadQuery, EngineUnavailable, IndexLocked, IndexOutdated, SearchError
from search.highlight import Marker
from search.index import marker_for, open_index
from search.language import parse_query
from search.model import (
    Added,
    Batch,
    Document,
    FacetCount,
    Hit,
    Match,
    Needs,
    PageHits,
    Rebuild,
    Results,
    SearchIndex,
    Segment,
    Snippet,
    Suggestion,
)
from search.needs import needs, terms_of
from search.query import Query
from search.showing import Texts

__all__ = [
    "Added",
    "BadQuery",
    "Batch",
    "Document",
    "EngineUnavailable",
    "FacetCount",
    "Hit",
    "IndexLocked",
    "IndexOutdated",
    "Marker",
    "Match",
    "Needs",
    "PageHits",
    "Query",
    "Rebuild",
    "Results",
    "SearchError",
    "SearchIndex",
    "Segment",
    "Snippet",
    "Suggestion",
    "Texts",
    "marker_for",
    "needs",
    "open_index",
    "parse_query",
    "terms_of",
]
