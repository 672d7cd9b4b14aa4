"""Writing what alerts are to tell: notices and the alert's cursor in one commit, so that each is written once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Engine, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.alerts.bundling import due_at
from app.alerts.channels import registered as channels
from app.alerts.happened import Happened, Window
from app.db import writing
from app.indexing.lookups import AT_ONCE, chunks
from app.models import Alert, AlertChannel, AlertDelivery, AlertNotice
from app.models.alerts import WEBHOOK
from app.models.news import NEW, WITHDRAWN
from app.rows import insert_all

TOGETHER = 500  # alerts that are asked for at once
# Notices written in one transaction, which takes half a second. Each writes all pages of the indexes that it touched:
# 500,000 notices took SQLite 12 s with 20,000 at once, and 33 with 3,000.
ROWS = 20_000
_TABLE = AlertNotice.metadata.tables[AlertNotice.__tablename__]


class Follower(NamedTuple):
    """An alert as it stood when the news was read."""

    id: int
    subscriber_id: int
    kind: str
    value: str
    seq: int
    frequency: str
    weekday: int


class Counting(Protocol):
    """What is counted here."""

    alerts: int
    notices: int


@dataclass(slots=True)
class _Telling:
    """What one alert is to tell, and how far it is then; of `gone` only who knew it hears, or follows it (`own`)."""

    follower: Follower
    until: int
    news: list[Happened]
    gone: list[Happened] = field(default_factory=list)
    own: set[str] = field(default_factory=set)


class Notices:
    """The notices of one window of news; `finish` writes what is left."""

    def __init__(self, engine: Engine, moment: datetime, window: Window, counting: Counting) -> None:
        self._engine, self._moment, self._window, self._counting = engine, moment, window, counting
        self._following, self._withdrawn = window.following, window.withdrawn
        self._loud: list[_Telling] = []
        self._rows = 0  # notices that they make
        self._silent: dict[int, list[int]] = {}
        self._due: dict[tuple[str, int, int], datetime] = {}

    def add(self, follower: Follower, hits: Sequence[Happened], until: int) -> None:
        """Move an alert on to a change, and tell what of the hits is news to it."""
        until = min(until, self._window.until)
        if until <= follower.seq:
            return
        own = [one for one in hits if follower.seq < one.seq <= until]
        telling = _Telling(follower, until, [one for one in own if one.kind != WITHDRAWN])
        telling.news += self._what_follows(telling)
        telling.own = {one.key for one in own if one.kind == WITHDRAWN}
        if follower.id in self._window.heard:
            telling.gone = [one for one in self._withdrawn if follower.seq < one.seq <= until]
        elif telling.own:
            telling.gone = [one for one in own if one.kind == WITHDRAWN]
        if not telling.news and not telling.gone:
            silent = self._silent.setdefault(until, [])
            silent.append(follower.id)
            if len(silent) == AT_ONCE:
                self._move(until, silent)
                silent.clear()
            return
        self._loud.append(telling)
        self._rows += len(telling.news) + len(telling.gone)
        if self._rows >= ROWS or len(self._loud) == AT_ONCE:
            self._write()

    def finish(self) -> None:
        """Write what was not written yet."""
        self._write()
        for until, ids in self._silent.items():
            self._move(until, ids)
        self._silent.clear()

    def _what_follows(self, telling: _Telling) -> Iterable[Happened]:
        """Return what became of matters that an alert told of, though it does not match by itself."""
        following = self._following
        if not following:
            return []
        follower, known = telling.follower, self._window.told.get(telling.follower.id, set())
        had = {one.key for one in telling.news}
        first: dict[str, int] = {}
        for one in telling.news:
            first.setdefault(one.matter_id or "", one.seq)
        return [
            one
            for matter in following.keys() & (known | first.keys())
            for one in following[matter]
            if follower.seq < one.seq <= telling.until and one.key not in had
            if matter in known or first[matter] <= one.seq
        ]

    def _move(self, until: int, ids: Sequence[int]) -> None:
        if ids:
            self._counting.alerts += len(ids)
            with writing(self._engine) as session:
                session.execute(update(Alert).where(Alert.id.in_(ids), Alert.seq < until).values(seq=until))

    def _write(self) -> None:
        if not self._loud:
            return
        with writing(self._engine) as session:
            chosen = select(Alert.id, Alert.seq).where(Alert.id.in_([one.follower.id for one in self._loud]))
            # Whoever moves an alert on writes its notices: of two passes at once the second finds it moved.
            still = dict(session.execute(chosen.order_by(Alert.id).with_for_update()).all())
            mine = [one for one in self._loud if still.get(one.follower.id) == one.follower.seq]
            for some in chunks(mine, TOGETHER):
                _forget_known(session, some)
            self._part_with(session, [one for one in mine if one.gone])
            rows = [self._row(one.follower, news) for one in mine for news in one.news]
            insert_all(session, _TABLE, rows)
            noticed: dict[int, list[tuple[int, str]]] = {}
            for telling in mine:
                keys = [(telling.follower.id, one.key) for one in telling.news]
                noticed.setdefault(telling.follower.subscriber_id, []).extend(keys)
            channels.owe(session, {one: keys for one, keys in noticed.items() if keys}, self._moment)
            for until in {one.until for one in mine}:
                ids = [one.follower.id for one in mine if one.until == until]
                session.execute(update(Alert).where(Alert.id.in_(ids)).values(seq=until))
        self._counting.alerts += len(mine)
        self._counting.notices += len(rows)
        self._loud.clear()
        self._rows = 0

    def _part_with(self, session: Session, some: Sequence[_Telling]) -> None:
        """Take what is gone out of what still waits, and tell of it whoever knew it, or follows it."""
        if not some:
            return
        known = _known(session, [one.follower.id for one in some], {gone.object_id for gone in self._withdrawn})
        for telling in sorted(some, key=lambda one: one.follower.id):  # in one order, see bundling
            waiting = self._take_out(telling, known.get(telling.follower.id, []))
            for part in chunks(sorted(waiting), TOGETHER):
                these = (AlertNotice.alert_id == telling.follower.id, AlertNotice.key.in_(part))
                session.execute(select(AlertNotice.key).where(*these).order_by(AlertNotice.key).with_for_update())
                session.execute(delete(AlertNotice).where(*these))

    def _take_out(self, telling: _Telling, known: Sequence["_Known"]) -> set[str]:
        """Take what is gone out of what an alert is to tell; returns which of its notices wait in vain.

        Only what the alert has to do with is looked at: a council that takes back a thousand papers has a thousand
        followers of whom each knew one.
        """
        about, waiting, last = _by_subject(known), set[str](), dict[str | None, int]()
        own = [one for one in telling.gone if one.key in telling.own]
        subjects = {subject for one in (*telling.news, *own) for subject in (one.object_id, one.matter_id)}
        parting = []
        for gone in telling.gone:
            if gone.object_id not in subjects and gone.object_id not in about:
                continue
            theirs = about.get(gone.object_id, ())
            unheard = any(one.kind == NEW and one.object_id == gone.object_id for one in theirs)
            came = self._window.born.get(gone.object_id, 0) > telling.follower.seq
            if any(one.is_told for one in theirs) or (gone.key in telling.own and not unheard and not came):
                parting.append(gone)
            last[gone.object_id] = max(gone.seq, last.get(gone.object_id, 0))
            waiting |= {one.key for one in theirs if not one.is_told}

        def ended(one: Happened) -> int:
            return max(last.get(one.object_id, 0), last.get(one.matter_id, 0))

        telling.news = [one for one in telling.news if one.seq > ended(one)]
        telling.news += [one for one in parting if one.seq >= ended(one)]
        return waiting

    def _row(self, follower: Follower, news: Happened) -> dict[str, Any]:
        rhythm = (follower.frequency, follower.weekday, news.id)
        if rhythm not in self._due:
            self._due[rhythm] = due_at(follower.frequency, follower.weekday, news.at)
        return {
            "alert_id": follower.id,
            "key": news.key,
            "kind": news.kind,
            "object_type": news.object_type,
            "object_id": news.object_id,
            "matter_id": news.matter_id,
            "seq": news.seq,
            "changes": news.changes,
            "created_at": self._moment,
            "due_at": self._due[rhythm],
        }


def _forget_known(session: Session, some: Sequence[_Telling]) -> None:
    """Leave out what an alert has noted already: news of which more is known by now comes a second time."""
    ids, keys = [one.follower.id for one in some], {one.key for telling in some for one in telling.news}
    found: dict[int, set[str]] = {}
    noted = select(AlertNotice.alert_id, AlertNotice.key).where(AlertNotice.alert_id.in_(ids))
    for part in chunks(keys, AT_ONCE):
        for alert_id, key in session.execute(noted.where(AlertNotice.key.in_(part))):
            found.setdefault(alert_id, set()).add(key)
    for telling in some:
        known = found.get(telling.follower.id, ())
        telling.news = [one for one in telling.news if one.key not in known]


def insert_unknown(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Write notices that are not there yet; returns how many that are."""
    if not rows:
        return 0
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    new = sqlite.insert(_TABLE) if is_sqlite else postgresql.insert(_TABLE)
    counted = {"preserve_rowcount": True}
    written = session.connection().execute(new.on_conflict_do_nothing(), rows, execution_options=counted)
    return max(0, written.rowcount)


class _Known(NamedTuple):
    """A notice of something that is gone: whether it was mailed, or may be on its way by now, by whatever way."""

    key: str
    kind: str
    object_id: str
    matter_id: str | None
    is_told: bool


def _by_subject(known: Iterable[_Known]) -> dict[str, list[_Known]]:
    """Return notices by what they are about: a record, and what it is a part of."""
    found: dict[str, list[_Known]] = {}
    for one in known:
        for subject in dict.fromkeys((one.object_id, one.matter_id or one.object_id)):
            found.setdefault(subject, []).append(one)
    return found


def _known(session: Session, alerts: Iterable[int], gone: Iterable[str]) -> dict[int, list[_Known]]:
    """Return what some alerts know of records that are gone, by alert; nobody begins to mail it meanwhile."""
    ids, columns = list(gone), (AlertNotice.alert_id, AlertNotice.key, AlertNotice.kind, AlertNotice.object_id)
    found: dict[int, list[_Known]] = {}
    for some in chunks(alerts, TOGETHER):
        about = AlertNotice.alert_id.in_(some), or_(AlertNotice.object_id.in_(ids), AlertNotice.matter_id.in_(ids))
        mails = select(AlertDelivery.id).where(
            AlertDelivery.id.in_(select(AlertNotice.delivery_id).where(*about, AlertNotice.delivery_id.is_not(None)))
        )
        session.execute(mails.order_by(AlertDelivery.id).with_for_update())
        # A program is owed a call with every notice; what became of it is not looked at: it may be on its way, too.
        called = select(AlertChannel.id).where(
            AlertChannel.subscriber_id == Alert.subscriber_id,
            AlertChannel.kind == WEBHOOK,
            AlertChannel.verified_at <= AlertNotice.created_at,
            AlertChannel.disabled_at.is_(None),
        )
        ways = (AlertDelivery.sent_at, AlertDelivery.attempts, called.exists())
        query = select(*columns, AlertNotice.matter_id, *ways).join(Alert, Alert.id == AlertNotice.alert_id)
        for alert_id, key, kind, object_id, matter_id, sent_at, attempts, is_called in session.execute(
            query.outerjoin(AlertDelivery, AlertDelivery.id == AlertNotice.delivery_id).where(*about)
        ):
            is_told = sent_at is not None or bool(attempts) or is_called
            found.setdefault(alert_id, []).append(_Known(key, kind, object_id, matter_id, is_told))
    return found
