"""Takes the pictures of this folder from a running site: python docs/screens/make.py [ADDRESS] [FOLDER]

Every page type, German and English, light and dark, wide and on a phone of 320 px. Needs the extra `test` and Debian's
chromium; the site shows the made-up council (`make demo`).
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars"]  # fmt: skip
# The wide, light ones that README.md and docs/search.md show.
SHOWN = {"home-de", "results-de", "reader-de", "paper-de", "meeting-de", "status-de"} | {
    f"{name}-{language}"
    for name in ("results", "respelled", "synonyms", "street", "narrowed")
    for language in ("de", "en")
}
HIGHEST = 1600  # pixels of a list of results: what follows looks like what is there
LOOKS = {"": (1280, "light"), "-dark": (1280, "dark"), "-320": (320, "light"), "-320-dark": (320, "dark")}


FIXED = {
    "home": "/",
    "results": "/search?q=Radweg",
    "respelled": "/search?q=Grundschuhle",
    "synonyms": "/search?q=Kita",
    "street": "/search?q=Kalkofenweg",
    "narrowed": "/search?q=Radweg&type=File&year=2024&year=2022&sort=newest&months=1",
    "empty": "/search?q=Unterseeboot",
    "begun": "/search?q=Kalk",
    "refused": "/search?q=Radweg+year:20x4",
    "help": "/search",
    "papers": "/papers/",
    "meetings": "/meetings/",
    "calendar": "/calendar",
    "people": "/people/",
    "organizations": "/organizations/",
    "files": "/files/",
    "alert": "/alerts?q=Radweg",
    "data": "/data",
    "status": "/status",
    "places": "/places?q=Neustadt",
    "place": "/places/05314000",
    "missing": "/papers/nothing-here",
}


def addresses(browser: Browser, site: str) -> Iterator[tuple[str, str]]:
    """Yield the name and path of one page of each type, records found by following the site's own links."""
    yield from FIXED.items()
    page = browser.new_page()

    def first(pattern: str, *paths: str) -> str:
        for path in paths:
            page.goto(site + path)
            links = page.eval_on_selector_all("main a[href]", "found => found.map(a => a.getAttribute('href'))")
            if found := next((link for link in links if re.fullmatch(pattern, link)), None):
                return str(found)
        sys.exit(f"{site} leads to no {pattern}: is this the made-up council?")

    yield "paper", first(r"/papers/[a-z0-9]{13}.*", "/search?q=Radweg&type=Paper", "/papers/")
    # The meeting at which the made-up clerk slipped, so that the minutes say otherwise.
    slipped = first(
        r"/papers/[a-z0-9]{13}.*", "/search?q=Sitzbänke+Bürgermeister-Hölscher-Straße&type=Paper", "/papers/"
    )
    yield "meeting", first(r"/meetings/[a-z0-9]{13}.*", slipped, "/meetings/").partition("#")[0]
    yield "person", first(r"/people/[a-z0-9]{13}.*", "/people/")
    yield "organization", first(r"/organizations/[a-z0-9]{13}.*", "/organizations/")
    yield "file", first(r"/files/[a-z0-9]{13}.*", "/search?q=Radweg&type=File", "/files/")
    # The reader: a page's picture beside its text, with what was searched for marked in both.
    yield "reader", first(r"/files/[a-z0-9]{13}\?page=.*", "/search?q=Radweg&type=File").partition("#")[0]
    page.close()


def save(page: Page, target: str) -> None:
    """Save the page once all its pictures are there; lossless WebP takes a third of the bytes of PNG."""
    page.evaluate("() => { for (const one of document.images) one.loading = 'eager' }")
    page.wait_for_function("() => [...document.images].every(one => one.complete && one.naturalWidth > 1)")
    taken = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    if page.locator(".rl-hits").count():
        taken = taken.crop((0, 0, taken.width, min(taken.height, HIGHEST)))
    taken.save(target, lossless=True, method=6)


def main(site: str = "http://127.0.0.1:8000", folder: str = str(Path(__file__).parent), only: str = "") -> None:
    """Take them all, or with `all` as last word not only those that the README shows."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, path in list(addresses(browser, site)):
            for language in ("de", "en"):
                for look, (width, scheme) in LOOKS.items():
                    shot = f"{name}-{language}{look}"
                    if only != "all" and shot not in SHOWN:
                        continue
                    context = browser.new_context(
                        viewport={"width": width, "height": 900},
                        color_scheme="dark" if scheme == "dark" else "light",
                        locale="de-DE" if language == "de" else "en-GB",
                    )
                    page = context.new_page()
                    page.goto(site + path + ("&" if "?" in path else "?") + f"lang={language}")
                    save(page, f"{folder}/{shot}.webp")
                    context.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
