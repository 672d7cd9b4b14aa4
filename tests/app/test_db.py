"""The database layer: moments keep their zone, writers queue instead of failing, an error leaves nothing."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import Consumer, Source


def source(slug: str, at: datetime) -> dict[str, object]:
    return {"slug": slug, "url": f"https://{slug}.example", "added_at": at, "state": "new"}


def test_a_moment_comes_back_in_utc_whatever_its_zone(engine: Engine) -> None:
    at = datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2)))
    with writing(engine) as session:
        session.execute(insert(Source).values(**source("a", at)))
    with Session(engine) as session:
        back = session.scalars(select(Source.added_at)).one()
    assert back == at
    assert back.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="without a zone"), writing(engine) as session:
        session.execute(insert(Source).values(**source("a", datetime(2026, 1, 1))))  # noqa: DTZ001 - that is the fault


def test_an_error_leaves_nothing_behind(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), writing(engine) as session:
        session.execute(insert(Source).values(**source("a", now())))
        raise ZeroDivisionError
    with Session(engine) as session:
        assert session.scalars(select(Source)).all() == []


def test_writers_wait_for_each_other_and_lose_nothing(engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(insert(Consumer).values(name="n", seq=0))
    add_one = text("UPDATE consumer SET seq = seq + 1 WHERE name = 'n'")
    faults: list[BaseException] = []

    def add_many() -> None:
        try:
            for _ in range(25):
                with writing(engine) as session:
                    session.execute(select(Consumer.seq)).all()  # a read first: the upgrade that SQLite would refuse
                    session.execute(add_one)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test must show it
            faults.append(error)

    threads = [threading.Thread(target=add_many) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with Session(engine) as session:
        assert session.scalars(select(Consumer.seq)).one() == 150


def test_a_reader_is_not_kept_waiting_by_a_writer(engine: Engine) -> None:
    with writing(engine) as writer, Session(engine) as reader:
        writer.execute(insert(Source).values(**source("a", now())))
        assert reader.scalars(select(Source)).all() == []


def test_reading_json_gives_what_was_written(engine: Engine) -> None:
    from app.models import ListCursor, SyncRun  # noqa: PLC0415 - only here

    counts = {"ä": 1, "nested": {"x": [1, None, "\u0000?"]}}
    with writing(engine) as session:
        session.execute(insert(Source).values(**source("a", now())))
        source_id = session.scalars(select(Source.id)).one()
        session.execute(insert(SyncRun).values(source_id=source_id, started_at=now(), counts=counts))
    with Session(engine) as session:
        assert session.scalars(select(SyncRun.counts)).one() == counts
        assert session.scalars(select(ListCursor)).all() == []


def test_an_error_says_nothing_of_what_was_asked_for(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(text("SELECT no_column FROM source WHERE slug = :word"), {"word": "jane@example.org"})
    assert "jane" not in str(failed.value)
