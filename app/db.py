"""The database: base class, column types, engine and sessions, for SQLite and PostgreSQL alike."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, DateTime, Engine, MetaData, Text, TypeDecorator, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import NullPool, QueuePool

from app.config import ROOT

JsonObject = dict[str, Any]
Writer = Callable[[], AbstractContextManager[Session]]  # opens one write transaction


class Base(DeclarativeBase):
    """All tables; constraints are named so that migrations can find them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: refuses naive values, returns aware ones (SQLite itself forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"moment without a zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """JSON kept as text: measured 2-4 times faster to write than sa.JSON or JSONB, and verbatim."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Serialise; text and bytes are taken as finished JSON."""
        if value is None:
            return None
        if isinstance(value, bytes):
            return value.decode()
        return orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Parse."""
        return None if value is None else orjson.loads(value)


def open_engine(url: str, *, pooled: bool = False) -> Engine:
    """Connect to `sqlite:///path` or `postgresql+psycopg://…`; makes the folder of an SQLite file.

    `pooled` keeps connections to an SQLite file: for the site, where each begins with pages that others have read.
    What an error says holds no values: a log has no business with what readers type, nor with their addresses.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    path = url.partition(":///")[2]
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # A worker opens one for each step: a file that is moved or restored meanwhile is seen by the next.
    options = {"poolclass": QueuePool, "pool_size": 8, "max_overflow": -1} if pooled else {"poolclass": NullPool}
    settings = {"timeout": 30, "check_same_thread": False}
    engine = create_engine(url, connect_args=settings, hide_parameters=True, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin alone
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-32000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    # A read transaction that turns into a write is refused at once when another writer came first, whatever the
    # timeout says; so whoever will write says so at the start.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Return a factory of sessions that only read; writers use `writing`."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Open one write transaction: committed at the end, rolled back when anything is raised."""
    options = engine.execution_options(write=True)
    with _turn(engine), Session(options, expire_on_commit=False) as session, session.begin():
        yield session


def learn(engine: Engine) -> None:
    """Let SQLite count what is in its indexes, in some 10 ms; PostgreSQL does so by itself.

    Where it does not know, it reads all files that are not withdrawn rather than the one with these bytes: to suggest
    three streets of 100,000 files took 60 ms instead of one.
    """
    if engine.dialect.name == "sqlite":
        with writing(engine) as session:
            session.execute(text("PRAGMA analysis_limit = 400"))
            session.execute(text("ANALYZE"))


class _Line:
    """A lock that is given to whoever has waited longest."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._holder: int | None = None  # the thread whose turn it is
        self._waiting: deque[tuple[int, threading.Lock]] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn and keep it while the block runs."""
        me, mine = threading.get_ident(), threading.Lock()
        with self._gate:
            if self._holder == me:
                raise RuntimeError("a write transaction inside another would wait for itself")
            if self._holder is None:
                self._holder = me
            else:
                mine.acquire()
                self._waiting.append((me, mine))
        try:
            mine.acquire()
            yield
        finally:
            self._leave(me, mine)

    def _leave(self, me: int, mine: threading.Lock) -> None:
        with self._gate:
            if self._holder != me:  # interrupted while it waited
                self._waiting.remove((me, mine))
                return
            self._holder, following = self._waiting.popleft() if self._waiting else (None, None)
            if following is not None:
                following.release()


_lines: dict[str, _Line] = {}


def _turn(engine: Engine) -> AbstractContextManager[None]:
    """Queue for an SQLite file: there a writer polls for the lock, and who polls rarely waits on.

    Measured with 100 threads and 2 ms a write, for 10 s: 1 to 49 writes a thread without the queue.
    """
    path = engine.url.database if engine.dialect.name == "sqlite" else None
    return _lines.setdefault(path, _Line()).turn() if path and path != ":memory:" else nullcontext()


class Marker:
    """Tells whether anything was written: as long as its answers are equal, nobody committed.

    SQLite counts the commits of others for each connection, so one is kept for it; PostgreSQL names the transactions
    that are done.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._lock = engine, threading.Lock()
        self._kept: Connection | None = None
        self._opened = 0  # each connection counts for itself

    def __call__(self) -> object:
        """Return the mark of this moment; raises sqlalchemy's errors where the database is away."""
        if self._engine.dialect.name != "sqlite":
            with self._engine.connect() as connection:
                return connection.scalar(text("SELECT CAST(pg_current_snapshot() AS text)"))
        with self._lock:
            if self._kept is None:
                self._kept = self._engine.connect()
                self._opened += 1
            # Straight to the driver: inside a transaction it would always see the same.
            driver: Any = self._kept.connection.driver_connection
            try:
                return self._opened, driver.execute("PRAGMA data_version").fetchone()[0]
            except driver.Error as error:
                self._kept.invalidate()
                self._kept.close()
                self._kept = None
                raise OperationalError("PRAGMA data_version", None, error) from error

    def close(self) -> None:
        """Give its connection back."""
        with self._lock:
            if self._kept is not None:
                self._kept.close()
                self._kept = None


def now() -> datetime:
    """Return this moment, in UTC, to the microsecond."""
    return datetime.now(UTC)


def upgrade(engine: Engine) -> None:
    """Bring the database to this release's schema; does nothing where it is there already."""
    if _revision(engine) == head():
        return
    from alembic import command  # noqa: PLC0415 - a second that only commands which really migrate should pay
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.execution_options(write=True).connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            # Two commands started at once must not both create the tables.
            connection.execute(text("SELECT pg_advisory_xact_lock(7277854)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def open_current(url: str) -> Engine:
    """Connect to a database and bring it to this release's schema: what every command begins with."""
    engine = open_engine(url)
    upgrade(engine)
    return engine


def head() -> str:
    """Return the number of the newest migration."""
    return max(path.name[:4] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))


def _revision(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found
