"""The same council in OParl 1.0: four lists, all else embedded, and what is gone leaves no trace."""

import json
from collections.abc import Iterator

import pytest

from demo.server import serve
from demo.town import Town, build
from tests.demo.oparl import Json, ask, embedded, get, walk

NEW = {"agendaItem", "consultation", "file", "membership", "locationList", "legislativeTermList"}
SINCE = "?modified_since=2001-01-01T00:00:00%2B00:00"


@pytest.fixture(scope="module")
def older(town: Town) -> Iterator[str]:
    with serve(town, version="1.0", page_size=25) as url:
        yield url


@pytest.fixture(scope="module")
def body(older: str) -> Json:
    return walk(get(older)["body"])[0]


def test_it_lives_at_an_address_of_its_own(older: str) -> None:
    assert older.endswith("/oparl/v1.0/system")
    assert get(older)["oparlVersion"] == "https://schema.oparl.org/1.0/"
    assert ask(older.replace("v1.0", "v1.1"))[0] == 404


def test_it_has_four_lists(body: Json) -> None:
    assert not NEW & body.keys()
    assert body["legislativeTerm"]
    for name in ("agendaItem", "consultation", "file", "membership", "locationList", "legislativeTermList"):
        assert ask(f"{body['id']}/{name}")[0] == 404
    assert [len(get(body["paper"])["data"]), len(walk(body["paper"]))] == [25, 68]


def test_nothing_in_it_is_of_1_1(body: Json) -> None:
    for name in ("organization", "person", "meeting", "paper"):
        for item in walk(body[name] + SINCE):
            text = json.dumps(item)
            assert "schema.oparl.org/1.1/" not in text
            assert "schema.oparl.org/1.0/" in text
            for one in (item, *embedded(item)):
                assert (
                    not {"license", "sha512Checksum", "locationObject", "order", "persons", "organizations"}
                    & one.keys()
                )


def test_it_embeds_all_that_1_1_lists(town: Town, body: Json) -> None:
    inside = {
        child["id"] for name in ("person", "meeting", "paper") for item in walk(body[name]) for child in embedded(item)
    }
    for kind in ("AgendaItem", "Consultation", "Membership"):
        assert {item["id"] for item in town.of_type(kind)} <= inside, kind


def test_what_is_gone_leaves_a_trace_only_of_some_types(older: str, body: Json) -> None:
    base = older.removesuffix("/system")
    for kind, status in (
        ("agendaItem", 404),
        ("consultation", 404),
        ("membership", 404),
        ("paper", 200),
        ("file", 200),
    ):
        assert ask(f"{base}/{kind}/90001")[0] == status, kind
    assert [item["deleted"] for item in walk(body["paper"] + SINCE) if "deleted" in item] == [True] * 4
    assert not any("deleted" in item for item in walk(body["paper"]))


def test_it_does_not_know_what_to_omit(body: Json) -> None:
    assert any("membership" in item for item in walk(body["person"] + "?omit_internal=true"))


def test_both_tell_the_same(town: Town) -> None:
    own = build(scale=0.1)
    with serve(own) as url:
        newer = {item["id"].rsplit("/", 2)[-1]: item["name"] for item in walk(walk(get(url)["body"])[0]["paper"])}
    with serve(own, version="1.0") as url:
        same = {item["id"].rsplit("/", 2)[-1]: item["name"] for item in walk(walk(get(url)["body"])[0]["paper"])}
    assert newer == same
    assert len(town.of_type("Paper")) == len(same)
