"""The parent side of the sandbox: hands a document to the warm process and judges what comes back."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from .formats import judge, media_type_of
from .picture import Request
from .reading import PageText, Reading, State
from .sniff import HEAD, PDF
from .wire import BOUND, MAX_WIRE, UNCONFINED, Attempt, attempts_in

SECONDS = 29.0  # with the kill behind it, no document holds a worker for more than 30 s
_START_SECONDS = 60.0
# The warm process kills the child itself; only if it is stuck is it killed too.
_GRACE_SECONDS = 3.0
_WORTH_ANOTHER_TRY = 2.0
MAX_RECOGNISED = 64  # pages asked for at once: a request is one line of at most 4 KiB; ten are done in one go
_CHILD = "app.documents.child"
# A child asks for memory that nobody has used before, and the kernel hands it out by pages: by huge ones, and not given
# back in between, a picture takes 64 ms of the processor and not 73 (glibc; others do not know this word).
_MALLOC = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=134217728"
_ROOT = Path(__file__).resolve().parents[2]


class SandboxError(Exception):
    """The reading process does not start: no document can be read on this machine as it is set up."""


class UnfinishedError(SandboxError):
    """The machine was too slow, or the reading process was killed from outside: another time it may be done."""


class _HostileError(Exception):
    """The document has taken over its reader; says what gave that away."""


class _WarmDiedError(Exception):
    """The warm process is gone or stuck."""


@dataclass(frozen=True)
class _Ended:
    code: int
    late: bool
    tried: bool = True  # with all the time there is for it


class Sandbox:
    """Reads documents one at a time, each in a child process of its own; one sandbox a core, closed when done.

    Where the system cannot confine a process it reads nothing, unless `allow_unsandboxed`.
    """

    def __init__(self, *, allow_unsandboxed: bool = False) -> None:
        self._arguments = ["unsandboxed"] if allow_unsandboxed else []
        self._lock = threading.Lock()
        self._warm: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def read(self, document: Path | str | bytes, *, media_type_hint: str = "", name: str = "") -> Reading:
        """Read a document given as a path or as bytes; the hint and the name are what its server says of it.

        A hostile document is a state of the reading. OSError if the path cannot be opened, SandboxError if no document
        can be read here.
        """
        with contextlib.ExitStack() as opened:
            descriptor = _opened(document, opened)
            size = os.fstat(descriptor).st_size
            if not size:
                return Reading("damaged", reason="The file is empty: 0 bytes.")
            media_type, refusal = judge(os.pread(descriptor, HEAD, 0), media_type_hint, name)
            if refusal:
                return refusal
            with self._lock:
                return self._read(descriptor, media_type)

    def recognise(self, document: Path, pages: Sequence[int]) -> dict[int, PageText]:
        """Recognise these pages of a PDF or a picture, from 1; returns as many of them as 29 s are enough for.

        Of a page that takes longer or kills its reader, though it was the first, no text; none at all if they were not
        really tried, for want of a warm process. OSError, SandboxError as when reading.
        """
        with contextlib.ExitStack() as opened:
            descriptor = _opened(document, opened)
            media_type, _ = judge(os.pread(descriptor, HEAD, 0), PDF, "")
            request: dict[str, object] = {"media_type": media_type, "pages": list(pages)[:MAX_RECOGNISED]}
            with self._lock:
                self._ready()
                data, ended = self._asked(descriptor, request, time.monotonic() + SECONDS)
        attempts, as_agreed = attempts_in(data)
        sound = as_agreed and attempts and ended.code not in (-signal.SIGSYS, UNCONFINED)
        done = dict(zip(pages, attempts[0].pages, strict=False)) if sound else {}
        if not done and ended.tried:
            done = {page: PageText("", "ocr", 0) for page in pages[:1]}
        return done

    def draw(self, document: Path, request: Request, *, seconds: float) -> bytes:
        """Return what the child sent of a page, unchecked; nothing if it cannot be drawn.

        OSError if the path cannot be opened, UnfinishedError if it was not done in so many seconds or died of something
        else, SandboxError if nothing can be drawn here.
        """
        with contextlib.ExitStack() as opened:
            descriptor = _opened(document, opened)
            with self._lock:
                with contextlib.suppress(OSError):  # to start takes a second or more, which is not the page's fault
                    self._ready()
                data, ended = self._asked(descriptor, {**request}, time.monotonic() + seconds)
        # A child has no way to send itself SIGKILL: that is the machine, out of memory.
        if ended.late or ended.code == -signal.SIGKILL:
            raise UnfinishedError("it was not drawn in time" if ended.late else "whoever drew it was killed")
        return b"" if ended.code else data

    def warm(self) -> None:
        """Start the process that reads, so that the first who asks need not wait for it; a failure is told to them."""
        with self._lock, contextlib.suppress(OSError, SandboxError):
            self._ready()

    def close(self) -> None:
        """End the warm process, and with it whatever it reads."""
        with self._lock:
            self._stop()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, descriptor: int, media_type: str) -> Reading:
        end = time.monotonic() + SECONDS
        try:
            attempts, ended = self._attempt(descriptor, media_type, end, again=False)
            died = ended.code != 0 and not ended.late and ended.code != -signal.SIGXCPU
            left = end - time.monotonic()
            if died and not any(attempt.state for attempt in attempts) and left > _WORTH_ANOTHER_TRY:
                more, _ = self._attempt(descriptor, media_type, end, again=True)
                attempts += more
        except _HostileError as hostile:
            return Reading("hostile", media_type=media_type, reason=str(hostile))
        return _reading(attempts, ended, media_type)

    def _attempt(self, descriptor: int, media_type: str, end: float, *, again: bool) -> tuple[list[Attempt], _Ended]:
        data, ended = self._asked(descriptor, {"media_type": media_type, "again": again}, end)
        if ended.code == -signal.SIGSYS:
            raise _HostileError("The file made its reader ask the system for what no reader needs; nothing is taken.")
        if ended.code == UNCONFINED:
            raise _HostileError("The file made its reader end as if nothing confined it; nothing is taken.")
        attempts, as_agreed = attempts_in(data)
        if not as_agreed:
            raise _HostileError("The file made its reader send what no reader sends; nothing is taken.")
        return attempts, ended

    def _asked(self, descriptor: int, request: dict[str, object], end: float) -> tuple[bytes, _Ended]:
        for tried in (True, False):
            request["seconds"] = max(end - time.monotonic(), 0.1)
            try:
                data, ended = _converse(self._ready(), request, descriptor, end + _GRACE_SECONDS)
            except (_WarmDiedError, OSError):
                # The document cannot be the cause, the warm process never looks into it: once more, in a new one.
                self._stop()
            except BaseException:
                # Interrupted in the middle, the answer to this document would be taken for that to the next.
                self._stop()
                raise
            else:
                if ended.code == UNCONFINED and not data:
                    raise SandboxError("a process that was to read a document could do what must be refused")
                return data.removeprefix(BOUND), replace(ended, tried=tried)
            if time.monotonic() > end:
                break
        return b"", _Ended(code=-signal.SIGKILL, late=time.monotonic() > end, tried=False)

    def _ready(self) -> socket.socket:
        if self._control is not None and self._warm is not None and self._warm.poll() is None:
            return self._control
        self._stop()
        ours, theirs = socket.socketpair()
        with theirs:
            self._warm = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [sys.executable, "-m", _CHILD, str(theirs.fileno()), *self._arguments],
                cwd=_ROOT,
                env={"GLIBC_TUNABLES": _MALLOC},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # An interrupt from the keyboard is for the parent; this process ends with it.
                start_new_session=True,
            )
        self._control = ours
        try:
            answer = json.loads(_line(ours, time.monotonic() + _START_SECONDS))
        except (_WarmDiedError, OSError) as error:
            self._stop()
            raise SandboxError("the process that reads documents does not start; its own message is above") from error
        if "refused" in answer:
            self._stop()
            raise SandboxError(
                f"this system cannot confine the process that reads documents: {answer['refused']}. "
                "ALLOW_UNSANDBOXED=1 reads them all the same, without protection from hostile files"
            )
        return ours

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._warm is not None:
            try:
                self._warm.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._warm.kill()
                self._warm.wait()
            self._warm = None


def _opened(document: Path | str | bytes, opened: contextlib.ExitStack) -> int:
    if isinstance(document, bytes):
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the others
        opened.callback(file.close)
        file.write(document)
        file.flush()
        return file.fileno()
    descriptor = os.open(document, os.O_RDONLY)
    opened.callback(os.close, descriptor)
    return descriptor


def _converse(control: socket.socket, request: dict[str, object], document: int, end: float) -> tuple[bytes, _Ended]:
    source, sink = os.pipe()
    with os.fdopen(source, "rb", buffering=0) as pipe:
        try:
            socket.send_fds(control, [json.dumps(request).encode()], [document, sink])
        finally:
            os.close(sink)
        data = bytearray()
        while len(data) <= MAX_WIRE + len(BOUND):
            if not select.select([pipe], [], [], max(end - time.monotonic(), 0))[0]:
                raise _WarmDiedError
            piece = pipe.read(1 << 20)
            if not piece:
                break
            data += piece
    # The pipe is closed here: a child that sends without end dies of that, or of the clock.
    answer = json.loads(_line(control, end))
    return bytes(data), _Ended(int(answer["code"]), bool(answer["late"]))


def _line(control: socket.socket, end: float) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        if not select.select([control], [], [], max(end - time.monotonic(), 0))[0]:
            raise _WarmDiedError
        piece = control.recv(4096)
        if not piece:
            raise _WarmDiedError
        line += piece
    return line


def _reading(attempts: list[Attempt], ended: _Ended, media_type: str) -> Reading:
    """The best of what the readers came to: text before none, a reader's own verdict before that of the clock."""
    out_of_time = ended.late or ended.code == -signal.SIGXCPU
    finished = [attempt for attempt in attempts if attempt.state]
    best = next((attempt for attempt in reversed(finished) if attempt.has_text), None)
    if best is None:
        best = next((attempt for attempt in attempts if attempt.has_text), None)
        if best is not None:
            cause = "takes too long" if out_of_time else "fails"
            reason = f"Reading {cause} after page {len(best.pages)}; the rest is left out."
            best.state, best.reason, best.truncated = "partly", reason, True
            return _told(best, media_type)
        best = finished[0] if finished else None
    if best is not None:
        return _told(best, media_type)
    if out_of_time:
        return Reading("timeout", media_type=media_type, reason=f"Reading takes longer than {SECONDS:.0f} s.")
    return Reading("crashed", media_type=media_type, reason="The reading process died of this file.")


def _told(attempt: Attempt, media_type: str) -> Reading:
    state, who = cast("State", attempt.state), media_type_of(attempt.reader, media_type)
    more = (attempt.reason, attempt.truncated, attempt.language, attempt.title)
    return Reading(state, tuple(attempt.pages), attempt.reader, who, *more)
