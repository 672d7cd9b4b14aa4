"""Bytes that cannot be had: not there, or only not now."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.config import Settings
from app.files import FileMissing, StoreDown, StoreFull
from app.files.folder import FolderStore
from tests import factories
from tests.app.documents import samples
from tests.app.web.records.test_files import stored


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (FileMissing("x"), 404),
        (StoreDown("x"), 503),
        (StoreFull("no space left"), 503),
        (PermissionError(13, "x"), 503),
    ],
)
def test_it_says_whether_to_try_again(
    client: FlaskClient,
    engine: Engine,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
) -> None:
    def fail(*_: object) -> Path:
        raise error

    factories.save(engine, factories.source(), factories.body())
    file = stored(engine, settings, samples.pdf(["Tempo 30"]))
    monkeypatch.setattr(FolderStore, "path", fail)
    for address in ("original", "page/1.webp"):
        assert client.get(f"/files/{file.key}/{address}").status_code == status
