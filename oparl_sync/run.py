"""The sentence: fetch, parse, store, download, extract, index. Only this file knows the order."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.documents import SandboxError
from app.files import StoreFull, open_store
from app.models import ListCursor, Source, SyncRun
from app.net import GuardedClient
from oparl_sync import download, extract, fetch, index, parse, problems, walk
from oparl_sync.client import OParlClient
from oparl_sync.problems import SyncError
from oparl_sync.progress import Progress
from oparl_sync.store import Counts, Store
from search import IndexLocked

SYNC_LOCK = 7_277_855  # any constant that nobody else takes
RESUME_WITHIN = timedelta(hours=6)  # a run that was killed longer ago begins anew
PARSED = (
    problems.NO_ID,
    problems.NO_OBJECT,
    problems.UNKNOWN_TYPE,
    problems.WRONG_TYPE,
    problems.UNKNOWN_PROPERTY,
    problems.FOREIGN_ID,
    problems.SECOND_TYPE,
    problems.NOT_STORED,
)


class AlreadyRunning(SyncError):
    """Raised when another sync works on the same folder or database."""


@dataclass(slots=True)
class Summary:
    """What one pass did; `failures` and `deviations` are lines for the operator, by source."""

    counts: Counts = field(default_factory=Counts)
    requests: int = 0
    seconds: float = 0.0
    failures: dict[str, list[str]] = field(default_factory=dict)
    deviations: dict[str, list[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, int | float]:
        """Return what `ratslupe sync --json` ends with."""
        return asdict(self.counts) | {"requests": self.requests, "seconds": round(self.seconds, 3)}


def sync(
    settings: Settings, engine: Engine, slugs: tuple[str, ...] = (), *, full: bool = False, progress: Progress
) -> Summary:
    """Mirror the named sources, or all: lists and objects, then files, then their text, then the index.

    One source that fails does not keep the others from being read. Raises AlreadyRunning.
    """
    began, moment, summary = time.monotonic(), now(), Summary()
    with _alone(settings.home, engine), _net(settings) as net:
        client = OParlClient(net, unpaced=settings.fetch_allow_networks)
        store = open_store(settings.files_url)
        for source in _sources(engine, slugs):
            client.rewrites.clear()
            failures = _mirror(engine, client, source, summary.counts, progress, full=full)
            with suppress(IndexLocked):  # which is told below
                # What was withdrawn leaves the search before the files are fetched, which may take hours.
                index.refresh(engine, settings.search_url, progress)
            if full:
                download.again(engine, source.id)
            try:
                download.missing(engine, source.id, client, store, progress)
            except (StoreFull, SyncError) as error:  # what is there is read and shown all the same
                failures.append(str(error))
            if failures:
                summary.failures[source.slug] = failures
        try:
            extract.waiting(engine, store, progress)
        except SandboxError as error:  # titles can be searched without it
            summary.failures["documents"] = [str(error)]
        index.refresh(engine, settings.search_url, progress)
        download.tidy(engine, store)
    with Session(engine) as session:
        for slug, kind, count in problems.met(session, moment):
            summary.deviations.setdefault(slug, []).append(f"{count} {problems.WORDS[kind]}")
    summary.requests, summary.seconds = client.requests, time.monotonic() - began
    return summary


def mirror(settings: Settings, engine: Engine, slug: str, *, full: bool = False, progress: Progress) -> Summary:
    """Bring only the objects of one source, not its files: the part that is measured against bare reading."""
    began, summary = time.monotonic(), Summary()
    with _alone(settings.home, engine), _net(settings) as net:
        client = OParlClient(net, unpaced=settings.fetch_allow_networks)
        for source in _sources(engine, (slug,)):
            summary.failures[slug] = _mirror(engine, client, source, summary.counts, progress, full=full)
    summary.requests, summary.seconds = client.requests, time.monotonic() - began
    return summary


def look(settings: Settings, url: str, *, pinned_body: str | None = None) -> fetch.Endpoint:
    """Ask an address what it is, before it becomes a source; raises SyncError with one line."""
    with _net(settings) as net:
        client = OParlClient(net, unpaced=settings.fetch_allow_networks, tries=1)  # somebody is waiting
        return fetch.endpoint(client, url, pinned_body=pinned_body)


def _net(settings: Settings) -> GuardedClient:
    return GuardedClient(allow_networks=settings.fetch_allow_networks, contact=settings.contact)


def _sources(engine: Engine, slugs: tuple[str, ...]) -> list[Source]:
    with Session(engine, expire_on_commit=False) as session:
        chosen = select(Source).order_by(Source.id)
        return list(session.scalars(chosen.where(Source.slug.in_(slugs)) if slugs else chosen))


def _mirror(
    engine: Engine, client: OParlClient, source: Source, counts: Counts, progress: Progress, *, full: bool = False
) -> list[str]:
    """Walk all lists of one source; returns why it is incomplete, nothing if it is complete."""
    run_id, started = _begin(engine, source.id, anew=full)
    mine, failures, before = Counts(), list[str](), client.requests
    try:
        found = fetch.endpoint(client, source.url, pinned_body=source.pinned_body)
        mine.add(_save_endpoint(engine, source, found))
        addresses = [address for body in found.bodies for address in fetch.lists(body)]
        tells = "1.1" in str((found.system or {}).get("oparlVersion"))
        for address in addresses:
            done, failure = walk.walk(
                engine, client, source, address, run_started=started, progress=progress, tells_withdrawn=tells
            )
            mine.add(done)
            if failure:
                failures.append(failure)
        if not failures:
            walk.forget_others(engine, source.id, (address.url for address in addresses))
    except SyncError as error:
        failures.append(str(error))
        state = "failing"
    except SQLAlchemyError as error:  # told by its kind alone: its words may quote what is private
        failures.append(f"the database refuses what came: {type(getattr(error, 'orig', error)).__name__}")
        state = "failing"
    else:
        state = "partial" if failures else "complete"
    counts.add(mine)
    _end(engine, source.id, run_id, started, state, failures, asdict(mine) | {"requests": client.requests - before})
    return failures


def _save_endpoint(engine: Engine, source: Source, found: fetch.Endpoint) -> Counts:
    counts = Counts()
    with writing(engine) as session:
        complete = (ListCursor.source_id == source.id, ListCursor.last_complete.is_not(None))
        read = set(session.scalars(select(ListCursor.body_id).where(*complete)))
        if found.system is not None:
            system = parse.objects([found.system], "System", where=source.url)
            counts.add(Store(source, None, backfill=not read).save(session, system))
        for body in found.bodies:
            parsed, body_id = parse.objects([body], "Body", where=source.url), body["id"].strip()
            counts.add(Store(source, body_id, backfill=body_id not in read).save(session, parsed))
    return counts


def _begin(engine: Engine, source_id: int, *, anew: bool) -> tuple[int, datetime]:
    """Begin a run, or go on with the one that was killed; returns its id and when it began."""
    with writing(engine) as session:
        last = session.scalar(
            select(SyncRun).where(SyncRun.source_id == source_id).order_by(SyncRun.id.desc()).limit(1)
        )
        if not anew and last is not None and last.finished_at is None and now() - last.started_at < RESUME_WITHIN:
            return last.id, last.started_at
        started = now()
        result = session.execute(insert(SyncRun).values(source_id=source_id, started_at=started).returning(SyncRun.id))
        return result.scalar_one(), started


def _end(
    engine: Engine,
    source_id: int,
    run_id: int,
    started: datetime,
    state: str,
    failures: list[str],
    counts: dict[str, int],
) -> None:
    reason = "; ".join(failures)[:2000] or None
    with writing(engine) as session:
        session.execute(
            update(SyncRun).where(SyncRun.id == run_id).values(finished_at=now(), counts=counts, error=reason)
        )
        values: dict[str, object] = {"state": state, "state_reason": reason}
        if state == "complete":
            values["last_complete"] = now()
            problems.solve(session, source_id, before=started, kinds=(*PARSED, problems.LIST_FAILED))
        session.execute(update(Source).where(Source.id == source_id).values(**values))


@contextmanager
def _alone(home: Path, engine: Engine) -> Iterator[None]:
    """Hold the folder's lock and the database's: two syncs would do all work twice, and be in each other's way."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "sync.lock").open("w") as lock, engine.connect() as connection:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(
                "another sync is running on this folder; it will be done when that one ends"
            ) from error
        if connection.dialect.name == "postgresql":
            # Not in a transaction: it would stay open for as long as the sync takes.
            own = connection.execution_options(isolation_level="AUTOCOMMIT")
            if not own.scalar(select(func.pg_try_advisory_lock(SYNC_LOCK))):
                raise AlreadyRunning("another sync is running on this database; it will be done when that one ends")
        try:
            yield
        finally:
            if connection.dialect.name == "postgresql":  # else the pool would keep it
                connection.execute(select(func.pg_advisory_unlock(SYNC_LOCK)))
