"""The made-up council at our own OParl server: what validators ask, of every object of every list."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import PublicObject
from app.web.oparl import lists
from tests.oparl import checks
from tests.oparl.checks import Walk
from tests.oparl.town import Chain, Town, chain

pytestmark = pytest.mark.xdist_group("oparl")  # mirrored once


@pytest.fixture(scope="module")
def town() -> Iterator[Chain]:
    with chain(Town()) as links:
        yield links


@pytest.fixture(scope="module")
def walk(town: Chain) -> Walk:
    return Walk(town.own).all()


def test_its_lists_hold_each_object_that_goes_out_once(town: Chain, walk: Walk) -> None:
    assert walk.wrong == []
    assert [body["name"] for body in walk.bodies] == ["Stadt Lohenbrück"]
    with Session(town.portal.engine) as session:
        keys = set(session.scalars(select(PublicObject.key).where(~PublicObject.deleted)))
    assert len(keys) > 800
    assert {one.rpartition("/")[2] for one in walk.every()} == keys
    assert walk.pages > len(walk.listed)  # some have more than one


def test_every_object_is_valid_by_the_strictest_schema(walk: Walk) -> None:
    assert checks.object_faults(walk) == []
    assert checks.missing_licences(walk) == []


def test_every_id_leads_to_its_object_and_every_reference_to_one_of_its_type(walk: Walk) -> None:
    assert checks.unlisted(walk) == []
    assert checks.dereferenced(walk) == []
    assert checks.unresolved(walk) == []
    assert walk.wrong == []


def test_filters_of_every_list_do_what_they_say(town: Chain, walk: Walk) -> None:
    for address in walk.listed:
        assert checks.filtered_amiss(town.own, address) == []


def test_organizations_list_what_names_them(town: Chain, walk: Walk) -> None:
    every = walk.every()
    for name, object_type in (("meeting", "Meeting"), ("consultation", "Consultation")):
        named: dict[str, set[str]] = {}
        for one, thing in every.items():
            for organization in thing.get("organization", ()) if checks.type_of(thing) == object_type else ():
                named.setdefault(organization, set()).add(one)
        assert named
        for one, thing in every.items():
            if checks.type_of(thing) == "Organization":
                listed = Walk(town.own).list(thing[name], object_type)
                assert {found["id"] for found in listed} == named.get(one, set())


def test_what_is_internal_is_left_out_when_asked(town: Chain, walk: Walk) -> None:
    lean = Walk(town.own, "omit_internal=true&limit=50").all()
    assert lean.wrong == []
    assert lean.every().keys() == walk.every().keys()
    left = {
        f"{checks.type_of(thing)}.{name}"
        for one, thing in walk.every().items()
        for name in thing.keys() - lean.every()[one].keys()
    }
    internal = {f"{object_type}.{name}" for object_type, names in lists.INTERNAL.items() for name in names}
    assert {"Body.legislativeTerm", "Person.membership", "Meeting.agendaItem", "Paper.location"} <= left <= internal


def test_files_are_there_with_the_bytes_that_are_told_of(town: Chain, walk: Walk) -> None:
    files = [thing for thing in walk.every().values() if checks.type_of(thing) == "File"]
    held = [thing for thing in files if "downloadUrl" in thing]
    assert len(held) > 100
    for thing in held:
        seen, saved = town.own.get(thing["accessUrl"]), town.own.get(thing["downloadUrl"])
        assert seen.data == saved.data
        assert (seen.status_code, len(seen.data)) == (200, thing["size"])
        assert not seen.headers.get("Content-Disposition", "").startswith("attachment")
        assert saved.headers["Content-Disposition"].startswith("attachment; filename")
        assert "sandbox" in seen.headers["Content-Security-Policy"]
    for thing in files:
        if "downloadUrl" not in thing:
            assert town.own.get(thing["accessUrl"]).status_code == 302
