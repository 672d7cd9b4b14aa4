"""Changed rows to what goes out, and once a day all of it to files."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import catalogue, exports
from app.config import Settings
from app.db import now
from app.models import Source
from app.publication import refreshing
from oparl_sync.progress import Progress

EXPORT_EVERY = timedelta(hours=24)


def is_owed(engine: Engine, base_url: str) -> bool:
    """Tell whether something goes out otherwise than it should by now."""
    return refreshing.is_owed(engine, base_url)


def refresh(
    engine: Engine, base_url: str, progress: Progress, *, enough: Callable[[], bool] = lambda: False
) -> refreshing.Counts:
    """Bring what goes out up to the log."""
    with progress.step("Publishing", unit="records") as step:
        return refreshing.refresh(engine, base_url, enough=enough, progress=step.advance)


def is_export_due(engine: Engine, settings: Settings) -> bool:
    """Tell whether the files are a day old, and some council is here as a whole."""
    last = exports.last_run(settings.exports)
    if last is not None and now() - last < EXPORT_EVERY:
        return False
    with Session(engine) as session:
        return session.scalar(select(Source.id).where(Source.last_complete.is_not(None)).limit(1)) is not None


def export(engine: Engine, settings: Settings) -> str:
    """Write the files of all that goes out, and the catalogue beside them; returns what was written, in words."""
    manifest = catalogue.publish(engine, settings)
    return f"{len(manifest.files)} files, {manifest.rows} rows"


def redact(engine: Engine, settings: Settings) -> list[str]:
    """Take what is to be forgotten out of all files; returns a sentence for each that is left."""
    try:
        catalogue.redact(engine, settings)
    except exports.ExportRunningError:
        return ["Another command publishes downloads, and takes it out of them: ratslupe export."]
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep the other places from being cleared
        said = error.strerror if isinstance(error, OSError) else type(error).__name__
        return [f"Published downloads still hold it: {said}."]
    return []
