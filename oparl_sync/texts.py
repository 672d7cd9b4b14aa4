"""What follows from texts, in its order: facts, places, minutes, the index; once more for what is found in scans."""

import traceback
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Engine

from app.config import Settings
from app.files import FileStore
from oparl_sync import facts, index, leases, minutes, places, scans
from oparl_sync.progress import Progress


def follow(engine: Engine, store: FileStore, settings: Settings, progress: Progress) -> dict[str, list[str]]:
    """Do it until no page waits any more; returns what failed, by step: it keeps no other step from its turn."""
    failures: dict[str, list[str]] = {}

    def tried(name: str, step: Callable[[Engine, Progress], int]) -> None:
        try:
            with suppress(leases.Taken), leases.held(engine, settings.home, name):
                step(engine, progress)
        except Exception as error:  # noqa: BLE001 - a text that nobody thought of; it can be searched all the same
            failures[name] = [told(error)]

    more = 1
    while more:
        tried("facts", facts.waiting)
        tried("places", places.refresh)
        tried("minutes", minutes.refresh)
        index.refresh(engine, settings.search_url, progress)
        more = scans.waiting(engine, store, settings, progress)
    return failures


def told(error: Exception) -> str:
    """Name an error of this program and where it happened; its words may quote what is private."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"an error of this program, {type(error).__name__} in {last.filename}:{last.lineno}; it is tried again later"
