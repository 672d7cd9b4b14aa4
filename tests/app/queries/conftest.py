"""Counting of the questions that are put to the database."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import Engine, event

Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def questions(engine: Engine) -> Counter:
    """Give a context in which every statement is noted."""

    @contextmanager
    def noted() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return noted
