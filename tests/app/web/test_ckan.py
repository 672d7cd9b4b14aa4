"""CKAN's actions: each that a harvester calls, in CKAN's shape, and a refusal for what is not understood."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.catalogue import Catalogue
from app.config import Settings
from app.exports import publish
from app.web.pages.ckan import ACTIONS
from tests.app.web.conftest import Town, once_built

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def published(engine: Engine, settings: Settings, town: Town, kept_homes: Path) -> None:
    """Publish the town."""

    def build() -> None:
        publish(engine, settings.exports, base_url=settings.base_url, beside=Catalogue(settings))

    once_built(kept_homes, engine, settings, build)


def act(client: FlaskClient, action: str, status: int = 200, **given: Any) -> Any:
    """Call an action as harvesters do; returns its result, or the error."""
    answer = client.get(f"/api/3/action/{action}", query_string=given)
    assert answer.status_code == status, answer.text
    said = answer.json
    assert isinstance(said, dict)
    assert said["help"].endswith(f"/api/3/action/help_show?name={action}")
    assert said["success"] is (status == 200)
    return said["result"] if status == 200 else said["error"]


def test_each_action_is_there_and_no_other(client: FlaskClient) -> None:
    assert set(ACTIONS) == {
        *("status_show", "site_read", "package_list", "package_show", "package_search", "organization_list"),
        *("organization_show", "group_list", "group_show", "tag_list", "license_list", "resource_show"),
    }
    for action in ("package_create", "package_delete", "user_list", "x" * 500, "<b>"):
        answer = client.get(f"/api/3/action/{quote(action)}")
        assert (answer.status_code, answer.mimetype) == (400, "application/json")
        assert isinstance(answer.json, str)


def test_a_harvester_reads_all_packages_page_by_page(client: FlaskClient) -> None:
    listed = act(client, "package_list")
    found: list[str] = []
    while page := act(client, "package_search", sort="id asc", rows=2, start=len(found))["results"]:
        assert len(page) <= 2
        found += [one["name"] for one in page]
    assert sorted(found) == sorted(listed)
    assert len(found) == act(client, "package_search", rows=0)["count"] == len(set(found))
    for name in listed:
        package = act(client, "package_show", id=name)
        assert act(client, "package_show", id=package["id"]) == package
        assert act(client, "organization_show", id=package["owner_org"])["name"] == package["organization"]["name"]
        assert [act(client, "group_show", id=one["id"])["name"] for one in package["groups"]] == ["gove"]
        for resource in package["resources"]:
            assert act(client, "resource_show", id=resource["id"]) == resource


def test_what_changed_since_is_asked_for_as_harvesters_do(client: FlaskClient) -> None:
    every = act(client, "package_search", rows=1000)["results"]
    newest = max(one["metadata_modified"] for one in every)

    def since(moment: str) -> Any:
        return act(client, "package_search", fq=f"metadata_modified:[{moment}Z TO *]")["count"]

    assert since("2001-01-01T00:00:00") == len(every)
    assert since(newest) == sum(one["metadata_modified"] == newest for one in every)
    assert since("2901-01-01T00:00:00.123456") == 0
    assert act(client, "package_search", fq="+metadata_modified:[2001-01-01T01:00:00+01:00 TO *]")["count"] == len(
        every
    )
    assert act(client, "package_search", fq="metadata_modified:[0001-01-01T00:00:00+14:00 TO *]")["count"] == len(every)


@pytest.mark.parametrize(
    "given",
    [
        {"fq": "organization:musterstadt"},
        {"fq": "metadata_modified:[* TO *]"},
        {"fq": "metadata_modified:[yesterday TO *]"},
        {"fq": "metadata_modified:[2001-01-01T00:00:00Z TO *] OR *:*"},
        {"sort": "views desc"},
        {"sort": "id sideways"},
        {"rows": "-1"},
        {"rows": "many"},
        {"start": "1.5"},
        {"rows": "²"},
        {"q": "a" * 3000},
    ],
)
def test_what_is_not_understood_is_refused_and_not_ignored(client: FlaskClient, given: dict[str, str]) -> None:
    error = act(client, "package_search", status=409, **given)
    assert error["__type"] == "Validation Error"
    assert set(error) - {"__type"} == set(given)


@pytest.mark.parametrize("action", ["package_show", "organization_show", "group_show", "resource_show"])
@pytest.mark.parametrize("wanted", ["nothing", "../names", "\x00", "%"])
def test_what_is_not_there_is_said_as_ckan_does(client: FlaskClient, action: str, wanted: str) -> None:
    assert act(client, action, status=404, id=wanted) == {"__type": "Not Found Error", "message": "Not found"}


@pytest.mark.parametrize("action", ["package_show", "organization_show", "group_show"])
def test_an_id_is_needed(client: FlaskClient, action: str) -> None:
    assert act(client, action, status=409) == {"__type": "Validation Error", "id": ["Missing value"]}


def test_packages_are_searched_and_sorted(client: FlaskClient) -> None:
    papers = [one["name"] for one in act(client, "package_search", q="drucksachen musterstadt")["results"]]
    assert papers == ["musterstadt-paper"]
    assert act(client, "package_search", q="unterseeboot")["count"] == 0
    every = act(client, "package_search", q="*:*", sort="title desc, id asc", rows=1000)["results"]
    assert [one["title"] for one in every] == sorted((one["title"] for one in every), reverse=True)
    assert act(client, "package_search", sort="score desc, metadata_modified desc")["count"] == len(every)


def test_lists_are_short_or_whole(client: FlaskClient) -> None:
    assert "musterstadt" in act(client, "organization_list")
    every = act(client, "organization_list", all_fields="true")
    assert sum(one["package_count"] for one in every) == len(act(client, "package_list"))
    shown = act(client, "organization_show", id="musterstadt", include_datasets="true")
    mine = [name for name in act(client, "package_list") if name.startswith("musterstadt-")]
    assert [package["name"] for package in shown["packages"]] == mine
    assert act(client, "group_list") == ["gove"]
    assert act(client, "group_list", all_fields="true")[0]["package_count"] == len(act(client, "package_list"))
    assert "Drucksache" in act(client, "tag_list")
    assert {"id", "title", "url"} <= act(client, "license_list")[0].keys()
    assert act(client, "package_list", limit="1", offset="1") == act(client, "package_list")[1:2]
    assert act(client, "site_read") is True
    assert act(client, "status_show")["site_url"] == "http://portal.example"


def test_questions_may_be_posted(client: FlaskClient) -> None:
    address = "/api/3/action/package_search"
    assert client.post(address, json={"rows": 1, "q": "drucksachen musterstadt"}).json["result"]["count"] == 1  # type: ignore[index]
    assert client.post(address).status_code == 200
    for odd in (b"[1]", b"{", b'"x"', b"\xff", b'{"q": {"a": 1}}', b'{"rows": [1]}', b"[" * 60_000):
        answer = client.post(address, data=odd, content_type="application/json")
        assert answer.status_code == 409, odd
        assert answer.json["error"]["__type"] == "Validation Error"  # type: ignore[index]
