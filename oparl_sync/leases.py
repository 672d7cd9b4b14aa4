"""Who works on what: a lease has one holder at a time, and whoever lost it cannot write any more.

A holder renews its leases while it lives. One that is paused for longer than they last is overtaken, and notices with
its next write: each is made in a transaction that looks whether the lease is still the writer's, and keeps it from
being taken meanwhile. One that was killed is noticed at once on its own machine, by the file that it held locked.
"""

import fcntl
import os
import socket
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Engine, Select, func, insert, or_, select, text, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import InternalError, SQLAlchemyError
from sqlalchemy.orm import Session

from app import db
from app.models import Lease as Row
from oparl_sync.problems import SyncError

TTL = 90.0  # seconds that a lease outlives a holder on another machine
CLAIMS = 7_277_856  # PostgreSQL's lock for claims: any constant that nobody else takes
PAUSED = "25P03"  # idle_in_transaction_session_timeout
BOOT = Path("/proc/sys/kernel/random/boot_id")
# Asked with each write, so without the detour of building a query. On PostgreSQL the row is locked, shared and on the
# key alone: nobody takes the lease before the commit, but it can be renewed. And whoever is paused in the middle of a
# write is ended by the server, so that nobody waits for it.
MINE = {
    "sqlite": text("SELECT owner, epoch FROM lease WHERE name = :name"),
    "postgresql": text(
        "SELECT owner, epoch, set_config('idle_in_transaction_session_timeout', :idle, true) FROM lease"
        " WHERE name = :name FOR KEY SHARE"
    ),
}
FREE = {"owner": None, "until": None, "domain": None}


class Taken(SyncError):
    """Raised when another worker holds the lease, or asks the same domain."""


class Fenced(SyncError):
    """Raised by a write under a lease that another worker took over meanwhile: nothing was written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that is held; its `writing` is a Writer."""

    engine: Engine
    name: str
    owner: str
    epoch: int
    ttl: float

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open one write transaction, as app.db.writing does; raises Fenced where the lease was lost."""
        try:
            with db.writing(self.engine) as session:
                options = {"name": self.name, "idle": str(round(self.ttl * 1000))}
                found = session.connection().execute(MINE[self.engine.dialect.name], options).one_or_none()
                if found is None or tuple(found)[:2] != (self.owner, self.epoch):
                    raise Fenced(f"{self.name} was taken over while this worker stood still; another goes on with it")
                yield session
        except InternalError as error:
            if getattr(error.orig, "sqlstate", None) != PAUSED:
                raise
            raise Fenced(f"{self.name}: this worker stood still in the middle of a write, which was undone") from error


@contextmanager
def held(
    engine: Engine, home: Path, name: str, *, domain: str | None = None, ttl: float = TTL, what: str = ""
) -> Iterator[Lease]:
    """Hold a lease while the block runs; raises Taken where another one holds it or asks the domain.

    All threads of a process are one worker: they may ask a domain together. `what` is the name in words.
    """
    worker = _join(engine, home, ttl)
    try:
        lease = worker.claim(name, domain, what or name)
        try:
            yield lease
        finally:
            worker.release(lease)
    finally:
        _part(worker)


def standing(session: Session, prefix: str) -> list[str]:
    """Return NAME/EPOCH of the leases of such a name that somebody holds."""
    held = (Row.owner.is_not(None), Row.until > _clock(session), Row.name.startswith(prefix, autoescape=True))
    return [f"{name}/{epoch}" for name, epoch in session.execute(select(Row.name, Row.epoch).where(*held))]


class Worker:
    """This process while it holds leases: a file that is locked as long as it lives, and a thread that renews them."""

    def __init__(self, engine: Engine, home: Path, ttl: float) -> None:
        self.engine, self.ttl, self.users = engine, ttl, 0
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex}"
        self._folder = home / "workers"
        self._names: set[str] = set()
        self._ended = threading.Event()
        self._lock = self._locked()
        self._heart = threading.Thread(target=self._beat, name="leases", daemon=True)
        self._heart.start()

    def claim(self, name: str, domain: str | None, what: str) -> Lease:
        """Take a lease; raises Taken."""
        added = False
        try:
            with db.writing(self.engine) as session:
                if self.engine.dialect.name == "postgresql":
                    session.execute(select(func.pg_advisory_xact_lock(CLAIMS)))
                moment = _clock(session)
                dead = self._dead_among(session.scalars(_living(name, domain, moment, self.ttl)), name, what)
                epoch = _lock_row(session, name, what) + 1
                session.execute(update(Row).where(Row.owner.in_(dead)).values(**FREE))
                mine = {"owner": self.owner, "epoch": epoch, "until": moment + self._span, "domain": domain}
                session.execute(update(Row).where(Row.name == name).values(**mine))
                # Before the commit, after which another thread may look.
                self._names.add(name)
                added = True
        except BaseException:
            if added:
                self._names.discard(name)
            raise
        for owner in dead:
            self._file_of(owner).unlink(missing_ok=True)
        return Lease(self.engine, name, self.owner, epoch, self.ttl)

    def _dead_among(self, others: Iterable[Row], name: str, what: str) -> set[str]:
        """Return the owners that are dead; raises Taken where one lives."""
        dead: set[str] = set()
        for other in others:
            owner = other.owner or ""
            if owner == self.owner and (other.name != name or name not in self._names):
                continue
            if owner == self.owner or not self._is_dead(owner):
                raise Taken(_told(other, name, what))
            dead.add(owner)
        return dead

    def release(self, lease: Lease) -> None:
        """Give a lease back, if it is still ours."""
        self._names.discard(lease.name)
        mine = (Row.name == lease.name, Row.owner == self.owner, Row.epoch == lease.epoch)
        with suppress(SQLAlchemyError), db.writing(self.engine) as session:  # without a database it runs out by itself
            session.execute(update(Row).where(*mine).values(**FREE))

    def abandon(self) -> None:
        """Give back everything."""
        with suppress(SQLAlchemyError), db.writing(self.engine) as session:
            session.execute(update(Row).where(Row.owner == self.owner).values(**FREE))
        self.close()

    def close(self) -> None:
        """Stop renewing, and unlock the file."""
        self._ended.set()
        self._heart.join(timeout=5)
        self._file_of(self.owner).unlink(missing_ok=True)
        self._lock.close()

    def drop(self) -> None:
        """Leave the file to the process that this one was forked from."""
        self._lock.close()

    @property
    def _span(self) -> timedelta:
        return timedelta(seconds=self.ttl)

    def _beat(self) -> None:
        while not self._ended.wait(self.ttl / 3):
            # Without a database nothing is renewed, and nobody can take over either: at the next beat, then.
            with suppress(SQLAlchemyError), db.writing(self.engine) as session:
                mine = (Row.owner == self.owner, Row.name.in_(tuple(self._names)))
                session.execute(update(Row).where(*mine).values(until=_clock(session) + self._span))

    def _locked(self) -> TextIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._file_of(self.owner)
        born = path.with_suffix(".new").open("w")
        fcntl.flock(born, fcntl.LOCK_EX)
        path.with_suffix(".new").rename(path)  # under this name it was never seen unlocked
        return born

    def _file_of(self, owner: str) -> Path:
        """Return the file that a process on this machine, since it was started, holds locked while it lives."""
        boot = BOOT.read_text().strip() if BOOT.exists() else socket.gethostname()
        return self._folder / f"{boot}-{owner.rpartition('/')[2]}.lock"

    def _is_dead(self, owner: str) -> bool:
        """Tell whether a process of this machine and folder is gone; of others nothing is known."""
        try:
            with self._file_of(owner).open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (FileNotFoundError, BlockingIOError):
            return False
        return True


def _living(name: str, domain: str | None, moment: datetime, ttl: float) -> Select[Any]:
    """Return the leases that stand in the way, this one or one on the domain, and have not run out."""
    same = Row.name == name if domain is None else or_(Row.name == name, Row.domain == domain)
    # No holder writes a moment that far ahead, unless its clock was wrong.
    latest = moment + 2 * timedelta(seconds=max(ttl, TTL))
    return select(Row).where(Row.owner.is_not(None), same, Row.until > moment, Row.until <= latest)


def _lock_row(session: Session, name: str, what: str) -> int:
    """Lock a lease's row, made where there is none, and return its epoch; raises Taken while it is written under."""
    if session.scalar(select(Row.epoch).where(Row.name == name)) is None:
        session.execute(insert(Row).values(name=name, epoch=0))
    epoch = session.scalar(select(Row.epoch).where(Row.name == name).with_for_update(skip_locked=True))
    if epoch is None:  # its time is over, but a last write is under way
        raise Taken(f"{what}: another worker is about to stop working on it; try again in a minute")
    return epoch


def _clock(session: Session) -> datetime:
    """Return the database's time, so that no worker's own clock counts; SQLite has none but the machine's."""
    if session.get_bind().dialect.name != "postgresql":
        return db.now()
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def _told(other: Row, name: str, what: str) -> str:
    host, process, _ = (other.owner or "//").split("/")
    if other.name == name:
        return f"{what}: process {process} on {host} works on it already; it will be done when that one ends"
    return f"{what}: process {process} on {host} asks {other.domain} already, and one worker at a time is enough for it"


_workers: dict[tuple[Path, URL], Worker] = {}
_joining = threading.Lock()


def _join(engine: Engine, home: Path, ttl: float) -> Worker:
    with _joining:
        key = (home, engine.url)
        worker = _workers.get(key) or _workers.setdefault(key, Worker(engine, home, ttl))
        worker.users += 1
        return worker


def _part(worker: Worker) -> None:
    with _joining:
        worker.users -= 1
        if not worker.users:
            for key in [key for key, found in _workers.items() if found is worker]:
                del _workers[key]
            worker.close()


def _forked() -> None:
    """Hold nothing in a child: a lock lives as long as any process that has the file open."""
    for worker in _workers.values():
        worker.drop()
    _workers.clear()


def give_up() -> None:
    """Give back all that this process holds: its threads may hang, but cannot write any more."""
    with _joining:
        for worker in _workers.values():
            worker.abandon()
        _workers.clear()


os.register_at_fork(after_in_child=_forked)
