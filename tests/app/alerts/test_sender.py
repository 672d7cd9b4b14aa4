"""One thread and one connection send what many ask for."""

import threading

import pytest

from app.alerts.mails.sender import Sender
from app.db import now
from app.mail import open_mailer
from tests.app.alerts.conftest import Desk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no database takes part


def test_many_wakings_are_one_thread(desk: Desk) -> None:
    others = set(threading.enumerate())  # a site that another test opened may have its own

    def senders() -> int:
        return sum(thread.name == "confirmations" for thread in set(threading.enumerate()) - others)

    desk.now = now()
    desk.sink.hang = 0.2
    sender = Sender(desk.engine, open_mailer(desk.sink.url), desk.settings)
    assert senders() == 0  # none before it is needed
    for number in range(20):
        desk.ask(address=f"reader{number}@example.org")
        sender.wake()
        assert senders() == 1
    desk.sink.hang = 0
    sender.close()
    assert senders() == 0
    assert sorted(taken.recipients[0] for taken in desk.sink.taken) == sorted(
        f"reader{n}@example.org" for n in range(20)
    )


def test_a_fault_does_not_end_it(desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    desk.now = now()
    sender = Sender(desk.engine, open_mailer(desk.sink.url), desk.settings)
    failed = threading.Event()

    def fail(*args: object, **values: object) -> None:
        failed.set()
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("app.alerts.mails.sender.send_owed", fail)
        sender.wake()
        assert failed.wait(5)
    desk.ask()
    sender.wake()
    sender.close()
    assert len(desk.sink.taken) == 1
    assert "could not be sent at once" in caplog.text


def test_it_is_not_woken_after_its_end(desk: Desk) -> None:
    sender = Sender(desk.engine, open_mailer(desk.sink.url), desk.settings)
    sender.close()
    others = threading.active_count()
    sender.wake()
    assert threading.active_count() <= others
