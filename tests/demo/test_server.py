"""The server: what OParl 1.1 asks of one, seen from outside."""

import http.client
import json
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from demo.responses import Request, Response
from demo.server import serve
from demo.town import Town, build
from tests.demo.oparl import LISTS, Json, ask, embedded, faults, get, kind, walk


@pytest.fixture(scope="module")
def body(system_url: str) -> Json:
    bodies = walk(get(system_url)["body"])
    assert len(bodies) == 1
    return bodies[0]


@pytest.fixture(scope="module")
def listed(body: Json) -> dict[str, list[Json]]:
    return {name: walk(body[name]) for name in LISTS}


def test_it_conforms(system_url: str, body: Json, listed: dict[str, list[Json]]) -> None:
    for item in (get(system_url), body, *(item for items in listed.values() for item in items)):
        assert faults(item) == [], item["id"]


def test_it_lists_every_object_once(folder: Path, body: Json, listed: dict[str, list[Json]]) -> None:
    ids = [item["id"] for items in listed.values() for item in items]
    assert len(ids) == len(set(ids))
    lines = [json.loads(line) for line in (folder / "objects.ndjson").read_text("utf-8").splitlines()]
    own = urlsplit(body["id"]).netloc
    stored = {line["id"].replace("127.0.0.1:8001", own) for line in lines if not line.get("deleted")}
    assert set(ids) == {uri for uri in stored if uri.rsplit("/", 2)[1] not in ("v1.1", "body")}


def test_it_answers_at_every_id_with_the_way_back(listed: dict[str, list[Json]]) -> None:
    back = {"AgendaItem": "meeting", "Consultation": "paper", "Membership": "person"}
    alone = {item["id"]: item for items in listed.values() for item in items}
    for name in ("paper", "meeting", "person"):
        for parent in listed[name][:25]:
            for child in embedded(parent):
                own = get(child["id"])
                assert own == alone[child["id"]]
                assert own["modified"] <= parent["modified"], (parent["id"], child["id"])
                missing = own.keys() - child.keys()
                if kind(child) in back:
                    assert missing == {back[kind(child)]}
                else:
                    assert missing <= {
                        "paper",
                        "meeting",
                        "agendaItem",
                        "bodies",
                        "organizations",
                        "persons",
                        "meetings",
                        "papers",
                    }
                    assert missing


def test_it_leaves_no_link_hanging(system_url: str, body: Json, listed: dict[str, list[Json]]) -> None:
    base = system_url.removesuffix("/system")
    known = {item["id"] for items in listed.values() for item in items} | {system_url, body["id"]}

    def links(value: object) -> list[str]:
        if isinstance(value, dict):
            return [link for inner in value.values() for link in links(inner)]
        if isinstance(value, list):
            return [link for inner in value for link in links(inner)]
        return [value] if isinstance(value, str) and value.startswith(base) else []

    found = {link for items in listed.values() for item in items for link in links(item)}
    open_links = {link for link in found - known if not link.endswith(("/access", "/download"))}
    assert open_links
    for link in open_links:
        assert all(kind(item) == "Meeting" for item in walk(link)), link


def test_it_lists_the_meetings_of_a_committee(listed: dict[str, list[Json]]) -> None:
    council = next(o for o in listed["organization"] if o["shortName"] == "Rat")
    own = [m["id"] for m in listed["meeting"] if council["id"] in m["organization"]]
    assert [m["id"] for m in walk(council["meeting"])] == own


def test_it_pages(body: Json) -> None:
    first = get(body["agendaItem"])
    pagination = first["pagination"]
    assert len(first["data"]) == pagination["elementsPerPage"] == 100
    assert set(first["links"]) == {"first", "self", "next", "last"}
    last = get(first["links"]["last"])
    assert "next" not in last["links"]
    assert last["pagination"]["currentPage"] == pagination["totalPages"]
    assert get(get(first["links"]["next"])["links"]["prev"])["data"] == first["data"]
    assert get(get(body["legislativeTermList"])["links"]["self"])["pagination"]["totalPages"] == 1
    assert ask(body["paper"] + "?page=999")[0] == 400
    assert ask(body["paper"] + "?page=zwei")[0] == 400


@pytest.mark.parametrize("name", LISTS)
def test_it_filters_and_keeps_the_filter(body: Json, name: str) -> None:
    everything = walk(body[name])
    bound = sorted(item["modified"] for item in everything)[len(everything) // 2]
    for field in ("created", "modified"):
        since = walk(f"{body[name]}?{field}_since={quote(bound)}")
        until = walk(f"{body[name]}?{field}_until={quote(bound)}")
        alive = [item for item in since if not item.get("deleted")]
        assert {i["id"] for i in alive} | {i["id"] for i in until} == {i["id"] for i in everything}
        if field == "created":
            assert not any(item.get("deleted") for item in since)
    page = get(f"{body['agendaItem']}?modified_since={quote('2001-01-01T00:00:00+01:00')}&omit_internal=true")
    for link in page["links"].values():
        query = parse_qs(urlsplit(link).query)
        assert query["modified_since"] == ["2001-01-01T00:00:00+01:00"]
        assert query["omit_internal"] == ["true"]


def test_it_shows_the_withdrawn_only_to_those_who_ask_what_changed(body: Json) -> None:
    assert not any(item.get("deleted") for item in walk(body["paper"]))
    gone = [item for item in walk(body["paper"] + "?modified_since=2001-01-01T00:00:00%2B00:00") if item.get("deleted")]
    assert len(gone) == 4
    for item in gone:
        assert set(item) == {"id", "type", "created", "modified", "deleted"}
        assert get(item["id"]) == item
    assert get(body["paper"] + "?modified_since=2099-01-01T00:00:00%2B00:00")["data"] == []


@pytest.mark.parametrize("wrong", ["gestern", "2026-11-21T10:00:00", "2026-11-21T10:00:00%2B99:00", ""])
def test_it_refuses_a_time_without_meaning(body: Json, wrong: str) -> None:
    status, headers, answer = ask(f"{body['paper']}?modified_since={wrong}")
    assert status == 400
    assert headers["access-control-allow-origin"] == "*"
    assert json.loads(answer)["type"] == "https://schema.oparl.org/1.1/Error"


def test_it_omits_what_is_listed_elsewhere(body: Json) -> None:
    for name, gone, kept in (
        ("meeting", "agendaItem", "invitation"),
        ("paper", "location", "consultation"),
        ("person", "membership", "name"),
    ):
        items = walk(f"{body[name]}?omit_internal=true")
        assert not any(gone in item for item in items)
        assert any(kept in item for item in items)


def test_it_names_closed_items_so_that_mirrors_can_be_tested(listed: dict[str, list[Json]]) -> None:
    closed = [item for item in listed["agendaItem"] if item["public"] is False]
    assert len(closed) > 10
    assert all("consultation" not in item and len(item["name"]) > 15 for item in closed)


def test_its_items_stand_in_order(listed: dict[str, list[Json]]) -> None:
    for meeting in listed["meeting"]:
        items = meeting.get("agendaItem", [])
        assert [item["order"] for item in items] == list(range(len(items)))


def test_it_hands_out_files(listed: dict[str, list[Json]]) -> None:
    for file in listed["file"][:12]:
        status, headers, data = ask(file["accessUrl"])
        assert (status, headers["content-type"], len(data)) == (200, "application/pdf", file["size"])
        assert "content-disposition" not in headers
        status, headers, again = ask(file["downloadUrl"])
        assert again == data
        assert headers["content-disposition"].startswith('attachment; filename="')
        assert f"filename*=UTF-8''{quote(file['fileName'], safe='')}" in headers["content-disposition"]
        assert headers["content-disposition"].isascii()


def test_it_knows_what_the_client_has(listed: dict[str, list[Json]]) -> None:
    for url in (listed["file"][0]["accessUrl"], listed["paper"][0]["id"]):
        _, headers, _ = ask(url)
        assert ask(url, If_None_Match=headers["etag"])[0] == 304
        assert ask(url, If_None_Match='"anders"')[0] == 200
        assert ask(url, If_Modified_Since=headers["last-modified"])[0] == 304
        assert ask(url, If_Modified_Since=headers["last-modified"], If_None_Match='"anders"')[0] == 200


def test_it_sends_parts(listed: dict[str, list[Json]]) -> None:
    url = listed["file"][0]["accessUrl"]
    _, headers, data = ask(url)
    status, part_headers, part = ask(url, Range="bytes=10-19")
    assert (status, part) == (206, data[10:20])
    assert part_headers["content-range"] == f"bytes 10-19/{len(data)}"
    assert ask(url, Range="bytes=-7")[2] == data[-7:]
    assert ask(url, Range=f"bytes={len(data) - 3}-")[2] == data[-3:]
    assert ask(url, Range=f"bytes={len(data)}-")[0] == 416
    for unusable in ("bytes=5-2", "bytes=a-b", "bytes=0-1,4-5", "zeilen=1-2", "bytes="):
        assert ask(url, Range=unusable)[::2] == (200, data), unusable
    assert ask(url, Range="bytes=0-3", If_Range=headers["etag"])[0] == 206
    assert ask(url, Range="bytes=0-3", If_Range='"alt"')[0] == 200


def test_it_says_what_is_not_there(system_url: str) -> None:
    base = system_url.removesuffix("/system")
    assert ask(f"{base}/system?")[0] == 200
    for path in (
        "/paper/4711",
        "/paper",
        "/body/2",
        "/body/1/unsinn",
        "/file/1/unsinn",
        "/file/99999/access",
        "/file/eins/access",
        "/paper/1/",
        "//paper/1",
        "/organization/9/meeting",
        "/file/../system",
        "/.",
    ):
        status, headers, answer = ask(base + path)
        assert status == 404, path
        assert headers["access-control-allow-origin"] == "*"
        assert json.loads(answer)["type"].endswith("/Error")
    assert ask(base.removesuffix("/oparl/v1.1") + "/")[0] == 404
    assert ask(f"{base}/file/90001/access")[0] == 410
    assert ask(f"{base}/paper/1", "POST")[0] == 405
    status, headers, answer = ask(f"{base}/paper/1", "HEAD")
    assert (status, answer) == (200, b"")
    assert int(headers["content-length"]) > 100


def test_it_can_be_bent_by_behaviours(folder: Path) -> None:
    seen = []

    def note(request: Request, response: Response) -> Response:
        seen.append(request.path)
        return response

    def refuse(request: Request, response: Response) -> Response:
        return Response(503, b"later", {"Retry-After": "3"}) if request.path == "/paper/2" else response

    with serve(folder, behaviours=[note, refuse]) as url:
        base = url.removesuffix("/system")
        assert ask(f"{base}/paper/1")[0] == 200
        status, headers, answer = ask(f"{base}/paper/2")
        assert (status, headers["retry-after"], answer) == (503, "3", b"later")
    assert seen == ["/paper/1", "/paper/2"]


def test_it_shows_a_change_at_once() -> None:
    town = build(scale=0.1)
    with serve(town) as url:
        body = walk(get(url)["body"])[0]
        paper = walk(body["paper"])[0]
        at = "2026-11-21T12:00:00+01:00"
        stored = town.objects[paper["id"]]
        town.put(stored | {"name": "Neuer Titel", "modified": at})
        assert get(paper["id"])["name"] == walk(body["paper"])[0]["name"] == "Neuer Titel"
        child = paper["consultation"][0]["id"]
        town.delete(child, at)
        assert child not in [c["id"] for c in get(paper["id"]).get("consultation", [])]
        assert get(child)["deleted"] is True
        changed = walk(f"{body['consultation']}?modified_since={quote(at)}")
        assert [item["id"] for item in changed] == [child]


def test_its_ids_begin_with_the_address_it_is_given(folder: Path) -> None:
    with serve(folder, base_url="https://ratsinfo.example/oparl/v1.1") as url:
        assert url == "https://ratsinfo.example/oparl/v1.1/system"


def test_it_answers_many_requests_on_one_connection(town: Town, folder: Path, body: Json) -> None:
    where = urlsplit(body["agendaItem"])
    connection = http.client.HTTPConnection(where.netloc)
    for number in range(100):
        connection.request("GET", f"{where.path}?page={number % 2 + 1}")
        assert len(connection.getresponse().read()) > 10_000
    connection.close()
    assert len(town.objects) > 500
    assert folder.is_dir()
