"""Before anything is published each file is read again as its readers will: whole, and with the rows it is to have."""

import csv
import gzip
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import orjson

from app.exports import parquet
from app.exports.csv_files import is_link_table
from app.exports.geojson import HEAD, TAIL
from app.exports.packed import BLOCK, unpacked
from app.exports.tables import TABLES
from app.exports.writers import Written


class InvalidExport(Exception):
    """Raised when a file that was written reads otherwise: nothing of the generation is published."""


def check(path: Path, written: Written) -> None:
    """Read a file again; raises InvalidExport."""
    try:
        found = _COUNT[written.format](path)
    except (OSError, EOFError, ValueError, csv.Error, sqlite3.Error) as error:
        raise InvalidExport(f"{written.path}: {error}") from error
    if found != written.rows:
        raise InvalidExport(f"{written.path}: {found} rows of {written.rows}")


def _lines(path: Path) -> int:
    rows = 0
    for line in unpacked(path):
        orjson.loads(line)
        rows += 1
    return rows


def _csv(path: Path) -> int:
    # A cell may be as long as any text of a council.
    csv.field_size_limit(1 << 30)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        width = len(next(reader))
        if is_link_table(path.name) and width != 3:
            raise ValueError("a table of links has three columns")
        rows = 0
        for row in reader:
            if len(row) != width:
                raise ValueError(f"row {rows + 1} has {len(row)} cells of {width}")
            rows += 1
    return rows


def _sqlite(path: Path) -> int:
    plain = path.with_name(f"{path.name}.check")
    try:
        with gzip.open(path, "rb") as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file, BLOCK)
        with closing(sqlite3.connect(f"{plain.absolute().as_uri()}?mode=ro", uri=True)) as db:
            db.execute("PRAGMA cache_size = -8000")
            if (said := db.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
                raise ValueError(said)
            counts = [db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in TABLES]  # noqa: S608
            return sum(counts)
    finally:
        plain.unlink(missing_ok=True)


def _geojson(path: Path) -> int:
    rows = 0
    with gzip.open(path, "rb") as file:
        if file.readline() != HEAD:
            raise ValueError("another beginning")
        for line in file:
            if line == TAIL[1:]:
                return rows
            orjson.loads(line.removesuffix(b"\n").removesuffix(b","))
            rows += 1
    raise ValueError("it has no end")


_COUNT: Final[Mapping[str, Callable[[Path], int]]] = {
    "ndjson": _lines,
    "fulltext": _lines,
    "csv": _csv,
    "sqlite": _sqlite,
    "geojson": _geojson,
    "parquet": parquet.rows,
}
