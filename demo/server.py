"""`python -m demo.server DIR`: serve a town over HTTP; in tests, `with serve(town) as url`."""

from __future__ import annotations

import argparse
import os
import socket
import struct
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from .build import add_options, ensure
from .config import DEFAULT_PORT, PAGE_SIZE, Options
from .faults import FAULTS, FaultPlan, UnknownFaultError, planned
from .quirks import QUIRKS, UnknownQuirkError, play
from .responses import Behaviour, Request, Response, Wire
from .service import VERSIONS, Service
from .town import MARKER, Town, load


class Server(ThreadingHTTPServer):
    """An HTTP server that knows the service it speaks for."""

    daemon_threads = True
    # Benchmarks open many connections at once; the default of 5 makes some of them wait a second.
    request_queue_size = 128

    def __init__(self, port: int, version: str = "1.1") -> None:
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", port), _Handler)
        self.prefix = f"/oparl/v{version}"
        self.service: Service

    @property
    def local_base(self) -> str:
        """The base address under which this server is reached."""
        return f"http://127.0.0.1:{self.server_port}{self.prefix}"

    def server_close(self) -> None:
        """Stop listening, and wake whoever is answering slowly."""
        self.closing.set()
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Ratsinformation/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def do_GET(self) -> None:
        """Answer one request."""
        server = cast(Server, self.server)
        split = urlsplit(self.path)
        # Outside of the OParl address there is nothing; "/." is a path where nothing is ever found.
        path = split.path.removeprefix(server.prefix) if split.path.startswith(server.prefix + "/") else "/."
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(server.service.answer(Request(self.command, path, query, headers, split.query, self.path)))

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - names the base class looks for

    def do_OPTIONS(self) -> None:
        """Let scripts of other sites ask first."""
        allowed = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, HEAD"}
        self._send(Response(204, b"", allowed))

    def _send(self, response: Response) -> None:
        if self.command not in ("GET", "HEAD", "OPTIONS"):
            # The body of a refused request is not read, so the connection cannot be used again.
            self.close_connection = True
        wire = response.wire
        self._wait(wire.delay)
        if wire.silent:
            self._hang_up(wire.reset)
            return
        self.send_response_only(response.status)
        for name, value in (
            {"Server": self.server_version, "Date": self.date_time_string()} | response.headers
        ).items():
            if value:
                self.send_header(name, value)
        if wire.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif response.status not in (204, 304):
            self.send_header("Content-Length", str(len(response.body) if wire.claimed is None else wire.claimed))
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(response.body[: wire.cut], wire)
        if wire.cut is not None:
            self._hang_up(wire.reset)

    def _send_body(self, body: bytes, wire: Wire) -> None:
        size = wire.portion or len(body) or 1
        for start in range(0, len(body), size):
            part = body[start : start + size]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if wire.chunked else part)
            if wire.pause:
                self.wfile.flush()
                self._wait(wire.pause)
        if wire.chunked and wire.cut is None:
            self.wfile.write(b"0\r\n\r\n")

    def _wait(self, seconds: float) -> None:
        if seconds and cast(Server, self.server).closing.wait(seconds):
            raise ConnectionAbortedError("the server is closing")

    def _hang_up(self, reset: bool) -> None:
        self.close_connection = True
        self.wfile.flush()
        if reset:
            # Closed past the base class, which would say goodbye first.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())

    def handle(self) -> None:
        """Answer until either side has enough of it."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Keep quiet: the worker's progress bar shares the terminal."""


@contextmanager
def serve(
    source: Town | Path,
    port: int = 0,
    base_url: str | None = None,
    behaviours: list[Behaviour] | None = None,
    *,
    quirks: Iterable[str] = (),
    faults: FaultPlan | None = None,
    version: str = "1.1",
    page_size: int = PAGE_SIZE,
) -> Iterator[str]:
    """Serve a town (moved to its new base in place) or a folder in a thread; gives the address of the System."""
    town = source if isinstance(source, Town) else load(source)
    server = _open(Service(town, behaviours, version, page_size), port, base_url, quirks, faults)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"{town.base}/system"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _open(
    service: Service, port: int, base_url: str | None, quirks: Iterable[str] = (), faults: FaultPlan | None = None
) -> Server:
    server = Server(port, service.version)
    try:
        service.town.rebase((base_url or server.local_base).rstrip("/"))
        play(service, quirks)
    except UnknownQuirkError:
        server.server_close()
        raise
    if faults is not None:
        service.behaviours.append(faults)
    server.service = service
    return server


class _Show(argparse.Action):
    """Shows quirks or faults, and ends."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        shown = [f"{one.name:40} {one.row:4} {one.summary} ({one.seen})" for one in QUIRKS.values()]
        if self.dest == "list_faults":
            shown = [f"{one.name:24} {one.summary}" for one in FAULTS.values()]
        sys.stdout.writelines(f"{line}\n" for line in shown)
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.server", description=__doc__)
    add_options(parser)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
    parser.add_argument("--base-url", help="what ids begin with, by default http://127.0.0.1:PORT/oparl/vVERSION")
    parser.add_argument("--version", choices=VERSIONS, default="1.1", help="of OParl")
    parser.add_argument("--page-size", type=int, default=PAGE_SIZE)
    parser.add_argument("--quirk", action="append", default=[], metavar="NAME", help="may be given several times")
    parser.add_argument("--list-quirks", action=_Show, nargs=0, help="show the quirks that can be played")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="NAME@INDEX", help="counted from 0; or PATH:INDEX"
    )
    parser.add_argument("--faults", metavar="SEED:RATE", help="any fault at random, at this rate: 7:0.05")
    parser.add_argument("--list-faults", action=_Show, nargs=0, help="show the faults that can be played")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point: serve the folder until interrupted; one that holds no town is built first."""
    chosen = _parser().parse_args(arguments)
    try:
        faults = planned(chosen.fault, chosen.faults)
        if not (chosen.folder / MARKER).exists():
            ensure(chosen.folder, Options(chosen.seed, chosen.scale, chosen.today))
        service = Service(load(chosen.folder), version=chosen.version, page_size=chosen.page_size)
        server = _open(service, chosen.port, chosen.base_url, chosen.quirk, faults)
    except (UnknownQuirkError, UnknownFaultError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"cannot listen on port {chosen.port}: {error.strerror}\n")
        return 1
    sys.stdout.write(f"listening on {service.town.base}/system\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
