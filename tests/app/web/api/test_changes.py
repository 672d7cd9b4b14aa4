"""The feed of changes: whole in itself, bound to council and edition, and honest about what it cannot tell."""

from typing import Any

import orjson
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from app.db import writing
from app.models import key_of
from app.models.publication import ERASED, WITHHELD, PublicObject, PublicState
from tests import factories
from tests.app.web.conftest import Town
from tests.factories.publication import Published

Lines = list[dict[str, Any]]


def told(answer: TestResponse) -> tuple[dict[str, Any], Lines]:
    """Return header and lines."""
    assert (answer.status_code, answer.mimetype) == (200, "application/x-ndjson"), answer.text
    assert answer.data.endswith(b"\n")
    header, *lines = map(orjson.loads, answer.data.splitlines())
    assert header["op"] == "header"
    assert header["count"] == len(lines)
    return header, lines


def kind(answer: TestResponse) -> tuple[int, str]:
    """Return status and kind of a problem."""
    assert answer.mimetype == "application/problem+json"
    return answer.status_code, answer.get_json()["type"].rpartition("/")[2]


def test_it_tells_each_object_once_at_its_last_change(client: FlaskClient, published: Published, town: Town) -> None:
    header, first = told(client.get("/api/v1/changes"))
    assert header["more"] is False
    assert all(line["op"] == "upsert" for line in first)
    assert len({line["object"]["id"] for line in first}) == len(first)
    published.put(town.paper.key, name="Once")
    published.put(town.paper.key, name="Twice\u2028\x85")
    published.take(town.hostile.key)
    again, lines = told(client.get(f"/api/v1/changes?after={header['cursor']}"))
    assert [(line["op"], line["seq"]) for line in lines] == [
        ("upsert", published.seq - 1),
        ("delete", published.seq),
    ]
    assert lines[0]["object"]["name"] == "Twice\u2028\x85"
    assert (lines[1]["reason"], lines[1]["type"]) == ("deleted", "Paper")
    assert lines[1]["id"].endswith(town.hostile.key)
    assert told(client.get(f"/api/v1/changes?after={again['cursor']}"))[1] == []


def test_what_is_to_be_forgotten_is_told_so(client: FlaskClient, published: Published, town: Town) -> None:
    cursor = told(client.get("/api/v1/changes"))[0]["cursor"]
    published.take(town.paper.key, ERASED)
    published.take(town.hostile.key, WITHHELD)
    _, lines = told(client.get(f"/api/v1/changes?after={cursor}"))
    assert [(line["op"], line["reason"]) for line in lines] == [("redact", "erased"), ("redact", "withheld")]
    # No more than that it was there.
    assert set(lines[0]) == {"op", "seq", "id", "type", "modified", "reason"}


def test_it_goes_on_until_there_is_no_more(client: FlaskClient, published: Published) -> None:
    _, whole = told(client.get("/api/v1/changes"))
    found: Lines = []
    following = "/api/v1/changes?limit=2"
    while following:
        answer = client.get(following)
        header, lines = told(answer)
        found += lines
        assert header["more"] == ("Link" in answer.headers)
        following = f"/api/v1/changes?limit=2&after={header['cursor']}" if header["more"] else ""
        assert not following or following in answer.headers["Link"]
    assert found == whole


def test_a_council_is_told_alone(client: FlaskClient, engine: Engine) -> None:
    out = Published(engine)
    bodies = [factories.body(id=f"{factories.SERVER}/body/{n}", name=f"Rat {n}") for n in range(2)]
    factories.save(engine, *bodies)
    for number in range(6):
        out.put(key_of(f"https://x.example/{number}"), "Paper", bodies[number % 2].key, number=number)
    slug = client.get("/api/v1/councils").get_json()["data"][0]["slug"]
    header, lines = told(client.get(f"/api/v1/changes?body={slug}"))
    assert (header["body"], [line["object"]["number"] for line in lines]) == (slug, [0, 2, 4])
    # Its key says the same.
    assert told(client.get(f"/api/v1/changes?body={bodies[0].key}"))[1] == lines
    cursor = header["cursor"]
    assert told(client.get(f"/api/v1/changes?body={slug}&after={cursor}"))[1] == []
    other = client.get("/api/v1/councils").get_json()["data"][1]["slug"]
    for address in (f"/api/v1/changes?after={cursor}", f"/api/v1/changes?body={other}&after={cursor}"):
        assert kind(client.get(address)) == (400, "foreign-cursor")
    everything = told(client.get("/api/v1/changes"))[0]["cursor"]
    assert kind(client.get(f"/api/v1/changes?body={slug}&after={everything}")) == (400, "foreign-cursor")


def test_a_council_that_was_given_up_is_told_of_by_its_key(client: FlaskClient, engine: Engine) -> None:
    out = Published(engine)
    factories.save(engine, factories.body(deleted=True))
    out.take(key_of("https://x.example/1"))
    header, lines = told(client.get(f"/api/v1/changes?body={key_of(factories.BODY_ID)}"))
    assert (header["count"], lines[0]["op"]) == (1, "delete")


def test_another_edition_leads_to_the_whole(client: FlaskClient, published: Published) -> None:
    cursor = told(client.get("/api/v1/changes"))[0]["cursor"]
    published.renew("second")
    answer = client.get(f"/api/v1/changes?after={cursor}")
    assert kind(answer) == (410, "edition-ended")
    assert answer.get_json()["snapshot"] == "http://portal.example/download/manifest.json"


def test_a_cursor_from_the_future_of_a_restored_database_ends_with_it(
    client: FlaskClient, published: Published, town: Town
) -> None:
    published.put(town.paper.key)
    cursor = told(client.get("/api/v1/changes"))[0]["cursor"]
    with writing(published.engine) as session:
        session.get_one(PublicObject, town.paper.key).seq = 0
        session.get_one(PublicState, 1).seq -= 1
    assert kind(client.get(f"/api/v1/changes?after={cursor}")) == (410, "edition-ended")


def test_nobody_makes_a_cursor(client: FlaskClient, published: Published) -> None:
    cursor = told(client.get("/api/v1/changes"))[0]["cursor"]
    for forged in ("0", "eyJ", cursor[:-1], cursor[:-1] + ("A" if cursor[-1] != "A" else "Q"), cursor * 3, "%00"):
        assert kind(client.get(f"/api/v1/changes?after={forged}"))[0] == 400, forged
    assert len(cursor) < 200
