"""kill -9 at every point at which something is made lasting, and at any moment: what is there in the end is the same.

KILLS=1000 kills that often at random moments besides, and at every point the first, second and last time it is passed.
Otherwise only the first walk is killed at all three, the others at one of them, each at another one of the same point:
a kill and what follows take two seconds.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import uuid
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app import indexing
from app.config import ROOT
from app.db import open_engine
from search import open_index
from tests.conftest import make_database
from tests.dump import differences, dump
from tests.faults.mirror import engine_at, template
from tests.faults.zygote import add_source

SCENARIOS = ("first", "next", "next full", "old next full")
KILLS = int(os.environ.get("KILLS", "80"))
ALL_TIMES = KILLS >= 1000
SHARDS = 4
ON_POSTGRESQL = 8
State = dict[str, list[tuple[Any, ...]]]


class Zygote:
    """Mirrors in copies of a process that has loaded everything."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._clean: dict[str, Clean] = {}
        command = [sys.executable, "-m", "tests.faults.zygote"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, **job: Any) -> dict[str, Any]:
        """Do one job; returns how the process ended and how long it took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def clean(self, scenario: str) -> "Clean":
        """Return what a scenario leaves where nobody kills: found out once."""
        if scenario not in self._clean:
            self._clean[scenario] = Clean(self, scenario)
        return self._clean[scenario]

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Clean:
    """What a scenario leaves where nobody kills: where it starts, what is there in the end, which points it passes."""

    def __init__(self, zygote: Zygote, scenario: str) -> None:
        self.scenario = scenario
        self.start = zygote.folder / f"start of {scenario}"
        self.start.mkdir()
        shutil.copy(template(), self.start / "ratslupe.db")
        add_source(self.start)
        if "next" in scenario:
            first = scenario.replace("next", "first").replace(" full", "")
            assert zygote.run(home=str(self.start), scenario=first)["code"] == 0
        passed = zygote.folder / f"passed in {scenario}"
        with self.copied() as home:
            done = zygote.run(home=str(home), scenario=scenario, count=str(passed))
            assert done["code"] == 0
            self.seconds, self.end = done["seconds"], state(home)
        self.passed = Counter(json.loads(passed.read_text("utf-8")))

    @contextmanager
    def copied(self) -> Iterator[Path]:
        """Give a folder in which the scenario is about to begin."""
        home = Path(tempfile.mkdtemp(dir=self.start.parent))
        shutil.copytree(self.start, home, dirs_exist_ok=True)
        try:
            yield home
        finally:
            shutil.rmtree(home)

    def killed(self, zygote: Zygote, *ways: dict[str, Any]) -> str:
        """Be killed in one way after the other, and go on; returns what is different in the end."""
        with self.copied() as home:
            codes = [zygote.run(home=str(home), scenario=self.scenario, **way)["code"] for way in ways]
            last = zygote.run(home=str(home), scenario=self.scenario)["code"]
            if last != 0:
                return f"{ways}: ended with {codes}, then {last}"
            found = differences(self.end, state(home))
            return f"{ways}, {codes}: {found}" if found else ""


def state(home: Path, database_url: str = "") -> State:
    """Return all rows, the files, and what the index lacks or has too much."""
    engine = open_engine(database_url) if database_url else engine_at(home / "ratslupe.db")
    index = open_index(f"embedded://{home / 'index'}")
    try:
        wrong = indexing.verify(engine, index)
        files = sorted((path.name,) for path in (home / "files").glob("??/??/*"))
        return dump(engine) | {"index": [(str(wrong),)] if wrong else [], "files": files}
    finally:
        index.close()
        engine.dispose()


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with tempfile.TemporaryDirectory(prefix="rl-kill-") as folder:
        zygote = Zygote(Path(folder))
        yield zygote
        zygote.close()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_it_is_killed_at_every_point(scenario: str, zygote: Zygote, capsys: pytest.CaptureFixture[str]) -> None:
    clean = zygote.clean(scenario)
    places = [(at, nth) for at, often in clean.passed.items() for nth in _times(scenario, at, often)]
    wrong = [clean.killed(zygote, {"at": at, "nth": nth}) for at, nth in places]
    with capsys.disabled():
        sys.stdout.write(f"\n{scenario}: {len(clean.passed)} points, killed {len(places)} times\n")
    assert [found for found in wrong if found] == []
    assert len(clean.passed) >= 20


def _times(scenario: str, at: str, often: int) -> list[int]:
    """Return which times of passing a point are killed: each scenario has another one of the same point."""
    times = sorted({1, min(2, often), often})
    if ALL_TIMES or scenario == "first":
        return times
    return [times[(SCENARIOS.index(scenario) + zlib.crc32(at.encode())) % len(times)]]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_it_is_killed_at_any_moment(shard: int, zygote: Zygote) -> None:
    dice, wrong = random.Random(shard), []
    scenarios = [zygote.clean(scenario) for scenario in SCENARIOS]
    left = KILLS // SHARDS
    while left > 0:
        clean = dice.choice(scenarios)
        times = min(left, dice.choice((1, 1, 2, 3)))
        left -= times
        wrong.append(clean.killed(zygote, *({"after": dice.uniform(0, clean.seconds)} for _ in range(times))))
    assert [found for found in wrong if found] == []


@contextmanager
def on_postgresql(template: str) -> Iterator[str]:
    """Give the URL of an empty database with our schema, and the council added to it."""
    name, admin = f"k{uuid.uuid4().hex}", create_engine(template, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        make_database(connection, name)
    url = template.replace("/postgres?", f"/{name}?")
    add_source(Path(), url)
    yield url
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def test_it_is_killed_on_postgresql(zygote: Zygote, postgres_template: str, tmp_path: Path) -> None:
    def ended(home: Path, *ways: dict[str, Any]) -> State:
        with on_postgresql(postgres_template) as url:
            for way in (*ways, {}):
                last = zygote.run(home=str(home), scenario="first", database_url=url, **way)
            assert last["code"] == 0, ways
            return state(home, url)

    counted = tmp_path / "passed"
    clean = ended(tmp_path / "clean", {"count": str(counted)})
    passed = json.loads(counted.read_text("utf-8"))
    dice = random.Random(7)
    for number, at in enumerate(dice.sample(sorted(passed), ON_POSTGRESQL)):
        way = {"at": at, "nth": dice.randint(1, passed[at])}
        assert differences(clean, ended(tmp_path / str(number), way)) == [], way
