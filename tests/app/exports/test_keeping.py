"""Old generations: the last of each day, week and month stay; what goes is served until a download of it is done."""

import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.exports import DELTAS, Manifest, Retention, instead_of, is_gone, kept, layout, path_of, publishing
from app.exports.keeping import chosen
from tests import factories as make
from tests.app.exports.desk import Desk

pytestmark = pytest.mark.usefixtures("tmp_path")
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAPERS = "musterstadt/Paper.ndjson.gz"


def pass_time(folder: Path) -> None:
    for note in (folder / "ending").iterdir():
        os.utime(note, (time.time() - layout.GRACE.total_seconds(),) * 2)


def one_of(day: date, revision: int = 1) -> Manifest:
    name = f"{day}" + (f".r{revision}" if revision > 1 else "")
    return Manifest(name, datetime(day.year, day.month, day.day, tzinfo=UTC), 1, "", (), ())


def test_the_last_of_each_day_week_and_month_stays() -> None:
    days = [date(2026, 12, 31) - timedelta(days=number) for number in range(800)]
    staying = chosen([one_of(day) for day in days] + [one_of(days[3], 2)], Retention())
    assert {f"{day}" for day in (*days[:3], *days[4:14])} | {f"{days[3]}.r2"} <= staying
    assert f"{days[3]}" not in staying
    assert {"2026-12-13", "2026-11-15", "2026-11-30", "2026-01-31"} <= staying
    assert "2026-12-16" not in staying
    assert "2025-12-31" not in staying
    assert len(staying) == 14 + 8 - 3 + 12 - 1  # some are two at once


def test_of_few_all_stay() -> None:
    assert chosen([], Retention()) == set()
    assert chosen([one_of(date(2026, 1, 1))], Retention(0, 0, 0)) == set()


@ON_SQLITE
def test_a_version_of_the_same_day_is_served_until_a_download_is_done(desk: Desk, folder: Path) -> None:
    paper = make.paper(name="Erste")
    desk.begin(paper)
    made = [desk.publish()]
    for name in ("Zweite", "Dritte"):
        desk.alter(paper, name=name)
        made.append(desk.publish())
    assert [one.generation[10:] for one in made] == ["", ".r2", ".r3"]
    names = [f"{one.generation}/{PAPERS}" for one in made]
    assert [desk.lines(name)[0]["name"] for name in names] == ["Erste", "Zweite", "Dritte"]
    pass_time(folder)
    assert [path_of(folder, name) is not None for name in names] == [False, False, True]  # also while nobody exports
    assert [is_gone(folder, name) for name in names] == [True, True, False]
    assert instead_of(folder, made[0].generation) == made[-1].generation
    desk.publish()
    assert [path.name for path in (folder / "generations").iterdir()] == [made[-1].generation]
    assert list((folder / "ending").iterdir()) == []
    desk.alter(paper, name="Vierte")
    assert desk.publish().generation == f"{made[0].day}.r4"  # no name is given twice


@ON_SQLITE
def test_days_stay_side_by_side_and_deltas_as_long_as_they_are_asked_to(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make.paper()
    desk.begin(paper)
    start = datetime(2026, 6, 1, 12, tzinfo=UTC)
    for day in range(5):
        monkeypatch.setattr(publishing, "now", lambda day=day: start + timedelta(days=day))
        desk.alter(paper, name=f"Fassung {day}")
        desk.publish(retention=Retention(days=2, weeks=0, months=0, deltas=2))
        if (folder / "ending").exists():
            pass_time(folder)
    desk.publish(retention=Retention(days=2, weeks=0, months=0, deltas=2))
    assert [one.generation for one in kept(folder)] == ["2026-06-04", "2026-06-05"]
    assert [one.generation for one in kept(folder, DELTAS)] == ["2026-06-03", "2026-06-04", "2026-06-05"]
    assert is_gone(folder, f"2026-06-01/{PAPERS}")
    assert is_gone(folder, f"deltas/2026-06-02/{PAPERS}")
    assert not is_gone(folder, "2026-05-31/x")  # never was
    assert not is_gone(folder, f"2026-06-05/{PAPERS}")
    assert instead_of(folder, "2026-06-01") == "2026-06-05"


@ON_SQLITE
def test_a_clock_that_is_set_back_costs_no_name(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = make.paper()
    desk.begin(paper)
    start = datetime(2026, 6, 9, 12, tzinfo=UTC)
    for number, day in enumerate((3, 2, 3, 1)):
        monkeypatch.setattr(publishing, "now", lambda day=day: start + timedelta(days=day))
        desk.alter(paper, name=f"Fassung {number}")
        current = desk.publish()
        assert desk.lines(PAPERS)[0]["name"] == f"Fassung {number}"
    assert current.generation == "2026-06-10"
    assert path_of(folder, f"2026-06-12.r2/{PAPERS}") is not None
