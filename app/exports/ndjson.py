"""NDJSON: each object as it goes out, one a line."""

from pathlib import Path

from app.exports.packed import Packed
from app.exports.tables import Row, Table
from app.exports.writers import GZIP, Written


class NdjsonFiles:
    """A council's files, one a type; made with its first object."""

    def __init__(self, built: Path, slug: str) -> None:
        self._built, self._slug = built, slug
        self._type = ""
        self._rows: dict[str, int] = {}
        self._file: Packed | None = None

    def _path(self, object_type: str) -> str:
        return f"{self._slug}/{object_type}.ndjson.gz"

    def begin(self, table: Table) -> None:
        """See Writer."""
        self._end()
        self._type = table.type

    def write(self, row: Row) -> None:
        """See Writer."""
        if self._file is None:
            self._file = Packed(self._built / self._path(self._type))
            self._rows[self._type] = 0
        self._file.write_line(row.line)
        self._rows[self._type] += 1

    def _end(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def close(self) -> list[Written]:
        """See Writer."""
        self._end()
        return [Written(self._path(name), name, "ndjson", GZIP, rows) for name, rows in self._rows.items()]
