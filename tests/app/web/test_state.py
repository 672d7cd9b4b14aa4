"""Answers that are kept because asking takes long."""

from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.web import state
from tests import factories


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(state, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def asked(app: Flask, clock: Clock, cost: float, times: list[int]) -> int:
    def ask() -> int:
        times.append(len(times))
        clock.now += cost
        return times[-1]

    with app.app_context():
        return state.remembered("number", ask, 30.0)


def twice() -> int:
    raise AssertionError("asked twice")


def test_a_quick_answer_holds_as_long_as_is_said(app: Flask, clock: Clock) -> None:
    times: list[int] = []
    assert asked(app, clock, 0.01, times) == 0
    clock.now += 29
    assert asked(app, clock, 0.01, times) == 0
    clock.now += 2
    assert asked(app, clock, 0.01, times) == 1


def test_a_slow_one_holds_a_hundred_times_as_long_as_it_took(app: Flask, clock: Clock) -> None:
    times: list[int] = []
    asked(app, clock, 3.0, times)
    clock.now += 299
    assert asked(app, clock, 3.0, times) == 0
    clock.now += 2
    assert asked(app, clock, 3.0, times) == 1


def test_but_never_longer_than_ten_minutes(app: Flask, clock: Clock) -> None:
    times: list[int] = []
    asked(app, clock, 60.0, times)
    clock.now += state.LONGEST + 1
    assert asked(app, clock, 60.0, times) == 1


def test_while_one_asks_again_the_others_get_what_was_known(app: Flask, clock: Clock) -> None:
    asked(app, clock, 0.0, [])
    clock.now += 31
    asking, known = Barrier(2, timeout=10), Barrier(2, timeout=10)

    def slow() -> int:
        asking.wait()
        known.wait()
        return 7

    def first() -> None:
        with app.app_context():
            state.remembered("number", slow)

    thread = Thread(target=first)
    thread.start()
    asking.wait()
    with app.app_context():
        assert state.remembered("number", twice) == 0
    known.wait()
    thread.join()
    with app.app_context():
        assert state.remembered("number", twice) == 7


def test_what_fails_is_asked_again(app: Flask, clock: Clock) -> None:
    asked(app, clock, 0.0, [])
    clock.now += 31

    def broken() -> Any:
        raise OSError("away")

    with app.app_context():
        with pytest.raises(OSError, match="away"):
            state.remembered("number", broken)
        assert state.remembered("number", lambda: 5) == 5


def test_files_are_counted_once_for_list_and_foot(client: FlaskClient, engine: Engine) -> None:
    paper = factories.paper()
    factories.save(engine, factories.body(), paper, factories.read_file("a", of=paper), factories.file(embedded=True))

    page = client.get("/files/").text

    assert "1 von 1 Datei gelesen" in page
    assert client.get("/files/?state=read").status_code == 200
    assert client.get("/files/?state=damaged").status_code == 200
    assert client.get("/files/?page=2").status_code == 404
