"""Mutations: what they say they changed is what a reader sees changed, and the town stays a conforming one."""

import copy
import json
from datetime import UTC, datetime, timedelta

import pytest

from demo.mutations import MUTATIONS, Meanwhile, Mutation, NothingToChangeError, move_host, mutate
from demo.responses import Request
from demo.service import Service
from demo.town import Town
from tests.demo.oparl import faults
from tests.demo.small import small_town

EARLIER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def changing() -> Town:
    """Give a town that may be changed."""
    town = small_town(papers=12, meetings=6)
    town.clock = lambda: EARLIER
    return town


def seen(town: Town, version: str = "1.1") -> dict[str, tuple[int, bytes]]:
    """Return how each address answers that was ever an object's."""
    service = Service(town, version=version)
    known = [*town.objects, *town.refused]
    answers = {uri: service.conforming(Request("GET", uri.removeprefix(town.base), {}, {})) for uri in known}
    return {uri: (answer.status, answer.body) for uri, answer in answers.items()}


def prepared(town: Town, name: str) -> None:
    if name == "undelete":
        MUTATIONS["delete"](town, 3)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", [name for name in MUTATIONS if name != "turn-clock"])
def test_it_changes_what_it_says(changing: Town, name: str, seed: int) -> None:
    prepared(changing, name)
    before, truth = seen(changing), changing.truth()
    made = MUTATIONS[name](changing, seed)
    after = seen(changing)
    differing = {uri for uri in before.keys() | after.keys() if before.get(uri) != after.get(uri)}
    said = {*made.changed, *made.added, *made.gone}
    if "bytes" in name:
        assert len(made.changed) >= 1
    else:
        assert differing - said <= _lost_children(before, made), "it changed what it does not name"
    assert said
    ids = {uri for uris in truth.values() for uri in uris}
    now = {uri for uris in changing.truth().values() for uri in uris}
    assert (now - ids, ids - now) == (set(made.added), set(made.gone))


def _lost_children(before: dict[str, tuple[int, bytes]], made: Mutation) -> set[str]:
    """Return the parents of what vanished: nobody's `modified` tells, but they embed it no more."""
    return {
        uri
        for uri, (_, body) in before.items()
        if not made.told and any(one.encode() in body for one in (*made.gone, *made.changed))
    }


@pytest.mark.parametrize("name", [name for name in MUTATIONS if name != "turn-clock"])
def test_it_is_told_exactly_where_a_filter_finds_all_of_it(changing: Town, name: str) -> None:
    prepared(changing, name)
    changing.clock = lambda: EARLIER + timedelta(days=1)
    before = seen(changing)
    made = MUTATIONS[name](changing, 5)
    bound = (EARLIER + timedelta(hours=12)).isoformat()
    fresh = {
        uri
        for uri, item in changing.objects.items()
        if datetime.fromisoformat(str(item["modified"])) >= datetime.fromisoformat(bound)
    }
    differing = {uri for uri, answer in seen(changing).items() if before.get(uri) != answer}
    if made.told:
        assert differing <= fresh
    elif name != "replace-bytes-silent":
        assert not differing <= fresh


@pytest.mark.parametrize("seed", range(12))
def test_the_town_still_conforms_after_many_changes(changing: Town, seed: int) -> None:
    done = [mutate(changing, seed * 100 + step) for step in range(15)]
    assert len({made.name for made in done}) > 4
    for version in ("1.0", "1.1"):
        for status, body in seen(changing, version).values():
            if status == 200 and version == "1.1":
                item = json.loads(body)
                # A child that was taken from its parent has none.
                assert set(faults(item)) <= {"no paper", "no meeting", "no person"}, item["id"]
                orders = [one["order"] for one in item.get("agendaItem", []) if isinstance(one, dict)]
                assert orders == sorted(set(orders)), item["id"]


def test_it_is_the_same_from_the_same_seed() -> None:
    def made(seed: int) -> tuple[list[Mutation], str]:
        town = small_town()
        town.clock = lambda: EARLIER
        done = [mutate(town, seed + step, [n for n in MUTATIONS if n != "turn-clock"]) for step in range(10)]
        return done, json.dumps(town.objects)

    assert made(7) == made(7) != made(8)


def test_what_vanished_answers_as_it_was_told(changing: Town) -> None:
    for name, status in (("depublish", 404), ("depublish-401", 401)):
        gone = MUTATIONS[name](changing, 4).gone
        assert gone
        answers = seen(changing)
        assert {answers[uri][0] for uri in gone} == {status}


def test_new_bytes_come_with_another_etag(changing: Town) -> None:
    for name in ("replace-bytes", "replace-bytes-silent"):
        told = name == "replace-bytes"
        service = Service(changing)

        def ask(uri: str, service: Service = service) -> tuple[str, str, bytes]:
            answer = service.conforming(Request("GET", uri.removeprefix(changing.base) + "/access", {}, {}))
            return answer.headers["ETag"], answer.headers["Last-Modified"], answer.body

        before = copy.deepcopy(changing.objects)
        made = MUTATIONS[name](changing, 9)
        file = made.changed[0]
        tag, moment, data = ask(file)
        number = int(file.rsplit("/", 1)[1])
        held = changing.replaced.pop(number)
        old_tag, old_moment, old = ask(file)
        changing.replaced[number] = held
        assert (tag != old_tag, data != old, data[:5]) == (True, True, b"%PDF-")
        assert (before[file] != changing.objects[file]) is told
        assert moment == old_moment


def test_the_clock_of_the_server_is_the_one_of_its_stamps(changing: Town) -> None:
    MUTATIONS["turn-clock"](changing, 1)
    stamp = changing.clock()
    assert stamp != EARLIER
    assert abs(stamp - EARLIER) <= timedelta(days=400)
    added = MUTATIONS["add"](changing, 1).added
    assert {changing.objects[uri]["modified"] for uri in added} == {stamp.isoformat(timespec="seconds")}
    answer = Service(changing).answer(Request("GET", "/system", {}, {}))
    assert answer.headers["Date"] == stamp.strftime("%a, %d %b %Y %H:%M:%S GMT")


def test_a_host_moves_with_all_that_is_on_it(changing: Town) -> None:
    MUTATIONS["delete"](changing, 1)
    MUTATIONS["depublish"](changing, 1)
    old = changing.base
    made = move_host(changing, "https://neu.example/oparl/v1.1")
    assert old not in json.dumps([changing.objects, changing.withdrawn, changing.refused])
    assert len(made.added) == len(made.gone) > 200
    assert MUTATIONS["undelete"](changing, 1).added[0].startswith("https://neu.example/")


def test_it_changes_while_it_is_read(changing: Town) -> None:
    meanwhile = Meanwhile(changing, {1: "add"})
    service = Service(changing, [meanwhile])
    totals = []
    for _ in range(3):
        page = json.loads(service.answer(Request("GET", "/body/1/paper", {}, {})).body)
        totals.append(page["pagination"]["totalElements"])
    assert totals == [12, 12, 13]
    assert [made.name for made in meanwhile.done] == ["add"]


def test_it_says_when_there_is_nothing_to_be_done(changing: Town) -> None:
    with pytest.raises(NothingToChangeError):
        mutate(changing, 1, ["undelete"])
