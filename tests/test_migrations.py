"""Migrations: numbered, one head, and what they build is what the models say, on both databases."""

import re
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from app import models  # noqa: F401 - fills the metadata
from app.config import ROOT
from app.db import Base, head, open_engine, upgrade

VERSIONS = ROOT / "migrations" / "versions"


def test_they_are_numbered_and_named_and_each_follows_the_one_before() -> None:
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for name in names:
        text = (VERSIONS / name).read_text()
        before = f'"{int(name[:4]) - 1:04}"' if name[:4] != "0001" else "None"
        assert f'revision = "{name[:4]}"' in text
        assert f"down_revision = {before}" in text


def test_there_is_one_head() -> None:
    assert ScriptDirectory(str(ROOT / "migrations")).get_heads() == [head()]


def test_they_build_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    before = sorted(inspect(engine).get_table_names())
    upgrade(engine)
    assert sorted(inspect(engine).get_table_names()) == before


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/deep/er/new.db")
    upgrade(engine)
    assert "paper" in inspect(engine).get_table_names()
    engine.dispose()
