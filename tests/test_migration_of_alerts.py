"""What was followed before there were subscribers is so still: confirmed, told, owed, and ended by its old link."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.alerts.ending import unsubscribe
from app.alerts.subscribing import confirm, subscribe
from app.alerts.targets import search_target
from app.alerts.tokens import CONFIRM, UNSUBSCRIBE, token
from app.config import ROOT, Settings
from app.db import open_engine, upgrade
from app.models import Alert, AlertDelivery, AlertNotice, Subscriber

THEN = datetime(2026, 11, 20, 8, tzinfo=UTC)
READER, OTHER = "reader@example.org", "other@example.org"
ALERTS = [(3, READER, "gartenstraße", THEN), (4, READER, "kita", THEN), (5, OTHER, "brücke", None)]
NEVER = (6, READER, "nie bestätigt", None)
SENT, OWED, GIVEN_UP = 11, 12, 13


@pytest.fixture
def before(engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """An empty database as the release before had it."""
    old = engine
    if engine.dialect.name == "sqlite":
        old = open_engine(f"sqlite:///{tmp_path}/before.db")
    else:
        with engine.execution_options(write=True).begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with old.execution_options(write=True).connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
    yield old
    old.dispose()


def fill(engine: Engine) -> None:
    is_sqlite = engine.dialect.name == "sqlite"
    then = THEN.strftime("%Y-%m-%d %H:%M:%S.%f") if is_sqlite else THEN
    alert = """
        INSERT INTO alert (id, address, query, language, nonce, requested_at, confirmation_sent_at, confirmed_at, seq)
        VALUES (:id, :address, :query, 'de', :nonce, :then, :then, :confirmed, 5)"""
    mail = """
        INSERT INTO alert_delivery
            (id, alert_id, seq_until, total, message_id, created_at, attempts, next_try, sent_at)
        VALUES (:id, :alert, :id, 1, :name, :then, 1, :again, :sent)"""
    hit = "INSERT INTO alert_hit (alert_id, object_id, delivery_id) VALUES (:alert, :object, :mail)"
    with engine.execution_options(write=True).begin() as connection:
        for number, address, query, confirmed in [*ALERTS, NEVER]:
            values = {"id": number, "address": address, "query": query, "nonce": f"{number:032x}", "then": then}
            connection.execute(text(alert), values | {"confirmed": then if confirmed else None})
        for number, of, sent, again in ((SENT, 3, then, None), (OWED, 3, None, then), (GIVEN_UP, 4, None, None)):
            values = {"id": number, "alert": of, "name": f"<{number}@portal>", "then": then}
            connection.execute(text(mail), values | {"sent": sent, "again": again})
            told = {"alert": of, "object": f"https://council.example/oparl/file/{number}", "mail": number}
            connection.execute(text(hit), told)


def test_what_was_followed_told_and_owed_is_so_still(before: Engine, settings: Settings) -> None:
    fill(before)
    upgrade(before)
    with Session(before) as session:
        readers = session.scalars(select(Subscriber).order_by(Subscriber.id)).all()
        assert [(one.address, one.confirmed_at) for one in readers] == [(READER, THEN), (OTHER, None)]
        alerts = session.scalars(select(Alert).order_by(Alert.id)).all()
        assert [(one.id, one.value) for one in alerts] == [(3, "gartenstraße"), (4, "kita"), (5, "brücke")]
        assert {(one.kind, one.frequency, one.seq) for one in alerts} == {("search", "instant", 5)}
        mails = session.scalars(select(AlertDelivery)).all()
        assert [(one.id, one.message_id, one.sent_at) for one in mails] == [(SENT, f"<{SENT}@portal>", THEN)]
        notices = session.execute(
            select(AlertNotice.object_id, AlertNotice.delivery_id).order_by(AlertNotice.object_id)
        )
        of = "https://council.example/oparl/file"
        # What waited is told by the next mail; what was given up was told too late already.
        assert [tuple(one) for one in notices] == [(f"{of}/{SENT}", SENT), (f"{of}/{OWED}", None)]


def test_links_of_mails_that_were_sent_before_work_still(before: Engine, settings: Settings) -> None:
    fill(before)
    upgrade(before)
    assert unsubscribe(before, settings, token(settings, UNSUBSCRIBE, f"{3:032x}"))
    with Session(before) as session:
        assert session.scalars(select(Alert.id).order_by(Alert.id)).all() == [4, 5]
    moment = THEN.replace(hour=9)
    assert confirm(before, settings, token(settings, CONFIRM, f"{5:032x}"), moment=moment) is not None


def test_ids_go_on_after_those_that_were_kept(before: Engine, settings: Settings) -> None:
    fill(before)
    upgrade(before)
    subscribe(before, settings, READER, search_target("radweg"), "de", moment=THEN)
    with Session(before) as session:
        assert session.scalar(select(Alert.id).where(Alert.value == "radweg")) == 6


def test_an_empty_database_becomes_one_without_followers(before: Engine) -> None:
    upgrade(before)
    with Session(before) as session:
        assert session.scalars(select(Subscriber.id)).all() == []
