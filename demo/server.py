"""`python -m demo.server DIR`: serve a town over HTTP; in tests, `with serve(town) as url`."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from .build import add_options, ensure
from .config import DEFAULT_PORT, Options
from .quirks import QUIRKS, UnknownQuirkError, play
from .responses import Behaviour, Request, Response
from .service import Service
from .town import MARKER, Town, load

PREFIX = "/oparl/v1.1"


class Server(ThreadingHTTPServer):
    """An HTTP server that knows the service it speaks for."""

    daemon_threads = True
    # Benchmarks open many connections at once; the default of 5 makes some of them wait a second.
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.service: Service

    @property
    def local_base(self) -> str:
        """The base address under which this server is reached."""
        return f"http://127.0.0.1:{self.server_port}{PREFIX}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Ratsinformation/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def do_GET(self) -> None:
        """Answer one request."""
        service = cast(Server, self.server).service
        split = urlsplit(self.path)
        # Outside of the OParl address there is nothing; "/." is a path where nothing is ever found.
        path = split.path.removeprefix(PREFIX) if split.path.startswith(PREFIX + "/") else "/."
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(service.answer(Request(self.command, path, query, headers, split.query, self.path)))

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - names the base class looks for

    def do_OPTIONS(self) -> None:
        """Let scripts of other sites ask first."""
        allowed = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, HEAD"}
        self._send(Response(204, b"", allowed))

    def _send(self, response: Response) -> None:
        if self.command not in ("GET", "HEAD", "OPTIONS"):
            # The body of a refused request is not read, so the connection cannot be used again.
            self.close_connection = True
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status not in (204, 304):
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

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
) -> Iterator[str]:
    """Serve a town (moved to its new base in place) or a folder in a thread; gives the address of the System."""
    server, url = _open(source, port, base_url, behaviours, quirks)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _open(
    source: Town | Path,
    port: int,
    base_url: str | None,
    behaviours: list[Behaviour] | None = None,
    quirks: Iterable[str] = (),
) -> tuple[Server, str]:
    town = source if isinstance(source, Town) else load(source)
    server = Server(port)
    try:
        town.rebase((base_url or server.local_base).rstrip("/"))
        server.service = Service(town, behaviours)
        play(server.service, quirks)
    except UnknownQuirkError:
        server.server_close()
        raise
    return server, f"{town.base}/system"


class _List(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        for one in QUIRKS.values():
            sys.stdout.write(f"{one.name:40} {one.row:4} {one.summary} ({one.seen})\n")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point: serve the folder until interrupted; one that holds no town is built first."""
    parser = argparse.ArgumentParser(prog="python -m demo.server", description=__doc__)
    add_options(parser)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
    parser.add_argument("--base-url", help="what ids begin with, by default http://127.0.0.1:PORT/oparl/v1.1")
    parser.add_argument("--quirk", action="append", default=[], metavar="NAME", help="may be given several times")
    parser.add_argument("--list-quirks", action=_List, nargs=0, help="show the quirks that can be played")
    chosen = parser.parse_args(arguments)
    if not (chosen.folder / MARKER).exists():
        ensure(chosen.folder, Options(chosen.seed, chosen.scale, chosen.today))
    try:
        server, url = _open(chosen.folder, chosen.port, chosen.base_url, quirks=chosen.quirk)
    except UnknownQuirkError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"cannot listen on port {chosen.port}: {error.strerror}\n")
        return 1
    sys.stdout.write(f"listening on {url}\n")
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
