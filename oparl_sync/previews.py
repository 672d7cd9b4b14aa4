"""Pictures of bytes that are here no more go too, however it came that they are left."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.documents.preview_cache import Previews
from app.models import Blob
from oparl_sync.known import chunks


def tidy(engine: Engine, settings: Settings) -> int:
    """Forget pictures of bytes that no row knows, and what is over the bound; returns of how many documents."""
    previews = Previews(settings)
    kept = previews.known()
    with Session(engine) as session:
        known = {
            one for part in chunks(kept) for one in session.scalars(select(Blob.sha256).where(Blob.sha256.in_(part)))
        }
    lost = [one for one in kept if one not in known]
    previews.forget(lost)
    previews.trim()
    return len(lost)
