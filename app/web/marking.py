"""What marks a page's text and its picture: the words of a query, and what a search puts beside them."""

import logging
from collections.abc import Callable, Iterator, Sequence

from app.documents.picture import PlacedWord
from search import BadQuery, Marker, SearchError, SearchIndex, parse_query

log = logging.getLogger(__name__)


def marker_of(typed: str, index: Callable[[], SearchIndex], *, literal: bool = False) -> Marker | None:
    """Return what marks a page as the results of a search are marked; None where nothing that can be read was typed.

    While the index is away, the words themselves are marked, and no synonyms; so they are where that was asked for.
    """
    try:
        query = parse_query(typed, literal=literal)
    except BadQuery:
        return None
    if query.is_empty:
        return None
    try:
        return index().marker(query)
    except SearchError as error:
        log.warning("Only the words themselves are marked: %s", error)
        return Marker(query)


def places_of(marker: Marker | None, words: Sequence[PlacedWord]) -> list[PlacedWord]:
    """Return the words of a page that are marked."""
    if marker is None:
        return []
    found = marker.places(" ".join(word.text for word in words))
    return list(_touched(words, found))


def _touched(words: Sequence[PlacedWord], found: Sequence[tuple[int, int]]) -> Iterator[PlacedWord]:
    begin, left = 0, iter(found)
    place = next(left, None)
    for word in words:
        end = begin + len(word.text)
        while place is not None and place[1] <= begin:
            place = next(left, None)
        if place is None:
            return
        if place[0] < end:
            yield word
        begin = end + 1
