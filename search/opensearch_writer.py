"""Writing to the cluster: one writer, told apart by a rising number, whose changes are sent when its batch ends.

The number is the version of every change a writer sends. The cluster refuses a change that is older than what it
holds, deletions included: a writer that hung and lost its turn cannot undo what came after it.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import orjson

from search.errors import EngineUnavailable, IndexLocked, SearchError
from search.model import Document
from search.opensearch_client import Client, Refused
from search.opensearch_schema import Names, fields, key
from search.payload import entry

LEASE = 120  # seconds after which a writer that says nothing has lost its turn
RENEWED = 20  # seconds after which it says that it is still there
IN_MEMORY = 16 << 20  # bytes of a batch; what is more waits on disk
BULK = 8 << 20  # bytes of one request: half a megabyte is slower, and more than 15 no faster
TRIES = 8  # for changes that the cluster is too busy to take; some 30 s
log = logging.getLogger(__name__)


class Turn:
    """The right to write, held by one writer at a time; `number` rises with each."""

    def __init__(self, client: Client, names: Names, replicas: int) -> None:
        self._client, self._names, self._replicas = client, names, replicas
        self._path = f"/{names.writer}/_doc/turn"
        self._holder = {"host": _host(), "process": _process(), "mark": secrets.token_hex(8)}
        self._said = 0.0
        self.number = 0

    @contextmanager
    def held(self) -> Iterator[Turn]:
        """Have the turn while the block runs; raises IndexLocked while somebody else has it."""
        before, place = self._read()
        if before.get("until", 0) > time.time() and _lives(before):
            raise IndexLocked("somebody else is writing to this index")
        # By the clock, so that a number stays higher than what is held even where the document of turns was lost.
        self.number = max(int(before.get("number", 0)) + 1, int(time.time() * 1000))
        self._write(place, time.time() + LEASE)
        try:
            yield self
        finally:
            # Where the cluster does not answer, the turn ends by itself.
            with suppress(SearchError):
                held, place = self._read()
                if held.get("mark") == self._holder["mark"]:
                    self._write(place, 0.0)

    def keep(self, *, surely: bool = False) -> None:
        """Say that we are still there, now and then or `surely`; raises IndexLocked where the turn was lost."""
        if not surely and time.monotonic() - self._said < RENEWED:
            return
        held, place = self._read()
        if held.get("mark") != self._holder["mark"]:
            raise IndexLocked("somebody else writes to this index, because we were silent for too long")
        self._write(place, time.time() + LEASE)

    def _read(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Who has the turn, and the place in its history that a change of it must name."""
        try:
            # Of the first copy: another may lag behind by the very change of ours whose answer was lost.
            found = self._client.write("GET", self._path, preference="_primary")
        except Refused as error:
            if error.status != 404:
                raise
            return {}, {"op_type": "create"}
        place = {"if_seq_no": str(found["_seq_no"]), "if_primary_term": str(found["_primary_term"])}
        return found["_source"], place

    def _write(self, place: dict[str, str], until: float) -> None:
        if "op_type" in place:
            self._make()
        body = {**self._holder, "number": self.number, "until": until}
        try:
            self._client.write("PUT", self._path, body, **place)
        except Refused as error:
            if error.status != 409:
                raise
            self._meet(until)
        self._said = time.monotonic()

    def _make(self) -> None:
        """Make the index for the document of turns, unless it is there."""
        settings = {"number_of_shards": 1, "number_of_replicas": self._replicas}
        body = {"settings": {"index": settings}, "mappings": {"enabled": False}}
        try:
            self._client.write("PUT", f"/{self._names.writer}", body)
        except Refused as error:
            if error.kind != "resource_already_exists_exception":
                raise

    def _meet(self, until: float) -> None:
        """Somebody was quicker: ourselves, where the answer to our own change was lost and it was sent again."""
        held, _ = self._read()
        if (held.get("mark"), held.get("until")) != (self._holder["mark"], until):
            raise IndexLocked("somebody else is writing to this index")


class Batch:
    """See model.Batch; `refused` says which documents the cluster did not take, and why: all others were."""

    def __init__(self, client: Client, turn: Turn, index: str) -> None:
        self._client, self._turn, self._index = client, turn, index
        self._lines: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by sent()
        self._last: dict[str, tuple[int, int, str]] = {}  # key: place and length of the last change, id
        self.refused: dict[str, str] = {}

    def put(self, document: Document) -> None:
        """See model.Batch.put."""
        self._note(document.id, "index", fields(entry(document)))

    def delete(self, document_id: str) -> None:
        """See model.Batch.delete."""
        self._note(document_id, "delete", b"")

    def _note(self, document_id: str, action: str, body: bytes) -> None:
        self._turn.keep()
        name = key(document_id)
        what = {"_id": name, "version": self._turn.number, "version_type": "external_gte"}
        line = orjson.dumps({action: what}) + b"\n" + (body + b"\n" if body else b"")
        self._last[name] = (self._lines.tell(), len(line), document_id)
        self._lines.write(line)

    def send(self) -> None:
        """Send the last change of each document, and wait until the cluster has all of them on its disks."""
        waiting: dict[str, bytes] = {}
        size = 0
        for name, (place, length, _) in self._last.items():
            self._lines.seek(place)
            waiting[name] = self._lines.read(length)
            size += length
            if size >= BULK:
                self._take(waiting)
                waiting, size = {}, 0
        self._take(waiting)
        for document_id, reason in self.refused.items():
            log.error("not indexed: %s: %s", document_id, reason)

    def close(self) -> None:
        """Forget what was not sent."""
        self._lines.close()

    def _take(self, waiting: dict[str, bytes]) -> None:
        """Send some changes until each was taken or refused."""
        for tries in range(TRIES):
            if not waiting:
                return
            if tries:
                time.sleep(min(8.0, 0.2 * 2**tries))
            self._turn.keep(surely=True)
            waiting = self._left(waiting)
        raise EngineUnavailable("the search cluster is too busy to take changes")

    def _left(self, waiting: dict[str, bytes]) -> dict[str, bytes]:
        """Send changes; gives those that the cluster had no time for."""
        try:
            answer = self._client.write("POST", f"/{self._index}/_bulk", b"".join(waiting.values()))
        except Refused as error:
            if error.status != 413 or len(waiting) == 1:
                return self._refuse(waiting, error)
            halves = list(waiting.items())
            middle = len(halves) // 2
            return self._left(dict(halves[:middle])) | self._left(dict(halves[middle:]))
        busy = {}
        for item in answer["items"]:
            [one] = item.values()
            status, name = one["status"], one["_id"]
            if status == 409:
                raise IndexLocked("somebody else writes to this index, because we were silent for too long")
            if status == 429 or status >= 500:
                busy[name] = waiting[name]
            elif status >= 400 and status != 404:  # 404: nothing to take out
                self.refused[self._last[name][2]] = str(one["error"].get("reason", status))[:500]
        return busy

    def _refuse(self, waiting: dict[str, bytes], error: Refused) -> dict[str, bytes]:
        if error.status != 413:
            raise error
        [name] = waiting
        self.refused[self._last[name][2]] = "larger than the cluster takes"
        return {}


def _host() -> str:
    """This machine, or the container that takes itself for one."""
    with suppress(OSError):
        return f"{socket.gethostname()} {Path('/proc/self/ns/pid').readlink()}"
    return socket.gethostname()


def _process() -> str:
    """This process: its number and when it began, because numbers come again."""
    return f"{os.getpid()} {_began(os.getpid())}"


def _began(pid: int) -> str:
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return ""


def _lives(holder: dict[str, Any]) -> bool:
    """Whether a writer may still be there: surely not where it was a process of this machine that has ended."""
    if holder.get("host") != _host():
        return True
    pid, _, began = str(holder.get("process", "")).partition(" ")
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return _began(int(pid)) == began
