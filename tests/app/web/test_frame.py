"""What holds for every page: the policy, no foreign address, two languages, both displays, errors that help."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app.config import ROOT, Settings
from app.web import create_app
from app.web.errors import Withdrawn
from tests.app.web.conftest import Page, Town

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LISTS = ["/papers", "/meetings", "/organizations", "/people", "/councils"]
PLAIN = ["/", "/search", "/data", "/status", *LISTS, "/nothing-here"]
ASKED = ["/search?q=Gartenstraße", "/search?q=ab*", "/search?q=nirgendwo&type=Paper"]
DATA = "application/ld+json"  # a block of data: browsers execute nothing of it
NAMED = ("canonical", "alternate")  # addresses that are named and never loaded
LOADING = {"script": "src", "link": "href", "img": "src", "use": "href", "iframe": "src", "source": "src"}


def assert_clean(text: str, address: str) -> None:
    """Check that the policy takes nothing away from a page, and that it loads nothing from elsewhere."""
    page = Page(text)
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], (address, tag, attributes)
        assert "style" not in attributes, (address, tag)
        assert tag != "style", address
        assert tag != "script" or attributes.get("src") or attributes.get("type") == DATA, address
        if tag == "form":
            assert not urlsplit(attributes.get("action", "")).netloc, address
        loaded = "" if attributes.get("rel") in NAMED else attributes.get(LOADING.get(tag, ""), "")
        assert not urlsplit(loaded).netloc, (address, loaded)
        assert not loaded.lower().startswith(("data:", "javascript:")), (address, loaded)
    assert not re.search(rf"<script(?! type=\"{re.escape(DATA)}\">)[^>]*>\s*[^<\s]", text), address


@ON_ONE
@pytest.mark.parametrize("language", ["de", "en"])
def test_it_puts_nothing_inline_and_loads_nothing_from_elsewhere(
    client: FlaskClient, town: Town, language: str
) -> None:
    for address in [*PLAIN, *ASKED, *town.addresses]:
        client.set_cookie("language", language)
        response = client.get(address)
        assert response.status_code in (200, 400, 404), address
        assert response.status_code == 200 or address in ("/nothing-here", "/search?q=ab*"), address
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'"), address
        assert "unsafe" not in policy, address
        assert_clean(response.text, address)


@ON_ONE
def test_it_writes_each_page_in_the_readers_language_with_one_heading(client: FlaskClient, town: Town) -> None:
    for address in [*PLAIN, *ASKED, *town.addresses]:
        pages = {}
        for language in ("de", "en"):
            client.set_cookie("language", language)
            text = client.get(address).text
            page = Page(text)
            assert page.every("html")[0]["lang"] == language, address
            assert len(page.every("h1")) == 1, address
            assert len(page.every("main")) == 1, address
            assert page.every("a")[0]["href"] == "#main", address
            ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
            assert len(ids) == len(set(ids)), (address, ids)
            pages[language] = text
        assert "Zum Inhalt springen" in pages["de"], address
        assert "Skip to the content" in pages["en"], address


@ON_ONE
def test_it_names_every_field_and_button(client: FlaskClient, town: Town) -> None:
    for address in [*PLAIN, *ASKED, *town.addresses]:
        text = client.get(address).text
        page = Page(text)
        labelled = {attributes.get("for") for attributes in page.every("label")}
        for field in page.every("input") + page.every("select"):
            inside = re.search(
                rf"<label[^>]*>(?:(?!</label>).)*name=\"{re.escape(field.get('name', ''))}\"", text, re.DOTALL
            )
            hidden = field.get("type") == "hidden"
            assert hidden or inside or field.get("id") in labelled or "aria-label" in field, (address, field)
        for drawing in re.findall(r"<svg class=\"rl-(?:icon|sign)[^>]*>", text):
            assert 'aria-hidden="true"' in drawing, (address, drawing)


@ON_ONE
def test_it_escapes_what_a_council_writes(client: FlaskClient, town: Town) -> None:
    for address in ["/", "/papers", "/search?q=alert", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", *town.addresses]:
        text = client.get(address).text
        assert "<script>alert" not in text, address
        assert "<b>R</b>" not in text, address
        assert "<i>Antrag" not in text, address
        assert "<Musterstadt>" not in text, address
        assert "49 Gartenstraße" not in text, address


@ON_ONE
def test_it_takes_the_language_from_the_address_then_the_cookie_then_the_browser(app: Flask) -> None:
    def language(client: FlaskClient, address: str = "/", **headers: str) -> str:
        return Page(client.get(address, headers=headers).text).every("html")[0]["lang"]

    reader = app.test_client()
    assert language(reader) == "de"
    assert language(reader, **{"Accept-Language": "fr, en;q=0.8, de;q=0.2"}) == "en"
    assert language(reader, **{"Accept-Language": "fr"}) == "de"
    assert language(reader, "/?lang=en") == "en"
    assert language(reader) == "en"
    assert language(reader, "/?lang=tlh") == "en"


@ON_ONE
def test_it_keeps_the_rest_of_the_address_when_the_language_changes(client: FlaskClient) -> None:
    links = Page(client.get("/search?q=a%26b&type=Paper&type=File").text).every("a")
    [switch] = {link["href"] for link in links if link.get("hreflang") == "en"}
    assert switch == "/search?q=a%26b&type=Paper&type=File&lang=en"


@ON_ONE
def test_it_remembers_the_display_without_a_script(client: FlaskClient) -> None:
    assert "data-kern-theme" not in Page(client.get("/").text).every("html")[0]
    answer = client.post("/display", data={"display": "dark", "next": "/status?x=1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/status?x=1")
    assert Page(client.get("/").text).every("html")[0]["data-kern-theme"] == "dark"
    client.post("/display", data={"display": "", "next": "/"})
    assert "data-kern-theme" not in Page(client.get("/").text).every("html")[0]
    client.set_cookie("display", 'x" onload="alert(1)')
    assert "data-kern-theme" not in Page(client.get("/").text).every("html")[0]


@ON_ONE
def test_it_sends_nobody_to_another_site(client: FlaskClient) -> None:
    for target in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "http://[",
        "",
    ):
        assert client.post("/display", data={"display": "dark", "next": target}).headers["Location"] == "/", target


@ON_ONE
def test_it_takes_no_form_from_another_site(client: FlaskClient) -> None:
    for name, value in (
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
        ("Origin", "http://["),
    ):
        assert client.post("/display", data={"display": "dark"}, headers={name: value}).status_code == 403, value
    # A page whose address is a secret names itself to nobody; how a site looks is no matter of trust.
    nobody = {"Origin": "null"}
    assert client.post("/display", data={"display": "dark"}, headers=nobody).status_code == 303
    assert client.post("/alerts", data={"q": "Radweg", "address": "a@b.example"}, headers=nobody).status_code == 403


@ON_ONE
def test_it_answers_304_while_a_page_is_the_same(client: FlaskClient) -> None:
    first = client.get("/search")
    again = client.get("/search", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Cookie" in first.headers["Vary"]
    assert "Accept-Language" in first.headers["Vary"]
    assert client.get("/search?lang=en").headers["ETag"] != first.headers["ETag"]


@ON_ONE
def test_it_asks_for_encryption_only_where_there_is_some(settings: Settings) -> None:
    plain = create_app(settings).test_client().get("/")
    assert "Strict-Transport-Security" not in plain.headers
    secure = Settings.from_environment(
        {"RATSLUPE_HOME": str(settings.home), "DATABASE_URL": settings.database_url, "BASE_URL": "https://rat.example"}
    )
    assert "max-age" in create_app(secure).test_client().get("/").headers["Strict-Transport-Security"]


@ON_ONE
def test_it_sets_the_headers_on_every_answer(client: FlaskClient) -> None:
    for address in ("/", "/nothing-here", "/healthz", "/robots.txt", "/static/x/ratslupe.css", "/download/nothing"):
        headers = client.get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Referrer-Policy"] == "same-origin", address
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert "geolocation=()" in headers["Permissions-Policy"], address


@ON_ONE
def test_it_serves_assets_for_a_year_under_a_name_that_changes_with_them(client: FlaskClient) -> None:
    page = Page(client.get("/").text)
    loaded = {
        attributes.get(LOADING[tag], "").partition("#")[0]
        for tag, attributes in page.elements
        if (tag in ("script", "use") and LOADING[tag] in attributes)  # what only describes the page has no address
        or (tag == "link" and attributes["rel"] in ("preload", "stylesheet", "icon"))
    }
    named = {address for address in loaded if address.startswith("/static/")}
    assert len(named) >= 6
    for address in named:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "max-age=31536000" in answer.headers["Cache-Control"], address
        assert "immutable" in answer.headers["Cache-Control"], address
    old = client.get("/static/0000000000/ratslupe.css")
    assert "immutable" not in old.headers["Cache-Control"]


@ON_ONE
def test_it_serves_assets_compressed_and_whole(client: FlaskClient) -> None:
    plain = client.get("/static/x/ratslupe.css", headers={"Accept-Encoding": "identity"})
    packed = client.get("/static/x/ratslupe.css", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.mimetype == "text/css"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3


@ON_ONE
def test_it_serves_nothing_beside_the_assets(client: FlaskClient) -> None:
    for name in (
        "../app/config.py",
        "..%2f..%2fpyproject.toml",
        "%2e%2e/pyproject.toml",
        "fonts",
        "nothing.css",
        "....//x",
        "a" * 300 + ".css",
        "a/" * 3000 + "x.css",
        "a%00.css",
        "%00",
    ):
        for coding in ("gzip", "identity"):
            answer = client.get(f"/static/x/{name}", headers={"Accept-Encoding": coding})
            assert answer.status_code == 404, (name, coding)


@ON_ONE
def test_it_says_what_happened_and_names_a_number(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise ZeroDivisionError("secret detail")

    answer = app.test_client().get("/broken?lang=de")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Hier ist etwas schiefgegangen" in answer.text
    [number] = re.findall(r"\b[0-9a-f]{8}\b", re.sub(r"<[^>]*>", "", answer.text))
    assert number in caplog.text
    assert "secret detail" in caplog.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert_clean(answer.text, "/broken")


@ON_ONE
def test_it_writes_no_secret_of_an_address_into_the_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    @app.get("/broken/<token>")
    def broken(token: str) -> str:
        raise ZeroDivisionError

    client = app.test_client()
    assert client.get("/broken/0123secret").status_code == 500
    assert "GET /broken/<token>" in caplog.text
    assert "secret" not in caplog.text


@ON_ONE
def test_it_stays_on_its_feet_without_a_database(app: Flask) -> None:
    @app.get("/gone-database")
    def gone() -> str:
        raise OperationalError("SELECT", {}, Exception("no server"))

    answer = app.test_client().get("/gone-database")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


@ON_ONE
def test_it_tells_of_a_withdrawn_record_without_its_content(app: Flask) -> None:
    @app.get("/withdrawn")
    def withdrawn() -> str:
        raise Withdrawn("Paper", council="Stadt Musterstadt")

    answer = app.test_client().get("/withdrawn?lang=de")
    assert answer.status_code == 410
    assert "zurückgezogen" in answer.text
    assert "Stadt Musterstadt" in answer.text
    assert "Vorlage" in answer.text


@ON_ONE
def test_it_refuses_other_methods_and_huge_forms(client: FlaskClient) -> None:
    refused = client.post("/status")
    assert (refused.status_code, set(refused.allow)) == (405, {"GET", "HEAD", "OPTIONS"})
    assert client.post("/display", data={"next": "/" + "x" * 100_000}).status_code == 413


def test_all_scripts_of_the_site_weigh_no_more_than_a_picture() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "static").glob("*.js")) <= 20_000
