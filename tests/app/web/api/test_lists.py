"""Objects as they went out: one by its key, lists page by page, nothing twice and nothing missed."""

from typing import Any

import orjson
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.answers.published import COUNTED, LISTS, Wanted, count
from app.models import key_of
from app.models.publication import PublicObject
from tests import factories
from tests.app.web.conftest import Town
from tests.factories.publication import LICENSE, Published


def walk(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    """Return all objects of a list, page by page."""
    found: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, answer.text
        content = answer.get_json()
        found += content["data"]
        following = content["next"]
        link = answer.headers.get("Link")
        assert link == (f'<{following}>; rel="next"' if following else None)
        following = following and following.removeprefix("http://portal.example")
    return found


def test_an_object_is_given_letter_by_letter(client: FlaskClient, published: Published, town: Town) -> None:
    with Session(published.engine) as session:
        row = session.get_one(PublicObject, town.paper.key)
    answer = client.get(f"/api/v1/objects/{town.paper.key}")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, row.json, "application/json")
    assert client.get("/api/v1/objects/aaaaaaaaaaaaa").status_code == 404


def test_of_what_went_the_tombstone_is_told(client: FlaskClient, published: Published, town: Town) -> None:
    published.take(town.paper.key)
    assert client.get(f"/api/v1/objects/{town.paper.key}").get_json()["deleted"] is True
    names = [one["id"] for one in walk(client, "/api/v1/papers")]
    assert len(names) == 2
    assert not any(town.paper.key in name for name in names)


def test_a_list_is_walked_whole_in_its_order(engine: Engine, client: FlaskClient) -> None:
    out = Published(engine)
    bodies = [factories.body(id=f"{factories.SERVER}/body/{n}", name=f"Rat {n}") for n in range(3)]
    factories.save(engine, *bodies)
    for one in bodies:
        out.put(one.key, "Body", one.key)
    keys = [key_of(f"https://x.example/{number}") for number in range(10)]
    for number, key in enumerate(keys):
        out.put(key, "Paper", bodies[number % 3].key, number=number)
    out.put(keys[4], "Paper", bodies[1].key, number=4)
    out.take(keys[7])
    by_change = [0, 1, 2, 3, 5, 6, 8, 9, 4]
    by_key = sorted((n for n in range(10) if n != 7), key=lambda n: (bodies[n % 3].key, keys[n]))
    for sort, wanted in (("key", by_key), ("modified", by_change), ("-modified", by_change[::-1])):
        for limit in (1, 3, 1000):
            found = [one["number"] for one in walk(client, f"/api/v1/papers?sort={sort}&limit={limit}")]
            assert found == wanted, (sort, limit)


def test_what_comes_while_one_walks_moves_nothing(client: FlaskClient, published: Published) -> None:
    before = [one["id"] for one in walk(client, "/api/v1/papers")]
    first = client.get("/api/v1/papers?limit=1").get_json()
    for number in range(20):
        published.put(key_of(f"https://x.example/{number}"))
    rest = walk(client, first["next"].removeprefix("http://portal.example"))
    seen = [first["data"][0]["id"], *(one["id"] for one in rest)]
    assert len(seen) == len(set(seen))
    assert set(before) <= set(seen)


def test_lists_are_narrowed_by_council_and_licence(client: FlaskClient, published: Published, town: Town) -> None:
    published.put(town.paper.key, license="https://example.org/other")
    everything = client.get("/api/v1/papers").get_json()
    assert everything["total"] == {"value": 3, "relation": "eq"}
    narrowed = client.get("/api/v1/papers", query_string={"license": LICENSE}).get_json()
    assert narrowed["total"]["value"] == len(narrowed["data"]) == 2
    slug = client.get("/api/v1/councils").get_json()["data"][0]["slug"]
    assert client.get(f"/api/v1/papers?body={slug}&body={slug}").get_json() == everything
    assert client.get("/api/v1/papers?body=atlantis").status_code == 400


def test_every_type_has_a_list(client: FlaskClient, published: Published) -> None:
    for name in LISTS:
        content = client.get(f"/api/v1/{name}").get_json()
        assert content["total"]["value"] == len(content["data"]), name


def test_counting_ends_where_it_would_take_long(published: Published) -> None:
    wanted = Wanted("Paper", (key_of(factories.BODY_ID),))
    with Session(published.engine) as session:
        assert count(session, wanted, 2) == (2, False)
        assert count(session, wanted, 3) == (3, True)
        assert count(session, wanted, COUNTED) == (3, True)


def test_a_cursor_holds_for_its_own_list_alone(client: FlaskClient, published: Published) -> None:
    cursor = client.get("/api/v1/papers?limit=1").get_json()["next"].rpartition("=")[2]
    for address in (
        f"/api/v1/papers?limit=1&sort=modified&cursor={cursor}",
        f"/api/v1/papers?limit=1&license=x&cursor={cursor}",
        f"/api/v1/files?limit=1&cursor={cursor}",
        f"/api/v1/changes?after={cursor}",
        f"/api/v1/search?cursor={cursor}",
        f"/api/v1/papers?cursor={cursor[:-4]}AAAA",
        "/api/v1/papers?cursor=x",
        "/api/v1/papers?cursor=%C3%A4",
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.get_json()["type"]) == (
            400,
            "http://portal.example/api/problems/bad-cursor",
        ), address
    # How many are told at once is no part of the question.
    assert client.get(f"/api/v1/papers?limit=2&cursor={cursor}").status_code == 200


def test_nothing_is_published_yet(client: FlaskClient, town: Town) -> None:
    assert client.get("/api/v1/papers").get_json() == {
        "total": {"value": 0, "relation": "eq"},
        "next": None,
        "data": [],
    }
    assert client.get("/api/v1/search?q=Radweg").get_json()["data"] == []
    assert client.get("/api/v1/changes").status_code == 503


def test_an_object_that_is_not_compact_stays_json(client: FlaskClient, engine: Engine) -> None:
    factories.save(engine, factories.body())
    out = Published(engine)
    out.put(key_of(factories.BODY_ID), "Body", name="]}")
    assert orjson.loads(client.get("/api/v1/bodies").data)["data"][0]["name"] == "]}"
