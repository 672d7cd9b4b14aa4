"""Our OParl server as a client meets it: with what is wrong, hostile, moved, withdrawn, or asked for twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.files import open_store
from app.models import Alias, File, OParlObject, Paper, PublicObject, PublicSource, Source
from app.publication import refreshing
from app.slugs import body_slugs
from app.web import create_app, rates
from app.web.limits import Buckets
from app.web.site import EXTENSION
from tests import factories as make
from tests.app.web.conftest import Reader

ROOT = "/oparl/v1.1"
BASE = f"http://portal.example{ROOT}"
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PDF = b"%PDF-1.7 made up"


class Desk:
    """A portal with a council, and what its OParl server answers."""

    def __init__(self, engine: Engine, client: FlaskClient) -> None:
        self.engine, self.client = engine, client
        self.body = make.body()
        make.save(engine, make.source(license="cc-by"), make.system(), self.body)

    def publish(self, *rows: Any, kind: str = "created") -> None:
        """Write records with their changes, and bring what goes out up to them."""
        if kind == "created":
            make.save(self.engine, *rows)
        flat = [one for some in rows for one in (some if isinstance(some, list) else [some])]
        make.save(self.engine, *[make.change(one, kind) for one in flat if isinstance(one, OParlObject)])
        refreshing.refresh(self.engine, "http://portal.example")

    def withdraw(self, record: OParlObject) -> None:
        """Let a council take a record back."""
        with writing(self.engine) as session:
            session.execute(update(type(record)).where(type(record).id == record.id).values(deleted=True))
        self.publish(record, kind="deleted")

    def json(self, path: str, status: int = 200) -> Any:
        """Return what is at an address."""
        answer = self.client.get(path.removeprefix("http://portal.example"))
        assert answer.status_code == status, answer.text[:300]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.mimetype == "application/json"
        return orjson.loads(answer.data)

    def list_path(self, name: str = "paper") -> str:
        """Return the address of one of the council's lists."""
        return f"{ROOT}/body/{self.body.key}/{name}"

    def names(self, path: str) -> list[str]:
        """Return the last parts of the ids in a whole list, page after page."""
        found: list[str] = []
        while path:
            page = self.json(path)
            found += [one["id"].rpartition("/")[2] for one in page["data"]]
            path = page["links"].get("next", "")
        return found


@pytest.fixture
def desk(engine: Engine, client: FlaskClient) -> Desk:
    return Desk(engine, client)


def test_the_system_leads_to_councils_whose_records_are_all_here(desk: Desk, engine: Engine) -> None:
    assert desk.json(f"{ROOT}/body")["data"] == []
    desk.publish(make.paper())
    system = desk.json(f"{ROOT}/")
    assert (system["id"], system["type"]) == (f"{BASE}/", "https://schema.oparl.org/1.1/System")
    assert (system["oparlVersion"], system["contactEmail"]) == ("https://schema.oparl.org/1.1/", "clerk@example.org")
    assert "license" not in system
    [body] = desk.json(system["body"])["data"]
    assert body["system"] == system["id"]
    assert desk.json(body["id"]) == body
    with writing(engine) as session:
        refreshing.again(session, 1)
    assert len(desk.json(f"{ROOT}/body")["data"]) == 1, "it is there while it is written anew"
    with writing(engine) as session:
        session.delete(session.scalars(select(PublicSource)).one())
    assert desk.json(f"{ROOT}/body")["data"] == []


def test_a_council_says_its_licence_itself_whoever_decided_it(desk: Desk, engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(update(type(desk.body)).values(license=None))
        session.execute(update(Source).values(license="dl-de/zero-2-0"))
    desk.publish(make.paper(license="Nur nach Genehmigung"))
    assert desk.json(f"{ROOT}/body/{desk.body.key}")["license"] == "https://www.govdata.de/dl-de/zero-2-0"
    # Words are no address, and without them the council's own licence would hold.
    assert desk.json(desk.list_path())["data"][0]["license"] == "Nur nach Genehmigung"


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 500])
def test_pages_hold_everything_once_in_the_order_in_which_it_went_out(desk: Desk, limit: int) -> None:
    papers = [make.paper(name=f"Vorlage {number}") for number in range(7)]
    for paper in papers:
        desk.publish(paper)
    assert desk.names(f"{desk.list_path()}?limit={limit}") == [paper.key for paper in papers]
    page = desk.json(f"{desk.list_path()}?limit={limit}")
    assert page["pagination"] == {"totalElements": 7, "elementsPerPage": limit}
    assert ("next" in page["links"]) is (limit < 7)
    assert ("last" in page["links"]) is (limit >= 7)


def test_what_changes_during_a_walk_is_seen_again_and_nothing_is_missed(desk: Desk) -> None:
    papers = [make.paper() for _ in range(6)]
    for paper in papers:
        desk.publish(paper)
    page = desk.json(f"{desk.list_path()}?limit=3")
    with writing(desk.engine) as session:
        session.execute(update(Paper).where(Paper.id == papers[0].id).values(name="Anders"))
    desk.publish(papers[0], kind="updated")
    desk.withdraw(papers[4])
    rest = desk.names(page["links"]["next"])
    assert rest == [papers[3].key, papers[5].key, papers[0].key]


def test_tombstones_are_told_to_those_who_ask_for_changes_alone(desk: Desk) -> None:
    paper, other = make.paper(), make.paper()
    desk.publish(paper, other)
    before = desk.json(f"{ROOT}/paper/{paper.key}")
    desk.withdraw(paper)
    assert desk.names(desk.list_path()) == [other.key]
    since = before["modified"].replace("+", "%2B")
    gone = desk.json(f"{desk.list_path()}?modified_since={since}")["data"]
    assert [one["id"] for one in gone if one.get("deleted")] == [before["id"]]
    alone = desk.json(f"{ROOT}/paper/{paper.key}")
    assert alone in gone
    assert alone.keys() == {"id", "type", "created", "modified", "deleted", "ratslupe:reason"}
    assert (alone["created"], alone["modified"] >= before["modified"]) == (before["created"], True)
    assert (
        desk.json(f"{desk.list_path()}?created_since=2000-01-01T00:00:00%2B01:00")["pagination"]["totalElements"] == 1
    )


def test_filters_include_their_ends_and_are_kept(desk: Desk, engine: Engine) -> None:
    papers = [make.paper(created=datetime(2026, 1, day, 10, tzinfo=UTC)) for day in range(1, 6)]
    start = now()
    for number, paper in enumerate(papers):
        desk.publish(paper)
        with writing(engine) as session:  # as if each had gone out an hour later
            moment = (start + timedelta(hours=number)).replace(microsecond=0)
            session.execute(update(PublicObject).where(PublicObject.key == paper.key).values(modified=moment))
    keys = [paper.key for paper in papers]

    def asked(**filters: datetime) -> list[str]:
        given = "&".join(f"{name}={value.isoformat().replace('+', '%2B')}" for name, value in filters.items())
        return desk.names(f"{desk.list_path()}?limit=1&{given}")

    third, second = (start + timedelta(hours=2)).replace(microsecond=0), timedelta(seconds=1)
    assert asked(modified_since=third) == keys[2:]
    assert asked(modified_since=third + second) == keys[3:]
    assert asked(modified_until=third) == keys[:3]
    assert asked(modified_until=third - second) == keys[:2]
    assert asked(modified_since=third, modified_until=third) == [keys[2]]
    came = datetime(2026, 1, 3, 10, tzinfo=UTC)
    assert asked(created_since=came) == keys[2:]
    assert asked(created_until=came, modified_since=third) == [keys[2]]
    page = desk.json(f"{desk.list_path()}?limit=1&modified_since=2020-01-01T00:00:00Z&omit_internal=true&foo=1")
    for link in page["links"].values():
        assert "modified_since=2020-01-01T00%3A00%3A00%2B00%3A00" in link
        assert "limit=1" in link
        assert "omit_internal=true" in link
        assert "foo" not in link


@ON_ONE
@pytest.mark.parametrize(
    "query",
    [
        *(f"{name}={value}" for name in ("modified_since", "created_until") for value in (
            "2026-01-01", "2026-01-01T00:00:00", "gestern", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00%2B99:00",
            "20260101T000000Z", "2026-01-01T00:00:00%00Z", "1", "%F0%28", "2026-01-01T00:00:00Z&modified_since=x",
        ) if not (name == "created_until" and "&" in value)),
        *("limit=0", "limit=-1", "limit=x", "limit=1.5", "limit=%D9%A3", "omit_internal=perhaps"),
        *("after=", "after=x", "after=1", "after=-1-1", "after=ffffffffffffffff-1", "after=1-1&after=2-1"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_told(desk: Desk, query: str) -> None:
    desk.publish(make.paper())
    if query == "after=":
        assert len(desk.names(f"{desk.list_path()}?{query}")) == 1
        return
    told = desk.json(f"{desk.list_path()}?{query}", 400)
    assert told["type"] == "https://schema.oparl.org/1.1/Error"
    assert told["message"]


@ON_ONE
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("modified_since=9999-12-31T23:59:59-12:00", 0),
        ("modified_since=0001-01-01T00:00:00%2B12:00", 1),
        ("modified_until=9999-12-31T23:59:59Z", 1),
        ("modified_since=2020-01-01T00:00:00+01:00", 1),  # a plus sign that nobody wrote as %2B
        ("modified_since=2020-01-01T00:00:00.123Z", 1),
        ("modified_since=2999-01-01T00:00:00Z", 0),
        ("limit=999999999999", 1),
        ("omit_internal=false", 1),
        ("after=fffffffffffffff-0", 0),
        ("page=2&sort=name", 1),
    ],
)
def test_what_others_write_is_understood(desk: Desk, query: str, count: int) -> None:
    desk.publish(make.paper())
    assert len(desk.json(f"{desk.list_path()}?{query}")["data"]) == count


@ON_ONE
def test_nothing_there_is_told_as_an_error_object(desk: Desk) -> None:
    desk.publish(paper := make.paper())
    paths = [
        *("/paper/aaaaaaaaaaaaa", "/paper/a%00aaaaaaaaaaa", f"/meeting/{paper.key}", "/paper", "/nothing/x/y/z"),
        *(
            "/system/aaaaaaaaaaaaa",
            "/body/aaaaaaaaaaaaa/paper",
            f"/body/{desk.body.key}/nothing",
            f"/file/{paper.key}/access",
        ),
        *(f"/paper/{paper.key}/meeting", "/../../etc/passwd", "/paper/" + "a" * 5000),
    ]
    for path in paths:
        told = desk.json(f"{ROOT}{path}", 404)
        assert told == {"type": "https://schema.oparl.org/1.1/Error", "message": "There is no such object."}, path


@ON_ONE
def test_it_is_read_and_nothing_else(desk: Desk) -> None:
    desk.publish(paper := make.paper())
    for path in (f"{ROOT}/", f"{ROOT}/body", f"{ROOT}/paper/{paper.key}", desk.list_path()):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = desk.client.open(path, method=method)
            assert (answer.status_code, answer.mimetype) == (405, "application/json")
            assert "GET" in answer.headers["Allow"]
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        asked = desk.client.options(
            path, headers={"Origin": "https://x.example", "Access-Control-Request-Method": "GET"}
        )
        assert asked.status_code in (200, 204)
        assert asked.headers["Access-Control-Allow-Origin"] == "*"
        assert "GET" in asked.headers["Access-Control-Allow-Methods"]
        whole, head = desk.client.get(path), desk.client.head(path)
        assert (head.data, head.headers["ETag"]) == (b"", whole.headers["ETag"])
        assert head.headers["Content-Length"] == str(len(whole.data))


def test_what_did_not_change_is_not_sent_again(desk: Desk) -> None:
    desk.publish(paper := make.paper())
    for path in (f"{ROOT}/", f"{ROOT}/body", f"{ROOT}/paper/{paper.key}", desk.list_path()):
        etag = desk.client.get(path).headers["ETag"]
        again = desk.client.get(path, headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Access-Control-Allow-Origin"] == "*"
    before = desk.client.get(desk.list_path()).headers["ETag"]
    desk.publish(make.paper())
    assert desk.client.get(desk.list_path(), headers={"If-None-Match": before}).status_code == 200


@ON_ONE
def test_other_spellings_lead_to_the_one_address(desk: Desk) -> None:
    desk.publish(paper := make.paper())
    there = {
        "/oparl": f"{BASE}/",
        "/oparl/": f"{BASE}/",
        ROOT: f"{BASE}/",
        f"{ROOT}/system": f"{BASE}/",
        f"{ROOT}/body/": f"{BASE}/body",
        f"{ROOT}/Paper/{paper.key}": f"{BASE}/paper/{paper.key}",
        f"{ROOT}/paper/{paper.key.upper()}/": f"{BASE}/paper/{paper.key}",
        f"{desk.list_path('agendaItem')}?limit=3": f"{BASE}/body/{desk.body.key}/agendaitem?limit=3",
    }
    for path, target in there.items():
        answer = desk.client.get(path)
        assert (answer.status_code, answer.headers.get("Location")) == (301, target), path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert desk.client.get("/oparl/v1.1//body").status_code in (301, 308)
    assert desk.client.get("/oparl//evil.example/").status_code in (301, 308, 404)


def test_a_moved_object_is_found_under_its_former_key(desk: Desk) -> None:
    rows = make.read_file("Text", of=(paper := make.paper()))
    desk.publish(paper, rows)
    moment = now()
    for key, record in (("aaaaaaaaaaaaa", paper), ("bbbbbbbbbbbbb", rows[0])):
        make.save(desk.engine, Alias(key=key, old_id=f"x:{key}", new_id=record.id, source_id=1, at=moment))
    answer = desk.client.get(f"{ROOT}/paper/aaaaaaaaaaaaa")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{BASE}/paper/{paper.key}")
    answer = desk.client.get(f"{ROOT}/file/bbbbbbbbbbbbb/access")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{BASE}/file/{rows[0].key}/access")
    assert desk.client.get(f"{ROOT}/meeting/aaaaaaaaaaaaa").status_code == 404


@pytest.fixture
def stored(desk: Desk, settings: Settings) -> Callable[..., File]:
    """Give a function that publishes a file with bytes of a media type."""

    def store(content: bytes, media_type: str, **columns: Any) -> File:
        open_store(settings.files_url, settings.file_copies).put([content], len(content))
        blob = make.blob(content, media_type=media_type)
        file = make.file(fetch_state="fetched", blob_sha256=blob.sha256, **columns)
        paper = make.paper()
        desk.publish(paper, [file, blob, make.link(paper, "mainFile", file)])
        return file

    return store


@ON_ONE
@pytest.mark.parametrize(
    ("media_type", "sent"),
    [
        ("application/pdf", "application/pdf"),
        ("image/png", "image/png"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/xhtml+xml", "application/octet-stream"),
        ("text/javascript", "application/octet-stream"),
    ],
)
def test_bytes_are_looked_at_and_saved_and_can_do_nothing(
    desk: Desk, stored: Callable[..., File], media_type: str, sent: str
) -> None:
    file = stored(PDF + media_type.encode(), media_type, file_name='Übersicht \r\n"2026".pdf')
    form = desk.json(f"{ROOT}/file/{file.key}")
    seen = desk.client.get(form["accessUrl"])
    saved = desk.client.get(form["downloadUrl"])
    for answer in (seen, saved):
        assert (answer.status_code, answer.data) == (200, PDF + media_type.encode())
        assert answer.mimetype == sent
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        assert "allow-same-origin" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "\r" not in str(answer.headers)[:-4].replace("\r\n", "")
    assert not seen.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["Content-Disposition"].startswith("attachment; filename")
    assert "filename*=UTF-8''%C3%9Cbersicht" in saved.headers["Content-Disposition"]
    part = desk.client.get(form["accessUrl"], headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"%PDF")
    assert desk.client.get(form["accessUrl"], headers={"If-None-Match": seen.headers["ETag"]}).status_code == 304


@ON_ONE
def test_bytes_that_are_not_here_are_at_the_council(desk: Desk) -> None:
    paper, file = make.paper(), make.file(access_url="https://council.example/f/1?x=ä")
    odd = make.file(access_url="javascript:alert(1)")
    desk.publish(paper, [file, make.link(paper, "mainFile", file), odd, make.link(paper, "auxiliaryFile", odd)])
    form = desk.json(f"{ROOT}/file/{file.key}")
    assert "downloadUrl" not in form
    answer = desk.client.get(form["accessUrl"])
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "https://council.example/f/1")
    assert desk.client.get(f"{ROOT}/file/{file.key}/download").status_code == 404
    assert desk.client.get(f"{ROOT}/file/{odd.key}/access").status_code == 404


def test_a_withdrawn_file_answers_410_and_its_object_200(desk: Desk, stored: Callable[..., File]) -> None:
    file = stored(PDF, "application/pdf")
    desk.withdraw(file)
    for name in ("access", "download"):
        assert desk.json(f"{ROOT}/file/{file.key}/{name}", 410)["type"].endswith("/Error")
    assert desk.json(f"{ROOT}/file/{file.key}")["deleted"] is True


@ON_ONE
def test_a_file_is_closed_at_once_also_before_it_is_written(desk: Desk, stored: Callable[..., File]) -> None:
    file = stored(PDF, "application/pdf")
    with writing(desk.engine) as session:
        session.execute(update(File).where(File.id == file.id).values(deleted=True))
    assert desk.client.get(f"{ROOT}/file/{file.key}/access").status_code == 410


def test_a_portal_of_one_council_shows_no_other(desk: Desk, settings: Settings, engine: Engine) -> None:
    other_id = "https://other.example/oparl/body/1"
    other = make.body(id=other_id, source_id=2, name="Andere Stadt", license="cc-zero")
    theirs = make.paper(id="https://other.example/oparl/paper/1", source_id=2, body_id=other_id)
    make.save(engine, make.source(id=2, slug="andere", url="https://other.example/oparl", license="cc-zero"))
    desk.publish(mine := make.paper())
    desk.publish(other, theirs)
    assert len(desk.json(f"{ROOT}/body")["data"]) == 2
    with Session(engine) as session:
        slug = session.scalars(select(Source.slug).where(Source.id == 1)).one()
    for only, here, away in (
        (slug, (desk.body, mine), (other, theirs)),
        ("andere", (other, theirs), (desk.body, mine)),
    ):
        app = create_app(Settings(**{**vars_of(settings), "only_council": only}))
        app.test_client_class = Reader
        client = app.test_client()
        bodies = client.get(f"{ROOT}/body").json["data"]  # type: ignore[index]
        assert [one["id"].rpartition("/")[2] for one in bodies] == [here[0].key]
        assert client.get(f"{ROOT}/paper/{here[1].key}").status_code == 200
        assert client.get(f"{ROOT}/body/{here[0].key}/paper").json["pagination"]["totalElements"] == 1  # type: ignore[index]
        for path in (f"/body/{away[0].key}", f"/paper/{away[1].key}", f"/body/{away[0].key}/paper"):
            assert client.get(ROOT + path).status_code == 404
        app.extensions[EXTENSION].close()


def test_a_portal_of_one_council_has_the_tombstone_of_what_went_to_another(
    desk: Desk, settings: Settings, engine: Engine
) -> None:
    other = make.body(id=f"{make.SERVER}/body/2", name="Zweitstadt")
    desk.publish(other, paper := make.paper())
    with Session(engine) as session:
        slug = body_slugs(session)[desk.body.id]
    with writing(engine) as session:
        session.execute(update(Paper).values(body_id=other.id))
    desk.publish(paper, kind="updated")
    assert desk.json(f"{ROOT}/paper/{paper.key}")["ratslupe:body"].endswith(other.key)
    app = create_app(Settings(**{**vars_of(settings), "only_council": slug}))
    app.test_client_class = Reader
    assert app.test_client().get(f"{ROOT}/body").json["data"], "it is called as in the portal of all"  # type: ignore[index]
    told = app.test_client().get(f"{ROOT}/paper/{paper.key}").json
    assert told
    assert (told["id"], told["deleted"], told["ratslupe:reason"]) == (f"{BASE}/paper/{paper.key}", True, "moved")
    app.extensions[EXTENSION].close()


def vars_of(settings: Settings) -> dict[str, Any]:
    """Return all settings by name."""
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}


def test_the_end_of_a_long_list_is_found_by_few_questions(desk: Desk, engine: Engine, app: Flask) -> None:
    desk.publish(*[make.paper() for _ in range(50)])
    path = f"{desk.list_path()}?limit=10"
    asked: list[str] = []
    site = app.extensions[EXTENSION].engine
    event.listen(site, "before_cursor_execute", lambda *told: asked.append(told[2]))
    last = ""
    counts = []
    while path:
        asked.clear()
        page = desk.json(path)
        counts.append(len(asked))
        last, path = path, page["links"].get("next", "")
    assert len(counts) == 5
    assert max(counts[1:]) <= 3, asked
    assert "after=" in last


@ON_ONE
@pytest.mark.parametrize("filters", ["", "&modified_since=2020-01-01T00:00:00Z", "&created_until=2100-01-01T00:00:00Z"])
def test_a_list_is_counted_in_its_index_alone(desk: Desk, engine: Engine, app: Flask, filters: str) -> None:
    desk.publish(*[make.paper() for _ in range(3)])
    asked: list[tuple[str, Any]] = []
    event.listen(
        app.extensions[EXTENSION].engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3]))
    )
    assert desk.json(f"{desk.list_path()}?limit=1{filters}")["pagination"]["totalElements"] == 3
    [(counting, values)] = [one for one in asked if "count(*)" in one[0] and "public_object" in one[0]]
    with engine.connect() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {counting}", values).all())
    assert "USING COVERING INDEX ix_public_object_listed" in plan


@ON_ONE
def test_a_database_that_is_away_is_told(desk: Desk, settings: Settings, app: Flask) -> None:
    desk.publish(make.paper())
    app.extensions[EXTENSION].engine.dispose()
    (settings.home / "ratslupe.db").unlink()
    (settings.home / "ratslupe.db").mkdir()
    answer = desk.client.get(desk.list_path())
    assert (answer.status_code, answer.mimetype) == (503, "application/json")
    assert answer.headers["Retry-After"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@ON_ONE
def test_a_network_that_asks_too_often_waits_and_no_other(desk: Desk, app: Flask) -> None:
    app.extensions[rates.EXTENSION] = rates.Rates(mirror=Buckets(2, 1000.0))
    desk.client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    first, second, third = (desk.client.get(f"{ROOT}/") for _ in range(3))
    assert [one.status_code for one in (first, second, third)] == [200, 200, 429]
    assert first.headers["RateLimit-Policy"] == '"network";q=1200;w=60'
    assert third.get_json()["type"] == "https://schema.oparl.org/1.1/Error"
    assert 0 < int(third.headers["Retry-After"]) <= 1000
    assert desk.client.get("/api/v1/councils").status_code != 429
    desk.client.environ_base["REMOTE_ADDR"] = "198.51.100.1"
    assert desk.client.get(f"{ROOT}/").status_code == 200
    # Those behind a proxy that tells nothing are the proxy's to slow down.
    desk.client.environ_base["REMOTE_ADDR"] = "127.0.0.1"
    assert {desk.client.get(f"{ROOT}/").status_code for _ in range(4)} == {200}
