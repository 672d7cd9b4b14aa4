"""The same as a sync, for ever: each source when it is due, many side by side, and what follows from their news.

Each source is a thread under the source's lease, so that one that fails or hangs delays no other; documents, index,
mails and exports are a thread each under theirs. Any number of workers may run on one database.
"""

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError, TimeoutError  # noqa: A004 - a pool without a free connection
from sqlalchemy.orm import Session

from app import changes as log
from app import exports, reports
from app.alerts.channels import websub
from app.alerts.running import Watch, call, is_call_due
from app.config import Network, Settings
from app.db import now
from app.indexing import CONSUMER
from app.mail import open_mailer
from app.models import Change, Source
from app.takedowns import mails as takedowns
from oparl_sync import (
    counting,
    due_documents,
    facts,
    grading,
    index,
    leases,
    minutes,
    outgoing,
    places,
    run,
    scans,
    schedule,
    texts,
)
from oparl_sync.problems import Stopped
from oparl_sync.progress import Progress
from search import IndexLocked

JOBS = 128  # sources side by side: at one request a second each they mostly wait
TICK = 5.0  # seconds between two looks at what is due
GRACE = 3.0  # seconds in which threads may finish their page when the worker is told to end
TAKEN_AGAIN = 60.0  # seconds until a source is looked at again that another worker has
BROKEN_AGAIN = 300.0  # or on which this program failed
FILES_EVERY = 60.0  # seconds between two looks at which files are owed
FILES_TURN = 600.0  # seconds that one source's files are fetched at a stretch: then its lists may be due
FILES_AGAIN = 600.0  # seconds until files are asked for again where too many failed
FRESH = timedelta(hours=12)  # bytes that came since then may be waiting for their row
Say = Callable[[str], None]


class Step(NamedTuple):
    """Something that follows from news: its name, seconds between two looks, whether it is due, what is done.

    One worker `alone` does it at a time, unless several can share it.
    """

    name: str
    every: float
    is_due: Callable[[], bool]
    do: Callable[[], None]
    alone: bool = True


@dataclass
class Worker:
    """One worker; `stop` ends it, `say` takes lines for the operator."""

    settings: Settings
    engine: Engine
    say: Say
    stop: threading.Event = field(default_factory=threading.Event)
    jobs: int = JOBS
    every: timedelta = schedule.HOURLY
    tick: float = TICK
    unpaced: tuple[Network, ...] | None = None
    _news: threading.Event = field(default_factory=threading.Event)
    _running: dict[int, threading.Thread] = field(default_factory=dict)
    _later: dict[int, float] = field(default_factory=dict)
    _files_at: float = 0.0
    _told: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._watch = Watch(self.engine)

    def work(self) -> None:
        """Work until `stop` is set; then everything stored is whole, and nothing is held."""
        self._news.set()  # whatever a killed worker left
        with run.shared(
            *(self.settings, self.engine, Progress(quiet=True)),
            sleep=self._sleep,
            withdraw=self._news.set,
            unpaced=self.unpaced,
        ) as common:
            steps = [threading.Thread(target=self._repeat, args=(s,), daemon=True) for s in self._steps(common)]
            for thread in steps:
                thread.start()
            while not self.stop.is_set():
                try:
                    self._start_due(common)
                except (DBAPIError, TimeoutError) as error:  # its words may quote what is private
                    self.say(f"the database does not answer ({type(error).__name__}); it is tried again")
                self.stop.wait(self.tick)
            end = time.monotonic() + GRACE
            for thread in (*tuple(self._running.values()), *steps):
                thread.join(timeout=max(0.0, end - time.monotonic()))
            leases.give_up()

    def _start_due(self, common: run.Shared) -> None:
        looked = time.monotonic()
        for source in schedule.due(self.engine, now(), self.every):
            self._start(source, self._mirror, common, looked)
        if time.monotonic() >= self._files_at:
            self._files_at = time.monotonic() + FILES_EVERY
            for source in schedule.owing_files(self.engine, now()):
                self._start(source, self._fetch, common, looked)

    def _start(
        self, source: Source, work: Callable[[run.Shared, Source], None], common: run.Shared, looked: float
    ) -> None:
        # Nor where a pass ended since it was looked what is due.
        later = source.id in self._running or looked < self._later.get(source.id, 0.0)
        if later or len(self._running) >= self.jobs:
            return
        thread = threading.Thread(target=self._guarded, args=(work, common, source), name=source.slug, daemon=True)
        self._running[source.id] = thread
        thread.start()

    def _guarded(self, work: Callable[[run.Shared, Source], None], common: run.Shared, source: Source) -> None:
        try:
            work(common, source)
        except leases.Taken:
            self._later[source.id] = time.monotonic() + TAKEN_AGAIN
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep the others from being read
            self._later[source.id] = time.monotonic() + BROKEN_AGAIN
            self.say(f"{source.slug}: {texts.told(error)}")
        finally:
            self._later[source.id] = max(time.monotonic(), self._later.get(source.id, 0.0))
            del self._running[source.id]
            self._news.set()

    def _mirror(self, common: run.Shared, source: Source) -> None:
        summary, began = run.Summary(), time.monotonic()
        run.one_source(common, source, summary, files=False)
        self._files_at = 0.0  # those that came to be owed
        self._tell(source, summary)
        done = [f"{count} {name}" for name, count in asdict(summary.counts).items() if count]
        told = ", ".join([*(done or ["nothing new"]), f"{summary.requests} requests"])
        self.say(f"{source.slug}: {told} in {time.monotonic() - began:.0f} s")

    def _fetch(self, common: run.Shared, source: Source) -> None:
        summary, end = run.Summary(), time.monotonic() + FILES_TURN
        run.files_of(common, source, summary, enough=lambda: time.monotonic() > end)
        if summary.failures:
            self._later[source.id] = time.monotonic() + FILES_AGAIN
        elif time.monotonic() > end:
            self._files_at = 0.0  # the rest, unless the lists are due
        self._tell(source, summary)

    def _tell(self, source: Source, summary: run.Summary) -> None:
        for line in summary.failures.get(source.slug, ()):
            self.say(f"{source.slug}: {line}")

    def _steps(self, common: run.Shared) -> list[Step]:
        return [
            Step("index", 1.0, lambda: self._news.is_set() or self._is_news_waiting(), self._index),
            Step("publication", 2.0, lambda: outgoing.is_owed(self.engine, self.settings.base_url), self._publish),
            Step("figures", 5.0, lambda: counting.is_owed(self.engine), self._count),
            Step(
                "documents", 15.0, lambda: due_documents.is_owed(self.engine), lambda: self._read(common), alone=False
            ),
            Step("facts", 30.0, lambda: facts.is_owed(self.engine), self._find_facts),
            Step("places", 30.0, lambda: places.is_owed(self.engine), self._place),
            Step("recognition", 60.0, lambda: scans.is_owed(self.engine), lambda: self._recognise(common), alone=False),
            Step("minutes", 30.0, lambda: minutes.is_owed(self.engine), self._read_minutes),
            Step("files", 3600.0, lambda: True, lambda: self._tidy(common)),
            Step("alerts", 1.0, lambda: self._watch.is_due(now()), self._alert),
            Step("channels", 1.0, lambda: self._told.is_set() or is_call_due(self.engine, now()), self._call),
            Step("hub", 5.0, lambda: websub.is_due(self.engine, self.settings), self._ping),
            Step("reports", 300.0, lambda: True, self._report),
            Step("exports", 600.0, lambda: outgoing.is_export_due(self.engine, self.settings), self._export),
            Step("quality", 600.0, *grading.step(self.engine, self.settings, enough=self.stop.is_set, say=self.say)),
        ]

    def _repeat(self, step: Step) -> None:
        while not self.stop.wait(step.every):
            try:
                if step.is_due():
                    held = leases.held(self.engine, self.settings.home, step.name) if step.alone else nullcontext()
                    with held:
                        step.do()
            except (leases.Taken, IndexLocked, exports.ExportRunningError):
                continue  # another worker or command does it
            except Stopped:
                return
            except Exception as error:  # noqa: BLE001 - the next time may go better, and the other steps go on
                self.say(f"{step.name}: {texts.told(error)}")
                self.stop.wait(BROKEN_AGAIN)

    def _is_news_waiting(self) -> bool:
        """Whether the log ends with something that somebody may wait for: a first walk is indexed at its end."""
        with Session(self.engine) as session:
            last = session.execute(select(Change.seq, Change.backfill).order_by(Change.seq.desc()).limit(1)).first()
            return last is not None and not last.backfill and last.seq > log.position(session, CONSUMER)

    def _index(self) -> None:
        self._news.clear()
        try:
            index.refresh(self.engine, self.settings.search_url, Progress(quiet=True))
        except BaseException:
            self._news.set()
            raise

    def _count(self) -> None:
        counting.refresh(self.engine, Progress(quiet=True))

    def _publish(self) -> None:
        outgoing.refresh(self.engine, self.settings.base_url, Progress(quiet=True), enough=self.stop.is_set)

    def _read(self, common: run.Shared) -> None:
        summary = run.Summary()
        run.read(common, summary, enough=self.stop.is_set, told=self._news.set)
        self._tell_of_steps(summary)

    def _recognise(self, common: run.Shared) -> None:
        def enough() -> bool:  # a second a page: what is quicker to read goes before
            return self.stop.is_set() or due_documents.is_owed(self.engine)

        if not enough():
            kept = (common.engine, common.store, common.settings, Progress(quiet=True))
            scans.waiting(*kept, enough=enough, told=self._news.set)

    def _find_facts(self) -> None:
        if facts.waiting(self.engine, Progress(quiet=True), enough=self.stop.is_set):
            self._news.set()

    def _place(self) -> None:
        places.refresh(self.engine, Progress(quiet=True), enough=self.stop.is_set)

    def _read_minutes(self) -> None:
        if minutes.refresh(self.engine, Progress(quiet=True), enough=self.stop.is_set):
            self._news.set()

    def _tidy(self, common: run.Shared) -> None:
        summary = run.Summary()
        run.tidy(common, summary, grace=FRESH)
        self._tell_of_steps(summary)

    def _tell_of_steps(self, summary: run.Summary) -> None:
        for name, lines in summary.failures.items():
            self.say(f"{name}: {'; '.join(lines)}")

    def _alert(self) -> None:
        counts = self._watch.pass_on(open_mailer(self.settings.mail_url), self.settings)
        if counts.bundled:
            self._told.set()
        if not counts.is_silent:
            self.say(f"alerts: {counts}")

    def _call(self) -> None:
        """Call programs and browsers apart from the mails, which slow ones must not delay."""
        self._told.clear()
        if called := call(self.engine, self.settings):
            self.say(f"alerts: {called} calls")

    def _ping(self) -> None:
        with websub.open_client(self.settings) as client:
            websub.ping(self.engine, client, self.settings)

    def _report(self) -> None:
        reports.forget(self.engine)
        sent = reports.send_owed(self.engine, open_mailer(self.settings.mail_url), self.settings)
        if sent := sent + takedowns.keep_up(self.engine, self.settings):
            self.say(f"reports: {sent} mailed")

    def _export(self) -> None:
        self.say(f"exports: {outgoing.export(self.engine, self.settings)}")

    def _sleep(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stopped
