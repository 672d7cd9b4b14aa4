"""How much a matter weighs: what each signal adds, and that the parts are the whole."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.facts import Kind
from app.models import Blob, Mention
from app.queries.headlines import headlines, ranked
from app.queries.paths import consultation_path
from app.queries.weight import NOTHING, SHARES, Signal, Weight, amounts_of, is_routine, weigh
from tests import factories
from tests.app.queries.conftest import Counter

TODAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def weight(engine: Engine, session: Session) -> Any:
    """Give a function that saves a path of stations and weighs its paper."""

    def weight(*stations: dict[str, Any], amount: int | None = None) -> Weight:
        paper, council = factories.paper(), factories.organization(name="Rat")
        month_ago = TODAY - timedelta(days=30)
        told: list[dict[str, Any]] = [
            {"start": month_ago, "position": number} | station for number, station in enumerate(stations)
        ]
        rows = [factories.station(paper, council, **station) for station in told]
        factories.save(engine, paper, council, rows)
        session.rollback()
        return weigh(consultation_path(session, paper.id, today=TODAY), amount)

    return weight


def points(weight: Weight) -> dict[Signal, tuple[int, int]]:
    return {part.signal: (part.points, part.most) for part in weight.parts}


def test_every_signal_has_its_share(weight: Any) -> None:
    found = weight(
        {"role": "Vorberatung", "result": "vertagt"},
        {"role": "Vorberatung", "result": "7 Ja, 3 Nein, 0 Enthaltungen"},
        {"role": "Entscheidung", "result": "beschlossen"},
        amount=1_000_000_00,
    )
    assert points(found) == {
        Signal.MONEY: (26, 34),
        Signal.CONTENTION: (20, 24),
        Signal.BINDINGNESS: (22, 22),
        Signal.CONSULTATIONS: (13, 20),
    }
    assert found.points == 81
    assert sum(SHARES.values()) == 100


def test_a_missing_signal_is_no_zero(weight: Any) -> None:
    found = weight({"role": "Entscheidung", "result": "beschlossen"})
    assert points(found) == {Signal.BINDINGNESS: (52, 52), Signal.CONSULTATIONS: (0, 48)}
    assert weight({"role": "Entscheidung", "result": "einstimmig beschlossen"}).points < found.points
    assert weight() == NOTHING


def test_the_parts_are_the_whole_whatever_they_are(weight: Any) -> None:
    for amount in (None, 0, 1, 99_900, 123_456_789, 10**15):
        found = weight({"role": "Anhörung", "result": "5 Ja, 4 Nein, 2 Enthaltungen"}, {}, amount=amount)
        assert sum(part.points for part in found.parts) == found.points <= 100
        assert sum(part.most for part in found.parts) == 100
        assert all(0 <= part.points <= part.most for part in found.parts)


def test_advice_weighs_less_than_a_decision_and_a_notice_least(weight: Any) -> None:
    decision, advice, notice = (
        dict(points(weight(one)))[Signal.BINDINGNESS][0]
        for one in (
            {"role": "Entscheidung", "result": "beschlossen"},
            {"role": "Vorberatung", "result": "empfohlen"},
            {"role": "Kenntnisnahme", "result": "zur Kenntnis genommen"},
        )
    )
    assert decision > advice > notice


def test_what_was_only_noted_weighs_as_a_notice_whatever_it_was_meant_for(weight: Any) -> None:
    def effect(*stations: dict[str, Any]) -> bool | None:
        found: Weight = weight(*stations)
        return next(one.binding for one in found.parts if one.signal is Signal.BINDINGNESS)

    noted = {"role": "Entscheidung", "result": "zur Kenntnis genommen"}
    assert effect(noted) is None
    assert effect(noted, {"role": "Entscheidung"}) is True
    assert effect({"role": "Vorberatung", "result": "zur Kenntnis genommen"}, {"role": "Entscheidung"}) is True


@pytest.mark.parametrize(
    ("name", "routine"),
    [
        ("Genehmigung der Niederschrift vom 3. März", True),
        ("TOP 3: Mitteilungen der Verwaltung", True),
        ("Anfragen und Mitteilungen", True),
        ("Verschiedenes", True),
        ("Einwohnerfragestunde", True),
        ("Bekanntgabe der in nichtöffentlicher Sitzung gefassten Beschlüsse", True),
        (None, False),
        ("", False),
        ("Anfrage der SPD zu Bäumen", False),
        ("Bericht zur Verkehrslage", False),
        ("Ende des Pilotprojekts Radweg", False),
        ("Mitteilungen " * 2_000 + "x", False),
    ],
)
def test_what_every_agenda_has_is_routine(name: str | None, routine: bool) -> None:
    assert is_routine(name) is routine


def test_the_largest_sum_of_files_that_are_shown_counts(engine: Engine, session: Session) -> None:
    paper, other = factories.paper(), factories.paper()
    shown = factories.read_file("12.000 Euro und 90.000 Euro", of=paper)
    gone = factories.read_file("5.000.000 Euro", of=other, deleted=True)
    sums = [(shown, 12_000_00), (shown, 90_000_00), (gone, 5_000_000_00)]
    facts = [
        Mention(sha256=blob.sha256, page=1, start=place, end=place + 1, kind=Kind.AMOUNT, value=str(sum_), number=sum_)
        for place, (rows, sum_) in enumerate(sums)
        for blob in rows
        if isinstance(blob, Blob)
    ]
    factories.save(engine, paper, other, shown, gone, facts)
    assert amounts_of(session, [paper.id, other.id]) == {paper.id: 90_000_00}


def test_the_weightiest_comes_first_each_paper_once_and_routine_never(
    engine: Engine, session: Session, questions: Counter
) -> None:
    council, papers = factories.organization(name="Rat"), [factories.paper(name=f"Sache {n}") for n in range(4)]
    small, large, coming, minutes = papers
    minutes.name = "Genehmigung der Niederschrift"
    rows = [
        factories.station(small, council, TODAY - timedelta(days=2), result="einstimmig beschlossen", name="Klein"),
        factories.station(large, council, TODAY - timedelta(days=20), result="vertagt", name="Groß"),
        factories.station(large, council, TODAY - timedelta(days=9), result="6 Ja, 5 Nein", name="Groß", position=1),
        factories.station(coming, council, TODAY + timedelta(days=9), name="Kommt", role="Entscheidung"),
        factories.station(minutes, council, TODAY - timedelta(days=1), result="genehmigt", name=minutes.name),
    ]
    old = factories.station(coming, council, TODAY - timedelta(days=99), result="5 Ja, 5 Nein", name="Alt")
    factories.save(engine, council, papers, rows, old)
    with questions() as counted:
        chosen = ranked(session, TODAY, coming=False, limit=5)
        found, paths = headlines(session, chosen, today=TODAY)
    assert len(counted) <= 20
    assert [one.paper.name for one in found if one.paper] == ["Sache 1", "Sache 0"]
    assert found[0].weight.points > found[1].weight.points
    assert set(paths) == {small.id, large.id}
    ahead = ranked(session, TODAY, coming=True, limit=5)
    assert [one.paper.name for one in headlines(session, ahead, today=TODAY)[0] if one.paper] == ["Sache 2"]


def test_a_name_made_to_be_read_in_endless_ways_is_read_once() -> None:
    assert not is_routine("Bericht " + "vorsitz" * 1_000 + " x")
    assert is_routine("Bericht aus dem Ausschuss") is is_routine("Bericht aus dem Ausschuss.")
    assert is_routine("Bericht des Ausschussvorsitzenden")


def test_while_a_matter_goes_on_nothing_was_decided(engine: Engine, session: Session) -> None:
    council, going_on, over = (
        factories.organization(),
        factories.paper(name="Geht weiter"),
        factories.paper(name="Ist aus"),
    )
    advised = factories.station(going_on, council, TODAY - timedelta(days=2), result="einstimmig empfohlen")
    ahead = factories.station(
        going_on, council, TODAY + timedelta(days=9), position=1, role="Entscheidung", authoritative=True
    )
    factories.save(engine, council, [going_on, over], advised, ahead)
    assert [one.item_id for one in ranked(session, TODAY, coming=False, limit=5)] == [advised[1].id]

    done = factories.station(over, council, TODAY - timedelta(days=9), result="beschlossen", authoritative=True)
    factories.save(engine, done)
    session.rollback()  # and look again
    assert [one.item_id for one in ranked(session, TODAY, coming=False, limit=5)] == [done[1].id]
