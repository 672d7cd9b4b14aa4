"""Large files whose connection breaks: the rest alone is asked for, and two versions are never joined."""

import hashlib
import random
import re
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.files import FileStore, open_store
from app.models import File
from oparl_sync import download, one_file, parts
from oparl_sync.progress import Progress
from tests.oparl_sync.council import SERVER, Council, save, thing, url

QUIET = Progress(quiet=True)
MIB = 1024 * 1024
SENT = {"date": format_datetime(now(), usegmt=True), "last-modified": "Mon, 01 Jun 2026 12:00:00 GMT"}
OLD, NEW = (random.Random(seed).randbytes(3 * MIB) for seed in (1, 2))
ADDRESS = f"{SERVER}/files/1"


class Server:
    """Has one file, and breaks off after so many bytes of each answer; how it deals with ranges a test says."""

    def __init__(self, content: bytes = OLD, *cuts: int, **headers: str) -> None:
        self.content, self.cuts, self.headers = content, list(cuts), {"etag": '"1"', **SENT, **headers}
        self.ranges: list[str | None] = []
        self.understands = True  # ranges
        self.heeds = True  # If-Range

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.ranges.append(request.headers.get("range"))
        start, headers = 0, {name: value for name, value in self.headers.items() if value}
        same = request.headers.get("if-range") in (headers.get("etag"), headers.get("last-modified"))
        if self.understands and self.ranges[-1] and (same or not self.heeds):
            start = int(re.findall(r"\d+", self.ranges[-1])[0])
            if start >= len(self.content):
                return httpx.Response(416)
            headers["content-range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        body = self.content[start:]
        headers["content-length"] = str(len(body))
        cut = self.cuts.pop(0) if self.cuts else None
        return httpx.Response(206 if start else 200, headers=headers, content=_breaking(body, cut))


def _breaking(body: bytes, cut: int | None) -> Iterator[bytes]:
    end = len(body) if cut is None else cut
    for offset in range(0, end, 65536):
        yield body[offset : min(offset + 65536, end)]
    if cut is not None:
        raise httpx.ReadError("connection reset")


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return open_store(f"file://{tmp_path}/files")


@pytest.fixture
def fetched(engine: Engine, session: Session, store: FileStore) -> "Fetched":
    return Fetched(engine, session, store)


class Fetched:
    """Fetches what a server has, once, and says what came of it."""

    def __init__(self, engine: Engine, session: Session, store: FileStore) -> None:
        self.engine, self.session, self.store = engine, session, store

    def __call__(self, server: Server) -> str | None:
        council = Council()
        council.answers[ADDRESS] = server
        with Session(self.engine) as session:
            known = session.get(File, url("File")) is not None
        if not known:
            save(self.engine, [thing("File", 1, accessUrl=ADDRESS)], "File")
        with writing(self.engine) as session:
            session.execute(update(File).values(next_try=None))
        download.missing(self.engine, council.source(self.engine).id, council.client(), self.store, QUIET)
        self.session.rollback()
        row = self.session.scalars(select(File)).one()
        return row.blob_sha256 if row.fetch_state == "fetched" else None

    def parts(self) -> list[Path]:
        return list(self.store.scratch.glob(".tmp-*"))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_it_asks_for_the_rest_at_once(fetched: Fetched) -> None:
    server = Server(OLD, 2 * MIB, MIB // 2)
    assert fetched(server) == sha256(OLD)
    assert server.ranges == [None, f"bytes={2 * MIB}-", f"bytes={2 * MIB + MIB // 2}-"]
    assert fetched.parts() == []


def test_it_goes_on_the_next_time(fetched: Fetched) -> None:
    server = Server(OLD, MIB, 1, 1)
    assert fetched(server) is None
    assert fetched(server) == sha256(OLD)
    assert server.ranges[-1] == f"bytes={MIB + 2}-"
    assert fetched.parts() == []


def test_it_goes_on_after_a_kill_at_the_last_byte(fetched: Fetched) -> None:
    server = Server(OLD, 3 * MIB)
    assert fetched(server) == sha256(OLD)
    assert server.ranges[-1] == f"bytes={3 * MIB - 1}-"


@pytest.mark.parametrize(("heeds", "etag"), [(True, '"2"'), (False, '"2"'), (False, ""), (False, '"1"')])
def test_it_never_joins_two_versions(fetched: Fetched, heeds: bool, etag: str) -> None:
    """Also where the server ignores If-Range, names no version, or calls a longer one by the same name."""
    fetched(Server(OLD, MIB, 0, 0))
    server = Server(NEW + b"longer", etag=etag)
    server.heeds = heeds
    assert fetched(server) == sha256(NEW + b"longer")
    assert fetched.parts() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"etag": 'W/"1"', "last-modified": ""},
        {"etag": "", "last-modified": ""},
        {"etag": "", "last-modified": SENT["date"]},
        {"etag": "", "date": ""},
        {"accept-ranges": "none"},
    ],
    ids=["weak", "none", "just-modified", "no-clock", "no-ranges"],
)
def test_it_asks_for_the_whole_where_nothing_names_the_version(fetched: Fetched, headers: dict[str, str]) -> None:
    server = Server(OLD, MIB, **headers)
    assert fetched(server) is None
    assert fetched.parts() == []
    assert fetched(server) == sha256(OLD)
    assert server.ranges == [None, None]


def test_a_date_that_is_long_ago_names_a_version(fetched: Fetched) -> None:
    server = Server(OLD, MIB, etag="")
    assert fetched(server) == sha256(OLD)
    assert server.ranges == [None, f"bytes={MIB}-"]


def test_it_takes_the_whole_from_a_server_that_knows_no_ranges(fetched: Fetched) -> None:
    server = Server(OLD, MIB, MIB)
    server.understands = False
    assert fetched(server) is None  # it would begin anew for ever
    assert fetched(server) == sha256(OLD)


def test_it_asks_for_small_files_whole(fetched: Fetched) -> None:
    server = Server(OLD[: parts.WORTHWHILE - 1], 1000)
    assert fetched(server) is None
    assert fetched.parts() == []


def test_it_asks_again_where_the_file_became_shorter(fetched: Fetched) -> None:
    fetched(Server(OLD, 2 * MIB, 0, 0))
    server = Server(OLD[:MIB])
    server.heeds = False
    assert fetched(server) == sha256(OLD[:MIB])
    assert server.ranges == [f"bytes={2 * MIB}-", None]


def test_it_does_not_trust_what_was_written_before_the_machine_was_started(
    fetched: Fetched, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched(Server(OLD, MIB, 0, 0))
    monkeypatch.setattr(parts, "_boot", lambda: "another")
    server = Server()
    assert fetched(server) == sha256(OLD)
    assert server.ranges == [None]


def test_it_gives_up_what_is_too_large(fetched: Fetched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_file, "MAX_FILE", 2 * MIB)
    assert fetched(Server()) is None
    assert fetched.parts() == []


def test_one_process_has_a_part_at_a_time(tmp_path: Path) -> None:
    headers = {"etag": '"1"', "content-length": str(3 * MIB)}
    with parts.of(tmp_path, "file") as first:
        pieces = first.anew(headers, iter([OLD[:MIB], OLD[MIB:]]))
        next(pieces)
        with parts.of(tmp_path, "file") as second:
            assert second.size == 0
            assert list(second.anew(headers, iter([NEW]))) == [NEW]
        assert first.size == MIB
    with parts.of(tmp_path, "file") as third:
        assert b"".join(third.continued(iter([OLD[MIB:]]))) == OLD
