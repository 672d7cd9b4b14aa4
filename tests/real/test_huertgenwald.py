"""Hürtgenwald, OParl 1.0, as captured: every object, every file, twice, and killed in between."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import open_engine
from app.models import OPARL_TYPES, Blob, File, Lookup, Page, Problem
from oparl_sync import run
from oparl_sync.progress import Progress
from oparl_sync.sources import remember
from tests.dump import differences, dump
from tests.faults.killing import Home
from tests.real import captured
from tests.real.council_process import serving

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("huertgenwald")]  # mirrored once

OBJECTS, TOMBSTONES = 17_335, 39


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving("huertgenwald") as url:
        yield url


@pytest.fixture(scope="module")
def home(address: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Give a portal that mirrored the town once, all its files included: some two minutes on two quiet cores."""
    home = Home(tmp_path_factory.mktemp("huertgenwald"))
    assert home.run("source", "add", address, "--slug", "a").returncode == 0
    done = home.run("sync", "--json")
    assert done.returncode == 0, done.stderr
    counts = orjson.loads(done.stdout)
    assert (counts["created"], counts["deleted"], counts["quarantined"]) == (OBJECTS, TOMBSTONES, 0)
    return home


@pytest.fixture(scope="module")
def mirrored(home: Home) -> Iterator[Engine]:
    engine = open_engine(home.settings.database_url)
    yield engine
    engine.dispose()


def ids_held(engine: Engine) -> dict[str, str]:
    """Return all ids that are held, with their types, as the capture names them: tombstones have none."""
    with Session(engine) as session:
        return {
            oparl_id: "" if deleted else name
            for name, model in OPARL_TYPES.items()
            for oparl_id, deleted in session.execute(select(model.id, model.deleted))
        }


def test_it_holds_every_object_of_the_capture_and_no_other(mirrored: Engine) -> None:
    published = captured.ids_in(captured.huertgenwald())
    assert len([kind for kind in published.values() if kind]) == OBJECTS
    assert ids_held(mirrored) == published


def test_it_records_the_tombstones_as_what_they_were(mirrored: Engine) -> None:
    with Session(mirrored) as session:
        gone = Counter({n: session.scalar(select(func.count()).where(m.deleted)) or 0 for n, m in OPARL_TYPES.items()})
    assert +gone == Counter(Paper=18, Meeting=21)


def test_it_read_every_file(mirrored: Engine) -> None:
    with Session(mirrored) as session:
        states = session.execute(select(File.fetch_state, func.count()).group_by(File.fetch_state)).all()
        read = session.execute(select(Blob.read_state, func.count()).group_by(Blob.read_state)).all()
        silent = session.scalar(select(func.count()).select_from(Page).where(~Page.text.contains("Datei")))
    assert [tuple(row) for row in states] == [("fetched", 6_947)]
    assert [state for state, _ in read] == ["ok"]
    assert silent == 0


def test_it_keeps_no_contact_data_of_persons(mirrored: Engine) -> None:
    pages = [orjson.loads(content) for path, content in captured.huertgenwald().pages.items() if "/person" in path]
    private = {
        str(item)
        for page in pages
        for person in page["data"]
        for name in ("email", "phone", "location")
        for item in (person.get(name) if isinstance(person.get(name), list) else [person.get(name)])
        if item
    }
    assert len(private) > 30
    everything = repr(dump(mirrored, "page"))
    assert [item for item in private if item in everything] == []


def test_it_writes_nothing_the_second_time(home: Home, mirrored: Engine) -> None:
    before = home.state()
    done = home.run("sync", "--json")
    counts = orjson.loads(done.stdout)
    assert {counts[name] for name in ("created", "updated", "deleted", "quarantined")} == {0}
    assert differences(before, home.state()) == []


def test_it_walks_the_objects_on_both_databases(address: str, settings: Settings, engine: Engine) -> None:
    remember(engine, address, "a")
    quiet = Progress(quiet=True)
    assert run.mirror(settings, engine, "a", progress=quiet).counts.created == OBJECTS
    before = dump(engine)
    assert ids_held(engine) == captured.ids_in(captured.huertgenwald())
    assert run.mirror(settings, engine, "a", progress=quiet).counts.updated == 0
    assert differences(before, dump(engine)) == []
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(Problem.quarantined)) == 0


# A line of progress, and seconds after it in which a quiet machine is inside the step that follows.
MOMENTS = {
    "lists": ("a Person", 1.5),
    "files": ("a Paper", 3.0),
    "documents": ("Fetching", 3.0),
    "index": ("Reading", 1.0),
}


@pytest.fixture(scope="module")
def part() -> Iterator[str]:
    """Serve the first four pages of each list: a kill costs a whole run, and all files take a minute each time."""
    with serving("huertgenwald", "--pages", "4") as url:
        yield url


@pytest.fixture(scope="module")
def clean(part: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    home = Home(tmp_path_factory.mktemp("clean"))
    home.run("source", "add", part, "--slug", "a")
    sync_until_all_is_asked(home)
    return home.state()


def sync_until_all_is_asked(home: Home) -> None:
    """Sync until the to-do list is worked off: a run asks for so many objects alone, and a killed one is a run."""
    engine = open_engine(home.settings.database_url)
    for _ in range(6):
        done = home.run("sync")
        assert done.returncode == 0, done.stderr
        with Session(engine) as session:
            left = session.scalar(select(func.count()).where(Lookup.answer.is_(None)))
        if not left:
            break
    engine.dispose()
    assert left == 0


def test_it_ends_where_a_clean_run_ends_when_killed_in_every_step(
    part: str, clean: dict[str, list[tuple[object, ...]]], tmp_path: Path
) -> None:
    home, dice = Home(tmp_path), random.Random()
    home.run("source", "add", part, "--slug", "a")
    moments = [(line, dice.uniform(0, seconds)) for line, seconds in MOMENTS.values()]
    assert any(home.kill("sync", after_line=line, seconds=seconds) for line, seconds in moments), moments
    sync_until_all_is_asked(home)
    assert differences(clean, home.state()) == [], moments
