"""Other ways than the mail: added and ended on the page behind one's own link, and the site as an application."""

import json
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.alerts.channels.push import public_key
from app.alerts.channels.registered import QUOTA, endpoint_hash
from app.alerts.tokens import CONFIRM, FEED, MANAGE, token
from app.config import Settings
from app.db import now, writing
from app.models import AlertChannel, ChannelDelivery
from app.translations import LANGUAGES
from tests import factories as make
from tests.app.web.conftest import Page, Town
from tests.app.web.test_frame import assert_clean

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOOK, PUSH = "https://hook.example/council", "https://push.example/send/abc"


@dataclass
class Mine:
    """Somebody's own link, and what is behind it."""

    client: FlaskClient
    engine: Engine
    settings: Settings
    subscriber_id: int
    nonce: str
    alert_id: int

    @property
    def address(self) -> str:
        return f"/alerts/manage/{token(self.settings, MANAGE, self.nonce)}"

    def add(self, kind: str = "webhooks", endpoint: str = HOOK) -> Any:
        return self.client.post(f"{self.address}/{kind}", data={"endpoint": endpoint})

    def channels(self) -> list[AlertChannel]:
        with Session(self.engine) as session:
            return list(session.scalars(select(AlertChannel).order_by(AlertChannel.id)))

    def pushed(self, *about: Any) -> None:
        """Let a push have gone out about some records."""
        alert = make.alert(self.subscriber_id, value=f"radweg {make.id_of(about[0])}")
        delivery = make.alert_delivery(self.subscriber_id)
        make.save(self.engine, alert, delivery)
        notices = [make.notice(alert, row, delivery=delivery) for row in about]
        make.save(self.engine, *notices)
        with writing(self.engine) as session:
            (channel,) = session.scalars(select(AlertChannel).where(AlertChannel.kind == "push"))
            told = [[notice.alert_id, notice.key] for notice in notices]
            call = ChannelDelivery(
                channel_id=channel.id, key=f"mail:{delivery.id}", notices=told, created_at=now(), attempts=1
            )
            session.add(call)


@pytest.fixture
def mine(client: FlaskClient, town: Town, engine: Engine, settings: Settings) -> Mine:
    subscriber = make.subscriber()
    make.save(engine, subscriber)
    alert = make.alert(subscriber)
    make.save(engine, alert)
    return Mine(client, engine, settings, subscriber.id, subscriber.nonce, alert.id)


def test_a_program_is_added_shown_and_ended(mine: Mine) -> None:
    answer = mine.add()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{mine.address}#channels")
    (channel,) = mine.channels()
    assert (channel.kind, channel.endpoint, channel.verified_at) == ("webhook", HOOK, None)

    page = mine.client.get(mine.address)
    assert_clean(page.text, mine.address)
    assert HOOK in page.text
    assert channel.secret in page.text
    assert "Laden Sie diese Seite in einer Minute neu" in page.text
    assert page.headers["Cache-Control"] == "no-store"

    answer = mine.client.post(f"{mine.address}/channels/{channel.id}/end")
    assert answer.status_code == 303
    assert mine.channels() == []
    assert mine.client.post(f"{mine.address}/channels/{channel.id}/end").status_code == 303
    for number in (2**31, 2**63, 10**30):  # what no database counts up to
        assert mine.client.post(f"{mine.address}/channels/{number}/end").status_code == 404


@pytest.mark.parametrize(
    ("error", "columns", "said"),
    [
        ("status 500", {"failures": 3}, "Sie antwortet mit dem Status 500. Wir versuchen es wieder."),
        ("Refused: hook.example is at 10.0.0.1, which is not public", {"failures": 1}, "Sie antwortet nicht. Wir"),
        ("given up: answered without the challenge", {"failures": 4, "disabled_at": now()}, "Sie antwortet ohne unser"),
        (None, {"verified_at": now()}, "Sie bekommt alles Neue."),
    ],
)
def test_it_says_how_it_stands_and_nothing_of_our_network(
    mine: Mine, error: str | None, columns: dict[str, Any], said: str
) -> None:
    mine.add()
    with writing(mine.engine) as session:
        (channel,) = session.scalars(select(AlertChannel))
        for name, value in columns.items():
            setattr(channel, name, value)
        (call,) = session.scalars(select(ChannelDelivery))
        call.error = error
    text = mine.client.get(mine.address).text
    assert said in text
    assert "10.0.0.1" not in text


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [("ftp://hook.example/", "mit https:// beginnen"), ("", "mit https:// beginnen"), ("<script>", "mit https://")],
)
def test_it_says_what_is_wrong_with_an_address(mine: Mine, endpoint: str, said: str) -> None:
    answer = mine.add(endpoint=endpoint)
    assert answer.status_code == 303
    page = mine.client.get(answer.headers["Location"])
    assert said in page.text
    assert "<script>" not in page.text.replace("<script src", "")
    assert mine.channels() == []


def test_it_says_that_a_browsers_service_is_not_known(mine: Mine) -> None:
    answer = mine.add("push", HOOK)
    assert "Wir kennen den Dienst nicht" in mine.client.get(answer.headers["Location"]).text
    assert mine.channels() == []


def test_it_says_when_there_are_enough(mine: Mine) -> None:
    for number in range(QUOTA + 1):
        answer = mine.add(endpoint=f"https://{number}.example/")
    assert "Beenden Sie zuerst eine" in mine.client.get(answer.headers["Location"]).text
    assert len(mine.channels()) == QUOTA


@pytest.mark.parametrize("what", ["webhooks", "push", "channels/1/end"])
def test_it_needs_the_link_and_a_page_of_ours(mine: Mine, what: str) -> None:
    given = {"endpoint": HOOK}
    other = f"/alerts/manage/{token(mine.settings, CONFIRM, mine.nonce)}"
    assert mine.client.post(f"{other}/{what}", data=given).status_code == 404
    assert mine.client.post(f"{mine.address[:-1]}/{what}", data=given).status_code == 404
    strange = {"Sec-Fetch-Site": "cross-site"}
    assert mine.client.post(f"{mine.address}/{what}", data=given, headers=strange).status_code == 403
    assert mine.client.get(f"{mine.address}/{what}").status_code in (404, 405)
    assert mine.channels() == []


def test_whoever_has_not_confirmed_adds_nothing(mine: Mine) -> None:
    with writing(mine.engine) as session:
        subscriber = make.subscriber(address="new@example.org", confirmed_at=None, requested_at=now())
        session.add(subscriber)
        nonce = subscriber.nonce
    address = f"/alerts/manage/{token(mine.settings, MANAGE, nonce)}"
    assert mine.client.post(f"{address}/webhooks", data={"endpoint": HOOK}).status_code == 404
    assert mine.channels() == []


def test_a_browser_is_added_and_learns_what_is_new(mine: Mine, town: Town) -> None:
    page = Page(mine.client.get(mine.address).text)
    (box,) = (attributes for tag, attributes in page.elements if "data-push" in attributes)
    assert box["data-push"] == public_key(mine.settings)
    assert "hidden" in box, "without a script there is nothing to be offered"

    assert mine.add("push", PUSH).status_code == 303
    text = mine.client.get(mine.address).text
    assert "push.example" in text
    assert f'data-known="{endpoint_hash(PUSH)}"' in text
    assert PUSH not in text

    mine.pushed(town.paper)
    answer = mine.client.post("/alerts/push", data={"endpoint": PUSH}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json is not None
    assert answer.json["title"] == town.paper.name
    assert answer.json["url"] == f"http://portal.example/papers/{town.paper.key}"
    assert answer.json["lang"] == "de"
    again = mine.client.post("/alerts/push", data={"endpoint": PUSH})
    assert again.json is not None
    assert again.json["title"] == "Nichts Neues mehr"


def test_nobody_else_learns_it(mine: Mine, town: Town) -> None:
    mine.add("push", PUSH)
    mine.add(endpoint=HOOK)
    mine.pushed(town.paper)
    for endpoint in ("", "x", PUSH + "x", HOOK, endpoint_hash(PUSH)):
        answer = mine.client.post("/alerts/push", data={"endpoint": endpoint})
        assert (answer.status_code, answer.json) == (404, {})
    strange = mine.client.post("/alerts/push", data={"endpoint": PUSH}, headers={"Sec-Fetch-Site": "cross-site"})
    assert strange.status_code == 403


def test_several_pieces_of_news_lead_to_a_page_with_all_of_them(mine: Mine, town: Town) -> None:
    mine.add("push", PUSH)
    mine.pushed(town.paper, town.hostile)
    said = mine.client.post("/alerts/push", data={"endpoint": PUSH}).json
    assert said is not None
    assert said["title"] == "2 Nachrichten"
    address = said["url"].removeprefix("http://portal.example")
    assert address == f"/alerts/new/{token(mine.settings, FEED, mine.nonce)}"
    page = mine.client.get(address)
    assert_clean(page.text, address)
    assert page.headers["Cache-Control"] == "no-store"
    links = [attributes.get("href") for attributes in Page(page.text).every("a")]
    assert {f"/papers/{town.paper.key}", f"/papers/{town.hostile.key}"} <= set(links)
    assert mine.client.get(f"/alerts/new/{token(mine.settings, CONFIRM, mine.nonce)}").status_code == 404


def test_the_worker_of_the_site_may_speak_with_us_alone(client: FlaskClient) -> None:
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert "script-src" not in policy
    assert answer.headers["Cache-Control"] == "no-cache", "a new release is not to wait for an old script to expire"
    (words,) = re.findall(r"(\{.*\})\[lang\]", answer.text)
    said = json.loads(words)
    assert list(said) == list(LANGUAGES)
    assert all("WHEN" in one and 'role="status"' in one for one in said.values())
    (icon,) = re.findall(r'icon: "([^"]+)"', answer.text)
    assert client.get(icon).mimetype == "image/png"
    assert client.get("/sw.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert "connect-src" not in client.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_site_can_be_installed(client: FlaskClient, language: str) -> None:
    client.set_cookie("language", language)
    page = client.get("/")
    (address,) = [link["href"] for link in Page(page.text).every("link") if link.get("rel") == "manifest"]
    assert "manifest-src 'self'" in page.headers["Content-Security-Policy"]
    answer = client.get(address)
    assert answer.mimetype == "application/manifest+json"
    said = json.loads(answer.text)
    assert (said["name"], said["start_url"], said["scope"], said["lang"]) == ("Ratslupe", "/", "/", language)
    sizes = set()
    for icon in said["icons"]:
        found = client.get(icon["src"])
        assert (found.status_code, found.mimetype) == (200, icon["type"]), icon
        if icon["type"] == "image/png":
            width, height = Image.open(BytesIO(found.data)).size
            assert icon["sizes"] == f"{width}x{height}"
            sizes.add((width, icon["purpose"]))
    assert {(192, "any"), (512, "any"), (512, "maskable")} <= sizes
    for shortcut in said["shortcuts"]:
        assert client.get(shortcut["url"]).status_code == 200
    touch = next(link["href"] for link in Page(page.text).every("link") if link.get("rel") == "apple-touch-icon")
    assert client.get(touch).mimetype == "image/png"
