"""Run by Alembic: brings a database to the schema of this release."""

from alembic import context
from sqlalchemy import Connection

from app import models  # noqa: F401 - fills the metadata
from app.db import Base, open_engine


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:  # the alembic command itself, for developers
    url = context.config.get_main_option("sqlalchemy.url") or "sqlite:///var/ratslupe.db"
    with open_engine(url).execution_options(write=True).connect() as own, own.begin():
        run(own)
