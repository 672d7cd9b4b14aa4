"""The cluster that other tests use: it is what was asked for, and it never outlives them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from app.config import ROOT
from tests.conftest import missing
from tests.opensearch import jars

STARTED = """
    import sys
    from pathlib import Path
    from tests.opensearch.cluster import Node
    node = Node(Path(sys.argv[1]) / "node", "127.0.0.1", "", sys.argv[2])
    node.start()
    print(node._process.pid, flush=True)
    sys.stdin.read()
"""


def test_a_node_dies_with_the_process_that_started_it_however_that_ends(tmp_path: Path) -> None:
    try:
        path = jars.classpath()
    except jars.Unavailable as error:
        missing(str(error))
    command = [sys.executable, "-c", textwrap.dedent(STARTED), str(tmp_path), path]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        node = int(parent.stdout.readline())
        assert _runs(node)
        parent.kill()
    deadline = time.monotonic() + 30
    while _runs(node):
        assert time.monotonic() < deadline, "it still runs"
        time.sleep(0.05)


def test_another_file_under_the_name_of_a_jar_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "CACHE", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")

    def fetch(repository: Path) -> None:
        for line in (jars.HERE / "jars.sha256").read_text().splitlines():
            file = repository / line.split()[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"something else")

    monkeypatch.setattr(jars, "_fetch", fetch)
    with pytest.raises(AssertionError, match="not the jars"):
        jars.classpath()


@pytest.mark.parametrize(("lacking", "named"), [("java", "Java"), ("mvn", "Maven")])
def test_it_says_what_this_machine_lacks(
    lacking: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jars, "CACHE", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None if name == lacking else f"/bin/{name}")
    with pytest.raises(jars.Unavailable, match=named):
        jars.classpath()


def _runs(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not asked for yet does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
