"""Pictures of bytes that are here no more go too, however it came that they are left."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import Settings
from app.documents.preview_cache import Previews
from app.queries.pictures import forget_lost


def tidy(engine: Engine, settings: Settings) -> int:
    """Forget pictures of bytes that no row knows, and what is over the bound; returns of how many documents."""
    with Session(engine) as session:
        return forget_lost(session, Previews(settings))
