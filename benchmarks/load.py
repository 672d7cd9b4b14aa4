"""Readers who ask a server on this machine as quickly as it answers: plain HTTP/1.1 over kept connections.

One process with one thread: a request costs it some 60 us, so that the server has nearly all of the processors.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import quantiles


@dataclass
class Seen:
    """What readers met: seconds of each answer by kind of page, answers by status, bytes."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    received: int = 0
    lasted: float = 0.0

    @property
    def a_second(self) -> float:
        """Answers a second, of all readers together."""
        return sum(map(len, self.seconds.values())) / self.lasted if self.lasted else 0.0

    def percentile(self, share: int, kind: str | None = None) -> float:
        """Milliseconds within which so many of a hundred answers came, of one kind of page or of all."""
        found = sorted(one for name, some in self.seconds.items() if kind in (None, name) for one in some)
        if len(found) < 2:
            return 1000 * sum(found)
        return 1000 * quantiles(found, n=100)[share - 1]


@dataclass(frozen=True)
class Ask:
    """One page to ask for: its kind, its path, and headers besides."""

    kind: str
    path: str
    headers: str = ""


def load(port: int, asked: Sequence[Ask], *, readers: int, seconds: float) -> Seen:
    """Let readers ask for these pages in turn, again and again, for so long."""
    seen = Seen()
    turn = _again(asked)
    began = time.perf_counter()

    async def all_of_them() -> None:
        await asyncio.gather(*(_reader(port, turn, seen, began + seconds) for _ in range(readers)))

    asyncio.run(all_of_them())
    seen.lasted = time.perf_counter() - began
    return seen


def _again(asked: Sequence[Ask]) -> Iterator[Ask]:
    while True:
        yield from asked


async def _reader(port: int, turn: Iterator[Ask], seen: Seen, until: float) -> None:
    reader = writer = None
    while time.perf_counter() < until:
        ask = next(turn)
        began = time.perf_counter()
        for _ in range(2):  # a connection that was kept may just have been closed
            if writer is None or reader is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
            try:
                status, size, kept = await _answer(reader, writer, ask)
                break
            except (ConnectionError, asyncio.IncompleteReadError):
                writer.close()
                reader = writer = None
        else:
            raise ConnectionError(f"no answer to {ask.path}")
        seen.seconds.setdefault(ask.kind, []).append(time.perf_counter() - began)
        seen.statuses[status] = seen.statuses.get(status, 0) + 1
        seen.received += size
        if not kept and writer is not None:
            writer.close()
            reader = writer = None
    if writer is not None:
        writer.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ask: Ask) -> tuple[int, int, bool]:
    """Return the status, the bytes that came, and whether the connection is kept."""
    writer.write(
        f"GET {ask.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nAccept-Language: de\r\n"
        f"{ask.headers}\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    size = len(head)
    if fields.get(b"transfer-encoding") == b"chunked":
        while length := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            size += len(await reader.readexactly(length + 2))
        await reader.readuntil(b"\r\n")
    elif status != 304:
        size += len(await reader.readexactly(int(fields.get(b"content-length", b"0"))))
    return status, size, fields.get(b"connection") != b"close"
