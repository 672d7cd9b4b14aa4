"""The hub hears of every feed that has something new, under the very address by which the feed calls itself."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as Xml

import httpx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app import changes as log
from app.alerts.channels.websub import AT_ONCE, CONSUMER, TOPICS, HubError, is_due, ping
from app.config import Settings, SettingsError
from app.db import now, writing
from app.models import OParlObject
from app.net import GuardedClient
from app.news.refreshing import NEWS_CONSUMER
from app.web import create_app
from app.web.site import EXTENSION
from tests import factories as make
from tests.app.web.conftest import Reader
from tests.app.web.test_feeds import items

HUB = "https://hub.example/"
LINK = "{http://www.w3.org/2005/Atom}link"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, websub_hub=HUB)


class Hub:
    """What arrived, and what is answered."""

    def __init__(self) -> None:
        self.status, self.told = 204, list[list[str]]()
        self.client = GuardedClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        said = parse_qsl(request.content.decode())
        assert said[0] == ("hub.mode", "publish")
        assert str(request.url) == HUB
        if 200 <= self.status < 300:
            self.told.append([value for name, value in said[1:] if name == "hub.url"])
        return httpx.Response(self.status)

    @property
    def topics(self) -> list[str]:
        return [one for some in self.told for one in some]


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    with hub.client:
        yield hub


def happen(engine: Engine, seq: int, *about: OParlObject, **columns: Any) -> None:
    placed: dict[str, Any] = {"seq": seq, "at": now()} | columns
    make.save(engine, *(make.news(one, **placed) for one in about))
    with writing(engine) as session:
        log.advance(session, NEWS_CONSUMER, seq)


def test_the_hub_is_told_of_each_feed_once(engine: Engine, settings: Settings, hub: Hub, client: FlaskClient) -> None:
    paper, later = make.paper(), make.paper()
    make.save(engine, make.body(), paper, later)
    happen(engine, 7, paper)
    assert is_due(engine, settings)
    assert ping(engine, hub.client, settings) == 0  # what was before the hub was there is nothing new
    happen(engine, 9, later)
    assert ping(engine, hub.client, settings) == 8
    assert not is_due(engine, settings)
    assert ping(engine, hub.client, settings) == 0
    assert len(set(hub.topics)) == 8
    assert f"http://portal.example/feeds/paper/{later.key}.atom" in hub.topics
    assert not any(paper.key in one for one in hub.topics)
    for topic in hub.topics:
        answer = client.get(topic.removeprefix("http://portal.example"))
        assert answer.headers["Link"] == f'<{topic}>; rel="self", <{HUB}>; rel="hub"'
        if ".atom" in topic:
            links = {one.get("rel"): one.get("href") for one in Xml.fromstring(answer.data).findall(LINK)}
            assert (links["self"], links["hub"]) == (topic, HUB)
        else:
            held: Any = answer.json
            assert (held["feed_url"], held["hubs"]) == (topic, [{"type": "WebSub", "url": HUB}])


def test_a_feed_that_no_hub_is_told_of_names_none(engine: Engine, client: FlaskClient) -> None:
    make.save(engine, make.body())
    for address in ("/feeds/search.atom?q=radweg", "/feeds/near.atom?at=51.5%2C9.5&radius=500"):
        answer = client.get(address)
        assert "hub" not in answer.headers["Link"]
        assert HUB not in answer.text


def test_what_a_hub_did_not_take_is_told_again(engine: Engine, settings: Settings, hub: Hub) -> None:
    paper, old = make.paper(), make.paper()
    make.save(engine, make.body(), paper, old)
    with writing(engine) as session:
        log.advance(session, CONSUMER, 1)
    happen(engine, 5, old, at=now() - timedelta(days=2))
    happen(engine, 6, paper)
    hub.status = 503
    with pytest.raises(HubError, match="503"):
        ping(engine, hub.client, settings)
    assert is_due(engine, settings)
    hub.status = 202
    # Two days later nobody waits for it: programs asked meanwhile.
    assert ping(engine, hub.client, settings) == 8
    assert not any(old.key in one for one in hub.topics)


def test_a_day_of_much_news_is_told_in_parts(engine: Engine, settings: Settings, hub: Hub) -> None:
    with writing(engine) as session:
        log.advance(session, CONSUMER, 1)
    papers = [make.paper() for _ in range(AT_ONCE + 30)]
    make.save(engine, make.body(), papers, [make.news(one, seq=2 + n, at=now()) for n, one in enumerate(papers)])
    with writing(engine) as session:
        log.advance(session, NEWS_CONSUMER, 2 + len(papers))
    ping(engine, hub.client, settings)
    assert len({one for one in hub.topics if "/feeds/paper/" in one}) == 4 * len(papers)
    assert all(len(some) <= TOPICS for some in hub.told)


def test_news_that_were_made_anew_are_not_told_again(engine: Engine, settings: Settings, hub: Hub) -> None:
    with writing(engine) as session:
        log.advance(session, CONSUMER, 50)
        log.advance(session, NEWS_CONSUMER, 10)
    assert ping(engine, hub.client, settings) == 0
    assert not is_due(engine, settings)
    assert hub.told == []


def test_a_portal_of_one_council_tells_of_no_other(engine: Engine, settings: Settings, hub: Hub) -> None:
    other = make.source(slug="nachbarstadt", url="https://other.example/system")
    make.save(engine, make.source(), other)
    theirs = make.body(id="https://other.example/body/1", source_id=2)
    ours, foreign = make.paper(), make.paper(source_id=2, body_id=theirs.id)
    make.save(engine, make.body(), theirs, ours, foreign)
    with writing(engine) as session:
        log.advance(session, CONSUMER, 1)
    happen(engine, 3, ours)
    happen(engine, 4, foreign, source_id=2)
    alone = replace(settings, only_council="musterstadt")
    assert ping(engine, hub.client, alone) == 8
    assert not any(foreign.key in one or "nachbarstadt" in one for one in hub.topics)
    app = create_app(alone)
    app.test_client_class = Reader
    reader = app.test_client()
    assert reader.get(f"/feeds/paper/{ours.key}.atom").status_code == 200
    assert reader.get(f"/feeds/paper/{foreign.key}.atom").status_code == 404
    assert reader.get("/feeds/body/nachbarstadt.atom").status_code == 404
    [item] = items(reader, "/feeds/body/musterstadt.json")
    assert ours.key in item["url"]
    app.extensions[EXTENSION].close()


def test_where_there_is_no_hub_nothing_is_due(engine: Engine, settings: Settings) -> None:
    assert not is_due(engine, replace(settings, websub_hub=""))


@pytest.mark.parametrize("address", ["hub.example", "ftp://hub.example", "https://", "http://[x"])
def test_a_hub_has_an_address(address: str) -> None:
    with pytest.raises(SettingsError, match="WEBSUB_HUB"):
        Settings.from_environment({"WEBSUB_HUB": address})
    assert Settings.from_environment({"WEBSUB_HUB": HUB}).websub_hub == HUB
