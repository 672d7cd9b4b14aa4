"""The child side of the sandbox: a warm process that forks one child for each document and watches it.

Started as `python -m app.documents.child FD [unsandboxed]` by the sandbox, without its environment. A request over
the control socket is one line of JSON and two descriptors, the document and the pipe for what is read; the answer is
one line about how the child ended. The warm process never looks into a document. It ends when its parent does.
"""

import contextlib
import ctypes
import encodings
import fcntl
import gc
import json
import logging
import mmap
import os
import pkgutil
import resource
import select
import signal
import socket
import sys
import time
from importlib import import_module
from types import ModuleType
from typing import Any, cast

from . import confine, preview
from .formats import READERS
from .picture import Request
from .wire import BOUND, UNCONFINED, Writer, send

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 20
OPEN_FILES = 32
_ORPHAN_CHECK_MS = 5000
_PR_SET_PDEATHSIG = 1
_NOBODY = 65534
_LIBC = ctypes.CDLL(None)


def main() -> None:
    """Serve requests until the parent is gone."""
    control = _low(int(sys.argv[1]))
    parent = os.getppid()
    logging.disable(logging.CRITICAL)
    os.environ.clear()  # what was for the allocator alone
    # Tesseract's threads cost more than they bring, and a child may start none.
    os.environ["OMP_THREAD_LIMIT"] = "1"
    readers = _warm_up()
    # Everything imported so far stays shared with the children instead of being copied when the collector touches it.
    gc.collect()
    gc.freeze()
    why_not = _why_unconfined()
    if why_not and "unsandboxed" not in sys.argv[2:]:
        control.sendall(json.dumps({"refused": why_not}).encode() + b"\n")
        return
    control.sendall(b"{}\n")
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
        ended = _serve(control, readers, json.loads(message) | {"confined": not why_not}, *descriptors)
        control.sendall(json.dumps(ended).encode() + b"\n")


def _low(given: int) -> socket.socket:
    """The control socket under the lowest number that is free: whatever a child is not to have, it finds among few."""
    control = socket.socket(fileno=fcntl.fcntl(given, fcntl.F_DUPFD_CLOEXEC, confine.OUTPUT))
    os.close(given)
    return control


def _warm_up() -> dict[str, ModuleType]:
    """Import every reader and let it load what it needs; returns media type -> module."""
    for codec in pkgutil.iter_modules(encodings.__path__):
        # Python looks for a codec when it is first used, and then nothing can be opened. Two are of other systems.
        with contextlib.suppress(ImportError):
            import_module(f"encodings.{codec.name}")
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
        status = 1
        try:
            status = _child(warm, readers, request, document, output, held)
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


def _why_unconfined() -> str:
    """Let a child be confined for a try; returns what is in the way."""
    source, sink = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            confine.confine()
        except confine.UnconfinedError as error:
            os.write(sink, str(error).encode())
        finally:
            os._exit(0)
    os.close(sink)
    with os.fdopen(source, "rb") as told:
        why = told.read().decode()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return why or (f"a process that is confined ends with {status}" if status else "")


def _child(
    warm: int, readers: dict[str, ModuleType], request: dict[str, Any], document: int, output: int, held: int
) -> int:
    _bind(warm)
    try:
        # Private and writable: PDFium gets a pointer into it, and no byte is copied before it is needed.
        mapped = mmap.mmap(document, 0, access=mmap.ACCESS_COPY)
    except OSError:
        mapped = None
    _keep_only(output, held)
    if request["confined"]:
        try:
            confine.confine()
        except confine.UnconfinedError:
            return UNCONFINED
    send(confine.OUTPUT, BOUND)
    if "kind" in request:
        return _draw(request, mapped)
    return _read(readers[request["media_type"]], request, mapped)


def _bind(warm: int) -> None:
    """Take from this process what a limit can take; to be somebody else comes first, as it undoes the order to die."""
    os.setsid()
    if os.geteuid() == 0:
        with contextlib.suppress(PermissionError):  # in a container root may not even be allowed this
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
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


def _keep_only(output: int, held: int) -> None:
    """Leave open nothing but the pipe for what is read, where the filter expects it, and the one that is watched."""
    output, held = (fcntl.fcntl(one, fcntl.F_DUPFD, OPEN_FILES // 2) for one in (output, held))
    os.dup2(output, confine.OUTPUT)
    os.dup2(held, confine.OUTPUT + 1)
    os.dup2(1, 2)  # what a document makes a library print is nobody's business
    os.closerange(confine.OUTPUT + 2, OPEN_FILES)


def _read(reader: ModuleType, request: dict[str, Any], document: mmap.mmap | None) -> int:
    writer = Writer(confine.OUTPUT)
    if document is None:
        writer.begin("none")
        writer.end("too_large", f"The file alone fills the {MEMORY // 1024**2} MiB of memory for one document.")
        return 0
    try:
        if "pages" in request:
            reader.recognise(document, request["pages"], writer)
            return 0
        read = getattr(reader, "read_again", reader.read) if request["again"] else reader.read
        read(document, writer)
    except MemoryError:
        writer.end("too_large", f"Reading needs more than {MEMORY // 1024**2} MiB of memory.")
    return 0


def _draw(request: dict[str, Any], document: mmap.mmap | None) -> int:
    """Send what a page looks like; of a page that cannot be drawn, nothing."""
    if document is not None:
        send(confine.OUTPUT, preview.answer(document, cast("Request", request)))
    return 0


if __name__ == "__main__":
    main()
    # Libraries that were loaded here have nothing to save, and some complain when they are taken down.
    os._exit(0)
