"""Where originals are not kept: what goes, what stays, and when bytes are fetched again."""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.documents import album, ocr
from app.documents.picture import BadPicture, PlacedWord
from app.documents.preview_cache import PAGE, Previews, PreviewsBusy, PreviewsLate
from app.documents.sandbox import Sandbox, UnfinishedError
from app.files import FileMissing, FileStore, Stored, StoreDown, StoreFull, open_store
from app.models import Blob, File, Page
from oparl_sync import download, due_documents, extract, originals, previews
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
    monkeypatch.setattr(Previews, "words", lambda *_: ())
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
    monkeypatch.setattr(ocr, "installed", lambda: False)  # it may be one day
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


def _a_week_later(engine: Engine) -> None:
    with writing(engine) as session:
        past = session.scalar(select(Blob.undrawn_since))
        session.execute(update(Blob).values(undrawn_since=past and past - originals.UNDRAWN - timedelta(hours=1)))


@pytest.mark.parametrize(
    "error", [PreviewsBusy("no turn"), PreviewsLate("slow"), BadPicture("no WebP came"), StoreFull("no space left")]
)
def test_what_could_not_be_drawn_stays(
    engine: Engine, store: FileStore, settings: Settings, town: Town, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def picture(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(Previews, "picture", picture)
    assert originals.give_up(engine, store, settings) == 0
    assert store.exists(SHA256)
    _a_week_later(engine)
    # What is no picture after a week never will be one; a machine that draws nothing says nothing of the page.
    assert originals.give_up(engine, store, settings) == isinstance(error, BadPicture | PreviewsLate)


def test_a_page_that_is_always_late_is_waited_for_a_week(
    engine: Engine, store: FileStore, settings: Settings, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*_: object, **__: object) -> bytes:
        raise UnfinishedError("it was not drawn in time")

    monkeypatch.setattr(Sandbox, "draw", draw)
    with writing(engine) as session:  # the week begins when it is first late, not when it was read
        session.execute(update(Blob).values(read_at=now() - timedelta(days=400)))
    for _ in range(2):
        assert originals.give_up(engine, store, settings) == 0
    _a_week_later(engine)
    assert originals.give_up(engine, store, settings) == 1
    assert (town.blob().previews_sha256, town.blob().undrawn_since) == (None, None)


def test_pictures_and_words_lie_in_the_store_and_go_with_their_document(
    engine: Engine, store: FileStore, settings: Settings, town: Town
) -> None:
    no_room = replace(settings, previews_max_mb=0)
    assert originals.give_up(engine, store, no_room) == 1
    kept = town.blob().previews_sha256
    assert kept is not None
    previews.tidy(engine, no_room)
    assert Previews(settings).known() == []
    assert album.picture(store.path(kept), 1, PAGE)[8:12] == b"WEBP"
    assert [word.text for word in album.words(store.path(kept), 1)] == ["Datei", "what", "is", "written"]
    with pytest.raises(BadPicture):
        album.picture(store.path(kept), 2, PAGE)
    assert download.tidy(engine, store) == 0
    assert store.exists(kept)
    with writing(engine) as session:
        session.execute(update(File).values(blob_sha256=None))
    assert download.tidy(engine, store) == 1
    assert not store.exists(kept)


def test_an_older_album_gives_way(engine: Engine, store: FileStore, settings: Settings, town: Town) -> None:
    older = store.put([b"an older album"], 100).sha256
    with writing(engine) as session:
        session.execute(update(Blob).values(previews_sha256=older))
    assert originals.give_up(engine, store, settings) == 1
    assert (store.exists(older), store.exists(town.blob().previews_sha256 or "")) == (False, True)


def test_what_is_erased_while_it_is_drawn_leaves_no_album(
    engine: Engine, store: FileStore, settings: Settings, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, albums = type(store).put, list[str]()

    def meanwhile(self: FileStore, chunks: Iterable[bytes], max_bytes: int) -> Stored:
        with writing(engine) as session:
            session.execute(update(File).values(blob_sha256=None))
        download.tidy(engine, store)
        stored = put(self, chunks, max_bytes)
        albums.append(stored.sha256)
        return stored

    monkeypatch.setattr(type(store), "put", meanwhile)
    assert originals.give_up(engine, store, settings) == 0
    assert [store.exists(one) for one in albums] == [False]


def test_documents_that_look_alike_have_an_album_each() -> None:
    written = []
    for sha256 in ("0" * 64, "0" * 64, "1" * 64):
        file = io.BytesIO()
        assert album.write(file, sha256, [(1, b"the same", [PlacedWord("Anger", ((1, 2, 3, 4),))])]) == 1
        written.append(file.getvalue())
    assert (written[0] == written[1], written[0] == written[2]) == (True, False)


def test_a_disk_that_is_not_there_gives_nothing_up(
    engine: Engine, store: FileStore, settings: Settings, town: Town
) -> None:
    store.delete(SHA256)
    assert originals.give_up(engine, store, settings) == 0
    assert town.blob().dropped_at is None


def test_a_claim_that_comes_while_bytes_go_has_them_fetched_again(
    engine: Engine,
    store: FileStore,
    settings: Settings,
    town: Town,
    drawn: list[tuple[str, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delete = type(store).delete

    def meanwhile(self: FileStore, sha256: str) -> None:
        delete(self, sha256)
        with writing(engine) as session:
            session.execute(update(Blob).values(claim="documents:0/1"))

    monkeypatch.setattr(type(store), "delete", meanwhile)
    assert originals.give_up(engine, store, settings) == 0
    assert (town.fetch(), town.asked, store.exists(SHA256)) == (1, [None, None], True)
    assert town.blob().dropped_at is None


def test_no_store_is_asked_while_others_wait_to_write(
    engine: Engine,
    store: FileStore,
    settings: Settings,
    town: Town,
    drawn: list[tuple[str, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside, asked = [False], list[str]()

    @contextmanager
    def watched(engine: Engine) -> Iterator[Session]:
        with writing(engine) as session:
            inside[0] = True
            yield session
            inside[0] = False

    def watching(name: str) -> Callable[..., Any]:
        real = getattr(type(store), name)

        def method(self: FileStore, *arguments: Any) -> Any:
            assert not inside[0], name
            asked.append(name)
            return real(self, *arguments)

        return method

    for name in ("exists", "age", "delete", "path"):
        monkeypatch.setattr(type(store), name, watching(name))
    for module in (originals, download):
        monkeypatch.setattr(module, "writing", watched)
    with writing(engine) as session:
        session.execute(update(File).values(next_try=now()))
    town.fetch()
    assert originals.give_up(engine, store, settings) == 1
    with writing(engine) as session:
        session.execute(update(File).values(blob_sha256=None))
    assert download.tidy(engine, store, grace=timedelta(seconds=1)) == 1
    assert {"exists", "delete"} <= set(asked)


def test_a_file_that_comes_to_refer_to_bytes_while_they_go_has_them_fetched_again(
    engine: Engine, store: FileStore, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = type(store).delete

    def meanwhile(self: FileStore, sha256: str) -> None:
        delete(self, sha256)
        with writing(engine) as session:
            session.execute(update(File).values(blob_sha256=SHA256))

    with writing(engine) as session:
        session.execute(update(File).values(blob_sha256=None))
    monkeypatch.setattr(type(store), "delete", meanwhile)
    assert download.tidy(engine, store) == 0
    assert (town.fetch(), town.asked, store.exists(SHA256)) == (1, [None, None], True)
    assert town.blob().read_state is None
    assert extract.waiting(engine, store, QUIET, sandboxes=1) == 1
    with Session(engine) as session:
        assert "what is written" in session.scalars(select(Page.text)).one()


def test_news_of_bytes_that_are_lost_are_no_use(engine: Engine, store: FileStore, town: Town) -> None:
    store.delete(SHA256)
    for _ in range(2):
        with writing(engine) as session:
            session.execute(update(File).values(next_try=now()))
        town.fetch()
    assert (town.asked, store.exists(SHA256)) == ([None, '"1"', None], True)


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
