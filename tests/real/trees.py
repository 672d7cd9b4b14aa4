"""What a process and all that it started hold in memory, watched while something is done."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PAGE_KIB = 4
MOST_KIB = 1_300_000  # for a sandbox: 1 GiB for one document, and what all share


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(FileNotFoundError, ProcessLookupError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _family(int(child))


def _resident(pid: int) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KIB
    return 0


@contextmanager
def watched(*pids: int) -> Iterator[dict[int, int]]:
    """Give pid -> the most KiB that it and its children held at once, as seen fifty times a second."""
    most = dict.fromkeys(pids, 0)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            for pid in pids:
                most[pid] = max(most[pid], sum(map(_resident, _family(pid))))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()
