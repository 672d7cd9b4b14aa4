"""What was told long ago is forgotten; what waits, and what is younger, stays."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.alerts import pruning
from app.alerts.pruning import CALLED, TOLD, prune
from app.models import AlertChannel, AlertDelivery, AlertNotice, ChannelDelivery, News, NewsRef
from tests import factories as make
from tests.app.alerts.happening import NOW

OLD, YOUNG = NOW - TOLD, NOW - TOLD + timedelta(seconds=1)


def kept(engine: Engine, column: Any) -> list[Any]:
    with Session(engine) as session:
        return sorted(session.scalars(select(column)))


@pytest.fixture
def alert(engine: Engine) -> Any:
    reader = make.subscriber(id=1)
    alert = make.alert(reader, id=1)
    make.save(engine, make.body(), reader)
    make.save(engine, alert)
    return alert


def mail(engine: Engine, alert: Any, number: int, **columns: Any) -> None:
    columns = {"created_at": OLD, "next_try": None} | columns
    row = make.alert_delivery(alert.subscriber_id, id=number, **columns)
    make.save(engine, row)
    make.save(engine, make.notice(alert, make.paper(), delivery=row, key=f"new:{number}"))


def test_mails_of_long_ago_go_with_what_they_told(engine: Engine, alert: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "AT_ONCE", 2)
    for number in range(1, 6):
        mail(engine, alert, number, sent_at=OLD)
    mail(engine, alert, 6)  # given up
    mail(engine, alert, 7, sent_at=YOUNG)
    mail(engine, alert, 8, next_try=NOW)  # still tried
    mail(engine, alert, 9, created_at=YOUNG)
    make.save(engine, make.notice(alert, make.paper(), key="waits", created_at=OLD))
    assert prune(engine, NOW) == 6
    assert kept(engine, AlertDelivery.id) == [7, 8, 9]
    assert kept(engine, AlertNotice.key) == ["new:7", "new:8", "new:9", "waits"]
    assert prune(engine, NOW) == 0


def test_calls_are_forgotten_after_a_month_and_news_with_mails(engine: Engine, alert: Any) -> None:
    given: dict[str, Any] = {
        "id": 1,
        "kind": "webhook",
        "endpoint": "https://x.example",
        "endpoint_hash": "x",
        "secret": "x",
    }
    make.save(engine, AlertChannel(subscriber_id=alert.subscriber_id, created_at=OLD, failures=0, seen=0, **given))
    before = NOW - CALLED
    for number, columns in enumerate(
        [{"sent_at": before}, {}, {"next_try": NOW}, {"sent_at": before + timedelta(seconds=1)}], 1
    ):
        row = {"id": number, "channel_id": 1, "key": str(number), "notices": [], "created_at": before, "attempts": 1}
        make.save(engine, ChannelDelivery(**row, **columns))
    paper = make.paper()
    make.save(engine, paper)
    make.save(engine, make.news(paper, at=OLD), make.news(paper, "changed", at=YOUNG))
    assert prune(engine, NOW) == 3
    assert kept(engine, ChannelDelivery.id) == [3, 4]
    assert kept(engine, News.kind) == ["changed"]
    assert set(kept(engine, NewsRef.news_id)) == set(kept(engine, News.id))
