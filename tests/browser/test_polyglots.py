"""Whatever a council publishes: nothing of it runs where readers are, neither on the site nor beside it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Page

from app.documents.sniff import HEAD, sniff
from tests import factories
from tests.browser.conftest import House
from tests.browser.polyglots import CANARY, HTML, POLYGLOTS


def watched(page: Page) -> list[str]:
    """Note whatever would tell that something ran."""
    signs: list[str] = []

    def opened(dialog: Dialog) -> None:
        signs.append(f"dialog: {dialog.message}")
        with suppress(Error):  # its page went first
            dialog.dismiss()

    page.on("dialog", opened)
    page.on("console", lambda line: signs.append(f"console: {line.text}") if line.text == CANARY else None)
    page.on("request", lambda asked: signs.append(f"request: {asked.url}") if f"/{CANARY}" in asked.url else None)
    page.on("popup", lambda other: signs.append(f"window: {other.url}"))
    return signs


@pytest.fixture(scope="module")
def keys(house: House) -> dict[str, str]:
    """Put every polyglot into the house; name -> key."""
    found: dict[str, str] = {}
    rows: list[Any] = []
    for name, (content, taken_for) in POLYGLOTS.items():
        # The same bytes under another kind: one blob has one.
        kind = sniff(content[:HEAD]) if taken_for is None else taken_for
        file, blob = house.store(content + b"\n" * len(found), media_type=kind)
        file.name, file.file_name = name, "anlage.html"
        rows += [file, blob, factories.page(blob, text=HTML.decode())]
        found[name] = file.key
    factories.save(house.engine, [factories.source(), factories.body()], rows)
    return found


@pytest.fixture(scope="module")
def site(keys: dict[str, str], served: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def reader(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """Give a reader with a cookie of the site, who takes downloads."""
    context = opened(browser, site)
    yield context
    context.close()


def opened(browser: Browser, site: str) -> BrowserContext:
    """Open a window of such a reader."""
    context = browser.new_context(locale="de-DE", accept_downloads=True)
    context.add_cookies([{"name": "language", "value": "de", "url": site}])
    return context


def visit(page: Page, address: str) -> str:
    """Go to an address; returns how that ended: "shown" or "saved"."""
    try:
        page.goto(address, wait_until="load")
    except Error as error:
        if "Download is starting" not in str(error):
            raise
        return "saved"
    return "shown"


def test_there_are_enough_and_the_watch_sees_what_runs(reader: BrowserContext) -> None:
    assert len(POLYGLOTS) >= 30
    page = reader.new_page()
    signs = watched(page)
    page.set_content(HTML.decode())
    page.wait_for_timeout(100)
    assert {"dialog: canary", "console: canary"} <= set(signs)


def test_on_the_site_nothing_runs_and_everything_is_saved(
    reader: BrowserContext, site: str, keys: dict[str, str], house: House
) -> None:
    page = reader.new_page()
    signs = watched(page)
    for name, key in keys.items():
        assert visit(page, f"{site}/files/{key}/original") == "saved", name
        assert visit(page, f"{site}/files/{key}?q=console") == "shown", name
        assert page.title() != CANARY, name
        assert page.locator("mark").count() > 0, name
        for picture in ("1.webp", "1.svg?q=console") if page.locator(".rl-sheet").count() else ():
            visit(page, f"{site}/files/{key}/page/{picture}")
            assert page.title() != CANARY, name
        assert signs == [], name
    assert not [path for path in house.asked if path.endswith(f"/{CANARY}")]


def test_in_a_frame_or_as_a_part_of_a_page_nothing_runs_either(
    reader: BrowserContext, site: str, keys: dict[str, str]
) -> None:
    """A page of somebody else, and one of the site without its policy, take the files for scripts and pictures."""
    page = reader.new_page()
    signs = watched(page)
    parts = []
    for key in keys.values():
        address = f"{site}/files/{key}/original"
        parts += [f'<script src="{address}"></script>', f'<link rel="stylesheet" href="{address}">']
        parts += [f'<img src="{address}">', f'<object data="{address}"></object>']
    for origin in ("http://elsewhere.example/", f"{site}/made-up"):
        page.route(origin, lambda route: route.fulfill(body="".join(parts), content_type="text/html"))
        page.goto(origin, wait_until="load")
        page.wait_for_timeout(200)
        assert signs == [], origin


def test_where_originals_are_looked_at_nothing_runs_and_no_cookie_comes(
    launch: Callable[[], Browser], site: str, house: House, keys: dict[str, str]
) -> None:
    files = house.settings.files_origin
    reader = opened(launch(), site)
    page = reader.new_page()
    signs = watched(page)
    ends = set()
    for name, key in keys.items():
        try:
            ends.add(visit(page, f"{files}/files/{key}/original"))
        except Error:  # on a busy machine Chromium dies of a PDF now and then, which says nothing of what may run
            reader = opened(launch(), site)
            page = reader.new_page()
            signs = watched(page)
            ends.add(visit(page, f"{files}/files/{key}/original"))
        assert page.title() != CANARY, name
        # The browser's own reader of PDFs, which is no page of this host, may show what a PDF has to say; no more.
        assert [sign for sign in signs if not name.startswith("PDF") or not sign.startswith("dialog")] == [], name
        signs.clear()
    assert "shown" in ends  # some are looked at, so there was something to run
    assert set(house.cookies) == {""}
    for path in (
        "/",
        f"/files/{key}",
        f"/files/{key}/page/1.webp",
        "/search?q=x",
        "/display",
        "/static/x/ratslupe.css",
    ):
        answer = reader.request.get(files + path)
        assert (answer.status, answer.body()) == (404, b""), path
        assert "set-cookie" not in answer.headers
    assert urlsplit(files).hostname != urlsplit(house.settings.base_url).hostname
