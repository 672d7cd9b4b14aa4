"""Which documents are read, in which order, by whom, and what becomes of them where a worker is killed."""

import hashlib
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.config import ROOT
from app.db import now, writing
from app.documents import READER_VERSION, PageText, Reading
from app.documents.reading import SCAN
from app.files import FileStore, StoreDown, open_store
from app.models import Blob, Change, File, Lease, Page, Problem
from oparl_sync import due_documents, extract, leases, problems
from oparl_sync.due_documents import Better
from oparl_sync.progress import Progress
from tests.oparl_sync.council import save, thing, url

QUIET = Progress(quiet=True)
FOLLOWS = "One page is a scan; text recognition follows."


class Reader:
    """Stands in for the sandbox: reads what a test says, else the bytes themselves."""

    read_by: list[str] = []  # noqa: RUF012 - one list for all, emptied by the fixture
    told: list[tuple[str, str]] = []  # noqa: RUF012 - the same
    answers: dict[str, Any] = {}  # noqa: RUF012 - the same
    gate = threading.Lock()

    def __init__(self, **_: object) -> None:
        """Take no heed of how it is confined."""

    def read(self, document: Path, *, media_type_hint: str, name: str) -> Reading:
        text = document.read_text()
        with self.gate:
            self.read_by.append(text)
            self.told.append((media_type_hint, name))
        answer = self.answers.get(text) or Reading("ok", (PageText(text, "test"),), "test", "text/plain")
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Reading)
        return answer

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Reader]]:
    monkeypatch.setattr(extract, "Sandbox", Reader)
    yield Reader
    for kept in (Reader.read_by, Reader.told, Reader.answers):
        kept.clear()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return open_store(f"file://{tmp_path}/files")


def fetched(engine: Engine, store: FileStore, number: int, text: str = "", **properties: Any) -> str:
    """Let a file be here whose bytes are still to be read; returns their hash."""
    stored = store.put([(text or f"text {number}").encode()], 10**6)
    save(engine, [thing("File", number, **properties)], "File")
    with writing(engine) as session:
        if session.get(Blob, stored.sha256) is None:
            session.add(Blob(sha256=stored.sha256, size=stored.size, stored_at=now()))
        values = {"fetch_state": "fetched", "blob_sha256": stored.sha256}
        session.execute(update(File).where(File.id == url("File", number)).values(**values))
    return stored.sha256


def read(engine: Engine, store: FileStore, tmp_path: Path, **options: Any) -> int:
    with due_documents.turn(engine, tmp_path) as turn:
        return extract.waiting(engine, store, QUIET, turn=turn, sandboxes=1, **options)


def blob(engine: Engine, sha256: str) -> Blob:
    with Session(engine) as session:
        found = session.get(Blob, sha256)
        assert found is not None
        return found


def claimed_and_left(engine: Engine, home: Path) -> list[str]:
    """Claim documents as a worker does that is killed then; returns them."""
    with due_documents.turn(engine, home) as turn:
        return [one.sha256 for one in next(due_documents.batches(engine, turn), [])]


def text_changes(engine: Engine) -> list[tuple[str, bool]]:
    with Session(engine) as session:
        rows = session.scalars(select(Change).where(Change.kind == "updated").order_by(Change.seq))
        return [(one.object_id, one.backfill) for one in rows if one.fields == ["text"]]


def test_it_reads_the_newest_first(engine: Engine, store: FileStore, tmp_path: Path) -> None:
    fetched(engine, store, 1, "old", date="2020-01-01")
    fetched(engine, store, 2, "new", date="2026-06-01")
    fetched(engine, store, 3, "touched", modified="2024-01-01T00:00:00+00:00")
    fetched(engine, store, 4, "undated")
    fetched(engine, store, 5, "old", date="2025-01-01")  # the same bytes, published again
    assert read(engine, store, tmp_path) == 4
    assert Reader.read_by == ["new", "old", "touched", "undated"]
    assert read(engine, store, tmp_path) == 0
    assert not due_documents.is_owed(engine)


def test_what_comes_meanwhile_has_its_turn(
    engine: Engine, store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_documents, "BATCH", 1)
    monkeypatch.setattr(due_documents, "IN_ORDER", 0.0001)
    for number in range(3):
        fetched(engine, store, number, date=f"2020-01-0{number + 1}")

    def told() -> None:
        if len(Reader.read_by) == 1:
            fetched(engine, store, 9, "news", date="2026-11-01")

    assert read(engine, store, tmp_path, told=told) == 4
    assert Reader.read_by == ["text 2", "news", "text 1", "text 0"]


def test_it_ends_when_it_is_enough(
    engine: Engine, store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_documents, "BATCH", 2)
    for number in range(5):
        fetched(engine, store, number)
    assert read(engine, store, tmp_path, enough=lambda: True) == 2
    assert due_documents.count(engine) == 3


def test_it_passes_on_what_the_source_says(engine: Engine, store: FileStore, tmp_path: Path) -> None:
    fetched(engine, store, 1, mimeType="text/csv", fileName="haushalt.csv")
    fetched(engine, store, 2, accessUrl="https://rat.example/a.html")
    read(engine, store, tmp_path)
    assert sorted(Reader.told) == [("", "https://rat.example/a.html"), ("text/csv", "haushalt.csv")]


def test_several_workers_read_nothing_twice(
    engine: Engine, store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_documents, "BATCH", 3)
    for number in range(40):
        fetched(engine, store, number)
    together, done = threading.Barrier(3), list[int]()

    def work() -> None:
        with due_documents.turn(engine, tmp_path) as turn:
            together.wait(20)
            done.append(extract.waiting(engine, store, QUIET, turn=turn, sandboxes=1))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(Reader.read_by) == {f"text {number}": 1 for number in range(40)}
    assert sum(done) == 40
    assert len(text_changes(engine)) == 40


def test_a_killed_worker_leaves_nothing_undone(engine: Engine, store: FileStore, tmp_path: Path) -> None:
    for number in range(6):
        fetched(engine, store, number)
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from app.db import open_engine\n"
        "from oparl_sync import due_documents\n"
        "engine = open_engine(sys.argv[1])\n"
        "with due_documents.turn(engine, Path(sys.argv[2])) as turn:\n"
        "    print(len(next(due_documents.batches(engine, turn))), flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    where = engine.url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-c", program, where, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (killed.returncode, killed.stdout.strip()) == (-9, "6"), killed.stderr
    with due_documents.turn(engine, tmp_path) as turn:
        assert due_documents.is_owed(engine)  # at once, not when its lease runs out
        assert extract.waiting(engine, store, QUIET, turn=turn, sandboxes=1) == 6
    assert Counter(Reader.read_by) == {f"text {number}": 1 for number in range(6)}
    assert len(text_changes(engine)) == 6
    with Session(engine) as session:
        assert {(one.claim, one.read_attempts) for one in session.scalars(select(Blob))} == {(None, 0)}


def test_a_document_that_ends_workers_is_left_alone(engine: Engine, store: FileStore, tmp_path: Path) -> None:
    poison = fetched(engine, store, 1, "poison", date="2026-06-01")
    others = {fetched(engine, store, number) for number in (2, 3)}
    assert set(claimed_and_left(engine, tmp_path)) == {poison, *others}
    # From now on each alone, so that it takes no other with it.
    for _ in range(2):
        assert claimed_and_left(engine, tmp_path) == [poison]
    assert read(engine, store, tmp_path) == 2
    assert sorted(Reader.read_by) == ["text 2", "text 3"]
    parked = blob(engine, poison)
    assert (parked.read_state, parked.claim, parked.reader_version) == ("crashed", None, READER_VERSION)
    assert "3 times" in (parked.read_reason or "")
    with Session(engine) as session:
        told = session.execute(select(Problem.kind, Problem.about, Problem.detail)).all()
    assert told == [(problems.UNREADABLE_FILE, url("File", 1), parked.read_reason)]
    with writing(engine) as session:
        session.execute(update(Blob).values(read_at=now() - timedelta(days=9)))
    assert not due_documents.is_owed(engine)


def test_what_was_read_stays_where_a_better_reader_ends_the_worker(
    engine: Engine, store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = fetched(engine, store, 1)
    read(engine, store, tmp_path)
    with writing(engine) as session:
        session.execute(update(Blob).values(reader_version="1"))
    monkeypatch.setattr(due_documents, "BETTER", {2: Better(media_types=("text/plain",))})
    for _ in range(3):
        assert claimed_and_left(engine, tmp_path) == [sha256]
    assert read(engine, store, tmp_path) == 0
    assert (blob(engine, sha256).read_state, blob(engine, sha256).reader_version) == ("ok", READER_VERSION)
    assert not due_documents.is_owed(engine)


@pytest.mark.parametrize("state", ["crashed", "timeout"])
def test_what_may_be_chance_is_tried_three_times_a_day_apart(
    engine: Engine, store: FileStore, tmp_path: Path, reader: type[Reader], state: Any
) -> None:
    sha256 = fetched(engine, store, 1, "hard")
    reader.answers["hard"] = Reading(state, reason="It died.")
    for attempt in (1, 2, 3):
        assert read(engine, store, tmp_path) == 1
        assert (blob(engine, sha256).read_state, blob(engine, sha256).read_attempts) == (state, attempt)
        assert read(engine, store, tmp_path) == 0
        with writing(engine) as session:
            session.execute(update(Blob).values(read_at=now() - timedelta(days=2)))
    assert read(engine, store, tmp_path) == 0


def test_a_store_that_is_down_is_no_fault_of_a_document(
    engine: Engine, store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shas = [fetched(engine, store, number) for number in range(3)]

    def down(_: str) -> Path:
        raise StoreDown("the bucket x does not answer")

    monkeypatch.setattr(store, "path", down)
    for _ in range(4):
        with pytest.raises(StoreDown):
            read(engine, store, tmp_path)
    assert {(blob(engine, one).claim, blob(engine, one).read_attempts) for one in shas} == {(None, 0)}
    monkeypatch.undo()
    monkeypatch.setattr(extract, "Sandbox", Reader)
    assert read(engine, store, tmp_path) == 3


def test_a_worker_that_was_overtaken_writes_nothing(engine: Engine, store: FileStore, tmp_path: Path) -> None:
    fetched(engine, store, 1)
    with due_documents.turn(engine, tmp_path) as turn:
        batch = next(due_documents.batches(engine, turn))
        with writing(engine) as session:
            session.execute(update(Lease).values(epoch=Lease.epoch + 1, owner="other/1/x"))
        with pytest.raises(leases.Fenced):
            extract._read(turn, batch, lambda documents: ((one, Reading("ok")) for one in documents), _NoStep(), {})
    with Session(engine) as session:
        assert session.scalars(select(Page)).all() == []


class _NoStep:
    def advance(self, count: int = 1, *, total: int | None = None) -> None:
        """Count nothing."""


def test_a_better_reader_reads_again_what_it_may_improve_and_tells_nobody(
    engine: Engine, store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: type[Reader]
) -> None:
    monkeypatch.setattr(due_documents, "BETTER", {})
    for text in ("letter", "table", "fine", "scan"):
        fetched(engine, store, len(text), text)
    reader.answers["letter"] = Reading("unsupported", media_type="application/msword", reason="No reader.")
    reader.answers["scan"] = Reading("empty", media_type="application/pdf", reason="A scan.")
    reader.answers["table"] = Reading("ok", (PageText("a b", "test"),), "test", "text/csv")
    read(engine, store, tmp_path)
    with writing(engine) as session:
        session.execute(update(Blob).values(reader_version="1", facts_version="1"))
    told = text_changes(engine)
    assert not due_documents.is_owed(engine)  # nothing is said to be better
    Reader.read_by.clear()
    monkeypatch.setattr(due_documents, "BETTER", {2: Better(("unsupported",), ("text/csv",))})
    fetched(engine, store, 77, "a new one")
    del reader.answers["letter"]
    assert read(engine, store, tmp_path) == 3
    assert Reader.read_by[0] == "a new one"
    assert set(Reader.read_by[1:]) == {"letter", "table"}
    # The letter has text now, of which no alert is sent; the table has the same as before.
    assert text_changes(engine)[len(told) :] == [(url("File", 6), True), (url("File", 77), False)]
    facts = {
        text: blob(engine, hashlib.sha256(text.encode()).hexdigest()).facts_version for text in ("letter", "table")
    }
    assert facts == {"letter": None, "table": "1"}
    assert read(engine, store, tmp_path) == 0


def test_what_was_recognised_stays_when_it_is_read_again(
    engine: Engine, store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: type[Reader]
) -> None:
    sha256 = fetched(engine, store, 1, "scan")
    scan, title = PageText("", SCAN), PageText("Titel", "pdfium")
    reader.answers["scan"] = Reading("partly", (scan, title), "pdfium", "application/pdf", FOLLOWS)
    read(engine, store, tmp_path)
    with writing(engine) as session:
        recognised = {"text": "Haushalt", "method": "ocr", "confidence": 91}
        session.execute(update(Page).where(Page.number == 1).values(**recognised))
        session.execute(update(Blob).values(reader_version="1", read_state="ok", read_reason=None))
    monkeypatch.setattr(due_documents, "BETTER", {2: Better(media_types=("application/pdf",))})
    better = PageText("Der Titel", "pdfium")
    reader.answers["scan"] = Reading("partly", (scan, better), "pdfium", "application/pdf", FOLLOWS)
    assert read(engine, store, tmp_path) == 1
    with Session(engine) as session:
        pages = session.execute(select(Page.text, Page.method, Page.confidence).order_by(Page.number)).all()
    assert [tuple(page) for page in pages] == [("Haushalt", "ocr", 91), ("Der Titel", "pdfium", None)]
    assert (blob(engine, sha256).read_state, blob(engine, sha256).read_reason) == ("ok", None)
