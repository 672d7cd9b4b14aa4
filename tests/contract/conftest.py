"""Each engine there is, behind the one seam."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from search import SearchIndex, open_index
from tests.contract.town import TOWN, put
from tests.opensearch.cluster import Cluster

CLUSTER = pytest.param("opensearch", marks=pytest.mark.xdist_group("opensearch"))


def address(engine: str, request: pytest.FixtureRequest, folder: Path) -> AbstractContextManager[str]:
    """Give the address of an index of an engine that is nobody else's."""
    if engine != "opensearch":
        return nullcontext(f"{engine}://{folder}/index")
    cluster: Cluster = request.getfixturevalue("opensearch")
    return cluster.index_url()


@pytest.fixture(params=["tantivy", "whoosh", CLUSTER])
def engine(request: pytest.FixtureRequest) -> str:
    """Name each engine."""
    return str(request.param)


@pytest.fixture
def url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty index."""
    with address(engine, request, tmp_path) as given:
        yield given


@pytest.fixture
def index(url: str) -> Iterator[SearchIndex]:
    """Give an empty index."""
    opened = open_index(url)
    yield opened
    opened.close()


@pytest.fixture
def town(index: SearchIndex) -> SearchIndex:
    """Give an index of the town."""
    put(index, *TOWN)
    return index


@pytest.fixture(scope="module", params=["tantivy", "whoosh", CLUSTER])
def sights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """Give the town to tests that only look at it."""
    with address(request.param, request, tmp_path_factory.mktemp("search")) as url:
        opened = open_index(url)
        put(opened, *TOWN)
        yield opened
        opened.close()
