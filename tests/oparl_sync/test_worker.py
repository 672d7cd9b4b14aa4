"""The worker: what is due, many sources side by side, and an end that leaves nothing held."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.config import ROOT, Settings
from app.db import now, writing
from app.models import Lease, ListCursor, Source, SyncRun
from oparl_sync import cursors, leases, run, schedule, worker
from oparl_sync.problems import Stopped
from oparl_sync.schedule import Standing, due, due_at, next_night
from oparl_sync.worker import Worker

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def standing(*, ended: datetime | None = NOON, often: bool = True, **columns: Any) -> Standing:
    return Standing(Source(**{"id": 1, "slug": "a", "state": "complete", "failures": 0, **columns}), ended, often)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (standing(ended=None), None),
        (standing(), NOON + HOUR),
        (standing(often=False), datetime(2026, 6, 1, 23, 37, tzinfo=UTC) + timedelta(days=1)),
        (standing(state="failing", failures=1), NOON + timedelta(minutes=15)),
        (standing(state="failing", failures=3), NOON + HOUR),
        (standing(state="partial", failures=5000, often=False), NOON + timedelta(days=1)),
        (standing(state="blocked", failures=1, next_try=NOON + timedelta(days=1)), NOON + timedelta(days=1)),
        (standing(ended=None, next_try=NOON), NOON),
    ],
    ids=["never read", "filtered", "whole", "failed once", "failed thrice", "failed for ever", "blocked", "not before"],
)
def test_it_knows_when_a_source_is_due(known: Standing, expected: datetime | None) -> None:
    assert due_at(known) == expected


@pytest.mark.parametrize(
    ("after", "night"),
    [
        ("2026-06-01T22:59+00:00", "2026-06-01T23:00+00:00"),  # summer: one o'clock is eleven in UTC
        ("2026-06-01T23:00+00:00", "2026-06-02T23:00+00:00"),
        ("2026-12-31T23:59+00:00", "2027-01-01T00:00+00:00"),
        ("2026-10-24T23:30+00:00", "2026-10-26T00:00+00:00"),  # the night in which the clock is set back
    ],
)
def test_the_night_is_germanys(after: str, night: str) -> None:
    assert next_night(datetime.fromisoformat(after)) == datetime.fromisoformat(night)


def added(engine: Engine, slug: str, **columns: Any) -> int:
    row = {"slug": slug, "url": f"http://{slug}.example/oparl", "added_at": now(), "state": "new"} | columns
    with writing(engine) as session:
        number: int = session.execute(insert(Source).values(**row).returning(Source.id)).scalar_one()
        return number


def passed(engine: Engine, source_id: int, ended: datetime | None, *, pages: int = 1, filtering: str = "ok") -> None:
    with writing(engine) as session:
        begun = (ended or now()) - HOUR
        session.execute(insert(SyncRun).values(source_id=source_id, started_at=begun, finished_at=ended))
        row = {"source_id": source_id, "url": f"http://{source_id}.example", "object_type": "Paper"}
        session.execute(insert(ListCursor).values(**row, pages=pages, filtering=filtering, stamps=cursors.OK))


def test_it_takes_first_whoever_waits_longest(engine: Engine) -> None:
    moment = now()
    for slug, ended, pages, filtering in (
        ("hour", moment - 2 * HOUR, 500, "ok"),
        ("just", moment - HOUR / 2, 500, "ok"),
        ("long", moment - 90 * HOUR, 500, "ignored"),
        ("big", moment - 2 * HOUR, 500, "ignored"),
        ("small", moment - 3 * HOUR, schedule.CHEAP, "ignored"),
        ("killed", None, 1, "ok"),
    ):
        passed(engine, added(engine, slug), ended, pages=pages, filtering=filtering)
    added(engine, "new")
    added(engine, "later", next_try=moment + HOUR)
    added(engine, "brought", url="import:brought")
    assert [source.slug for source in due(engine, moment)] == ["killed", "new", "long", "small", "hour"]


Mirror = Callable[[run.Shared, Source, run.Summary], None]


def of_records(mirror: Mirror) -> Callable[..., None]:
    """Stand in for a pass of the worker, which leaves files to a turn of their own."""

    def one_source(common: run.Shared, source: Source, summary: run.Summary, *, files: bool) -> None:
        assert not files
        mirror(common, source, summary)

    return one_source


@pytest.fixture
def working(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[Worker, list[str]]]]:
    """Start workers whose sources do what a test says, and end them."""
    started: list[tuple[Worker, threading.Thread]] = []
    before = set(threading.enumerate())

    def start(mirror: Mirror, **options: Any) -> tuple[Worker, list[str]]:
        monkeypatch.setattr(run, "one_source", of_records(mirror))
        lines: list[str] = []
        one = Worker(settings, engine, lines.append, **{"tick": 0.02, **options})
        thread = threading.Thread(target=one.work)
        thread.start()
        started.append((one, thread))
        return one, lines

    yield start
    for one, thread in started:
        one.stop.set()
        thread.join(10)
        assert not thread.is_alive()
    let_go(before)


def let_go(before: set[threading.Thread]) -> None:
    """Wait for the threads that a worker left behind: they hold connections of the engine that is about to go."""
    eventually(lambda: not [one for one in set(threading.enumerate()) - before if one.name != "tqdm_monitor"])


def eventually(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    for _ in range(500):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it never came to that")


def test_one_that_hangs_or_breaks_delays_no_other(
    working: Callable[..., tuple[Worker, list[str]]], engine: Engine
) -> None:
    for slug in ("hangs", "breaks", "fails", "fine"):
        added(engine, slug)
    hung, read = threading.Event(), list[str]()

    def mirror(common: run.Shared, source: Source, summary: run.Summary) -> None:
        if source.slug == "hangs":
            hung.wait(20)
        if source.slug == "breaks":
            raise ZeroDivisionError("a secret")
        if source.slug == "fails":
            summary.failures["fails"] = ["the server is down"]
        if source.slug == "fine":
            summary.counts.created = 3
        passed(engine, source.id, now())
        read.append(source.slug)

    one, lines = working(mirror)
    eventually(lambda: {"fails", "fine"} <= set(read))
    eventually(
        lambda: any(line.startswith("breaks: an error of this program, ZeroDivisionError in ") for line in lines)
    )
    assert "fails: the server is down" in lines
    assert any(line.startswith("fine: 3 created, 0 requests in ") for line in lines)
    assert "secret" not in str(lines)
    time.sleep(0.1)
    assert sum(line.startswith("breaks") for line in lines) == 1  # not at once again
    one.stop.set()
    hung.set()


def test_it_reads_no_more_sources_at_once_than_it_may(
    working: Callable[..., tuple[Worker, list[str]]], engine: Engine
) -> None:
    for number in range(6):
        added(engine, f"s{number}")
    gate, at_once, most, read = threading.Lock(), [0], [0], list[int]()

    def mirror(common: run.Shared, source: Source, summary: run.Summary) -> None:
        with gate:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.05)
        passed(engine, source.id, now())
        with gate:
            at_once[0] -= 1
            read.append(source.id)

    working(mirror, jobs=2)
    eventually(lambda: len(read) == 6)
    assert most == [2]
    assert len(set(read)) == 6


def test_two_workers_never_read_one_source_together(
    settings: Settings, engine: Engine, working: Callable[..., tuple[Worker, list[str]]]
) -> None:
    numbers = [added(engine, f"s{number}") for number in range(8)]
    inside, twice, read = set[int](), list[int](), list[int]()

    def mirror(common: run.Shared, source: Source, summary: run.Summary) -> None:
        with run.held(common, source):
            if source.id in inside:
                twice.append(source.id)
            inside.add(source.id)
            time.sleep(0.03)
            inside.discard(source.id)
            passed(engine, source.id, now())
            read.append(source.id)

    working(mirror)
    working(mirror)
    eventually(lambda: set(read) == set(numbers))
    assert twice == []


def test_it_ends_while_a_source_hangs_and_holds_nothing_then(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(engine, "hangs")
    begun, woken, fenced = threading.Event(), threading.Event(), list[str]()
    before = set(threading.enumerate())

    def mirror(common: run.Shared, source: Source, summary: run.Summary) -> None:
        with run.held(common, source) as lease:
            begun.set()
            woken.wait(20)
            try:
                with lease.writing():
                    fenced.append("wrote")
            except leases.Fenced:
                fenced.append("fenced")

    monkeypatch.setattr(run, "one_source", of_records(mirror))
    monkeypatch.setattr(worker, "GRACE", 0.1)
    one = Worker(settings, engine, lambda _: None, tick=0.02)
    thread = threading.Thread(target=one.work)
    thread.start()
    assert begun.wait(10)
    one.stop.set()
    thread.join(10)
    assert not thread.is_alive()
    with Session(engine) as session:
        assert {lease.owner for lease in session.scalars(select(Lease))} == {None}
    woken.set()
    let_go(before)
    assert fenced == ["fenced"]


def test_whoever_waits_is_woken_by_the_end(settings: Settings, engine: Engine) -> None:
    one = Worker(settings, engine, lambda _: None)
    one._sleep(0)
    one.stop.set()
    for seconds in (0, 3600):
        with pytest.raises(Stopped):
            one._sleep(seconds)


def test_it_survives_a_database_that_is_away_for_a_while(
    working: Callable[..., tuple[Worker, list[str]]], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(engine, "a")
    broken = [OperationalError("a secret", None, Exception("a secret")) for _ in range(3)]
    real, read = schedule.due, list[str]()

    def due(*arguments: Any) -> list[Source]:
        if broken:
            raise broken.pop()
        return real(*arguments)

    def mirror(common: run.Shared, source: Source, summary: run.Summary) -> None:
        passed(engine, source.id, now())
        read.append(source.slug)

    monkeypatch.setattr(schedule, "due", due)
    _, lines = working(mirror)
    eventually(lambda: read)
    assert lines[:3] == ["the database does not answer (OperationalError); it is tried again"] * 3


def test_the_command_ends_at_once_when_it_is_told_to(tmp_path: Path, sqlite_template: Path) -> None:
    (tmp_path / "ratslupe.db").write_bytes(sqlite_template.read_bytes())
    command = [str(Path(sys.executable).parent / "ratslupe"), "worker"]
    for end in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen(
            command, cwd=ROOT, env={"RATSLUPE_HOME": str(tmp_path), "PATH": ""}, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline().rstrip().endswith("the worker begins")
            process.send_signal(end)
            assert process.wait(timeout=10) == 0
            assert process.stdout.read().rstrip().endswith("the worker ended")
