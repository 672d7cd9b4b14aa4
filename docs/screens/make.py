"""Takes the pictures of this folder: python docs/screens/make.py [--site ADDRESS] [--folder FOLDER] [NAME ...]

Every page type of tests/browser/page_types.py, or those that are named: German and English, light and dark, wide and on
a phone of 320 px. Without --site the made-up council is mirrored and served. Needs the extra `test` and chromium.
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.browser.chromium import FLAGS, chromium
from tests.browser.page_types import PAGE_TYPES, addresses
from tests.portal import Portal, free_port

LANGUAGES = {"de": "de-DE", "en": "en-GB"}
LOOKS = {"": (1280, "light"), "-320": (320, "light"), "-dark": (1280, "dark"), "-320-dark": (320, "dark")}
HIGHEST = {1280: 1800, 320: 1600}  # pixels: what follows looks like what is there
# Those that README.md and docs/ show; the other 500 are there to be leafed through, wide ones at half size.
SHOWN = {"home-de", "reader-de", "paper-de", "meeting-de", "status-de"} | {
    f"{name}-{language}"
    for name in ("results", "respelled", "synonyms", "street-results", "narrowed")
    for language in ("de", "en")
}


def shots(names: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the language, the look and the type of every picture, those first that tell most."""
    for language in LANGUAGES:
        for look in LOOKS:
            for name in names:
                yield language, look, name


def take(page: Page, address: str, target: Path) -> None:
    """Save the page once all its pictures are there."""
    page.goto(address)
    page.evaluate("() => { for (const one of document.images) one.loading = 'eager' }")
    try:
        page.wait_for_function("() => [...document.images].every(one => one.complete)", timeout=20_000)
    except Error:
        print(f"{target.name}: a picture in it is missing", file=sys.stderr)  # noqa: T201 - this is a command
    taken = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    taken = taken.crop((0, 0, taken.width, min(taken.height, HIGHEST[taken.width])))
    if target.stem not in SHOWN and taken.width == 1280:
        taken = taken.resize((640, taken.height // 2), Image.Resampling.LANCZOS)
    taken.save(target, quality=80 if target.stem in SHOWN else 38, method=6)


def take_all(browser: Browser, site: str, found: dict[str, str], folder: Path) -> None:
    """Take every picture of the types that were found, in one window for each language and look."""
    windows: dict[tuple[str, str], Page] = {}
    for language, look, name in shots(list(found)):
        width, scheme = LOOKS[look]
        if (language, look) not in windows:
            windows[language, look] = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
                locale=LANGUAGES[language],
            ).new_page()
        address = site + found[name]
        # Frames for other sites go by their address alone.
        if name.startswith("embed-"):
            address += f"?language={language}&display={scheme}"
        take(windows[language, look], address, folder / f"{name}-{language}{look}.webp")


@contextmanager
def served(site: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    """Give a site and the address of one page of every type; the made-up council's, where none is named."""
    if site:
        yield site, addresses(site)
        return
    with tempfile.TemporaryDirectory(prefix="rl-screens-") as home:
        portal = Portal(Path(home), free_port())
        portal.run("demo", "--no-serve", "--council-port", str(free_port()))
        with portal.serving() as own:
            yield own, addresses(own, erase=lambda key: portal.run("erase", key, "--yes"))


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *(one.name for one in PAGE_TYPES)], metavar="NAME")
    parser.add_argument("--site")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    wish = parser.parse_args()
    with served(wish.site) as (site, found), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, "--hide-scrollbars"])
        chosen = {name: at for name, at in found.items() if not wish.names or name in wish.names}
        take_all(browser, site, chosen, wish.folder)
        browser.close()


if __name__ == "__main__":
    main()
