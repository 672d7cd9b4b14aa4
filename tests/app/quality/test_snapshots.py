"""A day is kept once, however often it is counted; former days become few; councils that went lose theirs."""

from datetime import timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import Body, QualitySnapshot, key_of
from app.quality import snapshots
from tests import factories

KEY = key_of(factories.BODY_ID)


def days(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return [one.day.isoformat() for one in snapshots.history(session, KEY)]


def test_a_day_is_kept_once(engine: Engine) -> None:
    factories.save(engine, factories.body(), factories.paper(date=None))
    moment = now()
    with Session(engine) as session:
        assert snapshots.is_due(session, moment)
    snapshots.take(engine, moment)
    factories.save(engine, factories.paper(date=None))
    snapshots.take(engine, moment)
    snapshots.take(engine, moment, [])
    with Session(engine) as session:
        assert not snapshots.is_due(session, moment)
        assert snapshots.is_due(session, moment + timedelta(days=1))
        newest = snapshots.newest(session, KEY)
        assert newest is not None
        assert newest.counts["Paper.date"] == [2, 2]
    assert len(days(engine)) == 1


def test_of_former_days_the_first_of_each_month_is_kept(engine: Engine) -> None:
    factories.save(engine, factories.body())
    moment = now().replace(hour=12)  # at night a day there is another one here
    begin = (moment - timedelta(days=400)).date()
    with writing(engine) as session:
        for number in range(0, 400, 3):
            day = begin + timedelta(days=number)
            session.add(QualitySnapshot(body_key=KEY, day=day, made_at=moment, counts={}))
    before = days(engine)
    removed = snapshots.thin(engine, moment)
    kept = days(engine)
    assert len(kept) == len(before) - removed
    limit = (moment - snapshots.DAILY).date()
    assert [one for one in kept if one >= limit.isoformat()] == [one for one in before if one >= limit.isoformat()]
    old = [one[:7] for one in kept if one < (limit - timedelta(days=1)).isoformat()]
    assert len(old) == len(set(old))
    assert {one[:7] for one in before} == {one[:7] for one in kept}
    assert snapshots.thin(engine, moment) == 0


def test_what_was_counted_of_a_council_goes_with_it(engine: Engine) -> None:
    factories.save(engine, factories.body())
    snapshots.take(engine, now())
    with writing(engine) as session:
        session.execute(update(Body).values(deleted=True))
    snapshots.thin(engine, now())
    assert days(engine) == []
    with Session(engine) as session:
        assert not snapshots.is_due(session, now())
        assert session.scalar(select(QualitySnapshot.day)) is None
