"""A council that answers from memory, and a folder for its files; whoever needs another one says so."""

from pathlib import Path

import pytest

from app.files import FileStore, open_store
from tests.oparl_sync.council import Council


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return open_store(f"file://{tmp_path}/files")


@pytest.fixture
def council() -> Council:
    return Council()
