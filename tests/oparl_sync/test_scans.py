"""Pages that wait for the recogniser: some at a time, the newest first, none twice, none waited for in vain."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.documents import PageText, ocr
from app.files import open_store
from app.models import Blob, Change, File, Page
from oparl_sync import leases, scans
from oparl_sync.progress import Progress
from tests import factories

QUIET = Progress(quiet=True)


class Recogniser:
    """Stands in for the sandbox: does two pages in one go, and says which."""

    asked: list[tuple[str, list[int]]] = []  # noqa: RUF012 - one list for all, emptied by the fixture
    text = "Der Rat der Stadt beschließt die Satzung und nimmt den Bericht zur Kenntnis."

    def __init__(self, **_: object) -> None:
        """Take no heed of how it is confined."""

    def __enter__(self) -> "Recogniser":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""

    def recognise(self, document: Path, pages: Sequence[int]) -> dict[int, PageText]:
        self.asked.append((document.name, list(pages)))
        return {page: PageText(self.text, "ocr", 91) for page in pages[:2]}


@pytest.fixture(autouse=True)
def recogniser(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Recogniser]]:
    monkeypatch.setattr(scans, "Sandbox", Recogniser)
    monkeypatch.setattr(ocr, "installed", lambda: True)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    yield Recogniser
    Recogniser.asked.clear()


def save_scan(engine: Engine, settings: Settings, name: str, *methods: str, dated: date | None = None) -> str:
    """Store bytes of which these pages are known, and a file that refers to them."""
    blob = factories.blob(
        name.encode(), read_state="empty", read_reason="All pages are scans; text recognition follows."
    )
    open_store(settings.files_url).put([name.encode()], max_bytes=1000)
    pages = [
        Page(sha256=blob.sha256, number=number, text="", method=method) for number, method in enumerate(methods, 1)
    ]
    factories.save(engine, blob, pages, factories.file(blob_sha256=blob.sha256, date=dated))
    return blob.sha256


def recognise(engine: Engine, settings: Settings) -> int:
    return scans.waiting(engine, open_store(settings.files_url), settings, QUIET)


def pages_of(engine: Engine, sha256: str) -> list[tuple[str, str | None, int | None]]:
    with Session(engine) as session:
        rows = session.scalars(select(Page).where(Page.sha256 == sha256).order_by(Page.number))
        return [(row.text, row.method, row.confidence) for row in rows]


def blob_of(engine: Engine, sha256: str) -> Blob:
    with Session(engine) as session:
        return session.scalars(select(Blob).where(Blob.sha256 == sha256)).one()


def texts_told(engine: Engine) -> list[list[str] | None]:
    with Session(engine) as session:
        return [row.fields for row in session.scalars(select(Change).order_by(Change.seq))]


DONE = (Recogniser.text, "ocr", 91)


def test_it_recognises_what_waits_and_says_so_once(engine: Engine, settings: Settings) -> None:
    factories.save(engine, factories.source())
    sha256 = save_scan(engine, settings, "a", "scan", "garbled", "scan", "scan", "scan")
    assert scans.is_owed(engine)
    assert recognise(engine, settings) == 5
    assert pages_of(engine, sha256) == [DONE] * 5
    assert [numbers for _, numbers in Recogniser.asked] == [[1, 2, 3, 4, 5], [3, 4, 5], [5]]
    blob = blob_of(engine, sha256)
    assert (blob.read_state, blob.read_reason, blob.language, blob.facts_version) == ("ok", None, "de", None)
    assert texts_told(engine) == [["text"]]
    assert not scans.is_owed(engine)
    assert recognise(engine, settings) == 0
    assert texts_told(engine) == [["text"]]


def test_it_leaves_pages_that_were_read_as_they_are(engine: Engine, settings: Settings) -> None:
    factories.save(engine, factories.source())
    sha256 = save_scan(engine, settings, "a", "pdfium", "scan")
    recognise(engine, settings)
    assert pages_of(engine, sha256) == [("", "pdfium", None), DONE]


def test_the_newest_comes_first(engine: Engine, settings: Settings) -> None:
    factories.save(engine, factories.source())
    old = save_scan(engine, settings, "old", "scan", dated=date(2020, 1, 1))
    new = save_scan(engine, settings, "new", "scan", dated=date(2026, 1, 1))
    recognise(engine, settings)
    assert [name for name, _ in Recogniser.asked] == [new, old]


def test_it_stops_when_it_is_enough_and_goes_on_where_it_was(engine: Engine, settings: Settings) -> None:
    factories.save(engine, factories.source())
    sha256 = save_scan(engine, settings, "a", *["scan"] * 5)
    store = open_store(settings.files_url)
    assert scans.waiting(engine, store, settings, QUIET, enough=lambda: bool(Recogniser.asked)) == 2
    assert [method for _, method, _ in pages_of(engine, sha256)] == ["ocr", "ocr", "scan", "scan", "scan"]
    assert blob_of(engine, sha256).read_state == "empty"
    assert texts_told(engine) == []
    assert recognise(engine, settings) == 3
    assert texts_told(engine) == [["text"]]


def test_bytes_that_are_missing_are_not_asked_for_for_ever(engine: Engine, settings: Settings) -> None:
    factories.save(engine, factories.source())
    gone, here = save_scan(engine, settings, "gone", "scan"), save_scan(engine, settings, "here", "scan")
    open_store(settings.files_url).delete(gone)
    assert recognise(engine, settings) == 1
    assert pages_of(engine, here) == [DONE]
    assert scans.is_owed(engine)


@pytest.mark.parametrize("values", [{"claim": "documents:0/1"}, {"dropped_at": now()}])
def test_it_leaves_alone_what_others_read_and_what_is_not_kept(
    engine: Engine, settings: Settings, values: dict[str, object]
) -> None:
    factories.save(engine, factories.source())
    save_scan(engine, settings, "a", "scan")
    with writing(engine) as session:
        session.execute(update(Blob).values(**values))
    assert recognise(engine, settings) == 0
    assert not scans.is_owed(engine)


def test_what_no_file_refers_to_waits_in_vain(engine: Engine, settings: Settings) -> None:
    factories.save(engine, factories.source())
    save_scan(engine, settings, "a", "scan")
    with writing(engine) as session:
        session.execute(update(File).values(deleted=True))
    assert not scans.is_owed(engine)


def test_one_worker_does_it_at_a_time(engine: Engine, settings: Settings) -> None:
    factories.save(engine, factories.source())
    save_scan(engine, settings, "a", "scan")
    with leases.held(engine, settings.home, "scans"):
        assert recognise(engine, settings) == 0
    assert recognise(engine, settings) == 1


def test_where_nothing_is_installed_nothing_is_owed(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.save(engine, factories.source())
    save_scan(engine, settings, "a", "scan")
    monkeypatch.setattr(ocr, "installed", lambda: False)
    assert not scans.is_owed(engine)
    assert recognise(engine, settings) == 0


def test_a_document_that_was_cut_short_is_not_called_whole(engine: Engine, settings: Settings) -> None:
    factories.save(engine, factories.source())
    sha256 = save_scan(engine, settings, "a", "scan")
    with writing(engine) as session:
        session.execute(update(Blob).values(read_state="partly", read_reason="Reading takes too long after page 1."))
    recognise(engine, settings)
    assert blob_of(engine, sha256).read_state == "partly"
