"""What is handed over goes to the one public address that was named, once, and nobody can hold the line for long."""

import socket
import time
from contextlib import suppress

import httpx
import pytest

import app.net.client
import app.net.dialling
from app.net import GuardedClient, NetError, Refused, TooSlow, Unreachable
from tests.app.net.servers import Script, answer, drips, sends, sends_and_closes, serving

Dials = list[tuple[str, int]]


def taking(bodies: list[bytes], reply: bytes) -> Script:
    """A script that reads a body as long as it is announced, and replies."""

    def script(peer: socket.socket, head: bytes) -> None:
        before, _, body = head.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in before.split(b"\r\n")[1:])
        while len(body) < int(fields[b"content-length"]):
            body += peer.recv(65536)
        bodies.append(body)
        peer.sendall(reply)

    return script


@pytest.mark.parametrize("size", [0, 1, 200_000])
def test_it_hands_over_what_it_was_given(client: GuardedClient, size: int) -> None:
    taken: list[bytes] = []
    body = bytes(number % 251 for number in range(size))
    with serving(taking(taken, answer(b"thanks", "201 Created", X_Seen="yes"))) as server:
        found = client.post(server.url + "hook?a=1", body, headers={"Content-Type": "application/json", "X-Sign": "1"})
        head = server.requests[0].split(b"\r\n\r\n")[0].decode().lower().split("\r\n")
    assert (taken, found.status, found.content, found.headers["x-seen"]) == ([body], 201, b"thanks", "yes")
    assert head[0] == "post /hook?a=1 http/1.1"
    assert {"content-type: application/json", "x-sign: 1", f"content-length: {size}", "connection: close"} <= set(head)
    assert "user-agent: ratslupe (+rat@example.org)" in head


def test_it_decides_alone_how_long_the_body_is(client: GuardedClient) -> None:
    with serving(taking([], answer())) as server:
        client.post(server.url, b"{}", headers={"Content-Length": "9", "Host": "x", "Transfer-Encoding": "chunked"})
        head = server.requests[0].lower()
    assert b"content-length: 2\r\n" in head
    assert b"transfer-encoding" not in head
    assert head.count(b"host:") == 1
    assert b"host: 127.0.0.1" in head


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_it_follows_no_redirect(client: GuardedClient, status: str) -> None:
    with serving(taking([], answer(b"", status, Location="/elsewhere"))) as server:
        found = client.post(server.url, b"{}")
        assert len(server.requests) == 1
    assert (found.status, found.url, found.redirects) == (int(status[:3]), server.url, ())


def test_it_sends_once_where_the_server_hangs_up(client: GuardedClient) -> None:
    with serving(sends_and_closes(b"")) as server:
        with pytest.raises(Unreachable):
            client.post(server.url, b"{}")
        assert len(server.requests) == 1


def test_it_reads_no_long_answer(client: GuardedClient) -> None:
    def endless(peer: socket.socket, head: bytes) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        with suppress(OSError):
            while True:
                peer.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    for script in (sends(answer(b"x" * 3_000_000)), endless):
        with serving(script) as server:
            found = client.post(server.url, b"{}")
        assert (found.status, found.content) == (200, b"")


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (drips(b"", b"", 9), Unreachable),
        (drips(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.05), Unreachable),
        (drips(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x", 0.05), TooSlow),
    ],
)
def test_it_waits_no_longer_than_its_deadline(client: GuardedClient, script: Script, error: type[NetError]) -> None:
    with serving(script) as server:
        began = time.monotonic()
        with pytest.raises(error):
            client.post(server.url, b"{}", deadline=0.4)
        assert time.monotonic() - began < 1.5


def test_it_does_not_wait_long_for_a_connection(strict: GuardedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(host: str, port: int) -> list[str]:
        time.sleep(0.6)
        return ["8.8.8.8"]

    monkeypatch.setattr(app.net.dialling, "look_up", slow)
    monkeypatch.setattr(app.net.client, "POST_CONNECT_SECONDS", 0.2)
    began = time.monotonic()
    with pytest.raises(Unreachable, match="name server"):
        strict.post("https://rat.example/", b"{}")
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://rat.example/", "https://[::1]/", "http://8.8.8.8:25/"])
def test_it_posts_to_public_addresses_only(
    strict: GuardedClient, dials: Dials, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(app.net.dialling, "look_up", lambda *_: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Refused):
        strict.post(url, b"{}")
    assert dials == []


def test_a_stand_in_is_handed_the_body_too() -> None:
    seen: list[tuple[str, bytes]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.content))
        return httpx.Response(202)

    with GuardedClient(transport=httpx.MockTransport(handle)) as client:
        assert client.post("https://rat.example/", b"{}").status == 202
        with pytest.raises(Refused):
            client.post("http://127.0.0.1/", b"{}")
    assert seen == [("POST", b"{}")]
