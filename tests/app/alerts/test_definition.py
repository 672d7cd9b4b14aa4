"""For any history and any subscriptions, what people received is what the definition says: each thing exactly once."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.alerts import bundling, noticing
from app.alerts.bundling import bundle
from app.config import Settings
from app.db import open_engine, writing
from app.models import Paper, Subscriber
from tests import factories as make
from tests.app.alerts.definition import Thing, World
from tests.app.alerts.happening import NOW, Town

LIVES = int(os.environ.get("LIVES", "10"))
BERLIN = ZoneInfo("Europe/Berlin")
WORDS = ("Quarzit", "Wombat", "Xylofon")
QUERIES = (*WORDS, "Quarzit Wombat", "Quarzit -Xylofon")
KILLED = RuntimeError("killed")


@contextmanager
def killed(after: int) -> Iterator[None]:
    """Have the program die in the middle of a transaction, when so many are done."""
    left = after

    @contextmanager
    def dying(engine: Any) -> Iterator[Session]:
        nonlocal left
        with writing(engine) as session:
            yield session
            left -= 1
            if left < 0:
                raise KILLED

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(noticing, "writing", dying)
        patch.setattr(bundling, "writing", dying)
        patch.setattr(noticing, "ROWS", 1)
        patch.setattr(bundling, "TOGETHER", 1)
        yield


def act(world: World, data: st.DataObject) -> None:
    """Let one thing happen."""
    match data.draw(st.sampled_from(ACTS), label="act"):
        case "wait":
            world.town.now += timedelta(minutes=data.draw(st.sampled_from((1, 7, 50, 300, 900, 3000))))
        case "killed":
            with killed(data.draw(st.integers(0, 3))):
                try:
                    world.town.match()
                    bundle(world.town.engine, world.town.settings, world.town.now)
                except RuntimeError as error:
                    if error is not KILLED:
                        raise
            world.run()
        case "run":
            world.run()
        case "follow" | "pause" as what:
            act_as_reader(world, data, what)
        case what:
            act_as_council(world, data, what)


def act_as_reader(world: World, data: st.DataObject, what: str) -> None:
    """Follow something, pause or go on."""
    person = data.draw(st.sampled_from((1, 2)))
    if what == "pause":
        world.paused ^= {person}
        pause(world, person, world.town.now if person in world.paused else None)
        return
    papers = [one.row.id for one in world.things if one.paper is None and not one.is_gone]
    kind, value = data.draw(st.sampled_from([*(("search", one) for one in QUERIES), ("body", make.BODY_ID)]))
    if papers and data.draw(st.sampled_from((True, False))):
        kind, value = "paper", data.draw(st.sampled_from(papers))
    world.subscribe(person, kind, value, data.draw(st.sampled_from(("instant", "daily", "weekly"))))


def act_as_council(world: World, data: st.DataObject, what: str) -> None:
    """Publish, change, decide or take back."""
    town, draw = world.town, data.draw
    words = frozenset(draw(st.sets(st.sampled_from(WORDS)), label="words"))
    name = " ".join(sorted(words)) or "Leer"
    papers = [one for one in world.things if one.paper is None and not one.is_gone]
    if what == "paper" or not papers:
        row = make.paper(name=name, reference=f"P {len(world.things)}")
        make.save(town.engine, row)
        world.things.append(Thing(row, words))
        world.happen("new", world.things[-1])
        return
    paper = draw(st.sampled_from(papers))
    match what:
        case "change":
            with writing(town.engine) as session:
                session.execute(update(Paper).where(Paper.id == paper.row.id).values(name=name))
            paper.words = words
            world.happen("changed", paper)
        case "file":
            rows = make.read_file(f"{name} {len(world.things)}", of=paper.row)
            make.save(town.engine, rows)
            world.things.append(Thing(rows[0], words, paper))
            world.happen("new", world.things[-1])
        case "decide":
            item = make.agenda_item(None, name="Punkt", result="beschlossen")
            make.save(town.engine, item)
            world.happen("decided", Thing(item, frozenset(), paper))
        case "withdraw":
            thing = draw(st.sampled_from([one for one in world.things if one.is_shown]))
            town.withdraw(thing.row)
            thing.is_gone = True
            world.happen("withdrawn", thing)


def pause(world: World, person: int, since: datetime | None) -> None:
    with writing(world.town.engine) as session:
        session.execute(update(Subscriber).where(Subscriber.id == person).values(paused_at=since))


ACTS = (
    *("paper", "paper", "change", "file", "file", "decide", "withdraw"),
    *("follow", "follow", "pause", "wait", "wait", "killed", "run", "run"),
)


@given(data=st.data())
@settings(max_examples=LIVES, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_people_received_is_what_the_definition_says(data: st.DataObject, sqlite_template: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        shutil.copy(sqlite_template, Path(home) / "ratslupe.db")
        environment = {"RATSLUPE_HOME": home, "SECRET_KEY": "x", "BASE_URL": "http://x.example"}
        town = Town(open_engine(f"sqlite:///{home}/ratslupe.db"), Settings.from_environment(environment), NOW)
        world = World(town)
        make.save(town.engine, *(make.subscriber(id=one, address=f"{one}@example.org") for one in (1, 2)))
        for query in QUERIES:
            world.subscribe(1, "search", query, "instant")
        world.subscribe(2, "body", make.BODY_ID, "daily")
        for what in ("paper", "file", "run"):
            world.run() if what == "run" else act_as_council(world, data, what)
        for _ in range(data.draw(st.integers(10, 30), label="acts")):
            act(world, data)
        world.run()
        assert world.did() == world.should()
        # And all of it is told in the end.
        for person in sorted(world.paused):
            world.paused.discard(person)
            pause(world, person, None)
        for _ in range(9):
            town.now = (town.now + timedelta(days=1)).replace(hour=10)
            world.run()
        assert world.did() == world.should()
        assert all(mailed for _, _, mailed in world.did())
        town.engine.dispose()
