"""An answer that would be very long is told in more pages: nothing is missed, nothing told twice."""

from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from app.models import key_of
from app.publication import portions
from tests import factories
from tests.app.web.api.test_changes import told
from tests.factories.publication import Published

KEYS = [key_of(f"https://x.example/paper/{number}") for number in range(7)]


@pytest.fixture
def long(client: FlaskClient, engine: Any, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Give a portal in which two objects are too long for one page."""
    factories.save(engine, factories.source(license="cc-by"), factories.body())
    out = Published(engine)
    out.put(key_of(factories.BODY_ID), "Body")
    for key in KEYS:
        out.put(key, name="x" * 900)
    monkeypatch.setattr(portions, "MOST", 1500)
    monkeypatch.setattr(portions, "AT_ONCE", 2)
    return client


@pytest.mark.parametrize("sort", ["key", "modified", "-modified"])
def test_a_list_goes_on_behind_what_was_told(long: FlaskClient, sort: str) -> None:
    path, found, pages = f"/api/v1/papers?limit=1000&sort={sort}", [], 0
    while path:
        page = long.get(path).get_json()
        assert len(page["data"]) <= 2
        found += [one["id"][-13:] for one in page["data"]]
        path, pages = (page["next"] or "").removeprefix("http://portal.example"), pages + 1
    assert pages == 4
    ordered = {"key": sorted(KEYS), "modified": KEYS, "-modified": KEYS[::-1]}
    assert found == ordered[sort]


def test_the_changes_go_on_behind_what_was_told(long: FlaskClient) -> None:
    found, more, after = [], True, ""
    while more:
        header, lines = told(long.get(f"/api/v1/changes?limit=1000{after}"))
        found += [one["object"]["id"][-13:] for one in lines]
        more, after = header["more"], f"&after={header['cursor']}"
    assert found == [key_of(factories.BODY_ID), *KEYS]


def test_a_list_of_our_oparl_server_goes_on_behind_what_was_told(long: FlaskClient) -> None:
    path, found = f"/oparl/v1.1/body/{key_of(factories.BODY_ID)}/paper?limit=500", []
    while path:
        page = orjson.loads(long.get(path).data)
        assert 1 <= len(page["data"]) <= 2
        found += [one["id"][-13:] for one in page["data"]]
        path = page["links"].get("next", "").removeprefix("http://portal.example")
    assert found == KEYS
