"""Feeds: read by a reader of feeds, valid word for word, the same ids for ever, and nothing that was taken back."""

import re
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as Xml

import feedparser
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, delete, update

from app import changes as log
from app.alerts.targets import Target
from app.alerts.tokens import FEED, UNSUBSCRIBE, token
from app.config import Settings
from app.db import now, writing
from app.facts import street_key
from app.models import News, Paper, Place
from app.models.places import PaperPlace
from app.news.refreshing import NEWS_CONSUMER
from app.web.feeds import Feed, feed_of
from app.web.lately import Lately
from tests import factories as make
from tests.app.web.conftest import HOSTILE, Page, Town, reindex
from tests.hostile import STRINGS

ATOM, AT = "{http://www.w3.org/2005/Atom}", "{http://purl.org/atompub/tombstones/1.0}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TYPES = {"atom": "application/atom+xml", "json": "application/feed+json", "txt": "text/plain"}


@pytest.fixture
def lately(town: Town, engine: Engine) -> Town:
    """Give the town, in which a few things happened."""
    refs = [f"organization:{town.organization.id}", f"person:{town.person.id}", f"meeting:{town.meeting.id}"]
    ago = now() - timedelta(days=3)
    make.save(
        engine,
        make.change(town.paper, at=ago),
        make.news(town.paper, refs=refs, at=ago),
        make.news(town.file, matter_id=town.paper.id, refs=[f"paper:{town.paper.id}"], at=ago),
        make.news(town.hostile, at=ago + timedelta(days=1)),
        make.news(town.meeting, at=ago + timedelta(days=2)),
    )
    return town


def addresses(town: Town) -> list[str]:
    return [
        "/feeds/search.atom?q=gartenstra%C3%9Fe",
        "/feeds/near.atom?at=51.50000%2C9.50000&radius=500&address=Gartenstra%C3%9Fe",
        f"/feeds/paper/{town.paper.key}.atom",
        f"/feeds/person/{town.person.key}.atom",
        f"/feeds/organization/{town.organization.key}.atom",
        f"/feeds/meeting/{town.meeting.key}.atom",
        "/feeds/body/musterstadt.atom",
    ]


def other(address: str, form: str) -> str:
    return re.sub(r"\.atom(?=\?|$)", f".{form}", address)


def check(content: bytes, self_url: str) -> Xml.Element:
    """Fail where RFC 4287 is not kept: what must be there once, dates, ids, whole addresses, types of text."""
    root = Xml.fromstring(content)
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert len(root.findall(f"{ATOM}{name}")) == 1, name
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    assert [one.get("href") for one in root.findall(f"{ATOM}link") if one.get("rel") == "self"] == [self_url]
    entries = root.findall(f"{ATOM}entry")
    ids = [root.findtext(f"{ATOM}id"), *(one.findtext(f"{ATOM}id") for one in entries)]
    gone = [one.get("ref") for one in root.findall(f"{AT}deleted-entry")]
    assert len({*ids, *gone}) == len(ids) + len(gone), "an id stands twice"
    for one in (*ids, *gone):
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one or "")
    for entry in entries:
        for name in ("title", "updated", "content"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1, name
        assert entry.findtext(f"{ATOM}title")
        [link] = entry.findall(f"{ATOM}link")
        assert link.get("rel") == "alternate"
    for moment in [*root.iter(f"{ATOM}updated"), *root.iter(f"{ATOM}published")]:
        assert MOMENT.fullmatch(moment.text or "")
    for link in root.iter(f"{ATOM}link"):
        assert urlsplit(link.get("href") or "").scheme == "http", link.get("href")
    moments = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert max([*moments, ""]) <= (root.findtext(f"{ATOM}updated") or "")
    return root


def items(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    held: Any = client.get(address).json
    found: list[dict[str, Any]] = held["items"]
    return found


def titles(client: FlaskClient, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, response.status
    parsed: Any = feedparser.parse(response.data)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return [str(entry.title) for entry in parsed.entries]


def test_every_feed_is_valid_in_every_form(client: FlaskClient, lately: Town) -> None:
    for address in addresses(lately):
        response = client.get(address)
        assert (response.status_code, response.mimetype) == (200, TYPES["atom"]), address
        check(response.data, f"http://portal.example{address}")
        parsed: Any = feedparser.parse(response.data)
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert parsed.version == "atom10"
        assert parsed.feed.title.endswith("– Ratslupe")
        json = client.get(other(address, "json"))
        assert json.mimetype == TYPES["json"]
        held: Any = json.json
        assert held["version"] == "https://jsonfeed.org/version/1.1"
        assert held["feed_url"] == "http://portal.example" + other(address, "json")
        assert [one["id"] for one in held["items"]] == [one.id for one in parsed.entries]
        assert all(one["content_text"] and one["url"].startswith("http://portal.example/") for one in held["items"])
        text = client.get(other(address, "txt"))
        assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
        told = [one for one in text.text.split("\n\n") if one]
        assert len(told) == len(parsed.entries)
        assert all(len(one) <= 500 and "http://portal.example/" in one for one in told)


def test_each_feed_holds_what_concerns_it(client: FlaskClient, lately: Town) -> None:
    paper, file = "Neu: Tempo 30 in der Gartenstraße", "Neu: Stellungnahme der Verwaltung"
    assert titles(client, f"/feeds/paper/{lately.paper.key}.atom") == [file, paper]
    for kind, row in (("person", lately.person), ("organization", lately.organization)):
        assert titles(client, f"/feeds/{kind}/{row.key}.atom") == [paper]
    assert len(titles(client, f"/feeds/meeting/{lately.meeting.key}.atom")) == 2
    assert len(titles(client, "/feeds/body/musterstadt.atom")) == 4
    assert file in titles(client, "/feeds/search.atom?q=gartenstra%C3%9Fe")
    assert titles(client, "/feeds/search.atom?q=gartenstra%C3%9Fe&type=File") == [file]
    assert titles(client, "/feeds/search.atom?q=nichtsdergleichen") == []
    assert titles(client, f"/feeds/paper/{lately.paper.key}.atom?language=en")[1] == paper.replace("Neu", "New")


def test_words_of_a_council_are_german_in_every_feed(client: FlaskClient, engine: Engine, lately: Town) -> None:
    gone = make.paper(deleted=True)
    make.save(engine, gone, make.news(gone, "withdrawn", at=now()))
    address = "/feeds/body/musterstadt.atom?language=en"
    root = Xml.fromstring(client.get(address).data)
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    marked = {one.findtext(f"{ATOM}title"): one.find(f"{ATOM}title") for one in root.iter(f"{ATOM}entry")}
    spoken = {title: found.get(lang) for title, found in marked.items() if found is not None}
    assert root.get(lang) == "en"
    assert spoken["New: Tempo 30 in der Gartenstraße"] == "de"
    assert spoken["A paper was withdrawn"] is None
    contents = [one.text or "" for one in root.iter(f"{ATOM}content")]
    assert any('<p>File, <span lang="de">Tempo 30 in der Gartenstraße</span>' in one for one in contents)
    held: Any = client.get(other(address, "json")).json
    assert held["language"] == "en"


def test_every_page_that_can_be_followed_names_its_feed(client: FlaskClient, lately: Town) -> None:
    pages = [
        "/",  # of one council alone
        "/councils/musterstadt",
        "/search?q=gartenstra%C3%9Fe",
        *(one for one in lately.addresses if not one.startswith("/files/")),
    ]
    for page in pages:
        text = client.get(page).text
        named = [
            one
            for one in Page(text).every("link")
            if one.get("rel") == "alternate" and "/feeds/" in one.get("href", "")
        ]
        assert [one["type"] for one in named] == [TYPES["atom"], TYPES["json"]], page
        assert all(client.get(one["href"]).mimetype == one["type"] for one in named), page
        shown = [one["href"] for one in Page(text).every("a") if one.get("type") == TYPES["atom"]]
        assert shown == ([] if page == "/" else [named[0]["href"]]), page
    assert "/feeds/" not in client.get(f"/files/{lately.file.key}").text
    english = Page(client.get(f"/papers/{lately.paper.key}?lang=en").text).every("link")
    assert f"/feeds/paper/{lately.paper.key}.atom?language=en" in [one.get("href") for one in english]
    assert client.get("/feeds").status_code == 200
    assert "/feeds/body/musterstadt.atom" in client.get("/feeds?lang=de").text


def test_a_circle_is_asked_for_by_its_middle_or_by_an_address(
    client: FlaskClient, engine: Engine, lately: Town
) -> None:
    street = street_key("Gartenstraße")
    spot = Place(source_id=1, key=street, street_key=street, name="Gartenstraße", longitude=9.5, latitude=51.5)
    make.save(engine, spot)
    make.save(engine, PaperPlace(paper_id=lately.paper.id, place_id=spot.id, drawn=True))
    near = titles(client, "/feeds/near.atom?at=51.501,9.5&radius=250&address=Markt")
    assert near == ["Neu: Stellungnahme der Verwaltung", "Neu: Tempo 30 in der Gartenstraße"]
    assert titles(client, f"/feeds/near.atom?address={quote('Gartenstraße')}&radius=500") == near
    assert titles(client, "/feeds/near.atom?at=51.51,9.5&radius=500") == []
    for asked, home in (
        ("at=51.5,9.5&radius=500", "/map?at=51.50000%2C9.50000&span=1500"),
        ("at=51.5,9.5&radius=500&address=Markt", "/map?address=Markt&radius=500"),
    ):
        held: Any = client.get(f"/feeds/near.json?{asked}").json
        assert held["home_page_url"] == f"http://portal.example{home}"
        assert client.get(home).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/feeds/search.atom", 400),
        ("/feeds/search.atom?q=%20", 400),
        ("/feeds/search.atom?q=a*", 400),
        ("/feeds/near.atom", 404),
        ("/feeds/near.atom?at=51.5,9.5&radius=333", 404),
        ("/feeds/near.atom?at=nan,inf&radius=500", 404),
        ("/feeds/near.atom?at=51.5&radius=500", 404),
        ("/feeds/near.atom?address=Nirgendwo", 404),
        ("/feeds/paper/nothing.atom", 404),
        ("/feeds/file/nothing.atom", 404),
        ("/feeds/body/nowhere.atom", 404),
        ("/feeds/search.rss?q=x", 404),
        ("/feeds/mine/wrong.atom", 404),
        (f"/feeds/mine/{'0' * 32}.{'x' * 43}.atom", 404),
    ],
)
def test_there_is_no_feed_of_nothing(client: FlaskClient, town: Town, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_what_is_the_same_is_not_sent_again(client: FlaskClient, engine: Engine, lately: Town) -> None:
    address = f"/feeds/paper/{lately.paper.key}.atom"
    assert "Last-Modified" not in client.get(address).headers  # what was logged may not be told yet
    with writing(engine) as session:
        log.advance(session, NEWS_CONSUMER, log.last_seq(session))
    first = client.get(address)
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in client.get(f"{address}?language=en").headers
    same = {"If-None-Match": first.headers["ETag"]}
    assert client.get(address, headers=same).status_code == 304
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(address, headers=since).status_code == 304
    assert client.get(f"{address}?language=en", headers=same).status_code == 200
    # Nobody makes a new name for the same by asking for what is not known here, or in another order.
    assert client.get(f"{address}?x=1&utm_source=mail", headers=same).status_code == 304
    assert client.get(f"{address}?x=1").headers["ETag"] == first.headers["ETag"]
    around = [
        client.get(f"/feeds/near.atom?{one}").headers["ETag"]
        for one in (
            "at=51.5,9.5&radius=500",
            "radius=500&at=51.5,9.5&n=1",
            "at=51.50000,9.5",
            "at=51.5,9.5&radius=250",
        )
    ]
    assert [around.index(one) for one in around] == [0, 0, 0, 3]
    make.save(
        engine,
        make.change(lately.paper, "updated", at=now() + timedelta(minutes=1)),
        make.news(lately.paper, "changed", at=now()),
    )
    assert client.get(address, headers=same).status_code == 200
    assert client.get(address, headers=since).status_code == 200


def test_a_feed_that_is_known_is_not_made(client: FlaskClient, lately: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses_here = [other(one, form) for one in addresses(lately) for form in TYPES]
    known = {one: client.get(one).headers["ETag"] for one in addresses_here}
    assert len(set(known.values())) == len(known)
    monkeypatch.setattr("app.web.pages.feeds.feed_of", None)
    for address, etag in known.items():
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


def test_entries_keep_their_ids_whatever_is_written_anew(client: FlaskClient, engine: Engine, lately: Town) -> None:
    address = f"/feeds/paper/{lately.paper.key}.json"
    before = items(client, address)
    with writing(engine) as session:
        rows = session.query(News).all()
        kept = [(row.key, row.seq, row.kind, row.object_type, row.object_id, row.at) for row in rows]
        session.execute(delete(News))
        session.execute(update(Paper).values(name="Tempo 20 in der Gartenstraße"))
    papers = {row.id: row for row in (lately.paper, lately.file, lately.hostile, lately.meeting)}
    make.save(
        engine,
        *(
            make.news(papers[about], kind, refs=[f"paper:{lately.paper.id}"], seq=seq + 7, at=at, key=key)
            for key, seq, kind, _, about, at in kept
            if about in (lately.paper.id, lately.file.id)
        ),
        make.change(lately.paper, "updated", fields=["name"]),
    )
    after = items(client, address)
    assert [one["id"] for one in after] == [one["id"] for one in before]
    assert "Tempo 20" in after[1]["title"]
    assert (
        len({one["id"] for one in items(client, "/feeds/body/musterstadt.json")} & {one["id"] for one in before}) == 2
    )


def test_what_was_taken_back_is_taken_out_of_every_feed(
    client: FlaskClient, engine: Engine, settings: Settings, lately: Town
) -> None:
    record, search = "/feeds/body/musterstadt.atom", "/feeds/search.atom?q=gartenstra%C3%9Fe"
    before = Xml.fromstring(client.get(search).data)
    told = {one.findtext(f"{ATOM}title"): one.findtext(f"{ATOM}id") for one in before.iter(f"{ATOM}entry")}
    [paper_id] = [value for name, value in told.items() if name == "Neu: Tempo 30 in der Gartenstraße"]
    gone_at = now().replace(microsecond=0)
    with writing(engine) as session:
        session.execute(update(Paper).where(Paper.id == lately.paper.id).values(deleted=True, name=None, raw={}))
    make.save(engine, make.news(lately.paper, "withdrawn", at=gone_at))
    reindex(engine, settings)
    for address in (record, search):
        response = client.get(address)
        root = check(response.data, f"http://portal.example{address}")
        assert "Tempo 30" not in response.text
        deleted = {one.get("ref"): one.get("when") for one in root.iter(f"{AT}deleted-entry")}
        assert deleted[paper_id] == gone_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert "Tempo 30" not in client.get(other(address, "json")).text + client.get(other(address, "txt")).text
    assert titles(client, record)[0] == "Eine Vorlage wurde zurückgezogen"
    assert client.get(f"/feeds/paper/{lately.paper.key}.atom").status_code == 410


def test_a_feed_ends_after_a_hundred_entries(client: FlaskClient, engine: Engine, town: Town) -> None:
    papers = [make.paper() for _ in range(103)]
    start = now() - timedelta(days=2)
    make.save(
        engine, papers, [make.news(one, at=start + timedelta(minutes=number)) for number, one in enumerate(papers)]
    )
    every = items(client, "/feeds/body/musterstadt.json")
    assert [one["url"] for one in every] == [f"http://portal.example/papers/{one.key}" for one in papers[:2:-1]]


def test_words_of_a_source_stay_words(client: FlaskClient, engine: Engine, town: Town) -> None:
    bad = [*STRINGS, "\x00\x08\x0b\x1f\ufffe\uffff", "]]>", "<!--", "\u202eevil", HOSTILE]
    papers = [make.paper(name=one.replace("\0", ""), paper_type=one.replace("\0", "")) for one in bad[-95:]]
    make.save(engine, papers, [make.news(one, at=now()) for one in papers])
    address = "/feeds/body/musterstadt.atom"
    response = client.get(address)
    root = check(response.data, f"http://portal.example{address}")
    allowed = {
        f"{ATOM}{name}" for name in ("feed", "entry", "id", "title", "subtitle", "updated", "published", "author")
    }
    allowed |= {f"{ATOM}{name}" for name in ("name", "generator", "link", "category", "summary", "content")}
    assert {element.tag for element in root.iter()} <= allowed
    for content in root.iter(f"{ATOM}content"):
        assert set(re.findall(r"<\s*/?\s*([a-zA-Z]\w*)", content.text or "")) <= {"p", "span"}
    assert not re.search(r"[\u202a-\u202e\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", response.text)
    assert not feedparser.parse(response.data).bozo
    assert len(items(client, other(address, "json"))) == len(papers)
    for link in root.iter(f"{ATOM}link"):
        assert (link.get("href") or "").startswith("http://portal.example/")


def follow(engine: Engine, **columns: Any) -> Any:
    reader = make.subscriber(**columns)
    make.save(engine, reader)
    return reader


def test_a_private_feed_holds_what_was_found_for_its_holder(
    client: FlaskClient, engine: Engine, settings: Settings, lately: Town
) -> None:
    reader, stranger = follow(engine), follow(engine, address="other@example.org")
    street, paper = make.alert(reader), make.alert(reader, "paper", lately.paper.id)
    theirs = make.alert(stranger, "meeting", lately.meeting.id)
    make.save(
        engine,
        [street, paper, theirs],
        make.notice(street, lately.paper),
        make.notice(paper, lately.paper),
        make.notice(street, lately.hostile),
        make.notice(theirs, lately.meeting),
        make.notice(street, lately.meeting, "reminder"),
    )
    address = f"/feeds/mine/{token(settings, FEED, reader.nonce)}"
    response = client.get(f"{address}.atom")
    root = check(response.data, f"http://portal.example{address}.atom")
    assert len(root.findall(f"{ATOM}entry")) == 2
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "reader@example.org" not in response.text
    assert items(client, f"{address}.json")[1]["tags"] == ["new", "gartenstraße", "Tempo 30 in der Gartenstraße"]
    assert client.get(f"{address}.txt").status_code == 404
    # A link of another purpose opens nothing, nor does that of somebody who never confirmed.
    assert client.get(f"/feeds/mine/{token(settings, UNSUBSCRIBE, reader.nonce)}.atom").status_code == 404
    unsure = follow(engine, address="unsure@example.org", confirmed_at=None, requested_at=now())
    assert client.get(f"/feeds/mine/{token(settings, FEED, unsure.nonce)}.atom").status_code == 404
    nobody = follow(engine, address="new@example.org")
    own = f"/feeds/mine/{token(settings, FEED, nobody.nonce)}.atom"
    assert check(client.get(own).data, f"http://portal.example{own}").find(f"{ATOM}entry") is None


def test_a_feed_is_made_once_as_long_as_nothing_is_written(
    client: FlaskClient, engine: Engine, lately: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(target: Target, path: str, asked: str) -> Feed:
        made.append(target.kind)
        return feed_of(target, path, asked)

    monkeypatch.setattr("app.web.pages.feeds.feed_of", counted)
    address = f"/feeds/paper/{lately.paper.key}.atom"
    first, again, other_form = client.get(address), client.get(f"{address}?x=1"), client.get(other(address, "json"))
    assert (first.data, first.headers["Link"]) == (again.data, again.headers["Link"])
    assert other_form.mimetype == TYPES["json"]
    assert made == ["paper", "paper"]
    with writing(engine) as session:
        session.execute(update(Paper).where(Paper.id == lately.paper.id).values(name="Tempo 20"))
    make.save(engine, make.change(lately.paper, "updated"))
    assert "Tempo 20" in client.get(address).text


def test_what_is_kept_ends_by_the_clock_and_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [0.0]
    kept, made = Lately(lambda: moment[0]), iter(range(100))
    assert [kept.take("one", lambda: next(made)) for _ in range(3)] == [0, 0, 0]
    moment[0] = 61
    assert kept.take("one", lambda: next(made)) == 1
    monkeypatch.setattr("app.web.lately.MANY", 2)
    assert [kept.take(name, lambda: next(made)) for name in ("two", "one", "three", "one", "two")] == [2, 1, 3, 1, 4]
