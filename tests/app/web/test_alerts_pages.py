"""Following a search over the web: confirmed by a button, ended by one click, and nobody learns who follows."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.alerts import CONFIRM, UNSUBSCRIBE, Sender
from app.alerts.tokens import token
from app.config import Settings
from app.db import now
from app.models import Alert
from tests import factories
from tests.app.web.conftest import Page, Town


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note that mails were to be sent, and send none: their sending is tested where it is written."""
    sent: list[str] = []
    monkeypatch.setattr(Sender, "wake", lambda _: sent.append("confirmations"))
    return sent


@pytest.fixture
def alerts(engine: Engine) -> Callable[[], list[Alert]]:
    """Give what is followed at this moment."""

    def now_followed() -> list[Alert]:
        with Session(engine) as session:
            return list(session.scalars(select(Alert)))

    return now_followed


def test_it_asks_with_the_query_a_reader_came_with(client: FlaskClient, town: Town) -> None:
    text = client.get("/alerts?q=Gartenstraße+%3Cb%3E").text
    fields = {one.get("name"): one.get("value") for one in Page(text).every("input")}
    assert fields["q"] == "Gartenstraße <b>"
    assert "Heute findet diese Suche <b>1\u00a0Vorlage</b>." in client.get("/alerts?q=Zzyzx+OR+Tempo+type:Paper").text


def test_it_counts_what_an_alert_tells_not_what_holds_some_of_the_words(client: FlaskClient, town: Town) -> None:
    assert "Heute findet diese Suche nichts." in client.get("/alerts?q=Gartenstraße+Zzyzx").text


def test_it_answers_the_same_whether_an_address_is_known_or_not(
    client: FlaskClient, alerts: Callable[[], list[Alert]], quiet: list[str]
) -> None:
    answers = []
    for _ in range(2):
        answer = client.post("/alerts", data={"q": "Gartenstraße", "address": "Reader@Example.org"})
        answers.append((answer.status_code, answer.headers["Location"], answer.data, sorted(answer.headers.keys())))
    assert answers[0] == answers[1]
    assert answers[0][:2] == (303, "/alerts/asked")
    assert [(one.query, one.confirmed_at) for one in alerts()] == [("Gartenstraße", None)]
    assert quiet == ["confirmations"] * 2
    assert "Postfach" in client.get("/alerts/asked").text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"q": "Rad", "address": "reader"}, "name@anbieter.de"),
        ({"q": "Rad", "address": "a@b.de\r\nBcc: x@y.de"}, "name@anbieter.de"),
        ({"q": "Rad"}, "name@anbieter.de"),
        ({"q": "ab*", "address": "reader@example.org"}, "mindestens 3 Buchstaben"),
        ({"q": "  ", "address": "reader@example.org"}, "Schreiben Sie, was Sie interessiert."),
    ],
)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(
    client: FlaskClient, alerts: Callable[[], list[Alert]], given: dict[str, str], expected: str
) -> None:
    answer = client.post("/alerts", data=given)
    assert answer.status_code == 400
    assert expected in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert alerts() == []


def test_it_takes_no_subscription_from_another_site(client: FlaskClient, alerts: Callable[[], list[Alert]]) -> None:
    given = {"q": "Rad", "address": "reader@example.org"}
    assert client.post("/alerts", data=given, headers={"Origin": "https://evil.example"}).status_code == 403
    assert alerts() == []
    assert client.post("/alerts", data=given, headers={"Origin": "http://portal.example"}).status_code == 303


def test_it_confirms_by_the_button_alone(
    client: FlaskClient, engine: Engine, settings: Settings, alerts: Callable[[], list[Alert]]
) -> None:
    factories.save(engine, factories.alert(confirmed_at=None, query="<i>Rad", requested_at=now()))
    [alert] = alerts()
    address = f"/alerts/confirm/{token(settings, CONFIRM, alert.nonce)}"
    for _ in range(2):
        page = client.get(address)
        assert page.status_code == 200
        assert "&lt;i&gt;Rad" in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert alerts()[0].confirmed_at is None
    assert client.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert alerts()[0].confirmed_at is None
    assert "Ihre Meldung ist eingerichtet" in client.post(address).text
    assert alerts()[0].confirmed_at is not None


def test_it_ends_by_the_button_and_by_a_mail_programs_one_click(
    client: FlaskClient, engine: Engine, settings: Settings, alerts: Callable[[], list[Alert]]
) -> None:
    factories.save(engine, factories.alert(query="Rad"), factories.alert(query="Bus"))
    first, second = (f"/alerts/unsubscribe/{token(settings, UNSUBSCRIBE, one.nonce)}" for one in alerts())
    assert client.get(first).status_code == 200
    assert len(alerts()) == 2
    assert "Die Meldung ist beendet" in client.post(first).text
    assert len(alerts()) == 1
    stranger = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    answer = client.post(second, data={"List-Unsubscribe": "One-Click"}, headers=stranger)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert alerts() == []
    assert client.post(second).status_code == 200


def test_the_link_of_an_ended_alert_says_that_it_is_done(
    client: FlaskClient, engine: Engine, settings: Settings, alerts: Callable[[], list[Alert]]
) -> None:
    factories.save(engine, factories.alert(query="Rad"))
    address = f"/alerts/unsubscribe/{token(settings, UNSUBSCRIBE, alerts()[0].nonce)}"
    assert "schon beendet" not in client.get(address).text
    client.post(address)
    again, strange = client.get(address), client.get(f"/alerts/unsubscribe/{'0' * 32}.{'A' * 43}")
    for answer in (again, strange):
        assert answer.status_code == 200
        assert "Die Meldung ist schon beendet" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    # The same for all: it must not tell whether there ever was such an alert.
    assert "Rad" not in again.text.partition("<main")[2].partition("</main>")[0].replace("Adresse", "")
    cut = client.get(address[:-1])
    assert cut.status_code == 404
    assert "vollständig" in cut.text


def test_it_opens_nothing_with_a_wrong_token(client: FlaskClient, engine: Engine) -> None:
    factories.save(engine, factories.alert())
    whole = "0" * 32 + "." + "A" * 43
    for word in ("x", "0" * 32, whole, "%00", "..", "a" * 5000):
        for purpose in ("confirm", "unsubscribe"):
            answer = client.get(f"/alerts/{purpose}/{word}")
            assert answer.status_code in (404, 414) or (purpose, word) == ("unsubscribe", whole), word
            assert '<form class="rl-gap"' not in answer.text
        assert client.post(f"/alerts/confirm/{word}").status_code in (404, 414), word


def test_a_link_is_good_for_its_own_purpose_only(client: FlaskClient, engine: Engine, settings: Settings) -> None:
    one = factories.alert()
    nonce = one.nonce
    factories.save(engine, one)
    assert client.get(f"/alerts/confirm/{token(settings, UNSUBSCRIBE, nonce)}").status_code == 404
    assert "schon beendet" in client.get(f"/alerts/unsubscribe/{token(settings, CONFIRM, nonce)}").text
    client.post(f"/alerts/unsubscribe/{token(settings, CONFIRM, nonce)}")
    with Session(engine) as session:
        assert session.scalar(select(Alert.nonce)) == nonce
