"""Many new rows at once, by the quickest way that each database has."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Values = list[list[Any]]


def insert_all(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the columns of the first; the defaults that Python would give are not applied.

    PostgreSQL gets them by COPY: in half the time of INSERTs, which psycopg sends and answers one by one.
    Raises sqlalchemy's DBAPIError for what the database refuses, as its own statements do.
    """
    if not rows:
        return
    connection = session.connection()
    names = list(rows[0])
    values = _bound(connection, table, names, rows)
    quote = connection.dialect.identifier_preparer
    into = f"{quote.format_table(table)} ({', '.join(quote.quote(name) for name in names)})"
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {into} FROM STDIN", values)
    else:
        places = ", ".join("?" * len(names))
        statement = f"INSERT INTO {into} VALUES ({places})"  # noqa: S608 - of names in our own schema
        connection.exec_driver_sql(statement, [tuple(row) for row in values])


def _bound(connection: Connection, table: Table, names: list[str], rows: Sequence[Mapping[str, Any]]) -> Values:
    """Return the values as the driver takes them."""
    dialect, take = connection.dialect, itemgetter(*names)
    bind = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    bound = [(place, process) for place, process in enumerate(bind) if process is not None]
    values = [list(take(row)) for row in rows]
    for row in values:
        for place, process in bound:
            row[place] = process(row[place])
    return values


def _copy(connection: Connection, statement: str, values: Values) -> None:
    dialect, raw = connection.dialect, connection.connection
    cursor: Any = raw.cursor()  # psycopg's: the DBAPI knows no copy()
    try:
        with cursor, cursor.copy(statement) as copy:
            for row in values:
                copy.write_row(row)
    except dialect.loaded_dbapi.Error as error:
        lost = dialect.is_disconnect(error, raw.dbapi_connection, cursor)
        raise DBAPIError.instance(
            statement, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
        ) from error
