"""One database is enough here; and a count of the questions that a page asks."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.web.site import EXTENSION


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give the URL of an empty SQLite database with our schema."""
    path = tmp_path / "home" / "ratslupe.db"
    path.parent.mkdir(exist_ok=True)
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def read(client: FlaskClient) -> Callable[[str], str]:
    """Give a function that reads a page in German; anything but 200 fails."""

    def read(address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200, f"{address}: {response.status}"
        return response.get_data(as_text=True)

    return read


@pytest.fixture
def cost(app: Flask, client: FlaskClient, clock_of_counts_stands: None) -> Callable[[str], int]:
    """Give a function that says how many questions a page asks, once head and foot are known."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        engine = app.extensions[EXTENSION].engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    def cost(address: str) -> int:
        client.get("/people")
        with counting() as statements:
            assert client.get(address).status_code == 200
        return sum(statement.startswith("SELECT") for statement in statements)

    return cost
