"""A generation is the one before with its delta, whatever happened in between."""

from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from sqlalchemy import delete

from app.db import writing
from app.exports import DELTAS, Manifest, kept
from app.models import OParlObject, PublicState
from tests import factories as make
from tests.app.exports.desk import Desk, oid

State = dict[str, dict[str, Any]]


def whole(desk: Desk, folder: str) -> State:
    """Return all objects of a generation by id."""
    manifest = next(one for one in kept(desk.folder) if one.generation == folder)
    files = [one.path for one in manifest.files if one.format == "ndjson" and one.body == "all"]
    return {line["id"]: line for path in files for line in desk.lines(f"{folder}/{path}")}


def applied(state: State, desk: Desk, delta: Manifest) -> State:
    """Return what a reader has who applies a delta."""
    after = dict(state)
    for file in delta.files:
        if file.body != "all":
            continue
        lines = desk.lines(f"{delta.folder}/{file.path}")
        assert len(lines) == file.rows
        for line in lines:
            if line["op"] == "upsert":
                after[line["object"]["id"]] = line["object"]
            else:
                assert (line["op"] in ("delete", "redact"), line["deleted"]) == (True, True)
                assert {"id", "type", "modified", "ratslupe:reason"} <= line.keys()
                after.pop(line["id"], None)
    return after


def happen(desk: Desk, chance: Random, living: list[OParlObject]) -> None:
    """Let one of the things happen that happen to a council's records."""
    what = chance.choice(["new", "new", "change", "withdraw", "erase", "file"])
    if what == "new" or not living:
        paper = make.paper(name=f"Vorlage {chance.random()}")
        desk.bring(paper)
        living.append(paper)
    elif what == "change":
        desk.alter(chance.choice(living), name=f"Neu {chance.random()}")
    elif what == "withdraw":
        desk.withdraw(living.pop(chance.randrange(len(living))))
    elif what == "erase":
        desk.erase(living.pop(chance.randrange(len(living))))
    else:
        papers = [one for one in living if one.__class__.__name__ == "Paper"]
        if papers:
            made = make.read_file(f"Text {chance.random()}", of=chance.choice(papers))
            make.save(desk.engine, made)
            for one in made:
                if isinstance(one, OParlObject):
                    make.save(desk.engine, make.change(one, "created"))


@pytest.mark.parametrize("seed", range(3))
def test_a_generation_is_the_one_before_with_its_delta(desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.exports.parquet.is_possible", lambda: False)
    chance, living = Random(seed), list[OParlObject]()
    desk.begin(make.organization())
    before = desk.publish()
    state = whole(desk, before.generation)
    for _ in range(6):
        for _ in range(chance.randrange(6)):
            happen(desk, chance, living)
        after = desk.publish()
        for delta in kept(desk.folder, DELTAS):
            if (delta.since, delta.seq) == (before.seq, after.seq):
                state = applied(state, desk, delta)
        assert state == whole(desk, after.generation)
        before = after


def test_a_delta_is_as_small_as_what_changed_and_says_how_it_went(desk: Desk, folder: Path) -> None:
    changed, gone, erased, *rest = (make.paper() for _ in range(30))
    desk.begin(changed, gone, erased, rest)
    first = desk.publish()
    desk.alter(changed, name="Neu")
    desk.withdraw(gone)
    desk.erase(erased)
    second = desk.publish()
    (delta,) = kept(folder, DELTAS)
    assert (delta.previous, delta.since, delta.seq) == (first.generation, first.seq, second.seq)
    lines = desk.lines(f"deltas/{delta.generation}/musterstadt/Paper.ndjson.gz")
    assert {line["op"]: line.get("id") or line["object"]["id"] for line in lines} == {
        "upsert": oid(changed),
        "delete": oid(gone),
        "redact": oid(erased),
    }
    told = orjson.loads((folder / "deltas" / delta.generation / "manifest.json").read_bytes())
    assert all("/download/deltas/" in file["url"] for file in told["files"])
    assert (folder / "deltas" / delta.generation / "SHA256SUMS.sig").is_file()


def test_no_delta_leads_from_one_edition_to_another(desk: Desk, folder: Path) -> None:
    desk.begin(make.paper())
    first = desk.publish()
    with writing(desk.engine) as session:
        session.execute(delete(PublicState))
    second = desk.publish()
    assert second.edition != first.edition
    assert kept(folder, DELTAS) == []


def test_nothing_is_told_of_what_came_and_went_in_between(desk: Desk) -> None:
    desk.begin(make.organization())
    desk.publish()
    paper = make.paper(name="GEHEIM")
    desk.bring(paper)
    desk.withdraw(paper)
    desk.publish()
    assert b"GEHEIM" not in desk.everything()
