"""Sixty documents made by hand to hurt their reader hurt nothing but themselves."""

import pytest

import app.documents.sandbox
from app.documents import STATES, Sandbox

from . import samples
from .conftest import texts
from .hostile import EVERY


@pytest.mark.parametrize("name", EVERY)
def test_it_comes_to_a_state_with_a_reason(sandbox: Sandbox, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.documents.sandbox, "SECONDS", 3.0)
    sandbox.read(b"warm", name="a.txt")
    assert sandbox._warm is not None
    warm = sandbox._warm.pid

    reading = sandbox.read(EVERY[name])

    assert reading.state in STATES
    assert reading.reason or reading.state == "ok"
    # However a reader may stumble: none of these has taken one over.
    assert reading.state != "hostile"
    assert texts(sandbox.read(samples.pdf(["gesund"]))) == ("gesund",)
    assert sandbox._warm.pid == warm


def test_there_are_enough_of_them() -> None:
    assert len(EVERY) + len(samples.HOSTILE) >= 60
