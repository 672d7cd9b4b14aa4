"""What follows from texts goes on where one of its steps fails, and so does whoever started it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from app.config import Settings
from app.documents import ocr
from app.files import FileStore, StoreFull, open_store
from oparl_sync import leases, run, scans, texts
from oparl_sync.progress import Progress
from tests import factories
from tests.oparl_sync.test_scans import Recogniser, save_scan

QUIET = Progress(quiet=True)


@pytest.fixture
def recogniser(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(scans, "Sandbox", Recogniser)
    monkeypatch.setattr(ocr, "installed", lambda: True)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    yield
    Recogniser.asked.clear()


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the steps instead of doing them; the first round of recognition finds a page."""
    done: list[str] = []

    def noting(name: str) -> Callable[..., int]:
        def step(*_: object, **__: object) -> int:
            done.append(name)
            return int(name == "scans" and done.count(name) == 1)

        return step

    for name, step in (("facts", "waiting"), ("minutes", "refresh"), ("index", "refresh"), ("scans", "waiting")):
        monkeypatch.setattr(f"oparl_sync.{name}.{step}", noting(name))
    return done


def follow(engine: Engine, settings: Settings, store: FileStore | None = None) -> dict[str, list[str]]:
    return texts.follow(engine, store or open_store(settings.files_url), settings, QUIET)


def test_what_was_recognised_goes_the_same_way(engine: Engine, settings: Settings, order: list[str]) -> None:
    assert follow(engine, settings) == {}
    assert order == ["facts", "minutes", "index", "scans"] * 2


@pytest.mark.parametrize(("name", "step"), [("facts", "waiting"), ("minutes", "refresh")])
def test_a_step_that_fails_keeps_no_other_from_its_turn(
    engine: Engine, settings: Settings, order: list[str], monkeypatch: pytest.MonkeyPatch, name: str, step: str
) -> None:
    def fail(*_: object) -> int:
        raise ValueError("private words")

    tidied: list[Any] = []
    monkeypatch.setattr(f"oparl_sync.{name}.{step}", fail)
    monkeypatch.setattr(run, "tidy", lambda *_: tidied.append(1))
    summary = run.sync(settings, engine, progress=QUIET)
    assert [one for one in order if one != name] == order
    assert (order[-2:], tidied) == (["index", "scans"], [1])
    assert list(summary.failures) == [name]
    assert "ValueError" in summary.failures[name][0]
    assert "private" not in summary.failures[name][0]


def test_what_another_worker_does_is_left_to_it(engine: Engine, settings: Settings, order: list[str]) -> None:
    with leases.held(engine, settings.home, "facts"):
        assert follow(engine, settings) == {}
    assert "facts" not in order
    assert "minutes" in order


@pytest.mark.usefixtures("recogniser")
def test_a_full_disk_ends_recognition_quietly(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: str) -> None:
        raise StoreFull("no space left")

    factories.save(engine, factories.source())
    save_scan(engine, settings, "a", "scan")
    store = open_store(settings.files_url)
    monkeypatch.setattr(store, "path", full)
    assert follow(engine, settings, store) == {}
    assert scans.is_owed(engine)


@pytest.mark.usefixtures("recogniser")
def test_recognition_that_another_worker_took_over_ends_quietly(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fenced(*_: object) -> list[str]:
        raise leases.Fenced("scans was taken over")

    factories.save(engine, factories.source())
    save_scan(engine, settings, "a", "scan")
    monkeypatch.setattr(scans, "_note", fenced)
    assert follow(engine, settings) == {}
    assert scans.is_owed(engine)
