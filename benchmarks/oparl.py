"""How quickly our OParl server gives a page of a hundred papers, at the end of a long list as at its beginning.

    python -m benchmarks.oparl --folder F [--objects 100000] [--seconds 20] [--datasette COMMAND] [--quick]

pages      pages of 100 papers anywhere in the list, of as many readers as keep two cores busy: how many a second
one        one reader after another: what one page takes, at the beginning, in the middle and at the end
delta      what changed since the newest: an empty page
unchanged  a page that the reader has: 304
datasette  the same table as Datasette's JSON, pages of 100 by its own cursor, in the same run

The last line is the result as JSON. The list is synthetic: papers of 2 KB with two files and a consultation each.
"""

import argparse
import contextlib
import json
import os
import random
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.db import open_engine, upgrade
from app.models import PublicObject, PublicSource, PublicState, Source, key_of
from app.publication.forms import moment
from app.publication.names import SCHEMA, Names
from benchmarks.load import Ask, Seen, load

SIZE, READERS = 100, 8
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
PROBE = 50  # places of the list that are asked for
WORDS = "Die Verwaltung wird beauftragt, für den Radweg an der Gartenstraße eine Vorlage zu erarbeiten. " * 4


def main() -> None:
    """Build, serve, measure, print."""
    options = argparse.ArgumentParser()
    options.add_argument("--folder", type=Path)
    options.add_argument("--objects", type=int, default=100_000)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--datasette", default="datasette")
    options.add_argument("--quick", action="store_true")
    given = options.parse_args()
    if given.quick:
        given.objects, given.seconds = 5_000, 2
    with contextlib.ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rl-oparl-")))
        folder.mkdir(parents=True, exist_ok=True)
        database = folder / f"oparl-{given.objects}.db"
        body = built(database, given.objects)
        result = ours(database, body, given.objects, given.seconds)
        result |= datasette(given.datasette, database, body, given.objects, given.seconds)
    print(json.dumps(result))


def built(database: Path, objects: int) -> str:
    """Write a table of papers, if it is not there yet; returns the council's key."""
    names, body = Names("http://127.0.0.1"), key_of("https://council.example/body/1")
    if database.exists():
        return body
    engine = open_engine(f"sqlite:///{database}")
    upgrade(engine)
    dice = random.Random(7)
    with Session(engine) as session, session.begin():
        source = {"slug": "a", "url": "https://council.example", "added_at": BEGUN, "state": "complete"}
        session.execute(insert(Source).values(id=1, **source))
        session.execute(insert(PublicSource).values(source_id=1, terms="x"))
        whole = {"edition": "x", "form": "x", "position": 0, "seq": objects + 1, "stamp": BEGUN}
        session.execute(insert(PublicState).values(id=1, **whole))
        rows = [_row(names, "Body", "https://council.example/body/1", body, 1, {"name": "Stadt"})]
        for number in range(objects):
            rows.append(_row(names, "Paper", f"https://council.example/paper/{number}", body, number + 2, _paper(dice)))
            if len(rows) == 1_000 or number == objects - 1:
                session.execute(insert(PublicObject), rows)
                rows = []
    engine.dispose()
    return body


def _paper(dice: random.Random) -> dict[str, Any]:
    files = [{"name": WORDS[:60], "fileName": f"{dice.randrange(10**9)}.pdf", "size": 123456} for _ in range(2)]
    steps = [{"role": "Vorberatung", "authoritative": False}]
    return {
        "name": WORDS[: dice.randrange(60, 300)],
        "auxiliaryFile": files,
        "consultation": steps,
        "x:text": WORDS * 2,
    }


def _row(names: Names, type_: str, oparl_id: str, body: str, seq: int, said: dict[str, Any]) -> dict[str, Any]:
    key, at = key_of(oparl_id), BEGUN + timedelta(seconds=seq)
    form = {"id": names.id(type_, key), "type": SCHEMA + type_, **said, "created": moment(at), "modified": moment(at)}
    row = {"key": key, "type": type_, "source_id": 1, "body_key": body, "seq": seq, "created": at, "modified": at}
    return row | {"deleted": False, "license": "x", "hash": "x", "json": orjson.dumps(form).decode()}


def ours(database: Path, body: str, objects: int, seconds: float) -> dict[str, Any]:
    """Measure our server under `ratslupe serve`."""
    path = f"/oparl/v1.1/body/{body}/paper"
    anywhere = [f"{path}?after={at * objects // PROBE + 1:x}-{objects:x}" for at in range(PROBE)]
    ends = {
        "beginning": anywhere[0],
        "middle": anywhere[PROBE // 2],
        "end": f"{path}?after={objects - SIZE:x}-{objects:x}",
    }
    newest = (BEGUN + timedelta(seconds=objects + 2)).isoformat().replace("+", "%2B")
    with served(database) as port:
        etag = urllib.request.urlopen(f"http://127.0.0.1:{port}{anywhere[0]}").headers["ETag"]
        load(port, [Ask("warm", one) for one in anywhere], readers=READERS, seconds=min(2, seconds))
        pages = _again(port, [Ask("page", one) for one in anywhere], seconds)
        alone = {name: load(port, [Ask(name, one)], readers=1, seconds=seconds / 4) for name, one in ends.items()}
        delta = _again(port, [Ask("delta", f"{path}?modified_since={newest}")], seconds / 4)
        held = [Ask("304", anywhere[0], f"If-None-Match: {etag}\r\n")]
        unchanged = _again(port, held, seconds / 4)
    told = {"pages": _told(pages), "delta": _told(delta), "unchanged": _told(unchanged)}
    return {"objects": objects} | told | {f"one_{name}": _told(seen) for name, seen in alone.items()}


def _again(port: int, asked: Sequence[Ask], seconds: float) -> Seen:
    """Let readers come five times: kept connections may all be one process's, which then has half of the machine."""
    whole = Seen()
    for _ in range(5):
        seen = load(port, asked, readers=READERS, seconds=seconds / 5)
        for kind, some in seen.seconds.items():
            whole.seconds.setdefault(kind, []).extend(some)
        for status, count in seen.statuses.items():
            whole.statuses[status] = whole.statuses.get(status, 0) + count
        whole.received += seen.received
        whole.lasted += seen.lasted
    return whole


def datasette(command: str, database: Path, body: str, objects: int, seconds: float) -> dict[str, Any]:
    """Measure the same table as Datasette's JSON; says so where it is not installed."""
    words = shlex.split(command)
    if not words or shutil.which(words[0]) is None:
        print("Datasette is not installed: its figures are left out (uv tool install datasette).")
        return {"datasette": None}
    port = _free()
    begun = [*words, "serve", str(database), "--port", str(port), "--setting", "num_sql_threads", "2"]
    with subprocess.Popen(begun, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            table = f"/{database.stem}/public_object.json"
            kept = f"?_size={SIZE}&body_key={body}&type=Paper&_sort=seq&_shape=array&_col=json"
            # Its own cursor is the last value it sorted by, and the key.
            anywhere = [f"{table}{kept}&_next={at * objects // PROBE + 1}%2Ca" for at in range(PROBE)]
            _waited(port, anywhere[0])
            pages = load(port, [Ask("page", one) for one in anywhere], readers=READERS, seconds=seconds)
            end = load(port, [Ask("end", anywhere[-1])], readers=1, seconds=seconds / 4)
        finally:
            process.terminate()
    return {"datasette": {"pages": _told(pages), "one_end": _told(end)}}


def _told(seen: Seen) -> dict[str, Any]:
    kilobytes = seen.received / 1024 / max(1, sum(seen.statuses.values()))
    percentiles = {f"p{share}_ms": round(seen.percentile(share), 1) for share in (50, 95)}
    return {"a_second": round(seen.a_second), **percentiles, "kb": round(kilobytes), "statuses": seen.statuses}


@contextlib.contextmanager
def served(database: Path) -> Iterator[int]:
    """Serve the table as an operator does."""
    port = _free()
    own = {"RATSLUPE_HOME": str(database.parent), "DATABASE_URL": f"sqlite:///{database}", "SECRET_KEY": "benchmark"}
    settings = os.environ | own | {"BASE_URL": f"http://127.0.0.1:{port}"}
    command = [str(Path(sys.executable).parent / "ratslupe"), "serve", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(command, env=settings, stderr=subprocess.DEVNULL) as process:
        try:
            _waited(port, "/healthz")
            yield port
        finally:
            process.terminate()


def _waited(port: int, path: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
