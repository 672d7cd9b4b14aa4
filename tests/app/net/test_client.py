"""One request in, one bounded answer out."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest

import app.net.bodies
import app.net.client
from app.net import (
    BadAddress,
    BrokenBody,
    GuardedClient,
    NetError,
    Refused,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)

from .servers import Script, answer, drips, sends, sends_and_closes, serving

MIB = 1024 * 1024


def redirect(location: str, status: str = "302 Found") -> bytes:
    return answer(b"moved", status, location=location)


def test_it_hands_back_the_whole_answer(client: GuardedClient) -> None:
    with serving(sends(answer(b'{"id": 1}', ETag='"7"', Content_Type="application/json"))) as server:
        page = client.get(server.url + "body?page=2", headers={"If-None-Match": '"6"', "Accept": "application/json"})

    assert (page.url, page.status, page.content) == (server.url + "body?page=2", 200, b'{"id": 1}')
    assert page.headers["etag"] == page.headers["ETag"] == '"7"'
    assert page.redirects == ()
    assert 0 < page.elapsed < 5
    head = server.requests[0].decode().lower().split("\r\n")
    assert head[0] == "get /body?page=2 http/1.1"
    assert f"host: 127.0.0.1:{server.port}" in head
    assert "accept-encoding: gzip" in head
    assert "user-agent: ratslupe (+rat@example.org)" in head
    assert 'if-none-match: "6"' in head
    assert head.count("accept: application/json") == 1


@pytest.mark.parametrize("status", [200, 204, 304, 400, 403, 404, 410, 429, 500, 503])
def test_it_takes_no_status_for_an_error(client: GuardedClient, status: int) -> None:
    body = b"" if status in {204, 304} else b"text"
    with serving(sends(answer(body, f"{status} Whatever", Retry_After="7"))) as server:
        page = client.get(server.url)
    assert (page.status, page.content, page.headers["retry-after"]) == (status, body, "7")


def test_it_keeps_its_connection(client: GuardedClient) -> None:
    with serving(sends(answer(b"x" * 100_000))) as server:
        for _ in range(5):
            assert len(client.get(server.url).content) == 100_000
        assert server.accepted == 1


def test_it_lets_no_caller_set_what_is_its_own(client: GuardedClient) -> None:
    with serving(sends(answer(b""))) as server:
        client.get(
            server.url,
            headers={"Accept-Encoding": "br", "HOST": "evil.example", "Connection": "close"},
        )
        head = server.requests[0].lower()
    assert b"br\r\n" not in head
    assert b"evil" not in head
    assert head.count(b"host:") == 1


def test_it_keeps_no_cookies(client: GuardedClient) -> None:
    with serving(sends(answer(b"", Set_Cookie="session=1; Path=/"))) as server:
        client.get(server.url)
        client.get(server.url)
        assert b"cookie" not in server.requests[1].lower()


@pytest.mark.parametrize("contact", ["Bürgernetz Müllheim", "a\r\nX-Evil: 1", "\x00"])
def test_its_contact_cannot_break_the_request(contact: str) -> None:
    with (
        serving(sends(answer(b"ok"))) as server,
        GuardedClient(allow_networks=[ip_network("127.0.0.1")], contact=contact) as client,
    ):
        assert client.get(server.url).content == b"ok"
        assert b"\nX-Evil" not in server.requests[0]


def test_it_streams_in_small_pieces(client: GuardedClient) -> None:
    body = gzip.compress(bytes(20 * MIB), mtime=0)
    with serving(sends(answer(body, Content_Encoding="gzip"))) as server, client.stream(server.url) as stream:
        assert stream.status == 200
        sizes = [len(piece) for piece in stream.iter_bytes()]
    assert sum(sizes) == 20 * MIB
    assert max(sizes) <= 65536


@pytest.mark.parametrize("pieces", [1, 2, 7, 64])
@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 300_000])
def test_it_unpacks_gzip_however_it_is_cut(pieces: int, size: int) -> None:
    text = bytes(number * number % 251 for number in range(size))
    packed = gzip.compress(text[: size // 2], mtime=0) + gzip.compress(text[size // 2 :], mtime=0) + b"\0padding"

    def handle(request: httpx.Request) -> httpx.Response:
        step = max(len(packed) // pieces, 1)
        cut = (packed[start : start + step] for start in range(0, len(packed), step))
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=cut)

    with GuardedClient(transport=httpx.MockTransport(handle)) as client:
        assert client.get("https://rat.example/").content == text


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", b"\x0b\x02\x80hello\x03"),
        ("deflate", zlib.compress(b"hello")),
        ("zstd", b"(\xb5/\xfd"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0)),
        ("x" * 500, b"hello"),
        ("gzip", b"hello"),
        ("gzip", gzip.compress(b"hello" * 99, mtime=0)[:-9]),
        ("gzip", gzip.compress(b"hello" * 99, mtime=0)[:12]),
        ("gzip", b"\x1f"),
        ("gzip", gzip.compress(b"hello" * 99, mtime=0)[:-8] + b"\0" * 8),
        ("gzip", gzip.compress(b"hello", mtime=0) + gzip.compress(b"world" * 99, mtime=0)[:-4]),
    ],
)
def test_it_refuses_a_body_it_cannot_trust(client: GuardedClient, encoding: str, body: bytes) -> None:
    with serving(sends(answer(body, Content_Encoding=encoding))) as server, pytest.raises(BrokenBody) as raised:
        client.get(server.url)
    assert str(raised.value).startswith("127.0.0.1: ")
    assert len(str(raised.value)) < 200


def test_it_stops_a_bomb_before_it_fills_the_memory(client: GuardedClient) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(16 * MIB)) for _ in range(16)) + packer.flush()
    assert len(bomb) < MIB
    with serving(sends(answer(bomb, Content_Encoding="gzip"))) as server:
        with pytest.raises(TooLarge, match="more than"):
            client.get(server.url)
        tracemalloc.start()
        with pytest.raises(TooLarge, match="unpack to more than"), client.stream(server.url) as stream:
            for _ in stream.iter_bytes():
                pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4 * MIB


def test_it_counts_what_it_unpacks_and_not_what_comes(client: GuardedClient) -> None:
    text = bytes(range(256)) * 4096
    with serving(sends(answer(gzip.compress(text, mtime=0), Content_Encoding="gzip"))) as server:
        assert client.get(server.url, max_bytes=len(text)).content == text
        with pytest.raises(TooLarge):
            client.get(server.url, max_bytes=len(text) - 1)


def test_it_does_not_begin_a_body_that_is_announced_too_large(client: GuardedClient) -> None:
    with (
        serving(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")) as server,
        pytest.raises(TooLarge, match="99999999999 bytes announced"),
    ):
        client.get(server.url)


def test_it_stops_a_body_without_end(client: GuardedClient) -> None:
    def script(peer: socket.socket, head: bytes) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            peer.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    with serving(script) as server, pytest.raises(TooLarge):
        client.get(server.url, max_bytes=2 * MIB)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsho",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
)
def test_it_calls_a_short_body_broken(client: GuardedClient, data: bytes) -> None:
    with serving(sends_and_closes(data)) as server, pytest.raises(BrokenBody):
        client.get(server.url)


@pytest.mark.parametrize("length", ["-5", "5, 6", "five", "0x5"])
def test_it_believes_no_odd_length(length: str) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Length": length}, content=iter([b"12345"]))

    with GuardedClient(transport=httpx.MockTransport(handle)) as client, pytest.raises(BrokenBody):
        client.get("https://rat.example/")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    ],
)
def test_it_calls_a_server_that_speaks_no_http_unreachable(client: GuardedClient, data: bytes) -> None:
    with serving(sends_and_closes(data)) as server, pytest.raises(Unreachable) as raised:
        client.get(server.url)
    assert "\n" not in str(raised.value)


def test_it_says_when_nobody_listens(client: GuardedClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}: no connection"):
        client.get(f"http://127.0.0.1:{port}/")


def slow_cases() -> list[tuple[Script, type[NetError]]]:
    return [
        (drips(b"", b"", 9), Unreachable),
        (drips(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.05), Unreachable),
        (drips(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 0.05), Unreachable),
        (drips(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x", 0.05), TooSlow),
        (drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.05), TooSlow),
        (drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 9, 0.05), TooSlow),
        (drips(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx", b"", 9), TooSlow),
        (
            drips(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x", mtime=0)[:-8], b"", 9),
            TooSlow,
        ),
    ]


@pytest.mark.parametrize("case", range(8))
def test_it_waits_no_longer_than_the_deadline(client: GuardedClient, case: int) -> None:
    script, error = slow_cases()[case]
    with serving(script) as server:
        began = time.monotonic()
        with pytest.raises(error):
            client.get(server.url, deadline=0.4)
        assert time.monotonic() - began < 1.5


def test_it_has_one_deadline_for_all_redirects(client: GuardedClient) -> None:
    def script(peer: socket.socket, head: bytes) -> None:
        time.sleep(0.25)
        peer.sendall(redirect(f"/{len(server.requests)}"))

    with serving(script) as server:
        began = time.monotonic()
        with pytest.raises(Unreachable):
            client.get(server.url, deadline=0.6)
        assert time.monotonic() - began < 1.5


def test_it_gives_up_a_body_that_trickles(client: GuardedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.net.bodies, "RATE_SECONDS", 0.3)
    with (
        serving(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x", 0.02)) as server,
        pytest.raises(TooSlow, match=r"sent \d+ bytes in"),
    ):
        client.get(server.url, deadline=20)


def test_it_does_not_blame_the_server_for_a_slow_reader(client: GuardedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.net.bodies, "RATE_SECONDS", 0.1)
    with serving(sends(answer(b"x" * 300_000))) as server, client.stream(server.url) as stream:
        for piece in stream.iter_bytes():
            time.sleep(0.05)
            assert piece


def test_it_gives_up_a_body_that_stalls(client: GuardedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.net.client, "IDLE_SECONDS", 0.2)
    with (
        serving(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", b"", 9)) as server,
        pytest.raises(TooSlow, match="stalled"),
    ):
        client.get(server.url, deadline=20)


def test_it_does_not_reuse_a_connection_it_left_in_the_middle(client: GuardedClient) -> None:
    with serving(sends(answer(b"x" * 3 * MIB))) as server:
        with pytest.raises(TooLarge):
            client.get(server.url, max_bytes=10)
        with client.stream(server.url) as stream:
            next(stream.iter_bytes())
        assert len(client.get(server.url).content) == 3 * MIB
        assert server.accepted == 3


def test_it_serves_several_threads(client: GuardedClient) -> None:
    with serving(sends(answer(b"x" * 200_000))) as server:
        found: list[int] = []
        threads = [
            threading.Thread(target=lambda: found.append(len(client.get(server.url).content))) for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [200_000] * 16


def following(script: dict[str, bytes]) -> Script:
    def serve(peer: socket.socket, head: bytes) -> None:
        peer.sendall(script[head.split(b" ", 2)[1].decode()])

    return serve


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_it_follows_redirects_and_tells_of_them(client: GuardedClient, status: str) -> None:
    script = {"/a": redirect("/b?x=1", status), "/b?x=1": redirect("c", status), "/c": answer(b"there")}
    with serving(following(script)) as server:
        page = client.get(server.url + "a")
    assert (page.content, page.url) == (b"there", server.url + "c")
    assert page.redirects == (server.url + "a", server.url + "b?x=1")
    assert server.accepted == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "//[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "unix:///run/x",
        "http://u:p@127.0.0.1/",
        "http://8.8.8.8:6379/",
        "http://exa mple/",
        "\\\\127.0.0.1\\",
        "http://x.example/" + "a" * 3000,
    ],
)
def test_it_checks_where_it_is_sent(client: GuardedClient, location: str) -> None:
    with serving(sends(redirect(location))) as server:
        with pytest.raises((Refused, BadAddress)):
            client.get(server.url)
        assert len(server.requests) == 1


def test_it_is_not_sent_in_circles(client: GuardedClient) -> None:
    with serving(following({"/": redirect("/b"), "/b": redirect("/")})) as server:
        with pytest.raises(TooManyRedirects):
            client.get(server.url)
        assert len(server.requests) == 2


def test_it_follows_five_redirects_and_no_more(client: GuardedClient) -> None:
    script = {f"/{number}": redirect(f"/{number + 1}") for number in range(9)}
    with serving(following({**script, "/5": answer(b"five"), "/15": answer(b"")})) as server:
        assert client.get(server.url + "0").content == b"five"
    with serving(following(script)) as server, pytest.raises(TooManyRedirects):
        client.get(server.url + "0")


def mocked(routes: dict[str, httpx.Response]) -> tuple[GuardedClient, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return routes[str(request.url)]

    return GuardedClient(transport=httpx.MockTransport(handle)), seen


def moved(location: str) -> httpx.Response:
    return httpx.Response(302, headers={"Location": location})


def test_it_is_not_led_from_https_to_http() -> None:
    client, seen = mocked({"https://rat.example/": moved("http://rat.example/")})
    with pytest.raises(Refused, match="https to http"):
        client.get("https://rat.example/")
    assert len(seen) == 1


def test_it_goes_to_another_host_only_where_that_is_wanted() -> None:
    routes = {
        "https://rat.example/": moved("https://dateien.example/1.pdf"),
        "https://dateien.example/1.pdf": httpx.Response(200, content=b"%PDF"),
        "http://rat.example/": moved("https://www.rat.example/"),
        "https://www.rat.example/": httpx.Response(200, content=b"same"),
    }
    client, _ = mocked(routes)
    page = client.get("https://rat.example/")
    assert (page.content, page.redirects) == (b"%PDF", ("https://rat.example/",))
    with pytest.raises(Refused, match=r"another host \(https://dateien\.example/1\.pdf\)"):
        client.get("https://rat.example/", cross_site=False)
    assert client.get("http://rat.example/", cross_site=False).content == b"same"


def test_it_takes_no_credentials_to_another_host() -> None:
    client, seen = mocked(
        {
            "https://rat.example/": moved("https://www.rat.example/"),
            "https://www.rat.example/": httpx.Response(200),
        }
    )
    client.get("https://rat.example/", headers={"Authorization": "Bearer 1", "Cookie": "a=b", "If-None-Match": "2"})
    assert {"authorization", "cookie"} <= set(seen[0].headers)
    assert not {"authorization", "cookie"} & set(seen[1].headers)
    assert seen[1].headers["if-none-match"] == "2"


def test_its_mock_dials_no_private_address_either() -> None:
    client, seen = mocked({})
    with pytest.raises(Refused):
        client.get("http://127.0.0.1/")
    assert seen == []


def test_it_translates_the_errors_of_a_mock() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("late") if request.url.path == "/late" else httpx.ConnectError("gone")

    client = GuardedClient(transport=httpx.MockTransport(handle))
    for path in ("late", "gone"):
        with pytest.raises(Unreachable):
            client.get(f"https://rat.example/{path}")


def test_it_leaves_no_file_open(client: GuardedClient) -> None:
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc")
    with serving(sends_and_closes(answer(b"x"))) as server:
        client.get(server.url)
        before = opened()
        for _ in range(30):
            client.get(server.url)
        assert opened() <= before + 2
