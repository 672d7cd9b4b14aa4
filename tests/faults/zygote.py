"""A process that has loaded everything, and makes copies of itself that mirror a council and are killed.

    python -m tests.faults.zygote

reads one job a line (JSON) and answers each with one: to start Python anew for every kill would cost a second of it.
"""

import gc
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

from tqdm import tqdm

from app.config import Settings
from app.db import open_engine
from oparl_sync import extract, index, run
from oparl_sync.progress import Progress
from oparl_sync.sources import remember
from tests.faults.council import Council
from tests.faults.mirror import NoIndex, Reader, engine_at, instant, set_clock, template
from tests.faults.points import Points

# What happens to the council between the first time it is mirrored and the second.
NEWS = (
    *("update", "update", "update-own-stamp", "update-silent", "delete", "delete", "add", "reorder"),
    *("depublish", "remove-child", "move-child", "replace-bytes", "delete-own-stamp", "move-child"),
)


def council(scenario: str) -> Council:
    """Return the council of a scenario: "first", or "next" with what happened since."""
    made = Council(version="1.0" if "old" in scenario else "1.1", per_page=1)
    for number in range(9):
        made.happens("add", number)
    if "next" in scenario:
        made.later(days=9)
        for number, name in enumerate(NEWS):
            made.happens(name, 2 * number)
    return made


def mirror(home: Path, scenario: str, points: Points, database_url: str = "") -> None:
    """Bring everything of a scenario into a folder, as `ratslupe sync` does."""
    environment = {
        "SECRET_KEY": "only-for-tests",
        "CONTACT": "clerk@example.org",
        "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
    }
    environment |= {"RATSLUPE_HOME": str(home), "BASE_URL": "http://portal.example", "DATABASE_URL": database_url}
    settings, town = Settings.from_environment(environment), council(scenario)
    engine = open_engine(database_url) if database_url else engine_at(home / "ratslupe.db")
    set_clock(town.now)
    with instant(town), mock.patch.object(extract, "Sandbox", Reader), points.watching(engine, town):
        done = run.sync(settings, engine, ("a",), full="full" in scenario, progress=Progress(quiet=True))
    if done.failures:
        raise RuntimeError(f"{scenario}: {done.failures}")


def add_source(home: Path, database_url: str = "") -> None:
    """Let the council be mirrored in a folder."""
    engine = open_engine(database_url) if database_url else engine_at(home / "ratslupe.db")
    remember(engine, council("first").url, "a")
    engine.dispose()


def warm_up() -> None:
    """Do everything once, so that no copy has to compile statements again."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(index, "open_index", return_value=NoIndex()),
    ):
        shutil.copy(template(), folder)
        add_source(Path(folder))
        for scenario in ("first", "next", "next full"):
            mirror(Path(folder), scenario, Points())


def _run(job: dict[str, Any]) -> NoReturn:
    points = Points(job.get("at", ""), job.get("nth", 0))
    try:
        mirror(Path(job["home"]), job["scenario"], points, job.get("database_url", ""))
        if "count" in job:
            Path(job["count"]).write_text(json.dumps(points.passed), "utf-8")
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
        raise
    os._exit(0)


def main() -> None:
    """Serve jobs until there are no more."""
    # tqdm's own lock is one for all copies: one that is killed while it holds it would stop all that come after it.
    tqdm.set_lock(threading.RLock())
    tqdm.monitor_interval = 0  # nor may a thread hold it while a copy is made
    warm_up()
    gc.freeze()  # what is never looked at again is never copied either
    for line in sys.stdin:
        job = json.loads(line)
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            sys.stdin.close()
            sys.stdout.close()
            _run(job)
        if "after" in job:
            time.sleep(job["after"])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        answer = {"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - began}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
