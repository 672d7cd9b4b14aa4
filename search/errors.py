"""What can go wrong in a search.

SearchError
├── BadQuery            the reader's words break a limit or cannot be understood; carries code, position and parameters
├── IndexLocked         another process or thread is writing to this index
├── IndexOutdated       the index was written with another schema: clear() it and put everything again
└── EngineUnavailable   the engine's package is missing, its address is wrong, or its files cannot be read
"""

from __future__ import annotations

MESSAGES = {
    "nothing_asked": "Write what you are interested in.",
    "too_long": "The search is too long: at most %(limit)s characters.",
    "too_many_terms": "The search has too many words: at most %(limit)s.",
    "too_many_filters": "The search has too many filters: at most %(limit)s.",
    "prefix_too_short": "A word ending in * needs at least %(limit)s letters before it.",
    "too_deep": "The search has too many brackets in brackets: at most %(limit)s.",
    "bad_near": "NEAR stands between two words or two phrases, at most %(limit)s words apart, like NEAR/5.",
    "whole_search_only": "“%(value)s” holds for the whole search and cannot stand beside OR or in excluded brackets.",
    "unknown_type": "“%(value)s” is not a type of record.",
    "unknown_result": "“%(value)s” is not a result: adopted, rejected, deferred, referred, noted or withdrawn.",
    "bad_date": "“%(value)s” is not a date. Write it as 2024, 2024-05, 2024-05-31 or 31.05.2024.",
    "bad_year": "“%(value)s” is not a year.",
    "bad_pages": "“%(value)s” is not a number of pages. Write it as 5, >5, <=10 or 5-20.",
    "unknown_sort": "“%(value)s” is not an order: best, newest or oldest.",
    "bad_page": "Only the first %(limit)s results can be paged through. Narrow the search.",
    "too_slow": "This search takes too long. Leave out some quotations, asterisks or NEAR, or take rarer words.",
}


class SearchError(Exception):
    """A search, or a change to the index, could not be carried out."""


class BadQuery(SearchError):
    """The query cannot be searched for; `code` is a key of MESSAGES, `position` counts characters in the typed text."""

    def __init__(self, code: str, position: int = 0, **params: str | int) -> None:
        self.code, self.position, self.params = code, position, params
        self.template = MESSAGES[code]
        self.message = self.template % params
        super().__init__(self.message)


class IndexLocked(SearchError):
    """Somebody else is writing to this index; try again later."""


class IndexOutdated(SearchError):
    """The index was written with another schema or analyzer; `clear()` it and put every document again."""


class EngineUnavailable(SearchError):
    """The engine is not installed, its address is wrong, or its files cannot be read."""
