"""The child side of the sandbox: a warm process that forks one child for each document and watches it.

Started as `python -m app.documents.child FD` by the sandbox, with an empty environment. A request over the control
socket is one line of JSON and two descriptors, the document and the pipe for what is read; the answer is one line about
how the child ended. The warm process never looks into a document. It ends when its parent does.
"""

import contextlib
import ctypes
import gc
import json
import logging
import mmap
import os
import resource
import select
import signal
import socket
import sys
import time
from importlib import import_module
from types import ModuleType
from typing import Any, cast

from . import preview
from .formats import READERS
from .picture import Request
from .wire import Writer

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 20
OPEN_FILES = 32
_ORPHAN_CHECK_MS = 5000
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def main() -> None:
    """Serve requests until the parent is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    parent = os.getppid()
    logging.disable(logging.CRITICAL)
    readers = _warm_up()
    # Everything imported so far stays shared with the children instead of being copied when the collector touches it.
    gc.collect()
    gc.freeze()
    control.sendall(b"ready\n")
    waiting = select.poll()
    waiting.register(control, select.POLLIN)
    while True:
        if not waiting.poll(_ORPHAN_CHECK_MS):
            # A fork of the parent may hold the socket open after the parent has died.
            if os.getppid() != parent:
                return
            continue
        message, descriptors, _, _ = socket.recv_fds(control, 4096, 2)
        if not message:
            return
        ended = _serve(control, readers, json.loads(message), *descriptors)
        control.sendall(json.dumps(ended).encode() + b"\n")


def _warm_up() -> dict[str, ModuleType]:
    """Import every reader and let it load what it needs; returns media type -> module."""
    modules = {name: import_module(f"{__package__}.{name}") for name in dict.fromkeys(READERS.values())}
    for module in (*modules.values(), preview):
        if hasattr(module, "warm_up"):
            module.warm_up()
    return {media_type: modules[name] for media_type, name in READERS.items()}


def _serve(
    control: socket.socket, readers: dict[str, ModuleType], request: dict[str, Any], document: int, output: int
) -> dict[str, int | bool]:
    watched, held = os.pipe()
    warm = os.getpid()
    pid = os.fork()
    if pid == 0:
        control.close()
        os.close(watched)
        status = 1
        try:
            _confine(warm)
            if "kind" in request:
                status = _draw(request, document, output)
            else:
                status = _read(readers[request["media_type"]], request, document, Writer(output))
        finally:
            os._exit(status)
    for descriptor in (document, output, held):
        os.close(descriptor)
    late = not _ends_in_time(control, watched, float(request["seconds"]))
    os.close(watched)
    # Kill before reaping: the number is the child's until then. One that has ended by itself keeps its own status.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "late": late, "peak_kib": usage.ru_maxrss}


def _ends_in_time(control: socket.socket, watched: int, seconds: float) -> bool:
    """Wait until the child lets go of its pipe by ending; no if time runs out or the parent goes."""
    end = time.monotonic() + seconds
    waiting = select.poll()
    waiting.register(watched, select.POLLIN)
    waiting.register(control, select.POLLIN)
    while (left := end - time.monotonic()) > 0:
        ready = {descriptor for descriptor, _ in waiting.poll(left * 1000)}
        if watched in ready:
            return True
        if control.fileno() in ready:  # nothing is asked meanwhile: the parent has closed its end
            return False
    return False


def _confine(warm: int) -> None:
    """Bind the child before it looks at anything: whatever restricts it is in here."""
    os.setsid()
    os.dup2(1, 2)  # what a document makes a library print is nobody's business
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != warm:
            os._exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def _read(reader: ModuleType, request: dict[str, Any], descriptor: int, writer: Writer) -> int:
    try:
        # Private and writable: PDFium gets a pointer into it, and no byte is copied before it is needed.
        document = mmap.mmap(descriptor, 0, access=mmap.ACCESS_COPY)
    except OSError:
        writer.begin("none")
        writer.end("too_large", f"The file alone fills the {MEMORY // 1024**2} MiB of memory for one document.")
        return 0
    try:
        read = getattr(reader, "read_again", reader.read) if request["again"] else reader.read
        read(document, writer)
    except MemoryError:
        writer.end("too_large", f"Reading needs more than {MEMORY // 1024**2} MiB of memory.")
    return 0


def _draw(request: dict[str, Any], descriptor: int, output: int) -> int:
    """Send what a page looks like; of a page that cannot be drawn, nothing."""
    document = mmap.mmap(descriptor, 0, access=mmap.ACCESS_COPY)  # stays open, as PDFium points into it
    with os.fdopen(output, "wb") as pipe:
        pipe.write(preview.answer(document, cast("Request", request)))
    return 0


if __name__ == "__main__":
    main()
