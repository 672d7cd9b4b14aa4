"""Changed rows to the search index."""

from sqlalchemy import Engine

from app import indexing
from oparl_sync.progress import Progress
from search import IndexOutdated, open_index


def refresh(engine: Engine, search_url: str, progress: Progress) -> indexing.Counts:
    """Bring the index up to the log; an index of an older form is written anew. Raises search.IndexLocked."""
    index = open_index(search_url)
    try:
        with progress.step("Indexing", unit="records") as step:
            done = 0

            def report(now_done: int, total: int) -> None:
                nonlocal done
                step.advance(now_done - done, total=total)
                done = now_done

            try:
                return indexing.refresh(engine, index, progress=report)
            except IndexOutdated:
                return indexing.rebuild(engine, index, progress=report)
    finally:
        index.close()
