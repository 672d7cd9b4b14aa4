"""Text in, hits out: what can be searched, how it is asked for, and what comes back."""

from search.errors import BadQuery, EngineUnavailable, IndexLocked, IndexOutdated, SearchError
from search.highlight import Marker
from search.index import open_index
from search.language import parse_query
from search.model import Batch, Document, FacetCount, Hit, PageHits, Results, SearchIndex, Segment, Snippet
from search.query import Query

__all__ = [
    "BadQuery",
    "Batch",
    "Document",
    "EngineUnavailable",
    "FacetCount",
    "Hit",
    "IndexLocked",
    "IndexOutdated",
    "Marker",
    "PageHits",
    "Query",
    "Results",
    "SearchError",
    "SearchIndex",
    "Segment",
    "Snippet",
    "open_index",
    "parse_query",
]
