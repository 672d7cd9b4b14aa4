"""A writer is killed at any moment: the index opens and holds the state before or after; readers saw nothing else."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from search import Document, SearchIndex, open_index, parse_query

KILLS = int(os.environ.get("INDEX_KILLS", "100"))  # of commits and of rebuilds, each
DOCUMENTS = 40
ENGINES = ("tantivy", "whoosh")
EVERYTHING = parse_query("Brunnen", limit=1)

State = dict[str, int]  # version of each document by its id


def next_state(now: State, chance: random.Random) -> State:
    """Change some documents, remove some, and add some."""
    kept = {name: version + 1 for name, version in now.items() if chance.random() < 0.7}
    return kept | {f"u/{chance.randrange(DOCUMENTS)}": 1 for _ in range(chance.randrange(8))}


def document(name: str, version: int) -> Document:
    """Make a document that all searches here find."""
    return Document(name, "Paper", f"Brunnen {version}", ("Der Brunnen am Markt. " * 20,), seq=version)


def commit(index: SearchIndex, before: State, after: State) -> None:
    """Bring an index from one state to another in one batch."""
    with index.writer() as batch:
        for name in before.keys() - after.keys():
            batch.delete(name)
        for name, version in after.items():
            batch.put(document(name, version))


def rebuild(index: SearchIndex, _: State, after: State) -> None:
    """Bring it there by an index that is built beside it, in several batches."""
    with index.rebuilding() as new:
        names = sorted(after)
        for start in range(0, len(names), 10):
            with new.batch() as batch:
                for name in names[start : start + 10]:
                    batch.put(document(name, after[name]))


Change = Callable[[SearchIndex, State, State], None]


@pytest.mark.parametrize("change", [commit, rebuild])
@pytest.mark.parametrize("engine", ENGINES)
def test_it_holds_the_state_before_or_the_state_after(
    engine: str, change: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(f"{engine} {change.__name__}")
    url = f"{engine}://{tmp_path}/index"
    reader = open_index(url)
    held: State = {f"u/{number}": 1 for number in range(DOCUMENTS)}
    commit(reader, {}, held)
    started = time.perf_counter()
    change(reader, held, first := next_state(held, chance))
    held, span, moved = first, time.perf_counter() - started, 0
    for _ in range(KILLS):
        after = next_state(held, chance)
        ended = killed(
            partial(change, open_index(url), held, after), chance.random() * span, reader, {len(held), len(after)}
        )
        span *= 0.9 if ended else 1.1  # half of the kills come around the end
        found = dict(reader.versions())
        assert found in (held, after)
        moved += found == after
        held = found
        fresh = open_index(url)
        assert dict(fresh.versions()) == held
        fresh.close()
    last = next_state(held, chance)
    change(reader, held, last)
    assert dict(reader.versions()) == last
    assert 0 < moved < KILLS
    monkeypatch.setattr("search.store.GRACE", -1)
    commit(reader, last, last)
    assert len([one for one in (tmp_path / "index").iterdir() if one.is_dir()]) == 1
    reader.close()


@contextmanager
def suppress_to_exit() -> Iterator[None]:
    """End a forked process that failed without the way back through the tests it was forked from."""
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            traceback.print_exc()
            os._exit(1)


def killed(change: Callable[[], None], after: float, reader: SearchIndex, sizes: set[int]) -> bool:
    """Make a change in a process that is killed after some seconds; return whether it ended.

    Whoever searches meanwhile finds as many documents as before, or as after it.
    """
    child = os.fork()
    if not child:
        with suppress_to_exit():
            change()
        os._exit(0)
    until = time.perf_counter() + after
    while time.perf_counter() < until:
        assert reader.search(EVERYTHING).total in sizes
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0  # it was killed, or had ended well
    return os.WIFEXITED(status)
