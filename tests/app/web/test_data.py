"""Everything to take away: listed truly, served whole and in parts, and nothing beside it."""

import gzip
import hashlib

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.config import Settings
from app.exports import publish
from tests.app.web.conftest import Town

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def published(engine: Engine, settings: Settings, town: Town) -> None:
    """Publish the town."""
    publish(engine, settings.exports, base_url=settings.base_url)


def test_it_says_so_while_nothing_is_published(client: FlaskClient) -> None:
    text = client.get("/data").text
    assert "Noch ist nichts veröffentlicht." in text
    assert client.get("/download/manifest.json").status_code == 404


def test_it_lists_what_can_be_downloaded_with_true_checksums(client: FlaskClient, published: None) -> None:
    text = client.get("/data").text
    files = client.get("/download/manifest.json").json["files"]  # type: ignore[index]
    assert files
    for file in files:
        assert f'href="/download/{file["path"]}"' in text
        answer = client.get(f"/download/{file['path']}")
        assert hashlib.sha256(answer.data).hexdigest() == file["sha256"]
        assert file["sha256"] in text
        assert len(gzip.decompress(answer.data).splitlines()) == file["rows"]
        assert answer.mimetype == "application/gzip"
        assert "Content-Encoding" not in answer.headers
        assert "attachment" in answer.headers["Content-Disposition"]


@ON_ONE
def test_it_serves_ranges_and_resumes(client: FlaskClient, published: None) -> None:
    whole = client.get("/download/SHA256SUMS")
    etag, content = whole.headers["ETag"], whole.data
    part = client.get("/download/SHA256SUMS", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, content[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(content)}"
    rest = client.get("/download/SHA256SUMS", headers={"Range": "bytes=20-", "If-Range": etag})
    assert (rest.status_code, rest.data) == (206, content[20:])
    changed = client.get("/download/SHA256SUMS", headers={"Range": "bytes=20-", "If-Range": '"another"'})
    assert (changed.status_code, changed.data) == (200, content)
    assert client.get("/download/SHA256SUMS", headers={"If-None-Match": etag}).status_code == 304
    beyond = client.get("/download/SHA256SUMS", headers={"Range": f"bytes={len(content) + 1}-"})
    assert beyond.status_code == 416
    for odd in ("bytes=0-3,8-11", "bytes=9-3", "lines=0-3", "bytes", "bytes=a-b"):
        answer = client.get("/download/SHA256SUMS", headers={"Range": odd})
        assert (answer.status_code, answer.data) == (200, content), odd
    head = client.head("/download/SHA256SUMS")
    assert (head.headers["Accept-Ranges"], head.headers["Content-Length"]) == ("bytes", str(len(content)))


@ON_ONE
def test_it_serves_nothing_beside_what_is_published(client: FlaskClient, published: None) -> None:
    for name in (
        "../ratslupe.db",
        "%2e%2e/ratslupe.db",
        "..%2fratslupe.db",
        "%2e%2e%2f%2e%2e%2fetc/passwd",
        "/etc/passwd",
        "..%5c..%5cratslupe.db",
        "musterstadt",
        "musterstadt/",
        ".lock",
        "current/../../ratslupe.db",
        "manifest.json%00",
        "a" * 300,
        "a/" * 3000 + "x",
    ):
        assert client.get(f"/download/{name}").status_code in (308, 404), name
