"""Addresses of clusters, and what is done when a host answers oddly or not at all; the hosts are made up here."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from search import EngineUnavailable, open_index, opensearch_client
from search.opensearch_client import Address, Client, Refused, address
from tests.portal import free_port


class Host(ThreadingHTTPServer):
    """Answers with what is in `answers`, one after the other, then with an empty object."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, str | None]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Host
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        self.server.asked.append((self.path, self.headers["Authorization"]))
        status, body = self.server.answers.pop(0) if self.server.answers else (200, b"{}")
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if body[:1] == b"{" else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its base names it
        """Say nothing."""


@pytest.fixture
def host() -> Iterator[Host]:
    with Host() as server:
        yield from _serving(server)


def _serving(server: Host) -> Iterator[Host]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()


def client(*ports: int) -> Client:
    return Client(address(f"opensearch://{','.join(f'127.0.0.1:{port}' for port in ports)}/name"))


def test_it_reads_an_address() -> None:
    assert address("opensearch://one,two:9201/council") == Address((("one", 9200), ("two", 9201)), "council")
    secret = address("opensearch+https://us%40er:pass%2Fword@[::1]:9243/council-2?replicas=2&shards=3&ca=/etc/ca.pem")
    assert (secret.hosts, secret.name, secret.tls) == ((("::1", 9243),), "council-2", True)
    assert (secret.user, secret.password) == ("us@er", "pass/word")
    assert (secret.replicas, secret.shards, secret.ca) == (2, 3, "/etc/ca.pem")
    assert "pass" not in repr(secret)


@pytest.mark.parametrize(
    "url",
    [
        "opensearch:///name",
        "opensearch://host",
        "opensearch://host/",
        "opensearch://host/Name",
        "opensearch://host/_name",
        "opensearch://host/a/b",
        "opensearch://host,/name",
        "opensearch://user:secret@host:x/name",
        "opensearch://user:secret@[host/name",
        "opensearch://host/name?replicas=many",
        "opensearch://host/name?shards=0",
        "opensearch://host/name?password=secret",
        "opensearch://host/name#secret",
    ],
)
def test_it_refuses_an_address_that_is_none_without_repeating_it(url: str) -> None:
    with pytest.raises(EngineUnavailable) as refused:
        open_index(url)
    assert "secret" not in str(refused.value)


def test_it_asks_the_next_host_where_one_does_not_answer_or_is_between_two_states(host: Host) -> None:
    asking = client(free_port(), host.server_port)
    for _ in range(4):
        assert asking.read("GET", "/") == {}
    host.answers = [(503, b"{}"), (429, b"{}"), (200, b'{"here": 1}')]
    assert asking.write("GET", "/") == {"here": 1}
    asking.close()


def test_it_leaves_a_host_that_takes_a_question_and_says_nothing(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opensearch_client, "READ_ONE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asking = client(silent.getsockname()[1], host.server_port)
        for _ in range(4):
            assert asking.read("GET", "/") == {}
        assert len(host.asked) == 4
        asking.close()


def test_it_does_not_ask_a_cluster_again_that_was_down_a_moment_ago(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = client(free_port(), free_port())
    with pytest.raises(EngineUnavailable, match="does not answer"):
        asking.read("GET", "/")
    monkeypatch.setattr(asking, "_once", lambda *_: pytest.fail("asked"))
    with pytest.raises(EngineUnavailable, match="does not answer"):
        asking.read("GET", "/")
    asking.close()


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (401, b"{}", "does not let us in"),
        (403, b'{"error": {"type": "security_exception"}}', "does not let us in"),
        (200, b"<html>a portal of a hotel</html>", "no search cluster"),
        (200, b'{"broken', "no search cluster"),
        (503, b"busy", "does not answer"),
    ],
)
def test_it_says_what_is_wrong_with_an_answer(host: Host, status: int, body: bytes, text: str) -> None:
    asking = client(host.server_port)
    host.answers = [(status, body)] * 4
    with pytest.raises(EngineUnavailable, match=text):
        asking.read("GET", "/")
    host.answers = [(400, b'{"error": {"type": "parsing_exception", "reason": "because"}}')]
    with pytest.raises(Refused, match="400 parsing_exception: because"):
        asking.read("GET", "/")
    asking.close()


def test_it_shows_its_password_to_nobody_but_a_host_with_the_right_certificate(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))
    with Host(context) as server:
        for host in _serving(server):
            place = f"opensearch+https://us%3Fer:pass@127.0.0.1:{host.server_port}/name"
            trusting = Client(address(f"{place}?ca={tmp_path / 'host.pem'}"))
            assert trusting.read("GET", "/") == {}
            trusting.close()
            with pytest.raises(EngineUnavailable):
                Client(address(place)).read("GET", "/")
            login = "Basic " + base64.b64encode(b"us?er:pass").decode()
            assert host.asked == [("/", login)]


def _certificate(folder: Path) -> Path:
    """Make a certificate of 127.0.0.1 that nobody else vouches for, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "host.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path
