"""The same texts where no reader looks: in pictures, citations, maps for crawlers, frames of other sites, addresses."""

import re
from xml.etree import ElementTree

import orjson
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.config import Settings
from app.db import now
from app.web.card import Card, draw
from app.web.citing import FORMATS, Citation
from app.web.licences import licence
from app.web.record_words import web_address
from tests.app.web.conftest import Page
from tests.app.web.records.test_hostile import addresses
from tests.hostile import ADDRESSES, STRINGS, bundles


def test_no_address_of_a_source_is_a_link_that_runs() -> None:
    for text in STRINGS:
        for found in (web_address(text), licence(text).url):
            assert found is None or re.match(r"https?://", found, re.IGNORECASE), text
        assert (web_address(text) or "x").isprintable()


def test_a_card_is_drawn_of_any_words() -> None:
    for text in bundles(24):
        drawn = draw(Card(text, text, ("accepted", text, "lens"), text, text))
        assert drawn.startswith(b"\x89PNG\r\n")
        assert drawn[16:24] == (1200).to_bytes(4) + (630).to_bytes(4)


def test_a_citation_stays_one_record_in_every_format() -> None:
    day = now().date()
    for text in STRINGS:
        told = Citation(
            "abc", text, text, text, (text, text), day, text, 12, "https://x/papers/abc", None, day, day, text
        )
        made = {ending: make(told) for ending, (make, _) in FORMATS.items()}
        for ending in ("bib", "ris", "txt"):
            assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]", made[ending]), (ending, text)
        assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in made["ris"].split("\r\n")[:-1]), text
        lines = made["ris"].split("\r\n")
        assert [lines.index(one) for one in lines if one[:6] in ("TY  - ", "ER  - ")] == [0, len(lines) - 2], text
        bare = re.sub(r"\\[{}\\]|\\textbackslash\{\}", "", made["bib"])
        assert bare.count("{") == bare.count("}"), text
        assert len(re.findall(r"^@", made["bib"], re.MULTILINE)) == 1, text
        assert len(orjson.loads(made["json"])) == 1, text
        assert made["txt"].count("\n") == 1, text


def test_what_programs_read_stays_whole(client: FlaskClient, engine: Engine, settings: Settings) -> None:
    for turn, text in enumerate(bundles(60)):
        places = addresses(engine, text, ADDRESSES[turn])
        paper, meeting = places["paper"], places["meeting"]
        for address in (
            f"/cards{paper}.png",
            f"/cards{meeting}.png",
            f"{paper}/cite",
            f"{paper}/poster",
            f"{meeting}/cite",
        ):
            assert client.get(address).status_code == 200, (address, turn)
        for ending in FORMATS:
            answer = client.get(f"{paper}/cite.{ending}")
            assert (answer.status_code, "canary" in str(answer.headers)) == (200, False), (ending, turn)
        assert orjson.loads(client.get(f"{paper}/cite.json").data)
        for address in ("/sitemap.xml", "/sitemaps/papers-1.xml", "/sitemaps/files-1.xml", "/opensearch.xml"):
            ElementTree.fromstring(client.get(address).data)
        suggested = client.get("/search/suggest.opensearch", query_string={"q": text[:90]})
        assert len(orjson.loads(suggested.data)) == 4, turn
        for frame in ("/embed/meetings?count=20", "/embed/papers?count=20"):
            page = Page(client.get(frame).text)
            assert not page.every("script"), (frame, turn)
            assert not page.every("img"), (frame, turn)
            assert all(link["href"].startswith(f"{settings.base_url}/") for link in page.every("a")), (frame, turn)
        calendar = client.get(f"{meeting}.ics").text
        assert re.findall(r"^(?:BEGIN|END):VCALENDAR", calendar, re.MULTILINE) == [
            "BEGIN:VCALENDAR",
            "END:VCALENDAR",
        ], turn
        assert not re.search(r"^(?:DTSTART:1970|X-CANARY)", calendar, re.MULTILINE), turn


def test_whatever_stands_in_an_address_of_these_pages_is_no_fault(client: FlaskClient, engine: Engine) -> None:
    paper = addresses(engine, "harmlos", "https://x.example/")["paper"]
    for text in [*STRINGS[::7], "\0"]:
        asked = {"body": text, "organization": text, "count": text, "language": text, "display": text, "page": text}
        for path in ("/embed/papers", "/embed", f"{paper}/cite", "/opensearch.xml", f"/cards{paper}.png"):
            answer = client.get(path, query_string=asked)
            assert answer.status_code in (200, 404), (path, text, answer.status)
            assert b"<script>console" not in answer.data, (path, text)
        assert client.get("/p/" + "".join(one for one in text[:80] if one.isprintable())).status_code in (
            301,
            308,
            404,
        ), text
