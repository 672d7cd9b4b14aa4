"""How fast is the mirror? Objects a second into SQLite and PostgreSQL, beside what bounds it from above.

    python -m benchmarks.sync [--quick] [--rounds N] [--papers N]

Councils are served by a process of their own on loopback. The ceilings, in the same round: the same pages read with
bare httpx and json; and the rows that the mirror wrote, upserted once more knowing nothing, a page in one commit, as
SQLAlchemy does it (`insert(…).on_conflict_do_update(…)` with a list of rows). For comparison also what PostgreSQL can
do at best: COPY into a temporary table and one INSERT … SELECT … ON CONFLICT from there.

Both databases write durably: SQLite with synchronous=FULL, PostgreSQL with fsync and synchronous_commit.
Other work on the machine hits all of a round alike: medians of the ratios are told, by the clock and in processor
time (the mirror's and the database server's together).
"""

import argparse
import contextlib
import json
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import Table, create_engine, delete, event, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from app import changes
from app.config import Settings
from app.db import Base, open_engine, session_factory, upgrade, writing
from app.models import OPARL_TYPES
from app.rows import insert_all
from benchmarks import councils
from benchmarks.measuring import Result, cpu, measured
from oparl_sync import run, sources
from oparl_sync.progress import Progress
from tests import conftest
from tests.real import captured

PAGE = 500  # rows in one commit of the bulk upsert
MADE_UP = 143_000  # papers, with all that belongs to them: a million objects, ten times Karlsruhe
WRITING = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")
MIRRORED = frozenset(model.__tablename__ for model in OPARL_TYPES.values()) | {"link", "change"}
COLUMNS = ("per_second", "slower", "slower_cpu", "requests", "rows", "peak_mb")
PHASES = ("mirror", "nothing changed", "all read again")


def mirror(url: str, database_url: str, home: str, *, again: bool = True) -> Result:
    """Mirror all objects; again where nothing changed; and once more with every list read from its beginning."""
    settings = _settings(database_url, home)
    engine = open_engine(database_url)
    upgrade(engine)
    sources.remember(engine, url, "a")
    found: Result = {}
    for phase in PHASES if again else PHASES[:1]:
        whole, before = phase == PHASES[2], cpu(database_url)
        with _written(engine) as written:
            done = run.mirror(settings, engine, "a", full=whole, progress=Progress(quiet=True))
        if any(done.failures.values()):
            raise RuntimeError(f"{phase}: {done.failures}")
        seen = sum(done.as_json()[name] for name in ("created", "updated", "deleted", "unchanged"))
        found[phase] = {"objects": seen, "seconds": done.seconds, "requests": done.requests} | written
        found[phase]["cpu"] = cpu(database_url) - before
    return found


@contextlib.contextmanager
def _written(engine: Any) -> Iterator[dict[str, int]]:
    """Count the rows that are written meanwhile: those of objects, links and log, and those that say how it went."""
    written = {"rows": 0, "bookkeeping": 0}

    def count(_: object, cursor: Any, statement: str, *__: object) -> None:
        if found := WRITING.match(statement):
            written["rows" if found[1] in MIRRORED else "bookkeeping"] += max(cursor.rowcount, 0)

    with session_factory(engine)() as session:
        before = changes.last_seq(session)
    event.listen(engine, "after_cursor_execute", count)
    yield written
    event.remove(engine, "after_cursor_execute", count)
    with session_factory(engine)() as session:  # COPY passes the statements by, but nothing passes the log by
        written["rows"] = max(written["rows"], changes.last_seq(session) - before)


def mirror_once(url: str, database_url: str, home: str) -> Result:
    """Mirror all objects."""
    return mirror(url, database_url, home, again=False)


def bare_reading(url: str) -> Result:
    """Read the same pages with httpx and json alone, and count what has an id."""
    began, before, seen = time.monotonic(), cpu(), 0
    base = urlsplit(url)._replace(path="", query="").geturl()
    with httpx.Client(timeout=60, trust_env=False) as client:

        def read(address: str) -> Any:
            parts = urlsplit(address)
            return client.get(f"{base}{parts.path}{'?' * bool(parts.query)}{parts.query}").json()

        for body in read(read(url)["body"])["data"]:
            for name in ("organization", "person", "meeting", "paper", "consultation"):
                following = body.get(name)
                while following:
                    page = read(following)
                    seen += _with_id(page["data"])
                    following = page["links"].get("next")
    return {"objects": seen, "seconds": time.monotonic() - began, "cpu": cpu() - before}


def _with_id(value: Any) -> int:
    if isinstance(value, dict):
        return ("id" in value) + sum(_with_id(item) for item in value.values())
    return sum(_with_id(item) for item in value) if isinstance(value, list) else 0


def upsert(database_url: str) -> Result:
    """Upsert the rows that the mirror wrote as SQLAlchemy does it: objects, links and log."""
    return _upserted(database_url, _as_sqlalchemy_does)


def copy_upsert(database_url: str) -> Result:
    """Upsert the same rows as PostgreSQL does it best."""
    return _upserted(database_url, _by_copy)


def _upserted(database_url: str, write: Any) -> Result:
    engine = open_engine(database_url)
    seconds, spent, objects = 0.0, 0.0, 0
    for name in sorted(MIRRORED):
        table = Base.metadata.tables[name]
        with engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
        with writing(engine) as session:
            session.execute(delete(table))
        objects += len(rows) if name not in ("link", "change") else 0
        with engine.connect():  # held open: SQLite folds its log into the database whenever the last one closes
            began, before = time.monotonic(), cpu(database_url)
            for start in range(0, len(rows), PAGE):
                with writing(engine) as session:
                    write(session, table, rows[start : start + PAGE])
            seconds += time.monotonic() - began
            spent += cpu(database_url) - before
    engine.dispose()
    return {"objects": objects, "seconds": seconds, "cpu": spent}


def _as_sqlalchemy_does(session: Any, table: Table, rows: list[dict[str, Any]]) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement: Any = insert(table)  # the log is only ever added to
    if table.name != "change":
        statement = dialect.insert(table)
        keys = [column.name for column in table.primary_key]
        changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    session.connection().execute(statement, rows)


def _by_copy(session: Any, table: Table, rows: list[dict[str, Any]]) -> None:
    if table.name == "change":
        insert_all(session, table, rows)
        return
    session.execute(text(f"CREATE TEMPORARY TABLE IF NOT EXISTS coming (LIKE {table.name}) ON COMMIT DROP"))
    shadow = Table("coming", type(table.metadata)(), *(c.copy() for c in table.columns), prefixes=["TEMPORARY"])
    insert_all(session, shadow, rows)
    names = [f'"{column.name}"' for column in table.columns]
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
    changed = ", ".join(f"{name} = excluded.{name}" for name in names)
    session.execute(
        text(
            f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(names)} FROM coming"
            f" ON CONFLICT ({keys}) DO UPDATE SET {changed}"
        )
    )


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


class Databases:
    """Makes empty databases: SQLite files, and where a server is installed, databases of PostgreSQL."""

    def __init__(self, home: Path, admin_url: str | None) -> None:
        self.home = home
        self.admin_url = admin_url
        self.made = 0

    def empty(self) -> dict[str, str]:
        """Return the URL of a new one by each system's name."""
        self.made += 1
        urls = {"SQLite": f"sqlite:///{self.home / f'{self.made}.db'}"}
        if self.admin_url is not None:
            admin = create_engine(self.admin_url, isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE b{self.made}"))
            admin.dispose()
            urls["PostgreSQL"] = self.admin_url.replace("/postgres?", f"/b{self.made}?")
        return urls


def one_round(url: str, home: Path, databases: Databases) -> dict[str, Result]:
    """Measure both ceilings and the mirror once, on each database."""
    figures = {"httpx and json alone": measured(bare_reading, url)}
    for name, database_url in databases.empty().items():
        mirrored = measured(mirror, url, database_url, str(home))
        figures |= {f"{phase}, {name}": mirrored | mirrored[phase] for phase in PHASES}
        figures[f"bulk upsert, {name}"] = measured(upsert, database_url)
        if name == "PostgreSQL":
            figures["bulk upsert by COPY, PostgreSQL"] = measured(copy_upsert, database_url)
        ceilings = [figures["httpx and json alone"], figures[f"bulk upsert, {name}"]]
        for phase in PHASES:
            mine = figures[f"{phase}, {name}"]
            for ratio, of in (("slower", "seconds"), ("slower_cpu", "cpu")):
                mine[ratio] = mine[of] / max(one[of] for one in ceilings)
    return figures


def told(council: str, rounds: list[dict[str, Result]]) -> dict[str, Result]:
    """Print and return the medians of several rounds."""
    merged: dict[str, Result] = {}
    for name in rounds[0]:
        several = [figures[name] for figures in rounds]
        one = {"objects": several[0]["objects"], "seconds": round(median(r["seconds"] for r in several), 3)}
        one["per_second"] = round(one["objects"] / one["seconds"])
        one["cpu"] = round(median(r["cpu"] for r in several), 2)
        one["peak_mb"] = max(r["peak_mb"] for r in several)
        one |= {k: max(r[k] for r in several) for k in ("requests", "rows", "bookkeeping") if k in several[0]}
        if "slower" in several[0]:
            for ratio in ("slower", "slower_cpu"):
                ratios = sorted(r[ratio] for r in several)
                one |= {ratio: round(median(ratios), 2), f"{ratio}_range": [round(ratios[0], 2), round(ratios[-1], 2)]}
        merged[f"{council}: {name}"] = one
        _line(f"{council}: {name}", one)
    return merged


def _line(name: str, one: Result) -> None:
    cells = "".join(f"{one.get(column, '-'):>11}" for column in COLUMNS)
    print(f"{name:<50}{one['objects']:>10,}{one['seconds']:>9.2f}{one['cpu']:>9.2f}{cells}", flush=True)


def memory(home: Path, databases: Databases, papers: int) -> dict[str, Result]:
    """Mirror one list of a million objects, and look at the memory meanwhile."""
    figures = {}
    for name, database_url in databases.empty().items():
        with councils.serving("made-up", "--papers", str(papers)) as url:
            found = measured(mirror_once, url, database_url, str(home))
        one = found | found["mirror"]
        one["per_second"] = round(one["objects"] / one["seconds"])
        figures[f"one list: {name}"] = one
        _line(f"one list: {name}", one)
        print(f"    MB in each tenth of the time: {one['memory_mb']}", flush=True)
    return figures


def main() -> None:
    """Print the table, and all figures as one line of JSON."""
    options = argparse.ArgumentParser(description="objects a second, beside the two ceilings")
    options.add_argument("--quick", action="store_true", help="the smaller council, once: less than a minute")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--papers", type=int, default=MADE_UP, help="of the made-up council; 0 leaves it out")
    chosen = options.parse_args()
    if not (captured.DATA / "oparl").is_dir():
        raise SystemExit("the captured councils, which are not part of this repository, are not on this machine")
    print(f"{'':<50}{'objects':>10}{'seconds':>9}{'cpu':>9}{''.join(f'{column:>11}' for column in COLUMNS)}")
    figures: dict[str, Result] = {}
    binaries = conftest.postgres_binaries()
    server = conftest.postgres_server(binaries) if binaries else contextlib.nullcontext(None)
    with tempfile.TemporaryDirectory() as folder, server as admin_url:
        home = Path(folder)
        databases = Databases(home, admin_url)
        for council in ("huertgenwald",) if chosen.quick else ("huertgenwald", "karlsruhe"):
            with councils.serving(council) as url:
                rounds = [one_round(url, home, databases) for _ in range(1 if chosen.quick else chosen.rounds)]
            figures |= told(council, rounds)
        if chosen.papers and not chosen.quick:
            figures |= memory(home, databases, chosen.papers)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
