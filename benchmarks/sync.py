"""How fast is the mirror? Objects a second into SQLite and PostgreSQL, beside what bounds it from above.

    python -m benchmarks.sync [--quick]

Both captured councils are served by a process of its own on loopback. Two baselines in the same run: the same pages
read with bare httpx and json, and the rows that the mirror wrote, inserted again in bulk with SQLAlchemy Core.
PostgreSQL runs without fsync, as in the tests; SQLite with it.
"""

import argparse
import contextlib
import json
import multiprocessing
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import Table, create_engine, delete, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from app.config import Settings
from app.db import Base, open_engine, upgrade, writing
from app.models import OPARL_TYPES
from oparl_sync import run
from oparl_sync.cli import remember
from oparl_sync.progress import Progress
from tests import conftest
from tests.real import captured
from tests.real.council_process import serving

PAGE = 500  # rows in one statement of the bulk upsert
Result = dict[str, Any]


def measured(job: Callable[..., Result], *arguments: str) -> Result:
    """Run a job in a process of its own; returns what it says, with its peak memory in MB."""
    here, there = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_measured, args=(there, job, arguments))
    process.start()
    there.close()
    try:
        found: Result = here.recv()
    finally:
        process.join()
    return found


def _measured(answer: Any, job: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    found = job(*arguments)
    # Of this program alone: getrusage also counts what the process was before it became this program.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    answer.send(found | {"peak_mb": round(int(peak[1]) / 1024) if peak else None})


def mirror(url: str, database_url: str, home: str) -> Result:
    """Mirror all objects, and a second time with nothing changed."""
    settings = _settings(database_url, home)
    engine = open_engine(database_url)
    upgrade(engine)
    remember(engine, url, "a")
    quiet = Progress(quiet=True)
    first = run.mirror(settings, engine, "a", progress=quiet)
    again = run.mirror(settings, engine, "a", progress=quiet)
    seen = sum(first.as_json()[name] for name in ("created", "deleted", "unchanged"))
    return {"objects": seen, "seconds": first.seconds, "again": again.seconds, "written": again.counts.updated}


def bare_reading(url: str) -> Result:
    """Read the same pages with httpx and json alone, and count what has an id."""
    began, seen = time.monotonic(), 0
    base = urlsplit(url)._replace(path="", query="").geturl()
    with httpx.Client(timeout=60, trust_env=False) as client:

        def read(address: str) -> Any:
            parts = urlsplit(address)
            return client.get(f"{base}{parts.path}{'?' * bool(parts.query)}{parts.query}").json()

        for body in _bodies(read(read(url)["body"])):
            for name in ("organization", "person", "meeting", "paper", "consultation"):
                following = body.get(name)
                while following:
                    page = read(following)
                    seen += _with_id(page["data"])
                    following = page["links"].get("next")
    return {"objects": seen, "seconds": time.monotonic() - began}


def bulk_upsert(database_url: str) -> Result:
    """Insert the rows that the mirror wrote once more, all at once and knowing nothing: objects, links and log."""
    engine = open_engine(database_url)
    tables = [model.__table__ for model in OPARL_TYPES.values()] + [Base.metadata.tables[n] for n in ("link", "change")]
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    seconds, objects = 0.0, 0
    for table in tables:
        if not isinstance(table, Table):
            raise TypeError("no plain table")
        with engine.connect() as connection:
            rows = [dict(row._mapping) for row in connection.execute(select(table))]  # noqa: SLF001 - its public name
        with writing(engine) as session:
            session.execute(delete(table))
        objects += len(rows) if table.name not in ("link", "change") else 0
        statement: Any = dialect.insert(table) if table.name != "change" else insert(table)
        if table.name != "change":
            keys = [column.name for column in table.primary_key]
            changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
            statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
        began = time.monotonic()
        for start in range(0, len(rows), PAGE):
            with writing(engine) as session:
                session.connection().execute(statement, rows[start : start + PAGE])
        seconds += time.monotonic() - began
    engine.dispose()
    return {"objects": objects, "seconds": seconds}


def _bodies(answer: Any) -> list[Any]:
    return answer["data"] if isinstance(answer.get("data"), list) else [answer]


def _with_id(value: Any) -> int:
    if isinstance(value, dict):
        return ("id" in value) + sum(_with_id(item) for item in value.values())
    return sum(_with_id(item) for item in value) if isinstance(value, list) else 0


def _settings(database_url: str, home: str) -> Settings:
    return Settings.from_environment(
        {
            "RATSLUPE_HOME": home,
            "DATABASE_URL": database_url,
            "BASE_URL": "http://portal.example",
            "SECRET_KEY": "only-for-benchmarks",
            "CONTACT": "clerk@example.org",
            "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        }
    )


@contextlib.contextmanager
def databases(home: Path, council: str) -> Iterator[dict[str, str]]:
    """Give the URLs of an empty SQLite file and, where a server is installed, of an empty PostgreSQL database."""
    urls = {"SQLite": f"sqlite:///{home / council}.db"}
    if conftest.postgres_binaries() is None:
        yield urls
        return
    with contextlib.contextmanager(conftest.postgres.__wrapped__)() as admin_url:  # type: ignore[attr-defined]
        admin = create_engine(admin_url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {council}"))
        admin.dispose()
        yield urls | {"PostgreSQL": admin_url.replace("/postgres?", f"/{council}?")}


def main() -> None:
    """Print the table, and all figures as one line of JSON."""
    options = argparse.ArgumentParser(description="objects a second, beside the two ceilings")
    options.add_argument("--quick", action="store_true", help="the smaller council only: less than a minute")
    quick = options.parse_args().quick
    if not (captured.DATA / "oparl").is_dir():
        raise SystemExit("the captured councils, which are not part of this repository, are not on this machine")
    figures: dict[str, Result] = {}
    print(f"{'':<40}{'objects':>9}{'seconds':>9}{'per s':>9}{'x slower':>10}{'peak MB':>9}")
    for council in ("huertgenwald",) if quick else ("huertgenwald", "karlsruhe"):
        with tempfile.TemporaryDirectory() as home, serving(council) as url:
            reading = measured(bare_reading, url)
            _line(figures, f"{council}: httpx + json alone", reading)
            with databases(Path(home), council) as urls:
                for name, database_url in urls.items():
                    mirrored = measured(mirror, url, database_url, home)
                    upsert = measured(bulk_upsert, database_url)
                    ceiling = max(reading["seconds"], upsert["seconds"])
                    _line(figures, f"{council}: bulk upsert, {name}", upsert)
                    _line(figures, f"{council}: mirror, {name}", mirrored, ceiling)
                    again = {
                        "objects": mirrored["objects"],
                        "seconds": mirrored["again"],
                        "peak_mb": mirrored["peak_mb"],
                    }
                    _line(figures, f"{council}: nothing changed, {name}", again, ceiling)
    print(json.dumps(figures))


def _line(figures: dict[str, Result], name: str, found: Result, ceiling: float | None = None) -> None:
    rate = found["objects"] / found["seconds"]
    slower = found["seconds"] / ceiling if ceiling else None
    figures[name] = found | {"per_second": round(rate), "slower_than_ceiling": slower and round(slower, 2)}
    ratio = f"{slower:.2f}" if slower else "-"
    seconds = found["seconds"]
    print(f"{name:<40}{found['objects']:>9,}{seconds:>9.1f}{rate:>9,.0f}{ratio:>10}{found['peak_mb']:>9}", flush=True)


if __name__ == "__main__":
    main()
