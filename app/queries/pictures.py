"""Pictures of pages that no file here has any more, to be forgotten wherever they were drawn."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.documents.preview_cache import Previews
from app.models import File

_AT_ONCE = 500  # hashes in one question


def forget_lost(session: Session, previews: Previews) -> int:
    """Forget pictures of bytes that no file refers to, and what is over the bound; returns of how many documents."""
    gone = lost(session, previews)
    previews.forget(gone)
    previews.trim()
    return len(gone)


def lost(session: Session, previews: Previews) -> list[str]:
    """The bytes that there are pictures of, and that no file refers to: their row may stay until a bucket answers."""
    kept, known = previews.known(), set[str | None]()
    for start in range(0, len(kept), _AT_ONCE):
        asked = kept[start : start + _AT_ONCE]
        known.update(session.scalars(select(File.blob_sha256).where(File.blob_sha256.in_(asked))))
    return [one for one in kept if one not in known]
