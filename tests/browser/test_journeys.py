"""The three ways that count, from the first page to the end: with and without JavaScript, wide and on a phone.

A citizen finds the page that decides about her street, and reads it with the keyboard alone. A journalist has herself
told of a street by mail, gets the news, and ends it. A researcher takes the papers away and proves that they are whole.
"""

import gzip
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from app.alerts.running import run
from app.config import Settings
from app.db import open_current
from app.mail import open_mailer
from app.speech import BERLIN
from tests.app.smtp import Sink, Taken, listening
from tests.browser.watching import watched
from tests.oparl_sync.council import thing
from tests.portal import Portal, free_port

pytestmark = pytest.mark.xdist_group("portal")

STREET = "Kalkofenweg"
WAYS = [(scripts, width) for scripts in (True, False) for width in (1280, 320)]
IDS = [f"{'with' if scripts else 'without'} scripts, {width} px" for scripts, width in WAYS]
EVERY_WAY = pytest.mark.parametrize("way", WAYS, ids=IDS)


@dataclass
class Desk:
    """A portal that sends its mails to a server of ours."""

    portal: Portal
    site: str
    mails: Sink

    def mail_to(self, address: str, count: int) -> Taken:
        """Return the mail of this number to an address, as soon as it is there."""
        end = time.monotonic() + 30
        while len(found := [one for one in list(self.mails.taken) if one.recipients == [address]]) < count:
            assert time.monotonic() < end, f"no mail to {address}"
            time.sleep(0.1)
        return found[count - 1]

    def mail_what_is_new(self) -> None:
        """Do a pass of the alerts, as of tomorrow at noon: nobody is mailed at night, and tests run at any hour."""
        settings = Settings.from_environment(self.portal.environment)
        engine = open_current(settings.database_url)
        noon = datetime.combine(datetime.now(BERLIN).date() + timedelta(days=1), datetime.min.time(), BERLIN)
        run(engine, open_mailer(settings.mail_url), settings, clock=lambda: noon.replace(hour=12).astimezone(UTC))
        engine.dispose()


@pytest.fixture(scope="module")
def desk(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("desk") / "home"
    shutil.copytree(portal.home, home, symlinks=True)
    with listening() as mails:
        copy = Portal(home, free_port(), portal.settings | {"MAIL_URL": mails.url, "CONTACT": "desk@example.org"})
        _hand_over(copy, "Ein Vorgang, den es schon gab")  # what a source's first walk brings is nobody's news
        with copy.serving() as site:
            yield Desk(copy, site, mails)


def _hand_over(portal: Portal, *names: str) -> None:
    """Let a second council hand over these papers."""
    body = thing("Body", name="Stadt Musterhausen", license="https://www.govdata.de/dl-de/zero-2-0")
    papers = [thing("Paper", number, name=name) for number, name in enumerate(names)]
    path = portal.home / "council.ndjson"
    path.write_text("".join(json.dumps(one) + "\n" for one in (body, *papers)))
    portal.run("import", str(path))


@pytest.fixture
def reader(browser: Browser, desk: Desk, way: tuple[bool, int]) -> Iterator[Page]:
    """Open the first page for somebody; whatever is asked of others or refused meanwhile is a fault."""
    with_scripts, width = way
    context = _context(browser, with_scripts, width)
    page, faults = watched(context, desk.site)
    page.goto(desk.site)
    yield page
    context.close()
    assert faults == []


def _context(browser: Browser, with_scripts: bool, width: int) -> BrowserContext:
    window: ViewportSize = {"width": width, "height": 800}
    return browser.new_context(
        java_script_enabled=with_scripts,
        viewport=window,
        locale="de-DE",
        accept_downloads=True,
        reduced_motion="reduce",  # a page that glides to what has the focus may still be on its way there
    )


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something that fits has the focus, and see that one can see it."""
    for _ in range(120):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if focus.and_(page.locator(selector)).count():
            expect(focus).to_be_in_viewport()
            return
    raise AssertionError(f"no Tab leads to {selector} on {page.url}")


def enter(page: Page, address: str) -> None:
    """Follow the link that has the focus, to an address like this one."""
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(address))


def back(page: Page) -> None:
    """Go back to where one was: the browser scrolls there by itself, on a busy machine only after the page is there."""
    page.go_back()
    before, here = -1, 0
    while before != here:
        page.wait_for_timeout(500)
        before, here = here, page.evaluate("scrollY")


@EVERY_WAY
def test_a_citizen_reads_what_is_decided_about_her_street_with_the_keyboard_alone(reader: Page, desk: Desk) -> None:
    tab_to(reader, "main input[name=q]")
    reader.keyboard.type(STREET)
    enter(reader, r"/search\?.*q=")
    expect(reader.locator("h1")).to_be_visible()
    # Where it stands is said in words before anything has to be opened, and once more where it is told in full.
    stands = re.compile("[Bb]eschlossen|[Aa]bgelehnt|[Vv]ertagt|[Ee]ntschieden")
    expect(reader.locator(".rl-hit").first).to_contain_text(stands)
    tab_to(reader, ".rl-hit a[href^='/papers/']")
    enter(reader, "/papers/[a-z0-9]{13}")
    expect(reader.locator("main")).to_contain_text(stands)
    expect(reader.locator("main")).to_contain_text(STREET)
    back(reader)
    tab_to(reader, ".rl-hit a[href^='/files/'][href*='page=']")
    enter(reader, "/files/[a-z0-9]{13}.*page=")
    expect(reader.locator(".rl-page__text mark").first).to_have_text(STREET)
    expect(reader.locator(".rl-page__text")).to_contain_text(STREET)
    box = reader.locator(".rl-page__text").bounding_box()
    assert box is not None
    assert box["width"] <= reader.viewport_size["width"]  # type: ignore[index]  # it has one
    for _ in range(3):  # read on
        reader.keyboard.press("PageDown")
    tab_to(reader, "footer a")


def test_a_journalist_is_told_of_what_is_new_and_ends_it(browser: Browser, desk: Desk) -> None:
    contexts = {f"desk{number}@example.org": _context(browser, *way) for number, way in enumerate(WAYS)}
    opened = {address: watched(context, desk.site) for address, context in contexts.items()}
    for address, (page, _) in opened.items():
        page.goto(f"{desk.site}/search?q=Wendehammer")
        page.locator("main a[href^='/alerts?follow=search']").locator("visible=true").first.click()
        expect(page.locator("main input[name=q]")).to_have_value("Wendehammer")
        page.locator("main input[name=frequency][value=instant]").check()
        page.locator("#address").fill(address)
        page.get_by_role("main").get_by_role("button", name="Meldung einrichten").click()
        page.wait_for_url("**/alerts/asked")
        _follow(page, desk.mail_to(address, 1), "/alerts/confirm/")
        page.get_by_role("main").get_by_role("button", name="Ja, los geht es").click()
        expect(page.get_by_role("main")).to_contain_text("Wendehammer")

    _hand_over(desk.portal, "Ein Vorgang, den es schon gab", "Ein neuer Wendehammer am Mühlbach")
    desk.mail_what_is_new()

    for address, (page, faults) in opened.items():
        news = desk.mail_to(address, 2)
        assert "Ein neuer Wendehammer am Mühlbach" in news.text()
        _follow(page, news, "/papers/")
        expect(page.locator("h1")).to_have_text("Ein neuer Wendehammer am Mühlbach")
        _follow(page, news, "/alerts/unsubscribe/")
        page.get_by_role("main").get_by_role("button").click()
        expect(page.get_by_role("main")).to_contain_text("gelöscht")
        _follow(page, news, "/alerts/unsubscribe/")  # the same link once more
        expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
        contexts[address].close()
        assert faults == []

    _hand_over(
        desk.portal, "Ein Vorgang, den es schon gab", "Ein neuer Wendehammer am Mühlbach", "Noch ein Wendehammer"
    )
    desk.mail_what_is_new()
    assert len(desk.mails.taken) == 2 * len(WAYS)


def _follow(page: Page, mail: Taken, path: str) -> None:
    """Open the link of a mail that leads to this path, as it stands in both of its bodies."""
    (address,) = set(re.findall(rf"https?://\S+?{path}\S+", mail.text()))
    assert address in mail.text("html").replace("&amp;", "&")
    page.goto(address)


@EVERY_WAY
def test_a_researcher_takes_the_papers_away_and_proves_that_they_are_whole(
    reader: Page, desk: Desk, tmp_path: Path
) -> None:
    if not reader.get_by_role("main").locator("a[href='/data']").count():
        reader.goto(f"{desk.site}/search")
    reader.locator("a[href='/data']").locator("visible=true").first.click()
    expect(reader.get_by_role("table").first).to_be_visible()
    with reader.expect_download() as download:
        reader.locator("a[href*='/download/'][href*='paper' i]").first.click()
    path = urlsplit(download.value.url).path.removeprefix("/download/")
    taken = tmp_path / path
    taken.parent.mkdir(parents=True)
    download.value.save_as(taken)

    sums = reader.request.get(f"{desk.site}/download/SHA256SUMS").text()
    reader.get_by_role("link", name="SHA256SUMS").click()
    reader.wait_for_url("**/download/SHA256SUMS")
    assert reader.locator("body").inner_text().split() == sums.split()
    (line,) = (one for one in sums.splitlines() if one.endswith(path))
    (tmp_path / "SHA256SUMS").write_text(f"{line}\n")
    checked = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(checked, cwd=tmp_path, check=False).returncode == 0
    papers = [json.loads(one) for one in gzip.decompress(taken.read_bytes()).splitlines()]
    assert {one["type"].rpartition("/")[2] for one in papers} == {"Paper"}

    taken.write_bytes(taken.read_bytes()[:-9])  # a download that broke off
    assert subprocess.run(checked, cwd=tmp_path, check=False, capture_output=True).returncode == 1
