"""A browser, and a site of a test's own."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import Engine
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

from app.config import Settings
from app.db import open_engine
from app.files import open_store
from app.web import create_app
from app.web.site import EXTENSION
from tests import factories
from tests.browser.chromium import FLAGS, chromium
from tests.browser.page_types import addresses
from tests.conftest import missing
from tests.portal import Portal, free_port

# What is awaited comes in no time on a quiet machine; the tests may share one with others that mirror a town.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[[], Browser]]:
    """Start Chromium, as often as it is wanted."""
    program = chromium()
    if program is None:
        missing("Chromium")
    started: list[Browser] = []
    with sync_playwright() as playwright:

        def start() -> Browser:
            started.append(playwright.chromium.launch(executable_path=program, args=FLAGS))
            return started[-1]

        yield start
        for browser in started:
            browser.close()


@pytest.fixture(scope="module")
def browser(launch: Callable[[], Browser]) -> Browser:
    """Give Chromium."""
    return launch()


@dataclass
class House:
    """A site of its own: its settings and database, and every path that it is asked for."""

    settings: Settings
    engine: Engine
    asked: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)

    def store(self, content: bytes, **columns: Any) -> Any:
        """Keep bytes and return the row of a file that has them, which is not saved yet."""
        open_store(self.settings.files_url).put([content], 10**8)
        blob = factories.blob(content, **columns)
        return factories.file(fetch_state="fetched", blob_sha256=blob.sha256, size=blob.size), blob


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a site that is not served yet."""
    home, port = tmp_path_factory.mktemp("house"), free_port()
    shutil.copy(sqlite_template, home / "ratslupe.db")
    # Two names of this machine: to a browser they are two origins.
    origins = {"BASE_URL": f"http://127.0.0.1:{port}", "FILES_ORIGIN": f"http://localhost:{port}"}
    origins["PUSH_SERVICES"] = "push.example"
    settings = Settings.embedded(home, **origins)
    engine = open_engine(settings.database_url)
    yield House(settings, engine)
    engine.dispose()


@pytest.fixture(scope="module")
def served(house: House) -> Callable[[], AbstractContextManager[str]]:
    """Give a function that serves the house while its block runs, and gives its address."""

    @contextmanager
    def served() -> Iterator[str]:
        app = create_app(house.settings)

        def noting(environ: Any, start: Any) -> Any:
            house.asked.append(environ["HTTP_HOST"] + environ["PATH_INFO"])
            if environ["HTTP_HOST"].startswith("localhost"):
                house.cookies.append(environ.get("HTTP_COOKIE", ""))
            # Closed at once: the little server forgets it where a browser hangs up.
            with closing(ClosingIterator(app(environ, start))) as answer:
                return list(answer)

        port = int(house.settings.base_url.rpartition(":")[2])
        server = make_server("127.0.0.1", port, noting, threaded=True, request_handler=_Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield house.settings.base_url
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            app.extensions[EXTENSION].close()

    return served


@dataclass(frozen=True)
class Town:
    """The made-up council while it is served, and the address of one page of every type."""

    portal: Portal
    site: str
    addresses: dict[str, str]


@pytest.fixture(scope="session")
def town(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Serve a copy of the portal, from which one paper was erased; tests with it are of xdist_group("portal")."""
    home = tmp_path_factory.mktemp("town") / "home"
    shutil.copytree(portal.home, home, symlinks=True)
    copy = Portal(home, free_port(), portal.settings)
    with copy.serving() as site:
        yield Town(copy, site, addresses(site, erase=lambda key: copy.run("erase", key, "--yes")))
