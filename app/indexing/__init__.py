"""The only bridge from rows to search.Document.

    documents(session, object_type, ids)    the documents some records make, in bulk
    documents_of(session, ids)              the same for records of any type, by id, to see what may be shown now
    refresh(engine, index)                  bring the index up to the log of changes; safe to kill and to repeat
    rebuild(engine, index)                  write every document anew
    texts_of(engine)                        gives an index the pages that it does not keep itself
    settled(session, behind_seq, until, since)
                                            up to where documents hold what is found in their texts later
    verify(engine, index)                   what the index lacks, has too much, or has in an older state

A document's `seq` says when it became news: the log number of the change that created the record, of a File the
first one that brought its text (fields contains "text"); 0 where either was seen on a council's first walk
(backfill), and where the log does not tell. It never changes afterwards, so writing a document again makes no news.
"""

from app.indexing.documents import BATCH, DOCUMENT_TYPES, documents, documents_of
from app.indexing.files import texts_of
from app.indexing.stale import settled
from app.indexing.upkeep import CONSUMER, Counts, Differences, Progress, rebuild, refresh, verify

__all__ = [
    "BATCH",
    "CONSUMER",
    "DOCUMENT_TYPES",
    "Counts",
    "Differences",
    "Progress",
    "documents",
    "documents_of",
    "rebuild",
    "refresh",
    "settled",
    "texts_of",
    "verify",
]
