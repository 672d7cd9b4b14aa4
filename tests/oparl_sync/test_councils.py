"""A council that its server lists no more, and one that comes back."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import Body, Change, ListCursor, Lookup, Paper, Source
from tests.oparl_sync.council import SERVER, thing, url
from tests.oparl_sync.filtering import Filtering

PAPERS = f"{SERVER}/papers/2"


@pytest.fixture
def council(engine: Engine) -> Filtering:
    made = Filtering()
    made.lists["paper"] = [made.stamped("Paper", 1, name="bleibt")]
    put(made, [f"Antrag {n}" for n in range(8)])
    list_bodies(made, second())
    assert made.mirror(engine)[1] == []
    return made


def second() -> dict[str, Any]:
    return thing("Body", 2, name="Ortsgemeinde", paper=PAPERS)


def put(council: Filtering, names: list[str]) -> None:
    entries = [council.stamped("Paper", 10 + n, name=name) for n, name in enumerate(names)]
    council.answers[PAPERS] = {"data": entries, "links": {}}


def list_bodies(council: Filtering, *more: dict[str, Any]) -> None:
    council.answers[f"{SERVER}/bodies"] = {"data": [council.whole_body(), *more], "links": {}}


def alive(session: Session) -> tuple[int, int]:
    """Return how many councils and papers there are."""
    session.rollback()
    councils = session.scalars(select(Body.id).where(Body.deleted.is_(False))).all()
    return len(councils), len(session.scalars(select(Paper.id).where(Paper.deleted.is_(False))).all())


def a_day_later(engine: Engine) -> None:
    with writing(engine) as writer:
        writer.execute(update(Lookup).values(next_try=None, noted_at=now() - timedelta(days=30)))


def state(session: Session) -> str:
    session.rollback()
    return session.scalars(select(Source.state)).one()


def test_it_takes_back_a_council_whose_own_address_says_that_it_is_gone(
    council: Filtering, engine: Engine, session: Session
) -> None:
    list_bodies(council)
    council.mirror(engine)
    assert alive(session) == (2, 9)  # it may be for a night
    a_day_later(engine)
    failures = council.mirror(engine)[1]
    assert failures == [f"the council {url('Body', 2)} is not listed any more"]
    assert state(session) == "partial"
    assert alive(session) == (1, 1)
    logged = select(Change.object_id).where(Change.kind == "deleted", Change.backfill.is_(False))
    assert {url("Body", 2), url("Paper", 10), url("Paper", 17)} <= set(session.scalars(logged))
    assert council.mirror(engine)[1] == []
    assert state(session) == "complete"
    assert alive(session) == (1, 1)
    session.rollback()
    assert set(session.scalars(select(ListCursor.body_id))) == {url("Body")}


def test_it_takes_back_a_council_that_is_listed_as_withdrawn(
    council: Filtering, engine: Engine, session: Session
) -> None:
    list_bodies(council, thing("Body", 2, deleted=True))
    assert council.mirror(engine)[1] == []
    assert alive(session) == (1, 1)
    assert state(session) == "complete"


@pytest.mark.parametrize("said", [None, 500])
def test_it_keeps_a_council_that_is_only_not_listed_and_says_so(
    council: Filtering, engine: Engine, session: Session, said: int | None
) -> None:
    list_bodies(council)
    council.says[url("Body", 2)] = httpx.Response(said) if said else second()
    for _ in range(3):
        assert len(council.mirror(engine, full=True)[1]) == 1
        a_day_later(engine)
    assert alive(session) == (2, 9)
    assert state(session) == "partial"


def test_it_tells_news_of_a_council_that_is_listed_again(council: Filtering, engine: Engine, session: Session) -> None:
    list_bodies(council)
    council.says[url("Body", 2)] = second()
    council.mirror(engine)
    list_bodies(council, second())
    put(council, ["anders"] + [f"Antrag {n}" for n in range(1, 8)])
    assert council.mirror(engine, full=True)[1] == []
    chosen = select(Change.kind, Change.backfill).where(Change.object_id == url("Paper", 10)).order_by(Change.seq)
    assert [tuple(row) for row in session.execute(chosen)] == [("created", True), ("updated", False)]
    session.rollback()
    assert session.scalars(select(Lookup)).all() == []
    assert state(session) == "complete"


def test_it_reads_a_council_anew_that_was_taken_back_and_opens_again(
    council: Filtering, engine: Engine, session: Session
) -> None:
    list_bodies(council)
    council.mirror(engine)
    a_day_later(engine)
    council.mirror(engine)
    assert alive(session) == (1, 1)
    list_bodies(council, second())
    assert council.mirror(engine)[1] == []
    assert alive(session) == (2, 9)
