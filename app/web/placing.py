"""A street or place in what was typed: its own list of papers, and the way back to plain words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.facts import street_key
from app.web.searching import Asked
from search import BadQuery, Query, Results, SearchIndex
from search.query import Word

MOST_WORDS = 5  # of a name
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_WORD = re.compile(r"\w[\w.'’/-]*")
_HOUSE = re.compile(r"[1-9][0-9]{0,2}[a-hA-H]?")
_NO_WORDS = re.compile(r"[^\w .'’/-]+")


@dataclass(frozen=True, slots=True)
class Band:
    """A place that was named, the search for what is there, and how much that finds."""

    place: str
    wish: Asked
    results: Results


def place_band(index: SearchIndex, wish: Asked, query: Query, results: Results) -> Band | None:
    """Return what there is about a place that the words name; None where they name none, or one is chosen already."""
    plain = all(isinstance(node, Word) for node in query.must) and not query.without
    if not plain or "place" in wish.chosen:
        return None
    named = named_place(wish.words, (one.value for one in results.facets.get("place", ())))
    if named is None:
        return None
    place, rest = named
    there = wish.asking(rest, place=(place,))
    try:
        found = index.search(there.query(limit=1))
    except BadQuery:  # what was asked was the most that can be
        return None
    return Band(place, there, found) if found.total else None


def named_place(words: str, places: Iterable[str]) -> tuple[str, str] | None:
    """Return the longest of some places whose words all stand in a row in what was typed, and the rest of that."""
    keys: dict[str, str] = {}
    for each in places:
        keys.setdefault(_key(each), each)
    typed = words.split()
    for length in range(min(MOST_WORDS, len(typed)), 0, -1):
        for start in range(len(typed) - length + 1):
            run = [word.rstrip(",;") for word in typed[start : start + length]]
            place = keys.get(_key(" ".join(run)), "") if all(map(_WORD.fullmatch, run)) else ""
            if place:
                rest = typed[start + length :]
                if rest and _HOUSE.fullmatch(rest[0]):  # what is said of a street is seldom said of one house
                    rest = rest[1:]
                return place, " ".join(typed[:start] + rest)
    return None


def as_words(wish: Asked) -> Asked | None:
    """Return the search for a chosen place as for words; None where not just one is chosen."""
    places = wish.chosen.get("place", ())
    if len(places) != 1:
        return None
    words = " ".join(_NO_WORDS.sub(" ", places[0]).split())
    return wish.asking(f"{wish.words} {words}".strip(), place=())


def _key(name: str) -> str:
    return street_key(name).translate(_WRITTEN_OUT)
