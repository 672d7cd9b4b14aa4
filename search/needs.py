"""What documents have to hold so that a query may find one: a quick no for most, before an engine is asked."""

from __future__ import annotations

from pathlib import Path

from search.expressions import All, Beginning, Close, Expression, Flat, Run, Some, Term, Values, Weighted
from search.index import lists_of
from search.meaning import with_synonyms
from search.model import Document, Needs
from search.payload import entry
from search.plan import required
from search.query import Query


def needs(query: Query, *, thesaurus: Path | None = None) -> Needs:
    """Terms that a document found by a query, taken as it is spelled, holds: of each set one at least, in any field.

    Nothing is lost by it: of what may be found without a certain word, nothing is needed.
    """
    if not query.strict:
        return ()  # some of the words will do
    must = required(with_synonyms(query, lists_of(thesaurus))).must
    return tuple(dict.fromkeys(one for part in must for one in _needs(part)))


def terms_of(document: Document) -> set[str]:
    """All terms of a document, whatever field they are in."""
    held = entry(document)
    fields = (held.title, held.name, held.text, held.parts, held.title_parts, held.exact)
    return {term for field in fields for term in field.split()}


def _needs(wanted: Expression) -> list[frozenset[str]]:
    match wanted:
        case Flat(part) | Weighted(part, _):
            return _needs(part)
        case All(parts):
            return [one for part in parts for one in _needs(part)]
        case Some(parts):
            # One of them matches: so one of what they need, each for itself, is there.
            each = [_needs(part) for part in parts]
            return [frozenset[str]().union(*(min(some, key=len) for some in each))] if all(each) else []
        case Beginning() | Values():
            return []
        case _:
            return [frozenset((text,)) for text in _texts(wanted)]


def _texts(wanted: Term | Run | Close) -> tuple[str, ...]:
    match wanted:
        case Term(_, text):
            return (text,)
        case Run(_, texts):
            return texts
        case Close(_, (one, other)):
            return (*one, *other)
