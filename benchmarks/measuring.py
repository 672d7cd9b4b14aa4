"""Jobs in processes of their own: how long they take, and how much memory they hold meanwhile."""

import multiprocessing
import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Result = dict[str, Any]
EVERY = 0.25  # seconds between two looks at the memory


def measured(job: Callable[..., Result], *arguments: object) -> Result:
    """Run a job in a process of its own; returns what it says, with its memory in MB: the peak, and a curve of ten."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answering, args=(there, job, arguments))
    process.start()
    there.close()
    held: list[int] = []
    try:
        while not here.poll(EVERY):
            held.append(_resident(process.pid))
        found: Result = here.recv()
    except EOFError as error:
        raise RuntimeError(f"{job.__name__} ended without an answer") from error
    finally:
        process.join()
    return found | {"memory_mb": _tenths(held)}


def _answering(answer: Any, job: Callable[..., Result], arguments: tuple[object, ...]) -> None:
    found = job(*arguments)
    answer.send(found | {"peak_mb": round(_status("self", "VmHWM") / 1024)})


def _resident(pid: int | None) -> int:
    try:
        return _status(str(pid), "VmRSS")
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return 0


def _status(process: str, name: str) -> int:
    """Return a line of /proc/…/status in KB: of this program alone, where getrusage counts what forked it too."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


def _tenths(held: list[int]) -> list[int]:
    """Return the most that was held in each tenth of the time, in MB."""
    cuts = [round(len(held) * tenth / 10) for tenth in range(11)]
    return [round(max(held[a:b]) / 1024) for a, b in pairwise(cuts) if b > a]


def cpu(database_url: str = "") -> float:
    """Return the processor time of this process and of the PostgreSQL server, if there is one, in seconds.

    On a machine that others use too it says more than the clock.
    """
    home = parse_qs(urlsplit(database_url).query).get("host")
    return time.process_time() + (_family(Path(home[0], "data", "postmaster.pid")) if home else 0.0)


def _family(pid_file: Path) -> float:
    """Return the processor time of a process and its children, ended ones too."""
    pid = pid_file.read_text().split()[0]
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if path.parent.name == pid:
            ticks += sum(int(field) for field in fields[11:15])  # its own, and that of those that ended
        elif fields[1] == pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
