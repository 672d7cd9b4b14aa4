"""Councils to be mirrored, each in a server process of its own: the captured ones, and one as large as is asked for.

    python -m benchmarks.councils huertgenwald|karlsruhe|made-up [--papers N]

All of them filter by `modified_since`. The captured ones answer else byte for byte as they were. The made-up one has
one list; its pages are made when they are asked for, so that a million objects lie nowhere.
"""

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.real import captured

PAGE = 100  # papers on one page
OBJECTS_A_PAPER = 7  # as in Karlsruhe, where it is 7.2: the paper, its consultation, five files
SCHEMA = "https://schema.oparl.org/1.1"
NEWEST = datetime(2026, 6, 22, tzinfo=UTC)
Answer = Callable[[str], bytes | None]


@contextlib.contextmanager
def serving(name: str, *options: str) -> Iterator[str]:
    """Give the address of a council's System while the block runs."""
    command = [sys.executable, "-m", "benchmarks.councils", name, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise RuntimeError("the server has no output")
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def filtering(capture: captured.Capture) -> Answer:
    """Return how a capture answers: as it was, or where it is asked for what changed, on one page with just that."""

    @cache
    def entries(path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        here: str | None = path
        while here is not None:
            page = orjson.loads(capture.pages[here])
            found += page["data"]
            following = page.get("links", {}).get("next")
            here = following and following.removeprefix(capture.origin)
        return found

    def answer(target: str) -> bytes | None:
        path, since = _asked(target)
        if since is None:
            return capture.pages.get(target)
        if path not in capture.pages:
            return None
        newer = [one for one in entries(path) if datetime.fromisoformat(one.get("modified") or str(NEWEST)) >= since]
        return orjson.dumps({"data": newer, "links": {}, "pagination": {"totalElements": len(newer)}})

    return answer


def made_up(origin: str, papers: int) -> Answer:
    """Return how a council of so many papers answers; the objects of a page are made when it is asked for."""
    body = f"{origin}/body/1"
    single = {
        "/system": {"id": f"{origin}/system", "type": f"{SCHEMA}/System", "oparlVersion": f"{SCHEMA}/", "body": [body]},
        "/body/1": {"id": body, "type": f"{SCHEMA}/Body", "name": "Musterstadt", "paper": f"{body}/paper"},
    }

    def answer(target: str) -> bytes | None:
        path, since = _asked(target)
        if path in single:
            return orjson.dumps(single[path])
        if path != "/body/1/paper":
            return None
        number = int(parse_qs(urlsplit(target).query).get("page", ["1"])[0])
        first, last = (number - 1) * PAGE, min(number * PAGE, papers)
        links = {"next": f"{body}/paper?page={number + 1}"} if last < papers and since is None else {}
        data = [_paper(origin, one) for one in range(first, last)] if since is None else []
        total = papers if since is None else 0
        return orjson.dumps({"data": data, "links": links, "pagination": {"totalElements": total}})

    return answer


def _paper(origin: str, number: int) -> dict[str, Any]:
    stamp = (NEWEST - timedelta(minutes=number)).isoformat()
    stamps = {"created": stamp, "modified": stamp}
    uri = f"{origin}/paper/{number}"
    files = [
        {
            "id": f"{origin}/file/{number}-{place}",
            "type": f"{SCHEMA}/File",
            "name": f"Anlage {place} zur Vorlage {number}",
            "mimeType": "application/pdf",
            "size": 100_000 + number,
            "accessUrl": f"{origin}/download/{number}/{place}",
            "downloadUrl": f"{origin}/download/{number}/{place}?attachment=1",
        }
        | stamps
        for place in range(OBJECTS_A_PAPER - 2)
    ]
    station = {"id": f"{uri}/station", "type": f"{SCHEMA}/Consultation", "paper": uri, "role": "Entscheidung"}
    return {
        "id": uri,
        "type": f"{SCHEMA}/Paper",
        "body": f"{origin}/body/1",
        "name": f"Ausbau der Straße Nummer {number} mit Radweg, Beleuchtung und Bäumen auf beiden Seiten",
        "reference": f"{number % 10_000:04}/{2026 - number % 20}",
        "date": stamp[:10],
        "paperType": "Beschlussvorlage",
        "mainFile": files[0],
        "auxiliaryFile": files[1:],
        "consultation": [station | stamps],
    } | stamps


def _asked(target: str) -> tuple[str, datetime | None]:
    parts = urlsplit(target)
    since = parse_qs(parts.query).get("modified_since")
    return parts.path, datetime.fromisoformat(since[0]) if since else None


def _serve(council: Callable[[int], tuple[str, Answer]]) -> None:
    """Serve for ever what a council on this port says; the address of its System is the first line of output."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            content = answer(self.path)
            self.send_response(200 if content is not None else 404)
            content = content or b'{"error": "not found"}'
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    url, answer = council(server.server_address[1])
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    server.serve_forever()


def main() -> None:
    """Serve one council."""
    options = argparse.ArgumentParser()
    options.add_argument("name", choices=["huertgenwald", "karlsruhe", "made-up"])
    options.add_argument("--papers", type=int, default=100)
    chosen = options.parse_args()

    def council(port: int) -> tuple[str, Answer]:
        if chosen.name == "made-up":
            origin = f"http://127.0.0.1:{port}"
            return f"{origin}/system", made_up(origin, chosen.papers)
        capture = {"huertgenwald": captured.huertgenwald, "karlsruhe": captured.karlsruhe}[chosen.name]()
        return capture.address(port), filtering(capture)

    _serve(council)


if __name__ == "__main__":
    main()
