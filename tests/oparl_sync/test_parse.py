"""JSON to objects: nothing lost, nothing private kept, nothing raised."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.privacy import DECIDABLE
from app.vocabulary import PROPERTIES
from oparl_sync import problems
from oparl_sync.parse import objects
from oparl_sync.parsed import Object, Parsed
from tests.oparl_sync.council import SCHEMA, SERVER, thing, url
from tests.oparl_sync.test_values import ANYTHING

SECRET = "geheim-4711"
NAMES = sorted({name for spec in PROPERTIES.values() for name in spec})


def parse(*entries: Any, expected: str = "Paper") -> Parsed:
    return objects(list(entries), expected, where=f"{SERVER}/list")


def one(entry: dict[str, Any], expected: str = "Paper") -> Object:
    return parse(entry, expected=expected).objects[0]


def told(parsed: Parsed) -> list[tuple[str, str]]:
    return [(d.kind, d.about) for d in parsed.deviations]


def some_object(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    ids = st.sampled_from([url("Paper", 1), url("File", 2), "", None, 7, "http://[x", "x" * 3000]) | st.text(max_size=4)
    types = st.sampled_from([f"{SCHEMA}/{name}" for name in PROPERTIES] + ["gr", None, f"{SCHEMA}/Error", 5])
    return st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner | ANYTHING, max_size=6).flatmap(
        lambda d: st.tuples(ids, types).map(lambda pair: d | {"id": pair[0], "type": pair[1]})
    )


OBJECTS = st.recursive(ANYTHING, lambda inner: some_object(inner) | st.lists(inner, max_size=3), max_leaves=8)


@given(st.lists(OBJECTS | some_object(OBJECTS), max_size=4), st.sampled_from(sorted(PROPERTIES)))
def test_it_keeps_or_quarantines_whatever_comes(entries: list[Any], expected: str) -> None:
    parsed = parse(*entries, expected=expected)
    assert len(parsed.objects) + parsed.quarantined == parsed.seen >= len(entries)
    for found in parsed.objects:
        assert found.content_hash
        orjson.dumps(found.raw)
    assert all(len(d.detail) < 400 for d in parsed.deviations)


@given(st.lists(some_object(OBJECTS), max_size=3))
def test_it_comes_to_the_same_each_time(entries: list[Any]) -> None:
    first, second = parse(*entries), parse(*json.loads(json.dumps(entries)))
    assert [o.content_hash for o in first.objects] == [o.content_hash for o in second.objects]


def test_it_unfolds_what_is_embedded_and_leaves_ids_in_its_place() -> None:
    item = thing("AgendaItem", 1, name="Haushalt", resolutionFile=thing("File", 1, accessUrl="https://a.example/f"))
    parsed = parse(thing("Meeting", 1, agendaItem=[item]), expected="Meeting")
    meeting, agenda_item, file = parsed.objects
    assert meeting.raw["agendaItem"] == [url("AgendaItem")]
    assert (agenda_item.holder, agenda_item.values["meeting_id"], agenda_item.values["position"]) == (
        url("Meeting"),
        url("Meeting"),
        0,
    )
    assert agenda_item.links == [("resolutionFile", 0, url("File"))]
    assert file.values["access_url"] == "https://a.example/f"
    assert parsed.seen == 3


def test_it_knows_an_embedded_copy_for_the_object_that_stands_alone() -> None:
    inside = parse(thing("Meeting", 1, agendaItem=[thing("AgendaItem", 1, name="A")]), expected="Meeting").objects[1]
    alone = one(thing("AgendaItem", 1, name="A", meeting=url("Meeting"), modified="2024-01-01T00:00:00Z"), "AgendaItem")
    assert inside.content_hash == alone.content_hash


@pytest.mark.parametrize("public", [False, "false", 0, "nein", "vielleicht", "N"])
@pytest.mark.parametrize("embedded", [True, False])
def test_it_keeps_no_wording_of_an_item_that_is_not_public(public: Any, *, embedded: bool) -> None:
    item = thing(
        "AgendaItem", 1, number="7", public=public, name=SECRET, result=SECRET, keyword=[SECRET], resolutionText=SECRET
    )
    item |= {"resolutionFile": thing("File", 1, name=SECRET), "Vendor:note": SECRET, "other": {"x": SECRET}}
    parsed = parse(thing("Meeting", 1, agendaItem=[item])) if embedded else parse(item, expected="AgendaItem")
    found = parsed.objects[-1]
    assert found.values["number"] == "7"
    assert {"name", "result", "resolutionFile", "Vendor:note"} <= set(found.withheld)
    assert SECRET not in repr(parsed)


def test_it_keeps_no_wording_of_a_secret_item_that_it_cannot_read_either() -> None:
    items: list[Any] = [
        {"id": "no url", "type": f"{SCHEMA}/AgendaItem", "public": False, "name": SECRET},
        {
            "id": url("AgendaItem"),
            "type": f"{SCHEMA}/Nonsense",
            "public": "false",
            "name": SECRET,
            "x": {"name": SECRET},
        },
        [{"public": False, "name": SECRET}],
    ]
    parsed = parse(thing("Meeting", 1, agendaItem=items, **{"V:items": items}, other=items), expected="Meeting")
    assert SECRET not in repr(parsed)
    assert parsed.quarantined == 2


def test_it_keeps_nothing_private_of_a_person_wherever_it_stands() -> None:
    person = thing(
        "Person", 1, name="Erika Muster", email=[SECRET], phone=SECRET, gender=SECRET, life=SECRET, status=[SECRET]
    )
    person |= {"location": url("Location", SECRET), "locationObject": thing("Location", 9, streetAddress=SECRET)}
    person |= {"image": thing("File", 9, name=SECRET), "formOfAddress": SECRET, "V:mobile": SECRET, "fax": SECRET}
    broken = person | {"id": SECRET[:0]}
    parsed = parse(person, broken, {**broken, "type": f"{SCHEMA}/Human"}, expected="Person")
    parsed.deviations += parse(
        thing("Membership", 1, person=person, organization=broken),
        thing("Meeting", 1, participant=[person, broken], location=[[person]]),
        thing("Paper", 1, originatorPerson=person, mainFile=[broken], name=person),
        thing("Body", 1, person=[person], paper={"x": person}),
        thing("File", 1, paper=[person], text=person),
    ).deviations
    assert SECRET not in repr(parsed)
    assert {"email", "phone", "location", "V:mobile", "fax"} <= set(parsed.objects[0].withheld)
    assert parsed.objects[0].values["name"] == "Erika Muster"
    # What nobody may decide to take in is not even offered.
    assert {(one.type, name) for one in parsed.objects for name in one.offered} <= DECIDABLE.keys()


def test_it_keeps_no_private_of_persons_that_stand_where_others_are_expected() -> None:
    person = thing("Person", 1, email=[SECRET])
    broken = {"email": [SECRET], "name": "Erika"}
    entries = [
        thing("Membership", 1, person=broken),
        thing("Meeting", 1, participant=[person, broken]),
        thing("Body", 1, person=[person], legislativeTerm=[broken]),
        thing("File", 1, paper=[person], text=person),
        thing("Location", 1, persons=[person], geojson=[person], description=person),
    ]
    assert SECRET not in repr(parse(*entries))


def test_it_keeps_no_address_at_which_only_persons_are_found() -> None:
    home = thing("Location", 1, streetAddress=SECRET, persons=[url("Person")])
    hall = thing("Location", 2, streetAddress="Markt 1", persons=[url("Person")], meetings=[url("Meeting")])
    parsed = parse(home, hall, expected="Location")
    assert SECRET not in repr(parsed)
    assert parsed.objects[1].values["street_address"] == "Markt 1"
    assert url("Person") not in repr(parsed)


def test_it_keeps_of_a_tombstone_nothing_but_that_it_is_one() -> None:
    parsed = parse(
        thing("Paper", 1, deleted=True, name=SECRET, mainFile=thing("File", 1, name=SECRET), reference=SECRET)
    )
    assert SECRET not in repr(parsed)
    assert [(o.type, o.deleted, o.with_holder) for o in parsed.objects] == [
        ("Paper", True, False),
        ("File", True, True),
    ]


def test_it_takes_a_bare_tombstone_for_what_its_list_holds() -> None:
    assert one({"id": url("Meeting", 5), "deleted": True}, "Meeting").type == "Meeting"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"date": "31.12.2024"}, "date"),
        ({"name": {"de": "x"}}, "name"),
        ({"reference": "x" * 501}, "reference"),
        ({"body": ["https://a.example/1", "https://a.example/2"]}, "body"),
        ({"mainFile": 5}, "mainFile"),
        ({"auxiliaryFile": [["x"]]}, "auxiliaryFile"),
        ({"relatedPaper": ["no url"]}, "relatedPaper"),
    ],
)
def test_it_reports_a_value_of_the_wrong_kind_and_keeps_the_rest(properties: dict[str, Any], expected: str) -> None:
    parsed = parse(thing("Paper", 1, paperType="Antrag", **properties))
    assert told(parsed) == [(problems.WRONG_TYPE, f"{url('Paper')}#{expected}")]
    assert parsed.objects[0].values["paper_type"] == "Antrag"


def test_it_counts_what_is_no_object_or_has_no_id() -> None:
    parsed = parse("text", 5, None, [], {"name": "x"}, {"id": url("Paper"), "type": f"{SCHEMA}/Unknown"})
    assert [d.kind for d in parsed.deviations] == [problems.NO_OBJECT] * 4 + [problems.NO_ID, problems.UNKNOWN_TYPE]
    assert (parsed.objects, parsed.quarantined, parsed.seen) == ([], 6, 6)


def test_it_quarantines_one_object_that_is_nested_too_deeply_and_reads_the_next() -> None:
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"a": deep}
    embedded = thing("Paper", 0)
    for number in range(1, 30):
        embedded = thing("Paper", number, relatedPaper=[embedded])
    parsed = parse(thing("Location", 1, geojson=deep), embedded, thing("Location", 2), expected="Location")
    assert parsed.quarantined == 2
    assert parsed.objects[-1].id == url("Location", 2)
    assert len(parsed.objects) + parsed.quarantined == parsed.seen


def test_it_makes_an_id_for_an_embedded_place_without_one() -> None:
    parsed = parse(thing("Meeting", 1, location={"type": f"{SCHEMA}/Location", "room": "7"}), expected="Meeting")
    assert parsed.objects[1].id == f"{url('Meeting')}#location-0"


def test_it_reads_links_over_the_scheme_of_the_ids() -> None:
    other = url("Organization").replace("https:", "http:")
    found = one(thing("Membership", 1, organization=other, person="http://elsewhere.example/1"), "Membership")
    assert found.values["organization_id"] == url("Organization")
    assert found.values["person_id"] == "http://elsewhere.example/1"


@pytest.mark.parametrize(
    ("coordinates", "expected"),
    [
        ([7.6, 51.9], (7.6, 51.9)),
        ([51.9, 7.6], (7.6, 51.9)),
        (["8.4", "49.0"], (8.4, 49.0)),
        ([[[7.6, 51.9]]], (7.6, 51.9)),
        ([], (None, None)),
        (["x", "y"], (None, None)),
        ([1e308, 1e308], (None, None)),
        ([True, False], (None, None)),
    ],
)
def test_it_finds_the_first_point(coordinates: Any, expected: Any) -> None:
    geojson = {"type": "Feature", "geometry": {"type": "Point", "coordinates": coordinates}}
    found = one(thing("Location", 1, geojson=geojson), "Location")
    assert (found.values["longitude"], found.values["latitude"]) == expected


def test_it_reports_a_property_that_oparl_does_not_know_by_its_name_only() -> None:
    parsed = parse(thing("Paper", 1, betreff="x", **{"Vendor:x": 1, "nul\x00": 2}))
    assert told(parsed) == [(problems.UNKNOWN_PROPERTY, "Paper.betreff"), (problems.UNKNOWN_PROPERTY, "Paper.nul\x00")]
    assert parsed.objects[0].raw["Vendor:x"] == 1
