"""How long does it take to tell many what happened, and how soon is a mail handed over?

    python -m benchmarks.alerts [--quick] [--folder FOLDER] [--files 100000] [--changed 1000] [--subscriptions 100000]
                                [--queries 20000] [--sample 100] [--mails 60]

A day of changed files meets all subscriptions at once: what it takes to match them, to bundle what is due the next
morning, and the memory that this holds. Beside it the naive way, for a sample of the queries: each asked of the whole
index for what is newer than the day before. Then mails that go at once, with the worker as it runs: from the commit
of a change until an SMTP server has the mail. Texts are those of benchmarks/many_files.py; queries are of words as
rare as those that people follow: half of them find something on such a day, some a hundred files. Processor time says
more than the clock where the machine has other work. Prints one line of JSON.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app import changes as log
from app import indexing
from app.alerts.bundling import bundle
from app.alerts.matching import match
from app.config import Settings
from app.db import learn, now, open_current, writing
from app.models import Alert, AlertNotice, Subscriber
from app.news.refreshing import refresh
from app.rows import insert_all
from benchmarks.many_files import Kept, kept
from benchmarks.measuring import Result, measured
from oparl_sync.worker import Worker
from search import Document, open_index, parse_query
from tests import factories as make
from tests.app.smtp import listening

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
RHYTHMS = ("instant", "daily", "weekly", "weekly", "monthly")
_WORD = re.compile(r"[^\W\d_]{5,}")


def queries(files: Kept, count: int, first: int, last: int) -> list[str]:
    """Make queries of the words of some files: one word, two of one text, three in a row, or one with a filter."""
    chance, held, found = random.Random(7), Counter[str](), dict[str, None]()
    texts = [" ".join(document.pages) for document in files.documents(first, last)]
    for text in texts:
        held.update({word for word in _WORD.findall(text) if word[0].isupper()})
    rare = sorted(word for word, times in held.items() if 2 <= times <= max(3, len(texts) // 500))
    while len(found) < count:
        word = chance.choice(rare)
        match chance.randrange(10):
            case 0 | 1:
                word = f"{word} {chance.choice(rare)}"
            case 2:
                text = chance.choice(texts)
                at = chance.randrange(max(1, len(text) - 200))
                word = f'"{" ".join(_WORD.findall(text[at : at + 200])[1:4])}"'
            case 3:
                word = f'{word} gremium:"Ausschuss {chance.randrange(90)}"'
        if parse_query(word).text:
            found[word] = None
    return list(found)


def council(engine: Engine) -> None:
    """Make the council whose files are told of."""
    body = make.body()
    make.save(engine, body, make.change(body, backfill=True))


def publish(engine: Engine, documents: Sequence[Document], at: datetime) -> None:
    """Let files arrive, each of a paper of its own: written and logged in one commit."""
    rows: list[Any] = []
    changes: list[Any] = []
    for document in documents:
        paper = make.paper(name=document.title, reference=document.key)
        read = make.read_file(*document.pages, of=paper, name=document.title)
        rows += [paper, *read]
        changes += [make.change(paper, at=at), make.change(read[0], at=at, fields=["text"])]
    make.save(engine, *rows, *changes)
    with writing(engine) as session:
        # They are read and looked through; what else the worker does is no matter here.
        log.advance(session, indexing.CONSUMER, log.last_seq(session))


def subscribe(engine: Engine, asked: Sequence[str], subscriptions: int) -> None:
    """Have people follow searches: the first ones many, the last ones one."""
    chance = random.Random(8)
    people, alerts = [], []
    for number in range(1, subscriptions + 1):
        query = asked[number - 1] if number <= len(asked) else asked[int(len(asked) * chance.random() ** 3)]
        person = {"id": number, "address": f"reader{number}@example.org", "language": "de", "nonce": f"a{number:031x}"}
        dates = {"requested_at": DAY, "confirmation_sent_at": DAY, "confirmed_at": DAY, "paused_at": None, "bounces": 0}
        people.append({**person, **dates})
        alert = {"id": number, "subscriber_id": number, "kind": "search", "value": query, "nonce": f"a{number:031x}"}
        rhythm = {"frequency": RHYTHMS[number % len(RHYTHMS)], "weekday": number % 7, "asked_at": DAY, "seq": 1}
        alerts.append({**alert, **rhythm})
    with writing(engine) as session:
        insert_all(session, Subscriber.metadata.tables["subscriber"], people)
        insert_all(session, Alert.metadata.tables["alert"], alerts)


def _settings(home: str) -> Settings:
    return Settings.from_environment({"RATSLUPE_HOME": home, "SECRET_KEY": "x", "BASE_URL": "http://x.example"})


def preparing(folder: str, home: str, given: dict[str, int]) -> Result:
    """Make the files, and a portal with all subscriptions in which a day of files has just arrived."""
    engine = open_current(_settings(home).database_url)
    council(engine)
    files = kept(Path(folder), given["files"] + given["changed"])
    publish(engine, list(files.documents(given["files"], given["files"] + given["changed"])), DAY)
    subscribe(engine, queries(files, given["queries"], 0, min(3_000, given["files"])), given["subscriptions"])
    learn(engine)
    engine.dispose()
    return {}


def telling(home: str) -> Result:
    """Match a day of changed files with all subscriptions, and bundle what is due the next morning."""
    settings, took = _settings(home), dict[str, float]()
    engine = open_current(settings.database_url)
    with _timed(took, "news"):
        told = refresh(engine, moment=DAY)
    with _timed(took, "match"):
        matched = match(engine, settings, DAY)
    with _timed(took, "match_again"):
        match(engine, settings, DAY)
    with _timed(took, "bundle"):
        mails = bundle(engine, settings, DAY + timedelta(hours=20))
    with Session(engine) as session:
        finding = session.scalar(select(func.count(AlertNotice.alert_id.distinct()))) or 0
    engine.dispose()
    counts = {"news_rows": told, "searches": matched.searches, "alerts": matched.alerts, "alerts_finding": finding}
    return {**took, **counts, "notices": matched.notices, "mails": mails}


def naively(folder: str, given: dict[str, int]) -> Result:
    """Ask a sample of the queries of the whole index, each for what is newer than the day before."""
    files, first, last = kept(Path(folder), given["files"] + given["changed"]), given["files"], 0
    last = first + given["changed"]
    index = open_index(f"embedded://{Path(folder).absolute()}/whole-{last}", texts=files.texts)
    if index.count() < last:
        with index.rebuilding() as new:
            for begin in range(0, last, 5_000):
                with new.batch() as batch:
                    for document in files.documents(begin, min(last, begin + 5_000)):
                        batch.put(document)
    asked = queries(files, given["queries"], 0, min(3_000, first))
    took: dict[str, float] = {}
    with _timed(took, "naive"):
        for text in random.Random(9).sample(asked, given["sample"]):
            # The index counts its documents from 1, in their order.
            query = parse_query(text, strict=True, after_seq=first, sort="newest", limit=100)
            index.search(replace(query, apart=True))
    index.close()
    return {name: round(seconds * given["queries"] / given["sample"], 1) for name, seconds in took.items()}


class _timed:  # noqa: N801 - read as a word
    """Notes the seconds that a block takes, by the clock and of processors."""

    def __init__(self, took: dict[str, float], name: str) -> None:
        self._took, self._name = took, name

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self._took[f"{self._name}_s"] = round(time.perf_counter() - self._began[0], 2)
        self._took[f"{self._name}_cpu_s"] = round(time.process_time() - self._began[1], 2)


def handing_over(folder: str, given: dict[str, int]) -> Result:
    """Let changes arrive one after the other, while a worker runs; returns seconds until the mail server has each."""
    # Whoever measures at night wants to see the mails all the same.
    for place in ("bundling", "mails.outbox"):
        patch(f"app.alerts.{place}.is_quiet", return_value=False).start()
    files, wanted = kept(Path(folder), given["files"] + given["changed"]), given["mails"]
    with tempfile.TemporaryDirectory(dir=folder) as home, listening() as sink:
        settings = replace(_settings(home), mail_url=sink.url)
        engine = open_current(settings.database_url)
        council(engine)
        subscribe(engine, queries(files, given["queries"], 0, min(3_000, given["files"])), given["subscriptions"])
        _wait_at_once(engine, wanted)
        arrived: dict[str, float] = {}

        def look() -> None:
            for taken in sink.taken[len(arrived) :]:
                arrived.setdefault(taken.recipients[0], time.perf_counter())

        sink.on_taken = look
        with _working(settings, engine):
            time.sleep(given["warm"])
            commits = _arriving(engine, wanted)
            end = time.monotonic() + 60
            while len(arrived.keys() & commits.keys()) < wanted and time.monotonic() < end:
                time.sleep(0.1)
        engine.dispose()
    took = sorted(arrived[one] - commits[one] for one in commits if one in arrived)
    places = {"p50": 0.5, "p99": 0.99, "most": 1.0}
    seconds = {f"mail_{name}_s": round(took[min(len(took) - 1, int(len(took) * at))], 2) for name, at in places.items()}
    return {"mails_arrived": len(took), "mails_wanted": wanted, **seconds}


def _wait_at_once(engine: Engine, count: int) -> None:
    """Have some more people wait for one word each, to hear of it at once."""
    for number in range(count):
        reader = make.subscriber(address=f"now{number}@example.org")
        make.save(engine, reader)
        make.save(engine, make.alert(reader, "search", f"eilmeldung{number}x", frequency="instant", seq=1))


def _arriving(engine: Engine, count: int) -> dict[str, float]:
    """Let their words come; returns when each was committed, by the address of who waits for it."""
    commits = {}
    for number in range(count):
        paper = make.paper(name=f"Eilmeldung{number}x", reference=f"E/{number}")
        make.save(engine, paper, make.change(paper, at=now()))
        commits[f"now{number}@example.org"] = time.perf_counter()
        time.sleep(random.Random(number).uniform(0.2, 1.2))
    return commits


@contextmanager
def _working(settings: Settings, engine: Engine) -> Iterator[None]:
    """Have a worker run meanwhile."""
    stop, said = threading.Event(), list[str]()
    thread = threading.Thread(target=Worker(settings, engine, said.append, stop).work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def _done(job: Callable[..., Result], *arguments: object) -> Result:
    print(f"{job.__name__} …", file=sys.stderr)
    done = measured(job, *arguments)
    done[f"{job.__name__}_peak_mb"] = done.pop("peak_mb")
    done.pop("memory_mb", None)
    return done


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--folder", default="")
    defaults = {"files": 100_000, "changed": 1_000, "subscriptions": 100_000, "queries": 20_000, "sample": 100}
    for name, value in {**defaults, "mails": 60, "warm": 30}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    words = vars(parser.parse_args())
    given = {name: value for name, value in words.items() if isinstance(value, int) and name != "quick"}
    if words["quick"]:
        given |= {"files": 2_000, "changed": 50, "subscriptions": 2_000, "queries": 400, "sample": 50, "mails": 10}
        given["warm"] = 3
    with tempfile.TemporaryDirectory() as temporary:
        folder = words["folder"] or temporary
        found: Result = {"given": given}
        with tempfile.TemporaryDirectory(dir=folder) as home:
            found |= _done(preparing, folder, home, given) | _done(telling, home)
        found |= _done(naively, folder, given) | _done(handing_over, folder, given)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
