"""What the page shows can be copied and run: each example is, where its tool is there."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import orjson
import pytest
from flask import Flask
from werkzeug.serving import make_server

from app.config import ROOT
from app.web.api.examples import EXAMPLES
from app.web.api.problems import KINDS
from app.web.api.table import OPERATIONS
from tests.app.web.conftest import Town
from tests.conftest import missing
from tests.factories.publication import Published

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BY_NAME = {one.name: one for one in EXAMPLES}


@pytest.fixture
def served(app: Flask, published: Published) -> Iterator[str]:
    """Serve the town on loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def run(command: list[str], folder: Path) -> str:
    """Run a program in a folder; returns what it says."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shell(name: str, served: str, folder: Path) -> str:
    """Run an example in a shell."""
    if shutil.which("curl") is None:
        missing("curl")
    return run(["sh", "-e", "-c", BY_NAME[name].at(served)], folder)


@ON_ONE
def test_curl_searches(served: str, tmp_path: Path) -> None:
    found = json.loads(shell("search", served, tmp_path))
    assert {one["type"] for one in found["data"]} == {"Paper"}


@ON_ONE
def test_curl_asks_again(served: str, tmp_path: Path) -> None:
    shell("again", served, tmp_path)
    assert len(json.loads((tmp_path / "papers.json").read_text())["data"]) == 3


@ON_ONE
def test_curl_takes_everything_and_duckdb_counts_it(served: str, tmp_path: Path, published: Published) -> None:
    shell("changes", served, tmp_path)
    header, *lines = map(orjson.loads, (tmp_path / "changes.ndjson").read_bytes().splitlines())
    assert header["count"] == len(lines)
    text = BY_NAME["table"].at(served).replace("changes.ndjson", str(tmp_path / "changes.ndjson"))
    with duckdb.connect() as database:
        counted = dict(database.execute(text).fetchall())
    assert counted["https://schema.oparl.org/1.1/Paper"] == 3
    assert sum(counted.values()) == len(lines)


@ON_ONE
def test_httpx_keeps_a_copy(served: str, tmp_path: Path, published: Published, town: Town) -> None:
    program = [sys.executable, "-c", BY_NAME["copy"].at(served)]
    first = int(run(program, tmp_path).split()[0])
    published.take(town.paper.key)
    published.put(town.hostile.key, name="Another\u2028name")
    assert int(run(program, tmp_path).split()[0]) == first - 1
    copy, _ = json.loads((tmp_path / "copy.json").read_text())
    assert "Another\u2028name" in [one.get("name") for one in copy.values()]
    # Everything was written anew: the copy is, too.
    published.renew("second")
    assert int(run(program, tmp_path).split()[0]) == first - 1


@ON_ONE
def test_r_makes_a_table(served: str, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        missing("R")
    if "TRUE" not in run(["Rscript", "-e", "cat(requireNamespace('jsonlite', quietly = TRUE))"], tmp_path):
        missing("R's jsonlite")
    assert "Radweg" in run(["Rscript", "-e", BY_NAME["frame"].at(served)], tmp_path)


def test_every_example_is_run_and_stands_in_the_manual() -> None:
    tests = Path(__file__).read_text()
    manual = (ROOT / "docs" / "api.md").read_text()
    for one in EXAMPLES:
        assert f'"{one.name}"' in tests
        assert one.at("https://ratslupe.example") in manual


def test_the_manual_names_all_that_can_be_asked_and_go_wrong() -> None:
    manual = (ROOT / "docs" / "api.md").read_text()
    for operation in OPERATIONS[1:]:
        names = ", ".join(f"`{one.name}`" for one in operation.parameters) or "–"
        assert f"| `/api/v1{operation.path}` | {operation.says} | {names} |" in manual
    for kind in KINDS.values():
        assert f"| {kind.status} | {kind.name} | {kind.title} |" in manual
