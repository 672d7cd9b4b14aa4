"""Publishing without end, and kills in the middle: whoever holds a manifest finds each of its files, as it says.

PUBLISH_CYCLES says how often; 1,000 before a release.
"""

import contextlib
import hashlib
import multiprocessing
import os
import random
import signal
import threading
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine

from app.db import open_engine, writing
from app.exports import ExportRunningError, parquet, path_of, publish, published
from app.models import Paper
from tests import factories as make
from tests.app.exports.desk import BASE, Desk

CYCLES = int(os.environ.get("PUBLISH_CYCLES", "12"))


def _work(url: str, folder: Path, number: int) -> None:
    """Change a paper and publish, in a process that may be killed at any time."""
    parquet.is_possible = lambda: False
    engine = open_engine(url)
    with writing(engine) as session:
        paper = session.query(Paper).order_by(Paper.id).first()
        assert paper is not None
        paper.name = f"Fassung {number}"
        row = make.change(paper, "updated")
        session.add(row)
    with contextlib.suppress(ExportRunningError):
        publish(engine, folder, base_url=BASE)


class Reader(threading.Thread):
    """Takes the current manifest and then each of its files, again and again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder, self.done = folder, threading.Event()
        self.read, self.faults = 0, list[str]()

    def run(self) -> None:
        while not self.done.is_set():
            path = path_of(self.folder, "manifest.json")
            if path is None:
                self.faults.append("no manifest")
                continue
            told = orjson.loads(path.read_bytes())
            for file in told["files"]:
                found = path_of(self.folder, f"{told['generation']}/{file['path']}")
                if found is None:
                    self.faults.append(f"404: {told['generation']}/{file['path']}")
                elif hashlib.sha256(found.read_bytes()).hexdigest() != file["sha256"]:
                    self.faults.append(f"other bytes: {file['path']}")
            self.read += 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_readers_find_every_file_of_every_manifest(desk: Desk, engine: Engine, folder: Path, database_url: str) -> None:
    desk.begin([make.paper() for _ in range(20)], make.organization())
    desk.publish()
    chance, reader = random.Random(CYCLES), Reader(folder)
    reader.start()
    spawning = multiprocessing.get_context("fork")
    killed = 0
    for number in range(CYCLES):
        worker: BaseProcess = spawning.Process(target=_work, args=(database_url, folder, number))
        worker.start()
        if number % 2:
            time.sleep(chance.random() * 0.4)
            if worker.is_alive() and worker.pid:
                os.kill(worker.pid, signal.SIGKILL)
                killed += 1
        worker.join()
    reader.done.set()
    reader.join()
    assert reader.faults == []
    assert reader.read > 0
    desk.publish()
    current = published(folder)
    assert current is not None
    assert not list(folder.glob("tmp-*"))
    for file in current.files:
        path = path_of(folder, f"{current.generation}/{file.path}")
        assert path is not None
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
