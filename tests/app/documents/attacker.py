"""A reading process whose reader has been taken over: plain text is not read but tried as an attack of that name.

Started in place of `app.documents.child`. What an attack came to, where it is not killed, is sent as the page's text.
With `unfiltered` no filter is put on it, with `untried` nobody notices that at the start, and with `unknown-machine`
it runs on a machine whose calls have unknown numbers.
"""

import ctypes
import errno
import mmap
import os
import socket
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from app.documents import child, confine, plain
from app.documents.wire import UNCONFINED, Writer

LIBC = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: int) -> None:
    assert confine.HERE is not None
    number = confine.HERE.numbers[name]
    if LIBC.syscall(*(ctypes.c_long(one) for one in (number, *arguments))) == -1:
        raise OSError(ctypes.get_errno(), name)


def _connect() -> None:
    _call("connect", 4, 0, 0)


def _thread() -> None:
    thread = threading.Thread(target=print)
    try:
        thread.start()
    except RuntimeError as error:
        raise PermissionError(errno.EPERM, "no thread") from error


def _trace() -> None:
    _call("ptrace", 16, os.getppid(), 0, 0)  # PTRACE_ATTACH


def _flood() -> None:
    while True:
        os.write(confine.OUTPUT, bytes(1 << 20))


def _left_open() -> None:
    for descriptor in range(confine.OUTPUT + 2, 1024):  # close is allowed, and tells whether there was anything to it
        try:
            os.close(descriptor)
        except OSError:
            continue
        return
    raise PermissionError(errno.EPERM, "nothing is open")


def _sending(*records: tuple[bytes, bytes]) -> Callable[[], None]:
    def send() -> None:
        for kind, data in records:
            os.write(confine.OUTPUT, struct.pack(">cI", kind, len(data)) + data)

    return send


ATTACKS: dict[str, Callable[[], object]] = {
    "open a file": lambda: Path("/etc/passwd").read_bytes(),
    "open by the old call": lambda: os.open("/", os.O_RDONLY),
    "list a folder": lambda: list(Path("/").iterdir()),
    "look for a file": lambda: Path("/etc/passwd").stat(),
    "read its input": lambda: os.read(0, 1),
    "write elsewhere": lambda: os.write(1, b"x"),
    "write to the watched pipe": lambda: os.write(confine.OUTPUT + 1, b"x"),
    "what was left open": _left_open,
    "start a thread": _thread,
    "memory to execute": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
    "send a signal by thread": lambda: _call("tgkill", os.getppid(), os.getppid(), 9),
    "raise a limit": lambda: _call("prlimit64", 0, 9, 0, 0),
    "undo a restriction": lambda: _call("prctl", 4, 1, 0, 0, 0),
    "a socket": socket.socket,
    "connect": _connect,
    "execute": lambda: os.execv("/bin/true", ["true"]),
    "execute a descriptor": lambda: _call("execveat", 0, 0, 0, 0, 0),
    "fork": os.fork,
    "kill the warm process": lambda: os.kill(os.getppid(), 9),
    "kill everything": lambda: os.kill(-1, 9),
    "trace the warm process": _trace,
    "change the user": lambda: os.setuid(0),
    "a table of the kernel": lambda: LIBC.syscall(ctypes.c_long(999)),
    "a flood": _flood,
    "end as if not confined": lambda: os._exit(UNCONFINED),
    "text that is none": _sending((b"R", b"pdfium"), (b"P", b"pdfium\n\n\xff")),
    "a state of its own": _sending((b"R", b"pdfium"), (b"E", b"owned\n0\n")),
    "a method with markup": _sending((b"R", b"pdfium"), (b"P", b"<b>\n\nx")),
    "a page longer than all": lambda: os.write(confine.OUTPUT, struct.pack(">cI", b"P", 0xFFFFFFFF)),
}


def attack(document: mmap.mmap, writer: Writer) -> None:
    """Do what the document says."""
    try:
        ATTACKS[document[:].decode()]()
        told = "done"
    except OSError as error:
        told = errno.errorcode[error.errno or 0]
    writer.begin("plain")
    writer.page(told, method="plain")
    writer.end("ok")


def _nothing(packed: bytes) -> None:
    """Put no filter on the process."""


if __name__ == "__main__":
    plain.read = attack
    if "unknown-machine" in sys.argv:
        confine.HERE = None
    if "unfiltered" in sys.argv:
        confine._install = _nothing
    if "untried" in sys.argv:
        child._why_unconfined = str
    child.main()
