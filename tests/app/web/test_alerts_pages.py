"""Following over the web: asked for in three steps, confirmed by a button, ended by one click; nobody learns who."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from app.alerts.mails.sender import Sender
from app.alerts.tokens import CONFIRM, END, MANAGE, REFUSE, UNSUBSCRIBE, token
from app.config import Settings
from app.db import now, writing
from app.facts import street_key
from app.models import Address, Alert, AlertDelivery, Source, Subscriber, Suppression
from app.web.pages.alerts import TAKES
from tests import factories
from tests.app.web.conftest import Page, Town

Followed = Callable[[], list[Alert]]


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note that mails were to be sent, and send none: their sending is tested where it is written."""
    sent: list[str] = []
    monkeypatch.setattr(Sender, "wake", lambda _: sent.append("confirmations"))
    return sent


@pytest.fixture
def alerts(engine: Engine) -> Followed:
    """Give what is followed at this moment."""

    def now_followed() -> list[Alert]:
        with Session(engine) as session:
            return list(session.scalars(select(Alert).order_by(Alert.id)))

    return now_followed


def person(engine: Engine, address: str = "reader@example.org", *values: str, **columns: object) -> Subscriber:
    """Keep somebody who follows some searches."""
    one = factories.subscriber(address=address, **columns)
    factories.save(engine, one)
    factories.save(engine, *(factories.alert(one, value=value) for value in values or ("Rad",)))
    with Session(engine) as session:
        return session.scalars(select(Subscriber).where(Subscriber.address == address)).one()


def count(engine: Engine, model: type) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def main(text: str) -> str:
    return text.partition("<main")[2].partition("</main>")[0]


class TestTheForm:
    """It asks for no more than it needs, and keeps what was typed."""

    def test_it_has_the_query_a_reader_came_with(self, client: FlaskClient, town: Town) -> None:
        text = client.get("/alerts?q=Gartenstraße+%3Cb%3E").text
        fields = {one.get("name"): one.get("value") for one in Page(text).every("input")}
        assert fields["q"] == "Gartenstraße <b>"
        assert (
            "Heute findet diese Suche <b>1\u00a0Vorlage</b>." in client.get("/alerts?q=Zzyzx+OR+Tempo+type:Paper").text
        )

    def test_it_counts_what_an_alert_tells_not_what_holds_some_of_the_words(
        self, client: FlaskClient, town: Town
    ) -> None:
        assert "Heute findet diese Suche nichts." in client.get("/alerts?q=Gartenstraße+Zzyzx").text

    def test_weekly_is_chosen_and_for_one_matter_at_once(self, client: FlaskClient, town: Town) -> None:
        for path, chosen in (("/alerts", "weekly"), (f"/alerts?follow=paper:{town.paper.key}", "instant")):
            radios = [one for one in Page(client.get(path).text).every("input") if one.get("name") == "frequency"]
            assert {one["value"] for one in radios} == {"instant", "daily", "weekly", "monthly"}
            assert [one["value"] for one in radios if "checked" in one] == [chosen]

    def test_everything_that_has_a_button_can_be_followed(
        self, client: FlaskClient, town: Town, alerts: Followed
    ) -> None:
        follows = {
            f"paper:{town.paper.key}": ("paper", town.paper.id),
            f"person:{town.person.key}": ("person", town.person.id),
            f"organization:{town.organization.key}": ("organization", town.organization.id),
            f"meeting:{town.meeting.key}": ("meeting", town.meeting.id),
            "near:51.50000,8.00000,500,Gartenstraße 12": ("near", "51.50000,8.00000,500,Gartenstraße 12"),
            'search:party:="SPD"': ("search", 'party:="SPD"'),
            f"newsletter:organization:{town.organization.key}": (
                "newsletter",
                f"organization:{town.organization.id}",
            ),
        }
        for follow in follows:
            page = client.get("/alerts", query_string={"follow": follow})
            assert page.status_code == 200
            fields = [one for one in Page(page.text).every("input") if one["name"] in ("follow", "q")]
            given = {one["name"]: one["value"] for one in fields}
            assert given
            answer = client.post("/alerts", data=given | {"address": "reader@example.org", "frequency": "daily"})
            assert answer.status_code == 303, follow
        found = [(one.kind, one.value, one.frequency) for one in alerts()]
        assert found == [(*follows[one], "weekly" if one.startswith("newsletter") else "daily") for one in follows]

    def test_what_is_gone_cannot_be_followed(self, client: FlaskClient, town: Town, alerts: Followed) -> None:
        for follow in ("paper:nothere", "x", "near:1,2,3", "body:nowhere", "newsletter:paper:x", "search:"):
            page = client.get("/alerts", query_string={"follow": follow})
            assert page.status_code == 200
            assert "gibt es hier nicht mehr" in page.text, follow
        given = {"follow": "paper:nothere", "address": "reader@example.org"}
        assert client.post("/alerts", data=given).status_code == 400
        assert alerts() == []

    def test_a_circle_lies_around_an_address_that_is_known_here(
        self, client: FlaskClient, town: Town, engine: Engine, alerts: Followed
    ) -> None:
        house = Address(
            source_id=1,
            street_key=street_key("Gartenstraße"),
            number="12",
            name="Gartenstraße",
            longitude=8.0,
            latitude=51.5,
            origin="file",
        )
        factories.save(engine, house)
        given = {"place": "Gartenstr. 12", "metres": "1000", "address": "reader@example.org", "q": "Rad"}
        assert client.post("/alerts", data=given).status_code == 303
        assert [(one.kind, one.value) for one in alerts()] == [
            ("search", "Rad"),
            ("near", "51.50000,8.00000,1000,Gartenstraße 12"),
        ]
        wrong = client.post("/alerts", data=given | {"place": "Gartenstrase 12", "q": ""})
        assert wrong.status_code == 400
        assert "Wir kennen diese Straße nicht." in wrong.text
        assert "Gartenstraße" in wrong.text.partition("error-place")[2]

    def test_it_shows_what_would_have_come_and_takes_nothing_for_that(
        self, client: FlaskClient, town: Town, engine: Engine, alerts: Followed, quiet: list[str]
    ) -> None:
        factories.save(engine, factories.news(town.paper, at=now() - timedelta(days=10)))
        given = {"q": "Tempo", "frequency": "daily", "address": "half", "look": "1"}
        page = client.post("/alerts", data=given)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert "wären <b>1 Mail mit 1 Treffer</b> gekommen" in page.text
        assert f'href="/papers/{town.paper.key}"' in main(page.text)
        assert 'value="half"' in page.text
        assert (alerts(), quiet) == ([], [])
        nothing = "In den letzten 30 Tagen wäre keine Mail gekommen."
        assert nothing in client.get("/alerts?q=Zzyzx").text
        others = [factories.paper(name="Tempo 20") for _ in range(2)]
        factories.save(engine, others, [factories.news(one, at=now() - timedelta(days=10)) for one in others])
        body = main(client.get("/alerts?follow=body:musterstadt").text)
        # Read out beside the drawing: "28. Oktober 2026: 3 Treffer", but "mit 3 Treffern".
        assert "wären <b>1 Mail mit 3 Treffern</b> gekommen" in body
        assert ": 3 Treffer. " in body.partition("<figcaption")[2].partition("</figcaption>")[0]

    def test_silence_before_a_council_was_watched_is_not_told_as_silence(
        self, client: FlaskClient, town: Town, engine: Engine
    ) -> None:
        with writing(engine) as session:
            session.execute(update(Source).values(added_at=now() - timedelta(days=3)))
        body = main(client.get("/alerts?q=Zzyzx").text)
        assert "beobachten Stadt Musterstadt erst seit dem" in body or "beobachten die Räte hier erst seit dem" in body
        assert "Seitdem wäre keine Mail gekommen." in body
        assert "In den letzten 30 Tagen" not in body

    def test_what_comes_next_does_not_stand_below_that_nothing_came(
        self, client: FlaskClient, town: Town, engine: Engine
    ) -> None:
        factories.save(engine, factories.news(town.paper, at=now() - timedelta(minutes=5)))
        body = main(client.get("/alerts?follow=body:musterstadt&frequency=monthly").text)
        assert "Das stünde in der nächsten Mail." in body
        assert "keine Mail gekommen" not in body
        newsletter = main(client.get("/alerts?follow=newsletter:body:musterstadt").text)
        assert "keine Mail gekommen" not in newsletter
        assert 'href="/newsletter/body/musterstadt"' in newsletter

    def test_the_same_is_had_without_mails(self, client: FlaskClient, town: Town) -> None:
        text = main(client.get("/alerts?q=Tempo").text)
        assert 'href="/feeds/search.atom?q=Tempo"' in text
        assert 'href="/calendar.ics?q=Tempo"' in text
        own = main(client.get(f"/alerts?follow=organization:{town.organization.key}").text)
        assert f'href="/organizations/{town.organization.key}.ics"' in own
        english = main(client.get("/alerts?q=Tempo&lang=en").text)
        assert 'href="/feeds/search.atom?q=Tempo&amp;language=en"' in english

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({"q": "Rad", "address": "reader"}, "name@anbieter.de"),
            ({"q": "Rad", "address": "a@b.de\r\nBcc: x@y.de"}, "name@anbieter.de"),
            ({"q": "Rad"}, "name@anbieter.de"),
            ({"q": "ab*", "address": "reader@example.org"}, "mindestens 3 Buchstaben"),
            ({"q": "  ", "address": "reader@example.org"}, "Schreiben Sie, was Sie interessiert."),
            ({"q": '""', "address": "reader@example.org"}, "Schreiben Sie, was Sie interessiert."),
            ({"q": "www.evil.example", "address": "reader@example.org"}, "keine Web- oder Mailadressen"),
            ({"follow": "search:http://evil.example", "address": "reader@example.org"}, "keine Web- oder Mailadressen"),
        ],
    )
    def test_it_says_what_is_wrong_and_keeps_what_was_typed(
        self, client: FlaskClient, alerts: Followed, given: dict[str, str], expected: str
    ) -> None:
        answer = client.post("/alerts", data=given | {"frequency": "monthly", "weekday": "2"})
        assert answer.status_code == 400
        assert expected in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert 'value="monthly" checked' in answer.text
        assert '<option value="2" selected>' in answer.text
        assert alerts() == []

    def test_it_takes_no_subscription_from_another_site(self, client: FlaskClient, alerts: Followed) -> None:
        given = {"q": "Rad", "address": "reader@example.org"}
        assert client.post("/alerts", data=given, headers={"Origin": "https://evil.example"}).status_code == 403
        assert alerts() == []
        assert client.post("/alerts", data=given, headers={"Origin": "http://portal.example"}).status_code == 303

    def test_a_program_that_fills_in_everything_gets_the_same_answer_and_nothing_else(
        self, client: FlaskClient, alerts: Followed, quiet: list[str]
    ) -> None:
        answer = client.post("/alerts", data={"q": "Rad", "address": "reader@example.org", "website": "http://x"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/alerts/asked")
        assert (alerts(), quiet) == ([], [])


class TestNobodyLearns:
    """Known, new, refused or full: one answer, that takes as long."""

    def test_it_answers_the_same(
        self, client: FlaskClient, engine: Engine, settings: Settings, quiet: list[str]
    ) -> None:
        person(engine, "known@example.org")
        refused = person(engine, "refused@example.org")
        client.post(f"/alerts/refuse/{token(settings, REFUSE, refused.nonce)}")
        assert count(engine, Suppression) == 1
        for path, given in (("/alerts", {"q": "Rad"}), ("/alerts/link", {})):
            answers = []
            for address in ("known@example.org", "new@example.org", "refused@example.org", "Known@Example.org"):
                begun = monotonic()
                answer = client.post(path, data=given | {"address": address})
                assert monotonic() - begun >= TAKES
                answers.append((answer.status_code, answer.data, sorted(answer.headers.items())))
            assert answers == [answers[0]] * 4
            assert answers[0][0] == 303
        assert quiet == ["confirmations"] * 8
        assert "Postfach" in client.get("/alerts/asked").text
        assert "Postfach" in client.get("/alerts/link/asked").text

    def test_the_link_is_owed_to_who_follows_something_alone(self, client: FlaskClient, engine: Engine) -> None:
        person(engine, "known@example.org")
        for address in ("known@example.org", "new@example.org", "known@example.org"):
            client.post("/alerts/link", data={"address": address})
        with Session(engine) as session:
            assert session.scalars(select(AlertDelivery.kind)).all() == ["manage"]
        wrong = client.post("/alerts/link", data={"address": "no address"})
        assert (wrong.status_code, 'aria-invalid="true"' in wrong.text) == (400, True)


class TestConfirming:
    """Only the button does it, and it says before what it does."""

    def test_it_confirms_by_the_button_alone(self, client: FlaskClient, engine: Engine, settings: Settings) -> None:
        one = person(engine, "reader@example.org", "<i>Rad", "Bus", confirmed_at=None, requested_at=now())
        address = f"/alerts/confirm/{token(settings, CONFIRM, one.nonce)}"

        def confirmed() -> object:
            with Session(engine) as session:
                return session.scalar(select(Subscriber.confirmed_at))

        for _ in range(2):
            page = client.get(address)
            assert page.status_code == 200
            assert "&lt;i&gt;Rad" in page.text
            assert "Bus" in page.text
            assert page.headers["Cache-Control"] == "no-store"
        client.head(address)
        assert client.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert confirmed() is None
        done = client.post(address)
        assert "Ihre Meldung ist eingerichtet" in done.text
        assert f"/alerts/manage/{token(settings, MANAGE, one.nonce)}" in done.text
        assert confirmed() is not None

    def test_afterwards_the_old_mail_opens_nothing(
        self, client: FlaskClient, engine: Engine, settings: Settings
    ) -> None:
        one = person(engine, "reader@example.org", "Geheimnis", confirmed_at=now() - timedelta(days=2))
        address = f"/alerts/confirm/{token(settings, CONFIRM, one.nonce)}"
        for page in (client.get(address), client.post(address)):
            assert page.status_code == 200
            assert "schon bestätigt" in page.text
            assert "Geheimnis" not in page.text
            assert "/alerts/manage/" not in page.text

    def test_who_did_not_ask_blocks_the_address_by_the_button_alone(
        self, client: FlaskClient, engine: Engine, settings: Settings
    ) -> None:
        one = person(engine, confirmed_at=None, requested_at=now())
        page = client.get(f"/alerts/confirm/{token(settings, CONFIRM, one.nonce)}")
        address = f"/alerts/refuse/{token(settings, REFUSE, one.nonce)}"
        assert f'action="{address}"' in page.text
        shown = client.get(address)
        assert "Meine Adresse sperren" in shown.text
        assert shown.headers["Cache-Control"] == "no-store"
        assert client.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert (count(engine, Subscriber), count(engine, Suppression)) == (1, 0)
        assert "Ihre Adresse ist gesperrt" in client.post(address).text
        assert (count(engine, Subscriber), count(engine, Suppression)) == (0, 1)
        assert client.post(address).status_code == 200
        assert client.get(address).status_code == 200


class TestEnding:
    """By the page's button, and by a mail program's one click."""

    def test_one_by_one(self, client: FlaskClient, engine: Engine, settings: Settings, alerts: Followed) -> None:
        person(engine, "reader@example.org", "Rad", "Bus")
        first, second = (f"/alerts/unsubscribe/{token(settings, UNSUBSCRIBE, one.nonce)}" for one in alerts())
        assert "Bus" not in main(client.get(first).text)
        assert len(alerts()) == 2
        assert "Die Meldung ist beendet" in client.post(first).text
        assert len(alerts()) == 1
        stranger = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
        answer = client.post(second, data={"List-Unsubscribe": "One-Click"}, headers=stranger)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert (alerts(), count(engine, Subscriber)) == ([], 0)
        assert client.post(second).status_code == 200

    def test_all_at_once(self, client: FlaskClient, engine: Engine, settings: Settings, alerts: Followed) -> None:
        one = person(engine, "reader@example.org", "Rad", "Bus")
        address = f"/alerts/unsubscribe/{token(settings, END, one.nonce)}"
        page = client.get(address)
        assert "Alle 2 Meldungen beenden?" in page.text
        assert "Rad" in main(page.text)
        assert len(alerts()) == 2
        assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert alerts() == []

    def test_the_link_of_an_ended_alert_says_that_it_is_done(
        self, client: FlaskClient, engine: Engine, settings: Settings, alerts: Followed
    ) -> None:
        person(engine)
        address = f"/alerts/unsubscribe/{token(settings, UNSUBSCRIBE, alerts()[0].nonce)}"
        assert "schon beendet" not in client.get(address).text
        client.post(address)
        again, strange = client.get(address), client.get(f"/alerts/unsubscribe/{'0' * 32}.{'A' * 43}")
        for answer in (again, strange):
            assert answer.status_code == 200
            assert "Die Meldung ist schon beendet" in answer.text
            assert answer.headers["Cache-Control"] == "no-store"
        # The same for all: it must not tell whether there ever was such an alert.
        assert main(again.text) == main(strange.text)
        cut = client.get(address[:-1])
        assert cut.status_code == 404
        assert "vollständig" in cut.text


def test_a_link_to_confirm_that_is_over_says_so(client: FlaskClient, town: Town) -> None:
    answer = client.get(f"/alerts/confirm/{'0' * 32}.{'A' * 43}")
    assert answer.status_code == 404
    assert "gelten 72 Stunden" in answer.text


def test_it_opens_nothing_with_a_wrong_token(client: FlaskClient, engine: Engine) -> None:
    person(engine)
    whole = "0" * 32 + "." + "A" * 43
    for word in ("x", "0" * 32, whole, "%00", "..", "a" * 5000):
        for purpose in ("confirm", "unsubscribe", "refuse", "manage"):
            for answer in (client.get(f"/alerts/{purpose}/{word}"), client.post(f"/alerts/{purpose}/{word}")):
                nothing = purpose == "unsubscribe" or (purpose, word) == ("refuse", whole)
                assert answer.status_code in (404, 414, 405, 400) or nothing, (purpose, word)
                assert '<form class="rl-gap"' not in answer.text
    assert count(engine, Alert) == 1


def test_a_link_is_good_for_its_own_purpose_only(client: FlaskClient, engine: Engine, settings: Settings) -> None:
    one = person(engine)
    paths = {CONFIRM: "confirm", REFUSE: "refuse", END: "unsubscribe", MANAGE: "manage"}
    for purpose in paths:
        for other, path in paths.items():
            if purpose != other:
                page = client.get(f"/alerts/{path}/{token(settings, purpose, one.nonce)}")
                assert page.status_code == 404 or "schon beendet" in page.text
                client.post(f"/alerts/{path}/{token(settings, purpose, one.nonce)}", data={"do": "delete"})
    assert (count(engine, Subscriber), count(engine, Suppression)) == (1, 0)
