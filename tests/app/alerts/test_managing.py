"""One link shows and changes all that somebody follows, and nothing of anybody else."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.alerts.managing import (
    change_alert,
    delete_all,
    end_alert,
    exported,
    pause,
    renew,
    set_language,
    waiting_for,
)
from app.alerts.subscribing import find_alert, find_subscriber
from app.alerts.targets import Target
from app.alerts.tokens import CONFIRM, END, FEED, MANAGE, UNSUBSCRIBE, nonce_of
from app.models import Alert, AlertChannel, AlertDelivery, AlertNotice, Subscriber
from tests import factories as make
from tests.app.alerts.conftest import READER, Desk

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where no database takes part
OTHER = "other@example.org"


@pytest.fixture
def link(desk: Desk) -> str:
    """Give the link of somebody who follows two things, beside somebody else who follows one."""
    desk.follow("eins")
    desk.follow("zwei", frequency="weekly", weekday=0)
    desk.follow("drei", OTHER)
    return desk.token(MANAGE, desk.subscriber().nonce)


def values(desk: Desk) -> list[str]:
    return [one.value for one in desk.alerts()]


def test_it_changes_how_often_one_is_told(desk: Desk, link: str) -> None:
    first = desk.alerts()[0]
    assert change_alert(desk.engine, desk.settings, link, first.id, frequency="weekly", weekday=2, moment=desk.now)
    assert [(one.frequency, one.weekday) for one in desk.alerts()][:2] == [("weekly", 2), ("weekly", 0)]
    with pytest.raises(ValueError, match="frequency"):
        change_alert(desk.engine, desk.settings, link, first.id, frequency="hourly", weekday=2)


def test_what_waits_is_told_when_the_new_rhythm_says_so(desk: Desk, link: str) -> None:
    alert, paper = desk.alerts()[1], make.paper()
    friday = desk.now + timedelta(days=5)
    told = make.alert_delivery(desk.subscriber())
    make.save(desk.engine, told)
    make.save(
        desk.engine,
        make.notice(alert, paper, key="new", due_at=friday),
        make.notice(alert, paper, "reminder", key="reminder", due_at=friday),
        make.notice(alert, paper, key="told", due_at=friday, delivery=told),
    )
    assert change_alert(desk.engine, desk.settings, link, alert.id, frequency="instant", weekday=0, moment=desk.now)
    due = {one.key: one.due_at for one in desk.notices()}
    # An evening before a meeting stays that evening, and what is in a mail already is told by it.
    assert due == {"new": desk.now, "reminder": friday, "told": friday}
    assert change_alert(desk.engine, desk.settings, link, alert.id, frequency="daily", weekday=0, moment=desk.now)
    assert {one.due_at for one in desk.notices(AlertNotice.key == "new")} == {datetime(2026, 3, 2, 7, tzinfo=UTC)}


@ON_SQLITE
def test_a_newsletter_stays_weekly(desk: Desk, link: str) -> None:
    desk.follow(Target("newsletter", "body:https://x.example/1"))
    letter = desk.alerts(Alert.kind == "newsletter")[0]
    assert change_alert(desk.engine, desk.settings, link, letter.id, frequency="instant", weekday=1, moment=desk.now)
    assert [(one.frequency, one.weekday) for one in desk.alerts(Alert.kind == "newsletter")] == [("weekly", 1)]


def test_it_ends_one_and_with_the_last_everything(desk: Desk, link: str) -> None:
    first, second, _ = desk.alerts()
    assert end_alert(desk.engine, desk.settings, link, first.id)
    assert values(desk) == ["zwei", "drei"]
    assert not end_alert(desk.engine, desk.settings, link, first.id)
    assert end_alert(desk.engine, desk.settings, link, second.id)
    assert desk.count(Subscriber) == 1
    assert not end_alert(desk.engine, desk.settings, link, second.id)


def test_nobody_touches_what_another_follows(desk: Desk, link: str) -> None:
    theirs = desk.alerts()[2]
    assert not change_alert(desk.engine, desk.settings, link, theirs.id, frequency="monthly", weekday=1)
    assert not end_alert(desk.engine, desk.settings, link, theirs.id)
    assert [(one.value, one.frequency) for one in desk.alerts()][2] == ("drei", "instant")


def test_a_pause_begins_once_and_ends(desk: Desk, link: str) -> None:
    assert pause(desk.engine, desk.settings, link, paused=True, moment=desk.now)
    assert pause(desk.engine, desk.settings, link, paused=True, moment=desk.now + timedelta(days=9))
    assert desk.subscriber().paused_at == desk.now
    assert desk.subscriber(OTHER).paused_at is None
    alert = desk.alerts()[0]
    make.save(desk.engine, make.notice(alert, make.paper()), make.notice(desk.alerts()[1], make.paper()))
    with Session(desk.engine) as session:
        assert waiting_for(session, desk.subscriber()) == 2
    assert pause(desk.engine, desk.settings, link, paused=False)
    assert desk.subscriber().paused_at is None


def test_the_language_is_one_that_we_write_in(desk: Desk, link: str) -> None:
    assert set_language(desk.engine, desk.settings, link, "en")
    assert not set_language(desk.engine, desk.settings, link, "fr")
    assert (desk.subscriber().language, desk.subscriber(OTHER).language) == ("en", "de")


def test_deleting_leaves_nothing(desk: Desk, link: str) -> None:
    mail = make.alert_delivery(desk.subscriber())
    make.save(desk.engine, mail)
    make.save(desk.engine, make.notice(desk.alerts()[0], make.paper(), delivery=mail))
    assert delete_all(desk.engine, desk.settings, link)
    assert values(desk) == ["drei"]
    assert (desk.count(Subscriber), desk.count(AlertDelivery), desk.count(AlertNotice)) == (1, 0, 0)
    assert not delete_all(desk.engine, desk.settings, link)


def test_everything_that_is_kept_can_be_taken_along(desk: Desk, link: str) -> None:
    subscriber, alert, paper = desk.subscriber(), desk.alerts()[0], make.paper()
    mail = make.alert_delivery(subscriber, sent_at=desk.now, next_try=None)
    make.save(desk.engine, paper, mail)
    make.save(desk.engine, make.notice(alert, paper, delivery=mail))
    desk.follow(Target("paper", paper.id))
    waits = make.notice(alert, paper, key="waits", due_at=desk.now + timedelta(days=2))
    hook = {"kind": "webhook", "endpoint": "https://hook.example/", "endpoint_hash": "x", "secret": "geheim"}
    make.save(
        desk.engine,
        waits,
        AlertChannel(
            subscriber_id=subscriber.id, created_at=desk.now, failures=3, disabled_at=desk.now, seen=0, **hook
        ),
    )
    with Session(desk.engine) as session:
        content = json.loads(json.dumps(exported(session, subscriber)))
    assert (content["address"], content["language"], content["paused"]) == (READER, "de", None)
    assert [(one["target"], one["frequency"], one["weekday"]) for one in content["alerts"]] == [
        ("search:eins", "instant", None),
        ("search:zwei", "weekly", 0),
        (f"paper:{paper.key}", "instant", None),
    ]
    assert content["alerts"][2]["name"] == paper.name
    assert [(one["kind"], one["sent"]) for one in content["mails"]] == [("news", desk.now.isoformat())]
    assert {(one["alert"], one["id"], one["sent"]) for one in content["told"]} == {
        (alert.id, paper.id, desk.now.isoformat()),
        (alert.id, paper.id, None),
    }
    assert waits.due_at.isoformat() in [one["due"] for one in content["told"]]
    [channel] = content["channels"]
    assert (channel["verified"], channel["failures"], channel["disabled"]) == (None, 3, desk.now.isoformat())
    assert (content["bounces"], content["mails"][0]["next_try"]) == (0, None)
    assert "geheim" not in json.dumps(content)
    assert OTHER not in json.dumps(content)
    assert subscriber.nonce not in json.dumps(content)  # whoever finds the file cannot change anything by it


@ON_SQLITE
def test_a_link_that_others_know_is_made_void(desk: Desk, link: str) -> None:
    before, single = desk.subscriber().nonce, desk.alerts()[0].nonce
    fresh = renew(desk.engine, desk.settings, link)
    assert fresh is not None
    assert nonce_of(desk.settings, MANAGE, fresh) == desk.subscriber().nonce != before
    with Session(desk.engine) as session:
        for purpose in (MANAGE, FEED, END, CONFIRM):
            assert find_subscriber(session, desk.settings, purpose, desk.token(purpose, before)) is None
        assert find_alert(session, desk.settings, desk.token(UNSUBSCRIBE, single)) is not None
    assert renew(desk.engine, desk.settings, link) is None
    assert pause(desk.engine, desk.settings, fresh, paused=True)


@ON_SQLITE
def test_no_other_link_opens_it(desk: Desk, link: str) -> None:
    desk.ask("vier", "unconfirmed@example.org")
    nonce = desk.subscriber().nonce
    number = desk.alerts()[0].id
    unconfirmed = desk.token(MANAGE, desk.subscriber("unconfirmed@example.org").nonce)
    for wrong in (desk.token(FEED, nonce), desk.token(CONFIRM, nonce), link[:-1], "", "x" * 76, unconfirmed):
        assert not change_alert(desk.engine, desk.settings, wrong, number, frequency="daily", weekday=1)
        assert not end_alert(desk.engine, desk.settings, wrong, number)
        assert not pause(desk.engine, desk.settings, wrong, paused=True)
        assert not set_language(desk.engine, desk.settings, wrong, "en")
        assert not delete_all(desk.engine, desk.settings, wrong)
    assert len(values(desk)) == 4
