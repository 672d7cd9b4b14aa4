from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.queries.outcomes import Outcome
from app.queries.paths import consultation_path
from app.queries.states import PaperState, Standing, is_binding, state_of, states_of
from tests import factories
from tests.app.queries.conftest import Counter

TODAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def ago(days: int) -> datetime:
    return TODAY - timedelta(days=days)


def defaults(position: int, station: dict[str, Any]) -> dict[str, Any]:
    return {"start": ago(30), "position": position} | station


@pytest.fixture
def stand(engine: Engine, session: Session) -> Any:
    """Give a function that saves a path of stations and says where its paper stands today."""

    def stand(*stations: dict[str, Any]) -> PaperState:
        paper, council = factories.paper(), factories.organization(name="Rat")
        rows = [
            factories.station(paper, council, **defaults(position, station))
            for position, station in enumerate(stations)
        ]
        factories.save(engine, paper, council, rows)
        session.rollback()  # an earlier question's snapshot would not see these rows
        return state_of(consultation_path(session, paper.id, today=TODAY), today=TODAY)

    return stand


def test_it_is_decided_by_the_authoritative_station(stand: Any) -> None:
    state = stand(
        {"start": ago(50), "result": "einstimmig empfohlen", "authoritative": False},
        {"start": ago(30), "result": "mehrheitlich beschlossen", "authoritative": True},
        {"start": ago(10), "result": "zur Kenntnis genommen", "authoritative": False},
    )
    assert state.standing is Standing.DECIDED
    assert state.station.start == ago(30)
    assert state.outcome is Outcome.ACCEPTED
    assert not state.open


def test_it_is_rejected_by_the_role_that_decides(stand: Any) -> None:
    state = stand({"role": "Entscheidung", "result": "mehrheitlich abgelehnt"})
    assert (state.standing, state.outcome) == (Standing.DECIDED, Outcome.REJECTED)


def test_it_is_not_decided_while_the_deciding_station_is_ahead(stand: Any) -> None:
    state = stand(
        {"start": ago(40), "result": "vertagt"},
        {"start": ago(20), "role": "Vorberatung", "result": "einstimmig empfohlen"},
        {"start": ago(-10), "role": "Entscheidung"},
    )
    assert state.standing is Standing.PLANNED
    assert state.station.start == ago(-10)
    assert state.deferred == 1
    assert state.open


def test_it_is_decided_again_when_a_binding_station_lies_ahead(stand: Any) -> None:
    state = stand(
        {"start": ago(40), "role": "Entscheidung", "result": "beschlossen"},
        {"start": ago(-10), "role": "Entscheidung"},
    )
    assert state.standing is Standing.PLANNED


def test_it_stays_decided_when_only_a_notice_lies_ahead(stand: Any) -> None:
    state = stand(
        {"start": ago(40), "role": "Entscheidung", "result": "beschlossen"},
        {"start": ago(-10), "role": "Kenntnisnahme"},
    )
    assert state.standing is Standing.DECIDED


def test_who_is_only_told_decides_nothing_though_the_server_calls_it_authoritative(stand: Any) -> None:
    state = stand({"start": ago(-9), "role": "Kenntnisnahme", "authoritative": True})
    assert (state.standing, is_binding(state.station)) == (Standing.PLANNED, False)
    both = stand({"start": ago(-9), "role": "Kenntnisnahme und Beschlussfassung", "authoritative": True})
    assert is_binding(both.station)


def test_a_recommendation_is_no_decision(stand: Any) -> None:
    assert stand({"role": "Vorberatung", "result": "einstimmig"}).standing is Standing.RECOMMENDED
    assert stand({"role": None, "result": "einstimmig empfohlen"}).standing is Standing.RECOMMENDED
    assert stand({"role": None, "authoritative": False, "result": "beschlossen"}).standing is Standing.RECOMMENDED


def test_a_result_without_any_role_is_taken_as_the_decision(stand: Any) -> None:
    assert stand({"role": None, "result": "einstimmig, 0 Enthaltungen"}).standing is Standing.DECIDED


def test_a_report_is_done_with_once_it_was_noted(stand: Any) -> None:
    state = stand({"role": "Kenntnisnahme", "result": "zur Kenntnis genommen"})
    assert (state.standing, state.outcome) == (Standing.DECIDED, Outcome.NOTED)


@pytest.mark.parametrize(
    ("result", "standing"),
    [
        ("vertagt", Standing.DEFERRED),
        ("verwiesen in den Hauptausschuss", Standing.REFERRED),
        ("zurückgezogen", Standing.WITHDRAWN),
        ("ohne Beschluss", Standing.UNRESOLVED),
        ("siehe Anlage", Standing.OTHER),
    ],
)
def test_it_tells_how_the_last_station_ended(stand: Any, result: str, standing: Standing) -> None:
    assert stand({"result": result}).standing is standing


def test_it_counts_deferrals(stand: Any) -> None:
    state = stand(
        {"start": ago(90), "result": "vertagt"},
        {"start": ago(60), "result": "zurückgestellt"},
        {"start": ago(30), "result": "vertagt"},
    )
    assert (state.standing, state.deferred) == (Standing.DEFERRED, 3)


def test_minutes_are_awaited_for_sixty_days(stand: Any) -> None:
    awaited, unreported = stand({"start": ago(34)}), stand({"start": ago(61)})
    assert (awaited.standing, awaited.days) == (Standing.AWAITED, 34)
    assert (unreported.standing, unreported.days) == (Standing.UNREPORTED, 61)


def test_a_cancelled_meeting_counts_for_nothing(engine: Engine, session: Session) -> None:
    paper, council = factories.paper(), factories.organization()
    rows = factories.station(paper, council, ago(-10))
    rows[0].cancelled = True
    factories.save(engine, paper, council, rows)
    state = state_of(consultation_path(session, paper.id, today=TODAY), today=TODAY)
    assert state.standing is Standing.UNSCHEDULED


def test_it_says_nothing_of_what_happened_behind_closed_doors(stand: Any) -> None:
    state = stand({"public": False, "result": "beschlossen", "name": "Grundstücksverkauf"})
    assert state.standing is Standing.PRIVATE
    assert state.station.agenda_item is None
    assert state.outcome is None


def test_a_paper_without_consultations_is_unscheduled(stand: Any) -> None:
    assert stand().standing is Standing.UNSCHEDULED


def test_many_states_cost_as_many_questions_as_one(engine: Engine, session: Session, questions: Counter) -> None:
    papers, council = [factories.paper() for _ in range(30)], factories.organization()
    factories.save(
        engine, council, papers, [factories.station(paper, council, ago(9), result="vertagt") for paper in papers]
    )
    with questions() as one:
        states_of(session, papers[:1], today=TODAY)
    session.expire_all()
    with questions() as many:
        states = states_of(session, papers, today=TODAY)
    assert len(states) == 30
    assert {state.standing for state in states.values()} == {Standing.DEFERRED}
    assert len([s for s in many if s.startswith("SELECT")]) == len([s for s in one if s.startswith("SELECT")]) <= 6
