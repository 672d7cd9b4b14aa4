"""NDJSON: one record a line, keys sorted, compressed so that the same records always give the same bytes."""

import gzip
from pathlib import Path
from types import TracebackType

import orjson

from app.exports.records import Record


class NdjsonFile:
    """One file being written; made with its first record."""

    name = "ndjson"
    suffix = ".ndjson.gz"
    media_type = "application/gzip"

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._raw = path.open("wb")
        # Neither name nor time in the head: both would make other bytes of the same records.
        self._file = gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, compresslevel=6, mtime=0)

    def write(self, record: Record) -> None:
        """Append one record."""
        self._file.write(orjson.dumps(record.fields, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))

    def __enter__(self) -> "NdjsonFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._raw.close()
