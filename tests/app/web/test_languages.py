"""German and English by what the browser says, Leichte Sprache only by choice."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web.i18n import formats, gettext, language, ngettext
from tests.app.web.conftest import Page, Town

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_ONE
@pytest.mark.parametrize(
    ("accepted", "expected"),
    [("de", "de"), ("en-GB", "en"), ("fr", "de"), ("de-simple", "de"), ("*", "de"), ("", "de")],
)
def test_nobody_gets_leichte_sprache_by_surprise(app: Flask, accepted: str, expected: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": accepted}):
        assert language() == expected


@ON_ONE
def test_whoever_chooses_it_keeps_it(client: FlaskClient, town: Town) -> None:
    answer = client.get("/papers?lang=de-simple")
    assert "language=de-simple" in answer.headers["Set-Cookie"]
    page = Page(client.get("/").text)
    assert page.every("html")[0]["lang"] == "de-simple"
    assert "/easy" in {one["href"] for one in page.every("a")}
    assert Page(client.get("/?lang=en").text).every("html")[0]["lang"] == "en"
    for address in ["/", "/search?q=Gartenstraße", *town.addresses]:
        assert client.get(address, headers={"Cookie": "language=de-simple"}).status_code == 200, address


@ON_ONE
def test_what_caches_give_to_others_sets_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" in client.get("/about?lang=en").headers
    for address in ("/embed/search?lang=de", "/cards/site.png?lang=de", "/opensearch.xml?lang=de"):
        assert "Set-Cookie" not in client.get(address).headers, address


@ON_ONE
def test_every_page_offers_the_other_two(client: FlaskClient) -> None:
    for chosen, others in (("de", {"en", "de-simple"}), ("en", {"de", "de-simple"}), ("de-simple", {"de", "en"})):
        client.set_cookie("language", chosen)
        links = {one["href"] for one in Page(client.get("/about").text).every("a")}
        assert {f"/about?lang={other}" for other in others} <= links
        assert f"/about?lang={chosen}" not in links


@ON_ONE
def test_it_is_german_in_dates_numbers_and_what_nobody_said_more_simply(app: Flask) -> None:
    with app.test_request_context("/?lang=de-simple"):
        assert formats() == "de"
        assert gettext("Organization") == "Gruppe"
        assert gettext("Published at the source") == "An der Quelle veröffentlicht" or gettext("Today") == "Heute"
        assert ngettext("%(num)s file", "%(num)s files", 2) == "2 Dateien"


@ON_ONE
def test_phones_find_the_service_bar_in_the_menu(client: FlaskClient) -> None:
    page = Page(client.get("/about").text)
    assert [one["class"] for one in page.every("div")].count("rl-menu__more") == 1
    forms = [one for one in page.every("form") if one.get("action") == "/display"]
    assert len(forms) == 2
