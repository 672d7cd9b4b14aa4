"""Circles and streets: what is told of a place, once it is known where things are."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from app import changes as log
from app.alerts import matching
from app.alerts.targets import near_target
from app.config import Settings
from app.db import writing
from app.models import PaperPlace, Place
from tests import factories as make
from tests.app.alerts.happening import Town, short

COUNTS = {"papers": 1, "drawn": 1}


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Town:
    return Town(engine, settings)


def test_a_circle_is_told_of_papers_about_places_in_it(town: Town) -> None:
    here, far = make.paper(), make.paper(reference="2026/5")
    places = [
        Place(
            id=at, source_id=1, key=str(at), name=str(at), longitude=9.5 + 0.01 * at, latitude=51.5, papers=1, drawn=1
        )
        for at in (0, 2)
    ]
    about = [
        PaperPlace(paper_id=paper.id, place_id=place.id, drawn=True)
        for paper, place in zip((here, far), places, strict=True)
    ]
    make.save(town.engine, here, far, *places)
    make.save(town.engine, *about)
    alert = town.follow("near", near_target((9.505, 51.5), 500, "Markt").value)
    wide = town.follow("near", near_target((9.505, 51.5), 2000, "Markt").value)
    with writing(town.engine) as session:
        log.advance(session, "places:1", 99)
    town.tell(here)
    town.tell(far, "planned")
    town.match()
    assert town.told(alert) == [f"new {short(here)}"]
    assert town.told(wide) == [f"new {short(here)}", f"planned {short(far)}"]


def test_a_circle_waits_until_it_is_known_where_papers_are_but_not_for_ever(town: Town) -> None:
    paper = make.paper()
    place = Place(id=1, source_id=1, key="g", name="Gartenstraße", longitude=9.5, latitude=51.5, **COUNTS)
    make.save(town.engine, paper, place)
    alert, other = town.follow("near", near_target((9.5, 51.5), 250, "Markt").value), town.follow()
    town.tell(paper)
    town.match()
    assert town.told(alert) == []
    assert town.told(other) == [f"new {short(paper)}"]
    make.save(town.engine, PaperPlace(paper_id=paper.id, place_id=1, drawn=True))
    town.now += timedelta(hours=7)
    town.match()
    assert town.told(alert) == [f"new {short(paper)}"]


def test_a_search_for_a_street_waits_for_the_texts(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    plain = town.follow()
    streets = [town.follow(value=value) for value in ('place:"x"', '-place:"x" garten*', 'tempo AND (30 OR ort:"x")')]
    seq = town.tell(paper)
    monkeypatch.setattr(matching, "settled", lambda *_: seq - 1)
    town.match()
    assert town.told(plain) == [f"new {short(paper)}"]
    assert [town.told(alert) for alert in streets] == [[], [], []]
    monkeypatch.undo()
    town.match()
    assert [len(town.told(alert)) for alert in streets] == [0, 1, 1]
