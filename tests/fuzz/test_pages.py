"""20,000 pages of the worst kind: none raises, none loses an object, none changes anything when it comes again.

17,000 are read and parsed only, from seeds; 1,000 more are steered by Hypothesis, which makes what fails small; 2,000
are stored twice, a fifth of them on PostgreSQL. Some whole councils besides consist of nothing else.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from app.db import Base, open_engine
from tests.fuzz.checking import Bench, Tally, parsed
from tests.fuzz.pages import SERVER, TYPE, TYPES, page
from tests.oparl_sync.council import LISTS, Council

SEEDED = [(shard, 2_125) for shard in range(8)]
STEERED = [(shard, 250) for shard in range(4)]
STORED = [(shard, 400) for shard in range(4)]
STORED_ELSEWHERE = [(shard, 200) for shard in range(2)]


COUNCILS = 2
AT_ONCE = 5  # pages from one seed: Hypothesis needs longer for a seed than we for a page


def fuzz(shard: int, pages: int, check: Callable[[bytes, str], None], *, steered: bool = False) -> None:
    """Check that many pages; the same ones each time, others in each shard."""
    at_once = 1 if steered else AT_ONCE

    @seed(shard)
    @settings(
        max_examples=pages // at_once,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(st.randoms(use_true_random=not steered), st.sampled_from(TYPES))
    def run(r: Random, expected: str) -> None:
        for _ in range(at_once):
            check(page(r, expected), expected)

    run()


@pytest.mark.parametrize(("shard", "pages"), SEEDED)
def test_it_keeps_or_quarantines_whatever_a_page_holds(shard: int, pages: int) -> None:
    tally = Tally()
    fuzz(shard, pages, lambda content, expected: _parse(content, expected, tally))
    assert tally.pages >= pages
    assert tally.refused < tally.pages / 3  # else the pages would be too bad to say anything
    assert 0 < tally.quarantined < tally.seen / 2


@pytest.mark.parametrize(("shard", "pages"), STEERED)
def test_it_does_so_wherever_the_search_leads(shard: int, pages: int) -> None:
    tally = Tally()
    fuzz(1_000 + shard, pages, lambda content, expected: _parse(content, expected, tally), steered=True)
    assert tally.seen


@pytest.fixture(scope="module")
def memory() -> Iterator[Bench]:
    engine = open_engine("sqlite://")
    with engine.connect() as connection:
        Base.metadata.create_all(connection)
        connection.commit()
        yield Bench(connection)


@pytest.mark.parametrize(("shard", "pages"), STORED)
def test_it_stores_all_it_has_seen_and_the_same_again_changes_nothing(memory: Bench, shard: int, pages: int) -> None:
    _store_many(memory, 2_000 + shard, pages)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("shard", "pages"), STORED_ELSEWHERE)
def test_it_does_so_on_the_other_database(engine: Engine, shard: int, pages: int) -> None:
    with engine.connect() as connection:
        _store_many(Bench(connection), 3_000 + shard, pages)


def test_it_bears_ten_thousand_entries_on_a_page(memory: Bench) -> None:
    kinds = (
        {"name": "Antrag"},
        {"deleted": True},
        {"id": 7},
        {"type": "https://schema.oparl.org/1.1/File"},
        {"id": ""},
    )
    entries: list[Any] = [
        {"id": f"{SERVER}/paper/{number % 7_000}", "type": TYPE + "Paper"} | kinds[number % 5]
        for number in range(10_000)
    ]
    content = json.dumps({"data": [*entries, *range(50), [entries[:3]]]}).encode()
    tally = Tally()
    found = parsed(content, "Paper", tally)
    assert found is not None
    assert (tally.seen, tally.quarantined) == (10_051, 4_051)
    memory.store(found, "Paper", content, tally)
    assert tally.stored == 6_000  # among them those that come twice, and what an earlier file's id was taken for


def test_it_bears_a_text_of_megabytes_and_circles_of_references(memory: Bench) -> None:
    circle = [
        {"id": f"{SERVER}/paper/{n}", "type": TYPE + "Paper", "superordinatedPaper": [f"{SERVER}/paper/{(n + 1) % 3}"]}
        | {"subordinatedPaper": [f"{SERVER}/paper/{n}"], "name": "x" * 4_000_000, "mainFile": f"{SERVER}/paper/{n}"}
        for n in range(3)
    ]
    content, tally = json.dumps(circle).encode(), Tally()
    found = parsed(content, "Paper", tally)
    assert found is not None
    memory.store(found, "Paper", content, tally)
    assert (tally.stored, tally.quarantined) == (3, 0)


@pytest.mark.parametrize("shard", range(4))
def test_it_reads_a_whole_council_of_such_pages(tmp_path: Path, sqlite_template: Path, shard: int) -> None:
    r = Random(f"council {shard}")
    for number in range(COUNCILS):
        path = tmp_path / f"{number}.db"
        shutil.copy(sqlite_template, path)
        engine = open_engine(f"sqlite:///{path}")
        council = Council()
        council.lists = {name: [] for name in LISTS}
        for _ in range(2):
            for name, kind in LISTS.items():
                council.answers[f"{SERVER}/list/{name}"] = page(r, kind)
            _, failures = council.mirror(engine)
            assert not [one for one in failures if "database" in one]
        engine.dispose()


def _store_many(bench: Bench, shard: int, pages: int) -> None:
    tally = Tally()

    def check(content: bytes, expected: str) -> None:
        if (found := parsed(content, expected, tally)) is not None:
            bench.store(found, expected, content, tally)

    fuzz(shard, pages, check)
    assert tally.stored


def _parse(content: bytes, expected: str, tally: Tally) -> None:
    parsed(content, expected, tally)
