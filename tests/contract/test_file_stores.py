"""What every file store must do, asked of each of them through the one seam."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.files import UNFINISHED, BadHash, FileMissing, FileStore, FileTooLarge, open_store
from tests.s3 import S3, s3_server

ABC = hashlib.sha256(b"abc").hexdigest()
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with s3_server() as s3:
        yield s3


@pytest.fixture(params=["file", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "file":
        return open_store((tmp_path / "files äö").as_uri())
    s3: S3 = request.getfixturevalue("server")
    s3.empty()
    return s3.store(tmp_path / "copies", "under/a prefix")


def unfinished(store: FileStore) -> list[Path]:
    return list(store.scratch.glob(f"{UNFINISHED}*"))


def test_it_keeps_bytes_under_their_hash(store: FileStore) -> None:
    stored = store.put([b"a", b"", b"bc"], 3)

    assert (stored.sha256, stored.size) == (ABC, 3)
    with store.open(ABC) as file:
        assert file.read() == b"abc"
    assert store.exists(ABC)
    assert store.path(ABC).read_bytes() == b"abc"
    assert -5 < store.age(ABC) < 60
    assert unfinished(store) == []


def test_it_keeps_the_same_bytes_once(store: FileStore) -> None:
    assert store.put([b"abc"], 10) == store.put([b"ab", b"c"], 10)
    store.delete(ABC)
    assert not store.exists(ABC)


def test_it_keeps_even_nothing(store: FileStore) -> None:
    stored = store.put([], 0)
    assert (stored.size, store.path(stored.sha256).read_bytes()) == (0, b"")


def test_it_keeps_much(store: FileStore) -> None:
    pieces = [bytes([number]) * MIB for number in range(12)]
    stored = store.put(pieces, 12 * MIB)
    with store.open(stored.sha256) as file:
        assert hashlib.sha256(file.read()).hexdigest() == stored.sha256


def test_it_forgets_what_is_deleted(store: FileStore) -> None:
    store.put([b"abc"], 10)
    store.delete(ABC)
    store.delete(ABC)

    assert not store.exists(ABC)
    for missing in (store.open, store.path, store.age):
        with pytest.raises(FileMissing, match=ABC):
            missing(ABC)
    assert list(store.scratch.rglob(ABC)) == []


@pytest.mark.parametrize(
    "name",
    [
        *("", "..", "../../etc/passwd", "/etc/passwd", ABC[:-1], ABC + "0", ABC.upper(), ABC + "\n"),
        *("../" + ABC[:61], ABC[:63] + "/", ABC[:63] + "\0", "٠" * 64, "g" * 64),
    ],
)
def test_it_takes_no_other_name(name: str, tmp_path: Path) -> None:
    for store in (open_store(tmp_path.as_uri()), open_store("s3://bucket", tmp_path / "copies")):
        for ask in (store.open, store.path, store.exists, store.age, store.delete):
            with pytest.raises(BadHash):
                ask(name)


def test_it_leaves_nothing_of_a_file_too_large(store: FileStore) -> None:
    with pytest.raises(FileTooLarge):
        store.put([b"abc", b"d"], 3)
    assert not store.exists(hashlib.sha256(b"abcd").hexdigest())
    assert unfinished(store) == []


def test_it_leaves_nothing_of_a_body_that_breaks(store: FileStore) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"abc"
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        store.put(chunks(), 100)
    assert not store.exists(ABC)
    assert unfinished(store) == []


def test_it_serves_several_writers(store: FileStore) -> None:
    def write() -> None:
        for number in range(12):
            store.put([b"%d" % (number % 4)], 10)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(4):
        with store.open(hashlib.sha256(b"%d" % number).hexdigest()) as file:
            assert file.read() == b"%d" % number
    assert unfinished(store) == []


def test_it_sweeps_only_what_is_old(store: FileStore) -> None:
    store.put([b"abc"], 3)
    for name, age in (("old", 2 * 86400), ("new", 60)):
        file = store.scratch / f"{UNFINISHED}{name}"
        file.write_bytes(b"half")
        os.utime(file, (time.time() - age, time.time() - age))
    assert store.sweep() == 1
    assert [file.name for file in unfinished(store)] == [f"{UNFINISHED}new"]
    assert store.exists(ABC)
