"""What was read is never lost to a passing cause: a store that is away, bytes that are, a reader that fails."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.documents import READER_VERSION, PageText, Reading
from app.files import FileStore, StoreDown, open_store
from app.models import Blob, File, Page
from oparl_sync import due_documents, due_files, extract
from oparl_sync.due_documents import Better
from tests.oparl_sync.test_reading_queue import Reader, blob, fetched, read, text_changes


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Reader]]:
    monkeypatch.setattr(extract, "Sandbox", Reader)
    yield Reader
    for kept in (Reader.read_by, Reader.told, Reader.answers):
        kept.clear()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return open_store(f"file://{tmp_path}/files")


@pytest.fixture
def better(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due_documents, "BETTER", {2: Better(media_types=("text/plain",))})


def read_before(engine: Engine, store: FileStore, home: Path, count: int, **reading: Any) -> list[str]:
    """Let documents be here that an older version read, two pages each; returns their hashes."""
    found = [fetched(engine, store, number) for number in range(count)]
    pages = (PageText("one", "test"), PageText("two", "test"))
    Reader.answers.update({f"text {number}": Reading("ok", pages, "test", "text/plain") for number in range(count)})
    assert read(engine, store, home) == count
    Reader.answers.clear()
    with writing(engine) as session:
        session.execute(update(Blob).values(reader_version="1"))
        session.execute(update(File).values(etag='"1"', last_modified="x"))
    return found


def texts(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(Page.text).order_by(Page.sha256, Page.number)))


def due(engine: Engine) -> list[tuple[str | None, str | None, bool]]:
    """Return of each file what it is asked with, and whether it is due now."""
    with Session(engine) as session:
        rows = session.scalars(select(File).order_by(File.id)).all()
    return [(row.etag, row.last_modified, row.next_try is not None and row.next_try <= now()) for row in rows]


@pytest.mark.usefixtures("better")
@pytest.mark.parametrize(
    "reading",
    [
        Reading("empty", (PageText("", "pdfium"),) * 2, media_type="application/pdf"),
        Reading("damaged", media_type="application/pdf", reason="It is cut short."),
        Reading("unsupported", media_type="application/pdf"),
        Reading("crashed", (PageText("one", "test"),) * 3, reason="It died."),
        Reading("timeout", (PageText("one", "test"),) * 3),
        Reading("partly", (PageText("one", "test"),)),
    ],
)
def test_a_reading_that_brings_less_takes_nothing_away(
    engine: Engine, store: FileStore, tmp_path: Path, reading: Reading
) -> None:
    (sha256,) = read_before(engine, store, tmp_path, 1)
    told = text_changes(engine)
    Reader.answers["text 0"] = reading
    assert read(engine, store, tmp_path) == 1
    row = blob(engine, sha256)
    assert texts(engine) == ["one", "two"]
    assert (row.read_state, row.read_reason, row.page_count, row.media_type) == ("ok", None, 2, "text/plain")
    assert (row.reader_version, row.claim, text_changes(engine)) == (READER_VERSION, None, told)
    with writing(engine) as session:
        session.execute(update(Blob).values(read_at=now() - timedelta(days=9)))
    assert not due_documents.is_owed(engine)


@pytest.mark.usefixtures("better")
def test_a_reading_that_brings_other_text_replaces_it(engine: Engine, store: FileStore, tmp_path: Path) -> None:
    read_before(engine, store, tmp_path, 1)
    Reader.answers["text 0"] = Reading("partly", (PageText("1", "test"), PageText("", "test")), "test", "text/plain")
    assert read(engine, store, tmp_path) == 1
    assert texts(engine) == ["1", ""]


@pytest.mark.usefixtures("better")
def test_bytes_that_are_missing_are_fetched_whole_and_read_then(
    engine: Engine, store: FileStore, tmp_path: Path
) -> None:
    gone, here = read_before(engine, store, tmp_path, 2)
    new = fetched(engine, store, 5)
    for one in (gone, new):
        store.delete(one)
    assert read(engine, store, tmp_path) == 1
    assert texts(engine)[-2:] != []
    assert len(texts(engine)) == 3  # those of the one that is gone, and the new text of the other
    assert (blob(engine, gone).read_state, blob(engine, gone).reader_version) == ("ok", "1")
    assert (blob(engine, new).read_state, blob(engine, new).read_attempts) == (None, 0)
    assert due(engine) == [(None, None, True), ('"1"', "x", False), (None, None, True)]
    assert not due_documents.is_owed(engine)  # until they are here again
    for text, sha256 in (("text 0", gone), ("text 5", new)):
        assert store.put([text.encode()], 100).sha256 == sha256
    with writing(engine) as session:
        session.execute(update(Blob).values(dropped_at=None))
    assert read(engine, store, tmp_path) == 2
    assert {blob(engine, one).read_state for one in (gone, here, new)} == {"ok"}


@pytest.mark.usefixtures("better")
def test_a_disk_that_is_not_mounted_costs_nothing(engine: Engine, store: FileStore, tmp_path: Path) -> None:
    found = read_before(engine, store, tmp_path, 3)
    with writing(engine) as session:  # another, that is not owed
        session.add(Blob(sha256="0" * 64, size=1, stored_at=now(), read_state="ok", reader_version=READER_VERSION))
    new = fetched(engine, store, 9)
    (tmp_path / "files").rename(tmp_path / "elsewhere")
    (tmp_path / "files").mkdir()
    with pytest.raises(StoreDown, match="mounted"):
        read(engine, store, tmp_path)
    assert texts(engine) == ["one", "two"] * 3
    assert blob(engine, new).read_state is None
    assert [one[2] for one in due(engine)] == [False] * 4
    (tmp_path / "files").rmdir()
    (tmp_path / "elsewhere").rename(tmp_path / "files")
    assert read(engine, store, tmp_path) == 4
    assert {blob(engine, one).read_attempts for one in (*found, new)} == {0}


@pytest.mark.usefixtures("better")
@pytest.mark.parametrize("error", [PermissionError(13, "no"), OSError(24, "too many open files")])
def test_what_cannot_be_opened_stays_owed_and_keeps_no_other_waiting(
    engine: Engine, store: FileStore, tmp_path: Path, error: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_documents, "BATCH", 1)
    old, _ = read_before(engine, store, tmp_path, 2)
    new = fetched(engine, store, 9, date="2026-01-01")
    Reader.read_by.clear()
    Reader.answers.update({"text 0": error, "text 9": error})
    for _ in range(4):
        with pytest.raises(StoreDown, match="2 files cannot be opened"):
            read(engine, store, tmp_path)
    assert Reader.read_by.count("text 1") == 1
    assert (blob(engine, old).read_state, blob(engine, old).reader_version) == ("ok", "1")
    assert (blob(engine, new).read_state, blob(engine, new).read_attempts, blob(engine, new).claim) == (None, 0, None)
    Reader.answers.clear()
    assert read(engine, store, tmp_path) == 2


def test_lost_bytes_of_a_withdrawn_file_are_not_fetched(engine: Engine, store: FileStore) -> None:
    sha256 = fetched(engine, store, 1)
    with writing(engine) as session:
        session.execute(update(File).values(deleted=True, etag='"1"'))
        due_files.lost(session, [sha256])
    assert due(engine) == [('"1"', None, False)]
