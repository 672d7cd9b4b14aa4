"""A folder to publish into, and a council that does."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.app.exports.desk import Desk


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shelf" / "exports"


@pytest.fixture
def desk(engine: Engine, folder: Path) -> Desk:
    return Desk(engine, folder)
