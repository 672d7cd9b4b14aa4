"""Old generations: kept for whoever reads them, and never for what was withdrawn."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from app.db import now, writing
from app.exports import Manifest, keeping, path_of, publish, publishing
from app.models import OParlObject
from tests import factories as make

BASE = "http://portal.example"
PAPERS = "musterstadt/Paper.ndjson.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "exports"


def change(engine: Engine, row: OParlObject, kind: str = "updated", **values: Any) -> None:
    """Change a record as the worker does: its row and the log."""
    with writing(engine) as session:
        fields = values.pop("fields", None)
        if values:
            session.execute(update(type(row)).where(type(row).id == row.id).values(**values))
    make.save(engine, make.change(row, kind, fields=fields))


def served(folder: Path, *made: Manifest) -> list[bool]:
    return [path_of(folder, f"{one.generation}/{PAPERS}") is not None for one in made]


def pass_time(folder: Path, seconds: float) -> None:
    for note in (folder / "ending").iterdir():
        os.utime(note, (time.time() - seconds,) * 2)


def test_what_was_withdrawn_is_soon_in_no_generation(engine: Engine, folder: Path) -> None:
    gone, left = make.paper(name="Geheimes"), make.paper()
    make.save(engine, make.body(), gone, left)
    old = publish(engine, folder, base_url=BASE)
    change(engine, gone, "deleted", deleted=True, raw={"id": gone.id})
    new = publish(engine, folder, base_url=BASE)
    assert served(folder, old, new) == [True, True]  # who is in the middle of it gets to the end
    pass_time(folder, keeping.GRACE.total_seconds() - 60)
    assert publish(engine, folder, base_url=BASE) == new
    assert served(folder, old, new) == [True, True]
    pass_time(folder, keeping.GRACE.total_seconds())
    assert served(folder, old, new) == [False, True]  # also while nobody exports
    assert publish(engine, folder, base_url=BASE) == new
    assert [path.name for path in (folder / "generations").iterdir()] == [new.generation]
    assert list((folder / "ending").iterdir()) == []


@pytest.mark.parametrize("kind", ["erased", "deleted"])
def test_it_looks_back_where_the_export_itself_stays_the_same(engine: Engine, folder: Path, kind: str) -> None:
    paper, other = make.paper(), make.paper()
    make.save(engine, make.body(), paper, other)
    old = publish(engine, folder, base_url=BASE)
    change(engine, paper, raw=paper.raw | {"name": "Neu"}, fields=["name"])
    new = publish(engine, folder, base_url=BASE)
    make.save(engine, make.change(other, kind))  # which no line of the export shows
    assert publish(engine, folder, base_url=BASE) == new
    pass_time(folder, keeping.GRACE.total_seconds())
    assert served(folder, old, new) == [False, True]


@pytest.mark.parametrize("fields", [["name", "public"], ["agendaItem"]])
def test_an_item_that_turned_private_or_left_its_agenda_ends_them(
    engine: Engine, folder: Path, fields: list[str]
) -> None:
    item, paper = make.agenda_item(), make.paper()
    make.save(engine, make.body(), item, paper)
    old = publish(engine, folder, base_url=BASE)
    change(engine, item, public=False, raw={"id": item.id}, fields=fields)
    new = publish(engine, folder, base_url=BASE)
    pass_time(folder, keeping.GRACE.total_seconds())
    assert served(folder, old, new) == [False, True]


def test_a_file_that_its_paper_names_no_more_ends_them(engine: Engine, folder: Path) -> None:
    paper, file = make.paper(), make.file(embedded=True)
    link = make.link(paper, "auxiliaryFile", file)
    make.save(engine, make.body(), paper, file, link)
    old = publish(engine, folder, base_url=BASE)
    with writing(engine) as session:
        session.delete(session.merge(link))
    change(engine, file, fields=["auxiliaryFile"])
    new = publish(engine, folder, base_url=BASE)
    assert new.generation != old.generation
    pass_time(folder, keeping.GRACE.total_seconds())
    assert served(folder, old, new) == [False, True]


def test_a_file_that_names_a_private_item_itself_ends_them(engine: Engine, folder: Path) -> None:
    item, file, paper = make.agenda_item(public=False), make.file(), make.paper()
    make.save(engine, make.body(), item, file, paper)
    old = publish(engine, folder, base_url=BASE)
    change(engine, file, raw=file.raw | {"agendaItem": [item.id]}, fields=["agendaItem"])
    new = publish(engine, folder, base_url=BASE)
    assert new.generation != old.generation
    pass_time(folder, keeping.GRACE.total_seconds())
    assert served(folder, old, new) == [False, True]


def test_a_changed_record_ends_nothing(engine: Engine, folder: Path) -> None:
    item, paper = make.agenda_item(), make.paper()
    make.save(engine, make.body(), item, paper)
    made = [publish(engine, folder, base_url=BASE)]
    for row in (item, paper):
        change(engine, row, raw=row.raw | {"name": "Neu"}, fields=["name", "auxiliaryFile"])
        made.append(publish(engine, folder, base_url=BASE))
    assert served(folder, *made) == [True] * 3
    assert not (folder / "ending").exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_clock_that_is_set_back_costs_no_new_generation(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make.paper()
    make.save(engine, make.body(), paper)
    made = []
    for day in (5, 4, 3, 2, 1):
        monkeypatch.setattr(publishing, "now", lambda day=day: now() + timedelta(days=day))
        change(engine, paper, raw=paper.raw | {"name": f"Fassung {day}"}, fields=["name"])
        made.append(publish(engine, folder, base_url=BASE))
    assert served(folder, *made) == [False, False, True, True, True]
