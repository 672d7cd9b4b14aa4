"""Every type of page before three checkers that others made, and before our own of what those do not look for."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app.alerts.tokens import CONFIRM, FEED, MANAGE, REFUSE, UNSUBSCRIBE, token
from app.db import now
from app.models import Alert, AlertChannel, Subscriber
from tests import factories
from tests.browser.conftest import House, Town
from tests.browser.page_types import PAGE_TYPES, PageType, fetched
from tests.browser.watching import watched
from tests.checkers import habits, in_page, markup
from tests.checkers.fetched import Unavailable, checkers
from tests.conftest import missing

pytestmark = pytest.mark.xdist_group("portal")

WIDTHS, SCHEMES = (1280, 320), ("light", "dark")


@pytest.fixture(scope="module")
def packages() -> Path:
    try:
        return checkers()
    except Unavailable as error:
        missing(str(error))
        raise


def markup_faults(folder: Path, packages: Path) -> list[str]:
    try:
        return markup.faults(folder, packages)
    except Unavailable as error:
        missing(str(error))
        raise


@pytest.fixture(scope="module")
def opened(browser: Browser, town: Town) -> Iterator[tuple[Page, list[str]]]:
    """Open one window for all pages; it notes what they ask for and what they complain of."""
    context = browser.new_context(locale="de-DE")
    yield watched(context, town.site)
    context.close()


@pytest.mark.parametrize("one", PAGE_TYPES, ids=lambda one: one.name)
def test_no_checker_finds_a_fault(opened: tuple[Page, list[str]], town: Town, packages: Path, one: PageType) -> None:
    page, noted = opened
    faults = looked_at(page, town.site + town.addresses[one.name], one.status, packages)
    faults += [noted.pop() for _ in list(noted)]
    assert faults == []


def looked_at(page: Page, address: str, status: int, packages: Path) -> list[str]:
    """Open a page and return what the checkers find: light and dark, wide, on a phone and at 400 %."""
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status
    assert page.locator("html").get_attribute("lang") == "de"
    found = {}
    for scheme in SCHEMES:
        for width in WIDTHS:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.set_viewport_size({"width": width, "height": 900})
            found[scheme, width] = in_page.faults(page, packages) + habits.sideways(page)
    found["light", 0] = habits.habits(page)
    return [f"{scheme} {width or 'at 400 %'}: {each}" for (scheme, width), all_ in found.items() for each in all_]


def test_nor_on_pages_that_no_link_leads_to(
    browser: Browser,
    house: House,
    served: Callable[[], AbstractContextManager[str]],
    packages: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A portal without a council, what only a mail leads to, and a page that fails."""
    mailed = {f"/alerts/{address}": 200 for address in _mailed(house)}

    def fails() -> None:
        raise RuntimeError("made to fail")

    monkeypatch.setattr("app.web.pages.glossary.terms", fails)
    context = browser.new_context(locale="de-DE")
    with served() as site:
        page, faults = watched(context, site)
        for number, (address, status) in enumerate({"/": 200, **mailed, "/glossary": 500}.items()):
            faults += looked_at(page, site + address, status, packages)
            for language in ("de", "en"):
                (tmp_path / f"{number}-{language}.html").write_text(fetched(site, address, language))
        context.close()
    assert faults == []
    assert markup_faults(tmp_path, packages) == []


def _mailed(house: House) -> list[str]:
    """Let somebody follow three things, and be told of one, on two channels; returns where the mails lead."""
    paper, reader = factories.paper(), factories.subscriber()
    follower = factories.subscriber(address="new@example.org", confirmed_at=None, requested_at=now())
    factories.save(house.engine, [paper, follower, reader])
    followed = [factories.alert(reader, *one) for one in (("search", "radweg"), ("paper", paper.id))]
    ways = {
        kind: {"endpoint": f"https://{kind}.example/1", "endpoint_hash": kind, "secret": "s"}
        for kind in ("push", "webhook")
    }
    channels = [AlertChannel(subscriber_id=reader.id, kind=kind, created_at=now(), **way) for kind, way in ways.items()]
    factories.save(house.engine, [factories.alert(follower), *followed, *channels])
    factories.save(house.engine, factories.notice(followed[1], paper))
    links: dict[str, Alert | Subscriber] = {
        CONFIRM: follower,
        REFUSE: follower,
        UNSUBSCRIBE: followed[0],
        MANAGE: reader,
    }
    made = [f"{purpose}/{token(house.settings, purpose, whose.nonce)}" for purpose, whose in links.items()]
    return [*made, f"new/{token(house.settings, FEED, reader.nonce)}"]


def test_what_is_served_is_html(town: Town, packages: Path, tmp_path: Path) -> None:
    for name, address in town.addresses.items():
        for language in ("de", "en"):
            (tmp_path / f"{name}-{language}.html").write_text(fetched(town.site, address, language))
    assert markup_faults(tmp_path, packages) == []


def test_the_checkers_find_what_is_wrong(browser: Browser, packages: Path, tmp_path: Path) -> None:
    """Were they blind, the tests above would prove nothing."""
    wrong = """<!doctype html><html><title>x</title><style>*{outline:none;transition:all 1s}</style><body>
      <p style="color:#aaa;background:#fff">grey<p><button style="width:9px;height:9px;padding:0"></button>
      <button style="width:9px;height:9px;padding:0"></button><img src="/x.png"><a href="#nowhere">here</a>
      <div style="width:2000px">wide</div><div style="position:fixed;top:0;height:200px">covers</div>"""
    page = browser.new_page()
    page.set_content(wrong)
    found = " ".join([*in_page.faults(page, packages), *habits.habits(page)])
    page.close()
    for rule in ("color-contrast", "target-size", "image-alt", "html-has-lang", "1_4_3", "H37", "NoSuchID"):
        assert rule in found, rule
    for sentence in ("px wide on 320", "covers more than half", "no outline where the focus is", "moves although"):
        assert sentence in found, sentence
    (tmp_path / "wrong.html").write_text(wrong)
    assert "alt" in " ".join(markup_faults(tmp_path, packages))
