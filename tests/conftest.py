"""Fixtures shared by all tests: both databases, settings, and a loud word where a machine lacks something.

Every test that asks for `engine` runs on SQLite and on PostgreSQL. PostgreSQL is started here, in a folder of
its own, on a Unix socket; nothing outside that folder is touched.
"""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import open_engine, upgrade
from tests.opensearch.cluster import Cluster, cluster
from tests.opensearch.jars import Unavailable, classpath
from tests.portal import Portal, free_port
from tests.quick import be_quick

be_quick()
IN_CI = os.environ.get("CI") == "true"
# A busy machine is no fault of what is tested. In CI hypothesis takes its time by itself.
if not IN_CI:
    hypothesis_settings.register_profile("patient", deadline=None)
    hypothesis_settings.load_profile("patient")


def missing(what: str) -> None:
    """Skip with one line; in CI nothing may be missing."""
    if IN_CI:
        pytest.fail(f"{what} must be present in CI")
    pytest.skip(f"{what} is not on this machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say a test's group where pytest 9.2 looks for it: pytest-xdist 3.8 says it where older ones did, unheard."""
    if not config.getoption("loadgroup", default=False):
        return
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group and "@" not in item.nodeid:
            item._id = type(item.id).parse(f"{item.nodeid}@{group.args[0]}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let CI fail where anything was skipped, however it was skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def postgres_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL server on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a PostgreSQL of our own; give the URL of its maintenance database."""
    binaries = postgres_binaries()
    if binaries is None:
        missing("PostgreSQL")
        return
    with postgres_server(binaries, "fsync=off", "synchronous_commit=off", "max_connections=200") as url:
        yield url


@contextmanager
def postgres_server(binaries: Path, *settings: str) -> Iterator[str]:
    """Give the URL of the maintenance database of a new server while the block runs."""
    # The server refuses to run as root, and a socket's path may not be longer than 107 bytes.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    home = Path(tempfile.mkdtemp(prefix="rl-pg-"))
    try:
        if as_user:
            shutil.chown(home, "postgres")
        run = [*as_user, "env", "-C", str(home)]
        subprocess.run(
            [
                *run,
                str(binaries / "initdb"),
                "-D",
                f"{home}/data",
                "-U",
                "ratslupe",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
            check=True,
            capture_output=True,
        )
        options = " ".join([f"-k {home} -c listen_addresses=''", *(f"-c {setting}" for setting in settings)])
        subprocess.run(
            [*run, str(binaries / "pg_ctl"), "-D", f"{home}/data", "-w", "-o", options, "-l", f"{home}/log", "start"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield f"postgresql+psycopg://ratslupe@/postgres?host={home}"
        finally:
            subprocess.run(
                [*run, str(binaries / "pg_ctl"), "-D", f"{home}/data", "-m", "immediate", "stop"],
                check=True,
                stdout=subprocess.DEVNULL,
            )
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """Make one database with our schema, from which each test copies its own."""
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE ratslupe_template"))
    admin.dispose()
    engine = open_engine(postgres.replace("/postgres?", "/ratslupe_template?"))
    upgrade(engine)
    engine.dispose()
    return postgres


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one SQLite file with our schema, from which each test copies its own."""
    path = tmp_path_factory.mktemp("template") / "ratslupe.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty database with our schema: once per database system."""
    if request.param == "sqlite":
        path = tmp_path / "home" / "ratslupe.db"
        path.parent.mkdir(exist_ok=True)
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    admin_url = request.getfixturevalue("postgres_template")
    name = f"t{uuid.uuid4().hex}"
    admin = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        make_database(connection, name)
    yield admin_url.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        left = _left_open(connection, name)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
    # Said here, by the test that left it: the collector would say it minutes later, in another one.
    assert left == [], "connections are left open"


def make_database(connection: Connection, name: str) -> None:
    """Copy the template: file by file, which takes a third of the time that writing each page to the log does."""
    version = connection.dialect.server_version_info or (0,)
    by_files = " STRATEGY file_copy" if version >= (15,) else ""  # before it was the only way
    connection.execute(text(f"CREATE DATABASE {name} TEMPLATE ratslupe_template{by_files}"))


def _left_open(connection: Connection, name: str) -> list[str]:
    """What was last asked by whom is still connected after five seconds: a killed process takes a moment to go."""
    # Not the server's own workers: autovacuum may be looking at the database just then.
    asked = text("SELECT query FROM pg_stat_activity WHERE datname = :name AND backend_type = 'client backend'")
    end = time.monotonic() + 5
    while (left := list(connection.scalars(asked, {"name": name}))) and time.monotonic() < end:
        time.sleep(0.02)
    return left


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give an engine on an empty database with our schema."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Give a session that only reads; write with `app.db.writing(engine)`."""
    with Session(engine) as session:
        yield session


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Give settings in which everything lives below the test's own folder and loopback may be dialled."""
    return Settings.from_environment(
        {
            "RATSLUPE_HOME": str(tmp_path / "home"),
            "DATABASE_URL": database_url,
            "BASE_URL": "http://portal.example",
            "SECRET_KEY": "only-for-tests",
            "CONTACT": "clerk@example.org",
            "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "PUSH_SERVICES": "push.example",
        }
    )


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """Give a portal on which `ratslupe demo` was run, on a tenth of the made-up council. Only read from it."""
    portal = Portal(tmp_path_factory.mktemp("portal"), free_port())
    portal.run("demo", "--no-serve", "--scale", "0.1", "--council-port", str(free_port()))
    return portal


@pytest.fixture(scope="session")
def opensearch() -> Iterator[Cluster]:
    """Start three nodes of OpenSearch; tests with it are of xdist_group("opensearch"), so that one process has them."""
    try:
        jars = classpath()
    except Unavailable as error:
        missing(str(error))
        return
    with cluster(jars) as three:
        yield three
