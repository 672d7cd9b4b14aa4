"""A citizen lands on the page that holds the sentence: with the keyboard alone, and without JavaScript."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser, Page, expect
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from app.documents import Sandbox
from app.indexing import rebuild
from app.models import Page as Row
from search import open_index
from tests import factories
from tests.browser.conftest import House

PAGES, HIT = 300, 212
HITS = {HIT: ("Der Wendehammer am Mühlbach wird erneuert.", "Der Wendehammer bleibt befahrbar."), 250: ("Wendehammer",)}


def budget() -> bytes:
    """A budget of 300 pages."""
    target = io.BytesIO()
    sheet = canvas.Canvas(target, pagesize=A4, invariant=1)
    for number in range(1, PAGES + 1):
        lines = (f"Produkt {number}", "Erträge und Aufwendungen", "", *HITS.get(number, ()), "Ende der Seite")
        for place, line in enumerate(lines):
            sheet.drawString(72, A4[1] - 100 - 40 * place, line)
        sheet.showPage()
    sheet.save()
    return target.getvalue()


@pytest.fixture(scope="module")
def key(house: House) -> str:
    """Put the budget into the house, read by the sandbox, and into its index; returns its key."""
    content = budget()
    with Sandbox() as sandbox:
        reading = sandbox.read(content, name="haushalt.pdf")
    assert reading.state == "ok"
    file, blob = house.store(content, page_count=len(reading.pages), language="de")
    file.name = "Haushaltsplan"
    rows = [
        Row(sha256=blob.sha256, number=number, text=page.text, method=page.method)
        for number, page in enumerate(reading.pages, 1)
    ]
    factories.save(house.engine, [factories.source(), factories.body()], [file, blob], rows)
    index = open_index(house.settings.search_url)
    rebuild(house.engine, index)
    index.close()
    return str(file.key)


@pytest.fixture(scope="module")
def site(key: str, served: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(
        locale="de-DE", java_script_enabled=request.param, viewport={"width": 1280, "height": 900}
    )
    yield context.new_page()
    context.close()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the link or field with this name has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if (
            page.locator(":focus").filter(has_text=name).count()
            or page.get_by_label(name).and_(page.locator(":focus")).count()
        ):
            return
    raise AssertionError(f"no Tab leads to {name}")


def test_a_hit_on_page_212_is_found_read_and_left_with_the_keyboard_alone(page: Page, site: str, key: str) -> None:
    page.goto(site)
    page.locator("input[name=q]").focus()
    page.keyboard.type("Wendehammer")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    tab_to(page, "S. 212")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/files/{key}?page=212&q=Wendehammer#page=212")

    expect(page.locator("h1")).to_have_text("Haushaltsplan")
    expect(page.get_by_role("heading", name="Text der Seite 212")).to_be_visible()
    expect(page.locator("mark").first).to_have_text("Wendehammer")
    expect(page.locator("mark")).to_have_count(2)
    expect(page.get_by_text("Fundstelle 1 von 3")).to_be_visible()
    shown = page.get_by_role("img", name="Seite 212 als Bild")
    expect(shown).to_be_visible()
    box = shown.bounding_box()
    text = page.get_by_role("article").bounding_box()
    assert box is not None
    assert text is not None
    assert box["x"] + box["width"] <= text["x"]  # side by side, the picture at the left

    tab_to(page, "Nächste Fundstelle")
    page.keyboard.press("Enter")
    page.wait_for_url("**hit=2#hit-2")
    expect(page.locator("mark.rl-now")).to_have_attribute("id", "hit-2")
    tab_to(page, "Nächste Fundstelle")
    page.keyboard.press("Enter")
    page.wait_for_url("**page=250**#hit-3")
    expect(page.get_by_text("Fundstelle 3 von 3")).to_be_visible()
    tab_to(page, "Zurück")
    page.keyboard.press("Enter")
    page.wait_for_url("**page=249**")


def test_the_marks_lie_over_the_words(browser: Browser, site: str, key: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 1200}, locale="de-DE")
    page.goto(f"{site}/files/{key}?page=212&q=Wendehammer")
    drawn = page.locator(".rl-sheet__page")
    over = page.locator(".rl-sheet__marks")
    for picture in (drawn, over):
        page.wait_for_function("one => one.complete && one.naturalWidth > 0", arg=picture.element_handle())
    assert drawn.bounding_box() == over.bounding_box()
    marks = page.request.get(f"{site}/files/{key}/page/212.svg?q=Wendehammer").text()
    assert marks.count("<rect") == 2
    assert page.request.get(f"{site}/files/{key}/page/211.svg?q=Wendehammer").text().count("<rect") == 0
    page.close()


def reader_has_focus(page: Page) -> None:
    """The address gives the reader the focus, without which letters are not keys."""
    page.wait_for_function("document.querySelector('.rl-reading').contains(document.activeElement)")


def test_keys_turn_pages_and_an_address_may_end_like_that_of_a_pdf(browser: Browser, site: str, key: str) -> None:
    page = browser.new_page(locale="de-DE")
    page.goto(f"{site}/files/{key}#page=212")
    page.wait_for_url("**/files/*?page=212#page=212")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**?page=213#page=213")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**?page=212#page=212")
    page.goto(f"{site}/files/{key}?page=212&q=Wendehammer#page=212")
    reader_has_focus(page)
    page.keyboard.press("n")
    page.wait_for_url("**#hit-2")
    reader_has_focus(page)
    page.keyboard.press("p")
    page.wait_for_url("**#hit-1")
    page.get_by_label("In dieser Datei finden").fill("")
    page.keyboard.type("npn")  # in a field letters are letters
    expect(page.get_by_label("In dieser Datei finden")).to_have_value("npn")
    page.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_text_comes_first_for_who_listens_and_nothing_scrolls_sideways(
    browser: Browser, site: str, key: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, locale="de-DE")
    page.goto(f"{site}/files/{key}?page=212&q=Wendehammer")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    order = "a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING"
    assert page.evaluate(
        f"(([a, b]) => {order})([document.querySelector('.rl-page'), document.querySelector('.rl-sheet')])"
    )
    assert page.locator(".rl-page__text").get_attribute("lang") == "de"
    if width == 320:
        text, picture = page.locator(".rl-page").bounding_box(), page.locator(".rl-sheet").bounding_box()
        assert text is not None
        assert picture is not None
        assert picture["y"] >= text["y"] + text["height"]
    page.close()


def test_where_no_picture_can_be_drawn_the_text_is_still_there(browser: Browser, site: str, key: str) -> None:
    page = browser.new_page(locale="de-DE")
    page.route("**/*.webp*", lambda route: route.fulfill(status=503))
    page.goto(f"{site}/files/{key}?page=212&q=Wendehammer")
    expect(page.locator("mark")).to_have_count(2)
    page.close()
