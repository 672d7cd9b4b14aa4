"""How much goes into one answer: so many objects, and not so much text that a few such answers fill the memory."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, Select
from sqlalchemy.orm import Session

# Characters: a hundred objects have some 300,000, one long meeting of a large city as many by itself.
MOST: Final = 8_000_000
AT_ONCE: Final = 100  # rows that come from the database together
T = TypeVar("T")


def portion(
    session: Session | Connection,
    query: Select[*tuple[Any, ...]],
    limit: int,
    read: Callable[[Row[Any]], tuple[T, str]],
) -> tuple[list[T], bool]:
    """Return the first `limit` rows, or fewer where they are long, and whether more follow; at least one, if any.

    `read` makes of a row what is wanted, and its text.
    """
    found: list[T] = []
    size = 0
    query = query.limit(limit + 1)
    if limit > AT_ONCE:  # PostgreSQL asks its cursor once more for that
        query = query.execution_options(yield_per=AT_ONCE)
    with session.execute(query) as rows:
        for row in rows:
            if len(found) == limit or size > MOST:
                return found, True
            one, text = read(row)
            found.append(one)
            size += len(text)
    return found, False
