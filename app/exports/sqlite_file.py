"""SQLite: all of a council in one file, a table for each type with its whole object in `json`, tables of links beside.

Written in one order with fixed settings, so that the same objects give the same bytes with the same SQLite.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from app.exports.packed import pack
from app.exports.tables import TABLES, Row, Table
from app.exports.writers import GZIP, Written
from app.vocabulary import Kind

AT_ONCE = 500
_PRAGMAS = (
    *("page_size = 4096", "journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"),
    *("cache_size = -8000", "temp_store = FILE", "auto_vacuum = NONE", "encoding = 'UTF-8'"),
)
_AFFINITY: Final = {Kind.FLAG: "INTEGER", Kind.NUMBER: "INTEGER", Kind.ORDINAL: "INTEGER"}


class SqliteFile:
    """A council's file."""

    def __init__(self, built: Path, slug: str) -> None:
        self._plain, self._packed = built / f"{slug}.sqlite", built / f"{slug}.sqlite.gz"
        self._db = sqlite3.connect(self._plain, isolation_level=None, check_same_thread=False)
        self._table: Table | None = None
        self._waiting: list[Row] = []
        self._rows = 0
        for pragma in _PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("BEGIN")
        for table in TABLES.values():
            for statement in _created(table):
                self._db.execute(statement)

    def begin(self, table: Table) -> None:
        """See Writer."""
        self._store()
        self._table = table

    def write(self, row: Row) -> None:
        """See Writer."""
        self._waiting.append(row)
        self._rows += 1
        if len(self._waiting) >= AT_ONCE:
            self._store()

    def _store(self) -> None:
        table, rows = self._table, self._waiting
        if table is None or not rows:
            return
        marks = ", ".join("?" * (len(table.columns) + 1))
        whole: list[Sequence[Any]] = [(*row.cells, row.line.decode()) for row in rows]
        self._db.executemany(f'INSERT INTO "{table.type}" VALUES ({marks})', whole)  # noqa: S608 - our own names
        for number, column in enumerate(table.links):
            links = [
                (row.cells[0], position, value) for row in rows for position, value in enumerate(row.links[number])
            ]
            if links:
                self._db.executemany(f'INSERT INTO "{table.link_name(column)}" VALUES (?, ?, ?)', links)  # noqa: S608
        rows.clear()

    def close(self) -> list[Written]:
        """See Writer."""
        with closing(self._db):
            self._store()
            for table in TABLES.values():
                for column in table.links:
                    name = table.link_name(column)
                    self._db.execute(f'CREATE INDEX "{name}_value" ON "{name}" (value)')
            self._db.execute("COMMIT")
        pack(self._plain, self._packed)
        return [Written(self._packed.name, "", "sqlite", GZIP, self._rows)]


def _created(table: Table) -> list[str]:
    columns = [f'"{one.name}" {_AFFINITY.get(one.kind, "TEXT")}' for one in table.columns]
    columns[0] += " PRIMARY KEY"
    made = [f'CREATE TABLE "{table.type}" ({", ".join(columns)}, json TEXT NOT NULL) WITHOUT ROWID']
    made += [
        f'CREATE TABLE "{table.link_name(one)}" (id TEXT, position INTEGER, value TEXT, PRIMARY KEY (id, position)) '
        "WITHOUT ROWID"
        for one in table.links
    ]
    return made
