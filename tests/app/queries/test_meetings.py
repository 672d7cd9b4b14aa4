from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.models import Meeting
from app.queries.agendas import agenda
from app.queries.calendar import entries_between, nearest_days, revisions, subscribed
from app.queries.meetings import (
    meeting_years,
    meetings,
    neighbours,
    past_meetings,
    upcoming_meetings,
)
from app.queries.outcomes import Outcome
from tests import factories
from tests.app.queries.conftest import Counter

TODAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_it_parts_what_comes_from_what_was(engine: Engine, session: Session) -> None:
    council, other = factories.organization(name="Rat"), factories.organization(name="noise")
    held = [factories.meeting(name=f"{days}", start=TODAY + timedelta(days=days)) for days in (-20, -2, 3, 30)]
    noise = factories.meeting(name="noise", start=TODAY + timedelta(days=1))
    factories.save(
        engine,
        [council, other, held, noise],
        [factories.link(meeting, "organization", council) for meeting in held],
        factories.link(noise, "organization", other),
        factories.meeting(name="withdrawn", start=TODAY + timedelta(days=1), deleted=True),
        factories.meeting(name="undated", start=None),
    )
    ahead = upcoming_meetings(session, organization=council.id, today=TODAY)
    assert [row.meeting.name for row in ahead] == ["3", "30"]
    assert [one.name for one in ahead[0].organizations] == ["Rat"]
    assert [row.meeting.name for row in past_meetings(session, today=TODAY)] == ["-2", "-20"]
    assert [row.meeting.name for row in upcoming_meetings(session, 1, today=TODAY)] == ["noise"]


def test_it_lists_all_with_the_undated_last(engine: Engine, session: Session) -> None:
    factories.save(
        engine,
        factories.meeting(name="undated", start=None),
        factories.meeting(name="2024", start=datetime(2024, 5, 1, 16, tzinfo=UTC)),
        factories.meeting(name="2026", start=datetime(2026, 5, 1, 16, tzinfo=UTC)),
    )
    assert [row.meeting.name for row in meetings(session).rows] == ["2026", "2024", "undated"]
    assert [row.meeting.name for row in meetings(session, year=2024).rows] == ["2024"]
    assert meeting_years(session) == {2026: 1, 2024: 1}


def test_a_month_is_one_on_german_clocks(engine: Engine, session: Session) -> None:
    # 1 July, 0:30 in Berlin, is still 30 June in UTC.
    factories.save(
        engine,
        factories.meeting(name="first night of July", start=datetime(2026, 6, 30, 22, 30, tzinfo=UTC)),
        factories.meeting(name="last evening of June", start=datetime(2026, 6, 30, 21, 30, tzinfo=UTC)),
        factories.meeting(name="September", start=datetime(2026, 9, 30, 16, 0, tzinfo=UTC)),
    )
    july, _ = entries_between(session, date(2026, 7, 1), date(2026, 8, 1))
    assert [row.meeting.name for row in july] == ["first night of July"]
    assert july[0].day == date(2026, 7, 1)
    assert nearest_days(session, date(2026, 7, 1), date(2026, 8, 1)) == (date(2026, 6, 30), date(2026, 9, 30))
    assert nearest_days(session, date(2026, 6, 1), date(2026, 7, 1)) == (None, date(2026, 7, 1))
    assert nearest_days(session, date(2026, 12, 1), date(2027, 1, 1)) == (date(2026, 9, 30), None)


def test_a_subscription_holds_two_years_and_counts_moves(engine: Engine, session: Session) -> None:
    place = factories.location()
    near, far = factories.meeting(start=TODAY), factories.meeting(start=TODAY + timedelta(days=400))
    factories.save(
        engine,
        [near, far, place, factories.link(near, "location", place)],
        factories.agenda_item(near, result="beschlossen"),
        factories.agenda_item(near, public=False),
        factories.change(near, "updated", fields=["start", "end"]),
        factories.change(near, "updated", fields=["name"]),
        factories.change(near, "updated", fields=["cancelled"]),
        factories.change(far, "updated", fields=["start"]),
    )
    [entry] = subscribed(session, TODAY)
    assert (entry.meeting.id, entry.items, entry.settled.decided) == (near.id, 1, 1)
    assert entry.row.location is not None
    assert revisions(session, [near.id]) == {near.id: 2}
    assert revisions(session, []) == {}


def test_of_too_many_meetings_a_subscription_holds_those_that_come_next(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {days: factories.meeting(start=TODAY + timedelta(days=days)) for days in (-200, -2, -1, 0, 3, 300)}
    factories.save(engine, list(held.values()))
    for most, days in ((2, [0, 3]), (3, [0, 3, 300]), (5, [-2, -1, 0, 3, 300]), (9, [*held])):
        monkeypatch.setattr("app.queries.calendar.MOST", most)
        expected = [held[one].id for one in days]
        assert [one.meeting.id for one in subscribed(session, TODAY)] == expected
        assert [one.meeting.id for one in subscribed(session, TODAY, only=[*expected, "other"])] == expected


def test_it_steps_from_meeting_to_meeting_of_one_organization(engine: Engine, session: Session) -> None:
    council, other = factories.organization(), factories.organization()
    first, second, third = (factories.meeting(start=TODAY + timedelta(days=days)) for days in (0, 10, 20))
    noise = factories.meeting(start=TODAY + timedelta(days=5))
    factories.save(
        engine,
        [council, other, first, second, third, noise],
        [factories.link(meeting, "organization", council) for meeting in (first, second, third)],
        factories.link(noise, "organization", other),
    )
    before, after = neighbours(session, second)
    assert (before and before.id, after and after.id) == (first.id, third.id)
    assert neighbours(session, factories.meeting(start=None)) == (None, None)


def test_an_agenda_keeps_its_order_and_joins_papers_results_and_files(engine: Engine, session: Session) -> None:
    meeting, paper = factories.meeting(), factories.paper()
    items = [factories.agenda_item(meeting, number=f"{n}", position=n) for n in (2, 0, 1)]
    items[0].result = "einstimmig beschlossen"
    stop = factories.consultation(paper, meeting, items[0])
    factories.save(
        engine,
        [meeting, paper, items, stop],
        factories.read_file("Beschluss", of=items[0], role="resolutionFile"),
        [factories.read_file(f"Anlage {n}", of=paper) for n in range(3)],
        factories.agenda_item(meeting, number="withdrawn", deleted=True),
        factories.agenda_item("https://other.example/meeting", number="noise"),
    )
    entries = agenda(session, meeting)
    assert [entry.item.number for entry in entries] == ["0", "1", "2"]
    last = entries[-1]
    assert last.outcome is Outcome.ACCEPTED
    assert [one.id for one in last.papers] == [paper.id]
    assert last.paper_files == 3
    assert [reference.role for reference in last.files] == ["resolutionFile"]


def test_an_item_behind_closed_doors_brings_nothing_along(engine: Engine, session: Session) -> None:
    meeting, secret = factories.meeting(), factories.paper(name="Grundstücksverkauf")
    item = factories.agenda_item(meeting, number="N 1", public=False, name="Grundstücksverkauf", result="beschlossen")
    factories.save(
        engine,
        [meeting, secret, item, factories.consultation(secret, meeting, item)],
        factories.read_file("geheim", of=item, role="resolutionFile"),
    )
    [entry] = agenda(session, meeting)
    assert entry.private
    assert (entry.papers, entry.files, entry.paper_files, entry.outcome) == ((), (), 0, None)


def test_an_agenda_of_thirty_costs_as_many_questions_as_one_of_one(
    engine: Engine, session: Session, questions: Counter
) -> None:
    def fill(size: int) -> Meeting:
        meeting = factories.meeting()
        rows = []
        for n in range(size):
            paper, item = factories.paper(), factories.agenda_item(meeting, position=n)
            rows += [paper, item, factories.consultation(paper, meeting, item)]
            rows += factories.read_file(f"{size} {n}", of=paper)
            rows += factories.read_file(f"{size} {n} item", of=item, role="resolutionFile")
        factories.save(engine, meeting, rows)
        return meeting

    short, long = fill(1), fill(30)
    with questions() as few:
        agenda(session, short)
    with questions() as many:
        assert len(agenda(session, long)) == 30
    count = [sum(statement.startswith("SELECT") for statement in noted) for noted in (few, many)]
    assert count[0] == count[1] <= 9
