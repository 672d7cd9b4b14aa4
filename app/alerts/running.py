"""One pass: forget what nobody confirmed, tell what happened, bundle and send what is due."""

import logging
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts import newsletters
from app.alerts.bundling import bundle
from app.alerts.channels import calling
from app.alerts.channels import registered as channels
from app.alerts.mails.outbox import Clock, Sent, due_mails, send_owed
from app.alerts.matching import Matched, match, read_ahead
from app.alerts.pruning import prune
from app.alerts.rehearsing import Listener, rehearsing
from app.alerts.reminders import remind
from app.alerts.subscribing import forget_unconfirmed, owe_confirmations
from app.config import Settings
from app.db import now, writing
from app.indexing import CONSUMER
from app.mail import Mailer
from app.models import AlertChannel
from app.news import refreshing as news

logger = logging.getLogger(__name__)
T = TypeVar("T")
EVERY: Final = timedelta(seconds=60)  # between two passes for which the log gives no reason: clocks and patience
TIDY: Final = timedelta(hours=1)  # between two looks at what is old
SHARE: Final = 3.0  # seconds for what does not go at once, after which news that came meanwhile goes first


@dataclass(slots=True)
class Counts:
    """What a pass did; `mails` are those that a rehearsal would have sent, as (address, subject)."""

    news: int = 0
    searches: int = 0
    alerts: int = 0
    failed: int = 0
    notices: int = 0
    reminders: int = 0
    bundled: int = 0
    sent: int = 0
    confirmations: int = 0
    deferred: int = 0
    refused: int = 0
    withdrawn: int = 0
    forgotten: int = 0
    called: int = 0
    mails: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"{self.news} news, {self.searches} searches for {self.alerts} alerts, {self.sent} mails and "
            f"{self.confirmations} confirmations sent, {self.deferred} deferred, {self.refused} refused"
            + (f", {self.failed} searches cannot be asked any more" if self.failed else "")
        )

    @property
    def is_silent(self) -> bool:
        """Whether nothing left this machine."""
        return not (self.sent or self.confirmations or self.refused or self.called)


def run(engine: Engine, mailer: Mailer, settings: Settings, *, clock: Clock = now, dry: bool = False) -> Counts:
    """Do one pass; it may be killed at any time and started again, and two may run at once.

    `dry` does all of it but the calls to programs, hands no mail over and takes everything back.
    """
    if not dry:
        stages = _Stages()
        counts = stages.do("pass", lambda: pass_on(engine, mailer, settings, clock=clock, whole=True), Counts())
        counts.called = stages.do("call", lambda: call(engine, settings, clock), 0)
        stages.do("prune", lambda: prune(engine, clock()), None)
        stages.end()
        return counts
    heard = Listener()
    with rehearsing(engine) as stage:
        counts = pass_on(stage, heard, settings, clock=clock, whole=True, paced=False)
    counts.mails = [(str(one["To"]), str(one["Subject"])) for one in heard.messages]
    return counts


def pass_on(
    engine: Engine,
    mailer: Mailer,
    settings: Settings,
    *,
    clock: Clock = now,
    whole: bool = False,
    reminding: bool = True,
    paced: bool = True,
) -> Counts:
    """Do a pass without calls. Not `whole`, what is not to be told at once is left until it is worth it.

    What breaks at one thing does the others all the same: mails that are owed go out. It raises then what broke first.
    """
    stages, patience = _Stages(), _Patience(engine)
    forgotten = stages.do("forget", lambda: _forget(engine, clock()), 0)
    stages.do("confirmations", lambda: _owe(engine, settings, clock()), None)
    told = stages.do("news", lambda: news.refresh(engine, moment=clock()), 0)
    stages.do("newsletters", lambda: newsletters.issue_due(engine, clock()), None)
    matched = stages.do(
        "match",
        lambda: match(engine, settings, clock(), whole=whole, enough=lambda: not whole and patience.is_over()),
        Matched(),
    )
    reminded = stages.do("remind", lambda: remind(engine, clock()) if reminding else 0, 0)
    bundled = stages.do("bundle", lambda: bundle(engine, settings, clock(), at_once=matched.broken), 0)
    sent = stages.do("send", lambda: send_owed(engine, mailer, settings, clock=clock, paced=paced), Sent())
    stages.end()
    return _counted(told, matched, sent, Counts(forgotten=forgotten, reminders=reminded, bundled=bundled))


def _forget(engine: Engine, moment: datetime) -> int:
    with writing(engine) as session:
        return forget_unconfirmed(session, moment)


def _owe(engine: Engine, settings: Settings, moment: datetime) -> None:
    with writing(engine) as session:
        owe_confirmations(session, settings, moment)


class _Stages:
    """Does one thing after another, each whatever became of those before."""

    def __init__(self) -> None:
        self._first: Exception | None = None

    def do(self, name: str, work: Callable[[], T], otherwise: T) -> T:
        """Do one thing, and return what it returns."""
        try:
            return work()
        except Exception as error:
            if error is not self._first:
                logger.exception("alerts: %s broke, the rest goes on", name)
            self._first = self._first or error
            return otherwise

    def end(self) -> None:
        """Raise what broke first."""
        if self._first is not None:
            raise self._first


def call(engine: Engine, settings: Settings, clock: Clock = now) -> int:
    """Call programs, and browsers for the mails that were made; returns how many calls were taken."""
    with Session(engine) as session:
        if session.scalar(select(AlertChannel.id).limit(1)) is None:
            return 0
    with closing(calling.open_client(settings)) as client:
        return calling.send_channels(engine, client, settings, clock).sent


def _counted(told: int, matched: Matched, sent: Sent, counts: Counts) -> Counts:
    counts.news, counts.searches, counts.alerts = told, matched.searches, matched.alerts
    counts.failed, counts.notices = matched.failed, matched.notices
    counts.sent, counts.confirmations, counts.deferred = sent.sent, sent.confirmations, sent.deferred
    counts.refused, counts.withdrawn = sent.refused, sent.withdrawn
    return counts


def to_tell(session: Session) -> int:
    """Return up to which change there is something to tell: the index holds it."""
    return min(log.last_seq(session), log.position(session, CONSUMER))


class _Patience:
    """How long what does not go at once is matched: until more came that may have to, but a share of time at least."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._look_at = engine, time.monotonic() + SHARE
        self._is_over = False

    def is_over(self) -> bool:
        """Say so; looks once in a while."""
        if not self._is_over and time.monotonic() >= self._look_at:
            with Session(self._engine) as session:
                self._is_over = to_tell(session) > news.reached(session)
            self._look_at = time.monotonic() + SHARE
        return self._is_over


class Watch:
    """Says when the next pass is due: there is something to tell or to send, or a minute has gone by."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last = self._reminded = self._tidied = datetime.min.replace(tzinfo=now().tzinfo)
        self._waits, self._is_new = False, True

    def is_due(self, moment: datetime) -> bool:
        """Look at the log, the outbox and the clock: four questions, each answered by an index."""
        if moment - self._last >= EVERY:
            return True
        with Session(self._engine) as session:
            if to_tell(session) > news.reached(session):
                return True
            return not self._waits and _is_owed(session, moment)

    def pass_on(self, mailer: Mailer, settings: Settings) -> Counts:
        """Do a pass; where the mail server does not answer, the next one is not before a minute.

        Meetings come by the calendar: a look at them once a minute is enough, and one at what is old once an hour.
        """
        began = now()
        reminding, tidy = began - self._reminded >= EVERY, began - self._tidied >= TIDY
        stages = _Stages()
        counts = stages.do("pass", lambda: pass_on(self._engine, mailer, settings, reminding=reminding), Counts())
        if tidy:
            stages.do("prune", lambda: prune(self._engine, began), None)
        self._reminded = began if reminding else self._reminded
        self._tidied = began if tidy else self._tidied
        with Session(self._engine) as session:
            self._waits = _is_owed(session, began)
        if self._is_new:
            stages.do("read", lambda: read_ahead(self._engine, settings, _Patience(self._engine).is_over), None)
        self._last, self._is_new = began, False
        stages.end()
        return counts


def _is_owed(session: Session, moment: datetime) -> bool:
    return session.execute(due_mails(moment).limit(1)).first() is not None


def is_call_due(engine: Engine, moment: datetime) -> bool:
    """Say whether a program or a browser is to be called by now."""
    with Session(engine) as session:
        return channels.is_due(session, moment)
