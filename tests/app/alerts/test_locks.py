"""Two passes of two processes at once: both take what they write in one order, so that neither waits for the other
for ever."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from app.alerts.bundling import bundle
from app.alerts.matching import match
from app.config import Settings
from app.db import open_engine
from tests import factories as make
from tests.app.alerts.happening import NOW, Town

PATIENCE = 60  # seconds, for a machine that is busy
ALL = slice(None)


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Town:
    return Town(engine, settings)


def crosswise(town: Town, gone: slice = ALL) -> list[Any]:
    """Have alerts wait to tell of papers that are gone by now; returns the alerts.

    By what they follow, alerts come the other way round than by their numbers, and one person has the first and the
    last of them.
    """
    papers = sorted((make.paper(reference=f"2026/{number}") for number in range(4)), key=lambda one: one.id)
    make.save(town.engine, *papers)
    first = town.follow("paper", papers[3].id)
    alerts = [first, *(town.follow("paper", one.id) for one in (papers[2], papers[1]))]
    last = make.alert(first.subscriber_id, "paper", papers[0].id)
    make.save(town.engine, last)
    alerts.append(last)
    for paper in papers:
        town.tell(paper, refs=[f"paper:{paper.id}"])
    town.match()
    assert [len(town.told(alert)) for alert in alerts] == [1] * 4
    for paper in papers[gone]:
        town.withdraw(paper)
        town.tell(paper, "withdrawn", refs=[f"paper:{paper.id}"])
    return alerts


@contextmanager
def one_by_one(engine: Engine, each: Callable[[Any], object]) -> Iterator[None]:
    """Write rows that are written together one after another, as the server does; what each is, is said."""

    def execute(cursor: Any, statement: str, rows: Any, _: object) -> bool:
        for row in rows:
            cursor.execute(statement, row)
            if statement.startswith("UPDATE alert_notice"):
                each(row)
        return True

    event.listen(engine, "do_executemany", execute)
    try:
        yield
    finally:
        event.remove(engine, "do_executemany", execute)


def test_notices_are_put_into_mails_and_taken_back_by_the_number_of_their_alert(town: Town) -> None:
    crosswise(town)
    taken, dropped = list[int](), list[int]()

    def dropping(_: object, __: object, statement: str, given: Any, *___: object) -> None:
        if statement.startswith("DELETE FROM alert_notice"):
            dropped.append(given["alert_id_1"] if isinstance(given, dict) else given[0])

    event.listen(town.engine, "before_cursor_execute", dropping)
    with one_by_one(town.engine, lambda row: taken.append(row["alert"] if isinstance(row, dict) else row[1])):
        bundle(town.engine, town.settings, NOW)
    town.match()
    assert len(taken) == len(dropped) == 4
    assert taken == sorted(taken)
    assert dropped == sorted(dropped)


def bundled_while_taken_back(town: Town, database_url: str, rows: int) -> None:
    """Bundle, and after some rows have another pass take back as much as it can; neither may break."""
    elsewhere = open_engine(database_url)
    written, broken = count(1), list[str]()

    def take_back() -> None:
        try:
            match(elsewhere, town.settings, NOW)
        except Exception as error:  # noqa: BLE001 - it is said by the test
            broken.append(str(error))

    other = threading.Thread(target=take_back)

    def let_other_wait(_: object) -> None:
        if next(written) != rows:
            return
        other.start()
        with Session(elsewhere) as session:
            waits, until = text("SELECT count(*) FROM pg_locks WHERE NOT granted"), time.monotonic() + PATIENCE
            while other.is_alive() and not session.scalar(waits):
                assert time.monotonic() < until
                session.rollback()
                time.sleep(0.01)

    with one_by_one(town.engine, let_other_wait):
        bundle(town.engine, town.settings, NOW)
    other.join(PATIENCE)
    elsewhere.dispose()
    assert broken == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # where one row is locked, and not all of them
@pytest.mark.parametrize(("rows", "gone"), [(1, ALL), (2, ALL), (2, slice(2))])
def test_what_is_mailed_while_it_is_taken_back_stops_neither(
    town: Town, database_url: str, rows: int, gone: slice
) -> None:
    alerts = crosswise(town, gone)
    bundled_while_taken_back(town, database_url, rows)
    # None of the mails had gone, so nobody knew of what is gone by now.
    told = [len(town.told(alert)) for alert in reversed(alerts)]
    assert (sum(told[gone]), sum(told)) == (0, 4 - len(told[gone]))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_one_alert_tells_is_taken_back_in_its_order_too(town: Town, database_url: str) -> None:
    papers = [make.paper(reference=f"2026/{number}") for number in range(2)]
    make.save(town.engine, *papers)
    alert, refs = town.follow("body", make.BODY_ID), [f"body:{make.BODY_ID}"]
    for key, paper in zip("za", papers, strict=True):  # they lie in the table the other way round
        town.tell(paper, refs=refs, key=key)
    town.match()
    for paper in papers:
        town.withdraw(paper)
        town.tell(paper, "withdrawn", refs=refs)
    learn(town.engine)
    bundled_while_taken_back(town, database_url, 1)
    assert town.told(alert) == []


def learn(engine: Engine) -> None:
    """Let PostgreSQL know how few rows there are: then it looks them up without an index, as they lie."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
