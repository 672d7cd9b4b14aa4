"""Search, texts, figures, councils, coverage: what the site shows, in words for programs."""

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.queries.status import status
from tests import factories
from tests.app.web.conftest import Town
from tests.factories.publication import LICENSE, Published

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_search_finds_what_the_site_finds(client: FlaskClient, published: Published, town: Town) -> None:
    content = client.get("/api/v1/search?q=Tempo+30+Gartenstraße").get_json()
    first = content["data"][0]
    assert content["total"] == {"value": len(content["data"]), "relation": "eq"}
    every = [first, *first["also"]]
    file = next(one for one in every if one["type"] == "File")
    assert file["key"] == town.file.key
    assert file["url"] == f"http://portal.example/files/{town.file.key}?page=1#page=1"
    assert "Tempo" in [one["text"] for one in file["passages"][0]["segments"] if one["marked"]]
    assert file["license"] == LICENSE
    assert client.get(file["object"].removeprefix("http://portal.example")).status_code == 200


def test_it_is_narrowed_and_sorted(client: FlaskClient, published: Published, town: Town) -> None:
    def types(query: str) -> set[str]:
        found = client.get(f"/api/v1/search?{query}").get_json()["data"]
        return {one["type"] for hit in found for one in (hit, *hit["also"])}

    assert types("q=Gartenstraße&type=File") == {"File"}
    assert types("type=Person&type=Organization") == {"Person", "Organization"}
    assert types("q=Gartenstraße&date_from=2200-01-01") == set()
    assert types("q=Gartenstraße&date_to=9999-12-31") >= {"File"}
    slug = client.get("/api/v1/councils").get_json()["data"][0]["slug"]
    assert types(f"q=Gartenstraße&body={slug}") == types("q=Gartenstraße")
    newest = client.get("/api/v1/search?sort=newest").get_json()["data"]
    assert [one["date"] for one in newest if one["date"]] == sorted(
        (one["date"] for one in newest if one["date"]), reverse=True
    )


def test_it_goes_on_where_it_was(client: FlaskClient, published: Published) -> None:
    whole = [one["key"] for one in client.get("/api/v1/search?limit=100").get_json()["data"]]
    found, following = [], "/api/v1/search?limit=2"
    while following:
        content = client.get(following).get_json()
        found += [one["key"] for one in content["data"]]
        following = (content["next"] or "").removeprefix("http://portal.example")
    assert found == whole
    assert len(whole) > 2


def test_what_cannot_be_searched_is_told_with_its_place(client: FlaskClient, published: Published) -> None:
    answer = client.get("/api/v1/search?q=Radweg+year:20x4")
    assert (answer.status_code, answer.get_json()["type"][-9:]) == (400, "bad-query")
    assert answer.get_json()["errors"] == [
        {"parameter": "q", "detail": "“20x4” is not a year.", "code": "bad_year", "position": 7}
    ]


def test_nothing_is_found_that_did_not_go_out(client: FlaskClient, published: Published, town: Town) -> None:
    published.take(town.file.key, "withheld", "File")
    content = client.get("/api/v1/search?q=Gartenstraße").get_json()
    assert town.file.key not in str(content)
    assert content["total"]["relation"] == ("eq" if town.paper.key in str(content) else "gte")


def test_a_licence_narrows(client: FlaskClient, published: Published, town: Town) -> None:
    published.put(town.paper.key, license="https://example.org/other")
    query = {"q": "Gartenstraße", "license": "https://example.org/other"}
    content = client.get("/api/v1/search", query_string=query).get_json()
    assert [one["key"] for one in content["data"]] == [town.paper.key]
    assert content["total"] == {"value": 1, "relation": "gte"}


def test_a_page_is_given_with_the_address_to_cite(client: FlaskClient, published: Published, town: Town) -> None:
    page = client.get(f"/api/v1/files/{town.file.key}/pages/2").get_json()
    assert (page["text"], page["page"], page["pages"]) == ("Gartenstraße: 18.400 Euro", 2, 2)
    assert page["url"] == f"http://portal.example/files/{town.file.key}?page=2#page=2"
    whole = client.get(f"/api/v1/files/{town.file.key}/text")
    assert whole.text == "Die Verwaltung schlägt Tempo 30 in der Gartenstraße vor.\fGartenstraße: 18.400 Euro"
    assert whole.content_type == "text/plain; charset=utf-8"
    for path in ("pages/3", "pages/0", "pages/x", "pages/1000000"):
        assert client.get(f"/api/v1/files/{town.file.key}/{path}").status_code == 404


def test_no_text_is_given_that_did_not_go_out(client: FlaskClient, published: Published, town: Town) -> None:
    published.take(town.file.key, "withheld", "File")
    assert client.get(f"/api/v1/files/{town.file.key}/text").status_code == 404
    assert client.get(f"/api/v1/files/{town.paper.key}/text").status_code == 404


def test_a_council_has_the_licence_that_the_operator_decided(client: FlaskClient, engine: Engine) -> None:
    factories.save(engine, factories.source(license="cc-zero"), factories.body(license=None), factories.paper())
    out = Published(engine)
    out.all_of()
    [council] = client.get("/api/v1/councils").get_json()["data"]
    assert council["license"] == "cc-zero"
    assert client.get(f"/api/v1/papers?license={council['license']}").get_json()["total"]["value"] == 1


def test_it_is_as_honest_as_the_command(client: FlaskClient, published: Published) -> None:
    with Session(published.engine) as session:
        told, wanted = client.get("/api/v1/coverage").get_json(), orjson.loads(orjson.dumps(status(session)))
    assert [set(one) for one in told["sources"]] == [set(one) for one in wanted]
    for name in ("slug", "url", "state", "last_complete", "types", "files", "problems"):
        assert told["sources"][0][name] == wanted[0][name]
    assert client.get("/api/v1/coverage?source=musterstadt").get_json()["sources"][0]["slug"] == "musterstadt"
    assert client.get("/api/v1/coverage?source=atlantis").status_code == 400


def test_a_figure_is_a_table(client: FlaskClient, published: Published, town: Town) -> None:
    told = client.get("/api/v1/figures/papers?since=2024&until=2026").get_json()
    assert [row["period"] for row in told["rows"]][:1] == ["2024"]
    assert {column["name"] for column in told["columns"]} == set(told["rows"][0])
    german = client.get("/api/v1/figures/papers?since=2024&until=2026&language=de").get_json()
    assert german["columns"][0]["label"] == "Zeit"
    # Whoever asks: what is kept on the way to others is the same for all.
    assert (
        client.get("/api/v1/figures/papers?since=2024&until=2026", headers={"Accept-Language": "de"}).get_json() == told
    )
    assert client.get("/api/v1/figures/papers?since=2026&until=2024").status_code == 400
    assert client.get("/api/v1/figures/weather").status_code == 404
    assert client.get(f"/api/v1/figures/papers?organization={town.organization.key}").status_code == 200
    assert client.get(f"/api/v1/figures/papers?organization={town.paper.key}").status_code == 400
