"""The site on a database, asked through Flask's own client."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from app.config import Settings
from app.db import now, open_engine, upgrade
from app.indexing import rebuild
from app.models import File, Meeting, Organization, Paper, Person
from app.web import create_app
from app.web.site import EXTENSION
from search import open_index
from tests import factories

HOSTILE = "<script>alert(1)</script>\"' onmouseover=x {{ 7*7 }} Gartenstraße"


class Reader(FlaskClient):
    """A client that reads every answer to its end, so that files are closed."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Ask for a page."""
        return super().open(*args, **({"buffered": True} | options))


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Give the site, with faults shown as readers see them."""
    app = create_app(settings)
    app.test_client_class = Reader
    yield app
    app.extensions[EXTENSION].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a reader who speaks German and keeps cookies."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


@dataclass(frozen=True)
class Town:
    """A few records of a council, read and indexed."""

    paper: Paper
    hostile: Paper
    file: File
    meeting: Meeting
    organization: Organization
    person: Person

    @property
    def addresses(self) -> list[str]:
        """The page of each of them."""
        return [
            f"/papers/{self.paper.key}",
            f"/papers/{self.hostile.key}",
            f"/files/{self.file.key}",
            f"/files/{self.file.key}?page=2",
            f"/meetings/{self.meeting.key}",
            f"/organizations/{self.organization.key}",
            f"/people/{self.person.key}",
        ]


@pytest.fixture(scope="session")
def built_town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Town]:
    """Build the town once, on SQLite, with its index; tests get copies."""
    home = tmp_path_factory.mktemp("town")
    engine = open_engine(f"sqlite:///{home / 'ratslupe.db'}")
    upgrade(engine)
    town = _build(engine, f"embedded://{home / 'index'}")
    engine.dispose()
    return home, town


@pytest.fixture
def town(request: pytest.FixtureRequest, engine: Engine, settings: Settings) -> Town:
    """Give a small town with one paper on its way, one decided, and one whose name is an attack."""
    if engine.dialect.name != "sqlite":
        return _build(engine, settings.search_url)
    built: tuple[Path, Town] = request.getfixturevalue("built_town")
    home, town = built
    engine.dispose()
    shutil.copy(home / "ratslupe.db", settings.home / "ratslupe.db")
    shutil.copytree(home / "index", settings.home / "index")
    return town


@pytest.fixture(scope="session")
def kept_homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of homes that were built once; see once_built."""
    return tmp_path_factory.mktemp("homes")


def once_built(kept: Path, engine: Engine, settings: Settings, build: Callable[[], object]) -> None:
    """Build what a test stands on; on SQLite only the first time, later tests get a copy of the whole home."""
    there = kept / f"{build.__module__}.{build.__qualname__}"
    if engine.dialect.name != "sqlite":
        build()
    elif there.exists():
        engine.dispose()
        shutil.rmtree(settings.home)
        shutil.copytree(there, settings.home, symlinks=True)
    else:
        build()
        engine.dispose()
        shutil.copytree(settings.home, there, symlinks=True)


def _build(engine: Engine, search_url: str) -> Town:
    moment = now().replace(microsecond=0)
    council = factories.organization(name="Rat der Stadt")
    committee = factories.organization(name="Ausschuss für Mobilität")
    paper, decided = factories.paper(), factories.paper(name="Radweg am Anger", reference="2025/0981")
    hostile = factories.paper(name=HOSTILE, reference="<b>R</b>", paper_type="<i>Antrag</i>")
    person = factories.person()
    past = factories.station(paper, committee, moment - timedelta(days=9), result="empfohlen", name="Tempo 30")
    ahead = factories.station(
        paper, council, moment + timedelta(days=9), position=1, role="Entscheidung", authoritative=True
    )
    done = factories.station(
        decided,
        council,
        moment - timedelta(days=2),
        role="Entscheidung",
        authoritative=True,
        result="einstimmig beschlossen",
        name="Radweg",
    )
    read = factories.read_file(
        "Die Verwaltung schlägt Tempo 30 in der Gartenstraße vor.", "Gartenstraße: 18.400 Euro", of=paper
    )
    factories.save(
        engine,
        [factories.body(name="Stadt <Musterstadt> & Umland"), council, committee, paper, decided, hostile, person],
        [factories.membership(person, committee), past, ahead, done, read],
    )
    index = open_index(search_url)
    rebuild(engine, index)
    index.close()
    files = [row for row in read if isinstance(row, File)]
    return Town(paper, hostile, files[0], past[0], committee, person)


def reindex(engine: Engine, settings: Settings) -> None:
    """Bring the index up to what the rows say now."""
    index = open_index(settings.search_url)
    rebuild(engine, index)
    index.close()


class Page(HTMLParser):
    """What a page is made of: its elements with their attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def every(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def clock_of_counts_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock by which counts are kept: how many questions a page asks is not to hang on how long it takes."""
    monkeypatch.setattr("app.web.state.monotonic", lambda: 0.0)
