"""From notices to mails: what is due to a person goes in one mail, within the day's budget and not at night."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Select, and_, bindparam, func, select, true, update
from sqlalchemy.orm import Session

from app.alerts.channels.registered import Noticed, owe_pushes
from app.alerts.quiet import is_quiet
from app.alerts.subscribing import delivery
from app.config import Settings
from app.db import writing
from app.indexing.lookups import chunks
from app.models import Alert, AlertDelivery, AlertNotice, Subscriber
from app.models.alerts import DAILY, INSTANT, MONTHLY, NEWS, REMINDER, WEEKLY
from app.speech import BERLIN

BUDGET: Final = 2  # mails of news a day and person
SLOT: Final = time(8)  # when what does not go at once goes
TOGETHER = 2_000  # people whose mails are written in one transaction

_NOTICES: Final = AlertNotice.metadata.tables[AlertNotice.__tablename__]
_TAKEN: Final = (
    update(_NOTICES)
    .where(_NOTICES.c.alert_id == bindparam("alert"), _NOTICES.c.key == bindparam("told"))
    .where(_NOTICES.c.delivery_id.is_(None))
    .values(delivery_id=bindparam("mail"))
)


def due_at(frequency: str, weekday: int, moment: datetime) -> datetime:
    """Return when what happened at a moment is to be told: the next time, in Germany, that a frequency has.

    `weekday` counts from Monday, 0, and is of weekly mails alone.
    """
    if frequency == INSTANT:
        return moment
    local = moment.astimezone(BERLIN)
    day = local.date() + timedelta(days=local.time() > SLOT)
    if frequency == WEEKLY:
        day += timedelta(days=(weekday - day.weekday()) % 7)
    elif frequency == MONTHLY and day.day > 1:
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    elif frequency not in (DAILY, MONTHLY):
        raise ValueError(f"no such frequency: {frequency}")
    return datetime.combine(day, SLOT, BERLIN).astimezone(moment.tzinfo)


def slot_before(moment: datetime) -> datetime:
    """Return the last moment, at most this one, at which mails go that do not go at once."""
    local = moment.astimezone(BERLIN)
    day = local.date() - timedelta(days=local.time() < SLOT)
    return datetime.combine(day, SLOT, BERLIN).astimezone(moment.tzinfo)


def bundle(engine: Engine, settings: Settings, moment: datetime, *, at_once: bool = False) -> int:
    """Owe everybody one mail with all that is due, and one with reminders; returns how many mails that makes.

    Where it is `at_once`, only those who wait for what goes at once: who hears once a day is to hear all of it.

    Whoever has a mail of the same kind on its way gets no second: what comes meanwhile is in the one after it, so that
    a mail server that was away for a day is no reason for two mails.
    """
    if is_quiet(moment):
        return 0
    mails = 0
    for kind in (REMINDER, NEWS):
        of = Alert.frequency == INSTANT if at_once and kind == NEWS else true()
        with Session(engine) as session:
            waiting = select(Alert.subscriber_id).join(AlertNotice, AlertNotice.alert_id == Alert.id)
            waiting = waiting.where(of, _due(kind, moment))
            people = session.scalars(_ready(kind, moment).where(Subscriber.id.in_(waiting))).all()
        for some in chunks(people, TOGETHER):
            mails += _write(engine, settings, kind, some, moment, of)
    return mails


def _write(
    engine: Engine, settings: Settings, kind: str, people: Sequence[int], moment: datetime, of: ColumnElement[bool]
) -> int:
    with writing(engine) as session:
        # Of two passes at once the second waits here, and then finds that nothing waits any more.
        chosen = select(Subscriber).where(Subscriber.id.in_(people)).order_by(Subscriber.id).with_for_update()
        subscribers = {row.id: row for row in session.scalars(chosen)}
        still = session.scalars(_ready(kind, moment).where(Subscriber.id.in_(people))).all()
        theirs = _theirs(session, kind, still, moment, of)
        before = _last(session, kind, theirs)
        mails: dict[int, AlertDelivery] = {}
        for subscriber_id, keys in theirs.items():
            unique = hashlib.sha256(repr((before.get(subscriber_id, 0), sorted(keys))).encode()).hexdigest()
            mails[subscriber_id] = delivery(settings, subscribers[subscriber_id], kind, moment, unique)
        session.add_all(mails.values())
        session.flush()
        _take(session, [(mails[one].id, *noticed) for one, keys in theirs.items() for noticed in keys])
        owe_pushes(session, {one: (mails[one].id, keys) for one, keys in theirs.items()}, moment)
    return len(theirs)


def _last(session: Session, kind: str, people: Iterable[int]) -> dict[int, int]:
    """Return the last mail of a kind that each of some people got, or may have got by its name.

    No two mails follow the same one, so what was told before can be told again. Only what takes the place of a mail
    that was given up, and lost its name, has the name that was free.
    """
    query = select(AlertDelivery.subscriber_id, func.max(AlertDelivery.id)).group_by(AlertDelivery.subscriber_id)
    mine = query.where(AlertDelivery.subscriber_id.in_(list(people)), AlertDelivery.kind == kind)
    return dict(session.execute(mine.where(AlertDelivery.message_id.startswith("<"))).all())


def _ready(kind: str, moment: datetime) -> Select[Any]:
    """Return the question who may get a mail of a kind now."""
    mine = (AlertDelivery.subscriber_id == Subscriber.id, AlertDelivery.kind == kind)
    on_its_way = select(AlertDelivery.id).where(
        *mine, AlertDelivery.sent_at.is_(None), AlertDelivery.next_try.is_not(None)
    )
    query = select(Subscriber.id).order_by(Subscriber.id)
    query = query.where(Subscriber.confirmed_at.is_not(None), Subscriber.paused_at.is_(None), ~on_its_way.exists())
    if kind == NEWS:
        today = moment.astimezone(BERLIN).date()
        spent = select(func.count()).where(*mine, AlertDelivery.day == today)
        query = query.where(spent.correlate(Subscriber).scalar_subquery() < BUDGET)
    return query


def _due(kind: str, moment: datetime) -> ColumnElement[bool]:
    of_kind = AlertNotice.kind == REMINDER if kind == REMINDER else AlertNotice.kind != REMINDER
    return and_(AlertNotice.delivery_id.is_(None), AlertNotice.due_at <= moment, of_kind)


def _theirs(
    session: Session, kind: str, people: Iterable[int], moment: datetime, of: ColumnElement[bool]
) -> dict[int, list[Noticed]]:
    """Return what some alerts of some people are to tell each of them."""
    theirs = select(Alert.id, Alert.subscriber_id).where(Alert.subscriber_id.in_(list(people)), of)
    owner = dict(session.execute(theirs).all())
    found: dict[int, list[Noticed]] = {}
    # Alert by alert: all that is due to everybody would be looked through for each of these.
    for some in chunks(sorted(owner), TOGETHER):
        due = select(AlertNotice.alert_id, AlertNotice.key).where(AlertNotice.alert_id.in_(some), _due(kind, moment))
        for alert_id, key in session.execute(due.order_by(AlertNotice.alert_id, AlertNotice.seq)):
            found.setdefault(owner[alert_id], []).append((alert_id, key))
    return found


def _take(session: Session, told: Iterable[tuple[int, int, str]]) -> None:
    """Note which mail tells each notice."""
    # In one order, as whoever takes notices back: two passes at once must not wait for each other crosswise.
    rows = [{"mail": mail, "alert": alert, "told": key} for mail, alert, key in sorted(told, key=itemgetter(1, 2))]
    if rows:
        session.connection().execute(_TAKEN, rows)
