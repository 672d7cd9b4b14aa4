"""What was erased still stands in bytes that nobody reads: of the index, of the database, of mails in a folder. Here
these are written anew.

A step that fails keeps none of the others from being done; the same command again does all of them once more.
"""

import email
import email.policy
import sqlite3
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app import indexing
from app.config import Settings
from oparl_sync.progress import Progress
from search import IndexLocked, SearchError, open_index

PATIENCE: Final = 10_000  # milliseconds until whoever reads or writes the database has come to an end


def purge(engine: Engine, settings: Settings, keys: Collection[str], progress: Progress) -> list[str]:
    """Write anew what may hold bytes of what was erased; returns a sentence for each that is left.

    `keys` are the handles of the erased records.
    """
    left = _mails(settings, keys)
    left += _index(engine, settings, progress)
    return left + _database(engine)


def _index(engine: Engine, settings: Settings, progress: Progress) -> list[str]:
    """Write the index anew: engines mark a document as deleted, and keep its bytes until they merge their files."""
    try:
        index = open_index(settings.search_url)
        try:
            with progress.step("Writing the index anew", unit="records") as step:
                done = 0

                def report(now_done: int, total: int) -> None:
                    nonlocal done
                    step.advance(now_done - done, total=total)
                    done = now_done

                indexing.rebuild(engine, index, progress=report)
            index.forget_old()
        finally:
            index.close()
    except IndexLocked:
        return ["Another command writes the index: its files still hold it, though no search finds it there."]
    except SearchError as error:
        return [f"Files of the index still hold it: {error}."]
    return []


def _mails(settings: Settings, keys: Collection[str]) -> list[str]:
    """Delete mails that name what was erased, where mails go into a folder."""
    url = urlsplit(settings.mail_url)
    if url.scheme != "file":
        return []
    try:
        for path in list(Path(unquote(url.path)).glob("*.eml")):
            if _names(path, keys):
                path.unlink(missing_ok=True)
    except OSError as error:
        return [f"The folder of mails cannot be tidied: {error.strerror}."]
    return []


def _names(path: Path, keys: Collection[str]) -> bool:
    with suppress(FileNotFoundError):
        said = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        texts = [text for part in said.walk() if isinstance(text := part.get_payload(decode=True), bytes)]
        return any(key.encode() in one for key in keys for one in texts)
    return False


def _database(engine: Engine) -> list[str]:
    """Write the database's file anew (SQLite), or give free what is dead (PostgreSQL)."""
    try:
        if engine.dialect.name == "sqlite":
            return _vacuum(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
    except (DBAPIError, sqlite3.Error) as error:
        return [f"The database cannot be written anew: {error}."]
    return []


def _vacuum(engine: Engine) -> list[str]:
    """Write an SQLite file anew and empty its log: what was deleted stands in free pages and in the log until then."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection  # outside of any transaction
        driver.execute(f"PRAGMA busy_timeout={PATIENCE}")
        driver.execute("PRAGMA temp_store=FILE")  # it is made aside first, and may be larger than the memory
        driver.execute("VACUUM")
        busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        driver.execute("PRAGMA temp_store=MEMORY")
    return ["Somebody reads the database, whose log still holds it until this is done again."] if busy else []
