"""Parquet, where duckdb is installed (the extra `parquet`): one file a type for all councils, with types that are told.

Nothing is guessed from the data: an empty list would else be another type in each council. One thread and little
memory, so that the same lines give the same bytes, on small machines too.
"""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from app.exports.tables import Column, Table
from app.vocabulary import Kind

MEMORY = "100MB"
GROUP = 20_000  # rows that are held at once
SMALLEST = 1 << 20
_TYPES: Final = {
    Kind.DATE: "DATE",
    Kind.MOMENT: "TIMESTAMPTZ",
    Kind.FLAG: "BOOLEAN",
    Kind.NUMBER: "BIGINT",
    Kind.ORDINAL: "BIGINT",
    Kind.OBJECT: "JSON",
    Kind.PART: "STRUCT(id VARCHAR)",
    Kind.PARTS: "STRUCT(id VARCHAR)[]",
    Kind.CHILDREN: "STRUCT(id VARCHAR)[]",
    Kind.LINKS: "VARCHAR[]",
    Kind.TEXTS: "VARCHAR[]",
    Kind.BACK: "VARCHAR[]",
}


def is_possible() -> bool:
    """Whether duckdb is installed."""
    try:
        import duckdb  # noqa: F401, PLC0415 - an extra
    except ImportError:
        return False
    return True


def connect() -> Any:
    """Open duckdb for ourselves: it loads nothing from anywhere and uses little."""
    import duckdb  # noqa: PLC0415 - an extra, and 50 MB

    told = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return duckdb.connect(config={"threads": "1", "memory_limit": MEMORY, **told})


def write(table: Table, lines: Sequence[Path], target: Path, *, longest: int) -> None:
    """Write the packed lines of several files as one Parquet file, in their order; `longest` is a line in bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    every = (*table.columns, *table.links)
    read = ", ".join(f"{_text(one.prop)}: {_text(_TYPES.get(one.kind, 'VARCHAR'))}" for one in every)
    chosen = ", ".join(f"{_expression(one)} AS {_name(one.name)}" for one in every)
    files = ", ".join(_text(str(path)) for path in lines)
    source = (
        f"read_json([{files}], format = 'newline_delimited', compression = 'gzip', columns = {{{read}}}, "
        f"maximum_object_size = {max(SMALLEST, longest + 1024)})"
    )
    target_text = _text(str(target))
    with closing(connect()) as db:
        # What is told here are our own names and types.
        db.execute(
            f"COPY (SELECT {chosen} FROM {source}) TO {target_text} "  # noqa: S608
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP})"
        )


def rows(path: Path) -> int:
    """Return how many rows a Parquet file has, having read all of it."""
    with closing(connect()) as db:
        sums = f"SELECT count(*), sum(hash(COLUMNS(*))) FROM read_parquet({_text(str(path))})"  # noqa: S608
        return int(db.execute(sums).fetchone()[0])


def _expression(column: Column) -> str:
    name = _name(column.prop)
    if column.kind is Kind.PART:
        return f"{name}.id"
    if column.kind in (Kind.PARTS, Kind.CHILDREN):
        return f"list_transform({name}, lambda one: one.id)"
    return name


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
