"""Of what is withdrawn only those hear who knew it; what still waits says nothing of it."""

from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import writing
from app.models import Alert, AlertChannel, AlertNotice, ChannelDelivery
from tests import factories as make
from tests.app.alerts.happening import NOW, Town, short


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Town:
    return Town(engine, settings)


def test_a_record_that_is_gone_by_now_is_told_of_by_nothing(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    alert, council = town.follow(), town.follow("body", make.BODY_ID)
    town.tell(paper, refs=[f"body:{make.BODY_ID}"])
    town.withdraw(paper)
    town.tell(paper, "withdrawn", refs=[f"body:{make.BODY_ID}"])
    town.match()
    assert town.told(alert) == town.told(council) == []


def sent(town: Town, alert: Alert, **columns: Any) -> None:
    """Have what waits of an alert be mailed."""
    mail = make.alert_delivery(alert.subscriber_id, **columns)
    make.save(town.engine, mail)
    with writing(town.engine) as session:
        session.execute(update(AlertNotice).where(AlertNotice.alert_id == alert.id).values(delivery_id=mail.id))


def test_a_withdrawal_is_told_to_whoever_was_told_of_it_or_follows_it(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    told, following, other = town.follow(), town.follow("paper", paper.id), town.follow(value="kita")
    town.tell(paper)
    town.match()
    sent(town, told, sent_at=NOW, next_try=None, attempts=1)
    town.withdraw(paper)
    town.tell(paper, "withdrawn", refs=[f"paper:{paper.id}"])
    town.match()
    assert town.told(told) == [f"new {short(paper)}", f"withdrawn {short(paper)}"]
    assert town.told(following) == [f"withdrawn {short(paper)}"]
    assert town.told(other) == []


@pytest.mark.parametrize("in_a_mail", [False, True])
def test_what_was_withdrawn_before_it_was_told_is_told_by_nothing(town: Town, in_a_mail: bool) -> None:
    paper, file = make.paper(), make.file(name="Gartenstraße")
    make.save(town.engine, paper, file, make.link(paper, "mainFile", file))
    search, council = town.follow(), town.follow("body", make.BODY_ID)
    for row in (paper, file):
        town.tell(row, matter=paper, refs=[f"body:{make.BODY_ID}"])
    town.match()
    assert len(town.told(search)) == len(town.told(council)) == 2
    if in_a_mail:
        sent(town, search, attempts=0)
    town.withdraw(paper)
    town.tell(paper, "withdrawn", refs=[f"body:{make.BODY_ID}"])
    town.match()
    assert town.told(search) == town.told(council) == []


def test_a_mail_that_may_be_on_its_way_has_told(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    alert = town.follow()
    town.tell(paper)
    town.match()
    sent(town, alert, attempts=1)
    town.withdraw(paper)
    town.tell(paper, "withdrawn")
    town.match()
    assert town.told(alert) == [f"new {short(paper)}", f"withdrawn {short(paper)}"]


@pytest.mark.parametrize(
    ("columns", "hears"), [({}, True), ({"disabled_at": NOW}, False), ({"verified_at": None}, False)]
)
def test_a_program_that_was_called_hears_of_it_before_any_mail_went(
    town: Town, columns: dict[str, Any], hears: bool
) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    alert = town.follow(frequency="weekly")
    usual: dict[str, Any] = {"kind": "webhook", "endpoint": "https://hook.example/", "endpoint_hash": "", "secret": ""}
    usual |= {"created_at": NOW, "verified_at": NOW, "failures": 0, "seen": 0}
    make.save(town.engine, AlertChannel(subscriber_id=alert.subscriber_id, **(usual | columns)))
    town.tell(paper)
    town.match()
    assert len(owed(town)) == hears
    with writing(town.engine) as session:  # it was taken
        session.execute(update(ChannelDelivery).values(sent_at=NOW, next_try=None, notices=[]))
    town.withdraw(paper)
    town.tell(paper, "withdrawn")
    town.match()
    assert [key.partition(":")[0] for call in owed(town) for _, key in call.notices] == ["withdrawn"] * hears
    # The mail says the same as the call: nothing of what is gone, and that it was told of.
    assert (f"withdrawn {short(paper)}" in town.told(alert)) == hears


def owed(town: Town) -> list[ChannelDelivery]:
    """Return the calls that are owed."""
    with Session(town.engine) as session:
        return list(session.scalars(select(ChannelDelivery).where(ChannelDelivery.sent_at.is_(None))))


def test_what_is_published_again_is_not_called_withdrawn(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    alert = town.follow("paper", paper.id)
    town.tell(paper, "withdrawn", refs=[f"paper:{paper.id}"])
    town.match()
    assert town.told(alert) == []
