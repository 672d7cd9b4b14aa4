"""Where terms stand in a text, in few bytes: what whoosh spends most of its time and room on."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from search.payload import HOLE

_WIDTHS = ((1, "B"), (2, "H"), (4, "I"))  # bytes a distance, and what struct calls them


def places_of(packed: bytes) -> list[int]:
    """The places that were encoded."""
    code = dict(_WIDTHS)[packed[0]]
    place, places = 0, []
    for (distance,) in struct.iter_unpack(f"<{code}", packed[1:]):
        place += distance
        places.append(place)
    return places


def count_of(packed: bytes) -> int:
    """How many places were encoded."""
    return (len(packed) - 1) // packed[0]


class Compact:
    """Terms between spaces as whoosh's format of positions wants them; its own pickles took a quarter more time."""

    field_boost: float

    def word_values(
        self,
        value: Any,
        analyzer: Any,  # noqa: ARG002 - whoosh hands it over
        **kwargs: Any,  # noqa: ARG002 - as above
    ) -> Iterable[tuple[Any, int, float, bytes]]:
        """Each term of a text with how often it occurs, its weight and where it stands."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, term in enumerate(value.split()):
            places[term].append(place)
        places.pop(HOLE, None)
        for term, each in places.items():
            yield term, len(each), len(each) * self.field_boost, self.encode(each)

    def encode(self, places: list[int]) -> bytes:
        """Ascending places as the distances between them, as wide as the widest."""
        distances = [places[0], *(after - before for before, after in pairwise(places))]
        widest = max(distances)
        width, code = next(each for each in _WIDTHS if widest < 1 << 8 * each[0])
        return struct.pack(f"<B{len(distances)}{code}", width, *distances)

    def decode_positions(self, packed: bytes) -> list[int]:
        """The places that were encoded."""
        return places_of(packed)

    def decode_frequency(self, packed: bytes) -> int:
        """How many places were encoded."""
        return count_of(packed)
