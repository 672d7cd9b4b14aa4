"""The whole database as plain values, without what every run does differently: clocks and running numbers."""

from typing import Any

from sqlalchemy import Engine, select

from app.db import Base, UtcDateTime

# What the source says of itself is compared, what our clock says is not.
THEIRS = {"created", "modified", "start", "end"}
NUMBERS = {
    ("change", "seq"),
    ("consumer", "seq"),
    ("problem", "id"),
    ("list_cursor", "id"),
    ("list_cursor", "run_id"),
    # Of the last walk only: whoever was killed after it walks once more, and then asks only for news.
    ("list_cursor", "pages"),
    ("list_cursor", "seen"),
    ("list_cursor", "total"),
    ("lookup", "id"),
    ("source", "url"),
    ("source", "clock_skew"),  # is measured by the second
    ("public_state", "edition"),  # is drawn by lot, once for each form
}
LEFT_OUT = {"sync_run", "lease"}  # a killed run is a run of its own


def dump(engine: Engine, *without: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables, in an order of their own."""
    result = {}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in LEFT_OUT or table.name in without:
                continue
            columns = [
                c
                for c in table.columns
                if (c.name in THEIRS or not isinstance(c.type, UtcDateTime)) and (table.name, c.name) not in NUMBERS
            ]
            rows = [tuple(row) for row in connection.execute(select(*columns))]
            result[table.name] = sorted(rows, key=repr)
    return result


def differences(one: dict[str, list[tuple[Any, ...]]], other: dict[str, list[tuple[Any, ...]]]) -> list[str]:
    """Return the tables that differ, with the first rows that only one side has."""
    found = []
    for name in sorted(one.keys() | other.keys()):
        mine, theirs = one.get(name, []), other.get(name, [])
        if mine != theirs:
            ours, others = {repr(row) for row in mine}, {repr(row) for row in theirs}
            found.append(
                f"{name}: {len(mine)} / {len(theirs)} rows: {sorted(ours - others)[:2]} {sorted(others - ours)[:2]}"
            )
    return found
