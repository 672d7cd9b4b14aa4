"""The strings of `tests.hostile` in every text of every type, in a real browser: nothing runs, nothing is reported."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser, Dialog, Page

from tests import factories
from tests.app.web.records.test_hostile import addresses
from tests.browser.conftest import House
from tests.hostile import ADDRESSES, CANARY, bundles

NOTED = """
window.reported = [];
addEventListener('securitypolicyviolation', (event) => reported.push(event.violatedDirective));
"""


@pytest.fixture(scope="module")
def pages(house: House) -> list[str]:
    """Put all strings into the house, 130 in each text; returns the pages they are on."""
    factories.save(house.engine, [factories.source(), factories.body()])
    found: list[str] = []
    for turn, text in enumerate(bundles(130)):
        found += addresses(house.engine, text.replace("\0", ""), ADDRESSES[turn]).values()
    return [*found, "/", "/papers", "/embed/meetings?count=20", "/embed/papers?count=20", "/embed"]


@pytest.fixture(scope="module")
def site(pages: list[str], served: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with served() as address:
        yield address


def watched(page: Page, site: str) -> list[str]:
    """Note whatever would tell that something ran, or that anything was asked for elsewhere."""
    signs: list[str] = []

    def opened(box: Dialog) -> None:
        signs.append(f"dialog: {box.message}")
        box.dismiss()

    page.add_init_script(NOTED)
    page.on("dialog", opened)
    page.on("console", lambda line: signs.append(f"console: {line.text}") if CANARY in line.text else None)
    page.on("request", lambda asked: None if asked.url.startswith(site) else signs.append(f"request: {asked.url}"))
    page.on("request", lambda asked: signs.append(f"request: {asked.url}") if f"/{CANARY}" in asked.url else None)
    page.on("popup", lambda other: signs.append(f"window: {other.url}"))
    return signs


def test_nothing_runs_and_the_policy_has_nothing_to_report(browser: Browser, site: str, pages: list[str]) -> None:
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    signs = watched(page, site)
    for address in pages:
        page.goto(site + address, wait_until="load")
        # What waits for a pointer, the keyboard or an opened part gets it.
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        page.evaluate("for (const one of document.querySelectorAll('a, input, summary')) { one.focus(); }")
        assert signs == [], address
        assert page.evaluate("reported") == [], address
        assert page.title() != CANARY
    context.close()


def test_the_watch_sees_what_runs(browser: Browser, site: str) -> None:
    page = browser.new_page()
    signs = watched(page, site)
    page.route("**/made-up", lambda route: route.fulfill(body=bundles(130)[0], content_type="text/html"))
    page.goto(f"{site}/made-up")
    page.wait_for_timeout(200)
    assert [sign for sign in signs if sign.startswith("console")]
    page.close()
