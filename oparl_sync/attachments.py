"""The documents that came along in a zip: found for the Files that name them, and kept as if they had been fetched."""

import hashlib
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from posixpath import basename, normpath
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db import Writer
from app.files import FileStore, FileTooLarge
from app.models import Blob, File
from app.models.files import FAILED, FETCHED, WAITING
from oparl_sync import download
from oparl_sync.bundles import BROKEN, Bundle
from oparl_sync.due_files import COMMIT_EVERY
from oparl_sync.one_file import MAX_FILE, Outcome
from oparl_sync.progress import Progress

PIECE = 1024 * 1024
NOT_THERE = "It was not in the file that was handed over."


def keep(
    engine: Engine, writing: Writer, source_id: int, bundle: Bundle, store: FileStore, progress: Progress
) -> tuple[int, list[str]]:
    """Keep the attachments that Files of this source name; returns how many are new, and what is damaged."""
    columns = (File.id, File.access_url, File.download_url, File.file_name, File.sha512_checksum, File.fetch_state)
    mine = select(*columns, File.attempts, File.blob_sha256, Blob.dropped_at)
    mine = mine.outerjoin(Blob, Blob.sha256 == File.blob_sha256)
    mine = mine.where(File.source_id == source_id, File.deleted.is_(False))
    with Session(engine) as session:
        rows = session.execute(mine.order_by(File.id)).all()
    shelf = _Shelf(bundle, rows)
    kept, failures = 0, list[str]()
    with progress.step("Keeping attachments", len(rows), unit="files") as step:
        for start in range(0, len(rows), COMMIT_EVERY):
            batch = rows[start : start + COMMIT_EVERY]
            outcomes: dict[str, Outcome] = {}
            for row in batch:
                outcome = _outcome(bundle, shelf, store, row)
                if outcome is not None:
                    outcomes[row.id] = outcome
            failures += [f"{k}: {one.reason}" for k, one in outcomes.items() if one.reason and one.reason != NOT_THERE]
            kept += sum(one.state == FETCHED for one in outcomes.values())
            step.advance(len(batch))
            if outcomes:
                download.keep(writing, store, source_id, outcomes, {row.id: row for row in batch})
    return kept, failures


def _outcome(bundle: Bundle, shelf: "_Shelf", store: FileStore, row: Any) -> Outcome | None:
    """Return what became of a File, None where nothing changed or its own address has to be asked."""
    info = shelf.find(row)
    if info is None:
        lost = row.fetch_state == WAITING and not any(_is_remote(url) for url in (row.access_url, row.download_url))
        return Outcome(FAILED, NOT_THERE) if lost else None
    try:
        stored = store.put(_pieces(bundle, info), MAX_FILE)
    except (*BROKEN, RuntimeError, FileTooLarge) as error:
        return Outcome(FAILED, f"{info.filename} is damaged or too large: {error}")
    if row.fetch_state == FETCHED and row.blob_sha256 == stored.sha256 and row.dropped_at is None:
        return None
    return Outcome(FETCHED, None, stored.sha256, stored.size)


class _Shelf:
    """Attachments, found by path, by checksum, or by a name that only one of them and only one File has."""

    def __init__(self, bundle: Bundle, rows: Sequence[Any]) -> None:
        self._bundle = bundle
        self._by_path = bundle.attachments
        names = Counter(basename(name) for name in self._by_path)
        self._by_name = {basename(name): info for name, info in self._by_path.items() if names[basename(name)] == 1}
        self._stated = Counter(name for row in rows for name in {*_names(row)})
        self._by_checksum: dict[str, zipfile.ZipInfo] | None = None

    def find(self, row: Any) -> zipfile.ZipInfo | None:
        for url in (row.access_url, row.download_url):
            if url and not _is_remote(url):
                path = normpath(unquote(url.partition("#")[0])).lstrip("/")
                for name in (path, f"files/{path}"):
                    if name in self._by_path:
                        return self._by_path[name]
        if (checksum := _checksum(row)) and (found := self._checksums().get(checksum)):
            return found
        for name in _names(row):
            if self._stated[name] == 1 and name in self._by_name:
                return self._by_name[name]
        return None

    def _checksums(self) -> dict[str, zipfile.ZipInfo]:
        """Read every attachment once, the first time that a checksum is asked for."""
        if self._by_checksum is None:
            self._by_checksum = {}
            for info in self._by_path.values():
                digest = hashlib.sha512()
                try:
                    for piece in _pieces(self._bundle, info):
                        digest.update(piece)
                except (*BROKEN, RuntimeError):
                    continue  # told of when a File asks for it by name
                self._by_checksum[digest.hexdigest()] = info
        return self._by_checksum


def _pieces(bundle: Bundle, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with bundle.open(info) as file:
        while piece := file.read(PIECE):
            yield piece


def _names(row: Any) -> list[str]:
    """Return the names under which a File may lie in the zip, the surest first."""
    paths = [unquote(urlsplit(url).path) for url in (row.access_url, row.download_url) if url and _is_remote(url)]
    return list(dict.fromkeys(name for name in (row.file_name, *map(basename, paths)) if name))


def _checksum(row: Any) -> str:
    return (row.sha512_checksum or "").strip().lower()


def _is_remote(url: str | None) -> bool:
    return bool(url) and str(url).lower().startswith(("http://", "https://"))
