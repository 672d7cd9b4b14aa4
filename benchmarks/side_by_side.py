"""Does one worker keep many sources going side by side, and treat all alike?

    python -m benchmarks.side_by_side [--quick] [--sources N] [--pages N] [--folder DIR]

Councils are served on loopback addresses of their own (127.0.x.y), by one process; the worker paces each as if it were
public: one request a second. Told is how many requests a second each source got while all had still pages to read: the
slowest, the mean and the fastest; and what the worker's process needed for it. Its steps after the sources run too.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import nullcontext
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import open_current
from app.models import Paper
from benchmarks.measuring import Result, measured
from oparl_sync import sources
from oparl_sync.worker import Worker
from tests import conftest

SCHEMA = "https://schema.oparl.org/1.1"
PER_PAGE = 10


class Council(BaseHTTPRequestHandler):
    """Every address is a council of its own, with some pages of papers; notes when it was asked."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    pages = 0
    asked: dict[str, list[float]] = defaultdict(list)  # noqa: RUF012 - one table for all that this process serves

    def do_GET(self) -> None:
        self.asked[self.headers["Host"]].append(time.monotonic())
        path, _, query = self.path.partition("?page=")
        answer = self._answer(f"http://{self.headers['Host']}", path, int(query or 1))
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, root: str, path: str, page: int) -> dict[str, Any] | None:
        body = {"id": f"{root}/body", "type": f"{SCHEMA}/Body", "name": f"Gemeinde {root}", "paper": f"{root}/papers"}
        if path == "/system":
            return {"id": root + path, "type": f"{SCHEMA}/System", "body": f"{root}/bodies", "oparlVersion": SCHEMA}
        if path == "/bodies":
            return {"data": [body], "links": {}, "pagination": {}}
        if path != "/papers":
            return None
        first = (page - 1) * PER_PAGE
        papers = [
            {
                "id": f"{root}/paper/{number}",
                "type": f"{SCHEMA}/Paper",
                "body": f"{root}/body",
                "name": f"Vorlage {number} über die Benutzung der Gemeindestraßen",
                "reference": f"{number}/2026",
                "paperType": "Beschlussvorlage",
                "created": "2026-03-01T10:00:00+01:00",
                "modified": "2026-03-02T10:00:00+01:00",
            }
            for number in range(first, first + PER_PAGE)
        ]
        links = {"next": f"{root}/papers?page={page + 1}"} if page < self.pages else {}
        return {"data": papers, "links": links, "pagination": {"totalElements": PER_PAGE * self.pages}}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(count: int, pages: int) -> None:
    """Serve so many councils until the other end closes; then print when each was asked."""
    Council.pages = pages
    servers = {address(number): ThreadingHTTPServer((address(number), 0), Council) for number in range(count)}
    for server in servers.values():
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps([f"http://{host}:{one.server_port}/system" for host, one in servers.items()]), flush=True)
    sys.stdin.read()
    print(json.dumps(Council.asked), flush=True)


def address(number: int) -> str:
    """Return a loopback address of its own for each council."""
    return f"127.0.{10 + number // 200}.{1 + number % 200}"


def measure(count: int, pages: int, database_url: str, home: str) -> Result:
    """Mirror so many councils side by side; returns the figures."""
    command = [sys.executable, "-m", "benchmarks.side_by_side", "--serve", str(count), "--pages", str(pages)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        settings = Settings.embedded(Path(home), DATABASE_URL=database_url, FETCH_ALLOW_NETWORKS="127.0.0.0/8")
        engine = open_current(settings.database_url)
        for number, url in enumerate(json.loads(server.stdout.readline())):
            sources.remember(engine, url, f"council-{number}")
        lines: list[str] = []
        worker = Worker(settings, engine, lines.append, jobs=count, every=timedelta(days=1), unpaced=())
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        thread = threading.Thread(target=worker.work)
        thread.start()
        while sum(" requests in " in line for line in lines) < count and thread.is_alive():
            time.sleep(0.2)
        seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
        stopping = time.monotonic()
        worker.stop.set()
        thread.join()
        stopped = time.monotonic() - stopping
        asked: dict[str, list[float]] = json.loads(server.communicate()[0])
        with Session(engine) as session:
            held = session.scalar(select(func.count()).select_from(Paper))
        engine.dispose()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "sources": count,
        "requests": sum(map(len, asked.values())),
        "papers": held,
        "seconds": round(seconds, 1),
        **paced(asked),
        "cpu_share": round(cpu / seconds, 2),
        "seconds_to_stop": round(stopped, 1),
        "failed": [line for line in lines if line.startswith("council-") and " created" not in line][:3],
    }


def paced(asked: dict[str, list[float]]) -> Result:
    """Return how often each source was asked while all had still something to be asked for, and the waits between."""
    start, end = max(times[0] for times in asked.values()), min(times[-1] for times in asked.values())
    rates = [sum(start <= moment < end for moment in times) / (end - start) for times in asked.values()]
    gaps = [later - earlier for times in asked.values() for earlier, later in pairwise(times)]
    return {
        "slowest_per_second": round(min(rates), 3),
        "mean_per_second": round(mean(rates), 3),
        "fastest_per_second": round(max(rates), 3),
        "shortest_gap": round(min(gaps), 3),
        "median_gap": round(median(gaps), 3),
        "longest_gap": round(max(gaps), 3),
    }


def tell(database: str, figures: Result) -> Result:
    """Print the figures of one database."""
    print(database, *(f"{name:>20}: {value}" for name, value in figures.items()), sep="\n", flush=True)
    return figures


def main() -> None:
    """Measure on both databases, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20 sources with 10 pages")
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--folder", help="where the databases are to lie; in memory the disk does not count")
    parser.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.serve, chosen.pages)
        return
    count, pages = (20, 10) if chosen.quick else (chosen.sources, chosen.pages)
    binaries = conftest.postgres_binaries()
    found: dict[str, Result] = {}
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        home = f"{folder}/sqlite"
        found["SQLite"] = tell("SQLite", measured(measure, count, pages, f"sqlite:///{home}/ratslupe.db", home))
        with conftest.postgres_server(binaries) if binaries else nullcontext(None) as url:
            if url:
                found["PostgreSQL"] = tell("PostgreSQL", measured(measure, count, pages, url, f"{folder}/postgresql"))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
