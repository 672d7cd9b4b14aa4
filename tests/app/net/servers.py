"""Servers on loopback that answer as they are told, byte by byte."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Script = Callable[[socket.socket, bytes], None]


class Server:
    """Accepts connections, reads each request's head, and lets the script answer it."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/"
        self.requests: list[bytes] = []
        self.accepted = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        with peer:
            try:
                while head := self._head(peer):
                    self.requests.append(head)
                    self._script(peer, head)
            except OSError:
                return

    @staticmethod
    def _head(peer: socket.socket) -> bytes:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = peer.recv(65536)
            if not piece:
                return b""
            head += piece
        return head

    def close(self) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    server = Server(script)
    try:
        yield server
    finally:
        server.close()


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer; header names with _ for -."""
    told = {"content-length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value != "")
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body


def sends(data: bytes) -> Script:
    """A script that sends this to everybody and keeps the connection."""

    def script(peer: socket.socket, head: bytes) -> None:
        peer.sendall(data)

    return script


def sends_and_closes(data: bytes) -> Script:
    """A script that sends this and hangs up."""

    def script(peer: socket.socket, head: bytes) -> None:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_RDWR)

    return script


def drips(first: bytes, drop: bytes, pause: float) -> Script:
    """A script that sends something, and then a drop now and again without end."""

    def script(peer: socket.socket, head: bytes) -> None:
        peer.sendall(first)
        while True:
            time.sleep(pause)
            peer.sendall(drop)

    return script
