"""What follows when records went by the operator's word: all that was made of them goes at once, their bytes last.

A step that fails keeps none of the others from being done. What is left is remembered by rows, and goes with the next
pass, whichever it is.
"""

from sqlalchemy import Engine

from app.config import Settings
from app.files import FilesError, FileStore
from oparl_sync import counting, download, index, leases, outgoing, places, previews
from oparl_sync.progress import Progress
from search import IndexLocked, SearchError


def clear(engine: Engine, store: FileStore, settings: Settings, progress: Progress) -> list[str]:
    """Forget texts, place in the index, counts, what went out and downloads, spots on the map, pictures and bytes.

    Returns a sentence for each that is left.
    """
    left = []
    download.forget_texts(engine)
    try:
        index.refresh(engine, settings.search_url, progress)
    except IndexLocked:
        left.append("Another command writes the index, which forgets it with the next sync.")
    except SearchError as error:
        left.append(f"It is still in the index: {error}.")
    counting.refresh(engine, progress)
    outgoing.refresh(engine, settings.base_url, progress)
    left += outgoing.redact(engine, settings)
    try:
        with leases.held(engine, settings.home, "places"):
            places.refresh(engine, progress)
    except leases.Taken:
        left.append("Another command works out the places on the map, and forgets with the next sync what was there.")
    try:
        previews.tidy(engine, settings)
    except OSError as error:
        left.append(f"The folder of pictures cannot be tidied: {error.strerror}.")
    if count := previews.left(engine, settings):
        left.append(f"Pictures of {count} documents are still in {settings.previews}.")
    try:
        download.tidy(engine, store)
    except FilesError as error:
        left.append(f"Bytes are still in the file store: {error}.")
    except OSError as error:
        left.append(f"Bytes are still in the file store: {error.strerror}.")
    return left
