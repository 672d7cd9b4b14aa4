from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.models import Source, SyncRun
from app.queries.days import DAYS, FULL, MISSING, PART, days_read
from tests import factories

NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


def run(source: Source, started: datetime, error: str | None = None, *, finished: bool = True) -> SyncRun:
    return SyncRun(
        source_id=source.id, started_at=started, finished_at=started if finished else None, counts={}, error=error
    )


def test_each_day_tells_the_best_of_its_runs(engine: Engine, session: Session) -> None:
    old = factories.source(id=1, added_at=NOON - timedelta(days=90))
    new = factories.source(id=2, slug="neu", url="https://neu.example/oparl", added_at=NOON - timedelta(days=2))
    factories.save(engine, old, new)
    factories.save(
        engine,
        run(old, NOON, "no answer"),
        run(old, NOON - timedelta(hours=1)),
        run(old, NOON - timedelta(days=1), "no answer"),
        run(old, NOON - timedelta(days=2), finished=False),
        # Half past midnight in Berlin is the day before in UTC.
        run(old, datetime(2026, 11, 17, 23, 30, tzinfo=UTC)),
        run(old, NOON - timedelta(days=DAYS)),
        run(new, NOON - timedelta(days=1)),
    )
    found = days_read(session, [old, new], NOON)
    assert len(found[1]) == DAYS
    assert found[1][-5:] == (MISSING, FULL, PART, PART, FULL)
    assert set(found[1][:-5]) == {MISSING}
    assert found[2][-4:] == (None, MISSING, FULL, MISSING)
