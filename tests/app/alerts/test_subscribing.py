"""Asking, confirming, ending: nothing happens to an address that did not say so twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alerts import CONFIRM, UNSUBSCRIBE, AddressError, Sender, confirm, find, secret_key, subscribe, unsubscribe
from app.alerts.subscriptions import delivery
from app.alerts.tokens import new_nonce, nonce_of, token
from app.config import Settings
from app.db import now, writing
from app.mail import open_mailer
from app.models import Alert, AlertDelivery, AlertHit
from search import BadQuery
from tests import factories as make
from tests.app.alerts.conftest import READER, Desk

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where no database takes part


def test_it_takes_a_yes_from_the_address_itself(desk: Desk) -> None:
    desk.ask()
    desk.publish(make.paper())
    assert desk.run().confirmations == 1
    (taken,) = desk.sink.taken
    assert taken.recipients == [READER]
    assert confirm(desk.engine, desk.settings, desk.link(CONFIRM), moment=desk.now) is not None
    desk.publish(make.paper(name="Bäume in der Gartenstraße"))
    counts = desk.run()
    assert (counts.searches, counts.sent, counts.confirmations) == (1, 1, 0)
    # What came between asking and confirming is in it too.
    assert "2 neue" in str(desk.sink.messages[1]["Subject"]) or "2 new" in str(desk.sink.messages[1]["Subject"])


def test_who_does_not_confirm_gets_nothing_else(desk: Desk) -> None:
    desk.ask()
    desk.run()
    desk.publish(make.paper())
    for _ in range(5):
        desk.wait(hours=13)
        desk.run()
    assert len(desk.sink.taken) == 1


@ON_SQLITE
def test_who_did_not_confirm_gets_no_news_even_where_a_row_says_so(desk: Desk) -> None:
    desk.ask()
    desk.run()
    paper = make.paper()
    desk.publish(paper)
    (alert,) = desk.alerts()
    with writing(desk.engine) as session:
        owed = delivery(desk.settings, alert, 99, 1, desk.now)
        session.add(owed)
        session.flush()
        session.add(AlertHit(alert_id=alert.id, object_id=paper.id, delivery_id=owed.id))
    assert desk.run().sent == 0
    assert len(desk.sink.taken) == 1


def test_a_confirmation_says_nothing_that_somebody_typed(desk: Desk) -> None:
    desk.ask('"Sie haben gewonnen" example.com')
    desk.run()
    whole = desk.sink.messages[0].as_string() + desk.sink.taken[0].text() + desk.sink.taken[0].text("html")
    assert "gewonnen" not in whole
    assert "example.com" not in whole


def test_looking_at_a_link_changes_nothing(desk: Desk) -> None:
    desk.ask()
    desk.run()
    for purpose in (CONFIRM, UNSUBSCRIBE):
        with Session(desk.engine) as session:
            found = find(session, desk.settings, purpose, desk.link(purpose), moment=desk.now)
            assert found is not None
            assert found.query == "gartenstraße"
            assert not session.dirty
    (alert,) = desk.alerts()
    assert alert.confirmed_at is None


def test_confirming_twice_is_no_error_and_no_second_start(desk: Desk) -> None:
    desk.ask()
    desk.run()
    first = confirm(desk.engine, desk.settings, desk.link(CONFIRM), moment=desk.now)
    assert first is not None
    desk.wait(hours=100)
    second = confirm(desk.engine, desk.settings, desk.link(CONFIRM), moment=desk.now)
    assert second is not None
    assert second.confirmed_at == first.confirmed_at


def test_an_unconfirmed_address_is_gone_after_three_days(desk: Desk) -> None:
    desk.ask()
    desk.run()
    link = desk.link(CONFIRM)
    desk.wait(hours=72, seconds=1)
    assert confirm(desk.engine, desk.settings, link, moment=desk.now) is None
    assert desk.run().forgotten == 1
    assert (desk.count(Alert), desk.count(AlertDelivery)) == (0, 0)


def test_ending_forgets_the_address_and_what_was_to_come(desk: Desk) -> None:
    nonce = desk.follow()
    desk.sink.rcpt_answers.append("450 later")
    desk.publish(make.paper())
    desk.run()
    assert desk.count(AlertDelivery) == desk.count(AlertHit) == 1
    assert unsubscribe(desk.engine, desk.settings, desk.token(UNSUBSCRIBE, nonce))
    assert (desk.count(Alert), desk.count(AlertDelivery), desk.count(AlertHit)) == (0, 0, 0)
    desk.wait(hours=1)
    desk.run()
    assert desk.sink.taken == []
    assert not unsubscribe(desk.engine, desk.settings, desk.token(UNSUBSCRIBE, nonce))


@ON_SQLITE
def test_a_link_is_good_for_its_own_purpose_only(desk: Desk) -> None:
    desk.ask()
    desk.run()
    to_confirm, to_end = desk.link(CONFIRM), desk.link(UNSUBSCRIBE)
    assert confirm(desk.engine, desk.settings, to_end, moment=desk.now) is None
    assert not unsubscribe(desk.engine, desk.settings, to_confirm)
    flipped = to_confirm[:-2] + ("A" if to_confirm[-2] != "A" else "B") + to_confirm[-1]
    for wrong in ("", ".", flipped, to_confirm + "x", to_confirm.split(".")[0], "ä" * 76, "0" * 32 + "." + "A" * 43):
        assert confirm(desk.engine, desk.settings, wrong, moment=desk.now) is None
    assert len(desk.alerts(Alert.confirmed_at.is_(None))) == 1


class TestNobodyLearns:
    """Whether an address is known shows nowhere, and nobody's box is filled."""

    def test_a_second_request_for_the_same_sends_nothing(self, desk: Desk) -> None:
        for _ in range(5):
            desk.ask()
            desk.ask(address="READER@Example.ORG")
            desk.run()
        assert len(desk.sink.taken) == 1
        assert desk.count(Alert) == 1

    def test_many_requests_make_one_mail_a_day(self, desk: Desk) -> None:
        for number in range(20):
            desk.ask(f"wort{number}")
            desk.run()
        assert len(desk.sink.taken) == 1
        desk.wait(hours=24, seconds=1)
        desk.run()
        desk.run()
        assert len(desk.sink.taken) == 2

    def test_asked_again_after_a_day_it_is_sent_again(self, desk: Desk) -> None:
        desk.ask()
        desk.run()
        desk.wait(hours=25)
        desk.run()
        assert len(desk.sink.taken) == 1
        desk.ask()
        desk.run()
        assert len(desk.sink.taken) == 2
        first, second = desk.sink.messages
        assert first["Message-ID"] != second["Message-ID"]

    def test_once_somebody_is_there_the_next_may_follow(self, desk: Desk) -> None:
        desk.ask("eins")
        desk.ask("zwei")
        desk.run()
        assert len(desk.sink.taken) == 1
        assert confirm(desk.engine, desk.settings, desk.link(CONFIRM), moment=desk.now) is not None
        desk.run()
        assert len(desk.sink.taken) == 2
        confirmed = confirm(desk.engine, desk.settings, desk.link(CONFIRM), moment=desk.now)
        assert confirmed is not None
        assert confirmed.query == "zwei"

    def test_it_answers_alike_whether_known_or_not(self, desk: Desk) -> None:
        desk.follow()
        before = desk.alerts()[0].seq
        desk.publish(make.paper())
        answer: Callable[..., object] = subscribe  # which is declared to answer nothing
        for address in (READER, "new@example.org"):
            assert answer(desk.engine, desk.settings, address, "gartenstraße", "en", moment=desk.now) is None
        known = desk.alerts(Alert.address == READER)[0]
        assert (known.seq, known.language) == (before, "de")
        assert known.confirmed_at is not None

    @ON_SQLITE
    def test_nobody_fills_the_table_with_one_address(self, desk: Desk) -> None:
        for number in range(60):
            desk.ask(f"wort{number}")
        assert desk.count(Alert) == 50

    def test_two_forms_at_once_make_one_mail(self, desk: Desk) -> None:
        start = threading.Barrier(6)

        def ask(number: int) -> None:
            start.wait()
            desk.ask(f"wort{number}")
            sender.wake()

        sender = Sender(desk.engine, open_mailer(desk.sink.url), desk.settings)
        # The sender looks at the real clock.
        desk.now = now()
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sender.close()
        assert len(desk.sink.taken) == 1
        assert desk.count(Alert) == 6


@ON_SQLITE
@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: c@d.example", "victim@x.example, other@y.example", "nobody", "", "a@b.example\n"]
)
def test_what_is_not_one_address_is_refused(desk: Desk, address: str) -> None:
    with pytest.raises(AddressError):
        desk.ask(address=address)
    assert desk.count(Alert) == 0


@ON_SQLITE
@pytest.mark.parametrize("query", ["wort " * 200, '""', "„ “", "!?"])
def test_what_cannot_be_searched_for_is_refused(desk: Desk, query: str) -> None:
    with pytest.raises(BadQuery):
        desk.ask(query)
    assert desk.count(Alert) == 0


@ON_SQLITE
def test_a_mail_server_that_is_down_costs_no_confirmation(desk: Desk) -> None:
    desk.ask()
    desk.sink.data_answers += ["451 later", "451 later"]
    assert desk.run().deferred == 1
    desk.wait(minutes=2)
    assert desk.run().deferred == 1
    desk.wait(minutes=2)
    assert desk.run() is not None
    assert desk.sink.taken == []  # the third try is five minutes after the second
    desk.wait(minutes=4)
    assert desk.run().confirmations == 1


@ON_SQLITE
def test_an_address_that_nobody_has_is_not_kept(desk: Desk) -> None:
    desk.ask()
    desk.sink.rcpt_answers.append("550 nobody here")
    assert desk.run().refused == 1
    assert desk.count(Alert) == 0


@ON_SQLITE
def test_it_sends_soon_and_quietly(desk: Desk) -> None:
    desk.now = now()
    sender = Sender(desk.engine, open_mailer(desk.sink.url), desk.settings)
    sender.wake()
    desk.ask()
    sender.wake()
    sender.close()
    assert len(desk.sink.taken) == 1
    with Session(desk.engine) as session:
        sent = session.scalar(select(Alert.confirmation_sent_at))
    assert sent is not None
    assert sent - desk.now < timedelta(minutes=1)


class TestTokens:
    """Made from the key, worth nothing without it."""

    def test_another_key_makes_other_tokens(self, tmp_path: Path) -> None:
        one, other = (Settings.embedded(tmp_path, SECRET_KEY=key) for key in ("one", "other"))
        nonce = new_nonce()
        assert nonce_of(one, CONFIRM, token(one, CONFIRM, nonce)) == nonce
        assert nonce_of(other, CONFIRM, token(one, CONFIRM, nonce)) is None
        assert nonce_of(one, UNSUBSCRIBE, token(one, CONFIRM, nonce)) is None

    def test_a_key_is_made_once_and_for_its_owner_only(self, tmp_path: Path) -> None:
        settings = Settings.embedded(tmp_path / "home")
        start = threading.Barrier(8)
        keys: list[bytes] = []

        def read() -> None:
            start.wait()
            keys.append(secret_key(settings))

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(keys)) == 1
        assert len(keys[0]) == 64
        (file,) = settings.home.iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        assert secret_key(settings) == keys[0]
