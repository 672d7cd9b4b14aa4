"""Files that are gone, that give no text or are pictures of it, and records that nobody may pass on."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, literal

from app.models import OPARL_TYPES, Blob, File, PageScan
from app.models.files import FAILED, FETCHED, GONE
from app.publication.licences import NOTHING
from app.quality.measures import FILES, LICENCES, Measure, measure

# By measure: the readings that gave no text.
READINGS = {
    "empty": ("empty",),
    "encrypted": ("encrypted",),
    "damaged": ("damaged",),
    "not_a_document": ("not_a_document",),
    "unread": ("unsupported", "too_large", "crashed", "hostile", "timeout"),
}
BLANKS = " \t\r\n"


def measures() -> Iterator[Measure]:
    """Yield the measures."""
    tried = File.fetch_state.in_((FETCHED, GONE, FAILED))
    yield measure(FILES, "File.files.gone", File.fetch_state == GONE, tried)
    yield measure(FILES, "File.files.failed", File.fetch_state == FAILED, tried)
    fetched = and_(File.fetch_state == FETCHED, Blob.read_state.is_not(None))
    for name, states in READINGS.items():
        yield measure(FILES, f"File.files.{name}", and_(fetched, Blob.read_state.in_(states)), fetched)
    looked = and_(fetched, PageScan.sha256.is_not(None))
    yield measure(FILES, "File.files.scans", and_(looked, PageScan.pictured > 0), looked)
    for name, model in OPARL_TYPES.items():
        if name not in ("System", "Body"):
            columns = (File.file_license, File.license) if model is File else (model.license,)
            yield measure(LICENCES, f"{name}.licences", and_(*map(_unstated, columns)))


def _unstated(column: Any) -> ColumnElement[bool]:
    said = func.lower(func.trim(func.coalesce(column, ""), literal(BLANKS, String)))
    return said.in_(sorted(NOTHING))
