"""Names become addresses once, every address is checked, and only a checked address is dialled.

httpcore asks this backend for every connection it opens. TLS and the Host header keep the name; the socket gets the
address, so no second look-up can answer differently (DNS rebinding).
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from .addresses import Guard
from .errors import Refused, Unreachable

RESOLVE_SECONDS = 5.0
CONNECT_SECONDS = 10.0
IDLE_SECONDS = 30.0
MAX_ADDRESSES = 4
# A look-up that hangs cannot be cancelled; this many may hang before further names have to wait.
_LOOK_UPS = threading.BoundedSemaphore(128)


class Deadline(float):
    """The moment an exchange must be over, disguised as a timeout.

    httpcore hands timeouts to the backend as they are, and a plain one starts anew with each byte that arrives.
    """

    end: float
    idle: float | None

    def __new__(cls, seconds: float) -> "Deadline":
        self = super().__new__(cls, seconds)
        self.end = time.monotonic() + seconds
        self.idle = None
        return self

    def left(self, cap: float | None = None) -> float:
        """Seconds left, at most cap; never zero, which a socket takes for "do not wait"."""
        left = self.end - time.monotonic()
        for limit in (cap, self.idle):
            left = left if limit is None else min(left, limit)
        return max(left, 0.001)


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system's resolver orders them; OSError if it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a host within so many seconds; Unreachable if there are none or it takes longer."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(look_up(host, port))
        except (OSError, UnicodeError) as error:  # handed to the waiting thread, which raises it
            answers.put(error)
        finally:
            _LOOK_UPS.release()

    if not _LOOK_UPS.acquire(timeout=seconds):
        raise Unreachable(f"{host}: the name server does not answer")
    threading.Thread(target=ask, daemon=True, name=f"resolve {host}").start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise Unreachable(f"{host}: the name server does not answer") from None
    if isinstance(answer, Exception) or not answer:
        raise Unreachable(f"{host}: no such host ({answer})")
    return answer


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002  # httpcore's signature
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  # httpcore's signature
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that takes it; Refused if any of them is not allowed."""
        deadline = timeout if isinstance(timeout, Deadline) else Deadline(timeout or CONNECT_SECONDS)
        addresses = resolve(host, port, deadline.left(RESOLVE_SECONDS))
        for address in addresses:
            self._guard.check(address, port, host)
        failure: Exception | None = None
        for address in addresses[:MAX_ADDRESSES]:
            try:
                stream = self._sockets.connect_tcp(address, port, timeout=deadline.left(CONNECT_SECONDS))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream)
        raise Unreachable(f"{host}:{port}: no connection ({failure})") from failure

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002  # httpcore's signature
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  # httpcore's signature
    ) -> httpcore.NetworkStream:
        """Refuse: no server of ours is a file."""
        raise Refused(f"{path} is a local socket")

    def sleep(self, seconds: float) -> None:
        """Wait, as httpcore's retries would; this client has none."""
        time.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """A connection whose every read ends at the deadline of the whole exchange."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, timeout.left() if isinstance(timeout, Deadline) else timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout.left(IDLE_SECONDS) if isinstance(timeout, Deadline) else timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = timeout.left(CONNECT_SECONDS) if isinstance(timeout, Deadline) else timeout
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
