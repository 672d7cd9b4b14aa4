"""Everything to take away: listed truly, served whole and in parts, and nothing beside it."""

import gzip
import hashlib
from html import unescape
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.config import Settings
from app.exports import Manifest, layout, publish
from app.exports.signing import SigningKey
from tests import factories as make
from tests.app.web.conftest import Town, once_built

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def published(engine: Engine, settings: Settings, town: Town, kept_homes: Path) -> None:
    """Publish the town."""

    def build() -> None:
        publish(engine, settings.exports, base_url=settings.base_url)

    once_built(kept_homes, engine, settings, build)


def test_it_says_so_while_nothing_is_published(client: FlaskClient) -> None:
    text = client.get("/data").text
    assert "Noch ist nichts veröffentlicht." in text
    assert client.get("/download/manifest.json").status_code == 404


def test_it_lists_what_can_be_downloaded_with_true_checksums(client: FlaskClient, published: None) -> None:
    text = client.get("/data").text
    files = client.get("/download/manifest.json").json["files"]  # type: ignore[index]
    assert {file["format"] for file in files} >= {"ndjson", "csv", "sqlite", "parquet"}
    for file in files:
        assert f'href="/download/{file["path"]}"' in text
        answer = client.get(f"/download/{file['path']}")
        assert hashlib.sha256(answer.data).hexdigest() == file["sha256"]
        assert file["sha256"] in text
        if file["format"] == "ndjson":
            assert len(gzip.decompress(answer.data).splitlines()) == file["rows"]
        assert answer.mimetype == file["media_type"]
        assert "Content-Encoding" not in answer.headers
        assert "attachment" in answer.headers["Content-Disposition"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_it_says_how_to_verify_and_sends_the_key(client: FlaskClient, published: None, settings: Settings) -> None:
    key = SigningKey.kept_in(settings.home)
    text = unescape(client.get("/data").text)
    assert key.allowed_signers.strip() in text
    assert key.fingerprint in text
    answer = client.get("/.well-known/ratslupe-allowed-signers")
    assert (answer.text, answer.mimetype) == (key.allowed_signers, "text/plain")


@ON_ONE
def test_the_latest_is_a_way_to_the_version_of_a_day(client: FlaskClient, published: None) -> None:
    generation = client.get("/download/manifest.json").json["generation"]  # type: ignore[index]
    answer = client.get("/download/latest/all/Paper.ndjson.gz")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/download/{generation}/all/Paper.ndjson.gz")
    assert "no-cache" in answer.headers["Cache-Control"]
    assert client.get(answer.headers["Location"]).status_code == 200
    assert client.get("/download/latest/nothing").status_code == 404
    assert client.get("/download/").headers["Location"] == "/data"


@ON_ONE
def test_what_is_gone_is_said_to_be_gone_with_what_to_take(
    client: FlaskClient, published: None, engine: Engine, settings: Settings
) -> None:
    old = client.get("/download/manifest.json").json["generation"]  # type: ignore[index]
    paper = make.paper(name="Neu dazu")
    make.save(engine, paper, make.change(paper, "created"))
    new = publish(engine, settings.exports, base_url=settings.base_url)
    listed = client.get("/download/versions.json").json
    assert [one["generation"] for one in listed["versions"]] == [old, new.generation]  # type: ignore[index]
    assert [one["since"] for one in listed["deltas"]] != []  # type: ignore[index]
    assert client.get(f"/download/deltas/{new.generation}/manifest.json").status_code == 200
    (settings.exports / "closed").mkdir(exist_ok=True)
    (settings.exports / "closed" / old).touch()
    answer = client.get(f"/download/{old}/manifest.json")
    instead = f"{settings.base_url}/download/{new.generation}/manifest.json"
    assert (answer.status_code, answer.headers["Link"]) == (410, f'<{instead}>; rel="latest-version"')
    assert instead in answer.text
    assert client.get("/download/2020-01-01/manifest.json").status_code == 404


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
        "2026-11-21.r" + "1" * 300 + "/x",
        "deltas/2026-11-21.r" + "1" * 300 + "/x",
        "a/" * 3000 + "x",
    ):
        assert client.get(f"/download/{name}").status_code in (308, 404), name


@ON_ONE
def test_what_goes_while_it_is_asked_for_is_no_fault(
    client: FlaskClient, published: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.pages.data.path_of", lambda directory, _name: directory / "went.gz")
    assert client.get("/download/musterstadt/went.gz").status_code == 404


@ON_ONE
def test_old_versions_are_listed_without_their_files_being_read(
    client: FlaskClient, published: None, engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.save(engine, paper := make.paper(), make.change(paper, "created"))
    publish(engine, settings.exports, base_url=settings.base_url)
    read: list[int] = []
    real = Manifest.from_json

    def reading(text: bytes) -> Manifest:
        read.append(len(text))
        return real(text)

    monkeypatch.setattr(Manifest, "from_json", reading)
    layout._parsed.cache_clear()
    assert client.get("/data").status_code == client.get("/download/versions.json").status_code == 200
    assert len(read) == 1  # the current one


def test_a_citation_names_the_checksum_of_the_manifest(client: FlaskClient, published: None) -> None:
    content = client.get("/download/manifest.json").data
    name = orjson.loads(content)["generation"]
    address = f"http://portal.example/download/{name}/manifest.json"
    assert client.get(f"/download/{name}/manifest.json").data == content
    assert f"Ratslupe, {name}, {address}, SHA-256 {hashlib.sha256(content).hexdigest()}" in client.get("/data").text
