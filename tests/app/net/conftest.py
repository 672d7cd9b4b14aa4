from collections.abc import Iterator
from ipaddress import ip_network

import httpcore
import pytest

from app.net import GuardedClient


@pytest.fixture(scope="session")
def client() -> Iterator[GuardedClient]:
    """A client that may dial this machine."""
    with GuardedClient(allow_networks=[ip_network("127.0.0.0/8")], contact="rat@example.org") as opened:
        yield opened


@pytest.fixture(scope="session")
def strict() -> Iterator[GuardedClient]:
    """A client that may dial public addresses only."""
    with GuardedClient() as opened:
        yield opened


@pytest.fixture
def dials(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Every address that a socket is really asked to connect to; none of them is reached."""
    seen: list[tuple[str, int]] = []

    def connect(self: object, host: str, port: int, **_: object) -> None:
        seen.append((host, port))
        raise httpcore.ConnectError("nothing is dialled in this test")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return seen
