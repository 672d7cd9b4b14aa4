"""A whole portal as a newcomer gets it: the made-up council, mirrored and served by the real commands."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app.config import ROOT

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Portal:
    """A home folder, its settings, and how to speak to it."""

    home: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> str:
        """Where the site answers while it is served."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the command is run with: its settings, and nothing from this machine but the path."""
        own = {"PATH": os.environ["PATH"], "RATSLUPE_HOME": str(self.home), "BASE_URL": self.site, "LC_ALL": "C.UTF-8"}
        return own | self.settings

    @property
    def council_port(self) -> str:
        """The port at which the made-up council was mirrored."""
        (source,) = json.loads(self.run("source", "list", "--json").stdout)
        return str(urlsplit(source["url"]).port)

    def run(self, *words: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        """Run `ratslupe` with these words."""
        return subprocess.run(
            [BIN / "ratslupe", *words],
            cwd=ROOT,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=check,
            timeout=300,
        )

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve the site on its production server."""
        command = [str(BIN / "ratslupe"), "serve", "--port", str(self.port), "--workers", "2"]
        with subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=subprocess.PIPE) as process:
            try:
                _wait_for(f"{self.site}/healthz")
                yield self.site
            finally:
                process.terminate()
                process.communicate(timeout=20)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _wait_for(url: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
