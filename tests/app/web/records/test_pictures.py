"""Pages as pictures, and originals: who gets them, from where, and for how long."""

import io
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, update

from app.config import Settings, SettingsError
from app.db import now, writing
from app.documents import album, ocr
from app.documents.picture import BadPicture, PlacedWord
from app.documents.preview_cache import Previews, PreviewsBusy
from app.files import FileStore, StoreDown, open_store
from app.files.folder import FolderStore
from app.models import Blob, File, Page
from app.web import create_app
from app.web.marking import places_of
from app.web.passages import Hits, paragraphs
from app.web.site import AN_HOUR, EXTENSION
from search import Marker, Segment, parse_query
from tests import factories
from tests.app.documents import samples
from tests.app.web.records.test_files import stored
from tests.app.web.records.test_papers import Read, plain

PDF = samples.pdf(["Tempo 30 am Anger"], ["Der Anger, zweite Seite"])


@pytest.fixture
def file(engine: Engine, settings: Settings) -> File:
    """Give a PDF of two pages that is shown, in a paper."""
    factories.save(engine, factories.source(), factories.body())
    return stored(engine, settings, PDF)


def test_a_page_is_a_picture_that_is_asked_about_again(client: FlaskClient, file: File) -> None:
    answer = client.get(f"/files/{file.key}/page/1.webp")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert answer.data[8:12] == b"WEBP"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    kept = answer.headers["Cache-Control"]
    assert "max-age=300" in kept
    assert "must-revalidate" in kept
    assert "immutable" not in kept
    again = client.get(f"/files/{file.key}/page/1.webp", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert len(client.get(f"/files/{file.key}/page/1.webp?w=160").data) < len(answer.data)


def test_the_words_that_are_looked_for_are_marked_where_they_stand(client: FlaskClient, file: File) -> None:
    answer = client.get(f"/files/{file.key}/page/1.svg?q=anger")
    assert answer.mimetype == "image/svg+xml"
    assert answer.data.count(b"<rect") == 1
    listed = client.get(f"/files/{file.key}/page/1.svg?q=anger&w=160")
    assert (listed.data.count(b"<rect"), listed.data == answer.data) == (1, False)  # wider, to be seen at all
    assert client.get(f'/files/{file.key}/page/1.svg?q="').data.count(b"<rect") == 0
    assert client.get(f"/files/{file.key}/page/1.svg").data.count(b"<rect") == 0


@pytest.mark.parametrize(
    "rest", ["page/0.webp", "page/2.webp", "page/99999999999.webp", "page/1.webp?w=161", "page/-1.webp", "page/1.png"]
)
def test_there_are_no_other_pictures(client: FlaskClient, file: File, rest: str) -> None:
    assert client.get(f"/files/{file.key}/{rest}").status_code == 404


@pytest.mark.parametrize(
    ("columns", "status"),
    [({"deleted": True}, 410), ({"fetch_state": "waiting"}, 404), ({"embedded": True}, 404)],
)
def test_what_is_not_shown_has_no_pictures_whatever_a_browser_kept(
    engine: Engine, client: FlaskClient, file: File, columns: dict[str, Any], status: int
) -> None:
    seen = client.get(f"/files/{file.key}/page/1.webp")
    with writing(engine) as session:
        session.execute(update(File).where(File.id == file.id).values(**columns))
    for name in ("1.webp", "1.svg"):
        answer = client.get(f"/files/{file.key}/page/{name}", headers={"If-None-Match": seen.headers["ETag"]})
        assert answer.status_code == status
        assert answer.mimetype == "text/html"


def test_only_what_has_pages_has_pictures(engine: Engine, settings: Settings, read: Read, client: FlaskClient) -> None:
    file = stored(engine, settings, b"PK", media_type="application/vnd.oasis.opendocument.text")
    assert client.get(f"/files/{file.key}/page/1.webp").status_code == 404
    assert "/page/1.webp" not in read(f"/files/{file.key}")


@pytest.mark.parametrize(("error", "status"), [(PreviewsBusy("all wait"), 503), (BadPicture("no"), 404)])
def test_the_text_is_there_without_its_picture(
    client: FlaskClient, engine: Engine, file: File, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fail(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(Previews, "picture", fail)
    answer = client.get(f"/files/{file.key}/page/1.webp")
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
    listed = client.get(f"/files/{file.key}/page/1.webp?w=160")
    assert (listed.status_code, listed.mimetype) == (status, "image/svg+xml")  # a blank sheet, no broken image
    assert listed.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in listed.headers) == (status == 503)
    factories.save(engine, factories.page(file.blob_sha256 or "", text="Tempo 30 am Anger"))
    assert "Tempo 30 am Anger" in client.get(f"/files/{file.key}").get_data(as_text=True)


def test_what_another_machine_erased_is_forgotten_here_too(
    app: Flask, client: FlaskClient, settings: Settings, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = app.extensions[EXTENSION]

    def drawn(content: bytes) -> Path:
        picture = settings.previews / factories.blob(content).sha256 / "1-1-1000.webp"
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(b"")
        return picture.parent

    def sweep(_: FolderStore) -> int:
        swept.append(True)
        return 0

    swept: list[bool] = []
    monkeypatch.setattr(FolderStore, "sweep", sweep)
    kept, gone, later = drawn(PDF), drawn(b"erased"), b"erased later"
    client.get(f"/files/{file.key}/original").close()
    here.settle()
    assert (kept.exists(), gone.exists(), swept) == (True, False, [True])
    client.get(f"/files/{file.key}/page/1.webp")
    still = drawn(later)
    client.get(f"/files/{file.key}/page/2.webp")
    here.settle()
    assert (still.exists(), swept) == (True, [True])  # an hour has not gone by
    monkeypatch.setattr("app.web.site.monotonic", lambda: time.monotonic() + AN_HOUR)
    client.get("/files/0123456789abc/page/1.webp")
    here.settle()
    assert (kept.exists(), still.exists(), swept) == (True, False, [True, True])


def test_the_words_of_a_scan_are_marked_where_they_are_seen_but_not_in_a_list(
    engine: Engine, client: FlaskClient, file: File
) -> None:
    with writing(engine) as session:
        session.execute(update(Page).where(Page.sha256 == file.blob_sha256).values(method="ocr"))
    whole = client.get(f"/files/{file.key}/page/1.svg?q=anger")
    listed = client.get(f"/files/{file.key}/page/1.svg?q=anger&w=160")

    assert whole.data.count(b"<rect") == (1 if ocr.installed() else 0)
    assert listed.data.count(b"<rect") == 1  # as it is written in the file


def test_no_reader_waits_for_the_tidying_or_fails_with_it(
    app: Flask, client: FlaskClient, file: File, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answered = Event()

    def known(_: Previews) -> list[str]:
        answered.wait(30)
        raise PermissionError("the folder can only be read")

    monkeypatch.setattr(Previews, "known", known)
    assert client.get(f"/files/{file.key}/page/1.webp").status_code == 200
    answered.set()
    app.extensions[EXTENSION].settle()
    assert "the folder can only be read" in caplog.text


def test_pages_of_what_was_given_up_come_from_the_store(
    engine: Engine, settings: Settings, client: FlaskClient, read: Read, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = client.get(f"/files/{file.key}/page/1.webp").data
    store, sha256 = open_store(settings.files_url), file.blob_sha256 or ""
    album_of(engine, store, sha256, [(1, seen, [PlacedWord("Anger", ((1, 2, 3, 4),))])])
    store.delete(sha256)
    shutil.rmtree(settings.previews)
    for width in ("", "?w=160"):
        answer = client.get(f"/files/{file.key}/page/1.webp{width}")
        assert (answer.status_code, answer.data) == (200, seen)
    assert client.get(f"/files/{file.key}/page/1.svg?q=anger").data.count(b"<rect") == 1
    assert client.get(f"/files/{file.key}/page/1.svg?q=tempo").data.count(b"<rect") == 0

    def down(*_: object) -> Path:
        raise StoreDown("the bucket does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(FolderStore, "path", down)
        assert client.get(f"/files/{file.key}/page/1.webp").status_code == 503
    factories.save(engine, factories.page(sha256, text="Tempo 30 am Anger"))
    with monkeypatch.context() as patched:
        patched.setattr(album, "PAGES", 0)
        assert "/page/1.webp" not in read(f"/files/{file.key}")  # a later page than those that are kept
    assert "/page/1.webp" in read(f"/files/{file.key}?page=1")
    for wrong in (b"no album", b"RIFF"):
        album_of(engine, store, sha256, [(1, wrong, [])])
        assert client.get(f"/files/{file.key}/page/1.webp").status_code == 404
    store.delete(album_of(engine, store, sha256, []))
    assert client.get(f"/files/{file.key}/page/1.webp").status_code == 404


def album_of(engine: Engine, store: FileStore, sha256: str, pages: list[album.Drawn]) -> str:
    """Give a document up, and keep these pages of it; returns the name of what holds them."""
    held = io.BytesIO()
    album.write(held, sha256, pages)
    kept = store.put([held.getvalue()], 10**6).sha256
    with writing(engine) as session:
        session.execute(update(Blob).values(dropped_at=now(), previews_sha256=kept))
    return kept


def test_a_page_says_how_its_text_was_obtained(engine: Engine, read: Read) -> None:
    for method, confidence, words in (
        ("ocr", 87, "Von einem Programm erkannt, das sich zu 87 % sicher ist"),
        ("pdfium", None, "Aus dem PDF"),
        ("docx", None, "Aus der Word-Datei"),
    ):
        rows = factories.read_file(f"Text {method}")
        rows[1].language, rows[2].method, rows[2].confidence = "en", method, confidence
        factories.save(engine, rows)
        page = read(f"/files/{rows[0].key}")
        assert words in plain(page)
        assert '<div class="rl-page__text" lang="en">' in page
        assert ("Verbindlich ist das Original." in plain(page)) == (method == "ocr")


def test_an_empty_office_file_is_called_no_scan(engine: Engine, settings: Settings, read: Read) -> None:
    factories.save(engine, factories.source(), factories.body())
    file = stored(engine, settings, b"PK", media_type="application/zip", name="Leer")
    with writing(engine) as session:
        session.execute(update(Blob).values(read_state="empty"))
    for path in ("/files?state=empty", f"/files/{file.key}", "/status"):
        page = plain(read(path))
        assert "Scan" not in page, path
        assert "enthält keinen Text" in page or path != "/files?state=empty"


class TestFilesOrigin:
    """Where originals are looked at, there is nothing else."""

    @pytest.fixture
    def there(self, settings: Settings, file: File) -> Iterator[FlaskClient]:
        origin = {"BASE_URL": "https://site.example", "FILES_ORIGIN": "https://files.example"}
        app: Flask = create_app(Settings.embedded(settings.home, **origin))
        yield app.test_client()
        app.extensions[EXTENSION].close()

    def test_a_pdf_opens_there_and_is_saved_here(self, there: FlaskClient, file: File) -> None:
        path = f"/files/{file.key}/original"
        shown = there.get(path, base_url="https://files.example")
        saved = there.get(path, base_url="https://site.example")
        assert shown.data == saved.data == PDF
        assert shown.headers["Content-Disposition"].startswith("inline;")
        assert saved.headers["Content-Disposition"].startswith("attachment;")
        assert "sandbox" in shown.headers["Content-Security-Policy"]
        assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
        part = there.get(path, base_url="https://files.example", headers={"Range": "bytes=0-3"})
        assert (part.status_code, part.data) == (206, b"%PDF")
        head = there.head(path, base_url="https://files.example")
        assert (head.status_code, head.data, head.content_length) == (200, b"", len(PDF))
        for one in (shown, saved, part, head):
            one.close()
        page = there.get(f"/files/{file.key}", base_url="https://site.example").get_data(as_text=True)
        assert f'href="https://files.example{path}#page=1"' in page

    def test_nothing_else_is_there(self, there: FlaskClient, file: File) -> None:
        for path in ("/", f"/files/{file.key}", f"/files/{file.key}/page/1.webp", "/healthz", "/?lang=en", "/nowhere"):
            answer = there.get(path, base_url="https://FILES.example")
            assert (answer.status_code, answer.data) == (404, b""), path
            assert "Set-Cookie" not in answer.headers

    @pytest.mark.parametrize(
        "origin",
        [
            *("files.example", "ftp://files.example", "https://files.example/x", "https://a@files.example", "https://"),
            *("https://site.example", "https://site.example:8443", "https://files.example?x"),
        ],
    )
    def test_it_must_be_another_host(self, settings: Settings, origin: str) -> None:
        with pytest.raises(SettingsError, match="FILES_ORIGIN"):
            Settings.embedded(settings.home, BASE_URL="https://site.example", FILES_ORIGIN=origin)

    def test_so_many_megabytes_are_a_number(self, settings: Settings) -> None:
        assert Settings.embedded(settings.home, PREVIEWS_MAX_MB="5").previews_max_mb == 5
        with pytest.raises(SettingsError, match="PREVIEWS_MAX_MB"):
            Settings.embedded(settings.home, PREVIEWS_MAX_MB="-1")


def test_hits_are_counted_through_the_file() -> None:
    pages = ((2, 2), (5, 1), (9, 3))
    assert (Hits.of(pages, 5, 0).now, Hits.of(pages, 5, 3).now, Hits.of(pages, 5, 99).now) == (3, 3, 3)
    assert (Hits.of(pages, 9, 5).previous, Hits.of(pages, 9, 5).next) == ((4, 9), (6, 9))
    assert (Hits.of(pages, 2, 0).previous, Hits.of(pages, 2, 2).next) == (None, (3, 5))
    assert (Hits.of(pages, 9, 6).next, Hits.of(pages, 9, 6).total) == (None, 6)
    between = Hits.of(pages, 7, 0)
    assert (between.now, between.previous, between.next) == (0, (3, 5), (4, 9))
    assert (Hits().previous, Hits().next) == (None, None)


def test_blank_lines_part_paragraphs_and_marks_do_not() -> None:
    text = Segment(" drei\n \n\nvier\nfünf\n\n")
    segments = (Segment("Eins "), Segment("zwei", marked=True), text, Segment("x", marked=True))
    found = paragraphs(segments, Hits(((1, 2),), 0, 2, 1))
    pieces = [[piece[:2] for piece in one.pieces] for one in found]
    assert pieces == [
        [("Eins ", 0), ("zwei", 1), (" drei", 0)],
        [("vier", 0)],
        [("fünf", 0)],
        [("x", 2)],
    ]
    assert [one.holds(1) for one in found] == [True, False, False, False]
    assert [one.apart for one in found] == [True, True, False, True]
    assert paragraphs([Segment(" \n\n ")], Hits()) == []


def test_every_word_of_a_phrase_is_marked() -> None:
    words = [PlacedWord(text, ((0, 0, 1, 1),)) for text in ("Die", "Straße", "Am", "Anger", "ist", "am", "Rand")]
    marker = Marker(parse_query('"am anger"'))
    assert [word.text for word in places_of(marker, words)] == ["Am", "Anger"]
    assert places_of(None, words) == places_of(marker, []) == []
