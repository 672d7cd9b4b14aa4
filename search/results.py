"""From what an engine found to what a reader is shown; the same for every engine."""

from __future__ import annotations

from collections.abc import Iterable

from search.highlight import Marker
from search.model import FacetCount, Hit
from search.payload import unpack

MAX_FACET_VALUES = 100


def hit(stored: bytes, score: float, marker: Marker) -> Hit:
    """One hit with its passages."""
    document = unpack(stored)
    found = marker.passages(document.pages, document.title)
    return Hit(
        id=document.id,
        type=document.type,
        key=document.key,
        title=document.title,
        date=document.date,
        body=document.body,
        parent=document.parent,
        score=score,
        page_count=len(document.pages),
        page=found.page,
        pages=found.pages,
        title_segments=marker.title(document.title),
        snippets=found.snippets,
    )


def facet(counts: Iterable[tuple[str, int]]) -> tuple[FacetCount, ...]:
    """The values of one facet, most frequent first, equals by name."""
    ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return tuple(FacetCount(value, count) for value, count in ordered[:MAX_FACET_VALUES])
