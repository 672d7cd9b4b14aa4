"""What somebody may be typing, and what is like a document: both asked of the terms alone."""

from __future__ import annotations

import math
from collections import Counter
from itertools import islice

from search import german
from search.engine import Reader, Row, Wanted
from search.expressions import Beginning, Expression, Plan, Some, Term, Weighted
from search.model import Suggestion
from search.payload import unpack
from search.query import Filter
from search.weights import FIELDS, NAME, RELATED_TERMS, RELATED_WORDS, TEXT, TITLE, TITLE_AGAIN

# Few and telling first; what is newest stands first among the many.
KINDS = (("Organization",), ("Person",), ("Paper",), ("Meeting", "AgendaItem", "File"))
MAX_TYPED = 100  # characters
MAX_WORDS = 8


def suggest(reader: Reader, typed: str, limit: int) -> tuple[Suggestion, ...]:
    """Titles that hold what was typed; see SearchIndex.suggest."""
    tokens = german.tokens(german.clean(typed[:MAX_TYPED]))[:MAX_WORDS]
    if not tokens:
        return ()
    exact: list[Expression] = [Term(NAME, german.exact(token)) for token in tokens[:-1]]
    plan = Plan((*exact, Beginning(NAME, german.beginning(tokens[-1]))))
    found: dict[str, Suggestion] = {}
    for types in KINDS:
        room = limit - len(found)
        if room <= 0:
            break
        wanted = Wanted(plan, (Filter("type", tuple(each.casefold() for each in types)),), sort="newest")
        rows = reader.find(wanted, limit=2 * room).rows
        for stored in map(unpack, reader.stored(rows)):
            one = Suggestion(stored.id, stored.type, stored.key, stored.title, stored.body, stored.parent)
            found.setdefault(f"{stored.title.casefold()} {stored.body}", one)
    return tuple(islice(found.values(), limit))


def related(reader: Reader, document_id: str, limit: int, kind: str) -> list[Row]:
    """The best other matters that hold some of the rarest words of a document."""
    row = reader.locate(document_id)
    if row is None:
        return []
    [stored] = map(unpack, reader.stored([row]))
    terms = _telling(reader, Counter(_stems(stored.title) * TITLE_AGAIN + _stems(" ".join(stored.pages))))
    if not terms:
        return []
    parts = tuple(
        Some(tuple(Weighted(Term(field, term), weight * FIELDS[field]) for field in (TITLE, TEXT)))
        for term, weight in terms
    )
    wanted = Wanted(Plan((Some(parts, min(RELATED_WORDS, len(parts))),)), (Filter("type", (kind.casefold(),)),))
    rows = reader.find(wanted, limit=3 * limit + 1).rows
    best: dict[int, Row] = {}
    for each in rows:
        best.setdefault(each.group, each)
    return [each for each in best.values() if each.group != row.group][:limit]


def _stems(text: str) -> list[str]:
    return [german.term(token) for token in german.tokens(text) if len(token) > 2 and not german.is_stop_word(token)]


def _telling(reader: Reader, counted: Counter[str]) -> list[tuple[str, float]]:
    """The terms that tell most: frequent here and rare elsewhere, but not only here."""
    held = max(1, reader.count())
    in_text, in_title = reader.frequencies(TEXT, counted), reader.frequencies(TITLE, counted)
    weighed = []
    for term, count in counted.items():
        frequency = max(in_text[term], in_title[term])
        if frequency > 1:
            weighed.append((math.log1p(count) * math.log(1 + held / frequency), term))
    return [(term, 1.0) for _, term in sorted(weighed, reverse=True)[:RELATED_TERMS]]
