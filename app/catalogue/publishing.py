"""Downloads and the catalogue that describes them go out together: what the timer, the commands and an erasure call."""

from sqlalchemy import Engine

from app import exports
from app.catalogue.writing import Catalogue
from app.config import Settings


def publish(engine: Engine, settings: Settings) -> exports.Manifest:
    """Publish what may be taken away, kept as long as the settings say; raises what app.exports.publish raises."""
    kept = exports.Retention(*settings.exports_kept)
    beside = Catalogue(settings)
    return exports.publish(engine, settings.exports, base_url=settings.base_url, retention=kept, beside=beside)


def redact(engine: Engine, settings: Settings) -> None:
    """Take what is to be forgotten out of every generation; raises what app.exports.redact raises."""
    exports.redact(engine, settings.exports, base_url=settings.base_url, beside=Catalogue(settings))
