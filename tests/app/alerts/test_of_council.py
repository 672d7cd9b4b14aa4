"""What is followed in the portal of one council is of that council, however it was asked for."""

from random import Random

import pytest
from sqlalchemy import Engine

from app import changes as log
from app.alerts.targets import (
    BODY,
    Target,
    TargetError,
    circle_of,
    near_target,
    of_council,
    search_target,
)
from app.config import Settings
from app.db import writing
from app.models import PaperPlace, Place
from search import BadQuery, parse_query
from tests import factories as make
from tests.app.alerts.happening import Town, short
from tests.search.storms import storm

OURS, THEIRS = "musterstadt", "fremdstadt"
WORDS = ("gartenstraße", "umbau", "rat", "tempo 30", "radweg")
ASKED = (
    "gartenstraße",
    "gartenstraße body:musterstadt",
    "gartenstraße OR body:musterstadt",
    "gartenstraße OR",
    "(gartenstraße body:musterstadt) OR gartenstraße",
    "gartenstraße -body:musterstadt",
    "gartenstraße NOT body:musterstadt",
    'gartenstraße OR "body:musterstadt"',
    "gartenstraße body:musterstadt-x",
    "gartenstraße body:fremdstadt",
    "gartenstraße body:fremdstadt body:musterstadt",
    "gartenstraße body:(fremdstadt OR musterstadt) jahr:2026",
    "gartenstraße stadt:fremdstadt",
    "NOT (gartenstraße body:musterstadt)",
    '"body:musterstadt gartenstraße" OR gartenstraße OR (gartenstraße',
    '-"body:musterstadt',
    "year:2026",
)


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Town:
    """Give two councils."""
    built = Town(engine, settings)
    make.save(engine, make.source(id=2, slug=THEIRS, url="https://fremd.example/system"))
    make.save(engine, make.body(id="https://fremd.example/oparl/body", source_id=2))
    return built


def is_narrowed(text: str) -> bool:
    return parse_query("", chosen={BODY: (OURS,)}).filters[0] in parse_query(text).filters


@pytest.mark.parametrize("asked", ASKED)
def test_a_search_is_narrowed_whatever_it_says_of_councils(asked: str) -> None:
    kept = of_council(search_target(asked), OURS)
    assert is_narrowed(kept.value)
    assert of_council(kept, OURS) == kept
    assert search_target(kept.value) == kept


def test_whatever_can_be_typed_is_narrowed_or_refused() -> None:
    random, narrowed = Random(7), 0
    for _ in range(1_500):
        typed = storm(random, WORDS)
        try:
            kept = of_council(search_target(f"{typed} {random.choice(ASKED)}"), OURS)
        except BadQuery:
            continue
        assert is_narrowed(kept.value), typed
        narrowed += 1
    assert narrowed > 300


def test_a_search_is_told_of_this_council_alone(town: Town) -> None:
    ours = make.paper()
    theirs = make.paper(
        id="https://fremd.example/oparl/paper/1", source_id=2, body_id="https://fremd.example/oparl/body"
    )
    make.save(town.engine, ours, theirs)
    kept = {asked: town.follow(value=of_council(search_target(asked), OURS).value) for asked in ASKED}
    for row in (ours, theirs):
        town.tell(row)
    assert town.match().failed == 0
    told = {asked: town.told(alert) for asked, alert in kept.items()}
    assert not any(f"new {short(theirs)}" in some for some in told.values())
    assert told["gartenstraße"] == told["gartenstraße OR body:musterstadt"] == [f"new {short(ours)}"]
    assert told["gartenstraße body:(fremdstadt OR musterstadt) jahr:2026"] == [f"new {short(ours)}"]


def test_a_circle_is_told_of_this_council_alone(town: Town) -> None:
    ours = make.paper()
    theirs = make.paper(
        id="https://fremd.example/oparl/paper/1", source_id=2, body_id="https://fremd.example/oparl/body"
    )
    spot = {"key": "g", "name": "Gartenstraße", "longitude": 9.5, "latitude": 51.5, "papers": 1, "drawn": 1}
    make.save(town.engine, ours, theirs, *(Place(id=one, source_id=one, **spot) for one in (1, 2)))
    make.save(
        town.engine,
        *(PaperPlace(paper_id=one.id, place_id=one.source_id, drawn=True) for one in (ours, theirs)),
    )
    circle = near_target((9.5, 51.5), 500, "Markt, @fremdstadt")
    of_all, of_ours = town.follow("near", circle.value), town.follow("near", of_council(circle, OURS).value)
    of_nobody = town.follow("near", of_council(circle, "nirgends").value)
    with writing(town.engine) as session:
        log.advance(session, "places:1", 99)
    for row in (ours, theirs):
        town.tell(row)
    town.match()
    assert town.told(of_all) == [f"new {short(ours)}", f"new {short(theirs)}"]
    assert town.told(of_ours) == [f"new {short(ours)}"]
    assert town.told(of_nobody) == []


def test_the_council_of_a_circle_cannot_be_written_away() -> None:
    circle = Target("near", f"51.50000,9.50000,500@{THEIRS},Markt,@{THEIRS}")
    kept = of_council(circle, OURS)
    assert kept.value.startswith(f"51.50000,9.50000,500@{OURS},Markt,")
    assert circle_of(kept).council == OURS
    assert circle_of(near_target((9.5, 51.5), 500, f"@{OURS}")).council == ""
    for wrong in ("500@", "500@x,y", "500@A", "@x", "500@x@y"):
        with pytest.raises(TargetError):
            circle_of(Target("near", f"51.5,9.5,{wrong}" if "," not in wrong else "51.5,9.5,500@ x,y"))


def test_records_are_what_they_are() -> None:
    for kind in ("paper", "person", "organization", "meeting", "body", "newsletter"):
        assert of_council(Target(kind, "body:x"), OURS) == Target(kind, "body:x")
