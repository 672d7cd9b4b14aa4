"""The sentence: mirror, download, extract, index, count. Only this file knows the order."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from app.config import Network, Settings
from app.db import now
from app.documents import SandboxError
from app.files import FilesError, FileStore, StoreDown, StoreFull, open_store
from app.models import Source
from app.net import GuardedClient
from oparl_sync import (
    counting,
    download,
    due_documents,
    due_files,
    extract,
    fetch,
    index,
    leases,
    originals,
    outgoing,
    previews,
    problems,
    texts,
)
from oparl_sync import mirror as pass_
from oparl_sync.client import OParlClient
from oparl_sync.hosts import Hosts, domain_of, pause
from oparl_sync.progress import Progress
from oparl_sync.robots import Robots
from oparl_sync.store import Counts
from search import IndexLocked

IMPORTED = "import:"  # sources that have no server: they are brought by hand


@dataclass(slots=True)
class Summary:
    """What one pass did; `failures`, `deviations` and `notes` are lines for the operator, by source."""

    counts: Counts = field(default_factory=Counts)
    requests: int = 0
    seconds: float = 0.0
    failures: dict[str, list[str]] = field(default_factory=dict)
    deviations: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, int | float]:
        """Return what `ratslupe sync --json` ends with."""
        return asdict(self.counts) | {"requests": self.requests, "seconds": round(self.seconds, 3)}


@dataclass(frozen=True, slots=True)
class Shared:
    """What all sources of one process share; clients are made for each source by `client`."""

    settings: Settings
    engine: Engine
    client: Callable[[Source], AbstractContextManager[OParlClient]]
    store: FileStore
    progress: Progress
    withdraw: Callable[[], None]  # takes from search and figures what a source withdrew


def sync(
    settings: Settings,
    engine: Engine,
    slugs: tuple[str, ...] = (),
    *,
    full: bool = False,
    accept: bool = False,
    progress: Progress,
) -> Summary:
    """Mirror the named sources, or all: lists and objects, then files, then their text, then the index.

    One source that fails, or that another worker has, does not keep the others from being read.
    """
    began, moment, summary = time.monotonic(), now(), Summary()
    with shared(settings, engine, progress) as common:
        for source in sources(engine, slugs):
            with _others(source, summary):
                one_source(common, source, summary, full=full, accept=accept)
        documents(common, summary)
    summary.notes = {} if slugs else _not_asked(engine)
    with Session(engine) as session:
        for slug, kind, count in problems.met(session, moment):
            summary.deviations.setdefault(slug, []).append(f"{count} {problems.WORDS[kind]}")
    summary.seconds = time.monotonic() - began
    return summary


def one_source(
    common: Shared, source: Source, summary: Summary, *, full: bool = False, accept: bool = False, files: bool = True
) -> None:
    """Bring the records and files of one source up to date; adds to the summary. Raises Taken where another does it."""
    engine, failures = common.engine, list[str]()
    try:
        with held(common, source) as lease, common.client(source) as client:
            try:
                counts, failures = pass_.mirror(
                    engine, lease.writing, client, source, common.progress, whole=full, accept=accept
                )
                summary.counts.add(counts)
                (due_files.again if full else due_files.recheck)(engine, source.id)
                if files:
                    # Before the files are fetched, which may take hours.
                    common.withdraw()
                    download.missing(engine, source.id, client, common.store, common.progress, lease.writing)
            finally:
                summary.requests += client.requests
    except leases.Taken:
        raise
    except (StoreDown, StoreFull, problems.SyncError) as error:  # what is there is read and shown all the same
        failures.append(str(error))
    if failures:
        summary.failures[source.slug] = failures


def files_of(common: Shared, source: Source, summary: Summary, *, enough: Callable[[], bool]) -> None:
    """Fetch the files of one source that are owed, until it is `enough`; adds to the summary. Raises Taken."""
    try:
        with held(common, source) as lease, common.client(source) as client:
            kept = (common.store, common.progress, lease.writing)
            download.missing(common.engine, source.id, client, *kept, enough=enough)
            summary.requests += client.requests
    except leases.Taken:
        raise
    except (StoreDown, StoreFull, problems.SyncError) as error:
        summary.failures[source.slug] = [str(error)]


@contextmanager
def _others(source: Source, summary: Summary) -> Iterator[None]:
    """Tell of a source that another worker has, and go on."""
    try:
        yield
    except leases.Taken as error:
        summary.failures[source.slug] = [str(error)]


def documents(common: Shared, summary: Summary) -> None:
    """Read what was fetched and what its text and minutes say, and bring index and figures up to date."""
    read(common, summary)
    summary.failures |= texts.follow(common.engine, common.store, common.settings, common.progress)
    counting.refresh(common.engine, common.progress)
    outgoing.refresh(common.engine, common.settings.base_url, common.progress)
    tidy(common, summary)


def read(
    common: Shared,
    summary: Summary,
    *,
    enough: Callable[[], bool] = lambda: False,
    told: Callable[[], None] = lambda: None,
) -> int:
    """Read what was fetched and nobody else reads, until it is `enough`; returns how many documents."""
    if not due_documents.count(common.engine):  # what a killed worker claimed is freed by taking its turn
        return 0
    try:
        with due_documents.turn(common.engine, common.settings.home) as turn:
            kept = (common.engine, common.store, common.progress)
            unsandboxed = common.settings.allow_unsandboxed
            return extract.waiting(*kept, turn=turn, enough=enough, told=told, allow_unsandboxed=unsandboxed)
    except (SandboxError, StoreDown, StoreFull, problems.SyncError) as error:  # titles can be searched without it
        summary.failures["documents"] = [str(error)]
        return 0


def tidy(common: Shared, summary: Summary, *, grace: timedelta = timedelta(0)) -> None:
    """Forget bytes that no file refers to, but for those that came within the `grace`, and what is not to be kept."""
    try:
        previews.tidy(common.engine, common.settings)  # first: a bucket that is down must not keep them
        download.tidy(common.engine, common.store, grace=grace)
        originals.tidy(common.engine, common.store, common.settings)
    except FilesError as error:
        summary.failures["files"] = [str(error)]


@contextmanager
def held(common: Shared, source: Source) -> Iterator[leases.Lease]:
    """Hold a source, and its domain, against all other workers; raises Taken."""
    own = any(source.url.startswith(f"http://{host}") for host in ("127.", "localhost"))
    domain = None if own else domain_of(source.url)
    name, what = f"source:{source.id}", f"the source {source.slug}"
    with leases.held(common.engine, common.settings.home, name, domain=domain, what=what) as lease:
        yield lease


def mirror(
    settings: Settings,
    engine: Engine,
    slug: str,
    *,
    full: bool = False,
    accept: bool = False,
    progress: Progress,
) -> Summary:
    """Bring only the objects of one source, not its files: the part that is measured against bare reading."""
    began, summary = time.monotonic(), Summary()
    with shared(settings, engine, progress) as common:
        for source in sources(engine, (slug,)):
            with _others(source, summary):
                one_source(common, source, summary, full=full, accept=accept, files=False)
            summary.failures.setdefault(slug, [])
    summary.seconds = time.monotonic() - began
    return summary


def look(settings: Settings, url: str, *, pinned_body: str | None = None) -> fetch.Endpoint:
    """Ask an address what it is, before it becomes a source; raises SyncError with one line."""
    with _net(settings) as net:
        # Somebody is waiting: once, and at once.
        client = OParlClient(net, unpaced=settings.fetch_allow_networks, tries=1, robots=Robots())
        return fetch.endpoint(client, url, pinned_body=pinned_body)


@contextmanager
def shared(
    settings: Settings,
    engine: Engine,
    progress: Progress,
    *,
    sleep: Callable[[float], None] = pause,
    withdraw: Callable[[], None] | None = None,
    unpaced: tuple[Network, ...] | None = None,
) -> Iterator[Shared]:
    """Open what all sources of one process share; `sleep` is called before each request, also for no time.

    `unpaced` are the networks whose servers need no pauses: those that may be dialled besides, where none are given.
    """
    hosts, robots = Hosts(sleep=sleep), Robots()
    ours = settings.fetch_allow_networks if unpaced is None else unpaced
    # One connection stays open: whenever its last one closes, SQLite folds its log into the database (6 ms a page).
    kept = engine.connect() if engine.dialect.name == "sqlite" else nullcontext()
    with _net(settings) as net, kept:

        @contextmanager
        def client(source: Source) -> Iterator[OParlClient]:
            with _net(settings, source.ca_bundle) if source.ca_bundle else nullcontext(net) as own:
                yield OParlClient(
                    own,
                    hosts=hosts,
                    robots=None if source.robots_ignored else robots,
                    unpaced=ours,
                    sleep=sleep,
                    headers=source.headers,
                    home=source.url,
                )

        def refresh() -> None:
            with suppress(IndexLocked):  # whoever has it will do it
                index.refresh(engine, settings.search_url, progress)
            counting.refresh(engine, progress)

        store = open_store(settings.files_url, settings.file_copies)
        yield Shared(settings, engine, client, store, progress, withdraw or refresh)


def _net(settings: Settings, certificates: str | None = None) -> GuardedClient:
    networks, contact = settings.fetch_allow_networks, settings.contact
    return GuardedClient(allow_networks=networks, contact=contact, certificates=certificates or "")


def sources(engine: Engine, slugs: tuple[str, ...]) -> list[Source]:
    """Return the named sources, or all that may be asked now."""
    with Session(engine, expire_on_commit=False) as session:
        chosen = select(Source).where(~Source.url.startswith(IMPORTED)).order_by(Source.id)
        due = or_(Source.next_try.is_(None), Source.next_try <= now())
        return list(session.scalars(chosen.where(Source.slug.in_(slugs) if slugs else due)))


def _not_asked(engine: Engine) -> dict[str, str]:
    with Session(engine) as session:
        waiting = select(Source.slug, Source.next_try, Source.state_reason).where(Source.next_try > now())
        return {
            slug: f"not asked again before {until:%Y-%m-%d %H:%M} UTC, unless it is named: {why}"
            for slug, until, why in session.execute(waiting)
        }
