"""How it speaks: problems, headers, limits, methods; to programs and browsers of anywhere."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.db import writing
from app.web import rates
from app.web.api import asking
from app.web.api.operations import Deprecation, Operation
from app.web.api.problems import KINDS
from app.web.limits import Buckets
from tests.app.web.conftest import Town
from tests.factories.publication import Published

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = ON_ONE
PUBLIC = "203.0.113.7"


def test_what_is_not_known_is_refused_and_what_is_known_is_named(client: FlaskClient, published: Published) -> None:
    answer = client.get("/api/v1/papers?titel=x&body=musterstadt&lang=de")
    problem = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert problem["type"] == "http://portal.example/api/problems/unknown-parameter"
    assert problem["allowed"] == ["body", "license", "sort", "limit", "cursor"]
    assert [one["parameter"] for one in problem["errors"]] == ["titel", "lang"]
    assert problem["instance"] == "/api/v1/papers"
    assert (problem["status"], problem["title"]) == (400, "There is no such parameter")


@pytest.mark.parametrize(
    "asked",
    [
        *("limit=0", "limit=1001", "limit=-1", "limit=1.0", "limit=%D9%A1", "limit=", "limit=1&limit=2"),
        *("sort=name", "license=", "license=%00", f"body={'x' * 101}", "body=", "&".join(["body=a"] * 33)),
    ],
)
def test_a_value_of_another_form_is_refused(client: FlaskClient, published: Published, asked: str) -> None:
    answer = client.get(f"/api/v1/papers?{asked}")
    assert (answer.status_code, answer.get_json()["errors"][0]["parameter"]) == (400, asked.partition("=")[0])


@pytest.mark.parametrize("day", ["2026-5-1", "20260501", "2026-W01-1", "2026-02-30", "heute", "99999-01-01"])
def test_a_day_is_written_as_one(client: FlaskClient, published: Published, day: str) -> None:
    assert client.get(f"/api/v1/search?date_from={day}").status_code == 400


def test_each_problem_has_a_page_that_explains_it(client: FlaskClient) -> None:
    for name, kind in KINDS.items():
        answer = client.get(f"/api/problems/{name}", headers={"Accept-Language": "en"})
        assert answer.status_code == 200
        assert kind.title in answer.text
    assert client.get("/api/problems/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/papers/", "/api/v1/objects/%00", "/api/v1/objects/x/y"])
def test_what_is_not_there_is_a_problem_too(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"


def test_pages_beside_it_are_still_pages(client: FlaskClient) -> None:
    assert client.get("/api/v2").mimetype == client.get("/api/v1nothing").mimetype == "text/html"


def test_one_can_only_read(client: FlaskClient, published: Published) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "FROBNICATE"):
        answer = client.open("/api/v1/papers", method=method)
        assert (answer.status_code, answer.mimetype) == (405, "application/problem+json"), method
        assert {"GET", "HEAD"} <= {one.strip() for one in answer.headers["Allow"].split(",")}


def test_browsers_of_anywhere_may_ask(client: FlaskClient, published: Published) -> None:
    asked = client.options("/api/v1/papers", headers={"Origin": "https://elsewhere.example"})
    assert (asked.status_code, asked.data) == (204, b"")
    assert asked.headers["Access-Control-Allow-Methods"] == asked.headers["Allow"] == "GET, HEAD, OPTIONS"
    answer = client.get("/api/v1/papers")
    for one in (asked, answer):
        assert one.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in one.headers
    assert {"Link", "ETag", "RateLimit", "RateLimit-Policy", "Retry-After"} <= set(
        answer.headers["Access-Control-Expose-Headers"].split(", ")
    )
    assert "Set-Cookie" not in answer.headers


def test_it_is_asked_again_cheaply(client: FlaskClient, published: Published, town: Town) -> None:
    for address in ("papers?limit=1", f"objects/{town.paper.key}", "changes", "search?q=Radweg", "councils"):
        answer = client.get(f"/api/v1/{address}")
        name = answer.headers["ETag"]
        assert not name.startswith("W/")
        assert answer.headers["Cache-Control"] == "public, no-cache"
        again = client.get(f"/api/v1/{address}", headers={"If-None-Match": name})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", name), address
        head = client.head(f"/api/v1/{address}")
        assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", name)
        assert head.headers["Content-Length"] == answer.headers["Content-Length"]
    published.put(town.paper.key, name="another")
    name = client.get(f"/api/v1/objects/{town.paper.key}").headers["ETag"]
    published.put(town.paper.key, name="yet another")
    assert client.get(f"/api/v1/objects/{town.paper.key}", headers={"If-None-Match": name}).status_code == 200


def test_a_network_that_asks_too_often_waits(app: Flask, client: FlaskClient, published: Published) -> None:
    app.extensions[rates.EXTENSION] = rates.Rates(network=Buckets(2, 1000.0))
    client.environ_base["REMOTE_ADDR"] = PUBLIC
    first, second, third = (client.get("/api/v1/papers?limit=1") for _ in range(3))
    assert [one.status_code for one in (first, second, third)] == [200, 200, 429]
    assert first.headers["RateLimit-Policy"] == '"network";q=120;w=60'
    assert '"network";r=1;t=' in first.headers["RateLimit"]
    assert '"network";r=0;t=' in third.headers["RateLimit"]
    assert 0 < int(third.headers["Retry-After"]) <= 1000
    assert third.get_json()["snapshot"] == "http://portal.example/download/manifest.json"
    # A neighbour's questions are its own, and so is what is asked of pages.
    client.environ_base["REMOTE_ADDR"] = "198.51.100.1"
    assert client.get("/api/v1/papers?limit=1").status_code == 200
    client.environ_base["REMOTE_ADDR"] = PUBLIC
    assert client.get("/papers/").status_code == 200


def test_whose_address_tells_nothing_shares_a_limit(app: Flask, client: FlaskClient, published: Published) -> None:
    app.extensions[rates.EXTENSION] = rates.Rates(all=Buckets(1, 1000.0))
    assert client.get("/api/v1/papers").headers["RateLimit-Policy"] == '"all";q=3000;w=30'
    assert client.get("/api/v1/papers").status_code == 429


def test_a_database_that_is_away_is_told(client: FlaskClient, published: Published) -> None:
    with writing(published.engine) as session:
        session.execute(text("ALTER TABLE public_object RENAME TO elsewhere"))
    answer = client.get("/api/v1/papers")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "60"
    assert answer.get_json()["instance"].startswith("urn:ratslupe:error:")


def test_what_is_to_go_says_so(app: Flask) -> None:
    gone = Deprecation(date(2026, 1, 1), date(2027, 1, 1), "https://portal.example/api")
    old = Operation("old", "/old", "", lambda _asked: asking.as_json({}), deprecated=gone)
    asking.add(app, old)
    answer = app.test_client().get("/api/v1/old")
    assert answer.headers["Deprecation"] == "@1767225600"
    assert answer.headers["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert answer.headers["Link"] == '<https://portal.example/api>; rel="deprecation"'
