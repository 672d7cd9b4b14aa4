"""When things are told: rhythms, quiet hours, two mails a day, pauses; one mail for all that is due."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.alerts import bundling, subscribing
from app.alerts.bundling import bundle, due_at, slot_before
from app.alerts.ending import end
from app.alerts.quiet import is_quiet
from app.alerts.targets import search_target
from app.config import Settings
from app.db import writing
from app.models import Alert, AlertChannel, AlertDelivery, AlertNotice, ChannelDelivery, Subscriber
from tests import factories as make
from tests.app.alerts.happening import Town

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds have none


def at(text: str) -> datetime:
    """Read a moment as clocks in Germany show it."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("frequency", "weekday", "happened", "due"),
    [
        ("instant", 4, "2026-03-02 23:00", "2026-03-02 23:00"),
        ("daily", 4, "2026-03-02 07:59", "2026-03-02 08:00"),
        ("daily", 4, "2026-03-02 08:00", "2026-03-02 08:00"),
        ("daily", 4, "2026-03-02 08:01", "2026-03-03 08:00"),
        ("weekly", 4, "2026-03-02 12:00", "2026-03-06 08:00"),
        ("weekly", 0, "2026-03-02 07:00", "2026-03-02 08:00"),
        ("weekly", 0, "2026-03-02 09:00", "2026-03-09 08:00"),
        ("monthly", 4, "2026-03-01 07:00", "2026-03-01 08:00"),
        ("monthly", 4, "2026-03-01 08:30", "2026-04-01 08:00"),
        ("monthly", 4, "2026-12-02 12:00", "2027-01-01 08:00"),
        # Clocks are changed in between: it is eight all the same.
        ("daily", 4, "2026-03-28 09:00", "2026-03-29 08:00"),
        ("weekly", 6, "2026-10-20 09:00", "2026-10-25 08:00"),
    ],
)
def test_each_rhythm_has_its_hour(frequency: str, weekday: int, happened: str, due: str) -> None:
    assert due_at(frequency, weekday, at(happened)) == at(due)


def test_an_unknown_rhythm_is_refused() -> None:
    with pytest.raises(ValueError, match="hourly"):
        due_at("hourly", 4, at("2026-03-02 09:00"))


@given(moment=MOMENTS, frequency=st.sampled_from(["daily", "weekly", "monthly"]), weekday=st.integers(0, 6))
def test_what_is_due_is_due_at_the_first_such_hour(moment: datetime, frequency: str, weekday: int) -> None:
    due = due_at(frequency, weekday, moment)
    there = due.astimezone(BERLIN)
    assert moment <= due
    assert (there.hour, there.minute) == (8, 0)
    assert frequency != "weekly" or there.weekday() == weekday
    assert frequency != "monthly" or there.day == 1
    before = due_at(frequency, weekday, due + timedelta(seconds=1))
    assert before > due
    assert due_at(frequency, weekday, moment.astimezone(BERLIN)) == due
    longest = {"daily": 1, "weekly": 7, "monthly": 31}[frequency]
    assert due - moment < timedelta(days=longest, hours=2)


@given(moment=MOMENTS)
def test_the_slot_before_is_the_last_one(moment: datetime) -> None:
    slot = slot_before(moment)
    assert slot <= moment < due_at("daily", 0, slot + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("06:59", True), ("07:00", False), ("20:59", False), ("21:00", True), ("00:00", True), ("12:00", False)],
)
def test_nights_are_quiet(clock: str, quiet: bool) -> None:
    assert is_quiet(at(f"2026-07-01 {clock}")) is quiet


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Town:
    return Town(engine, settings)


def wait(town: Town, alert: Any, count: int = 1, *, kind: str = "new", due: datetime | None = None) -> None:
    """Have so many things wait to be told."""
    papers = [make.paper(reference=f"2026/{make.records.number()}") for _ in range(count)]
    make.save(town.engine, *papers)
    make.save(town.engine, *(make.notice(alert, one, kind, due_at=due or town.now) for one in papers))


def mails(town: Town) -> list[tuple[str, int]]:
    """Return of each mail its kind, and how many things it tells."""
    with Session(town.engine) as session:
        rows = session.scalars(select(AlertDelivery).order_by(AlertDelivery.id)).all()
        told = list(session.scalars(select(AlertNotice.delivery_id)))
        return [(row.kind, told.count(row.id)) for row in rows]


def deliver(town: Town) -> None:
    with writing(town.engine) as session:
        session.execute(update(AlertDelivery).values(sent_at=town.now, next_try=None, attempts=1))


def test_all_that_is_due_to_somebody_goes_in_one_mail(town: Town) -> None:
    first = town.follow()
    second = make.alert(first.subscriber_id, "paper", "x")
    make.save(town.engine, second)
    other = town.follow()
    wait(town, first, 2)
    wait(town, second)
    wait(town, second, due=town.now + timedelta(hours=1))
    wait(town, other)
    assert bundle(town.engine, town.settings, town.now) == 2
    assert mails(town) == [("news", 3), ("news", 1)]
    assert bundle(town.engine, town.settings, town.now) == 0


def test_at_night_nothing_is_made(town: Town) -> None:
    wait(town, town.follow())
    night = at("2026-03-02 23:30")
    assert bundle(town.engine, town.settings, night) == 0
    assert bundle(town.engine, town.settings, at("2026-03-03 07:00")) == 1


def test_two_mails_a_day_and_the_rest_in_one_the_next_morning(town: Town) -> None:
    alert = town.follow()
    for _ in range(4):
        wait(town, alert)
        bundle(town.engine, town.settings, town.now)
        deliver(town)
        town.now += timedelta(hours=1)
    assert mails(town) == [("news", 1), ("news", 1)]
    assert bundle(town.engine, town.settings, at("2026-03-03 06:59")) == 0
    bundle(town.engine, town.settings, at("2026-03-03 07:00"))
    assert mails(town) == [("news", 1), ("news", 1), ("news", 2)]


def test_the_day_of_the_budget_is_the_one_in_germany(town: Town) -> None:
    alert = town.follow()
    for moment in ("2026-07-01 07:10", "2026-07-01 20:50", "2026-07-01 20:55", "2026-07-02 07:10"):
        wait(town, alert, due=at(moment))
        bundle(town.engine, town.settings, at(moment))
        deliver(town)
    assert mails(town) == [("news", 1), ("news", 1), ("news", 2)]


def test_reminders_are_a_mail_of_their_own_and_cost_nothing(town: Town) -> None:
    alert = town.follow()
    for _ in range(2):
        wait(town, alert)
        bundle(town.engine, town.settings, town.now)
        deliver(town)
    wait(town, alert)
    wait(town, alert, 2, kind="reminder")
    assert bundle(town.engine, town.settings, town.now) == 1
    assert mails(town) == [("news", 1), ("news", 1), ("reminder", 2)]


def test_whoever_pauses_gets_what_happened_meanwhile_in_one_mail(town: Town) -> None:
    alert = town.follow()
    for paused in (town.now, town.now, None):
        with writing(town.engine) as session:
            session.execute(update(Subscriber).values(paused_at=paused))
        wait(town, alert)
        bundle(town.engine, town.settings, town.now)
    assert mails(town) == [("news", 3)]


def test_as_long_as_a_mail_is_on_its_way_no_other_is_made(town: Town) -> None:
    alert = town.follow()
    wait(town, alert)
    bundle(town.engine, town.settings, town.now)
    wait(town, alert, 2)
    assert bundle(town.engine, town.settings, town.now + timedelta(hours=3)) == 0
    with writing(town.engine) as session:
        session.execute(update(AlertDelivery).values(next_try=None, error="given up"))
    bundle(town.engine, town.settings, town.now + timedelta(days=3))
    assert mails(town) == [("news", 1), ("news", 2)]


def test_what_was_told_before_may_be_told_again(town: Town) -> None:
    alert = town.follow()
    wait(town, alert)
    for _ in range(2):
        assert bundle(town.engine, town.settings, town.now) == 1
        deliver(town)
        with writing(town.engine) as session:  # the very same notices, as those of a file that was gone in between
            session.execute(update(AlertNotice).values(delivery_id=None))
    with Session(town.engine) as session:
        assert len(set(session.scalars(select(AlertDelivery.message_id)))) == 2


def test_a_mail_in_place_of_one_that_was_given_up_has_its_name(town: Town) -> None:
    wait(town, town.follow())
    bundle(town.engine, town.settings, town.now)
    with Session(town.engine) as session:
        name = session.scalars(select(AlertDelivery.message_id)).one()
    with writing(town.engine) as session:
        session.execute(update(AlertDelivery).values(next_try=None, message_id="given up"))
        session.execute(update(AlertNotice).values(delivery_id=None))
    assert bundle(town.engine, town.settings, town.now) == 1
    with Session(town.engine) as session:
        assert session.scalars(select(AlertDelivery.message_id).order_by(AlertDelivery.id)).all() == ["given up", name]


def test_an_id_that_was_an_alerts_is_no_others(town: Town) -> None:
    def ask(text: str) -> Any:
        subscribing.subscribe(town.engine, town.settings, "reader@example.org", search_target(text), "de")
        with Session(town.engine) as session:
            return session.scalars(select(Alert).where(Alert.value == text)).one()

    ask("kita")
    second = ask("gartenstraße")
    with writing(town.engine) as session:
        end(session, session.get_one(Alert, second.id))
    assert ask("brücke").id > second.id


def test_nobody_who_is_not_confirmed_is_written_to(town: Town) -> None:
    wait(town, town.follow(confirmed_at=None))
    assert bundle(town.engine, town.settings, town.now) == 0


def test_a_pass_that_breaks_off_makes_no_mail_twice(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        wait(town, town.follow(), 2)
    monkeypatch.setattr(bundling, "TOGETHER", 1)
    whole, strikes = subscribing.delivery, iter([0, 1])

    def breaking(*given: Any) -> Any:
        if next(strikes):
            raise KeyboardInterrupt
        return whole(*given)

    monkeypatch.setattr(bundling, "delivery", breaking)
    with pytest.raises(KeyboardInterrupt):
        bundle(town.engine, town.settings, town.now)
    monkeypatch.undo()
    assert mails(town) == [("news", 2)]
    bundle(town.engine, town.settings, town.now)
    assert mails(town) == [("news", 2)] * 3


def test_browsers_are_owed_a_push_in_the_transaction_that_makes_the_mail(town: Town) -> None:
    alert, mailed = town.follow(), town.follow()
    usual: dict[str, Any] = {
        "endpoint": "https://push.example/",
        "endpoint_hash": "",
        "secret": "",
        "created_at": town.now,
    }
    browser = AlertChannel(subscriber_id=alert.subscriber_id, kind="push", failures=0, seen=0, **usual)
    make.save(town.engine, browser)
    wait(town, alert, 2)
    wait(town, mailed, 1)
    assert bundle(town.engine, town.settings, town.now) == 2
    with Session(town.engine) as session:
        (push,) = session.scalars(select(ChannelDelivery))
        noted = session.execute(
            select(AlertNotice.alert_id, AlertNotice.key, AlertNotice.delivery_id)
            .where(AlertNotice.alert_id == alert.id)
            .order_by(AlertNotice.seq)
        ).all()
        assert push.key == f"mail:{noted[0].delivery_id}"
        assert push.notices == [[one.alert_id, one.key] for one in noted]
    assert bundle(town.engine, town.settings, town.now) == 0
    with Session(town.engine) as session:
        assert len(session.scalars(select(ChannelDelivery)).all()) == 1
