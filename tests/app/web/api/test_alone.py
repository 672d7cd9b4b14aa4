"""In a portal of one council alone nothing is told of another, though both are in the table."""

from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.config import Settings
from app.models import key_of
from app.web import create_app
from app.web.site import EXTENSION
from tests import factories
from tests.factories.publication import Published

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MINE, OTHER = (key_of(f"https://x.example/paper/{number}") for number in range(2))


@pytest.fixture
def alone(engine: Engine, settings: Settings) -> Iterator[FlaskClient]:
    """Give a reader of the portal of one of two councils."""
    sources = [factories.source(id=n, slug=f"stadt-{n}", url=f"https://{n}.example/system") for n in (1, 2)]
    factories.save(engine, *sources)
    bodies = [factories.body(id=f"https://{n}.example/body", name=f"Rat {n}", source_id=n) for n in (1, 2)]
    factories.save(engine, *bodies)
    out = Published(engine)
    for body, key in zip(bodies, (MINE, OTHER), strict=True):
        out.put(body.key, "Body", body.key)
        out.put(key, "Paper", body.key)
    app = create_app(replace(settings, only_council="stadt-1"))
    yield app.test_client()
    app.extensions[EXTENSION].close()


def test_nothing_is_told_of_the_other(alone: FlaskClient) -> None:
    assert [one["slug"] for one in alone.get("/api/v1/councils").get_json()["data"]] == ["stadt-1"]
    for address in ("papers", "papers?sort=modified", "papers?sort=-modified"):
        assert [one["id"][-13:] for one in alone.get(f"/api/v1/{address}").get_json()["data"]] == [MINE]
    assert alone.get(f"/api/v1/objects/{MINE}").status_code == 200
    assert alone.get(f"/api/v1/objects/{OTHER}").status_code == 404
    _, *lines = map(orjson.loads, alone.get("/api/v1/changes").data.splitlines())
    assert [line["object"]["id"][-13:] for line in lines][-1:] == [MINE]
    assert len(lines) == 2
    for address in ("papers?body=stadt-2", "changes?body=stadt-2"):
        assert alone.get(f"/api/v1/{address}").status_code == 400
