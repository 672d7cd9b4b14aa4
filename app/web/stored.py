"""The mirrored bytes of a file: whether readers may have them, and where they are."""

from pathlib import Path

from flask import abort

from app.documents import album
from app.documents.preview_cache import DRAWN
from app.files import FileMissing, FilesError
from app.models import Blob, File
from app.models.files import FETCHED
from app.queries import files as queries
from app.web.pages.records import found, lookup
from app.web.site import session, site

# What came of reading that leaves nothing to draw.
_NOT_DRAWN = frozenset({"encrypted", "damaged", "crashed", "hostile", "not_a_document", "unsupported"})


def shown_file(key: str) -> File:
    """Return the file with a key; the request ends with 404 or 410 where it is not shown.

    Whoever asks for bytes may have the site begin to forget what it still has of others.
    """
    site().tidy()
    file = found(lookup(queries.file_by_key, key))
    if queries.behind_doors(session(), [file]):
        abort(404)
    return file


def stored_blob(file: File) -> Blob | None:
    """Return the bytes' row of a file that was fetched."""
    return file.blob if file.fetch_state == FETCHED else None


def drawn(file: File, page: int) -> bool:
    """Whether there is a picture of a page; of a document that was given up only the first pages are kept."""
    blob = stored_blob(file)
    if blob is None or blob.media_type not in DRAWN or blob.read_state in _NOT_DRAWN:
        return False
    return blob.dropped_at is None or (blob.previews_sha256 is not None and page <= album.PAGES)


def path_of(sha256: str) -> Path:
    """Return where bytes are; the request ends with 404 where they are not kept, with 503 where nobody knows."""
    try:
        return site().store.path(sha256)
    except FileMissing:
        abort(404)
    except (FilesError, OSError):
        abort(503)
