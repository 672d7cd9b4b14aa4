"""Every moment at which a process can die with something half done, by name: none of them is written down anywhere.

A point is what is about to be made lasting, or was just made so, and the function of ours that does it:
"before commit in oparl_sync.walk._save", "after rename in app.files.folder._publish". Whatever a later version commits,
renames or fetches is a point by itself.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

from sqlalchemy import Engine

from app.config import ROOT
from search.tantivy_engine import TantivyEngine
from tests.faults.council import Council

OURS = tuple(f"{ROOT / name}{os.sep}" for name in ("app", "oparl_sync", "search"))
PASSED_OVER = "writing"  # every commit goes through functions of this name


class Points:
    """Counts the points that are passed; at one of them the process dies, if that is wished."""

    def __init__(self, at: str = "", nth: int = 0) -> None:
        self.passed: Counter[str] = Counter()
        self._at = at
        self._nth = nth

    def passing(self, what: str) -> None:
        """Pass a point, named after the function of ours that is at work."""
        where = _worker()
        if where:
            name = f"{what} in {where}"
            self.passed[name] += 1
            if name == self._at and self.passed[name] == self._nth:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, what: str, action: Callable[..., Any]) -> Callable[..., Any]:
        """Return the action with a point before it and one after it."""

        @wraps(action)
        def acting(*arguments: Any, **named: Any) -> Any:
            self.passing(f"before {what}")
            result = action(*arguments, **named)
            self.passing(f"after {what}")
            return result

        return acting

    @contextmanager
    def watching(self, engine: Engine, council: Council) -> Iterator[None]:
        """Watch what is made lasting while the block runs: by database, disk, index, and what comes by the network."""

        @contextmanager
        def writer(index: TantivyEngine) -> Iterator[Any]:
            with writer_before(index) as batch:
                yield batch
                self.passing("before index commit")
            self.passing("after index commit")

        writer_before = TantivyEngine.writer
        dialect: Any = engine.dialect
        council.before_answer = lambda _: self.passing("before request")
        with (
            mock.patch.object(dialect, "do_commit", self.around("commit", dialect.do_commit)),
            mock.patch.object(TantivyEngine, "writer", writer),
            mock.patch.object(os, "fsync", self.around("fsync", os.fsync)),
            mock.patch.object(os, "rename", self.around("rename", os.rename)),
            mock.patch.object(os, "unlink", self.around("unlink", os.unlink)),
        ):
            yield


def _worker() -> str:
    """Return the function of ours that is at work in this thread: the innermost one."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(OURS) and frame.f_code.co_name != PASSED_OVER:
            module = Path(file).relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
            return f"{module}.{frame.f_code.co_name}"
        frame = frame.f_back
    return ""
