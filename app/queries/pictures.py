"""Pictures of pages of which nobody here has the bytes any more, to be forgotten wherever they were drawn."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.documents.preview_cache import Previews
from app.models import Blob

_AT_ONCE = 500  # hashes in one question


def forget_lost(session: Session, previews: Previews) -> int:
    """Forget pictures of bytes that no row knows, and what is over the bound; returns of how many documents."""
    kept, known = previews.known(), set[str]()
    for start in range(0, len(kept), _AT_ONCE):
        known.update(session.scalars(select(Blob.sha256).where(Blob.sha256.in_(kept[start : start + _AT_ONCE]))))
    lost = [one for one in kept if one not in known]
    previews.forget(lost)
    previews.trim()
    return len(lost)
