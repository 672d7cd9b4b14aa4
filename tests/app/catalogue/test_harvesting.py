"""A portal that harvests us and deletes what is missing never loses a dataset, whatever happens here meanwhile."""

import random

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.catalogue import Catalogue, current, writing
from app.config import Settings
from app.exports import publish
from app.publication.refreshing import refresh
from app.web import create_app
from app.web.site import EXTENSION
from tests import factories as make
from tests.app.catalogue.conftest import Publish
from tests.app.catalogue.reading_rdf import names, next_page, parsed

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Harvester:
    """Does with a catalogue what CKAN's harvester does: reads all pages, and deletes what none of them had."""

    def __init__(self, client: FlaskClient, suffix: str = "rdf") -> None:
        self.client, self.suffix = client, suffix
        self.held: set[str] = set()
        self.lost: set[str] = set()
        self.runs = self.ended = 0

    def run(self, between: object = None) -> None:
        """Harvest once; `between` happens before each further page."""
        self.runs += 1
        found: set[str] = set()
        address, last = f"http://portal.example/catalog.{self.suffix}", b""
        while address:
            answer = self.client.get(address.removeprefix("http://portal.example"))
            if answer.status_code != 200:  # an error of any page ends the run, and nothing is deleted
                return
            assert answer.data != last  # it would stop here
            graph, last = parsed(answer.data, self.suffix), answer.data
            found |= names(graph)
            address = next_page(graph) or ""
            if address and callable(between):
                between()
        self.ended += 1
        self.lost |= self.held - found
        self.held = found


def everything(settings: Settings) -> set[str]:
    """Return the addresses of all datasets that are published."""
    edition = current(settings.exports)
    return {f"http://portal.example/dataset/{one['name']}" for one in edition.packages} if edition else set()


@pytest.fixture
def client(settings: Settings) -> object:
    """Give the site."""
    app: Flask = create_app(settings)
    yield app.test_client()
    app.extensions[EXTENSION].close()


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let six datasets be several pages."""
    monkeypatch.setattr(writing, "A_PAGE", 2)
    monkeypatch.setattr("app.catalogue.reading.A_PAGE", 2)


def test_nothing_published_is_no_empty_catalogue(client: FlaskClient, engine: Engine, settings: Settings) -> None:
    harvester = Harvester(client)
    harvester.held = {"http://portal.example/dataset/musterstadt-paper"}
    harvester.run()
    assert (harvester.ended, harvester.lost) == (0, set())
    make.save(engine, make.body(license=None), make.paper())
    refresh(engine, settings.base_url)
    publish(engine, settings.exports, base_url=settings.base_url, beside=Catalogue(settings))
    harvester.run()
    assert (harvester.ended, harvester.lost) == (0, set())


@pytest.mark.parametrize("suffix", ["ttl", "jsonld"])
def test_it_reads_every_page_and_each_dataset_once(
    client: FlaskClient, town: None, other_town: None, publishing: Publish, settings: Settings, suffix: str
) -> None:
    publishing()
    harvester = Harvester(client, suffix)
    harvester.run()
    assert len(everything(settings)) >= 8
    assert harvester.held == everything(settings)
    assert harvester.ended == 1


def test_a_council_that_comes_between_two_pages_hides_none(
    client: FlaskClient, engine: Engine, town: None, publishing: Publish, settings: Settings
) -> None:
    publishing()
    harvester = Harvester(client)
    harvester.run()
    came: list[int] = []

    def another() -> None:
        # Its name comes first: every dataset moves on by one, and one to a page that was read already.
        number = len(came) + 2
        came.append(number)
        body = make.body(id=f"https://a{number}.example/body", source_id=number, name="Aachen")
        source = make.source(id=number, slug=f"aa-{number}", url=f"https://a{number}.example/system")
        make.save(engine, source, body, make.change(body, source_id=number))
        publishing()

    harvester.run(between=another)
    assert came
    assert harvester.lost == set()
    harvester.run()
    assert harvester.lost == set()
    assert harvester.held == everything(settings)
    assert sum("/aa-" in one for one in harvester.held) >= len(came)


def test_it_loses_nothing_while_exports_are_published_killed_and_published_again(
    client: FlaskClient,
    engine: Engine,
    town: None,
    publishing: Publish,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = random.Random(1)
    publishing()
    harvester = Harvester(client)

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    def something() -> None:
        make.save(engine, paper := make.paper(), make.change(paper))
        point = chance.choice([None, None, "put_in_place", "finish", "forget_old"])
        if point is None:
            publishing()
            return
        with monkeypatch.context() as broken:
            broken.setattr(f"app.exports.publishing.{point}", killed)
            with pytest.raises(Killed):
                publishing()

    for _ in range(8):
        harvester.run(between=something)
    assert harvester.lost == set()
    assert harvester.held == everything(settings)
    assert harvester.ended >= 2  # one that takes longer than three exports begins again
