"""Pictures of what is here no more go too, however it came that they are left."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import Settings
from app.documents.preview_cache import Previews
from app.queries import pictures


def tidy(engine: Engine, settings: Settings) -> int:
    """Forget pictures of bytes that no file refers to, and what is over the bound; returns of how many documents."""
    with Session(engine) as session:
        return pictures.forget_lost(session, Previews(settings))


def left(engine: Engine, settings: Settings) -> int:
    """Of how many documents there are pictures here that could not be forgotten."""
    with Session(engine) as session:
        return len(pictures.lost(session, Previews(settings)))
