"""Assistants, by the SDK's own client: each tool, its faults, and the address to cite; by pipe and by HTTP."""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import anyio
import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from sqlalchemy import Engine

from app.config import ROOT, Settings
from app.indexing import texts_of
from app.mcp.portal import Portal
from app.mcp.server import PATH, build, guarded
from search import open_index
from tests.app.web.conftest import Town
from tests.factories.publication import Published

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SITE = "http://portal.example"
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def published(engine: Engine, town: Town) -> Published:
    """Let everything of the town go out."""
    out = Published(engine)
    out.all_of()
    return out


@pytest.fixture
def portal(settings: Settings, engine: Engine, published: Published) -> Iterator[Portal]:
    """Give what assistants ask."""
    index = open_index(settings.search_url, texts=texts_of(engine))
    yield Portal(settings, engine, index)
    index.close()


def asked(target: Any, tool: str, arguments: dict[str, Any], mode: str = "auto") -> Any:
    """Call a tool as a client does."""

    async def call() -> Any:
        async with Client(target, mode=mode) as client:
            return await client.call_tool(tool, arguments)

    return anyio.run(call)


@pytest.fixture
def ask(portal: Portal) -> Ask:
    """Give a function that calls a tool; its answer has to be one."""

    def ask(tool: str, **arguments: Any) -> dict[str, Any]:
        result = asked(build(portal), tool, arguments)
        assert not result.is_error, result.content
        told: dict[str, Any] = result.structured_content
        assert told["url"].startswith(SITE)
        return told

    return ask


@pytest.fixture
def refused(portal: Portal) -> Callable[..., str]:
    """Give a function that calls a tool and returns why it did not answer."""

    def ask(tool: str, **arguments: Any) -> str:
        result = asked(build(portal), tool, arguments)
        assert result.is_error
        return str(result.content[0].text)

    return ask


def test_it_says_what_can_be_called(portal: Portal) -> None:
    async def look() -> Any:
        async with Client(build(portal)) as client:
            return await client.list_tools(), client.instructions

    listed, instructions = anyio.run(look)
    assert {one.name for one in listed.tools} == {
        *("search", "councils", "paper", "meeting", "page_text", "what_changed")
    }
    manual = (ROOT / "docs" / "mcp.md").read_text()
    for one in listed.tools:
        assert f"`{one.name}`" in manual
        assert one.annotations.read_only_hint
        assert one.description
    assert "Cite the `url`" in instructions


def test_a_search_leads_to_a_page_and_the_page_to_its_address(ask: Ask, town: Town) -> None:
    found = ask("search", words="18.400 Euro", type=["File"])
    hit = found["hits"][0]
    assert (hit["key"], hit["page"], hit["url"]) == (town.file.key, 2, f"{SITE}/files/{town.file.key}?page=2#page=2")
    page = ask("page_text", file=hit["key"], page=hit["page"])
    assert page["text"] == "Gartenstraße: 18.400 Euro"
    assert page["url"] == hit["url"]
    # Whoever kept the address alone asks with that.
    assert ask("page_text", file=hit["url"], page=2)["text"] == page["text"]


def test_records_come_as_they_went_out(ask: Ask, town: Town) -> None:
    paper = ask("paper", key=town.paper.key)
    assert paper["url"] == f"{SITE}/papers/{town.paper.key}"
    assert paper["object"]["id"] == f"{SITE}/oparl/v1.1/paper/{town.paper.key}"
    assert paper["license"]
    meeting = ask("meeting", key=f"{SITE}/meetings/{town.meeting.key}")
    assert meeting["url"] == f"{SITE}/meetings/{town.meeting.key}"
    assert meeting["council"] == ask("councils")["councils"][0]["council"]


def test_it_says_what_changed(ask: Ask, published: Published, town: Town) -> None:
    before = ask("what_changed", limit=3)
    assert len(before["changes"]) == 3
    published.put(town.paper.key, name="Tempo 20")
    published.take(town.hostile.key, "withheld")
    told = ask("what_changed", after=before["cursor"])
    assert [(one["key"], one["deleted"]) for one in told["changes"]] == [
        (town.paper.key, False),
        (town.hostile.key, True),
    ]
    assert told["changes"][0]["title"] == "Tempo 20"
    assert (told["changes"][1]["reason"], "title" in told["changes"][1]) == ("withheld", False)
    assert [one["key"] for one in ask("what_changed", limit=2)["changes"]] == [town.hostile.key, town.paper.key]


def test_it_says_why_it_does_not_answer(refused: Callable[..., str], published: Published, town: Town) -> None:
    assert "no Paper with this key" in refused("paper", key="nothing-here")
    assert "no Meeting with this key" in refused("meeting", key=town.paper.key)
    assert "last page is 2" in refused("page_text", file=town.file.key, page=9)
    assert "no text of a file" in refused("page_text", file="' OR 1=1 --")
    assert "cannot be understood" in refused("search", words="Radweg year:20x4")
    assert "No council is called so" in refused("search", words="Radweg", council="Atlantis")
    assert "was not made here" in refused("what_changed", after="x")
    published.take(town.paper.key, "erased")
    assert "taken back (erased)" in refused("paper", key=town.paper.key)
    published.take(town.file.key, "withheld", "File")
    assert "no text of a file" in refused("page_text", file=town.file.key)
    published.renew("second")
    for wrong in ({"words": "x" * 501}, {"words": "x", "limit": 21}, {"words": "x", "type": ["System"]}, {}):
        assert refused("search", **wrong)


def test_the_whole_text_of_a_file_is_a_resource(portal: Portal, town: Town) -> None:
    async def read() -> Any:
        async with Client(build(portal)) as client:
            return await client.read_resource(f"ratslupe://files/{town.file.key}/text")

    assert anyio.run(read).contents[0].text.split("\f")[1] == "Gartenstraße: 18.400 Euro"


def test_in_a_portal_of_one_council_there_is_no_other(portal: Portal, town: Town) -> None:
    alone = Portal(replace(portal.settings, only_council="atlantis"), portal.engine, portal.index)
    assert alone.councils() == []
    for tool, arguments in (
        ("paper", {"key": town.paper.key}),
        ("page_text", {"file": town.file.key}),
        ("what_changed", {}),
    ):
        assert asked(build(alone), tool, arguments).is_error
    assert asked(build(alone), "search", {"words": "Radweg"}).structured_content["hits"] == []


def test_the_command_answers_on_standard_input(portal: Portal, town: Town) -> None:
    settings = {
        "RATSLUPE_HOME": str(portal.settings.home),
        "DATABASE_URL": portal.settings.database_url,
        "BASE_URL": SITE,
        "PATH": os.environ["PATH"],
    }
    command = [sys.executable, "-c", "from app.web.cli import main; main()", "mcp"]
    target = StdioServerParameters(command=command[0], args=command[1:], env=settings, cwd=ROOT)
    result = asked(target, "search", {"words": "Tempo 30", "type": ["Paper"]})
    assert [hit["url"] for hit in result.structured_content["hits"]] == [f"{SITE}/papers/{town.paper.key}"]


def test_it_answers_over_http_and_only_by_its_own_name(portal: Portal, town: Town) -> None:
    with serving(portal) as (site, port):
        result = asked(site, "paper", {"key": town.paper.key}, mode="legacy")
        assert result.structured_content["url"] == f"{SITE}/papers/{town.paper.key}"
        for name, status in (("portal.example", b"200"), ("evil.example", b"421")):
            assert status in posted(port, name).splitlines()[0]


@contextmanager
def serving(portal: Portal) -> Iterator[tuple[str, int]]:
    """Serve assistants over HTTP while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        app = build(portal).streamable_http_app(
            streamable_http_path=PATH,
            stateless_http=True,
            json_response=True,
            transport_security=guarded(portal.settings.base_url, "127.0.0.1", port),
        )
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{port}{PATH}", port
        finally:
            server.should_exit = True
            thread.join()


def posted(port: int, host: str) -> bytes:
    """Begin a conversation under a name; returns the answer as it came."""
    body = (
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
        b'"clientInfo":{"name":"t","version":"1"}}}'
    )
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nConnection: close\r\n"
        f"Accept: application/json, text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(head.encode() + body)
        return b"".join(iter(lambda: line.recv(65536), b""))
