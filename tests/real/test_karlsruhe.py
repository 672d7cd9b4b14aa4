"""Karlsruhe, OParl 1.1, 100,381 objects besides System and Body: all of them, within bounded memory."""

import subprocess
import sys

import orjson
import pytest

from app.db import open_engine
from tests.real import captured
from tests.real.council_process import serving
from tests.real.test_huertgenwald import ids_held

pytestmark = pytest.mark.real

# In a process of its own: what it needed at most is asked of the system when it ends.
MIRROR = r"""
import re, sys, orjson
from pathlib import Path
from app.config import Settings
from app.db import open_engine, upgrade
from oparl_sync import run
from oparl_sync.cli import remember
from oparl_sync.progress import Progress
settings = Settings.from_environment(orjson.loads(sys.argv[1]))
engine = open_engine(settings.database_url)
upgrade(engine)
remember(engine, sys.argv[2], "a")
for _ in range(2):
    summary = run.mirror(settings, engine, "a", progress=Progress(quiet=True))
    assert not summary.failures["a"], summary.failures
    # Of this program alone: getrusage also counts what the process was before it became this program.
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024
    print(orjson.dumps(summary.as_json() | {"peak": peak}).decode())
"""


def test_it_holds_every_object_and_writes_nothing_twice(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path_factory.mktemp("karlsruhe")
    environment = {"RATSLUPE_HOME": str(home), "SECRET_KEY": "only-for-tests", "FETCH_ALLOW_NETWORKS": "127.0.0.0/8"}
    environment |= {"BASE_URL": "http://portal.example", "CONTACT": "clerk@example.org"}
    with serving("karlsruhe") as address:
        command = [sys.executable, "-c", MIRROR, orjson.dumps(environment).decode(), address]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = (orjson.loads(line) for line in done.stdout.splitlines())
    with capsys.disabled():
        rate = (first["created"] + first["deleted"]) / first["seconds"]
        sys.stdout.write(f"\nKarlsruhe: {rate:,.0f} objects/s, peak {second['peak'] / 1e6:.0f} MB\n")
    published = captured.ids_in(captured.karlsruhe())
    assert len(published) == 100_381 + 2
    engine = open_engine(f"sqlite:///{home / 'ratslupe.db'}")
    held = ids_held(engine)
    engine.dispose()
    # One id for several consultations: 121 of them are held under ids of their own.
    assert {oparl_id for oparl_id in held if "#" not in oparl_id} == published.keys()
    alive = {oparl_id: kind for oparl_id, kind in held.items() if kind and "#" not in oparl_id}
    assert alive.items() <= published.items()
    assert len(published) - len(alive) == 268 + 5  # papers that were withdrawn, and places that only these had
    assert [second[name] for name in ("created", "updated", "deleted", "quarantined")] == [0, 0, 0, 0]
    assert second["peak"] < 400_000_000
