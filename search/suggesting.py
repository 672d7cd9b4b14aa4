"""What somebody may be typing, and what is like a document: both asked of the terms alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from itertools import islice

from search import german
from search.engine import Reader, Row, Wanted
from search.expressions import Beginning, Expression, Plan, Some, Term, Weighted
from search.model import Suggestion
from search.payload import unpack
from search.query import Filter
from search.weights import (
    FIELDS,
    NAME,
    RELATED_LOOKED,
    RELATED_ROWS,
    RELATED_TERMS,
    RELATED_TITLE,
    RELATED_WORDS,
    TEXT,
    TITLE,
)

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


def related(reader: Reader, document_id: str, limit: int, kind: str, text: str = "") -> list[Row]:
    """The best documents of other matters that hold some of the rarest words of a document, one of each matter."""
    row = reader.locate(document_id)
    if row is None:
        return []
    [stored] = map(unpack, reader.stored([row]))
    titled = set(_stems(stored.title))
    said = Counter([*titled, *_stems(" ".join(stored.pages)), *_stems(text)])
    counted = {term: said[term] for term in (*titled, *(term for term, _ in said.most_common(RELATED_LOOKED)))}
    terms = _telling(reader, counted, titled)
    if not terms:
        return []
    parts = tuple(
        Some(tuple(Weighted(Term(field, term), weight * FIELDS[field]) for field in (TITLE, TEXT)))
        for term, weight in terms
    )
    types = Filter("type", (kind.casefold(), "file"))
    wanted = Wanted(Plan((Some(parts, min(RELATED_WORDS, len(parts))),)), (types,))
    rows = reader.find(wanted, limit=RELATED_ROWS * (limit + 1)).rows
    best: dict[int, Row] = {}
    for start in range(0, len(rows), 2 * limit):
        looked = rows[start : start + 2 * limit]
        for each, other in zip(looked, map(unpack, reader.stored(looked)), strict=True):
            if other.kind == kind and each.group != row.group:
                best.setdefault(each.group, each)
        if len(best) >= limit:  # what follows is less alike
            break
    return list(best.values())[:limit]


def _stems(text: str) -> list[str]:
    return [german.term(token) for token in german.tokens(text) if len(token) > 2 and not german.is_stop_word(token)]


def _telling(reader: Reader, counted: Mapping[str, int], titled: Collection[str]) -> list[tuple[str, float]]:
    """The terms that tell most, with their weights: frequent here, best in the title, and rare elsewhere, but not only
    here.
    """
    held = max(1, reader.count())
    in_text, in_title = reader.frequencies(TEXT, counted), reader.frequencies(TITLE, counted)
    weighed = []
    for term, count in counted.items():
        frequency, weight = max(in_text[term], in_title[term]), RELATED_TITLE if term in titled else 1.0
        if frequency > 1:
            weighed.append((weight * math.log1p(count) * math.log(1 + held / frequency), term, weight))
    return [(term, weight) for _, term, weight in sorted(weighed, reverse=True)[:RELATED_TERMS]]
