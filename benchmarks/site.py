"""How quickly the site answers: a portal of 100,000 files, two cores, a mirror running beside it.

    python -m benchmarks.site --folder F [--councils 65] [--files 100000] [--seconds 30] [--datasette COMMAND] [--quick]

mixed      what readers ask for: pages of all kinds, some records far more often than others (Zipf), queries too
each       the same kinds, every record once: nothing that was made before is of use
paper      papers one after another, one reader, each once: what the server takes for one page
304        the first page, by readers who have it
first view what a browser without anything loads for the first page, in bytes as they are sent
datasette  the same papers, from an SQLite export, as Datasette's pages and as its JSON, in the same run
"""

import argparse
import contextlib
import gzip
import json
import os
import random
import re
import shlex
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.config import Settings
from benchmarks import councils
from benchmarks.load import Ask, Seen, load
from benchmarks.many_councils import Size, portal

QUERIES = [
    "Radweg",
    "Schulkonzept",
    "Brückensanierung",
    "Parkordnung",
    "Spielplatz",
    "Kinderförderung",
    "Waldweg",
    "Beleuchtung",
]
# Of a hundred visits; records as often as the logs of such portals show them: papers and their files before all.
SHARES = {"paper": 26, "search": 20, "home": 15, "file": 12, "meeting": 8, "organization": 4, "person": 4, "papers": 4,
          "meetings": 2, "calendar": 2, "figures": 1, "council": 1, "about": 1}  # fmt: skip
FOLDERS = {
    "paper": "papers",
    "file": "files",
    "meeting": "meetings",
    "organization": "organizations",
    "person": "people",
}
READERS = 8
SYNCED = 20_000  # papers of the council that is mirrored meanwhile: more than a run takes


def main() -> None:
    """Measure, print a table, and end with one line of JSON."""
    options = argparse.ArgumentParser()
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--councils", type=int, default=65)
    options.add_argument("--files", type=int, default=100_000)
    options.add_argument("--seconds", type=float, default=30.0)
    options.add_argument("--datasette", help="the command that starts Datasette, from an environment of its own")
    options.add_argument("--quick", action="store_true", help="3 councils, 1,500 files, 4 seconds each")
    chosen = options.parse_args()
    if chosen.quick:
        chosen.councils, chosen.files, chosen.seconds = 3, 1_500, 4.0
    made = portal(chosen.folder, Size(chosen.councils, chosen.files))
    with tempfile.TemporaryDirectory(dir=chosen.folder) as copy:
        home = Path(copy) / "home"
        shutil.copytree(made.home, home)
        found = _measure(Settings.from_environment({"RATSLUPE_HOME": str(home)}), chosen)
    for name, value in found.items():
        sys.stdout.write(f"{name:32} {value}\n")
    sys.stdout.write(json.dumps(found) + "\n")


def _measure(settings: Settings, chosen: argparse.Namespace) -> dict[str, Any]:
    keys = _keys(settings)
    found: dict[str, Any] = {"files": chosen.files, "councils": chosen.councils}
    with _serving(settings) as port:
        load(port, _mixed(keys, 200), readers=2, seconds=min(chosen.seconds, 5))  # whatever is only done once
        found["paper, quiet"] = _told(load(port, _each(keys, "paper"), readers=1, seconds=chosen.seconds / 3))
        found["304"] = round(_unchanged(port, chosen.seconds / 3).a_second)
        found["first view"] = _first_view(port)
        with _mirroring(settings):
            load(port, _mixed(keys, 5_000), readers=READERS, seconds=chosen.seconds / 2)  # as after a while
            found["mixed"] = _told(load(port, _mixed(keys, 5_000), readers=READERS, seconds=chosen.seconds))
            found["each"] = _told(load(port, _each(keys), readers=READERS, seconds=chosen.seconds))
            found["paper"] = _told(load(port, _each(keys, "paper")[::-1], readers=1, seconds=chosen.seconds / 2))
    if chosen.datasette:
        found |= _datasette(settings, keys["paper"], shlex.split(chosen.datasette), chosen.seconds / 3)
    else:
        sys.stdout.write("WITHOUT DATASETTE: name the command that starts it by --datasette\n")
    return found


def _told(seen: Seen) -> dict[str, float]:
    wrong = {status: count for status, count in seen.statuses.items() if status not in (200, 304)}
    if wrong:
        raise RuntimeError(f"not all pages were there: {wrong}")
    told = {"a_second": round(seen.a_second, 1)}
    return told | {f"p{share}_ms": round(seen.percentile(share), 1) for share in (50, 95, 99)}


def _keys(settings: Settings) -> dict[str, list[str]]:
    """Return the paths of all records of each type, in an order that nothing else has."""
    chance = random.Random(1)
    with contextlib.closing(sqlite3.connect(settings.home / "ratslupe.db")) as rows:
        found = {
            kind: [
                f"/{folder}/{key}" for (key,) in rows.execute(f"SELECT key FROM {kind} WHERE NOT deleted ORDER BY key")
            ]
            for kind, folder in FOLDERS.items()
        }
    for paths in found.values():
        chance.shuffle(paths)
    return found


def _mixed(keys: dict[str, list[str]], number: int) -> list[Ask]:
    chance = random.Random(2)
    return [
        Ask(kind, _path(kind, keys, chance))
        for kind in chance.choices(list(SHARES), weights=list(SHARES.values()), k=number)
    ]


def _path(kind: str, keys: dict[str, list[str]], chance: random.Random) -> str:
    if kind in keys:
        # Zipf's law with the exponent 1: the n-th most popular is asked for a n-th as often as the first.
        return keys[kind][min(len(keys[kind]) - 1, int(len(keys[kind]) ** chance.random()) - 1)]
    if kind == "search":
        return f"/search?q={urllib.parse.quote(QUERIES[int(len(QUERIES) * chance.random() ** 2)])}"
    fixed = {"home": "/", "papers": "/papers/", "meetings": "/meetings/", "council": "/councils/stadt-1"}
    return fixed.get(kind, f"/{kind}")


def _each(keys: dict[str, list[str]], *kinds: str) -> list[Ask]:
    """Return records that are asked for once: of the kinds that are named, or of all as often as readers ask."""
    chance = random.Random(3)
    wanted = kinds or tuple(FOLDERS)
    turns = {kind: iter(keys[kind]) for kind in wanted}
    drawn = chance.choices(wanted, weights=[SHARES[kind] for kind in wanted], k=20_000)
    return [Ask(kind, path) for kind in drawn if (path := next(turns[kind], None))]


def _unchanged(port: int, seconds: float) -> Seen:
    with urllib.request.urlopen(
        urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Accept-Language": "de"})
    ) as answer:
        etag = answer.headers["ETag"]
    seen = load(port, [Ask("304", "/", f"If-None-Match: {etag}\r\n")], readers=READERS, seconds=seconds)
    if seen.statuses.get(304, 0) < 0.99 * sum(seen.statuses.values()):
        raise RuntimeError(f"the page changed by itself: {seen.statuses}")
    return seen


def _first_view(port: int) -> dict[str, float]:
    """Return the kB that the first page costs who has nothing of it: all, and of that scripts."""
    sizes: dict[str, int] = {}

    def fetch(path: str) -> str:
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(asked) as answer:
            content = answer.read()
            sizes[path] = len(content) + len(str(answer.headers))
        return "" if path != "/" else gzip.decompress(content).decode()

    page = fetch("/")
    for path in sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|woff2|svg))[^"]*"', page))):
        fetch(path)
    scripts = sum(size for path, size in sizes.items() if path.endswith(".js"))
    return {"kB": round(sum(sizes.values()) / 1000, 1), "of that scripts": round(scripts / 1000, 1)}


@contextlib.contextmanager
def _serving(settings: Settings) -> Iterator[int]:
    port = _free_port()
    environment = os.environ | {"RATSLUPE_HOME": str(settings.home), "BASE_URL": f"http://127.0.0.1:{port}"}
    command = [str(Path(sys.executable).parent / "ratslupe"), "serve", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(command, env=environment) as server:
        try:
            _until_it_answers(f"http://127.0.0.1:{port}/healthz")
            yield port
        finally:
            server.terminate()


@contextlib.contextmanager
def _mirroring(settings: Settings) -> Iterator[None]:
    """Mirror a council that has more than can be read meanwhile."""
    environment = os.environ | {"RATSLUPE_HOME": str(settings.home), "FETCH_ALLOW_NETWORKS": "127.0.0.0/8"}
    ratslupe = str(Path(sys.executable).parent / "ratslupe")
    with councils.serving("made-up", "--papers", str(SYNCED)) as address:
        subprocess.run(
            [ratslupe, "source", "add", address, "--slug", "growing"],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with subprocess.Popen(
            [ratslupe, "sync", "growing"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as sync:
            try:
                time.sleep(2)
                yield
                if sync.poll() is not None:
                    sys.stdout.write("THE MIRROR ENDED BEFORE THE MEASUREMENT\n")
            finally:
                sync.kill()


def _datasette(settings: Settings, papers: list[str], command: list[str], seconds: float) -> dict[str, Any]:
    """Serve the same papers from an SQLite export, each as a page and as JSON."""
    export = settings.home / "export.db"
    with contextlib.closing(sqlite3.connect(export)) as rows, rows:
        rows.execute("ATTACH ? AS portal", (str(settings.home / "ratslupe.db"),))
        rows.execute("CREATE TABLE paper (key TEXT PRIMARY KEY, id, name, reference, date, paper_type, raw)")
        rows.execute("INSERT INTO paper SELECT key, id, name, reference, date, paper_type, raw FROM portal.paper")
    port = _free_port()
    found = {}
    with subprocess.Popen(
        [*command, "serve", str(export), "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _until_it_answers(f"http://127.0.0.1:{port}/")
            for name, ending in (("datasette, page", ""), ("datasette, JSON", ".json")):
                asked = [Ask("paper", f"/export/paper/{path.rpartition('/')[2]}{ending}") for path in papers]
                found[name] = _told(load(port, asked, readers=1, seconds=seconds))
        finally:
            server.terminate()
    return found


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _until_it_answers(address: str) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), urllib.request.urlopen(address):
            return
        time.sleep(0.2)
    raise TimeoutError(f"{address} does not answer")


if __name__ == "__main__":
    main()
