"""What is learnt while a pass runs, before whichever of its questions, is told once: nobody is moved past it."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update

from app import changes as log
from app.alerts.circles import PLACES
from app.alerts.targets import NEAR, near_target
from app.config import Settings
from app.db import open_engine, writing
from app.facts import FACTS_VERSION
from app.models import Alert, Blob, Change, Mention, PaperPlace, Place, Subscriber
from tests import factories as make
from tests.app.alerts.happening import NOW, Town, short

# On SQLite what a pass reads of some news is of one moment, whatever is learnt meanwhile.
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
CIRCLE = near_target((9.5, 51.5), 250, "Markt").value
Learn = Callable[[], None]
QUESTIONS = 8  # that a pass asks at least before it writes


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Town:
    town = Town(engine, settings)
    make.save(engine, Place(id=1, source_id=1, key="g", name="G", longitude=9.5, latitude=51.5, papers=1, drawn=1))
    town.follow(value="kita")  # somebody who keeps each pass busy
    return town


@pytest.fixture
def elsewhere(engine: Engine) -> Iterator[Engine]:
    """Give connections of another process."""
    other = open_engine(engine.url.render_as_string(hide_password=False))
    yield other
    other.dispose()


def match(town: Town, number: int, learn: Learn) -> bool:
    """Do a pass, and have something be learnt before one of the questions that it asks until it writes.

    Says whether it asked so many.
    """
    numbers, reads, learnt = count(), True, False

    def asking(connection: object, cursor: object, statement: str, *_: object) -> None:
        nonlocal reads, learnt
        is_question = statement.startswith("SELECT") and "FOR UPDATE" not in statement
        reads = reads and (is_question or statement == "BEGIN")
        if reads and is_question and next(numbers) == number:
            learnt = True
            learn()

    event.listen(town.engine, "before_cursor_execute", asking)
    try:
        town.match()
    finally:
        event.remove(town.engine, "before_cursor_execute", asking)
    return learnt


def each_moment(town: Town, happen: Callable[[], tuple[Any, str, Learn]]) -> None:
    """Have something happen, and be learnt later each time, until a pass is over before; somebody is to hear of it.

    `happen` gives who, what is to be told, and how it is learnt.
    """
    in_time, number = True, -1
    while in_time:
        number += 1
        alert, news, learn = happen()
        in_time = match(town, number, learn)
        if not in_time:
            assert town.told(alert) == []
            learn()
        town.match()
        assert town.told(alert) == [news], f"learnt before question {number}"
    assert number >= QUESTIONS


def test_where_a_paper_is(town: Town, elsewhere: Engine) -> None:
    def happen() -> tuple[Any, str, Learn]:
        paper = make.paper(reference=f"2026/{make.records.number()}")
        make.save(town.engine, paper)
        seq = town.tell(paper)
        alert = town.follow("near", CIRCLE, seq=seq - 1)

        def place() -> None:
            with writing(elsewhere) as session:
                session.add(PaperPlace(paper_id=paper.id, place_id=1, drawn=True))
                log.advance(session, f"{PLACES}1", seq)

        return alert, f"new {short(paper)}", place

    each_moment(town, happen)


def test_which_streets_a_text_names(town: Town, elsewhere: Engine) -> None:
    def happen() -> tuple[Any, str, Learn]:
        number = make.records.number()
        paper = make.paper(name="Sanierung", reference=f"2026/{number}")
        file, blob, *rest = make.read_file(f"Vorgang {number}: es geht um die Lindenstraße.", of=paper)
        blob.facts_version = None
        make.save(town.engine, paper, file, blob, *rest)
        seq = town.tell(file, matter=paper)
        blank = {"backfill": False, "at": town.now, "fields": None, "diff": None, "content_hash": None}
        about = {"source_id": 1, "object_type": "File", "object_id": file.id, "kind": "created"}
        make.save(town.engine, Change(seq=seq, **about, **blank))
        alert = town.follow(value='place:"Lindenstraße"', seq=seq - 1)
        sha256, where = blob.sha256, {"page": 1, "start": 15, "end": 27}

        def look_through() -> None:
            with writing(elsewhere) as session:
                named = {"kind": "place", "value": "lindenstrasse", "label": "Lindenstraße"}
                session.add(Mention(sha256=sha256, **where, **named))
                session.execute(update(Blob).where(Blob.sha256 == sha256).values(facts_version=FACTS_VERSION))

        return alert, f"new {short(file)}", look_through

    each_moment(town, happen)


def test_that_somebody_confirmed_a_circle(town: Town, elsewhere: Engine) -> None:
    def happen() -> tuple[Any, str, Learn]:
        paper = make.paper(reference=f"2026/{make.records.number()}")
        make.save(town.engine, paper)
        make.save(town.engine, PaperPlace(paper_id=paper.id, place_id=1, drawn=True))
        seq = town.tell(paper)
        others = select(Alert.subscriber_id).where(Alert.kind == NEAR)
        with writing(town.engine) as session:
            log.advance(session, f"{PLACES}1", seq)
            # It is the only circle that there is.
            session.execute(update(Subscriber).where(Subscriber.id.in_(others)).values(confirmed_at=None))
        alert = town.follow("near", CIRCLE, seq=seq - 1, confirmed_at=None)
        reader = alert.subscriber_id

        def confirm() -> None:
            with writing(elsewhere) as session:
                session.execute(update(Subscriber).where(Subscriber.id == reader).values(confirmed_at=NOW))

        return alert, f"new {short(paper)}", confirm

    each_moment(town, happen)
