"""Manifests of portals that are larger, or stranger, than a database made for a test."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.catalogue import Catalogue
from app.config import Settings
from app.exports import Council, ExportFile, Manifest

ZERO, BY = "https://www.govdata.de/dl-de/zero-2-0", "https://www.govdata.de/dl-de/by-2-0"
CREATED = datetime(2026, 11, 21, 3, 10, tzinfo=UTC)
TYPES = (
    *("Body", "Organization", "Person", "Membership", "Meeting", "AgendaItem"),
    *("Paper", "Consultation", "File", "Location"),
)
SUFFIXES = {
    "ndjson": "ndjson.gz",
    "csv": "csv.gz",
    "parquet": "parquet",
    "sqlite": "sqlite.gz",
    "geojson": "geojson.gz",
}


def file(
    body: str, type_: str, format_: str = "ndjson", licenses: Iterable[str] = (ZERO,), rows: int = 7
) -> ExportFile:
    """Build a file of a generation."""
    path = f"{body}/{type_ or 'whole'}.{SUFFIXES.get(format_, format_)}"
    return ExportFile(path, type_, body, format_, "application/gzip", rows, 1234, "ab" * 32, tuple(licenses))


def manifest(files: Iterable[ExportFile], names: dict[str, str] | None = None) -> Manifest:
    """Build a manifest of these files."""
    held = tuple(files)
    slugs = sorted({one.body for one in held})
    councils = tuple(Council(slug, (names or {}).get(slug, f"Stadt {slug}"), 7, 0, (ZERO,)) for slug in slugs)
    return Manifest("20261121T031000000000Z-0a0a0a0a", CREATED, 1, "http://portal.example", councils, held)


def written(session: Session, settings: Settings, of: Manifest, into: Path) -> Path:
    """Write the catalogue of a manifest; returns its folder."""
    catalogue = Catalogue(settings)
    catalogue.edition(session, of)
    into.mkdir(parents=True, exist_ok=True)
    catalogue.write(into)
    return into / ".catalogue"
