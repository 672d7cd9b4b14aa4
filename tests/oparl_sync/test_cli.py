"""The worker's commands: what they print, and how they exit."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner, Result

from app.config import Settings
from app.db import open_engine
from oparl_sync import cli, client, leases, sources
from tests.oparl_sync.council import Council, thing, url

Command = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    environment = {
        "RATSLUPE_HOME": str(tmp_path),
        "SECRET_KEY": "only-for-tests",
        "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
    }
    (tmp_path / "ratslupe.db").write_bytes(sqlite_template.read_bytes())
    return Settings.from_environment(
        environment | {"BASE_URL": "http://portal.example", "CONTACT": "clerk@example.org"}
    )


@pytest.fixture
def ratslupe(settings: Settings) -> Command:
    group = click.Group(commands={"source": sources.source, "sync": cli.sync})

    def invoke(*arguments: str, with_settings: Settings = settings) -> Result:
        return CliRunner().invoke(group, arguments, obj=with_settings)

    return invoke


@contextmanager
def answering(answer: Callable[[str], tuple[int, bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def address() -> Iterator[str]:
    made = Council()
    made.body["name"] = "Stadt Müßterhausen\x1b[31m"
    made.lists["paper"] = [thing("Paper", 1)]

    def answer(path: str) -> tuple[int, bytes]:
        found = made.handle(httpx.Request("GET", f"https://rat.example{path}"))
        return found.status_code, found.content

    with answering(answer) as base:
        yield base + url("System").partition(".example")[2]


def test_it_adds_lists_and_mirrors_a_council(ratslupe: Command, address: str) -> None:
    added = ratslupe("source", "add", address)
    assert (added.exit_code, added.stdout) == (0, "muessterhausen-31m: Stadt Müßterhausen[31m\n")
    assert ratslupe("source", "list").stdout.split()[:2] == ["muessterhausen-31m", "new"]
    done = ratslupe("sync", "--json")
    assert done.exit_code == 0, done.output
    counts = json.loads(done.stdout)
    assert list(counts) == ["created", "updated", "deleted", "unchanged", "quarantined", "requests", "seconds"]
    assert counts["created"] == 3
    assert json.loads(ratslupe("source", "list", "--json").stdout)[0]["state"] == "complete"


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (200, b"<!doctype html><html></html>", "web page instead of JSON"),
        (200, b"<html>/.well-known/rescaled-waf/</html>", "bot wall"),
        (200, b"{}", "no OParl System, Body list or Body"),
        (
            200,
            b'{"type": "https://schema.oparl.org/1.0/Error", "message": "OParl is not active."}',
            "OParl is not active.",
        ),
        (200, b'{"type": "https://schema.oparl.org/1.0/System"}', "names no list of Bodies"),
        (200, b"[]", "lists no Body"),
        (200, b"\xff\xfe", "does not answer with JSON"),
        (403, b"", "refuses us"),
        (404, b"", "HTTP 404"),
        (500, b"", "HTTP 500"),
    ],
)
def test_it_says_in_one_line_what_is_no_oparl_server(ratslupe: Command, status: int, content: bytes, said: str) -> None:
    with answering(lambda _: (status, content)) as base:
        done = ratslupe("source", "add", base + "/x")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert ratslupe("source", "list").stdout.startswith("Nothing is mirrored yet")


def test_it_says_in_one_line_when_nobody_answers(ratslupe: Command) -> None:
    done = ratslupe("source", "add", "http://127.0.0.1:9/")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)


def test_it_dials_no_private_address_unless_told(ratslupe: Command, settings: Settings, address: str) -> None:
    strict = dataclasses.replace(settings, fetch_allow_networks=())
    done = ratslupe("source", "add", address, with_settings=strict)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "127.0.0.1" in done.stderr


def test_it_refuses_what_it_cannot_take(ratslupe: Command, address: str) -> None:
    wrong: list[list[str]] = [
        ["source", "add", "ftp://a.example"],
        ["source", "add", address, "--slug", "Ä b"],
        ["source", "add"],
    ]
    wrong += [["sync"], ["sync", "nobody"]]
    assert [ratslupe(*arguments).exit_code for arguments in wrong] == [2] * 5
    assert ratslupe("source", "add", address, "--slug", "a").exit_code == 0
    assert "mirrored already, as a" in ratslupe("source", "add", address, "--slug", "b").stderr
    assert ratslupe("sync", "nobody").exit_code == 2
    assert ratslupe("source", "add", address, "--body", "https://x.example/").exit_code == 1


def test_it_exits_with_1_and_one_line_a_failure_and_stores_the_rest(
    ratslupe: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "WAIT", 0.01)
    made: dict[str, Any] = {}
    absent = {"/robots.txt": (404, b"")}
    with answering(
        lambda path: (200, json.dumps(made[path]).encode()) if path in made else absent.get(path, (500, b""))
    ) as base:
        kind = "https://schema.oparl.org/1.1"
        made["/"] = {
            "id": f"{base}/",
            "type": f"{kind}/Body",
            "name": "A",
            "paper": f"{base}/p",
            "person": f"{base}/gone",
        }
        made["/p"] = {"data": [{"id": f"{base}/1", "type": f"{kind}/Paper"}]}
        ratslupe("source", "add", f"{base}/")
        done = ratslupe("sync", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["created"] == 2
    assert [line for line in done.stderr.splitlines() if line.startswith("a: ")] == [
        f"a: {base}/gone answered HTTP 500 each time it was asked"
    ]


def test_it_does_not_run_twice_on_one_folder(ratslupe: Command, settings: Settings, address: str) -> None:
    ratslupe("source", "add", address)
    with leases.held(open_engine(settings.database_url), settings.home, "source:1"):
        done = ratslupe("sync")
    assert done.exit_code == 1
    assert "works on it already" in done.stderr
