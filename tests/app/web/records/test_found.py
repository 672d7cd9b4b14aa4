"""How records are found: heads, data for machines, cards, maps for crawlers, a search for the browser's bar."""

import re
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine

from app.db import writing
from app.models import Paper
from app.queries.keys import LETTERS, PREFIXES, Slice, keys_in, slices
from app.web.filters import local
from app.web.limits import Buckets, Limits
from app.web.pages.cards import EXTENSION
from tests import factories
from tests.app.web.conftest import Page, Town
from tests.app.web.records.test_papers import Read

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def base(app: Flask) -> str:
    """Give the address that the site knows itself by."""
    return str(app.extensions["ratslupe"].settings.base_url)


def named(page: Page, name: str) -> str:
    """Return the content of a meta element of a page."""
    [found] = [one["content"] for one in page.every("meta") if name in (one.get("property"), one.get("name"))]
    return found


def linked(page: Page, rel: str) -> list[dict[str, str]]:
    return [one for one in page.every("link") if one.get("rel") == rel]


def data(text: str) -> dict[str, dict[str, Any]]:
    """Return the blocks of data in a page by their type."""
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    return {one["@type"]: one for one in map(orjson.loads, blocks)}


class TestTheHead:
    def test_it_names_one_address_whatever_was_asked(self, client: FlaskClient, town: Town, base: str) -> None:
        paper = f"/papers/{town.paper.key}"
        for asked in (paper, f"{paper}?lang=en", f"{paper}?utm_source=x&lang=de"):
            page = Page(client.get(asked).text)
            assert [one["href"] for one in linked(page, "canonical")] == [base + paper], asked
            told = {one["hreflang"]: one["href"] for one in linked(page, "alternate") if "hreflang" in one}
            assert told["x-default"] == base + paper
            assert told["en"] == f"{base}{paper}?lang=en"
            assert named(page, "og:url") == base + paper

    def test_it_tells_pages_of_the_same_name_apart(self, client: FlaskClient, town: Town) -> None:
        titles = [re.findall("<title>(.*?)</title>", client.get(address).text)[0] for address in town.addresses]
        titles += [
            re.findall("<title>(.*?)</title>", client.get(one).text)[0] for one in ("/", "/papers", "/data", "/embed")
        ]
        assert len(set(titles)) == len(titles), titles
        assert "2026/0417" in titles[0]

    def test_it_says_what_is_shown_where_the_page_is_shared(self, client: FlaskClient, town: Town, base: str) -> None:
        page = Page(client.get(f"/papers/{town.paper.key}").text)
        assert named(page, "og:title") == town.paper.name
        assert named(page, "og:image") == f"{base}/cards/papers/{town.paper.key}.png"
        assert named(page, "og:description") == named(page, "description")
        assert named(page, "og:type") == "article"
        assert named(Page(client.get("/data").text), "og:image") == f"{base}/cards/site.png"
        descriptions = [named(Page(client.get(address).text), "description") for address in town.addresses]
        assert all(10 < len(one) < 260 for one in descriptions), descriptions
        assert len(set(descriptions)) >= len(descriptions) - 1

    def test_searches_people_and_narrowed_lists_are_not_listed(self, client: FlaskClient, town: Town) -> None:
        for address in ("/search?q=x", "/papers?page=1", f"/people/{town.person.key}", "/people", "/papers?year=2026"):
            assert named(Page(client.get(address).text), "robots").startswith("noindex"), address
        for address in ("/", "/papers", f"/papers/{town.paper.key}", f"/files/{town.file.key}?page=2"):
            assert not [one for one in Page(client.get(address).text).every("meta") if one.get("name") == "robots"], (
                address
            )

    def test_an_error_has_no_address_of_its_own(self, client: FlaskClient) -> None:
        page = Page(client.get("/papers/nothing").text)
        assert not linked(page, "canonical")
        assert named(page, "robots") == "noindex"


class TestTheDataForMachines:
    def test_each_type_has_its_shape(self, read: Read, town: Town, base: str) -> None:
        meeting = data(read(f"/meetings/{town.meeting.key}"))["Event"]
        assert town.meeting.start is not None
        assert meeting["startDate"].startswith(f"{local(town.meeting.start):%Y-%m-%d}")
        assert meeting["eventStatus"] == "https://schema.org/EventScheduled"
        assert meeting["location"]["@type"] == "Place"
        assert meeting["organizer"][0]["name"] == town.organization.name
        organization = data(read(f"/organizations/{town.organization.key}"))["GovernmentOrganization"]
        assert organization["url"] == f"{base}/organizations/{town.organization.key}"
        person = data(read(f"/people/{town.person.key}"))["Person"]
        assert set(person) == {"@context", "@type", "name", "url", "memberOf"}
        paper = data(read(f"/papers/{town.paper.key}"))["CreativeWork"]
        assert (paper["identifier"], paper["datePublished"]) == ("2026/0417", "2026-03-01")
        assert data(read(f"/files/{town.file.key}"))["DigitalDocument"]["isPartOf"][0]["url"].endswith(town.paper.key)
        assert data(read("/data"))["Dataset"]["license"]
        search = data(read("/"))["WebSite"]["potentialAction"]["target"]["urlTemplate"]
        assert search == f"{base}/search?q={{search_term_string}}"

    def test_the_way_back_is_told_where_there_is_one(self, read: Read, town: Town, base: str) -> None:
        for address in town.addresses:
            crumbs = data(read(address))["BreadcrumbList"]["itemListElement"]
            assert [one["position"] for one in crumbs] == list(range(1, len(crumbs) + 1))
            assert crumbs[0]["item"] == f"{base}/"
            assert crumbs[-1]["item"] == base + address.partition("?")[0]
            assert all(one["name"] and one["item"].startswith(base) for one in crumbs)

    def test_a_cancelled_meeting_is_cancelled(self, read: Read, engine: Engine) -> None:
        off = factories.meeting(cancelled=True)
        factories.save(engine, off)
        assert data(read(f"/meetings/{off.key}"))["Event"]["eventStatus"].endswith("EventCancelled")


class TestCards:
    def test_each_is_a_picture_of_the_size_that_networks_want(self, client: FlaskClient, town: Town) -> None:
        for address in (f"papers/{town.paper.key}", f"meetings/{town.meeting.key}", "site"):
            answer = client.get(f"/cards/{address}.png")
            assert answer.mimetype == "image/png"
            with Image.open(BytesIO(answer.data)) as picture:
                assert picture.size == (1200, 630)
            assert len(answer.data) < 150_000
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            again = client.get(f"/cards/{address}.png", headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")

    def test_it_changes_with_what_it_says_and_with_the_language_alone(
        self, client: FlaskClient, town: Town, engine: Engine
    ) -> None:
        address = f"/cards/papers/{town.paper.key}.png"
        first = client.get(address).headers["ETag"]
        client.set_cookie("language", "en")
        assert client.get(address).headers["ETag"] == first
        assert client.get(f"{address}?language=en").headers["ETag"] != first
        with writing(engine) as session:
            session.merge(town.paper).name = "Tempo 20"
        assert client.get(address).headers["ETag"] != first

    def test_a_withdrawn_record_has_none(self, client: FlaskClient, engine: Engine) -> None:
        gone = factories.paper(deleted=True, name=None)
        factories.save(engine, gone)
        for path in (f"/cards/papers/{gone.key}.png", f"/papers/{gone.key}/cite", f"/papers/{gone.key}/qr.svg"):
            assert client.get(path).status_code == 410, path
        assert client.get("/cards/papers/nothing.png").status_code == 404

    def test_drawing_has_a_limit_and_what_is_drawn_has_none(self, app: Flask, client: FlaskClient, town: Town) -> None:
        app.extensions[EXTENSION].limits = Limits(each=Buckets(1, 60.0), all=Buckets(1, 60.0))
        assert client.get(f"/cards/papers/{town.paper.key}.png").status_code == 200
        answer = client.get("/cards/site.png")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
        assert client.get(f"/cards/papers/{town.paper.key}.png").status_code == 200


class TestMaps:
    def test_they_list_what_is_shown_and_nothing_else(
        self, client: FlaskClient, town: Town, engine: Engine, base: str
    ) -> None:
        gone = factories.paper(deleted=True, name=None)
        factories.save(engine, gone)
        index = ElementTree.fromstring(client.get("/sitemap.xml").data)
        maps = [one.text or "" for one in index.iter(f"{MAP}loc")]
        assert all(one.startswith(f"{base}/sitemaps/") for one in maps)
        listed: dict[str, str | None] = {}
        for one in maps:
            for entry in ElementTree.fromstring(client.get(one.removeprefix(base)).data):
                listed[entry.findtext(f"{MAP}loc") or ""] = entry.findtext(f"{MAP}lastmod")
        for record in ("papers", "meetings", "organizations", "files"):
            assert [one for one in listed if f"/{record}/" in one], record
        assert listed[f"{base}/papers/{town.paper.key}"] == "2026-01-15T06:12:00+00:00"
        assert f"{base}/" in listed
        assert f"{base}/papers/{gone.key}" not in listed
        assert not [one for one in listed if "/people/" in one]
        for one in listed:
            assert client.get(one.removeprefix(base)).status_code == 200, one

    def test_what_is_no_map_is_not_there(self, client: FlaskClient) -> None:
        for name in ("papers-0", "papers-99", "people-1", "pages-2", "papers-1x"):
            assert client.get(f"/sitemaps/{name}.xml").status_code == 404, name

    def test_slices_hold_each_record_once(self, engine: Engine, app: Flask) -> None:
        factories.save(engine, [factories.paper() for _ in range(60)])
        with app.extensions["ratslupe"].sessions() as session:
            parts = slices(session, Paper, 10)
            keys = [key for part in parts for key, _ in keys_in(session, Paper, part, 50_000)]
            assert len(parts) == 8
            assert (len(keys), len(set(keys)), sum(part.count for part in parts)) == (60, 60, 60)
        assert Slice(1, 1, 0, None).bounds == (LETTERS[0] * 13, LETTERS[-1] * 13)
        assert sorted(PREFIXES) == PREFIXES

    def test_crawlers_are_told_of_them_and_kept_out_of_searches(self, client: FlaskClient, base: str) -> None:
        answer = client.get("/robots.txt").text
        assert f"Sitemap: {base}/sitemap.xml" in answer
        for path in ("/search?", "/alerts", "/embed/", "/files/*/page/"):
            assert f"Disallow: {path}\n" in answer

    def test_browsers_can_search_from_their_bar(self, client: FlaskClient, town: Town, base: str) -> None:
        page = Page(client.get("/").text)
        [link] = linked(page, "search")
        told = client.get(link["href"])
        assert told.mimetype == link["type"] == "application/opensearchdescription+xml"
        urls = {
            one.get("type"): one.get("template")
            for one in ElementTree.fromstring(told.data).iter()
            if one.get("template")
        }
        assert urls["text/html"] == f"{base}/search?q={{searchTerms}}"
        asked = (urls["application/x-suggestions+json"] or "").removeprefix(base).replace("{searchTerms}", "Gartenst")
        answer = client.get(asked)
        typed, texts, notes, addresses = orjson.loads(answer.data)
        assert answer.mimetype == "application/x-suggestions+json"
        assert (typed, len(texts)) == ("Gartenst", len(notes))
        assert all(one.startswith(base) for one in addresses)
