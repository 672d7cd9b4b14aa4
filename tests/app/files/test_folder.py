import errno
import hashlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.files import (
    BadFilesUrl,
    BadHash,
    FileMissing,
    FileStore,
    FileTooLarge,
    StoreFull,
    open_store,
)

ROOT = Path(__file__).parents[3]
ABC = hashlib.sha256(b"abc").hexdigest()
MIB = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files äö"


@pytest.fixture
def store(folder: Path) -> FileStore:
    return open_store(folder.as_uri())


def held(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_it_keeps_bytes_under_their_hash(store: FileStore, folder: Path) -> None:
    stored = store.put([b"a", b"", b"bc"], 3)

    assert (stored.sha256, stored.size) == (ABC, 3)
    with store.open(ABC) as file:
        assert file.read() == b"abc"
    assert store.exists(ABC)
    assert store.path(ABC) == folder / ABC[:2] / ABC[2:4] / ABC
    assert held(folder) == [store.path(ABC)]


def test_it_keeps_the_same_bytes_once(store: FileStore, folder: Path) -> None:
    store.put([b"abc"], 10)
    before = store.path(ABC).stat().st_ino
    store.put([b"ab", b"c"], 10)

    assert store.path(ABC).stat().st_ino == before
    assert len(held(folder)) == 1


def test_it_keeps_even_nothing(store: FileStore) -> None:
    stored = store.put([], 0)
    assert (stored.size, store.path(stored.sha256).read_bytes()) == (0, b"")


def test_it_replaces_a_file_cut_short(store: FileStore, folder: Path) -> None:
    store.put([b"abc"], 10)
    store.path(ABC).chmod(0o600)
    store.path(ABC).write_bytes(b"ab")
    store.put([b"abc"], 10)

    assert store.path(ABC).read_bytes() == b"abc"


def test_it_forgets_what_is_deleted(store: FileStore, folder: Path) -> None:
    store.put([b"abc"], 10)
    store.delete(ABC)
    store.delete(ABC)

    assert not store.exists(ABC)
    for missing in (store.open, store.path):
        with pytest.raises(FileMissing, match=ABC):
            missing(ABC)
    assert held(folder) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        ABC[:-1],
        ABC + "0",
        ABC.upper(),
        ABC + "\n",
        "../" + ABC[:61],
        ABC[:63] + "/",
        ABC[:63] + "\0",
        "٠" * 64,
        "g" * 64,
    ],
)
def test_it_takes_no_other_name(store: FileStore, name: str) -> None:
    for ask in (store.open, store.path, store.exists, store.delete):
        with pytest.raises(BadHash):
            ask(name)


def test_it_leaves_nothing_of_a_file_too_large(store: FileStore, folder: Path) -> None:
    with pytest.raises(FileTooLarge):
        store.put([b"abc", b"d"], 3)
    assert held(folder) == []


def test_it_leaves_nothing_of_a_body_that_breaks(store: FileStore, folder: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"abc"
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        store.put(chunks(), 100)
    assert held(folder) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_it_says_when_no_space_is_left(
    store: FileStore, folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def fsync(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StoreFull, match="no space left"):
        store.put([b"abc"], 100)
    assert held(folder) == []


def test_it_stops_at_the_limit_of_a_file_size(store: FileStore, folder: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, before[1]))
    try:
        with pytest.raises(StoreFull):
            store.put([bytes(MIB), bytes(MIB)], 10 * MIB)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert held(folder) == []
    assert store.put([b"abc"], 3).sha256 == ABC


def test_it_survives_a_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if not mounted or mounted.returncode:
        pytest.skip("needs root to mount a small disk")
    try:
        store = open_store(disk.as_uri())
        store.put([b"abc"], 3)
        with pytest.raises(StoreFull):
            store.put((os.urandom(65536) for _ in range(99)), 99 * 65536)
        assert [path.name for path in held(disk)] == [ABC]
        assert store.put([bytes(1000)], 1000).size == 1000
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_it_puts_everything_on_the_disk_before_the_name(
    store: FileStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def noted_fsync(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name[:5])
        fsync(descriptor)

    def noted_rename(path: Path, target: Path) -> Path:
        done.append("rename")
        return rename(path, target)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc")
    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "rename", noted_rename)
    store.put([b"abc"], 3)

    assert done == [".tmp-", folder.name[:5], ABC[:2], "rename", ABC[2:4]]


def test_it_leaves_only_unfinished_files_when_killed(store: FileStore, folder: Path) -> None:
    program = (
        "import sys, time\n"
        "from app.files import open_store\n"
        "def chunks():\n"
        "    yield b'x' * 100000\n"
        "    print('half', flush=True)\n"
        "    time.sleep(60)\n"
        "open_store(sys.argv[1]).put(chunks(), 10**9)\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", program, folder.as_uri()], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "half\n"
        writer.send_signal(signal.SIGKILL)

    (left,) = held(folder)
    assert left.name.startswith(".tmp-")
    assert store.sweep() == 0
    yesterday = time.time() - 2 * 86400
    os.utime(left, (yesterday, yesterday))
    assert store.put([b"abc"], 3).sha256 == ABC
    assert store.sweep() == 1
    assert [path.name for path in held(folder)] == [ABC]


def test_it_serves_several_writers(store: FileStore, folder: Path) -> None:
    def write() -> None:
        for number in range(40):
            store.put([b"%d" % (number % 10)], 10)

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(path.name for path in held(folder)) == sorted(
        hashlib.sha256(b"%d" % number).hexdigest() for number in range(10)
    )


def test_what_it_keeps_is_not_written_over(store: FileStore) -> None:
    store.put([b"abc"], 3)
    assert store.path(ABC).stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize(
    "url",
    [
        "",
        "files",
        "/var/files",
        "http://x/",
        "file:",
        "file://",
        "file://host/x",
        "file:///x?a",
        "file:x",
    ],
)
def test_it_knows_no_other_store(url: str) -> None:
    with pytest.raises(BadFilesUrl, match="FILES_URL"):
        open_store(url)
