"""Where on a page's picture the words of a query stand."""

from collections.abc import Iterator, Sequence

from app.documents.picture import PlacedWord
from search import BadQuery, Marker, parse_query


def places_of(query: str, words: Sequence[PlacedWord]) -> list[PlacedWord]:
    """Return the words of a page that answer a query; a query that cannot be read finds none."""
    try:
        marker = Marker(parse_query(query))
    except BadQuery:
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
