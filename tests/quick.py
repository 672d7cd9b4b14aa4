"""What takes long and proves nothing is done once, or not at all, where each test has apps and engines of its own.

Templates and statements are the same in each test and are compiled once; from nothing, that was half the time that
the tests of pages took. Nor is a disk waited for: what these tests kill are processes, and a database of three hundred
files is made for each. What is run stays the same, all of it is what the libraries have settings for.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, event

SHARED_MEMORY = Path("/dev/shm")
ENOUGH = 6_000_000_000  # bytes: what all tests need at a time is half of it
MOST = 4_000  # statements; those that a test makes of its own numbers are used once


class Templates(BytecodeCache):
    """The code of each template, by what it was made of."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._made.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._made[bucket.key, bucket.checksum] = bucket.code


class Statements(MutableMapping[Any, Any]):
    """Statements by what SQLAlchemy knows them by; it begins with the dialect, of which each engine has its own."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}

    def __getitem__(self, key: Any) -> Any:
        return self._made[_of_any_engine(key)]

    def __setitem__(self, key: Any, compiled: Any) -> None:
        if len(self._made) >= MOST:
            self._made.clear()
        self._made[_of_any_engine(key)] = compiled

    def __delitem__(self, key: Any) -> None:
        del self._made[_of_any_engine(key)]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def _of_any_engine(key: Any) -> Any:
    return (type(key[0]), *key[1:]) if isinstance(key, tuple) else key


def be_quick() -> None:
    """Let all apps and engines of this process share what is compiled, and nothing wait for a disk.

    TMPDIR says where files go, here and in every program that a test starts; whoever sets it has chosen.
    """
    if "TMPDIR" not in os.environ and SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > ENOUGH:
        os.environ["TMPDIR"] = tempfile.tempdir = str(SHARED_MEMORY)
    statements = Statements()
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}

    @event.listens_for(Engine, "engine_connect")
    def _(connection: Connection) -> None:
        connection.execution_options(compiled_cache=statements)
        raw = connection.connection.dbapi_connection
        if connection.dialect.name == "sqlite" and raw is not None and not raw.in_transaction:
            raw.execute("PRAGMA synchronous=OFF")
