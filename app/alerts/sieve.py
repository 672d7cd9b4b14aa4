"""The documents behind some news in an index of their own, as small as the news, of which many searches are asked."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from app.config import Settings
from app.indexing import DOCUMENT_TYPES, documents
from search import Needs, Query, SearchIndex, needs, open_index, parse_query, terms_of
from search.query import AnyOf, Every, Narrow, Node, Not

# Documents whose terms are kept here: a hundred times as quick as to ask the index, and what goes at once comes
# by ones and twos. To know the terms of a document takes as long as to put it into the index.
FEW: Final = 50
KEPT: Final = 50_000  # searches: half a kilobyte each, and to read one takes half a millisecond


@dataclass(frozen=True, slots=True)
class Understood:
    """What a search needs, and whether it asks for a place, which may still be looked for in the texts."""

    needs: Needs
    waits: bool


@lru_cache(maxsize=KEPT)
def understood(text: str, thesaurus: Path | None) -> Understood:
    """Return what is to be known of a search before it is asked; raises BadQuery."""
    query = _parsed(text)
    return Understood(needs(query, thesaurus=thesaurus), asks_for_place(query))


@lru_cache(maxsize=1)  # what is understood is asked next
def _parsed(text: str) -> Query:
    return parse_query(text, strict=True)


class Sieve:
    """Tells which of some documents match a search, whatever engine the portal has."""

    def __init__(self, index: SearchIndex, count: int, terms: set[str] | None) -> None:
        self._index, self._count, self._terms = index, count, terms

    def matching(self, text: str, wanted: Needs) -> frozenset[str]:
        """Return the ids of the documents that match; raises BadQuery."""
        if not self._may_match(wanted):
            return frozenset()
        query = replace(_parsed(text), as_spelled=True, sort="newest", limit=self._count)
        return frozenset(one.id for one in self._index.matching(query))

    def _may_match(self, wanted: Needs) -> bool:
        if self._terms is None:
            return self._index.may_match(wanted)
        return not any(self._terms.isdisjoint(some) for some in wanted)


@contextmanager
def sieve(session: Session, settings: Settings, wanted: Mapping[str, Iterable[str]]) -> Iterator[Sieve | None]:
    """Put documents, by type and id, into an index that goes with the block; None where there is no document at all.

    To ask the whole index for what is new takes longer the larger it is.
    """
    with tempfile.TemporaryDirectory(prefix="ratslupe-sieve-") as folder:
        index = open_index(f"embedded://{folder}/index", thesaurus=settings.thesaurus)
        with closing(index):
            count, terms = 0, set[str]()
            with index.writer() as batch:
                for object_type in DOCUMENT_TYPES:
                    for document in documents(session, object_type, wanted.get(object_type, ())):
                        batch.put(document)
                        count += 1
                        if count <= FEW:
                            terms |= terms_of(document)
            yield Sieve(index, count, terms if count <= FEW else None) if count else None


def asks_for_place(query: Query) -> bool:
    """Say whether a search is narrowed to a street or a place, anywhere in it."""
    return any(one.field == "place" for one in query.filters) or any(map(_names_place, (*query.must, *query.without)))


def _names_place(node: Node) -> bool:
    match node:
        case Narrow(narrowed):
            return narrowed.field == "place"
        case AnyOf(nodes) | Every(nodes):
            return any(map(_names_place, nodes))
        case Not(inner):
            return _names_place(inner)
    return False
