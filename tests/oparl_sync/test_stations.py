"""Consultations that share an id: each survives, keeps its name, and is its own paper's, however they come."""

import json
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.models import AgendaItem, Change, Consultation, Paper, Problem
from app.queries.agendas import papers_of_items
from app.queries.paths import consultation_path
from oparl_sync.store import Counts
from tests.oparl_sync.council import Council, save, thing, url

EARLY, LATE = "2026-08-07T08:58:06+02:00", "2026-08-28T10:36:40+02:00"


def station(item: int, created: str | None = None, **properties: Any) -> dict[str, Any]:
    """Build consultation 1 on an agenda item."""
    stamps = {"created": created, "modified": created} if created else {}
    return thing(
        "Consultation", 1, agendaItem=url("AgendaItem", item), meeting=url("Meeting", item), **stamps, **properties
    )


def paper(number: int, *stations: dict[str, Any]) -> dict[str, Any]:
    return thing("Paper", number, name=f"Antrag {number}", consultation=list(stations))


def alone(number: int, one: dict[str, Any]) -> dict[str, Any]:
    return one | {"paper": url("Paper", number)}


def found(session: Session) -> dict[tuple[str, str], str]:
    """Return the ids of consultations by paper and agenda item."""
    session.rollback()
    rows = session.scalars(select(Consultation).where(Consultation.deleted.is_(False)))
    return {((c.paper_id or "")[-1:], (c.agenda_item_id or "")[-1:]): c.id for c in rows}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
@pytest.mark.parametrize("together", [True, False])
def test_two_papers_share_an_id(engine: Engine, session: Session, order: tuple[int, int], together: bool) -> None:
    papers = {number: paper(number, station(number)) for number in (1, 2)}
    pages = [[papers[n] for n in order]] if together else [[papers[n]] for n in order]
    for page in pages:
        save(engine, page, "Paper")
    first = found(session)
    assert set(first) == {("1", "1"), ("2", "2")}
    assert sorted("#" in one for one in first.values()) == [False, True]
    if not together:
        assert first[str(order[0]), str(order[0])] == url("Consultation")
    before = session.scalar(select(func.count(Change.seq)))
    for again in permutations(papers.values()):  # also in the other order, and one by one
        assert save(engine, list(again), "Paper").created == 0
        for one in again:
            assert save(engine, [one], "Paper") == Counts(unchanged=2)
    for again in permutations([alone(1, station(1)), alone(2, station(2))]):
        assert save(engine, list(again), "Consultation") == Counts(unchanged=2)
        for one in again:
            assert save(engine, [one], "Consultation") == Counts(unchanged=1)
    assert found(session) == first
    assert session.scalar(select(func.count(Change.seq))) == before
    for number in (1, 2):
        path = consultation_path(session, url("Paper", number))
        assert [s.consultation.agenda_item_id for s in path.stations] == [url("AgendaItem", number)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_paper_has_several_under_one_id_in_any_order(
    engine: Engine, session: Session, order: tuple[int, ...]
) -> None:
    stations = [station(1, EARLY), station(2, LATE), station(3, LATE)]
    save(engine, [paper(1, *stations)], "Paper")
    first = found(session)
    assert (len(first), first["1", "1"]) == (3, url("Consultation"))
    changes = session.scalar(select(func.count(Change.seq)))
    counts = save(engine, [paper(1, *(stations[place] for place in order))], "Paper")
    assert (counts.created, counts.deleted, found(session)) == (0, 0, first)
    rows = session.scalars(select(Consultation).order_by(Consultation.position))
    assert [(c.agenda_item_id or "")[-1] for c in rows] == [str(place + 1) for place in order]
    if order == (0, 1, 2):
        assert session.scalar(select(func.count(Change.seq))) == changes


def test_the_first_keeps_its_id_when_a_second_comes_to_it(engine: Engine, session: Session) -> None:
    save(engine, [paper(1, station(2, EARLY))], "Paper")
    save(engine, [paper(1, station(1, LATE), station(2, EARLY))], "Paper")
    assert found(session)["1", "2"] == url("Consultation")
    save(engine, [paper(1, station(1, LATE))], "Paper")  # the older one goes, the other stays what it is
    assert found(session)["1", "1"].startswith(f"{url('Consultation')}#")


def test_without_stamps_the_first_that_was_stored_keeps_its_id(engine: Engine, session: Session) -> None:
    save(engine, [paper(1, station(2))], "Paper")
    save(engine, [paper(1, station(1), station(2), station(3))], "Paper")
    ids = found(session)
    assert (len(ids), ids["1", "2"]) == (3, url("Consultation"))
    assert save(engine, [paper(1, station(3), station(2), station(1))], "Paper").created == 0
    assert found(session) == ids


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_two_papers_have_several_under_one_id(engine: Engine, session: Session, order: tuple[int, ...]) -> None:
    stations = [station(1), station(2), station(3), station(4)]
    both = [paper(1, *stations[:2]), paper(2, *stations[2:])]
    for one in both if order < (2,) else both[::-1]:
        save(engine, [one], "Paper")
    first = found(session)
    assert set(first) == {("1", "1"), ("1", "2"), ("2", "3"), ("2", "4")}
    assert len(set(first.values())) == 4
    mixed = [stations[place] for place in order]
    again = [paper(n, *(one for one in mixed if one in mine)) for n, mine in ((2, stations[2:]), (1, stations[:2]))]
    assert save(engine, again, "Paper").created == 0
    assert found(session) == first
    later = [paper(1, station(5), *stations[:2]), paper(2, station(6), *stations[2:])]
    save(engine, later, "Paper")
    more = found(session)
    assert len(more) == len(set(more.values())) == 6
    assert first.items() <= more.items()


def test_a_list_tells_them_apart_before_any_paper_does(engine: Engine, session: Session) -> None:
    entries = [alone(1, station(1, EARLY)), alone(1, station(2, LATE)), alone(2, station(3, LATE))]
    for one in entries:
        save(engine, [one], "Consultation")
    ids = found(session)
    assert set(ids) == {("1", "1"), ("1", "2"), ("2", "3")}
    for one in reversed(entries):
        assert save(engine, [one], "Consultation") == Counts(unchanged=1)
    save(engine, [paper(2, station(3, LATE)), paper(1, station(2, LATE), station(1, EARLY))], "Paper")
    assert found(session) == ids


@pytest.mark.parametrize("listed", [True, False])
def test_one_that_is_put_on_another_agenda_stays_itself(engine: Engine, session: Session, listed: bool) -> None:
    save(engine, [paper(1, station(1, EARLY))], "Paper")
    if listed:
        save(engine, [alone(1, station(2, EARLY))], "Consultation")
    else:
        save(engine, [paper(1, station(2, EARLY))], "Paper")
    assert found(session) == {("1", "2"): url("Consultation")}


def test_sparse_copies_are_the_same_consultation(engine: Engine, session: Session) -> None:
    save(engine, [paper(1, thing("Consultation", 1, role="Vorberatung"))], "Paper")
    save(engine, [alone(1, station(1, EARLY))], "Consultation")
    assert save(engine, [paper(1, thing("Consultation", 1, role="Vorberatung"))], "Paper").created == 0
    assert found(session) == {("1", "1"): url("Consultation")}


def test_the_same_twice_is_one(engine: Engine, session: Session) -> None:
    save(engine, [paper(1, station(1), station(1)), paper(1, station(1))], "Paper")
    assert len(found(session)) == 1


def test_a_server_that_moves_to_https_doubles_none(engine: Engine, session: Session) -> None:
    papers = [paper(1, station(1), station(2)), paper(2, station(3))]
    save(engine, papers, "Paper")
    plain = json.loads(json.dumps(papers).replace("https://rat", "http://rat"))
    assert save(engine, plain, "Paper").created == 0
    assert len(found(session)) == 3


def test_a_tombstone_takes_the_id_it_names(engine: Engine, session: Session) -> None:
    save(engine, [paper(1, station(1)), paper(2, station(2))], "Paper")
    save(engine, [thing("Consultation", 1, deleted=True)], "Consultation")
    assert list(found(session)) == [("2", "2")]
    assert session.scalar(select(func.count(Problem.id))) == 0


def test_agendas_show_the_paper_that_names_the_item(engine: Engine, session: Session) -> None:
    items = [thing("AgendaItem", number, consultation=url("Consultation")) for number in (1, 2)]
    save(engine, [thing("Meeting", 1, agendaItem=items)], "Meeting")
    save(engine, [paper(1, station(1)), paper(2, station(2))], "Paper")
    rows = session.scalars(select(AgendaItem).order_by(AgendaItem.id)).all()
    shown = papers_of_items(session, rows)
    assert {item: [one.name for one in papers] for item, papers in shown.items()} == {
        url("AgendaItem", 1): ["Antrag 1"],
        url("AgendaItem", 2): ["Antrag 2"],
    }


def test_a_council_of_which_every_id_is_shared_is_read_twice_alike(engine: Engine, session: Session) -> None:
    council = Council()
    council.lists |= {
        "paper": [paper(n, station(n), station(n + 4)) for n in range(1, 5)],
        "consultation": [alone(n, station(place)) for n in range(1, 5) for place in (n, n + 4)][::-1],
    }
    assert council.mirror(engine)[1] == []
    assert len(found(session)) == 8
    first, before = found(session), session.scalar(select(func.count(Change.seq)))
    counts, failures = council.mirror(engine, full=True)
    assert (failures, counts.created, counts.updated, counts.deleted) == ([], 0, 0, 0)
    assert found(session) == first
    assert session.scalar(select(func.count(Change.seq))) == before
    assert {p.name for p in session.scalars(select(Paper))} == {f"Antrag {n}" for n in range(1, 5)}


def test_one_that_comes_twice_on_another_agenda_is_still_one(engine: Engine, session: Session) -> None:
    save(engine, [paper(1, station(1))], "Paper")
    save(engine, [paper(1, station(2), station(2)), paper(1, station(2))], "Paper")
    assert found(session) == {("1", "2"): url("Consultation")}
