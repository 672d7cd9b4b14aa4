"""Where originals are not kept: what goes, what stays, and when bytes are fetched again."""

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.documents import ocr
from app.documents.preview_cache import Previews
from app.files import FileMissing, FileStore, StoreDown, open_store
from app.models import Blob, File, Page
from oparl_sync import download, due_documents, extract, originals
from oparl_sync.due_documents import Better
from oparl_sync.progress import Progress
from tests.oparl_sync.council import SERVER, Council, save, thing, url
from tests.real.captured import small_pdf

QUIET = Progress(quiet=True)
PDF = small_pdf("what is written")
SHA256 = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return open_store(f"file://{tmp_path}/files")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Note what is drawn instead of drawing it."""
    found: list[tuple[str, int]] = []

    def picture(_: Previews, sha256: str, page: int, width: int, media_type: str, path: Any) -> bytes:
        assert path().read_bytes() == PDF
        found.append((sha256, page))
        return b""

    monkeypatch.setattr(Previews, "picture", picture)
    return found


class Town:
    """A council with one file that is fetched when it is due."""

    def __init__(self, engine: Engine, store: FileStore) -> None:
        self.engine, self.store, self.council, self.asked = engine, store, Council(), list[str | None]()
        self.council.answers[f"{SERVER}/files/1"] = self.answer
        save(engine, [thing("File", 1, accessUrl=f"{SERVER}/files/1")], "File")

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.headers.get("if-none-match"))
        same = self.asked[-1] == '"1"'
        return httpx.Response(304) if same else httpx.Response(200, content=PDF, headers={"etag": '"1"'})

    def fetch(self) -> int:
        source = self.council.source(self.engine).id
        return download.missing(self.engine, source, self.council.client(), self.store, QUIET)

    def blob(self) -> Blob:
        with Session(self.engine) as session:
            return session.scalars(select(Blob)).one()


@pytest.fixture
def town(engine: Engine, store: FileStore) -> Town:
    town = Town(engine, store)
    town.fetch()
    extract.waiting(engine, store, QUIET, sandboxes=1)
    return town


def test_text_and_pictures_stay(
    engine: Engine, store: FileStore, settings: Settings, town: Town, drawn: list[tuple[str, int]]
) -> None:
    assert originals.give_up(engine, store, settings) == 1
    assert drawn == [(SHA256, 1)]
    with pytest.raises(FileMissing):
        store.path(SHA256)
    with Session(engine) as session:
        assert "what is written" in session.scalars(select(Page.text)).one()
        assert session.scalars(select(File.blob_sha256)).one() == SHA256
    assert (originals.give_up(engine, store, settings), download.tidy(engine, store)) == (0, 0)
    assert not due_documents.is_owed(engine)


def test_news_are_asked_for_all_the_same(
    engine: Engine, store: FileStore, settings: Settings, town: Town, drawn: list[tuple[str, int]]
) -> None:
    originals.give_up(engine, store, settings)
    with writing(engine) as session:
        session.execute(update(File).values(next_try=now()))
    town.fetch()
    with Session(engine) as session:
        row = session.scalars(select(File)).one()
    assert (row.fetch_state, row.blob_sha256, town.asked) == ("fetched", SHA256, [None, '"1"'])
    assert town.blob().dropped_at is not None


def test_it_keeps_what_is_still_to_be_read(
    engine: Engine, store: FileStore, settings: Settings, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: True)
    owed: list[tuple[Any, dict[str, Any]]] = [
        (Blob, {"read_state": None}),
        (Blob, {"claim": "documents:0/1"}),
        (Blob, {"read_state": "timeout", "read_attempts": 1}),
        (Blob, {"reader_version": "1"}),
        (Page, {"method": "scan"}),
    ]
    for model, values in owed:
        with Session(engine) as session:
            before = session.execute(select(*(getattr(model, name) for name in values))).one()._mapping
        with writing(engine) as session:
            session.execute(update(model).values(**values))
        assert originals.give_up(engine, store, settings) == 0, values
        with writing(engine) as session:
            session.execute(update(model).values(**before))
    assert store.exists(SHA256)


def test_a_better_reader_has_them_fetched_again(
    engine: Engine,
    store: FileStore,
    settings: Settings,
    town: Town,
    drawn: list[tuple[str, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    originals.give_up(engine, store, settings)
    originals.ask_again(engine)
    assert town.fetch() == 0  # nothing is better
    with writing(engine) as session:
        session.execute(update(Blob).values(reader_version="1"))
    monkeypatch.setattr(due_documents, "BETTER", {2: Better(media_types=("application/pdf",))})
    assert not due_documents.is_owed(engine)
    originals.ask_again(engine)
    assert (town.fetch(), town.asked) == (1, [None, None])
    assert town.blob().dropped_at is None
    assert extract.waiting(engine, store, QUIET, sandboxes=1) == 1
    assert originals.give_up(engine, store, settings) == 1
    assert not store.exists(SHA256)


def test_a_kill_between_bytes_and_row_changes_nothing(
    engine: Engine, store: FileStore, settings: Settings, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = type(store).delete

    def killed(self: FileStore, sha256: str) -> None:
        delete(self, sha256)
        raise StoreDown("gone")

    monkeypatch.setattr(type(store), "delete", killed)
    with pytest.raises(StoreDown):
        originals.give_up(engine, store, settings)
    assert town.blob().dropped_at is None
    monkeypatch.undo()
    assert originals.give_up(engine, store, settings) == 1
    assert (town.blob().dropped_at is None, url("File")) == (False, url("File"))
