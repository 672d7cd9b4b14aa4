"""The search field suggests while one types: with the keyboard alone, told to screen readers, in the way of nobody."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.indexing import rebuild
from search import open_index
from tests import factories
from tests.browser.conftest import House

PAPERS = ("Wendehammer am Mühlbach", "Wendehammer im Wiesengrund")


@pytest.fixture(scope="module")
def site(house: House, served: object) -> Iterator[str]:
    """Serve a house with two papers and somebody who is called like them."""
    papers = [factories.paper(name=name, reference=f"2026/00{n}1") for n, name in enumerate(PAPERS, 1)]
    person = factories.person(name="Gesa Wendeborn", family_name="Wendeborn")
    factories.save(house.engine, [factories.body(), *papers, person])
    index = open_index(house.settings.search_url)
    rebuild(house.engine, index)
    index.close()
    with served() as address:  # type: ignore[operator]  # the fixture's type is that of its module
        yield address


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """Open the search, and see that nothing is refused or broken meanwhile."""
    page = browser.new_page(locale="de-DE")
    faults: list[str] = []
    page.on("console", lambda line: faults.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{site}/search")
    yield page
    page.close()
    assert not faults


def test_the_keyboard_chooses_among_what_is_suggested(page: Page) -> None:
    field = page.get_by_role("combobox")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially("wende", delay=20)
    options = page.get_by_role("option")
    expect(options).to_have_count(3)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_have_text("3 Vorschläge. Wählen Sie mit den Pfeiltasten.")
    expect(page.get_by_role("group", name="Vorlagen").get_by_role("option")).to_have_count(2)
    expect(page.get_by_role("group", name="Personen").get_by_role("option")).to_have_count(1)
    assert field.get_attribute("aria-activedescendant") is None
    field.press("ArrowDown")
    chosen = page.locator(f"#{field.get_attribute('aria-activedescendant')}")
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(chosen).to_have_text(options.nth(0).inner_text())
    field.press("ArrowUp")  # above the first one stands what was typed
    assert field.get_attribute("aria-activedescendant") is None
    field.press("ArrowUp")
    expect(options.nth(2)).to_have_attribute("aria-selected", "true")
    expect(field).to_have_value("wende")
    field.press("Enter")
    page.wait_for_url("**/people/*")
    assert "Gesa Wendeborn" in page.locator("h1").inner_text()


def test_escape_closes_it_and_enter_searches_for_what_was_typed(page: Page) -> None:
    field = page.get_by_role("combobox")
    field.press_sequentially("Wendehammer", delay=20)
    expect(page.get_by_role("option")).to_have_count(2)
    field.press("Escape")
    expect(page.get_by_role("listbox", include_hidden=True)).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("Wendehammer")
    field.press("ArrowDown")
    expect(page.get_by_role("option")).to_have_count(2)
    field.press("Escape")
    field.press("Enter")
    page.wait_for_url("**/search?q=Wendehammer")
    assert page.locator(".rl-hit").count() == 2


def test_a_click_opens_what_is_suggested_and_leaving_closes_it(page: Page) -> None:
    field = page.get_by_role("combobox")
    field.press_sequentially("wendeh", delay=20)
    expect(page.get_by_role("option")).to_have_count(2)
    field.press("Tab")
    expect(page.get_by_role("listbox", include_hidden=True)).to_be_hidden()
    field.focus()
    field.press("ArrowDown")
    page.get_by_role("option", name="Mühlbach").click()
    page.wait_for_url("**/papers/*")


def test_what_finds_nothing_is_told_and_shows_no_empty_box(page: Page) -> None:
    field = page.get_by_role("combobox")
    field.press_sequentially("zzyzx", delay=20)
    expect(page.get_by_role("status")).to_have_text("Keine Vorschläge.")
    expect(page.get_by_role("listbox", include_hidden=True)).to_be_hidden()


def test_the_form_works_while_suggestions_do_not(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="de-DE")
    page.route("**/search/suggest.js*", lambda route: route.abort())
    page.goto(f"{site}/search")
    page.get_by_role("combobox").press_sequentially("Wendehammer", delay=20)
    page.get_by_role("combobox").press("Enter")
    page.wait_for_url("**/search?q=Wendehammer")
    page.close()


def test_without_scripts_there_is_a_page_of_them(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="de-DE")
    page = context.new_page()
    page.goto(f"{site}/search?q=Wendeham")
    page.get_by_role("link", name=PAPERS[0]).click()  # what finds nothing shows what begins so
    page.wait_for_url("**/papers/*")
    page.goto(f"{site}/search")
    page.get_by_role("link", name="Titel, Straßen und Personen nach ihrem Anfang suchen").click()
    page.get_by_role("searchbox").fill("Wendeham")
    page.get_by_role("button", name="Vorschlagen").click()
    page.get_by_role("link", name=PAPERS[0]).click()
    page.wait_for_url("**/papers/*")
    context.close()


def test_whoever_comes_back_finds_the_filters_as_they_are_in_force(page: Page, site: str) -> None:
    page.goto(f"{site}/search?q=Wendehammer+ODER+Wendeborn")
    page.get_by_label("Personen").check()
    page.get_by_role("button", name="Filter anwenden").click()
    page.wait_for_url("**type=Person**")
    expect(page.locator(".rl-hit")).to_have_count(1)
    page.go_back()
    expect(page.locator(".rl-hit")).to_have_count(3)
    expect(page.get_by_label("Personen")).not_to_be_checked()
