"""The known servers: each entry is whole, leads somewhere and belongs to a place that there is."""

import re
from urllib.parse import urlsplit

import pytest

from app.directory.endpoints import (
    STATES,
    Endpoint,
    at_url,
    called,
    endpoints,
    matching,
    of_area,
    on_host,
    standing_for,
    telling_name,
)
from app.directory.places import places


@pytest.mark.parametrize("one", endpoints().values(), ids=lambda one: one.id)
def test_an_entry_is_whole(one: Endpoint) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.id)
    assert one.name
    assert one.name.isprintable()
    assert urlsplit(one.url).scheme in ("http", "https")
    assert one.host
    assert one.body is None or urlsplit(one.body).netloc == urlsplit(one.url).netloc
    assert one.state in STATES
    assert re.fullmatch(r"20[0-9]{2}-[01][0-9](-[0-3][0-9])?", one.checked) or one.state == "unchecked"
    assert one.version in ("", "1.0", "1.1")
    assert (standing_for(one) is not one) == (one.replaced_by is not None)
    assert one.told
    known = places().by_ags.keys() | places().district_names.keys() | {p.ars[:9] for p in places().by_ags.values()}
    assert one.area == "" or one.area in known or one.area.startswith("110000")


def test_it_is_searched_in_words() -> None:
    assert [one.id for one in matching("wuppertal")] == ["wuppertal"]
    assert {one.vendor for one in matching("rubin")} == {"more! rubin"}
    assert len(matching("")) == len(endpoints()) > 170
    assert matching("nobody") == []


def test_it_is_called_as_it_is_typed() -> None:
    assert [one.id for name in ("koeln", "Köln", " bad  pyrmont ") if (one := called(name))] == [
        "koeln", "koeln", "bad-pyrmont",
    ]  # fmt: skip
    assert called("nobody") is None
    assert called("") is None


def test_one_that_moved_leads_to_its_successor() -> None:
    assert standing_for(endpoints()["aachen-2"]).id == "aachen"


def test_it_is_found_by_host_address_and_area() -> None:
    assert [one.id for one in on_host("OPARL.Dresden.de")] == ["dresden"]
    assert on_host("council.example") == []
    found = at_url("http://buergerinfo.stadt-koeln.de/oparl/system/")
    assert found is endpoints()["koeln"]
    assert [one.id for one in of_area("05315000")] == ["koeln"]
    assert [one.state for one in of_area("05334002")] == ["ok", "moved"]
    assert len(of_area("11000000")) > 8  # the boroughs
    assert of_area("") == [] or all(one.area == "" for one in of_area(""))


@pytest.mark.parametrize(
    ("stated", "preset", "name"),
    [
        ("Instance 0001", "wuppertal", "Stadt Wuppertal"),
        ("0529", "wuppertal", "Stadt Wuppertal"),
        (None, "wuppertal", "Stadt Wuppertal"),
        ("Rat", "wuppertal", "Rat"),
        ("0529", "owl-it", "0529"),
        ("0529", None, "0529"),
        ("0529", "nobody", "0529"),
        (None, None, None),
    ],
)
def test_a_name_that_says_nothing_gives_way_to_the_known_one(
    stated: str | None, preset: str | None, name: str | None
) -> None:
    assert telling_name(stated, preset) == name
