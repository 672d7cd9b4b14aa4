"""Forms are valid OParl whatever a council writes: bad addresses, moments before there was one time, ends of time."""

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.models import OParlObject, PublicObject
from app.publication import refreshing
from app.publication.forms import moment
from app.publication.licences import addressed
from app.publication.names import Names
from tests import factories as make
from tests.oparl.schema import faults

BASE = "https://portal.example"
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def forms(engine: Engine, *rows: Any) -> dict[str, dict[str, Any]]:
    """Publish records beside a council; returns all forms by key."""
    council = make.body(website="www.stadt.example", equivalent=["GND 4", "https://d-nb.info/gnd/4"], system_id=None)
    records = [one for one in [council, *rows] if isinstance(one, OParlObject)]
    make.save(engine, make.source(license="cc-by"), make.system(), council, *rows)
    make.save(engine, *[make.change(one, "created") for one in records])
    refreshing.refresh(engine, BASE)
    with Session(engine) as session:
        found = {one.key: orjson.loads(one.json) for one in session.query(PublicObject)}
    assert {one.key for one in records} == found.keys()
    return found


@ON_ONE
def test_what_is_no_address_is_not_told_as_one(engine: Engine) -> None:
    bad = make.paper(web="www.stadt.example/1", license="CC BY 4.0")
    good = make.paper(web=" https://stadt.example/2 ", license="-")
    spaced = make.organization(website="https://stadt.example/zwei Wörter", post=["", " ", "Vorsitz"])
    found = forms(engine, bad, good, spaced)
    assert [fault for one in found.values() for fault in faults(one)] == []
    assert "web" not in found[bad.key]
    assert found[bad.key]["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found[good.key]["web"] == "https://stadt.example/2"
    assert "license" not in found[good.key]
    assert found[spaced.key]["post"] == ["Vorsitz"]
    [body] = [one for one in found.values() if one["type"].endswith("/Body")]
    assert body["equivalent"] == ["https://d-nb.info/gnd/4"]
    assert body["system"] == Names(BASE).system


@ON_ONE
def test_moments_of_any_time_have_the_one_form(engine: Engine) -> None:
    old = make.meeting(start=datetime(1850, 1, 1, tzinfo=UTC), end=datetime(1850, 1, 2, tzinfo=UTC))
    ends = make.meeting(start=datetime(1, 1, 1, tzinfo=UTC), end=datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
    term = make.legislative_term(start_date=date(1, 1, 1), end_date=date(9999, 12, 31))
    found = forms(engine, old, ends, term)
    assert [fault for one in found.values() for fault in faults(one)] == []
    assert found[old.key]["start"] == "1850-01-01T00:00:00+00:00"
    assert "end" not in found[ends.key]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (datetime(2026, 7, 1, 10, 0, 0, 999_999, UTC), "2026-07-01T12:00:00+02:00"),
        (datetime(2026, 1, 1, 23, 30, tzinfo=UTC), "2026-01-02T00:30:00+01:00"),
        (datetime(1893, 3, 31, tzinfo=UTC), "1893-03-31T00:00:00+00:00"),
        (datetime(9999, 12, 31, 23, 30, tzinfo=UTC), None),
    ],
)
def test_a_moment_is_told_to_the_second(value: datetime | None, expected: str | None) -> None:
    assert moment(value) == expected


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("dl-de/zero-2-0", "https://www.govdata.de/dl-de/zero-2-0"),
        ("DL-DE->BY-2.0", "https://www.govdata.de/dl-de/by-2-0"),
        ("CC0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("Nur nach Genehmigung", "Nur nach Genehmigung"),
        ("https://stadt.example/lizenz", "https://stadt.example/lizenz"),
    ],
)
def test_a_licence_has_an_address_where_one_is_known(said: str, address: str) -> None:
    assert addressed(said) == address


@ON_ONE
@pytest.mark.parametrize(("told", "out"), [(7, 7), (0, 0), (2**63, None), (-1, None), (True, None), ("7", None)])
def test_a_count_that_no_program_can_hold_is_none(engine: Engine, told: Any, out: int | None) -> None:
    group = make.organization()
    group.raw = group.raw | {"memberCount": told}
    assert forms(engine, group)[group.key].get("memberCount") == out
