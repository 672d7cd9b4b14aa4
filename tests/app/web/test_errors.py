"""Errors say what happened and what to do next."""

import re

import pytest
from flask import Flask
from werkzeug.exceptions import TooManyRequests

from app.db import now
from app.web.errors import Withdrawn

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_they_say_how_long_to_wait_where_to_look_and_whom_to_tell(app: Flask) -> None:
    @app.get("/often/<int:seconds>")
    def often(seconds: int) -> str:
        raise TooManyRequests(retry_after=seconds or None)

    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    assert "Warten Sie 3 Minuten" in client.get("/often/121").text
    assert "Warten Sie 1 Minute " in client.get("/often/1").text
    assert "Warten Sie ein paar Minuten" in client.get("/often/0").text
    missing = client.get("/nothing-here?q=secret")
    assert 'href="/report?page=%2Fnothing-here"' in missing.text
    assert 'href="/papers"' in missing.text


@pytest.mark.parametrize(
    ("kind", "words"),
    [("Paper", "Diese Vorlage wurde"), ("Person", "Diese Person wurde"), ("Location", "Dieser Eintrag wurde")],
)
def test_what_was_withdrawn_is_called_what_it_is(app: Flask, kind: str, words: str) -> None:
    moment = now()

    @app.get("/withdrawn")
    def withdrawn() -> str:
        raise Withdrawn(kind, council="Stadt <Musterstadt>", seen=moment)

    page = app.test_client().get("/withdrawn?lang=de")
    assert page.status_code == 410
    heading = re.search(r"<h1>(.*?)</h1>", page.text)
    assert heading
    assert heading[1].startswith(words.removesuffix(" wurde"))
    assert "Stadt &lt;Musterstadt&gt; hat den Eintrag" in page.text
