"""No document may hurt anything but itself."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import app.documents.sandbox
from app.documents import STATES, Sandbox, SandboxError

from . import samples
from .conftest import texts

SOUND = samples.pdf(["gesund"])
ENDLESS = samples.doubling_forms(30)
ROOT = Path(__file__).parents[3]

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def warm_pid(sandbox: Sandbox) -> int:
    assert sandbox._warm is not None
    return sandbox._warm.pid


def wait_for(condition: Callable[[], object], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.documents.sandbox, "SECONDS", 1.0)


@pytest.mark.parametrize("name", samples.HOSTILE)
def test_it_survives(sandbox: Sandbox, name: str) -> None:
    reading = sandbox.read(samples.HOSTILE[name], media_type_hint="application/pdf")

    assert reading.state in STATES
    assert reading.reason or reading.state == "ok"
    assert texts(sandbox.read(SOUND)) == ("gesund",)


def test_it_outlives_a_bomb_in_the_memory_of_one_document(sandbox: Sandbox) -> None:
    bomb = samples.flate_bomb()
    assert len(bomb) < 5_000

    reading = sandbox.read(bomb)

    assert reading.state in {"too_large", "crashed"}
    assert sandbox.read(SOUND).state == "ok"


@pytest.mark.usefixtures("short")
def test_it_stops_a_document_that_never_ends(sandbox: Sandbox) -> None:
    reading = sandbox.read(ENDLESS)

    assert (reading.state, reading.pages) == ("timeout", ())
    assert children(warm_pid(sandbox)) == []
    assert sandbox.read(SOUND).state == "ok"


@pytest.mark.usefixtures("short")
def test_it_keeps_the_pages_that_were_read_in_time(sandbox: Sandbox) -> None:
    sound, endless = samples.pdf(["a"]), ENDLESS
    assert sound != endless
    two = endless.replace(b"/Kids[3 0 R]/Count 1", b"/Kids[99 0 R 3 0 R]/Count 2").replace(
        b"trailer",
        b"98 0 obj\n<</Length 34>>stream\nBT /F 9 Tf 9 9 Td (Seite 1) Tj ET  \nendstream\nendobj\n"
        b"99 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 98 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>\nendobj\ntrailer",
    )

    reading = sandbox.read(two)

    # The first page may still have waited in the child when it was killed.
    assert (reading.state, texts(reading)) in {("partly", ("Seite 1",)), ("timeout", ())}


@linux_only
@pytest.mark.usefixtures("short")
def test_it_binds_the_child(sandbox: Sandbox) -> None:
    sandbox.read(SOUND)
    reader = threading.Thread(target=sandbox.read, args=(ENDLESS,))
    reader.start()
    assert wait_for(lambda: children(warm_pid(sandbox)))
    (child,) = children(warm_pid(sandbox))
    time.sleep(0.1)
    limits = {
        line[:26].strip(): line[26:].split()[0] for line in Path(f"/proc/{child}/limits").read_text().splitlines()[1:]
    }
    session = int(Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[3])
    environment = Path(f"/proc/{warm_pid(sandbox)}/environ").read_bytes()
    reader.join()

    assert limits["Max address space"] == str(1 << 30)
    assert limits["Max cpu time"] == "20"
    assert limits["Max file size"] == limits["Max core file size"] == limits["Max processes"] == "0"
    assert int(limits["Max open files"]) <= 64
    assert session == child
    # The C library may set zeros between its own words.
    assert all(one.startswith((b"GLIBC_TUNABLES=", b"glibc.malloc.")) for one in environment.split(b"\0") if one)


@linux_only
def test_it_gives_a_crash_to_the_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.documents.sandbox, "_WORTH_ANOTHER_TRY", 99.0)
    with Sandbox() as sandbox:
        sandbox.read(SOUND)
        found: list[str] = []
        reader = threading.Thread(target=lambda: found.append(sandbox.read(ENDLESS).state))
        reader.start()
        assert wait_for(lambda: children(warm_pid(sandbox)))
        os.kill(children(warm_pid(sandbox))[0], signal.SIGSEGV)
        reader.join(5)

        assert found == ["crashed"]
        assert sandbox.read(SOUND).state == "ok"


@linux_only
def test_it_lets_the_second_reader_try_where_the_first_died(sandbox: Sandbox) -> None:
    sandbox.read(SOUND)
    found: list[tuple[str, str]] = []

    def read(document: bytes) -> None:
        reading = sandbox.read(document)
        found.append((reading.state, reading.reader))

    # A quick machine may have read the document before the kill: then it is tried with one twice as long.
    for doublings in (10, 11, 12, 13):
        reader = threading.Thread(target=read, args=(samples.doubling_forms(doublings),))
        reader.start()
        with suppress(IndexError, ProcessLookupError):
            assert wait_for(lambda: found or children(warm_pid(sandbox)))
            os.kill(children(warm_pid(sandbox))[0], signal.SIGABRT)
        reader.join(20)
        if found.pop() == ("ok", "pdfminer"):
            return
    pytest.fail("the first reader was never killed in time")


@linux_only
def test_it_starts_a_new_warm_process_where_the_old_one_was_killed() -> None:
    with Sandbox() as sandbox:
        assert sandbox.read(SOUND).state == "ok"
        before = warm_pid(sandbox)
        os.kill(before, signal.SIGKILL)

        assert wait_for(lambda: not alive(before))
        assert sandbox.read(SOUND).state == "ok"
        assert warm_pid(sandbox) != before


@linux_only
def test_it_survives_the_death_of_the_warm_process_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.documents.sandbox, "SECONDS", 3.0)
    with Sandbox() as sandbox:
        sandbox.read(SOUND)
        found: list[str] = []
        reader = threading.Thread(target=lambda: found.append(sandbox.read(ENDLESS).state))
        reader.start()
        warm = warm_pid(sandbox)
        assert wait_for(lambda: children(warm))
        (child,) = children(warm)
        os.kill(warm, signal.SIGKILL)

        assert wait_for(lambda: not alive(child)), "the child outlived the warm process"
        reader.join(10)
        # What a busy machine leaves of the three seconds to a new process decides which.
        assert found in (["timeout"], ["crashed"])
        assert warm_pid(sandbox) != warm
        assert sandbox.read(SOUND).state == "ok"


@linux_only
def test_it_leaves_nothing_behind_when_its_worker_is_killed() -> None:
    program = (
        "import sys, threading\n"
        "from app.documents import Sandbox\n"
        "from tests.app.documents import samples\n"
        "box = Sandbox()\n"
        "box.read(samples.pdf(['warm']))\n"
        "print(box._warm.pid, flush=True)\n"
        "box.read(samples.doubling_forms(30))\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
    with worker:
        assert worker.stdout is not None
        warm = int(worker.stdout.readline())
        assert wait_for(lambda: children(warm))
        (child,) = children(warm)
        worker.kill()

    assert wait_for(lambda: not alive(warm))
    assert wait_for(lambda: not alive(child))


@linux_only
def test_it_leaves_nothing_behind_when_closed() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with Sandbox() as sandbox:
        sandbox.read(SOUND)
        warm = warm_pid(sandbox)
        opened = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(20):
            sandbox.read(SOUND)
        sandbox.read(b"<html>")
        assert len(list(Path("/proc/self/fd").iterdir())) == opened

    assert not alive(warm)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    sandbox.close()


def test_it_mixes_up_no_answers_when_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox() as sandbox:
        sandbox.read(SOUND)

        def interrupted(*_: object) -> bytes:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(app.documents.sandbox, "_line", interrupted)
            sandbox.read(samples.pdf(["unterbrochen"]))

        assert texts(sandbox.read(SOUND)) == ("gesund",)


def test_it_does_not_take_in_a_file_larger_than_its_memory(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.write(SOUND)
        file.truncate(3 << 30)  # a hole: it takes no space

    reading = sandbox.read(path)

    assert reading.state == "too_large"
    assert "memory" in reading.reason


def test_it_reads_for_several_threads_at_once(sandbox: Sandbox) -> None:
    with Sandbox() as other:
        found: list[str] = []

        def read(box: Sandbox, number: int) -> None:
            found.extend(texts(box.read(samples.pdf([f"Blatt {number}"]))))

        threads = [threading.Thread(target=read, args=((sandbox, other)[number % 2], number)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(found) == sorted(f"Blatt {number}" for number in range(12))


def test_it_says_when_nothing_can_be_read_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(app.documents.sandbox, "_ROOT", tmp_path)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Sandbox() as sandbox, pytest.raises(SandboxError, match="does not start"):
        sandbox.read(SOUND)
