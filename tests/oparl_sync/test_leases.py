"""Leases: one holder at a time, a dead one is noticed, and one that stood still writes nothing any more."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.orm import Session

from app import db
from app.config import ROOT
from app.db import now, writing
from app.models import Consumer, Lease
from oparl_sync import leases
from oparl_sync.leases import Fenced, Taken, Worker, held

SHORT = 2.0  # seconds that a lease lasts here: on a busy machine a heart may beat late


@pytest.fixture
def worker(engine: Engine) -> Iterator[Callable[..., Worker]]:
    """Make workers as other processes would be, each in a folder: one of its own means another machine."""
    made: list[Worker] = []

    def make(home: Path, ttl: float = leases.TTL) -> Worker:
        made.append(Worker(engine, home, ttl))
        return made[-1]

    yield make
    for each in made:
        each.close()


@contextmanager
def process(database_url: str, home: Path, body: str) -> Iterator[subprocess.Popen[str]]:
    """Run code that may `say` and `hear` lines, with an engine and a folder, in a process of its own."""
    start = (
        "import sys, time; from pathlib import Path; from sqlalchemy import text; from app.db import open_engine\n"
        "from oparl_sync.leases import Fenced, Taken, held\n"
        "say = lambda line: print(line, flush=True)\n"
        "hear = sys.stdin.readline\n"
        f"engine, home = open_engine({database_url!r}), Path({str(home)!r})\n"
    )
    command = [sys.executable, "-c", start + body]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def heard(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    assert child.stderr is not None
    return child.stdout.readline().strip() or child.stderr.read()


def tell(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()


def claimed(engine: Engine, home: Path, name: str) -> leases.Lease:
    """Take a lease as soon as it can be had."""
    for _ in range(600):
        try:
            with held(engine, home, name, ttl=SHORT) as lease:
                return lease
        except Taken:
            time.sleep(0.02)
    raise AssertionError("the lease never ran out")


def numbers(engine: Engine) -> dict[str, int]:
    with Session(engine) as session:
        return {row.name: row.seq for row in session.scalars(select(Consumer))}


def test_it_has_one_holder_and_is_given_back(engine: Engine, tmp_path: Path) -> None:
    with held(engine, tmp_path, "source:1") as first:
        with pytest.raises(Taken, match="works on it already"), held(engine, tmp_path, "source:1"):
            pass
        with held(engine, tmp_path, "source:2"):
            pass
        with first.writing() as session:
            session.execute(insert(Consumer).values(name="a", seq=1))
    with held(engine, tmp_path, "source:1") as second:
        assert second.epoch > first.epoch
    assert numbers(engine) == {"a": 1}
    with Session(engine) as session:
        assert {row.owner for row in session.scalars(select(Lease))} == {None}
    assert not any((tmp_path / "workers").iterdir())
    assert not any(thread.name == "leases" for thread in threading.enumerate())


def test_it_is_given_back_when_the_work_fails(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), held(engine, tmp_path, "source:1"):
        raise ZeroDivisionError
    with held(engine, tmp_path, "source:1"):
        pass


def test_it_lets_one_worker_at_a_time_ask_a_domain(
    engine: Engine, tmp_path: Path, worker: Callable[..., Worker]
) -> None:
    one, other = worker(tmp_path), worker(tmp_path)
    one.claim("source:1", "rat.example", "musterhausen")
    one.claim("source:2", "rat.example", "musterdorf")
    with pytest.raises(Taken, match=r"^musterstadt: process \d+ on \S+ asks rat\.example already"):
        other.claim("source:3", "rat.example", "musterstadt")
    other.claim("source:4", "other.example", "anderswo")
    other.claim("documents", None, "documents")


def test_it_writes_nothing_once_another_took_over(
    engine: Engine, tmp_path: Path, worker: Callable[..., Worker]
) -> None:
    late = worker(tmp_path / "here", ttl=SHORT)
    late._ended.set()  # it stands still: its heart does not beat
    lease = late.claim("source:1", "rat.example", "x")
    with lease.writing() as session:
        session.execute(insert(Consumer).values(name="early", seq=1))
    with pytest.raises(Taken), held(engine, tmp_path / "there", "source:1", ttl=SHORT):
        pass
    taken = claimed(engine, tmp_path / "there", "source:1")
    assert taken.epoch == lease.epoch + 1
    with pytest.raises(Fenced, match=r"^source:1 was taken over"), lease.writing() as session:
        session.execute(insert(Consumer).values(name="late", seq=1))
    late.release(lease)  # which must not give back what is somebody else's
    assert numbers(engine) == {"early": 1}


def test_one_that_ran_out_may_still_be_written_under_while_nobody_took_it(
    engine: Engine, tmp_path: Path, worker: Callable[..., Worker]
) -> None:
    slow = worker(tmp_path)
    lease = slow.claim("source:1", None, "x")
    with writing(engine) as session:
        session.execute(update(Lease).values(until=now() - timedelta(hours=1)))
    with lease.writing() as session:
        session.execute(insert(Consumer).values(name="a", seq=1))
    assert numbers(engine) == {"a": 1}


def test_a_holder_that_was_killed_is_noticed_at_once_on_its_machine(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    body = "with held(engine, home, 'source:1', domain='rat.example'), held(engine, home, 'source:2'):\n say(1); hear()"
    with process(database_url, tmp_path, body) as child:
        assert heard(child) == "1"
        with pytest.raises(Taken), held(engine, tmp_path, "source:1"):
            pass
        child.send_signal(signal.SIGKILL)
        child.wait()
        with pytest.raises(Taken), held(engine, tmp_path / "another machine", "source:1"):
            pass
        with held(engine, tmp_path, "source:9", domain="rat.example"), held(engine, tmp_path, "source:2"):
            pass
    assert not any((tmp_path / "workers").iterdir())


def test_a_process_that_was_stopped_is_overtaken_and_writes_nothing_when_it_wakes(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    body = f"""
with held(engine, home, "source:1", ttl={SHORT}) as lease:
    with lease.writing() as session:
        session.execute(text("INSERT INTO consumer (name, seq) VALUES ('early', 1)"))
    say("written")
    hear()
    try:
        with lease.writing() as session:
            session.execute(text("INSERT INTO consumer (name, seq) VALUES ('late', 1)"))
    except Fenced as error:
        say("fenced")
say("over")
"""
    with process(database_url, tmp_path, body) as child:
        assert heard(child) == "written"
        time.sleep(1.2 * SHORT)  # its heart beats: it keeps what it has
        with pytest.raises(Taken), held(engine, tmp_path, "source:1", ttl=SHORT):
            pass
        child.send_signal(signal.SIGSTOP)
        lease = claimed(engine, tmp_path, "source:1")
        child.send_signal(signal.SIGCONT)
        tell(child)
        assert [heard(child), heard(child)] == ["fenced", "over"]
    assert lease.epoch == 2
    assert numbers(engine) == {"early": 1}


def test_one_paused_in_the_middle_of_a_write_is_ended_by_postgresql(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    if engine.dialect.name != "postgresql":
        return  # there whoever is stopped in a transaction holds the file, and the others wait
    body = f"""
with held(engine, home, "source:1", ttl={SHORT}) as lease:
    try:
        with lease.writing() as session:
            session.execute(text("INSERT INTO consumer (name, seq) VALUES ('late', 1)"))
            say("inside")
            hear()
    except Fenced as error:
        say("fenced")
"""
    with process(database_url, tmp_path, body) as child:
        assert heard(child) == "inside"
        child.send_signal(signal.SIGSTOP)
        claimed(engine, tmp_path, "source:1")
        child.send_signal(signal.SIGCONT)
        tell(child)
        assert heard(child) == "fenced"
    assert numbers(engine) == {}


def test_nobody_takes_over_in_the_middle_of_a_write(
    engine: Engine, tmp_path: Path, worker: Callable[..., Worker]
) -> None:
    if engine.dialect.name != "postgresql":
        return  # SQLite has one writer at a time anyway
    slow = worker(tmp_path / "here")
    lease = slow.claim("source:1", None, "x")
    with writing(engine) as session:
        session.execute(update(Lease).values(until=now() - timedelta(hours=1)))
    with lease.writing() as session:
        session.execute(insert(Consumer).values(name="a", seq=1))
        with pytest.raises(Taken, match="about to stop"), held(engine, tmp_path / "there", "source:1"):
            pass
        slow._names.add("source:1")
        with writing(engine) as other:  # but it can be renewed meanwhile
            other.execute(update(Lease).values(until=now() + timedelta(seconds=50)))
    assert numbers(engine) == {"a": 1}


def test_a_clock_that_is_wrong_lets_nobody_write_late(
    engine: Engine, tmp_path: Path, worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = worker(tmp_path / "a").claim("source:1", None, "x")
    for days in (400, -400):
        monkeypatch.setattr(db, "now", lambda days=days: now() + timedelta(days=days))
        other = worker(tmp_path / f"b{days}")
        try:
            wrong = other.claim("source:1", None, "x")
        except Taken:  # PostgreSQL's clock is right
            assert engine.dialect.name == "postgresql"
            with right.writing() as session:
                session.execute(insert(Consumer).values(name=f"right{days}", seq=1))
            continue
        with pytest.raises(Fenced), right.writing():
            pass
        other._ended.set()
        right = wrong
    monkeypatch.undo()
    with right.writing() as session:
        session.execute(insert(Consumer).values(name="last", seq=1))
    if engine.dialect.name == "sqlite":  # a moment 400 days ahead or behind keeps nobody out
        worker(tmp_path / "c").claim("source:1", None, "x")


def test_of_twenty_processes_exactly_one_gets_it(engine: Engine, database_url: str, tmp_path: Path) -> None:
    script = tmp_path / "race.py"
    script.write_text(
        "import os, sys\nfrom pathlib import Path\nfrom app.db import open_engine\n"
        "from oparl_sync.leases import Taken, held\n"
        "engine, home = open_engine(sys.argv[1]), Path(sys.argv[2])\n"
        "go, back = os.pipe(), os.pipe()\n"
        "done, told = os.pipe(), os.pipe()\n"
        "for number in range(20):\n"
        "    if os.fork() == 0:\n"
        "        os.close(go[1])\n"
        "        os.read(go[0], 1)\n"  # ends when the parent closes it: all begin at once
        "        try:\n"
        "            with held(engine, home, 'source:1'):\n"
        "                os.write(back[1], b'+')\n"
        "                os.close(done[1])\n"
        "                os.read(done[0], 1)\n"
        "        except Taken:\n"
        "            os.write(back[1], b'-')\n"
        "        os._exit(0)\n"
        "os.close(go[1])\n"
        "print(''.join(sorted(os.read(back[0], 1).decode() for _ in range(20))))\n"
        "os.close(done[1])\n"
    )
    command = [sys.executable, str(script), database_url, str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == "+" + "-" * 19


def test_threads_that_race_for_one_are_told_apart(engine: Engine, tmp_path: Path) -> None:
    gate, over, got = threading.Barrier(8), threading.Barrier(8), list[str]()

    def race() -> None:
        gate.wait()
        try:
            with held(engine, tmp_path, "source:1", domain="rat.example"):
                got.append("held")
                over.wait()
        except Taken:
            got.append("taken")
            over.wait()

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ["held"] + ["taken"] * 7


def test_a_forked_child_does_not_keep_its_dead_parent_alive(engine: Engine, database_url: str, tmp_path: Path) -> None:
    body = (
        "import os, signal\n"
        "with held(engine, home, 'source:1'):\n"
        " if (child := os.fork()) == 0: hear(); os._exit(0)\n"
        " say(child)\n"
        " hear()"
    )
    with process(database_url, tmp_path, body) as parent:
        child = int(heard(parent))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        with held(engine, tmp_path, "source:1"):
            os.kill(child, signal.SIGKILL)
