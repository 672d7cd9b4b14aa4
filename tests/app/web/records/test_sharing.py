"""How records are handed on: short addresses, codes, posters, citations, frames; and the source that each names."""

from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine, update

from app.db import now, writing
from app.models import Alias, Paper
from tests import factories
from tests.app.web.conftest import Page, Town
from tests.app.web.records.test_papers import Read


@pytest.fixture
def base(app: Flask) -> str:
    """Give the address that the site knows itself by."""
    return str(app.extensions["ratslupe"].settings.base_url)


class TestShortAddresses:
    def test_they_lead_to_the_record_for_ever(self, client: FlaskClient, town: Town, engine: Engine) -> None:
        for letter, record, folder in (
            ("p", town.paper, "papers"),
            ("m", town.meeting, "meetings"),
            ("f", town.file, "files"),
            ("o", town.organization, "organizations"),
            ("h", town.person, "people"),
        ):
            for code in (record.key[:8], record.key[:8].upper(), record.key):
                answer = client.get(f"/{letter}/{code}")
                assert (answer.status_code, answer.headers["Location"]) == (301, f"/{folder}/{record.key}")
        assert client.get(f"/m/{town.paper.key[:8]}").status_code == 404
        for code in ("x", town.paper.key[:7], "a" * 14, "aaaa0aaa", "%00aaaaaaa", "aaaaaaaa"):
            assert client.get(f"/p/{code}").status_code == 404, code
        with writing(engine) as session:
            session.add(Alias(key="zzzzzzzzzzzzz", old_id="https://old/1", new_id=town.paper.id, source_id=1, at=now()))
        assert client.get("/p/zzzzzzzz").headers["Location"] == f"/papers/{town.paper.key}"

    def test_where_two_share_one_it_leads_to_both(self, client: FlaskClient, engine: Engine) -> None:
        pair = [factories.paper(name=name) for name in ("Erste", "Zweite")]
        pair[0].key, pair[1].key = "aaaaaaaabbbbb", "aaaaaaaaccccc"
        factories.save(engine, pair)
        answer = client.get("/p/aaaaaaaa")
        assert answer.status_code == 300
        assert {f"/papers/{one.key}" for one in pair} <= {one.get("href") for one in Page(answer.text).every("a")}
        assert client.get("/p/aaaaaaaabb").headers["Location"] == "/papers/aaaaaaaabbbbb"
        with writing(engine) as session:
            session.execute(update(Paper).values(deleted=True))
        assert client.get("/p/aaaaaaaa").status_code == 301  # nothing is said of what was withdrawn

    def test_every_record_shows_its_own(self, read: Read, town: Town, base: str) -> None:
        for address in town.addresses:
            text = read(address)
            letter, key = (
                {"papers": "p", "meetings": "m", "files": "f", "organizations": "o", "people": "h"}[
                    address.split("/")[1]
                ],
                address.split("/")[2][:8],
            )
            assert f'href="{base}/{letter}/{key}"' in text, address

    def test_codes_are_drawn_to_look_at_and_to_save(self, client: FlaskClient, town: Town) -> None:
        drawn = client.get(f"/papers/{town.paper.key}/qr.svg")
        root = ElementTree.fromstring(drawn.data)
        assert root.get("viewBox")
        assert "style" not in drawn.text
        assert (
            client.get(f"/papers/{town.paper.key}/qr.svg", headers={"If-None-Match": drawn.headers["ETag"]}).status_code
            == 304
        )
        saved = client.get(f"/papers/{town.paper.key}/qr.png?save=1")
        assert saved.headers["Content-Disposition"] == f'attachment; filename="ratslupe-{town.paper.key}.png"'
        with Image.open(BytesIO(saved.data)) as picture:
            assert picture.width >= 600

    def test_posters_say_what_and_when_and_where_to_read_on(self, read: Read, town: Town, base: str) -> None:
        for address in (
            f"/papers/{town.paper.key}",
            f"/meetings/{town.meeting.key}",
            f"/organizations/{town.organization.key}",
        ):
            text = read(f"{address}/poster")
            assert f"{address}/qr.svg" in text
            assert base.removeprefix("http://") in text


class TestCitations:
    def test_they_name_title_number_day_address_and_state(self, client: FlaskClient, town: Town, base: str) -> None:
        text = client.get(f"/papers/{town.paper.key}/cite.txt").text
        for part in (
            str(town.paper.name),
            "2026/0417",
            "1. März 2026",
            f"{base}/papers/{town.paper.key}",
            "Stand 15. Januar 2026",
        ):
            assert part in text
        page = client.get(f"/papers/{town.paper.key}/cite").text
        assert "as of 15 January 2026" in page

    def test_a_page_of_a_file_is_cited_as_such(self, client: FlaskClient, town: Town, base: str) -> None:
        [item] = orjson.loads(client.get(f"/files/{town.file.key}/cite.json?page=2").data)
        assert (item["page"], item["URL"]) == ("2", f"{base}/files/{town.file.key}?page=2#page=2")
        assert "S. 2" in client.get(f"/files/{town.file.key}/cite.txt?page=2").text
        assert f"/files/{town.file.key}/cite?page=2" in client.get(f"/files/{town.file.key}?page=2").text
        for page in ("-1", "x", "9" * 30, "0"):
            assert client.get(f"/files/{town.file.key}/cite?page={page}").status_code == 200, page

    def test_every_record_can_be_cited_in_every_format(self, client: FlaskClient, town: Town) -> None:
        for address in town.addresses:
            for ending in ("bib", "ris", "json", "txt"):
                answer = client.get(f"{address.partition('?')[0]}/cite.{ending}")
                assert answer.status_code == 200
                assert "attachment" in answer.headers["Content-Disposition"]
        assert client.get(f"/papers/{town.paper.key}/cite.exe").status_code == 404


class TestFrames:
    def test_anybody_may_frame_them_and_nothing_else(self, client: FlaskClient, town: Town) -> None:
        for kind in ("meetings", "papers", "search"):
            answer = client.get(f"/embed/{kind}?language=en&display=dark")
            assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
            assert "X-Frame-Options" not in answer.headers
            assert "Set-Cookie" not in answer.headers
            page = Page(answer.text)
            assert page.every("html")[0] == {"lang": "en", "data-theme": "dark"}
            assert not page.every("script")
            assert all(one["href"].startswith("http") for one in page.every("a"))
            assert page.every("base") == [{"target": "_blank"}]
        for address in ("/", "/embed", f"/papers/{town.paper.key}"):
            answer = client.get(address)
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

    def test_they_show_what_is_asked_for(self, client: FlaskClient, town: Town, engine: Engine) -> None:
        off = factories.station(town.paper, town.organization, now() + timedelta(days=2))
        off[0].cancelled = True
        factories.save(engine, off)
        meetings = client.get("/embed/meetings?count=1").text
        assert meetings.count('class="leaf"') == 1
        assert "Abgesagt" in meetings
        narrowed = client.get(f"/embed/papers?organization={town.organization.key}&count=99").text
        assert f"/papers/{town.paper.key}" in narrowed
        assert "Radweg" not in narrowed
        assert client.get("/embed/papers?organization=nothing").status_code == 404
        assert client.get("/embed/elsewhere").status_code == 404

    def test_the_line_to_copy_shows_what_was_chosen(self, client: FlaskClient, town: Town, base: str) -> None:
        page = client.get(f"/embed?organization={town.organization.key}&count=7&display=dark")
        assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
        frames = Page(page.text).every("iframe")
        assert frames[0]["src"] == f"/embed/meetings?organization={town.organization.key}&count=7&display=dark"
        assert f"&lt;iframe src=&#34;{base}/embed/meetings?organization=" in page.text


def test_every_record_says_its_source_state_and_licence(read: Read, town: Town) -> None:
    for address in town.addresses:
        text = read(address)
        assert "Stand: " in text, address
        assert "https://www.govdata.de/dl-de/by-2-0" in text, address
        assert 'href="https://council.example/oparl/' in text, address
        assert "Alle Listen dieser Quelle" in text, address
