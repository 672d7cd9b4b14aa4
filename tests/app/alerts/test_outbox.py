"""What is owed reaches everybody, once, whatever breaks on the way; and nobody who did not ask."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from app.alerts.mails import outbox
from app.alerts.mails.letters import letter_of
from app.alerts.mails.outbox import forget_records
from app.alerts.tokens import address_hash
from app.config import Settings
from app.db import writing
from app.models import Alert, AlertDelivery, AlertNotice, Paper, Subscriber, Suppression
from app.models import Page as TextPage
from tests import factories as make
from tests.app.alerts.post import Post
from tests.app.smtp import listening

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where no database takes part
NOBODY, LATER = "550 5.1.1 nobody here", "450 4.2.0 later"


@pytest.fixture
def post(engine: Engine, settings: Settings) -> Iterator[Post]:
    with listening() as sink:
        yield Post(engine, settings, sink)


class TestOnce:
    """Each mail comes once."""

    def test_what_is_due_is_sent_and_marked(self, post: Post) -> None:
        _, mail = post.owe_news()
        assert post.send().sent == 1
        row = post.row(mail)
        assert (row.sent_at, row.next_try, row.error) == (post.now, None, None)
        assert post.sink.messages[0]["Message-ID"] == mail.message_id
        assert post.send().sent == 0

    def test_what_is_due_later_waits(self, post: Post) -> None:
        post.owe_news()
        with writing(post.engine) as session:
            session.execute(update(AlertDelivery).values(next_try=post.now.replace(hour=10)))
        assert post.send().sent == 0
        post.wait(hours=1)
        assert post.send().sent == 1

    def test_several_at_once_send_each_mail_once(self, post: Post) -> None:
        for number in range(6):
            post.owe_news(f"reader{number}@example.org")
        start = threading.Barrier(3)

        def at_once() -> None:
            start.wait()
            post.send()

        threads = [threading.Thread(target=at_once) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken.recipients[0] for taken in post.sink.taken) == [f"reader{n}@example.org" for n in range(6)]

    @ON_SQLITE
    def test_only_the_kinds_that_are_asked_for(self, post: Post) -> None:
        post.owe_news()
        asked = post.reader(address="new@example.org", confirmed_at=None, confirmation_sent_at=None)
        post.owe(asked, "confirm")
        sent = post.send(kinds=("confirm", "manage"))
        assert (sent.sent, sent.confirmations) == (0, 1)
        assert post.sink.recipients == ["new@example.org"]
        (row,) = [one for one in post.all(Subscriber) if one.id == asked.id]
        assert row.confirmation_sent_at == post.now

    @ON_SQLITE
    def test_nobody_who_has_not_confirmed_gets_news(self, post: Post) -> None:
        reader, mail = post.owe_news()
        with writing(post.engine) as session:
            session.execute(update(Subscriber).values(confirmed_at=None))
        for kind in ("reminder", "manage"):
            post.owe(reader, kind)
        assert post.send().withdrawn == 3
        assert post.sink.recipients == []
        assert post.row(mail).sent_at is None

    @ON_SQLITE
    def test_who_has_confirmed_is_not_asked_again(self, post: Post) -> None:
        post.owe(post.reader(), "confirm")
        assert post.send().withdrawn == 1
        assert post.sink.recipients == []


class TestWithdrawn:
    """What was taken back is in no mail."""

    def test_a_mail_of_which_everything_was_withdrawn_is_not_sent(self, post: Post) -> None:
        _, mail = post.owe_news()
        with writing(post.engine) as session:
            session.execute(update(Paper).values(deleted=True, name=None))
        assert post.send().withdrawn == 1
        row = post.row(mail)
        assert (row.sent_at, row.next_try) == (None, None)
        post.wait(hours=80)
        post.send()
        assert post.sink.taken == []

    def test_words_that_were_replaced_are_quoted_no_more(self, post: Post) -> None:
        reader, paper = post.reader(), make.paper()
        alert, mail = post.alert(reader), post.owe(reader)
        rows = make.read_file("Nichts.", "In der Gartenstraße wohnt Erika Mustermann.", of=paper)
        make.save(post.engine, paper, rows)
        post.tell(alert, mail, rows[0], matter_id=paper.id)
        post.sink.rcpt_answers.append(LATER)
        assert post.send().deferred == 1
        with writing(post.engine) as session:
            session.execute(update(TextPage).values(text="In der Gartenstraße wohnt ███."))
        post.wait(hours=6)
        assert post.send().sent == 1
        text = post.sink.taken[0].text()
        assert "███" in text
        assert "Erika" not in text

    def test_what_was_erased_is_told_nowhere(self, post: Post) -> None:
        reader, mail = post.owe_news()
        (told,) = post.all(AlertNotice)
        other = make.paper(name="Gartenweg")
        make.save(post.engine, other)
        post.tell(post.all(Alert)[0], mail, other)
        with writing(post.engine) as session:
            forget_records(session, [told.object_id])
        post.send()
        assert [one.object_id for one in post.all(AlertNotice)] == [other.id]
        assert "1 Neuigkeit: gartenstraße" in str(post.sink.messages[0]["Subject"])
        assert reader.address in post.sink.recipients


class TestTrouble:
    """Nothing is lost, and one bad address stops nobody."""

    def test_a_server_that_is_down_gets_the_same_mail_later(self, post: Post) -> None:
        _, mail = post.owe_news()
        port, post.sink.port = post.sink.port, 1
        assert post.send().deferred == 1
        assert post.row(mail).error
        post.sink.port = port
        assert post.send().sent == 0  # not due yet
        post.wait(minutes=1)
        assert post.send().sent == 1
        assert post.sink.messages[0]["Message-ID"] == mail.message_id

    @ON_SQLITE
    def test_it_stops_soon_where_nobody_answers(self, post: Post) -> None:
        for number in range(5):
            post.owe_news(f"reader{number}@example.org")
        port, post.sink.port = post.sink.port, 1
        assert post.send().deferred == outbox.IN_VAIN
        post.sink.port = port
        post.wait(minutes=1)
        assert post.send().sent == 5

    @ON_SQLITE
    def test_one_mail_on_which_the_server_hangs_up_stops_nobody(self, post: Post) -> None:
        for number in range(4):
            post.owe_news(f"reader{number}@example.org")
        post.sink.data_answers.append("421 4.7.0 not that one")
        sent = post.send()
        assert (sent.sent, sent.deferred) == (3, 1)

    @ON_SQLITE
    def test_one_bad_address_stops_nobody(self, post: Post) -> None:
        for number in range(3):
            post.owe_news(f"reader{number}@example.org")
        post.sink.rcpt_answers.append(NOBODY)
        sent = post.send()
        assert (sent.refused, sent.sent) == (1, 2)

    @ON_SQLITE
    def test_a_delay_is_tried_again_ever_more_slowly_for_three_days(self, post: Post) -> None:
        post.owe_news()
        post.sink.rcpt_answers += [LATER] * 100
        begun, tries = post.now, []
        for _ in range(24 * 4 * 4):
            if post.send().deferred:
                tries.append((post.now - begun).total_seconds() / 3600)
            post.wait(minutes=15)
        assert tries[:3] == [0, 0.25, 0.5]
        # Not at night: what would be tried then is tried at seven, 21 hours after ten o'clock.
        assert all(later - earlier <= 6.25 or later % 24 == 21 for earlier, later in pairwise(tries))
        assert 71 < tries[-1] < 80

    def test_what_a_mail_that_is_given_up_was_to_tell_waits_for_the_next(self, post: Post) -> None:
        reader, mail = post.owe_news()
        post.sink.data_answers.append("451 4.3.0 later")
        post.send()
        post.wait(hours=73)
        post.sink.data_answers.append("451 4.3.0 later")
        post.send()
        assert post.row(mail).next_try is None
        (told,) = post.all(AlertNotice)
        assert (told.delivery_id, told.due_at) == (None, post.now)
        again = post.owe(reader, message_id=mail.message_id)  # the same things in a mail of the same name
        with writing(post.engine) as session:
            session.execute(update(AlertNotice).values(delivery_id=again.id))
        assert post.send().sent == 1

    @ON_SQLITE
    def test_what_is_refused_whoever_it_is_for_costs_nobody_a_subscription(self, post: Post) -> None:
        reader, mail = post.owe_news()
        post.sink.data_answers += ["554 5.7.1 we do not like you"] * 3
        post.sink.rcpt_answers += ["250 OK", "250 OK", "550 5.7.1 relaying denied"]
        for _ in range(3):
            assert post.send().deferred == 1
            post.wait(hours=1)
        assert post.all(Subscriber)[0].bounces == 0
        post.sink.data_answers.clear()
        assert post.send().sent == 1
        assert post.row(mail).sent_at
        assert reader.address


class TestUnwordable:
    """A mail that we cannot word stops nobody, and ends."""

    def test_it_stops_nobody_and_is_tried_again(self, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
        _, bad = post.owe_news("bad@example.org")
        post.owe_news("good@example.org")
        with monkeypatch.context() as patch:
            break_for(patch, bad)
            sent = post.send()
            assert (sent.sent, sent.deferred) == (1, 1)
            assert post.send().deferred == 0
        assert post.row(bad).error == "not worded: LookupError"
        post.wait(minutes=1)
        assert post.send().sent == 1
        assert post.sink.recipients == ["good@example.org", "bad@example.org"]

    def test_it_is_not_tried_for_ever(self, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
        reader, bad = post.owe_news()
        break_for(monkeypatch, bad)
        for _ in range(100):
            post.send()
            post.wait(hours=1)
        assert (post.row(bad).next_try, post.row(bad).sent_at) == (None, None)
        assert [one.delivery_id for one in post.all(AlertNotice)] == [bad.id], "no next mail is to break on it"
        assert post.all(Subscriber)[0].bounces == 0
        assert post.sink.taken == []
        assert reader.address


class TestNotNow:
    """Neither at night nor in a pause goes what nobody waits for."""

    @pytest.mark.parametrize("kind", ["news", "reminder"])
    def test_what_was_deferred_waits_until_the_morning(self, post: Post, kind: str) -> None:
        post.now = post.now.replace(hour=20)  # nine in Germany
        reader = post.reader()
        post.owe(reader, kind)
        post.owe(reader, "manage")
        assert post.send().sent == 1
        assert [is_due(post, hours) for hours in range(1, 11)] == [False] * 9 + [True]

    def test_who_pauses_gets_what_was_bundled_afterwards(self, post: Post) -> None:
        reader, mail = post.owe_news()
        post.owe(reader, "manage")
        with writing(post.engine) as session:
            session.execute(update(Subscriber).values(paused_at=post.now))
        assert post.send().sent == 1
        assert post.row(mail).attempts == 0
        with writing(post.engine) as session:
            session.execute(update(Subscriber).values(paused_at=None))
        assert post.send().sent == 1


def is_due(post: Post, hours: int) -> bool:
    """Say whether a mail is due so many hours later."""
    with Session(post.engine) as session:
        return session.execute(outbox.due_mails(post.now + timedelta(hours=hours))).first() is not None


def break_for(patch: pytest.MonkeyPatch, mail: AlertDelivery) -> None:
    """Let one mail be such that no letter can be made of it."""

    def breaking(*given: Any) -> Any:
        if given[3].id == mail.id:
            raise LookupError
        return letter_of(*given)

    patch.setattr(outbox, "letter_of", breaking)


class TestNobodyThere:
    """Two refusals of an address, a day apart, and it is written to no more."""

    def test_a_refusal_is_tried_once_more_a_day_later(self, post: Post) -> None:
        reader, _ = post.owe_news()
        post.sink.rcpt_answers += [NOBODY] * 5
        tries = []
        for _ in range(6):
            tries.append(post.send().refused)
            post.wait(hours=12)
        assert tries == [1, 0, 1, 0, 0, 0]
        assert post.all(Subscriber) == []
        assert post.all(AlertDelivery) == []
        assert post.all(AlertNotice) == []
        (kept,) = post.all(Suppression)
        assert kept.reason == "bounced"
        assert kept.address_hash == address_hash(post.settings, reader.address)
        assert reader.address not in kept.address_hash

    def test_two_mails_refused_in_one_hour_are_one_refusal(self, post: Post) -> None:
        reader, _ = post.owe_news()
        post.owe(reader, "manage")
        post.sink.rcpt_answers += [NOBODY] * 2
        assert post.send().refused == 2
        assert [one.bounces for one in post.all(Subscriber)] == [1]
        post.wait(hours=25)
        assert post.send().sent == 2

    @ON_SQLITE
    def test_a_mail_that_is_taken_in_between_begins_the_count_anew(self, post: Post) -> None:
        reader, _ = post.owe_news()
        post.sink.rcpt_answers.append(NOBODY)
        post.send()
        post.wait(hours=25)
        assert post.send().sent == 1
        post.owe(reader, "manage")
        post.sink.rcpt_answers.append(NOBODY)
        post.send()
        assert [one.bounces for one in post.all(Subscriber)] == [1]

    @ON_SQLITE
    def test_an_address_that_never_confirmed_is_forgotten_at_once(self, post: Post) -> None:
        asked = post.reader(confirmed_at=None)
        post.owe(asked, "confirm")
        post.sink.rcpt_answers.append(NOBODY)
        assert post.send().refused == 1
        assert post.all(Subscriber) == []
        assert post.all(Suppression) == []  # somebody else may have mistyped it


class TestKilled:
    """A pass may die anywhere."""

    def test_killed_between_yes_and_mark_it_sends_the_same_mail_again(
        self, post: Post, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        post.owe_news()

        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(outbox, "_mark", killed)
            with pytest.raises(KeyboardInterrupt):
                post.send()
        assert len(post.sink.taken) == 1
        assert post.send().sent == 0  # the claim still holds
        post.wait(minutes=10, seconds=1)
        assert post.send().sent == 1
        first, second = post.sink.messages
        assert first["Message-ID"] == second["Message-ID"]
        post.wait(hours=80)
        assert post.send().sent == 0

    def test_killed_at_any_transaction_nothing_is_lost(self, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(3):
            post.owe_news(f"reader{number}@example.org")
        post.sink.rcpt_answers.append(NOBODY)
        kills = 0
        while True:
            kills += 1
            try:
                with monkeypatch.context() as patch:
                    die_at(patch, kills)
                    post.send()
                break
            except KeyboardInterrupt:
                post.wait(minutes=10, seconds=1)
        post.wait(hours=25)
        post.send()
        assert kills > 4
        assert all(mail.sent_at for mail in post.all(AlertDelivery))
        sent = Counter(str(message["Message-ID"]) for message in post.sink.messages)
        assert len(sent) == 3
        assert sent.total() <= 3 + kills


def die_at(patch: pytest.MonkeyPatch, strike: int) -> None:
    """Die as the `strike`-th transaction begins."""
    begun = 0

    def begin(engine: Engine) -> AbstractContextManager[Session]:
        nonlocal begun
        begun += 1
        if begun == strike:
            raise KeyboardInterrupt
        opened: Any = writing(engine)
        return opened  # type: ignore[no-any-return]

    patch.setattr("app.alerts.mails.outbox.writing", begin)
