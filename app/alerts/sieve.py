"""The documents behind some news in an index of their own, as small as the news, of which many searches are asked."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TypeAlias

from sqlalchemy.orm import Session

from app.config import Settings
from app.indexing import DOCUMENT_TYPES, documents
from search import Query, open_index

Sieve: TypeAlias = Callable[[Query], frozenset[str]]  # the ids of the documents that match


@contextmanager
def sieve(session: Session, settings: Settings, wanted: Mapping[str, Iterable[str]]) -> Iterator[Sieve | None]:
    """Give what tells which of some documents, by type and id, match a search, whatever engine the portal has.

    None where there is no document at all. To ask the whole index for what is new takes longer the larger it is: with
    100,000 files ten times as long as this.
    """
    with tempfile.TemporaryDirectory(prefix="ratslupe-sieve-") as folder:
        index = open_index(f"embedded://{folder}/index", thesaurus=settings.thesaurus)
        with closing(index):
            count = 0
            with index.writer() as batch:
                for object_type in DOCUMENT_TYPES:
                    for document in documents(session, object_type, wanted.get(object_type, ())):
                        batch.put(document)
                        count += 1

            def matching(query: Query) -> frozenset[str]:
                found = index.matching(replace(query, as_spelled=True, sort="newest", offset=0, limit=count))
                return frozenset(one.id for one in found)

            yield matching if count else None
