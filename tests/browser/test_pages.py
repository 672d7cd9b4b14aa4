"""The pages in a real browser: nothing from elsewhere, nothing refused by our own policy, no sideways scrolling."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.portal import Portal

pytestmark = pytest.mark.xdist_group("portal")


@pytest.fixture(scope="module")
def site(portal: Portal) -> Iterator[str]:
    with portal.serving() as address:
        yield address


@pytest.fixture(scope="module")
def addresses(browser: Browser, site: str) -> list[str]:
    """One page of every type, found by following the site's own links."""
    page = browser.new_page()
    found = ["/", "/search?q=Stadt", "/search?q=%22", "/alerts?q=Stadt", "/data", "/status", "/calendar", "/nowhere"]
    found += ["/councils?q=neustadt", "/places/05315000", "/places/05314000"]
    for folder in ("papers", "meetings", "people", "organizations", "files"):
        page.goto(f"{site}/{folder}/")
        found += [f"/{folder}/", page.locator(f'main a[href*="/{folder}/"]').first.get_attribute("href") or ""]
    page.close()
    return found


def watched(page: Page, site: str) -> list[str]:
    """Note whatever a page asks of others and whatever the browser complains about.

    A small picture of a list that is drawn for the first time may be refused: its sheet stays blank.
    """
    faults: list[str] = []

    def note(line: ConsoleMessage) -> None:
        refused = "503" in line.text and line.location["url"].endswith("w=160")
        if line.type in {"error", "warning"} and not refused:
            faults.append(line.text)

    page.on("request", lambda request: None if request.url.startswith((site, "data:")) else faults.append(request.url))
    page.on("console", note)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return faults


@pytest.mark.parametrize(
    ("width", "language", "scripts"), [(320, "de", True), (320, "en", False), (1280, "de", False), (1280, "en", True)]
)
def test_every_page_type_is_whole(
    browser: Browser, site: str, addresses: list[str], width: int, language: str, scripts: bool
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale=f"{language}-DE", java_script_enabled=scripts
    )
    page = context.new_page()
    faults = watched(page, site)
    for address in addresses:
        page.goto(site + address)
        assert page.locator("html").get_attribute("lang") == language, address
        assert page.locator("h1").count() == 1, address
        if scripts:
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{address} is {wide} px too wide at {width}"
    context.close()
    assert [fault for fault in faults if "404 (NOT FOUND)" not in fault] == []


def test_a_citizen_gets_from_a_word_to_the_page_that_holds_it(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="de-DE")
    page = context.new_page()
    page.goto(site)
    page.get_by_role("searchbox").fill("Haushaltssatzung")
    page.get_by_role("searchbox").press("Enter")
    page.locator('main a[href*="/files/"][href*="page="]').first.click()
    assert "/files/" in page.url
    assert "Haushalt" in page.locator("main").inner_text()
    assert page.locator("main mark").count() > 0
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_phones_see_results_first_and_wide_screens_the_filters_too(browser: Browser, site: str, scripts: bool) -> None:
    for width, height in ((320, 568), (1280, 900)):
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="de-DE", java_script_enabled=scripts
        )
        page = context.new_page()
        page.goto(f"{site}/search?q=Stadt")
        first = page.locator(".rl-hit").first.bounding_box()
        assert first is not None
        assert first["y"] <= 1.5 * height
        button = page.get_by_role("button", name="Filter anwenden")
        assert button.is_visible() == (width > 992)
        if width < 992:
            page.get_by_text("Filter", exact=True).click()
            assert button.is_visible()
        context.close()


def test_keyboard_users_reach_the_content_first(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/papers/")
    page.keyboard.press("Tab")
    skip = page.evaluate("document.activeElement.getAttribute('href')")
    assert skip.startswith("#")
    assert page.locator(skip).count() == 1
    page.close()


def test_the_chosen_look_and_language_stay(browser: Browser, site: str) -> None:
    context = browser.new_context(locale="de-DE", color_scheme="light")
    page = context.new_page()
    page.goto(f"{site}/?lang=en")
    page.goto(f"{site}/papers/")
    assert page.locator("html").get_attribute("lang") == "en"
    context.close()


def test_the_picture_maker_finds_its_pages(site: str, tmp_path: Path) -> None:
    """The command that makes the pictures in the documents keeps up with the pages."""
    import subprocess  # noqa: PLC0415 - only here
    import sys  # noqa: PLC0415 - only here

    from app.config import ROOT  # noqa: PLC0415 - only here

    script = ROOT / "docs" / "screens" / "make.py"
    subprocess.run([sys.executable, script, site, tmp_path], check=True, timeout=300)
    made, shown = ({one.name for one in folder.glob("*.webp")} for folder in (tmp_path, script.parent))
    assert made == shown
