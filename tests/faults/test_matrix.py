"""Whatever goes wrong with whichever answer: when it is over, the mirror is what it would be had nothing gone wrong.

Of all pairs of fault and request a part is played in which each occurs: 200; FAULT_MATRIX=1600 or =all plays more.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import writing
from app.models import OPARL_TYPES, Blob, File, Problem
from app.vocabulary import PROPERTIES
from demo.faults import FAULTS, FaultPlan
from tests.dump import differences as differing
from tests.dump import dump
from tests.faults.council import Council, essence
from tests.faults.mirror import Mirror, differences, set_clock
from tests.faults.zygote import council

WANTED = os.environ.get("FAULT_MATRIX", "200")
SHARDS = 6
TRIES = 4  # so often the client asks: a fault that strikes less often is not seen by anybody
# These say something else that could be true: only reading all once more shows that it is not.
PLAUSIBLE = {
    *("half-page", "empty-list", "next-missing", "no-links", "empty-page-with-next", "endless-objects", "bad-json"),
    *("json-nan", "json-huge-number", "json-surrogates", "json-control-characters", "json-long-text"),
}
# These put things among the objects that are none, which are counted and kept apart.
JUNK = {"data-junk", "json-bomb", "deep-objects", "endless-objects"}
RECORDS = {model.__tablename__ for model in OPARL_TYPES.values()} | {"link", "blob", "page"}


class Disturbed:
    """A council that is mirrored, in whose next sync something will go wrong."""

    def __init__(self, start: "Mirror | None" = None) -> None:
        self.council: Council = council("next")
        self.mirror = Mirror(self.council)
        if start is not None:
            self.mirror.engine.dispose()  # nobody has a file open that is replaced
            shutil.copytree(start.folder, self.mirror.folder, dirs_exist_ok=True)

    def sync(self, *, full: bool, accept: bool = False) -> list[str]:
        set_clock(self.council.now)
        return self.mirror.sync_all(full=full, accept=accept).failures.get("a", [])

    def records(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all that is held of the council; how often a file was asked for does not count."""
        with writing(self.mirror.engine) as session:
            session.execute(update(File).values(attempts=1))
        dumped = dump(self.mirror.engine)
        return {name: sorted((tuple(map(_plain, row)) for row in dumped[name]), key=repr) for name in RECORDS}


def _plain(value: Any) -> Any:
    """Return what an object says without the way back: that depends on whether it or its copy came first."""
    kind = str(value.get("type", "")).rpartition("/")[2] if isinstance(value, dict) else ""
    return essence(kind, value, None) if kind in PROPERTIES else value


@cache
def start() -> Mirror:
    """Mirror the council as it was first: from there every disturbed sync sets out."""
    first = council("first")
    mirror = Mirror(first)
    set_clock(first.now)
    assert "a" not in mirror.sync_all().failures
    return mirror


@cache
def clean() -> tuple[dict[str, list[tuple[Any, ...]]], int]:
    """Return what is held where nothing goes wrong, and how many requests that takes."""
    world = Disturbed(start())
    assert world.sync(full=True) == []
    requests = len(world.council.asked)
    world.council.later(days=2)
    assert world.sync(full=False) == []
    assert differences(world.council, world.mirror) == []
    result = world.records()
    world.mirror.close()
    return result, requests


def played(name: str, index: int) -> str:
    """Let one fault strike one request, and go on without; returns what is wrong."""
    expected, world = clean()[0], Disturbed(start())
    mirror = world.mirror
    plan = FaultPlan(size=1000, seed=index).at(index, name, times=TRIES)
    world.council.service.behaviours.append(plan)
    try:
        before = len(mirror.holds().get("Paper", {}))
        failures = world.sync(full=True)
        found = [f"{len(lost)} lost: {sorted(lost)[:3]}"] if (lost := _lost(world)) else []
        with Session(mirror.engine) as session:
            quarantined = session.scalar(select(func.count()).where(Problem.quarantined)) or 0
        if quarantined and name not in JUNK:
            found.append(f"{quarantined} in quarantine")
        plan.end()
        world.council.later(days=2)
        # A thousand objects that were made up and are gone are more than is believed without the operator's word.
        again = world.sync(full=name in PLAUSIBLE, accept=name == "endless-objects")
        found += [f"still failing: {again}"] if again else []
        found += differences(world.council, mirror)
        # Other bytes with 200, or a way that leads elsewhere, are taken for what became of a file (docs/proofs.md).
        files_hit = any(target.endswith("/access") for _, _, target in plan.played)
        if name not in PLAUSIBLE:
            without = {"file", "blob", "page"} if files_hit else set()
            held = world.records()
            found += differing(*({k: v for k, v in one.items() if k not in without} for one in (expected, held)))
        with Session(mirror.engine) as session:
            found += [f"unread: {k}" for k in session.scalars(_unread()) if not files_hit]
        assert before
    finally:
        mirror.close()
    return f"{name}@{index} ({plan.played}, {failures}): {found}" if found else ""


def _lost(world: Disturbed) -> set[str]:
    """Return what the council says, and the mirror held before and holds no more."""
    said, held = world.council.town.truth(), world.mirror.holds()
    mirror_before = start_ids()
    return {k for kind, ids in mirror_before.items() for k in ids & said.get(kind, set()) - held.get(kind, {}).keys()}


@cache
def start_ids() -> dict[str, set[str]]:
    """Return what is held when the disturbed sync begins."""
    return {kind: set(said) for kind, said in council("first").says().items()}


def _unread() -> Any:
    fetched = select(Blob.sha256).where(Blob.sha256 == File.blob_sha256, Blob.read_state == "ok").exists()
    return select(File.id).where(File.deleted.is_(False), ~fetched)


def cases(requests: int) -> Iterator[tuple[str, int]]:
    """Yield which fault strikes which request: all, or so many that each fault and each request is among them."""
    names = sorted(FAULTS)
    if WANTED == "all":
        yield from ((name, index) for name in names for index in range(requests))
    else:
        # A step that has no common divisor with their number leads past every request.
        yield from ((names[turn % len(names)], turn * 7 % requests) for turn in range(int(WANTED)))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_it_ends_where_nothing_went_wrong(shard: int, capsys: pytest.CaptureFixture[str]) -> None:
    requests = clean()[1]
    chosen = list(cases(requests))[shard::SHARDS]
    wrong = [found for name, index in chosen if (found := played(name, index))]
    with capsys.disabled():
        sys.stdout.write(f"\n{len(chosen)} of {len(list(cases(requests)))} faults played over {requests} requests\n")
    assert wrong == []


def test_it_leaves_no_fault_and_no_request_out() -> None:
    requests = clean()[1]
    chosen = list(cases(requests))
    assert len(FAULTS) >= 25
    assert requests >= 60
    assert {name for name, _ in chosen} == set(FAULTS)
    assert {index for _, index in chosen} == set(range(requests))
