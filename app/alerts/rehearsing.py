"""A database in which everything is done and nothing stays: what a pass would do, by doing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool


class Listener:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        """See Mailer.send."""
        self.messages.append(message)

    def close(self) -> None:
        """See Mailer.close."""


def _stay(_: object) -> None:
    """Neither commit nor take back."""


@contextmanager
def rehearsing(engine: Engine) -> Iterator[Engine]:
    """Give an engine whose commits are none: all of it is one transaction, which is rolled back in the end.

    Nobody else can write to an SQLite file meanwhile; they wait for as long as any writer does.
    """
    held = engine.raw_connection()
    raw: Any = held.driver_connection
    held.detach()
    stage = create_engine(engine.url, creator=lambda: raw, poolclass=StaticPool, hide_parameters=True)
    dialect: Any = stage.dialect
    dialect.do_commit = dialect.do_rollback = _stay
    try:
        if stage.dialect.name == "sqlite":
            raw.execute("BEGIN IMMEDIATE")
        yield stage
    finally:
        raw.rollback()
        held.close()  # first: it rolls back once more, which a connection that is closed refuses
        stage.dispose()
