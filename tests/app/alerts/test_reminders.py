"""The evening before a meeting: who is reminded of it, when, and once."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from app.alerts.reminders import remind
from app.config import Settings
from app.db import writing
from app.models import AlertNotice, Meeting, Subscriber
from tests import factories as make
from tests.app.alerts.happening import Town, short

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 12, 18, tzinfo=BERLIN)
EVENING = datetime(2026, 3, 11, 17, tzinfo=BERLIN)


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Town:
    return Town(engine, settings)


@pytest.fixture
def planned(town: Town) -> tuple[Any, Any, Any]:
    """A paper that is treated by a committee in a meeting: paper, committee, meeting."""
    paper, committee = make.paper(), make.organization()
    station = make.station(paper, committee, START)
    make.save(town.engine, paper, committee, station)
    return paper, committee, station[0]


def reminded(town: Town, moment: datetime) -> int:
    return remind(town.engine, moment)


def test_whoever_follows_what_is_treated_is_reminded_the_evening_before(town: Town, planned: Any) -> None:
    paper, committee, meeting = planned
    alerts = [
        town.follow("paper", paper.id, frequency="monthly"),
        town.follow("meeting", meeting.id, frequency="weekly"),
        town.follow("organization", committee.id, frequency="daily"),
    ]
    others = [
        town.follow("organization", committee.id, frequency="weekly"),
        town.follow("paper", "https://council.example/oparl/paper/0"),
        town.follow("body", make.BODY_ID),
        town.follow("paper", paper.id, confirmed_at=None),
        town.follow("paper", paper.id, paused_at=EVENING),
    ]
    assert reminded(town, EVENING - timedelta(minutes=1)) == 0
    assert reminded(town, EVENING) == 3
    assert [town.told(alert) for alert in alerts] == [[f"reminder {short(meeting)}"]] * 3
    assert [town.told(alert) for alert in others] == [[]] * 5
    assert reminded(town, EVENING + timedelta(hours=1)) == 0


def test_whoever_was_told_of_a_paper_is_reminded_if_they_hear_of_things_within_a_day(town: Town, planned: Any) -> None:
    paper, _, meeting = planned
    quick, slow = town.follow(), town.follow(frequency="weekly")
    stranger = town.follow(value="kita")
    town.tell(paper)
    town.match()
    assert reminded(town, EVENING) == 1
    assert set(town.told(quick)) == {f"new {short(paper)}", f"reminder {short(meeting)}"}
    assert town.told(slow) == [f"new {short(paper)}"]
    assert town.told(stranger) == []


def test_a_consultation_without_an_item_counts_too(town: Town) -> None:
    paper, meeting = make.paper(), make.meeting(start=START)
    make.save(town.engine, paper, meeting, make.consultation(paper, meeting))
    alert = town.follow("paper", paper.id)
    assert reminded(town, EVENING) == 1
    assert town.told(alert) == [f"reminder {short(meeting)}"]


def test_a_worker_that_was_away_reminds_until_the_meeting_begins(town: Town, planned: Any) -> None:
    town.follow("paper", planned[0].id)
    assert reminded(town, START) == 0
    assert reminded(town, START - timedelta(minutes=5)) == 1


@pytest.mark.parametrize("column", [{"cancelled": True}, {"deleted": True}])
def test_nobody_is_reminded_of_what_does_not_take_place(town: Town, planned: Any, column: dict[str, Any]) -> None:
    town.follow("paper", planned[0].id)
    with writing(town.engine) as session:
        session.execute(update(Meeting).values(**column))
    assert reminded(town, EVENING) == 0


def test_a_meeting_that_is_put_off_is_reminded_of_again(town: Town, planned: Any) -> None:
    alert = town.follow("paper", planned[0].id)
    assert reminded(town, EVENING) == 1
    with writing(town.engine) as session:
        session.execute(update(Meeting).values(start=START + timedelta(days=7)))
    assert reminded(town, EVENING + timedelta(hours=1)) == 0
    assert reminded(town, EVENING + timedelta(days=7)) == 1
    # The first was never mailed, and its meeting is over.
    assert len(town.told(alert)) == 1


def test_however_many_are_reminded_no_statement_is_too_long(town: Town, planned: Any) -> None:
    """PostgreSQL takes 65,535 parameters in one."""
    readers = [make.subscriber(id=number, address=f"{number}@example.org") for number in range(1, 1202)]
    make.save(town.engine, *readers)
    make.save(town.engine, *(make.alert(one, "paper", planned[0].id, id=one.id) for one in readers))
    longest = [0]

    def look(*asked: Any) -> None:
        _, _, _, parameters, _, many = asked
        longest.append(0 if many else len(parameters))

    event.listen(town.engine, "before_cursor_execute", look)
    assert reminded(town, EVENING) == 1201
    assert reminded(town, EVENING + timedelta(minutes=1)) == 0
    assert max(longest) <= 600


def test_whoever_begins_to_follow_later_saw_it_on_the_page(town: Town, planned: Any) -> None:
    town.follow("paper", planned[0].id, asked_at=EVENING + timedelta(minutes=10))
    assert reminded(town, EVENING + timedelta(hours=1)) == 0


def test_what_a_pause_outlived_is_let_go_of(town: Town, planned: Any) -> None:
    town.follow("paper", planned[0].id)
    assert reminded(town, EVENING) == 1
    with writing(town.engine) as session:
        session.execute(update(Subscriber).values(paused_at=EVENING))
    assert reminded(town, EVENING + timedelta(hours=37)) == 0
    with Session(town.engine) as session:
        assert session.scalars(select(AlertNotice)).all() == []
