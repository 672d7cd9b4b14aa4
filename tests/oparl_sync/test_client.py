"""The client for OParl servers: tries again where that helps, keeps out where it is asked to, sees through walls."""

import email.utils
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.net import BrokenBody, GuardedClient
from oparl_sync.client import TRIES, OParlClient
from oparl_sync.hosts import FAILURES, Hosts
from oparl_sync.problems import Blocked, NotOParl, ServerFailed
from oparl_sync.robots import AGAIN, KEPT, MAX_BYTES, Robots

ROOT = "https://rat.example"
PAGE = f"{ROOT}/oparl/papers"
Reply = httpx.Response | Exception


class Server:
    """Answers by address from memory: the last of a list of answers is given for ever."""

    def __init__(self, **answers: Reply | list[Reply]) -> None:
        self.answers: dict[str, Reply | list[Reply]] = {f"/{name.replace('_', '.')}": a for name, a in answers.items()}
        self.asked: list[httpx.Request] = []
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        found = self.answers.get(request.url.raw_path.decode(), httpx.Response(404))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, Exception):
            raise found
        return found

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def client(self, **options: Any) -> OParlClient:
        hosts = Hosts(sleep=self.sleep, clock=lambda: self.now)
        net = GuardedClient(transport=httpx.MockTransport(self))
        return OParlClient(net, **{"hosts": hosts, "sleep": self.sleep, **options})

    @property
    def paths(self) -> list[str]:
        return [request.url.raw_path.decode() for request in self.asked]


def fine(**headers: str) -> httpx.Response:
    return httpx.Response(200, json={"data": []}, headers=headers)


WALLS: dict[str, str | bytes] = {
    "ALLRIS": "<html><title>Zugriff prüfen</title>",
    "ALLRIS in latin-1": "<!DOCTYPE html><title>Zugriff pr\xfcfen</title>".encode("latin-1"),
    "rescaled": '<html><script src="/.well-known/rescaled-waf/a.js">',
    "after a comment": "\ufeff <!-- x --><html>Just a moment...",
    "proof of work": '<html><script id="anubis_challenge" src="/.within.website/x/cmd/anubis/a.js">',
}


@pytest.mark.parametrize("status", [200, 403, 404, 429, 503])
@pytest.mark.parametrize("wall", WALLS)
def test_it_sees_a_wall_whatever_status_and_type_it_has(wall: str, status: int) -> None:
    page = httpx.Response(status, content=WALLS[wall], headers={"content-type": "application/json"})
    server = Server(oparl=page, file=page)
    client = server.client()
    for ask in (client.json, client.get):
        with pytest.raises(Blocked, match="bot wall") as caught:
            ask(f"{ROOT}/oparl")
        assert (caught.value.status, caught.value.wait) == (None, timedelta(days=1))
    with pytest.raises(Blocked), client.stream(f"{ROOT}/file"):
        pass
    assert len(server.asked) == 3  # a wall is not knocked at again


def test_it_takes_words_about_a_wall_for_no_wall() -> None:
    server = Server(oparl=httpx.Response(200, json={"name": "Zugriff prüfen: Just a moment..."}))
    assert server.client().json(f"{ROOT}/oparl")[0] == {"name": "Zugriff prüfen: Just a moment..."}


def test_it_sees_where_a_wall_led_it_to() -> None:
    server = Server(oparl=httpx.Response(302, headers={"location": "/.well-known/rescaled-waf/check?x"}))
    server.answers["/.well-known/rescaled-waf/check?x"] = httpx.Response(200, text="solve this")
    with pytest.raises(Blocked):
        server.client().json(f"{ROOT}/oparl")


@pytest.mark.parametrize(
    ("status", "kind"), [(400, NotOParl), (401, Blocked), (403, Blocked), (404, NotOParl), (410, NotOParl)]
)
def test_it_keeps_what_a_refusal_said(status: int, kind: type[Exception]) -> None:
    said = {"error": "nicht gefunden", "code": 802}
    with pytest.raises(kind) as caught:
        Server(oparl=httpx.Response(status, json=said)).client().json(f"{ROOT}/oparl")
    assert (caught.value.status, caught.value.payload) == (status, said)  # type: ignore[attr-defined]


def test_it_tries_again_where_that_helps_and_waits_longer_each_time() -> None:
    server = Server(oparl=[httpx.Response(500), httpx.ConnectError("reset"), httpx.Response(502), fine()])
    assert server.client().json(f"{ROOT}/oparl")[0] == {"data": []}
    pauses = [pause for pause in server.slept if pause]
    assert len(server.asked) == TRIES
    assert [1 <= pauses[0] <= 2, 2 <= pauses[1] <= 4, 4 <= pauses[2] <= 8] == [True] * 3


def test_it_tells_the_servers_time() -> None:
    moment = datetime(2027, 3, 1, 12, tzinfo=UTC)
    server = Server(
        oparl=[fine(date=email.utils.format_datetime(moment, usegmt=True)), fine(date="soon"), fine()],
    )
    client = server.client()
    assert client.last_date is None
    seen: list[datetime | None] = []
    for _ in range(3):
        client.json(f"{ROOT}/oparl")
        seen.append(client.last_date)
    assert seen == [moment, None, None]


@pytest.mark.parametrize("said", ["seconds", "date"])
def test_it_keeps_a_pause_for_all_that_ask_the_domain(said: str) -> None:
    asked = "100" if said == "seconds" else email.utils.formatdate(time.time() + 100, usegmt=True)
    server = Server(oparl=[httpx.Response(503, headers={"retry-after": asked}), fine()], other=fine())
    client = server.client()
    client.json(f"{ROOT}/oparl")
    assert 90 < server.now < 105


def test_it_takes_a_date_to_wait_for_by_the_servers_own_clock() -> None:
    there = datetime(2031, 1, 1, tzinfo=UTC)
    headers = {
        "date": email.utils.format_datetime(there, usegmt=True),
        "retry-after": email.utils.format_datetime(there + timedelta(seconds=50), usegmt=True),
    }
    server = Server(oparl=[httpx.Response(429, headers=headers), fine()])
    server.client().json(f"{ROOT}/oparl")
    assert 50 <= server.now < 60


def test_it_leaves_a_server_alone_that_wants_an_hour() -> None:
    server = Server(oparl=httpx.Response(429, headers={"retry-after": "999999999999"}))
    with pytest.raises(ServerFailed) as caught:
        server.client().json(f"{ROOT}/oparl")
    assert caught.value.wait is not None
    assert timedelta(minutes=59) < caught.value.wait <= timedelta(hours=1)
    assert len(server.asked) == 1


def test_it_stops_asking_a_domain_that_is_down_and_goes_on_with_others() -> None:
    server = Server(oparl=httpx.ConnectError("down"))
    one, other = server.client(), server.client()
    other._hosts = one._hosts
    for _ in range(FAILURES // TRIES):
        with pytest.raises(ServerFailed):
            one.json(f"{ROOT}/oparl")
    asked = len(server.asked)
    with pytest.raises(ServerFailed, match="in a row"):
        other.json("https://www.rat.example/oparl")
    assert len(server.asked) == asked
    server.answers["/oparl"] = fine()
    assert other.json("https://other.example/oparl")
    server.now += 60
    assert one.json(f"{ROOT}/oparl")
    assert other.json(f"{ROOT}/oparl")


def test_it_asks_with_colons_as_they_are_where_they_are_not_found_otherwise() -> None:
    coded, plain = "/papers?since=2026-01-01T00%3A00%3A00%2B01%3A00", "/papers?since=2026-01-01T00:00:00+01:00"
    server = Server()
    server.answers[plain] = fine()
    client = server.client()
    assert client.json(ROOT + coded)
    assert client.json(ROOT + coded)
    assert server.paths == [coded, plain, plain]
    assert client.requests == 3


def test_it_asks_so_only_once_where_that_does_not_help() -> None:
    coded = "/papers?since=2026-01-01T00%3A00"
    server = Server()
    server.answers[coded] = httpx.Response(404, json={"code": 802})
    client = server.client()
    for _ in range(3):
        with pytest.raises(NotOParl) as caught:
            client.json(ROOT + coded)
        assert caught.value.payload == {"code": 802}
    assert len(server.asked) == 4
    assert client.get(f"{ROOT}/nothing").status == 404


def test_it_sends_a_sources_headers_to_its_own_domain_alone() -> None:
    server = Server(oparl=fine(), file=httpx.Response(200, content=b"%PDF-"))
    client = server.client(headers={"Referer": f"{ROOT}/bi", "Cookie": "seen=1"}, home=f"{ROOT}/oparl")
    client.json(f"{ROOT}/oparl")
    for host in (ROOT, "https://files.rat.example", "https://other.example"):
        with client.stream(f"{host}/file") as stream:
            assert b"".join(stream.iter_bytes()) == b"%PDF-"
    assert [(r.headers.get("referer"), r.headers.get("cookie")) for r in server.asked] == [
        *[(f"{ROOT}/bi", "seen=1")] * 3,
        (None, None),
    ]


def test_a_file_that_breaks_off_counts_against_its_server() -> None:
    server = Server(file=httpx.Response(200, content=b"%PDF-", headers={"content-length": "99"}))
    client = server.client()
    for _ in range(FAILURES):
        with pytest.raises(BrokenBody), client.stream(f"{ROOT}/file") as stream:
            list(stream.iter_bytes())
    with pytest.raises(ServerFailed, match="in a row"), client.stream(f"{ROOT}/file"):
        pass


def rules(text: str | bytes, **headers: str) -> httpx.Response:
    return httpx.Response(200, content=text, headers=headers)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "/oparl", False),
        ("User-agent: *\nDisallow: /\nAllow: /oparl", "/oparl", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", True),
        ("User-agent: ratslupe\nAllow: /\n\nUser-agent: *\nDisallow: /", "/oparl", True),
        ("User-agent: Ratslupe\nDisallow: /oparl\n\nUser-agent: *\nAllow: /", "/oparl", False),
        ("User-agent: Googlebot\nDisallow: /", "/oparl", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/oparl", False),
        ("USER-AGENT: *\r\ndisallow: /oparl # all of it\r\n", "/oparl", False),
        ("User-agent: *\nDisallow:", "/oparl", True),
        ("<html>User-agent: *\nDisallow: /</html>", "/oparl", True),
        (b"User-agent: *\nDisallow: /\xff\x00", "/oparl", True),
        ("", "/oparl", True),
        ("x" * MAX_BYTES + "\nUser-agent: *\nDisallow: /", "/oparl", True),
        ("User-agent: *\nDisallow: /oparl\n" + "#" * MAX_BYTES, "/oparl", False),
    ],
)
def test_it_keeps_to_robots_txt(text: str | bytes, path: str, allowed: bool) -> None:
    server = Server(robots_txt=rules(text))
    server.answers[path] = fine()
    client = server.client(robots=Robots())
    if allowed:
        assert client.json(ROOT + path)
        assert client.requests == 2
        return
    with pytest.raises(Blocked, match=r"^https://rat\.example/robots\.txt asks programs not to read"):
        client.json(ROOT + path)
    with pytest.raises(Blocked), client.stream(ROOT + path):
        pass
    assert server.paths == ["/robots.txt"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_it_may_read_where_there_is_no_robots_txt(status: int) -> None:
    server = Server(robots_txt=httpx.Response(status, text="User-agent: *\nDisallow: /"), oparl=fine())
    assert server.client(robots=Robots()).json(f"{ROOT}/oparl")


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(429), httpx.ConnectError("down")], ids=str)
def test_it_reads_nothing_while_it_cannot_know_what_is_allowed(answer: Reply) -> None:
    server = Server(robots_txt=answer, oparl=fine())
    robots = Robots(clock=lambda: server.now)
    client = server.client(robots=robots)
    for _ in range(2):
        with pytest.raises(ServerFailed, match=r"what it allows is not known"):
            client.json(f"{ROOT}/oparl")
    assert server.paths == ["/robots.txt"] * TRIES
    server.answers["/robots.txt"] = rules("")
    server.now += AGAIN
    assert client.json(f"{ROOT}/oparl")


def test_it_reads_robots_txt_once_a_day_for_all_and_for_each_server_its_own() -> None:
    server = Server(robots_txt=rules("User-agent: *\nCrawl-delay: 5"), oparl=fine())
    robots = Robots(clock=lambda: server.now)
    one, other = server.client(robots=robots), server.client(robots=robots)
    other._hosts = one._hosts
    for client in (one, other, one):
        client.json(f"{ROOT}/oparl")
    assert server.paths.count("/robots.txt") == 1
    assert server.now >= 10  # what the file asks for holds from then on
    other.json("https://www.rat.example/oparl")
    assert server.paths.count("/robots.txt") == 2
    server.now += KEPT
    one.json(f"{ROOT}/oparl")
    assert server.paths.count("/robots.txt") == 3


def test_a_wall_before_robots_txt_is_told_by_what_is_asked_for_next() -> None:
    wall = httpx.Response(403, text="<html>/.well-known/rescaled-waf/")
    server = Server(robots_txt=wall, oparl=wall)
    with pytest.raises(Blocked, match=r"/oparl: a bot wall"):
        server.client(robots=Robots()).json(f"{ROOT}/oparl")


def test_it_asks_for_what_is_really_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    from oparl_sync.client import Rewrite  # noqa: PLC0415 - only here

    server = Server(robots_txt=rules("User-agent: *\nDisallow: /private"), open=fine())
    client = server.client(robots=Robots())
    client.rewrites.append(Rewrite("http://other.example/private", f"{ROOT}/open"))
    assert client.json("http://other.example/private")
    assert {request.url.host for request in server.asked} == {"rat.example"}
