"""Many rows at once, written and asked for by the quickest way that each database has."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    SQLColumnExpression,
    Table,
    Text,
    any_,
    bindparam,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Values = list[tuple[Any, ...]]


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
        connection.exec_driver_sql(statement, values)


def several(name: str) -> BindParameter[Any]:
    """Return the place of several values in a statement that is built once: `column.in_(several("ids"))`."""
    return bindparam(name, expanding=True)


def one_of(column: Any, words: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of some words of ours, which stand in the statement themselves.

    As values they would be written into it anew with each question.
    """
    if any(not word.replace("-", "").isalnum() for word in words):
        raise ValueError(f"no words of ours: {words}")
    condition: ColumnElement[bool] = column.in_([literal_column(f"'{word}'", Text()) for word in sorted(words)])
    return condition


def among(
    session: Session, column: SQLColumnExpression[str] | SQLColumnExpression[str | None], values: Sequence[str]
) -> ColumnElement[bool]:
    """Return the condition that a column holds one of these texts.

    To PostgreSQL they go as one array, to SQLite as one text: in half of the time that hundreds of parameters take, and
    whatever their number, it is one statement.
    """
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(bindparam(None, list(values), type_=ARRAY(Text)))
    listed: BindParameter[str] = bindparam("among", orjson.dumps(list(values)).decode(), unique=True)
    return column.in_(text("SELECT value FROM json_each(:among)").bindparams(listed))


def by_index(session: Session) -> None:
    """Let PostgreSQL look up by index until the transaction ends.

    A database that grows by a whole council within a minute has no statistics yet: without them it expects half of the
    log for a hundred ids, and reads all of it for every page.
    """
    if session.get_bind().dialect.name == "postgresql":
        # A table without a fitting index is read all the same, at an imaginary price for which queries are compiled.
        session.execute(text("SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"))


def _bound(connection: Connection, table: Table, names: list[str], rows: Sequence[Mapping[str, Any]]) -> Values:
    """Return the values as the driver takes them."""
    dialect = connection.dialect
    columns: list[Iterable[Any]] = []
    for name in names:
        column = [row[name] for row in rows]
        process = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        columns.append(column if process is None else _processed(process, column))
    return list(zip(*columns, strict=True))


def _processed(process: Callable[[Any], Any], column: list[Any]) -> Iterator[Any]:
    """Yield processed values; what is the same object, such as None or the page's moment, is processed once."""
    known: dict[int, Any] = {}
    for value in column:
        name = id(value)  # nothing else takes it as long as the column holds the value
        if name not in known:
            known[name] = process(value)
        yield known[name]


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
