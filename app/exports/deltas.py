"""What changed from one generation to the next: upserts whole, deletions and erasures as their tombstones."""

from pathlib import Path

from app.exports.building import build_lines
from app.exports.holdings import Table
from app.exports.manifest import Council, ExportFile, Manifest
from app.exports.tables import TABLES


def build_delta(table: Table, before: Manifest, built: Path) -> tuple[list[ExportFile], tuple[Council, ...]]:
    """Write what went out behind a generation, in the view from which the next one was written."""
    lines = ((part.slug, name, table.changed(before.seq, part, name)) for part in table.parts for name in TABLES)
    files = build_lines(lines, built)
    return files, councils_of(files, {part.slug: part.name for part in table.parts})


def councils_of(files: list[ExportFile], names: dict[str, str]) -> tuple[Council, ...]:
    """Return the councils of which a delta has lines."""
    rows: dict[str, int] = {}
    for one in files:
        rows[one.body] = rows.get(one.body, 0) + one.rows
    return tuple(Council(slug, name, rows[slug], 0, ()) for slug, name in names.items() if slug in rows)


def leads_on(before: Manifest | None, table: Table) -> bool:
    """Whether a delta from a generation to the present can be told: not across editions."""
    return before is not None and before.edition == table.edition and before.seq < table.seq
