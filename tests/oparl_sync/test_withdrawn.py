"""What a council takes back by the book: OParl 1.1 names it only in a list that is filtered by time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.models import Change, Consultation, File, Link, Paper, Person
from demo import town as towns
from demo.server import serve
from oparl_sync import run
from oparl_sync.progress import Progress
from oparl_sync.sources import remember
from oparl_sync.store import Counts

QUIET = Progress(quiet=True)


@pytest.fixture
def town() -> towns.Town:
    return towns.build(scale=0.05)


@pytest.fixture
def council(town: towns.Town, engine: Engine) -> Iterator[towns.Town]:
    with serve(town) as url:
        remember(engine, url, "a")
        yield town


def mirror(settings: Settings, engine: Engine) -> Counts:
    summary = run.mirror(settings, engine, "a", progress=QUIET)
    assert summary.failures == {"a": []}
    return summary.counts


def test_it_withdraws_what_the_server_took_back(council: towns.Town, settings: Settings, engine: Engine) -> None:
    mirror(settings, engine)
    with Session(engine) as session:
        paper_id = session.scalars(select(Consultation.paper_id).where(Consultation.paper_id.is_not(None))).first()
        person_id = session.scalars(select(Person.id)).first()
        files = set(session.scalars(select(Link.to_id).where(Link.from_id == paper_id, Link.property == "mainFile")))
    assert paper_id
    assert person_id
    assert files
    moment = datetime.now(ZoneInfo("Europe/Berlin")).isoformat(timespec="seconds")
    for oparl_id in (paper_id, person_id, *files):
        council.delete(oparl_id, moment)

    assert mirror(settings, engine).deleted >= 3
    with Session(engine) as session:
        paper = session.get_one(Paper, paper_id)
        assert (paper.deleted, paper.name, set(paper.raw) - {"id", "type", "created"}) == (True, None, {"deleted"})
        assert session.get_one(Person, person_id).deleted
        assert all(session.get_one(File, oparl_id).deleted for oparl_id in files)
        logged = select(Change.object_id).where(Change.kind == "deleted", Change.backfill.is_(False))
        assert {paper_id, person_id, *files} <= set(session.scalars(logged))
    assert mirror(settings, engine).deleted == 0


def test_it_writes_nothing_of_what_was_withdrawn_before_it_came(
    council: towns.Town, settings: Settings, engine: Engine
) -> None:
    gone = str(next(iter(council.of_type("Paper")))["id"])
    council.delete(gone, (datetime.now(ZoneInfo("Europe/Berlin")) - timedelta(hours=1)).isoformat(timespec="seconds"))
    mirror(settings, engine)
    second = mirror(settings, engine)
    assert (second.created, second.updated, second.deleted) == (0, 0, 0)
    with Session(engine) as session:
        assert session.get(Paper, gone) is None
