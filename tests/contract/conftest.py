"""Each engine there is, behind the one seam."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError

import pytest

from search import SearchIndex, open_index
from tests.contract.town import TOWN, put
from tests.opensearch.cluster import Cluster

CLUSTER = pytest.param("opensearch", marks=pytest.mark.xdist_group("opensearch"))


@contextmanager
def address(engine: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Give the address of an index of an engine that is nobody else's."""
    if engine != "opensearch":
        yield f"{engine}://{folder}/index"
        return
    cluster: Cluster = request.getfixturevalue("opensearch")
    name = f"t{uuid.uuid4().hex}"
    yield f"opensearch://{cluster.hosts}/{name}?replicas=0"
    for kind in ("gen-*", "writer"):
        cluster.ask("DELETE", f"/{name}-{kind}?ignore_unavailable=true")
    with suppress(HTTPError):  # an index that was never made has none
        cluster.ask("DELETE", f"/_index_template/{name}")


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
