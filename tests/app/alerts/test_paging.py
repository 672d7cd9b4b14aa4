"""Alerts are read some at a time, by what they follow: none twice, none passed by, and not sorted for each page."""

from itertools import groupby
from operator import attrgetter

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from app.alerts import matching
from app.config import Settings
from app.db import learn
from app.models import Alert
from tests import factories as make
from tests.app.alerts.happening import Town, short

VALUES = ("gartenstraße", "tempo", "Gartenstraße", "gartenstrasse", "tempo 30", "ärger", "zebra")


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Town:
    return Town(engine, settings)


@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 100])
def test_each_is_read_once_and_with_those_that_ask_the_same(
    town: Town, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(matching, "AT_ONCE", at_once)
    alerts = [town.follow(value=value) for _ in range(3) for value in VALUES]
    alerts += [town.follow("paper", value) for value in VALUES]
    with Session(town.engine) as session:
        rows = list(matching._by_target(session, matching.followers(Alert.id > 0)))
    assert sorted(row.id for row in rows) == sorted(alert.id for alert in alerts)
    asked = [of for of, _ in groupby(rows, attrgetter("kind", "value"))]
    assert len(asked) == len(set(asked)) == 2 * len(VALUES)


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_nobody_is_told_twice_or_forgotten_where_there_are_many(
    town: Town, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(matching, "AT_ONCE", at_once)
    paper = make.paper()
    make.save(town.engine, paper)
    alerts = [town.follow(value=value) for _ in range(2) for value in VALUES[:5]]
    town.tell(paper)
    done = town.match()
    assert (done.searches, done.notices) == (5, 10)
    assert [town.told(alert) for alert in alerts] == [[f"new {short(paper)}"]] * 10


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL sorts a few rows as it likes
@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_a_page_begins_where_the_last_one_ended(
    town: Town, monkeypatch: pytest.MonkeyPatch, counted: bool, whole: bool
) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    for _ in range(3):
        for value in VALUES:
            town.follow(value=value)
    town.tell(paper)
    if counted:
        learn(town.engine)
    monkeypatch.setattr(matching, "AT_ONCE", 5)
    plans: list[str] = []

    def explain(connection: object, cursor: object, statement: str, given: object, *_: object) -> None:
        if statement.startswith("SELECT alert.id") and "ORDER BY alert.kind" in statement:
            with town.engine.connect() as other:
                rows = other.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)  # type: ignore[arg-type]
                plans.append("\n".join(row.detail for row in rows))

    event.listen(town.engine, "before_cursor_execute", explain)
    town.match(whole=whole)
    assert len(plans) > 4
    for plan in plans:
        assert "TEMP B-TREE" not in plan
