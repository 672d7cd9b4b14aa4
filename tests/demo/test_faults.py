"""Faults: each of them alters an answer, strikes when it was told to, and comes again from the same seed."""

import gzip
import http.client
import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.faults import FAULTS, FaultPlan, UnknownFaultError, planned
from demo.faults.compressed import bomb
from demo.responses import Request, Response, json_response
from demo.serial import encode
from demo.server import main, serve
from demo.service import Service
from demo.town import Town
from tests.demo.oparl import ask, get

LIST = Request("GET", "/body/1/paper", {"page": "2"}, {}, "page=2", "/oparl/v1.1/body/1/paper?page=2")
LIST_1 = Request("GET", "/body/1/paper", {}, {})


@pytest.fixture(scope="module")
def service(town: Town) -> Service:
    return Service(town, page_size=20)


@pytest.mark.parametrize("name", FAULTS)
def test_it_alters_an_answer(service: Service, name: str) -> None:
    right = service.conforming(LIST)
    plan = FaultPlan({0: name}, seconds=0.1, size=1000)
    wrong = plan(LIST, service.conforming(LIST))
    assert wrong != right
    assert plan.played == [(0, name, LIST.target)]
    assert plan(LIST, right) is right
    # From the same seed the same again.
    again = FaultPlan({0: name}, seconds=0.1, size=1000)(LIST, service.conforming(LIST))
    moving = {"Date", "Retry-After"}  # which tell the time
    assert (again.status, again.body, again.wire) == (wrong.status, wrong.body, wrong.wire)
    assert {k: v for k, v in again.headers.items() if k not in moving} == {
        k: v for k, v in wrong.headers.items() if k not in moving
    }


def test_it_has_enough_of_them() -> None:
    assert len(FAULTS) >= 30
    assert all(one.summary for one in FAULTS.values())


def test_it_strikes_the_request_it_was_told(service: Service) -> None:
    right = service.conforming(LIST)
    other = Request("GET", "/system", {}, {})
    plan = FaultPlan().at(1, "http-500", times=2).at(1, "http-404", path="/system")
    statuses = [plan(request, right).status for request in (other, LIST, LIST, other, LIST)]
    assert statuses == [200, 500, 500, 404, 200]
    plan = FaultPlan({0: "http-500"})
    plan.end()
    assert plan(LIST, right) is right


def test_it_strikes_at_random_as_the_seed_says(service: Service) -> None:
    right = service.conforming(LIST)

    def struck(seed: int, rate: float = 0.3, until: int | None = None) -> list[tuple[int, str, str]]:
        plan = FaultPlan.random(seed, rate, ["http-500", "json-cut"], until=until)
        for _ in range(200):
            plan(LIST, right)
        return plan.played

    assert struck(1) == struck(1) != struck(2)
    assert 30 < len(struck(1)) < 90
    assert {name for _, name, _ in struck(1)} == {"http-500", "json-cut"}
    assert max(index for index, _, _ in struck(1, until=50)) < 50
    assert struck(1, 0) == []


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.lasting])
def test_it_goes_on_where_its_own_links_are_followed(town: Town, name: str) -> None:
    plan = FaultPlan({0: name})
    with serve(town, faults=plan, page_size=20) as url:
        here = f"{url.removesuffix('/system')}/body/1/paper"
        seen = set()
        for _ in range(6):
            assert here not in seen
            seen.add(here)
            here = get(here)["links"]["next"]
        plan.end()
        page = get(here)
        assert page["data"] == get(f"{url.removesuffix('/system')}/body/1/paper")["data"]


def test_it_knows_no_fault_of_that_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ("no-such-thing@3", "http-500", "http-500@x"):
        with pytest.raises(UnknownFaultError):
            planned([wrong], None)
    with pytest.raises(UnknownFaultError):
        planned([], "7:often")
    with pytest.raises(UnknownFaultError):
        FaultPlan.random(1, 0.5, ["no-such-thing"])
    assert main([str(folder), "--port", "0", "--fault", "no-such-thing@0"]) == 2
    assert "no fault is called no-such-thing" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([str(folder), "--list-faults"])
    assert all(name in capsys.readouterr().out for name in ("http-500",))


def test_it_reads_plans() -> None:
    assert planned([], None) is None
    plan = planned(["http-500@2", "http-404@/system:0"], "3:0.0")
    assert plan is not None
    answers = [plan(Request("GET", "/system", {}, {}), error_free()).status for _ in range(3)]
    assert answers == [404, 200, 500]


def error_free() -> Response:
    return Response(200, b"{}", {"Content-Type": "application/json"})


@contextmanager
def struck(town: Town, name: str, seconds: float = 0.2) -> Iterator[str]:
    with serve(town, faults=FaultPlan({0: name}, seconds=seconds, size=1000)) as url:
        yield f"{url.removesuffix('/system')}/body/1/paper"


BROKEN: dict[str, type[Exception] | tuple[type[Exception], ...]] = {
    "reset-before-headers": ConnectionResetError,
    "closed-before-headers": http.client.RemoteDisconnected,
    "reset-in-body": (ConnectionResetError, http.client.IncompleteRead),
    "half-body": http.client.IncompleteRead,
    "half-chunked": http.client.IncompleteRead,
    "slow-start": TimeoutError,
}


@pytest.mark.parametrize("name", BROKEN)
def test_it_breaks_connections(town: Town, name: str) -> None:
    with struck(town, name, 5.0) as url:
        where = urlsplit(url)
        connection = http.client.HTTPConnection(where.netloc, timeout=0.2)
        with pytest.raises(BROKEN[name]):
            connection.request("GET", where.path)
            connection.getresponse().read()
        connection.close()
        assert ask(url)[0] == 200


@pytest.mark.parametrize("name", ["chunked", "slow-body", "stalled-body", "wrong-content-type", "gzip-not-asked"])
def test_it_sends_all_of_it_in_the_end(town: Town, name: str) -> None:
    with struck(town, name) as url:
        with urllib.request.urlopen(url, timeout=5) as answer:
            struck_body = answer.read()
        body = ask(url)[2]
        assert struck_body == body or name == "gzip-not-asked"
    assert json.loads(body)["data"]


def test_its_bomb_is_small_until_it_is_unpacked() -> None:
    packed = bomb(64)
    assert len(packed) < 128 * 1024
    unpacked = gzip.decompress(packed)
    assert len(unpacked) == 64 * 1024 * 1024 + 9
    assert unpacked.startswith(b'{"data":[ ')


def test_it_ends_at_once_though_somebody_waits(town: Town) -> None:
    plan = FaultPlan({0: "slow-start"}, seconds=3600.0)
    with serve(town, faults=plan) as url:
        where = urlsplit(url)
        waiting = socket.create_connection((where.hostname, where.port), timeout=5)
        waiting.sendall(f"GET {where.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while not plan.played:
            time.sleep(0.01)
    assert waiting.recv(100) == b""
    waiting.close()


def test_a_fault_meets_what_a_quirk_made_of_the_answer(town: Town) -> None:
    def three(_: Request, response: Response) -> Response:
        return json_response(encode(json.loads(response.body) | {"data": json.loads(response.body)["data"][:3]}))

    service = Service(town, [three, FaultPlan({1: "half-page"})])
    assert [len(json.loads(service.answer(LIST_1).body)["data"]) for _ in range(3)] == [3, 2, 3]
