"""The pages in a real browser: nothing from elsewhere, nothing refused by our own policy, no sideways scrolling."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.config import ROOT
from tests.browser.conftest import Town
from tests.browser.page_types import PAGE_TYPES
from tests.browser.watching import watched
from tests.checkers.habits import sideways
from tests.portal import Portal

pytestmark = pytest.mark.xdist_group("portal")


@pytest.fixture(scope="module")
def site(portal: Portal) -> Iterator[str]:
    with portal.serving() as address:
        yield address


@pytest.mark.parametrize(("language", "scripts"), [("de", False), ("en", True)])
def test_every_page_type_is_whole_on_a_phone(browser: Browser, town: Town, language: str, scripts: bool) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 900}, locale=f"{language}-DE", java_script_enabled=scripts
    )
    page, faults = watched(context, town.site)
    for name, address in town.addresses.items():
        page.goto(town.site + address)
        spoken = "de" if name.startswith("embed-") else language  # a frame speaks as its address says
        assert page.locator("html").get_attribute("lang") == spoken, address
        assert page.locator("h1").count() == 1, address
        if scripts:
            faults += [f"{address}: {fault}" for fault in sideways(page)]
    context.close()
    assert faults == []


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


def test_the_picture_maker_takes_every_look_of_a_page(site: str, tmp_path: Path) -> None:
    """The command that makes the pictures in the documents keeps up with the pages."""
    script = ROOT / "docs" / "screens" / "make.py"
    subprocess.run([sys.executable, script, "--site", site, "--folder", tmp_path, "home"], check=True, timeout=300)
    looks = {f"{language}{look}" for language in ("de", "en") for look in ("", "-dark", "-320", "-320-dark")}
    assert {one.name for one in tmp_path.glob("*.webp")} == {f"home-{look}.webp" for look in looks}
    # Whatever is shown is a picture of a type that there is, or of a mail.
    made = {f"{one.name}-{look}.webp" for one in PAGE_TYPES for look in looks}
    shown = {one.name for one in script.parent.glob("*.webp")}
    assert {name for name in shown if not name.startswith("mail-")} <= made
