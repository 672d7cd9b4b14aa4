"""One page of a long list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

T = TypeVar("T")
SIZE = 25
# Beyond this nobody reads, and every page costs the database all pages before it.
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """A page of a list: its rows, how many there are in all, and which page it is, from 1."""

    rows: Sequence[T]
    total: int
    page: int
    size: int = SIZE

    @property
    def pages(self) -> int:
        """How many pages the list has, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The number of the first row on this page, 0 on an empty one."""
        return (self.page - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row on this page."""
        return self.first + len(self.rows) - 1 if self.rows else 0


def paged(session: Session, query: Select[T], page: int, size: int = SIZE, *, total: int | None = None) -> Paged[T]:
    """Return one page of an ordered query, in two queries, or in one where it is known how many rows there are."""
    page = min(max(page, 1), LAST_PAGE)
    if total is None:
        total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = session.scalars(query.limit(size).offset((page - 1) * size)).all()
    return Paged(rows, total, page, size)


def counted(rows: Iterable[Any]) -> dict[Any, int]:
    """Return value -> count of rows of the two, without the nameless."""
    return {value: count for value, count in rows if value not in (None, "")}
