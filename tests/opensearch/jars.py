"""The jars of OpenSearch: fetched once by Maven into a folder beside .venv, each compared with a SHA-256 kept here."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / ".opensearch"  # 77 MB; fetched in 11 s
SECONDS = 600  # for a slow line


class Unavailable(Exception):
    """OpenSearch cannot be started on this machine; the text says why."""


def classpath() -> str:
    """Return the class path of an OpenSearch node; raises Unavailable where Java, Maven or the network is missing."""
    if shutil.which("java") is None:
        raise Unavailable("Java")
    lines = (line.split() for line in (HERE / "jars.sha256").read_text().splitlines())
    wanted = {name: digest for digest, name in lines}
    repository = CACHE / "repository"
    CACHE.mkdir(exist_ok=True)
    # Tests run in several processes, and Maven's folder takes one writer.
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if any(_digest(repository / name) != digest for name, digest in wanted.items()):
            _fetch(repository)
    wrong = [name for name, digest in wanted.items() if _digest(repository / name) != digest]
    # Not Unavailable, which a test may skip for: another file under a known name is nothing to get used to.
    assert not wrong, f"not the jars that jars.sha256 names: {', '.join(wrong)}"
    return ":".join(str(repository / name) for name in wanted)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def _fetch(repository: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("Maven, which fetches OpenSearch,")
    # dependency:resolve fetches and does no more; -C has Maven compare its own checksums too.
    command = [maven, "-B", "-q", "-C", "-f", str(HERE / "pom.xml"), f"-Dmaven.repo.local={repository}"]
    command.append("dependency:resolve")
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        raise Unavailable(f"OpenSearch, which Maven could not fetch ({_first_error(done.stdout)}),")


def _first_error(output: str) -> str:
    return next((line for line in output.splitlines() if "ERROR" in line), "it said nothing")[:300]
