"""What was counted, by day: one row a council and day, of which the old ones become fewer."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db import writing
from app.models import Body, QualitySnapshot
from app.quality.counting import Counts, count
from app.speech import in_germany

DAILY = timedelta(days=100)  # for which every day is kept: a quarter and a little; before, the first of each month


def is_due(session: Session, moment: datetime) -> bool:
    """Whether a council was not counted today."""
    made = select(QualitySnapshot.body_key).where(
        QualitySnapshot.body_key == Body.key, QualitySnapshot.day == _day(moment)
    )
    return session.scalar(select(Body.id).where(~Body.deleted, ~made.exists()).limit(1)) is not None


def take(engine: Engine, moment: datetime, bodies: Collection[str] | None = None) -> dict[str, Counts]:
    """Count all councils, or those named by their ids, and keep it as today's; returns it by the Body's id."""
    with Session(engine) as session:
        counted = count(session, moment, bodies)
        keys: dict[str, str] = dict(session.execute(select(Body.id, Body.key)).all())
    with writing(engine) as session:
        new = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        for body_id, counts in sorted(counted.items(), key=lambda one: keys[one[0]]):
            told = {"made_at": moment, "counts": counts}
            row = new(QualitySnapshot).values(body_key=keys[body_id], day=_day(moment), **told)
            session.execute(row.on_conflict_do_update(index_elements=["body_key", "day"], set_=told))
    return counted


def thin(engine: Engine, moment: datetime) -> int:
    """Keep of former days the first of each month; returns how many went. Councils that are not here lose theirs."""
    with writing(engine) as session:
        here = select(Body.key).where(~Body.deleted)
        gone = delete(QualitySnapshot).where(QualitySnapshot.body_key.not_in(here))
        removed = len(session.execute(gone.returning(QualitySnapshot.day)).all())
        before = QualitySnapshot.day < _day(moment) - DAILY
        old = session.execute(select(QualitySnapshot.body_key, QualitySnapshot.day).where(before)).all()
        first: dict[tuple[str, int, int], date] = {}
        for key, day in old:
            month = (key, day.year, day.month)
            first[month] = min(day, first.get(month, day))
        surplus: dict[date, list[str]] = {}
        for key, day in old:
            if first[key, day.year, day.month] != day:
                surplus.setdefault(day, []).append(key)
        for day, keys in surplus.items():
            session.execute(
                delete(QualitySnapshot).where(QualitySnapshot.day == day, QualitySnapshot.body_key.in_(keys))
            )
            removed += len(keys)
    return removed


def newest(session: Session, body_key: str) -> QualitySnapshot | None:
    """Return what was counted of a council last."""
    mine = select(QualitySnapshot).where(QualitySnapshot.body_key == body_key)
    return session.scalar(mine.order_by(QualitySnapshot.day.desc()).limit(1))


def history(session: Session, body_key: str) -> list[QualitySnapshot]:
    """Return what was counted of a council, the oldest first."""
    mine = select(QualitySnapshot).where(QualitySnapshot.body_key == body_key)
    return list(session.scalars(mine.order_by(QualitySnapshot.day)))


def before(session: Session, body_key: str, day: date) -> QualitySnapshot | None:
    """Return what was counted of a council last before a day."""
    mine = select(QualitySnapshot).where(QualitySnapshot.body_key == body_key, QualitySnapshot.day < day)
    return session.scalar(mine.order_by(QualitySnapshot.day.desc()).limit(1))


def _day(moment: datetime) -> date:
    return in_germany(moment) or moment.date()
