"""What a page must never do, noted while it is open: ask anybody else, break its own policy, complain."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

_DRAWN = re.compile(r"/files/\w+/page/\d+\.(webp|svg)")
# Chromium tells the console of most violations, but not of all: the page is told of each one.
_REPORTS = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP report: ${event.effectiveDirective} refused ${event.blockedURI} on ${location.pathname}`));"""


def watched(context: BrowserContext, site: str) -> tuple[Page, list[str]]:
    """Open a page; returns it and the list in which its faults are noted from now on."""
    context.add_init_script(_REPORTS)
    page, faults = context.new_page(), list[str]()

    def note(line: ConsoleMessage) -> None:
        address = line.location["url"]
        # A small picture of a list that is drawn for the first time may be refused: its sheet stays blank.
        refused = "503" in line.text and _DRAWN.search(address)
        # Chromium complains of every page that says by its status that it is an error's.
        itself = "the server responded with a status of" in line.text and address == page.url
        if line.type in {"error", "warning"} and not refused and not itself:
            faults.append(f"{page.url}: {line.text} ({address})")

    own = (f"{site}/", "data:", "blob:")
    page.on("request", lambda asked: None if asked.url.startswith(own) else faults.append(f"{page.url}: {asked.url}"))
    page.on("console", note)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    return page, faults
