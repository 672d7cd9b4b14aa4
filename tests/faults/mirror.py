"""A mirror of a council that answers from memory, in a folder of its own, without waiting for anything."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Protocol
from unittest import mock

import httpx
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

import app.db
from app.config import Settings
from app.db import open_engine, upgrade
from app.documents import PageText, Reading
from app.models import OPARL_TYPES
from app.net import GuardedClient
from app.shown import present
from app.vocabulary import PARENTS
from oparl_sync import extract, index, run
from oparl_sync.client import OParlClient
from oparl_sync.hosts import Hosts
from oparl_sync.progress import Progress
from oparl_sync.run import Summary
from oparl_sync.sources import remember
from tests.faults.council import Council, Said, essence


class Served(Protocol):
    """What can be mirrored."""

    @property
    def url(self) -> str:
        """Where its System is."""

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""


class Killed(BaseException):
    """The process ends here, as far as can be shown without ending it: nothing may catch this."""


class Clock(datetime):
    """The mirror's clock, which a test sets."""

    offset = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # the moment is a plain one
        """Return the moment that the test wants it to be."""
        return datetime.now(tz) + cls.offset


@cache
def template() -> Path:
    """Make an empty database once for each process."""
    folder = Path(tempfile.mkdtemp(prefix="rl-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    engine = open_engine(f"sqlite:///{folder / 'ratslupe.db'}")
    upgrade(engine)
    engine.dispose()
    return folder / "ratslupe.db"


class _Place:
    path = ""


@cache
def _engine() -> Engine:
    engine = open_engine("sqlite:////dev/null", pooled=True)

    @event.listens_for(engine, "do_connect")
    def elsewhere(dialect: object, record: object, arguments: list[Any], named: dict[str, Any]) -> None:
        arguments[:] = [_Place.path]

    return engine


def engine_at(path: Path) -> Engine:
    """Return the one engine of this process, which from now on opens this file: its statements are compiled once."""
    if _Place.path != str(path):
        _engine().dispose()
        _Place.path = str(path)
    return _engine()


class Mirror:
    """A database and a folder; `close` takes them away."""

    def __init__(self, council: Served) -> None:
        self.council = council
        self.folder = Path(tempfile.mkdtemp(prefix="rl-mirror-"))
        shutil.copy(template(), self.folder / "ratslupe.db")
        self.settings = Settings.from_environment(
            {
                "RATSLUPE_HOME": str(self.folder),
                "SECRET_KEY": "only-for-tests",
                "BASE_URL": "http://portal.example",
                "CONTACT": "clerk@example.org",
                "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
            }
        )
        remember(self.engine, council.url, "a")

    @property
    def engine(self) -> Engine:
        """The process's one engine, on this mirror's database."""
        return engine_at(self.folder / "ratslupe.db")

    def sync(self, *, full: bool = False) -> Summary:
        """Bring the objects, as `ratslupe sync` does, without the files."""
        with instant(self.council):
            return run.mirror(self.settings, self.engine, "a", full=full, progress=Progress(quiet=True))

    def sync_all(self, *, full: bool = False, accept: bool = False) -> Summary:
        """Bring everything but the index, as `ratslupe sync` does."""
        no_index = mock.patch.object(index, "open_index", return_value=NoIndex())
        with instant(self.council), mock.patch.object(extract, "Sandbox", Reader), no_index:
            return run.sync(self.settings, self.engine, ("a",), full=full, accept=accept, progress=Progress(quiet=True))

    def holds(self) -> Said:
        """Return every object that is held and not taken back, as the council's `says` does."""
        found: dict[str, dict[str, Any]] = {}
        with Session(self.engine) as session:
            for kind, model in OPARL_TYPES.items():
                parent = PARENTS.get(kind)
                column = getattr(model, parent.column) if parent else model.name
                rows = session.execute(select(model.id, model.raw, column).where(present(model))).all()
                if rows:
                    found[kind] = {
                        oparl_id: essence(kind, raw, held_by if parent else None) for oparl_id, raw, held_by in rows
                    }
        return found

    def close(self) -> None:
        """Forget everything."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Reader:
    """Stands in for the sandbox: that reads in a process of its own, which is not what is killed here."""

    def __init__(self, **_: object) -> None:
        """Take no heed of how it is confined."""

    def read(self, document: Path, **_: str) -> Reading:
        """Take the bytes for text."""
        return Reading(
            "ok", (PageText(document.read_bytes().decode("latin-1"), "test"),), "test", "application/pdf", ""
        )

    def close(self) -> None:
        """Nothing to end."""


class NoIndex:
    """Takes whatever is written: an engine's threads would not be there in the copies of this process."""

    @contextmanager
    def writer(self) -> Iterator[mock.Mock]:
        yield mock.Mock()

    def count(self) -> int:
        return 0

    def close(self) -> None:
        pass


@contextmanager
def instant(council: Served) -> Iterator[None]:
    """Let every request be answered by the council, nobody wait, and the clock be the council's calendar."""

    def net(*_: object, **__: object) -> GuardedClient:
        return GuardedClient(transport=httpx.MockTransport(council.handle), allow_networks=[ip_network("127.0.0.0/8")])

    waited = 0.0

    def sleep(seconds: float) -> None:
        nonlocal waited
        waited += max(0.0, seconds)

    def client(net: GuardedClient, **options: Any) -> OParlClient:
        return OParlClient(net, **options | {"sleep": sleep})

    def hosts(**_: object) -> Hosts:
        return Hosts(sleep=sleep, clock=lambda: waited)

    with (
        mock.patch.object(run, "_net", net),
        mock.patch.object(run, "Hosts", hosts),
        mock.patch.object(run, "OParlClient", client),
        mock.patch.object(app.db, "datetime", Clock),
    ):
        yield


def set_clock(moment: datetime) -> None:
    """Let it be this moment for the mirror."""
    Clock.offset = moment - datetime.now(UTC)


def differences(council: Council, mirror: Mirror) -> list[str]:
    """Return what the council says otherwise than the mirror."""
    return differing(council.says(), mirror.holds())


def differing(said: Said, held: Said) -> list[str]:
    """Return in what one differs from the other."""
    found = []
    for kind in sorted(said.keys() | held.keys()):
        theirs, ours = said.get(kind, {}), held.get(kind, {})
        found += [f"missing {k}" for k in sorted(theirs.keys() - ours.keys())]
        found += [f"too much {k}" for k in sorted(ours.keys() - theirs.keys())]
        both = sorted(theirs.keys() & ours.keys())
        found += [f"differs {k}: {theirs[k]} / {ours[k]}" for k in both if theirs[k] != ours[k]]
    return found
