"""How long does it take to write everything that goes out, in all formats, and how much memory does that hold?

    python -m benchmarks.export [--quick] [--objects 1000000] [--changed 100,1000,10000]

The table of what goes out is filled with made-up objects of five types. Measured are the lines alone, with and without
their being read again, beside the least that could write them (orjson and gzip at the same level, objects in memory,
nothing read from anywhere); all formats with everything read again, as they are published; deltas by what they hold.
Processor time says more than the clock where the machine has other work. Prints one line of JSON.
"""

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from app.db import open_current, writing
from app.exports import building, publish
from app.exports.building import build, build_lines
from app.exports.holdings import Table
from app.exports.ndjson import NdjsonFiles
from app.exports.packed import LEVEL
from app.exports.tables import TABLES
from app.models import PublicObject, PublicState, key_of
from app.rows import insert_all
from benchmarks.measuring import Result, measured
from tests import factories as make

BASE = "https://portal.example"
DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
TYPES = ("Paper", "File", "Meeting", "AgendaItem", "Consultation")
AT_ONCE = 5_000
_TEXT = """
Ausschuss Haushalt Radverkehr Bebauungsplan Gartenstraße Sanierung Grundschule Antrag der Fraktion Beschluss Vorlage
der Verwaltung über die Umsetzung des Konzepts zur Förderung des Fußverkehrs in den Stadtteilen
"""
_WORDS = _TEXT.split()


def objects(count: int, body_key: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield key, type and form of made-up objects, of a kilobyte each, as varied as texts of councils are."""
    state = 12345
    stamp = "2026-03-02T12:00:00+01:00"
    for number in range(count):
        words = []
        for _ in range(60):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            words.append(_WORDS[state % len(_WORDS)] if state & 64 else f"{state % 100_000}")
        name = TYPES[number % len(TYPES)]
        key = key_of(f"https://council.example/{number}")
        yield (
            key,
            name,
            {
                "id": f"{BASE}/oparl/v1.1/{name.lower()}/{key}",
                "type": f"https://schema.oparl.org/1.1/{name}",
                "name": " ".join(words[:12]),
                "body": f"{BASE}/oparl/v1.1/body/{body_key}",
                "reference": f"{number % 9999}/2026",
                "date": "2026-03-01",
                "keyword": words[12:15],
                "resolutionText": " ".join(words),
                "created": stamp,
                "ratslupe:license": "https://www.govdata.de/dl-de/by-2-0",
                "ratslupe:originalId": f"https://council.example/oparl/{name}/{number}",
                "ratslupe:body": f"{BASE}/oparl/v1.1/body/{body_key}",
                "modified": stamp,
            },
        )


def preparing(url: str, count: int) -> Result:
    """Fill the table."""
    engine = open_current(url)
    body = make.body()
    make.save(engine, body)
    state = {"edition": "0123456789abcdef", "form": f"1 {BASE}", "position": 0, "seq": count, "stamp": DAY}
    same = {"source_id": 1, "body_key": body.key, "created": DAY, "modified": DAY, "deleted": False, "reason": None}
    rows: list[dict[str, Any]] = []
    with writing(engine) as session:
        session.add(PublicState(id=1, **state))
        session.flush()
        for number, (key, name, form) in enumerate(objects(count, body.key), 1):
            text = orjson.dumps(form).decode()
            told = {"key": key, "type": name, "seq": number, "license": "x", "hash": "0" * 32, "json": text}
            rows.append(same | told)
            if len(rows) == AT_ONCE:
                insert_all(session, PublicObject.metadata.tables["public_object"], rows)
                rows = []
        insert_all(session, PublicObject.metadata.tables["public_object"], rows)
    return {}


def timed(job: Callable[[], object]) -> dict[str, float]:
    """Return how long a job took, by the clock and by the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    job()
    return {"seconds": round(time.perf_counter() - wall, 2), "cpu_seconds": round(time.process_time() - cpu, 2)}


def bare(_url: str, count: int) -> Result:
    """Write the same lines with orjson and gzip alone, some at once; making them up does not count."""
    body_key = key_of(make.BODY_ID)
    wall = cpu = 0.0
    with tempfile.TemporaryDirectory() as folder, gzip.GzipFile(f"{folder}/x.gz", "wb", compresslevel=LEVEL) as file:
        some: list[dict[str, Any]] = []
        size = 0
        for number, (_, _, form) in enumerate(objects(count, body_key), 1):
            some.append(form)
            if len(some) == 1000 or number == count:
                began, spent = time.perf_counter(), time.process_time()
                lines = b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in some)
                file.write(lines)
                wall, cpu = wall + time.perf_counter() - began, cpu + time.process_time() - spent
                size += len(lines)
                some = []
    return {"seconds": round(wall, 2), "cpu_seconds": round(cpu, 2), "mb": size >> 20}


def lines(url: str, read_again: bool) -> Result:
    """Write the lines from the table, without or with their being read again."""
    engine = open_current(url)

    def job() -> None:
        with Session(engine) as session, tempfile.TemporaryDirectory() as folder:
            build(Table(session), Path(folder), formats=(NdjsonFiles,))

    if read_again:
        return timed(job)
    with patch.object(building, "check"), patch.object(building, "sha256", lambda _path: ""):
        return timed(job)


def everything(url: str, _: int) -> Result:
    """Publish all formats, with all that goes with it."""
    engine = open_current(url)
    with tempfile.TemporaryDirectory() as folder, patch("app.exports.publishing.refreshing.refresh"):
        made: list[Any] = []
        took = timed(lambda: made.append(publish(engine, Path(folder) / "home" / "exports", base_url=BASE)))
        sizes: dict[str, int] = {}
        for file in made[0].files:
            sizes[file.format] = sizes.get(file.format, 0) + file.bytes
    return took | {"mb": {name: round(size / (1 << 20), 1) for name, size in sizes.items()}}


def delta(url: str, changed: int) -> Result:
    """Write a delta of so many objects."""
    engine: Engine = open_current(url)
    with writing(engine) as session:
        last = session.scalar(select(func.max(PublicObject.seq))) or 0
        keys = session.scalars(select(PublicObject.key).order_by(PublicObject.seq).limit(changed)).all()
        for number, key in enumerate(keys, last + 1):
            session.execute(update(PublicObject).where(PublicObject.key == key).values(seq=number))

    def job() -> None:
        with Session(engine) as session, tempfile.TemporaryDirectory() as folder:
            table = Table(session)
            parts = ((part.slug, name, table.changed(last, part, name)) for part in table.parts for name in TABLES)
            assert sum(one.rows for one in build_lines(parts, Path(folder)) if one.body != "all") == changed

    return timed(job)


def main() -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20,000 objects")
    parser.add_argument("--objects", type=int, default=1_000_000)
    parser.add_argument("--changed", default="100,1000,10000")
    given = parser.parse_args()
    count = 20_000 if given.quick else given.objects
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{home}/ratslupe.db"
        measured(preparing, url, count)
        found: Result = {
            "objects": count,
            "bare": measured(bare, url, count),
            "lines": measured(lines, url, False),
            "lines_read_again": measured(lines, url, True),
            "all_formats": measured(everything, url, 0),
            "deltas": {one: measured(delta, url, int(one)) for one in given.changed.split(",") if int(one) <= count},
        }
    found["lines_to_bare_cpu"] = round(found["lines"]["cpu_seconds"] / found["bare"]["cpu_seconds"], 2)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
