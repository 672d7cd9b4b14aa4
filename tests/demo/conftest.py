"""A tenth of the town, built once for all tests that only look at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.config import Options
from demo.server import serve
from demo.town import Town, build, load, write

SCALE = 0.1


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("town")
    write(found, Options(scale=SCALE))
    return found


@pytest.fixture(scope="session")
def town(folder: Path) -> Town:
    return load(folder)


@pytest.fixture(scope="session")
def whole() -> Town:
    """The town in full size, without any file drawn."""
    return build()


@pytest.fixture(scope="session")
def system_url(folder: Path) -> Iterator[str]:
    with serve(folder) as url:
        yield url
