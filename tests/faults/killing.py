"""Runs `ratslupe` in a process of its own, and kills it at a moment of one's choosing."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from app import indexing
from app.config import Settings
from app.db import open_engine
from search import open_index
from tests.dump import dump

RATSLUPE = str(Path(sys.executable).with_name("ratslupe"))
NEVER = 1800.0


class Home:
    """A folder with everything a portal keeps, on SQLite unless another database is given."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self.environment = {
            "RATSLUPE_HOME": str(folder),
            "SECRET_KEY": "only-for-tests",
            "BASE_URL": "http://portal.example",
            "CONTACT": "clerk@example.org",
            "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        } | ({"DATABASE_URL": database_url} if database_url else {})
        self.settings = Settings.from_environment(self.environment)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [RATSLUPE, *arguments], env=self._env(), capture_output=True, text=True, timeout=NEVER, check=False
        )

    def kill(self, *arguments: str, after_line: str, seconds: float) -> bool:
        """Start a command, and kill it some time after a line of its progress; tells whether it was still running."""
        process = subprocess.Popen([RATSLUPE, *arguments], env=self._env(), stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        for line in process.stderr:
            if after_line in line:
                break
        # What it says from here on must not fill the pipe and stop it.
        drain = threading.Thread(target=process.stderr.read)
        drain.start()
        time.sleep(seconds)
        alive = process.poll() is None
        if alive:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        drain.join()
        process.stderr.close()
        return alive

    def state(self) -> dict[str, list[tuple[object, ...]]]:
        """Return all rows, clocks left out, and what the index lacks or has too much."""
        engine = open_engine(self.settings.database_url)
        index = open_index(self.settings.search_url)
        try:
            wrong = indexing.verify(engine, index)
            # What a killed writer had begun lies beside them, for a day, until it is swept.
            kept = (Path(self.environment["RATSLUPE_HOME"]) / "files").glob("??/??/*")
            files = [(path.name,) for path in kept]
            return dump(engine) | {"index": [(str(wrong),)] if wrong else [], "files": sorted(files)}
        finally:
            index.close()
            engine.dispose()

    def _env(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | self.environment
