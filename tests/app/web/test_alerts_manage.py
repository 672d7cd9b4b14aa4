"""The page of all one's alerts: nothing changes by looking, and every button does what it says."""

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.alerts.tokens import FEED, MANAGE, token
from app.config import Settings
from app.db import now, writing
from app.models import Alert, Subscriber
from tests import factories
from tests.app.web.conftest import Page, Town


@pytest.fixture
def link(engine: Engine, settings: Settings) -> str:
    """Give the address of the page of somebody who follows two searches, beside somebody else."""
    one, other = factories.subscriber(), factories.subscriber(address="other@example.org")
    factories.save(engine, one, other)
    factories.save(
        engine,
        factories.alert(one, value="<i>Rad"),
        factories.alert(one, value="Bus", frequency="weekly", weekday=1),
        factories.alert(other, value="Fremd"),
    )
    return f"/alerts/manage/{token(settings, MANAGE, one.nonce)}"


def alerts(engine: Engine) -> list[Alert]:
    with Session(engine) as session:
        return list(session.scalars(select(Alert).order_by(Alert.id)))


def reader(engine: Engine) -> Subscriber | None:
    with Session(engine) as session:
        return session.scalar(select(Subscriber).where(Subscriber.address == "reader@example.org"))


def test_it_shows_all_of_ones_own_and_changes_nothing(client: FlaskClient, engine: Engine, link: str) -> None:
    for path in (link, f"{link}?done=delete", f"{link}?do=delete", f"{link}/export.json"):
        page = client.get(path)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert "Fremd" not in page.text
        assert "Bus" in page.text
    page = client.get(link)
    assert "&lt;i&gt;Rad" in page.text
    assert "Einmal in der Woche, dienstags um 8\u00a0Uhr".replace("\u00a0", " ") in page.text
    assert 'content="noindex"' in page.text
    assert len(alerts(engine)) == 3


def test_it_says_which_search_cannot_be_asked_any_more(client: FlaskClient, engine: Engine, link: str) -> None:
    words = "Diese Suche kann nicht mehr gestellt werden"
    assert words not in client.get(link).text
    with writing(engine) as session:
        session.execute(update(Alert).where(Alert.value == "Bus").values(value='"' * 3000))
    assert client.get(link).text.count(words) == 1


def test_it_names_the_private_feed(client: FlaskClient, engine: Engine, settings: Settings, link: str) -> None:
    one = reader(engine)
    assert one is not None
    assert f"http://portal.example/feeds/mine/{token(settings, FEED, one.nonce)}.atom" in client.get(link).text


def test_each_button_does_what_it_says(client: FlaskClient, engine: Engine, link: str) -> None:
    first, second, _ = alerts(engine)
    answer = client.post(link, data={"do": "change", "alert": first.id, "frequency": "monthly", "weekday": "3"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{link}?done=change")
    assert "Geändert." in client.get(answer.headers["Location"]).text
    assert (alerts(engine)[0].frequency, alerts(engine)[0].weekday) == ("monthly", 3)
    client.post(link, data={"do": "pause"})
    assert "Angehalten seit" in client.get(link).text
    client.post(link, data={"do": "resume"})
    assert "Angehalten seit" not in client.get(link).text
    client.post(link, data={"do": "language", "language": "en"})
    one = reader(engine)
    assert one is not None
    assert one.language == "en"
    client.post(link, data={"do": "end", "alert": first.id})
    assert [row.value for row in alerts(engine)] == ["Bus", "Fremd"]
    last = client.post(link, data={"do": "end", "alert": second.id})
    assert last.status_code == 200
    assert "nichts mehr dazu" in last.text
    assert reader(engine) is None
    assert client.get(link).status_code == 404


def test_its_address_stands_nowhere_but_in_its_own_forms(client: FlaskClient, link: str) -> None:
    for path in (link, link.replace("manage", "confirm")):
        page = client.get(path)
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert f"portal.example{path}" not in page.text
        assert "og:url" not in page.text
    assert f'action="{link}"' in client.get(link).text
    assert "og:url" in client.get("/alerts").text
    assert client.get("/alerts").headers["Referrer-Policy"] == "same-origin"


def test_its_buttons_work_in_browsers_that_name_no_sender(client: FlaskClient, link: str) -> None:
    assert client.post(link, data={"do": "pause"}, headers={"Origin": "null"}).status_code == 303
    display = {"display": "dark", "next": link}
    assert client.post("/display", data=display, headers={"Origin": "null"}).headers["Location"] == link
    given = {"q": "Rad", "address": "reader@example.org"}
    assert client.post("/alerts", data=given, headers={"Origin": "null"}).status_code == 403


def test_new_addresses_take_the_place_of_what_others_know(client: FlaskClient, link: str) -> None:
    answer = client.post(link, data={"do": "renew"})
    assert answer.status_code == 303
    assert not answer.headers["Location"].startswith(link)
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "Bus" in page.text
    assert 'role="status"' in page.text
    assert client.get(link).status_code == 404
    assert client.post(link, data={"do": "renew"}).status_code == 404


def test_it_says_that_something_was_not_added(client: FlaskClient, engine: Engine, link: str) -> None:
    one = reader(engine)
    assert one is not None
    assert "nicht eingerichtet" not in client.get(link).text
    factories.save(engine, factories.alert_delivery(one, "no_room", created_at=now() - timedelta(days=1)))
    assert "nicht eingerichtet" in client.get(link).text


def test_everything_goes_at_once(client: FlaskClient, engine: Engine, link: str) -> None:
    assert "Alles ist gelöscht" in client.post(link, data={"do": "delete"}).text
    assert [row.value for row in alerts(engine)] == ["Fremd"]
    assert client.post(link, data={"do": "delete"}).status_code == 404


def test_everything_can_be_taken_along(client: FlaskClient, link: str) -> None:
    answer = client.get(f"{link}/export.json")
    content = json.loads(answer.data)
    assert content["address"] == "reader@example.org"
    assert [one["target"] for one in content["alerts"]] == ["search:<i>Rad", "search:Bus"]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_nobody_else_presses_its_buttons(client: FlaskClient, engine: Engine, link: str) -> None:
    foreign = alerts(engine)[2]
    for data in ({"do": "delete"}, {"do": "pause"}, {"do": "end", "alert": foreign.id}):
        assert client.post(link, data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(link, data={"do": "end", "alert": foreign.id}).status_code == 404
    assert len(alerts(engine)) == 3


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"do": "explode"},
        {"do": "change", "alert": "1", "frequency": "hourly", "weekday": "1"},
        {"do": "change", "alert": "x", "frequency": "weekly", "weekday": "9"},
        {"do": "end", "alert": "9" * 30},
        {"do": "end", "alert": "²"},
        {"do": "language", "language": "xx"},
    ],
)
def test_what_no_button_sends_is_refused(client: FlaskClient, engine: Engine, link: str, data: dict[str, str]) -> None:
    assert client.post(link, data=data).status_code in (400, 404)
    assert len(alerts(engine)) == 3


def test_every_field_has_a_name(client: FlaskClient, town: Town, engine: Engine, settings: Settings) -> None:
    one = factories.subscriber(paused_at=factories.SEEN)
    factories.save(engine, one)
    factories.save(
        engine,
        factories.alert(one, "paper", town.paper.id),
        factories.alert(one, "paper", "https://gone.example/1"),
        factories.alert(one, "near", "51.5,8.0,500,Am Anger"),
        factories.alert(one, "newsletter", f"organization:{town.organization.id}"),
    )
    page = Page(client.get(f"/alerts/manage/{token(settings, MANAGE, one.nonce)}").text)
    labelled = {label["for"] for label in page.every("label")}
    fields = [*page.every("select"), *(one for one in page.every("input") if one.get("type") != "hidden")]
    assert {one["id"] for one in fields} <= labelled
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
