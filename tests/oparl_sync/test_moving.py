"""A made-up council's server moves: by the operator's word, or by its own; the next sync finds nothing to do."""

from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import writing
from app.indexing import refresh, verify
from app.models import OPARL_TYPES, Alias, Body, Change, ListCursor, Paper, Source
from demo.server import serve
from demo.town import Town
from oparl_sync import fetch, moving, run, sources
from oparl_sync.moving import common_end_cut
from oparl_sync.progress import Progress
from oparl_sync.rules import CannotMove, Rule
from oparl_sync.store import Counts
from search import open_index
from tests.demo.small import small_town
from tests.oparl_sync.council import SCHEMA, SERVER, Council, thing, url


def sync(settings: Settings, engine: Engine, *, full: bool = False) -> Counts:
    summary = run.mirror(settings, engine, "a", full=full, progress=Progress(quiet=True))
    assert summary.failures == {"a": []}
    return summary.counts


def source(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(sources.source, list(words), obj=settings)


def assert_nothing_new(counts: Counts, records: int) -> None:
    assert (counts.created, counts.updated, counts.deleted, counts.quarantined) == (0, 0, 0, 0)
    assert counts.unchanged >= records


def records(engine: Engine) -> int:
    with Session(engine) as session:
        return sum(session.scalar(select(func.count()).select_from(model)) or 0 for model in OPARL_TYPES.values())


@pytest.fixture
def town() -> Town:
    return small_town()


def test_a_source_is_read_elsewhere_from_now_on(settings: Settings, engine: Engine, town: Town) -> None:
    with serve(town) as old:
        assert source(settings, "add", old, "--slug", "a").exit_code == 0
        sync(settings, engine)
        refresh(engine, open_index(settings.search_url))
    count = records(engine)
    with serve(town) as new:
        done = source(settings, "move", "a", new)
        assert done.exit_code == 0, done.output
        assert f"{count} records renamed, 0 were here already, 0 kept their ids" in done.output
        assert_nothing_new(sync(settings, engine), 1)
        assert_nothing_new(sync(settings, engine, full=True), count // 2)
        again = source(settings, "move", "a", new)
        assert f"0 records renamed, 0 were here already, {count} kept" in again.output
    assert records(engine) == count
    index = open_index(settings.search_url)
    refresh(engine, index)
    assert not verify(engine, index)
    index.close()
    with Session(engine) as session:
        assert session.scalars(select(Source.url)).all() == [new]
        assert session.scalar(select(func.count()).select_from(Alias)) == count
        assert all(one.startswith(new.removesuffix("system")) for one in session.scalars(select(ListCursor.url)))
        news = select(func.count()).select_from(Change).where(Change.backfill.is_(False))
        assert session.scalar(news) == 0, "a move is no news, and no first walk makes old records new"


def test_a_server_that_calls_itself_otherwise_is_followed_by_itself(
    settings: Settings, engine: Engine, town: Town
) -> None:
    with serve(town, base_url="http://ris.alt.example/oparl/v1.1") as stated:
        pass
    with serve(town) as own:
        port = int(own.split(":")[2].split("/")[0])
    asked = f"http://127.0.0.1:{port}/oparl/v1.1/system"
    with serve(town, port, "http://ris.alt.example/oparl/v1.1"):
        assert source(settings, "add", asked, "--slug", "a").exit_code == 0
        sync(settings, engine)
    count = records(engine)
    assert stated == "http://ris.alt.example/oparl/v1.1/system"
    with serve(town, port, "http://ris.neu.example/oparl/v1.1"):
        assert_nothing_new(sync(settings, engine), 1)
        assert_nothing_new(sync(settings, engine, full=True), count // 2)
    with Session(engine) as session:
        assert all(one.startswith("http://ris.neu.example/") for one in session.scalars(select(Paper.id)))
        assert session.scalars(select(Source.url)).all() == [asked]
    assert records(engine) == count


ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_ONE
def test_it_says_in_one_line_why_it_cannot_move(settings: Settings, engine: Engine, town: Town) -> None:
    with serve(town) as old:
        source(settings, "add", old, "--slug", "a")
        sync(settings, engine)
    before = records(engine)
    with serve(town) as new:
        wrong = source(settings, "move", "a", new, "--map", "https://x.example/", "https://y.example/")
        assert wrong.exit_code == 1
        assert wrong.stderr.count("\n") == 1
        assert "give --map OLD NEW" in wrong.stderr
        assert source(settings, "move", "b", new).exit_code == 2
        assert source(settings, "move", "a", "ftp://x.example").exit_code == 2
        assert source(settings, "move", "a", new, "--map", "https://x.example/*", "https://y.example/").exit_code == 2
        gone = source(settings, "move", "a", new.replace("/system", "/nothing"))
        assert (gone.exit_code, gone.stderr.count("\n")) == (1, 1)
    with Session(engine) as session:
        assert session.scalars(select(Source.url)).all() == [old]
        assert session.scalar(select(func.count()).select_from(Alias)) == 0
    assert records(engine) == before


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("https://a.example/oparl/system", "https://b.example/oparl/system", ("https://a.example", "https://b.example")),
        ("https://a.example/v1.0/body/1", "https://a.example/v1.1/body/1", ("https://a.example/v1.0", "https://a.example/v1.1")),
        ("https://a.example/ris/oparl/system", "https://b.example/oparl/system", ("https://a.example/ris", "https://b.example")),
        ("https://a.example/system", "https://b.example/s", ("https://a.example/system", "https://b.example/s")),
        ("https://a.example", "https://b.example", ("https://a.example", "https://b.example")),
    ],
)  # fmt: skip
def test_a_rule_is_what_is_left_of_two_ids(old: str, new: str, rule: tuple[str, str]) -> None:
    assert common_end_cut(old, new) == Rule(*rule)


NEW = "https://neu.example/o"


def renamed(data: dict[str, Any]) -> dict[str, Any]:
    return {k: v.replace(SERVER, NEW) if isinstance(v, str) else v for k, v in data.items()}


@pytest.mark.parametrize(
    ("body", "moves"),
    [
        (renamed(thing("Body", name="Stadt Musterhausen")), True),
        (renamed(thing("Body", "another", name="Stadt Musterhausen")), True),
        (renamed(thing("Body", name="Gemeinde Anderswo")), False),
        (thing("Body", name="Stadt Musterhausen"), False),
        (thing("Body", name="Now it is called so"), False),
    ],
)
@ON_ONE
def test_only_the_same_council_is_followed(engine: Engine, body: dict[str, Any], moves: bool) -> None:
    council = Council()
    council.mirror(engine)
    system = {"id": f"{NEW}/system/1", "type": f"{SCHEMA}/System"}
    with Session(engine) as session:
        mine = session.scalars(select(Source)).one()
        assert bool(moving.moved(session, mine, system, [body])) is moves
        assert session.scalars(select(Body.id)).all() == [url("Body")]


@ON_ONE
def test_a_source_that_was_never_read_only_gets_its_address(engine: Engine) -> None:
    council = Council()
    mine = council.source(engine)
    with Session(engine) as session:
        assert moving.moved(session, mine, council.system, [council.whole_body()]) == []
    with writing(engine) as session:
        done = moving.carry_out(session, mine, [], f"{NEW}/system", fetch.Endpoint(None, []))
    assert (done.renamed, done.joined, done.left) == (0, 0, 0)


@ON_ONE
def test_ids_that_are_not_called_so_stop_the_move(engine: Engine) -> None:
    council = Council()
    council.lists["paper"] = [thing("Paper", n) for n in range(4)]
    council.mirror(engine)
    found = fetch.Endpoint(None, [council.whole_body()])
    with Session(engine) as session:
        mine = session.scalars(select(Source)).one()
        moving.check(session, council.client(), mine, [], found)
        with pytest.raises(CannotMove, match="is new to us"):
            moving.check(session, council.client(), mine, [Rule(SERVER, NEW)], found)
