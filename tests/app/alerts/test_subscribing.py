"""Asking, confirming, refusing, ending: nothing happens to an address that did not say so twice."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.alerts.ending import refuse, release, unsubscribe
from app.alerts.subscribing import (
    MOST,
    MOST_A_DAY,
    MOST_ASKED,
    MOST_LINKS_A_DAY,
    MOST_SERVICE,
    alerts_of,
    ask_for_link,
    confirm,
    find_alert,
    find_subscriber,
    forget_unconfirmed,
    owe_confirmations,
    subscribe,
)
from app.alerts.targets import Target
from app.alerts.tokens import (
    CONFIRM,
    END,
    FEED,
    MANAGE,
    REFUSE,
    UNSUBSCRIBE,
    address_hash,
    new_nonce,
    nonce_of,
    secret_key,
    token,
)
from app.config import Settings
from app.db import writing
from app.mail import AddressError
from app.models import AddressAsked, Alert, AlertDelivery, AlertNotice, Subscriber, Suppression
from app.models.alerts import CONFIRM as CONFIRMATION
from app.models.alerts import MANAGE as LINK
from app.models.alerts import NO_ROOM
from app.web.cli import main
from search import BadQuery
from tests import factories as make
from tests.app.alerts.conftest import READER, Desk

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where no database takes part


def sent(desk: Desk) -> None:
    """Note that what is owed was sent, as the outbox does."""
    with writing(desk.engine) as session:
        for mail in session.scalars(select(AlertDelivery).where(AlertDelivery.sent_at.is_(None))):
            mail.sent_at, mail.next_try = desk.now, None
            if mail.kind == CONFIRMATION:
                session.get_one(Subscriber, mail.subscriber_id).confirmation_sent_at = desk.now


def pass_time(desk: Desk, **time: float) -> int:
    """Let time pass and do what each pass does for subscribers; returns how many confirmations that owes."""
    desk.wait(**time)
    with writing(desk.engine) as session:
        forget_unconfirmed(session, desk.now)
        return owe_confirmations(session, desk.settings, desk.now)


def confirmations(desk: Desk) -> list[AlertDelivery]:
    return desk.deliveries(AlertDelivery.kind == CONFIRMATION)


def test_it_takes_a_yes_from_the_address_itself(desk: Desk) -> None:
    desk.ask(frequency="weekly", weekday=2)
    [alert] = desk.alerts()
    subscriber = desk.subscriber()
    assert (alert.kind, alert.value, alert.frequency, alert.weekday) == ("search", "gartenstraße", "weekly", 2)
    assert (subscriber.confirmed_at, subscriber.language) == (None, "de")
    assert len(confirmations(desk)) == 1
    found = confirm(desk.engine, desk.settings, desk.token(CONFIRM, subscriber.nonce), moment=desk.now)
    assert found is not None
    assert found.confirmed_at == desk.now
    assert confirmations(desk) == []  # what was not sent yet is not needed any more


def test_an_address_is_asked_once_for_all_that_it_wants(desk: Desk) -> None:
    desk.ask("eins")
    desk.ask("zwei")
    assert len(confirmations(desk)) == 1
    assert confirm(desk.engine, desk.settings, desk.token(CONFIRM, desk.subscriber().nonce), moment=desk.now)
    assert [one.value for one in desk.alerts()] == ["eins", "zwei"]


def test_what_a_confirmed_address_asks_for_begins_at_once(desk: Desk) -> None:
    desk.follow("eins")
    before = desk.subscriber()
    desk.wait(days=200)
    desk.ask("zwei", language="en")
    assert [one.value for one in desk.alerts()] == ["eins", "zwei"]
    assert desk.deliveries() == []
    # Whoever typed the address changes nothing else of it.
    after = desk.subscriber()
    assert (after.language, after.requested_at, after.nonce) == ("de", before.requested_at, before.nonce)


def test_nobody_else_changes_how_often_somebody_is_told(desk: Desk) -> None:
    desk.follow("eins", frequency="instant")
    desk.ask("eins", frequency="monthly", weekday=0)
    assert [(one.frequency, one.weekday) for one in desk.alerts()] == [("instant", 4)]


def test_until_it_is_confirmed_the_last_wish_counts(desk: Desk) -> None:
    desk.ask("eins", frequency="instant")
    desk.ask("eins", frequency="monthly", weekday=0, language="en")
    assert [(one.frequency, one.weekday) for one in desk.alerts()] == [("monthly", 0)]
    assert desk.subscriber().language == "en"


@ON_SQLITE
def test_it_begins_with_what_happens_from_now_on(desk: Desk) -> None:
    paper = make.paper()
    make.save(desk.engine, paper, make.change(paper), make.change(paper, "updated"))
    desk.ask()
    with Session(desk.engine) as session:
        newest = max(session.scalars(select(make.change(paper).__class__.seq)))
    assert desk.alerts()[0].seq == newest


@ON_SQLITE
def test_a_newsletter_comes_weekly_whatever_is_asked(desk: Desk) -> None:
    desk.ask(Target("newsletter", "body:https://x.example/1"), frequency="instant", weekday=0)
    assert [(one.frequency, one.weekday) for one in desk.alerts()] == [("weekly", 0)]


@ON_SQLITE
@pytest.mark.parametrize(("frequency", "weekday"), [("hourly", 1), ("weekly", 7), ("weekly", -1), ("", 0)])
def test_no_other_frequency_is_taken(desk: Desk, frequency: str, weekday: int) -> None:
    with pytest.raises(ValueError, match="frequency"):
        desk.ask(frequency=frequency, weekday=weekday)
    assert desk.count(Subscriber) == 0


def test_looking_at_a_link_changes_nothing(desk: Desk) -> None:
    desk.ask()
    nonce, own = desk.subscriber().nonce, desk.alerts()[0].nonce
    statements: list[str] = []
    listen = lambda *given: statements.append(given[2])  # noqa: E731 - one line
    event.listen(desk.engine, "before_cursor_execute", listen)
    with Session(desk.engine) as session:
        for purpose in (CONFIRM, REFUSE, MANAGE, FEED, END):
            found = find_subscriber(session, desk.settings, purpose, desk.token(purpose, nonce), moment=desk.now)
            assert found is not None
            assert found.address == READER
            assert [one.value for one in alerts_of(session, found)] == ["gartenstraße"]
        assert find_alert(session, desk.settings, desk.token(UNSUBSCRIBE, own)) is not None
    event.remove(desk.engine, "before_cursor_execute", listen)
    assert statements
    assert {one.split()[0].upper() for one in statements} <= {"SELECT", "BEGIN"}


def test_confirming_twice_is_no_error_and_no_second_start(desk: Desk) -> None:
    desk.ask()
    link = desk.token(CONFIRM, desk.subscriber().nonce)
    first = confirm(desk.engine, desk.settings, link, moment=desk.now)
    desk.wait(hours=100)
    second = confirm(desk.engine, desk.settings, link, moment=desk.now)
    assert first is not None
    assert second is not None
    assert second.confirmed_at == first.confirmed_at


def test_an_unconfirmed_address_is_gone_after_three_days(desk: Desk) -> None:
    desk.ask()
    link = desk.token(CONFIRM, desk.subscriber().nonce)
    sent(desk)
    desk.wait(hours=72, seconds=1)
    assert confirm(desk.engine, desk.settings, link, moment=desk.now) is None
    with writing(desk.engine) as session:
        assert forget_unconfirmed(session, desk.now) == 1
    assert (desk.count(Subscriber), desk.count(Alert), desk.count(AlertDelivery)) == (0, 0, 0)
    assert desk.count(AddressAsked) == 1
    pass_time(desk, days=30)
    assert desk.count(AddressAsked) == 0


def test_a_confirmed_address_is_not_forgotten(desk: Desk) -> None:
    desk.follow()
    pass_time(desk, days=400)
    assert desk.count(Alert) == 1


class TestEnding:
    """The address goes with the last thing that it follows, and everything with it."""

    def test_one_ends_and_the_others_go_on(self, desk: Desk) -> None:
        first, second = desk.follow("eins"), desk.follow("zwei")
        assert unsubscribe(desk.engine, desk.settings, desk.token(UNSUBSCRIBE, first))
        assert [one.value for one in desk.alerts()] == ["zwei"]
        assert not unsubscribe(desk.engine, desk.settings, desk.token(UNSUBSCRIBE, first))
        assert unsubscribe(desk.engine, desk.settings, desk.token(UNSUBSCRIBE, second))
        assert desk.count(Subscriber) == 0

    def test_all_of_it_ends_by_the_link_of_a_mail_about_several(self, desk: Desk) -> None:
        desk.follow("eins")
        desk.follow("zwei")
        link = desk.token(END, desk.subscriber().nonce)
        assert unsubscribe(desk.engine, desk.settings, link)
        assert (desk.count(Subscriber), desk.count(Alert)) == (0, 0)
        assert not unsubscribe(desk.engine, desk.settings, link)

    def test_with_it_goes_what_was_to_come(self, desk: Desk) -> None:
        nonce = desk.follow()
        [alert], subscriber = desk.alerts(), desk.subscriber()
        mail = make.alert_delivery(subscriber)
        make.save(desk.engine, mail)
        make.save(desk.engine, make.notice(alert, make.paper(), delivery=mail), make.notice(alert, make.paper()))
        assert unsubscribe(desk.engine, desk.settings, desk.token(UNSUBSCRIBE, nonce))
        assert [desk.count(one) for one in (Alert, Subscriber, AlertDelivery, AlertNotice)] == [0, 0, 0, 0]

    def test_nothing_is_kept_of_who_left(self, desk: Desk) -> None:
        nonce = desk.follow()
        unsubscribe(desk.engine, desk.settings, desk.token(UNSUBSCRIBE, nonce))
        assert (desk.count(Suppression), desk.count(AddressAsked)) == (0, 0)


class TestRefusing:
    """Whoever did not ask is forgotten, and never written to again."""

    @pytest.mark.parametrize("confirmed", [False, True])
    def test_everything_goes_but_the_sign_that_it_is_blocked(self, desk: Desk, *, confirmed: bool) -> None:
        desk.follow() if confirmed else desk.ask()
        link = desk.token(REFUSE, desk.subscriber().nonce)
        assert refuse(desk.engine, desk.settings, link, moment=desk.now)
        assert [desk.count(one) for one in (Subscriber, Alert, AlertDelivery, AddressAsked)] == [0, 0, 0, 0]
        with Session(desk.engine) as session:
            kept = session.scalars(select(Suppression)).one()
        assert kept.reason == "refused"
        assert "reader" not in kept.address_hash
        assert kept.address_hash == address_hash(desk.settings, READER)
        assert not refuse(desk.engine, desk.settings, link, moment=desk.now)

    def test_it_holds_for_all_spellings_of_the_address(self, desk: Desk) -> None:
        for address in ("victim+1@gmail.com", "v.ictim@gmail.com", "victims@gmail.com"):
            desk.ask(address=address)
        desk.follow(address="victim+mine@gmail.com")
        link = desk.token(REFUSE, desk.subscriber("victim+1@gmail.com").nonce)
        assert refuse(desk.engine, desk.settings, link, moment=desk.now)
        assert desk.count(Subscriber) == 2  # who is somebody else, and what was confirmed by its owner
        for address in ("victim+2@gmail.com", "victim@gmail.com", "vi.ctim@googlemail.com"):
            desk.ask(address=address)
        assert desk.count(Subscriber) == 2
        desk.ask("zwei", "victim+mine@gmail.com")
        assert desk.count(Alert) == 3
        assert release(desk.engine, desk.settings, "victim@gmail.com")
        desk.ask(address="victim+2@gmail.com")
        assert desk.count(Subscriber) == 3

    @ON_SQLITE
    def test_the_operator_has_a_command_for_it(self, desk: Desk) -> None:
        desk.ask()
        refuse(desk.engine, desk.settings, desk.token(REFUSE, desk.subscriber().nonce), moment=desk.now)
        answers = [CliRunner().invoke(main, ["unblock", who], obj=desk.settings) for who in (READER, READER, "no one")]
        assert [(one.exit_code, one.output.split(":")[0]) for one in answers[:2]] == [(0, "unblocked"), (1, "Error")]
        assert answers[2].exit_code == 2
        desk.ask()
        assert len(confirmations(desk)) == 1

    def test_nobody_brings_it_back_but_its_owner_with_the_operator(self, desk: Desk) -> None:
        desk.ask()
        refuse(desk.engine, desk.settings, desk.token(REFUSE, desk.subscriber().nonce), moment=desk.now)
        desk.ask()
        desk.ask(address="READER@Example.org")
        ask_for_link(desk.engine, desk.settings, READER, moment=desk.now)
        assert (desk.count(Subscriber), desk.count(AlertDelivery)) == (0, 0)
        assert release(desk.engine, desk.settings, "Reader@example.org")
        assert not release(desk.engine, desk.settings, READER)
        desk.ask()
        assert len(confirmations(desk)) == 1


@ON_SQLITE
def test_a_link_is_good_for_its_own_purpose_only(desk: Desk) -> None:
    desk.ask()
    nonce, own = desk.subscriber().nonce, desk.alerts()[0].nonce
    links = {one: desk.token(one, nonce) for one in (CONFIRM, REFUSE, MANAGE, FEED, END)}
    links[UNSUBSCRIBE] = desk.token(UNSUBSCRIBE, own)
    assert len(set(links.values())) == 6
    good = links[CONFIRM]
    flipped = good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1]
    broken = ("", ".", flipped, good + "x", good.split(".")[0], "ä" * 76, "0" * 32 + "." + "A" * 43)
    for purpose, link in [*links.items(), *(("", one) for one in broken)]:
        if purpose != CONFIRM:
            assert confirm(desk.engine, desk.settings, link, moment=desk.now) is None
        if purpose != REFUSE:
            assert not refuse(desk.engine, desk.settings, link, moment=desk.now)
        if purpose not in (UNSUBSCRIBE, END):
            assert not unsubscribe(desk.engine, desk.settings, link)
    assert (desk.subscriber().confirmed_at, desk.count(Alert), desk.count(Suppression)) == (None, 1, 0)


class TestNobodyLearns:
    """Whether an address is known shows nowhere, and nobody's box is filled."""

    def test_many_requests_make_three_mails_a_month(self, desk: Desk) -> None:
        desk.ask("wort")
        assert len(confirmations(desk)) == 1
        owed = 1
        for _ in range(34):  # somebody asks every day for five weeks
            sent(desk)
            desk.wait(hours=25)
            before = {one.message_id for one in confirmations(desk)}
            pass_time(desk)
            desk.ask("wort")
            owed += len({one.message_id for one in confirmations(desk)} - before)
        # In the fifth week the first of them are a month ago.
        assert MOST_ASKED < owed <= 2 * MOST_ASKED
        assert desk.count(AddressAsked) == MOST_ASKED

    def test_the_limit_outlives_the_forgotten_row(self, desk: Desk) -> None:
        asked = []
        for _ in range(7):  # each time the address is forgotten before it is asked for again
            desk.ask()
            asked.append(len(confirmations(desk)))
            sent(desk)
            pass_time(desk, hours=73)
            assert desk.count(Subscriber) == 0
        assert asked == [1, 1, 1, 0, 0, 0, 0]

    def test_asked_again_it_is_sent_again_after_a_day_and_not_before(self, desk: Desk) -> None:
        desk.ask()
        sent(desk)
        [first] = confirmations(desk)
        desk.wait(hours=1)
        desk.ask()
        assert [one.message_id for one in confirmations(desk)] == [first.message_id]
        assert pass_time(desk, hours=22, minutes=59) == 0
        assert pass_time(desk, minutes=2) == 1
        [second] = confirmations(desk)
        assert second.message_id != first.message_id
        sent(desk)
        assert pass_time(desk, hours=30) == 0  # nobody asked since

    def test_who_did_not_ask_again_is_not_mailed_again(self, desk: Desk) -> None:
        desk.ask()
        sent(desk)
        assert [pass_time(desk, hours=12) for _ in range(5)] == [0] * 5

    def test_one_mailbox_has_many_spellings_and_one_limit(self, desk: Desk) -> None:
        for number in range(40):
            desk.ask(address=f"victim+{number}@gmail.com")
        for address in ("v.ictim@gmail.com", "Vic.Tim+x@googlemail.com"):
            desk.ask(address=address)
        assert [one.subscriber_id for one in confirmations(desk)] == [desk.subscriber("victim+0@gmail.com").id]
        desk.ask(address="v.ictim@example.org")
        desk.ask(address="victim@example.org")
        assert len(confirmations(desk)) == 3  # elsewhere a dot makes another address
        desk.ask(address="victim+1@example.org")
        assert len(confirmations(desk)) == 3

    @ON_SQLITE
    def test_all_together_get_only_so_many_an_hour(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.alerts.subscribing.MOST_AT_ONCE", 5)
        for number in range(9):
            desk.ask(address=f"reader{number}@example.org")
        assert len(confirmations(desk)) == 5
        assert pass_time(desk, minutes=59) == 0
        assert pass_time(desk, minutes=2) == 4  # nobody who waits is lost

    def test_it_answers_alike_whether_known_or_not(self, desk: Desk) -> None:
        desk.follow()
        desk.ask(address="refuser@example.org")
        refuse(desk.engine, desk.settings, desk.token(REFUSE, desk.subscriber("refuser@example.org").nonce))
        answer: Callable[..., object] = subscribe  # which is declared to answer nothing
        target = Target("search", "gartenstraße")
        written = []
        event.listen(desk.engine, "before_cursor_execute", lambda *given: written.append(given[2].split()[0].upper()))
        for address in (READER, "new@example.org", "refuser@example.org"):
            written.clear()
            assert answer(desk.engine, desk.settings, address, target, "en", moment=desk.now) is None
            assert {"INSERT", "UPDATE"} & set(written)  # each has a write to wait for

    @ON_SQLITE
    def test_nobody_fills_the_table_with_one_address(self, desk: Desk) -> None:
        for number in range(MOST + 10):
            desk.ask(f"wort{number}")
        assert desk.count(Alert) == MOST

    @ON_SQLITE
    def test_who_has_no_room_is_mailed_that_once_a_day(self, desk: Desk) -> None:
        desk.ask("wort0")
        for number in range(1, MOST):
            desk.ask(f"wort{number}")
        desk.follow("noch eins")
        assert (desk.count(Alert), told(desk)) == (MOST, 0)  # who never confirmed is told nothing
        for number in range(3):
            desk.ask(f"mehr{number}")
        assert (desk.count(Alert), told(desk)) == (MOST, 1)
        desk.ask("wort1")
        desk.wait(days=1, seconds=1)
        desk.ask("wort1")  # which is there
        assert told(desk) == 1
        desk.ask("mehr")
        assert told(desk) == 2
        for _ in range(20):
            desk.wait(days=1, seconds=1)
            desk.ask("mehr")
        assert told(desk) == MOST_SERVICE

    @ON_SQLITE
    def test_ten_a_day_begin_with_a_confirmed_address(self, desk: Desk) -> None:
        for number in range(15):
            desk.ask(f"eigenes{number}")
        desk.follow("noch eins")
        desk.wait(minutes=1)
        for number in range(MOST_A_DAY + 4):
            desk.ask(f"fremdes{number}")
        assert (desk.count(Alert), told(desk)) == (16 + MOST_A_DAY, 1)
        desk.wait(days=1, seconds=1)
        desk.ask("morgen")
        assert desk.count(Alert) == 17 + MOST_A_DAY

    @ON_SQLITE
    def test_an_earlier_link_confirms_when_asked_again(self, desk: Desk) -> None:
        desk.ask()
        link = desk.token(CONFIRM, desk.subscriber().nonce)
        for _ in range(MOST_ASKED + 1):
            sent(desk)
            desk.wait(hours=25)
            desk.ask()
        assert confirm(desk.engine, desk.settings, link, moment=desk.now) is not None

    def test_two_forms_at_once_make_one_mail(self, desk: Desk) -> None:
        start = threading.Barrier(6)

        def ask(number: int) -> None:
            start.wait()
            desk.ask(f"wort{number}")

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(confirmations(desk)) == 1
        assert (desk.count(Subscriber), desk.count(Alert)) == (1, 6)


def told(desk: Desk) -> int:
    """Return how often somebody was told that there was no room."""
    return len(desk.deliveries(AlertDelivery.kind == NO_ROOM))


class TestTheLink:
    """The link to all alerts is mailed to who has some, once an hour, and nobody else learns anything."""

    def test_once_an_hour(self, desk: Desk) -> None:
        desk.follow()
        for _ in range(3):
            ask_for_link(desk.engine, desk.settings, "Reader@example.org", moment=desk.now)
        assert len(desk.deliveries(AlertDelivery.kind == LINK)) == 1
        desk.wait(hours=1)
        ask_for_link(desk.engine, desk.settings, READER, moment=desk.now)
        links = desk.deliveries(AlertDelivery.kind == LINK)
        assert len({one.message_id for one in links}) == 2

    @ON_SQLITE
    def test_three_a_day_and_ten_a_month_to_one_mailbox(self, desk: Desk) -> None:
        addresses = ("reader+a@example.org", "reader+b@example.org")
        for address in addresses:
            desk.follow(address=address)
        for hour in range(48):
            ask_for_link(desk.engine, desk.settings, addresses[hour % 2], moment=desk.now)
            desk.wait(hours=1)
        assert len(desk.deliveries(AlertDelivery.kind == LINK)) == 2 * MOST_LINKS_A_DAY
        for _ in range(20):
            ask_for_link(desk.engine, desk.settings, addresses[0], moment=desk.now)
            desk.wait(days=1)
        assert len(desk.deliveries(AlertDelivery.kind == LINK)) == MOST_SERVICE
        desk.wait(days=10)
        ask_for_link(desk.engine, desk.settings, addresses[0], moment=desk.now)
        assert len(desk.deliveries(AlertDelivery.kind == LINK)) == MOST_SERVICE + 1

    def test_not_to_who_never_confirmed_or_is_not_here(self, desk: Desk) -> None:
        desk.ask()
        for address in (READER, "nobody@example.org"):
            ask_for_link(desk.engine, desk.settings, address, moment=desk.now)
        assert desk.deliveries(AlertDelivery.kind == LINK) == []

    @ON_SQLITE
    def test_not_to_what_is_no_address(self, desk: Desk) -> None:
        with pytest.raises(AddressError):
            ask_for_link(desk.engine, desk.settings, "a@b.example, c@d.example")


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
