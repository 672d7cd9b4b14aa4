"""Jobs in processes of their own: how long they take, and how much memory they hold meanwhile."""

import multiprocessing
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

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
