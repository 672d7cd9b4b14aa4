"""A council that takes back hundreds of records at once: the work grows with what there is, not with its square."""

from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from app.alerts import happened, matching, noticing
from app.alerts.happened import Happened, Window
from app.config import Settings
from app.models import Alert
from tests import factories as make
from tests.app.alerts.happening import NOW, Town, short

MANY = 100


class Watched(Happened):
    """A piece of news that counts how often anybody looks what it is about."""

    looks: ClassVar[int] = 0

    @property
    def object_id(self) -> str:
        """See Happened."""
        Watched.looks += 1
        return str(self[5])


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Town:
    return Town(engine, settings)


def tell(town: Town, window: Window, ref: str) -> None:
    """Write what everybody is to be told of a window, of which all are followers of one thing."""
    with Session(town.engine) as session:
        followers = [noticing.Follower(*row) for row in session.execute(matching.followers(Alert.id > 0))]
    notices = noticing.Notices(town.engine, NOW, window, matching.Matched())
    for one in followers:
        notices.add(one, window.of(ref), window.until)
    notices.finish()


def taken_back(town: Town, count: int) -> tuple[list[Any], Window]:
    """Have as many papers taken back as appear in their place; returns those that are gone, and the news."""
    ref = f"body:{make.BODY_ID}"
    gone = [make.paper(reference=f"2025/{number}", deleted=True) for number in range(count)]
    here = [make.paper(reference=f"2026/{number}") for number in range(count)]
    make.save(town.engine, gone, here)
    for number, (old, new) in enumerate(zip(gone, here, strict=True)):
        town.tell(old, "withdrawn", refs=[ref], key=f"withdrawn:{number}")
        town.tell(new, refs=[ref], key=f"new:{number}")
    with Session(town.engine) as session:
        news = happened.window(session, 0, 2 * count)
    assert news is not None
    return gone, news


def watched(news: Window) -> Window:
    """Return the same news, of which it is known how often they are looked at."""
    twins = {one.id: Watched(*one) for one in news.news}
    found = Window(news.until, list(twins.values()), news.told, news.heard, news.born)
    for mine, of in ((found.refs, news.refs), (found.by_document, news.by_document), (found.by_matter, news.by_matter)):
        mine.update({name: [twins[one.id] for one in some] for name, some in of.items()})
    return found


@pytest.mark.parametrize("knows", [0, 1, MANY])
def test_each_record_that_is_taken_back_is_looked_at_a_few_times(town: Town, knows: int) -> None:
    gone, news = taken_back(town, MANY)
    alert = town.follow("body", make.BODY_ID)
    # What waits of them is dropped, whatever else is told.
    make.save(town.engine, *(make.notice(alert, paper, due_at=NOW) for paper in gone[:knows]))
    with Session(town.engine) as session:
        news.heard = happened.noticed(session, {paper.id for paper in gone})
    Watched.looks = 0
    tell(town, watched(news), f"body:{make.BODY_ID}")
    assert 0 < Watched.looks <= 20 * len(news.news)
    told = town.told(alert)
    assert sum(one.startswith("new ") for one in told) == MANY
    # Whoever follows the council hears that they are gone, but of those of which nothing was told yet.
    assert {one for one in told if one.startswith("withdrawn ")} == {f"withdrawn {short(one)}" for one in gone[knows:]}


def test_what_waits_of_them_is_dropped_at_once_and_not_one_by_one(town: Town) -> None:
    gone, news = taken_back(town, MANY)
    alerts = [town.follow("body", make.BODY_ID) for _ in range(3)]
    make.save(town.engine, *(make.notice(alert, paper, due_at=NOW) for alert in alerts for paper in gone))
    with Session(town.engine) as session:
        news.heard = happened.noticed(session, {paper.id for paper in gone})
    dropped: list[str] = []

    def dropping(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE"):
            dropped.append(statement)

    event.listen(town.engine, "before_cursor_execute", dropping)
    tell(town, news, f"body:{make.BODY_ID}")
    assert len(dropped) == len(alerts)
    assert [len(town.told(alert)) for alert in alerts] == [MANY] * 3
