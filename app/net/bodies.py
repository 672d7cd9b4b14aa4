"""A body arrives in bounded pieces: unpacked 64 KiB at a time, counted, timed, and compared with what was announced.

httpx unpacks whatever arrives at once: a brotli body of 405 bytes becomes one piece of 256 MiB. So only gzip is asked
for, anything else is refused, and zlib is told how much it may hand out.
"""

import time
import zlib
from collections.abc import Iterator, Mapping

from .dialling import Deadline
from .errors import BrokenBody, TooLarge, TooSlow

MIB = 1024 * 1024
PIECE = 65536
BOMB_RATIO = 50
BOMB_AFTER = 64 * MIB
MIN_RATE = 1024  # bytes a second, over each stretch of RATE_SECONDS spent waiting
RATE_SECONDS = 30.0
_GZIP = b"\x1f\x8b"


def announced_length(headers: Mapping[str, str], host: str) -> int | None:
    """The length the server announced, or nothing; BrokenBody if it is no number."""
    value = headers.get("content-length")
    if value is None:
        return None
    lengths = {part.strip() for part in value.split(",")}
    text = lengths.pop()
    if lengths or not (text.isascii() and text.isdigit()):
        raise BrokenBody(f"{host}: announced the length {value!r}")
    return int(text)


def timed(raw: Iterator[bytes], deadline: Deadline, host: str) -> Iterator[bytes]:
    """Pass pieces on while they come fast enough, else raise TooSlow; the reader's own time is no slowness."""
    waited, received = 0.0, 0
    while True:
        before = time.monotonic()
        if before >= deadline.end:
            raise TooSlow(f"{host}: the answer took longer than {float(deadline):.0f} s")
        piece = next(raw, None)
        if piece is None:
            return
        waited += time.monotonic() - before
        received += len(piece)
        if waited >= RATE_SECONDS:
            if received < MIN_RATE * waited:
                raise TooSlow(f"{host}: sent {received} bytes in {waited:.0f} s")
            waited, received = 0.0, 0
        yield piece


def decoded(raw: Iterator[bytes], headers: Mapping[str, str], max_bytes: int, host: str) -> Iterator[bytes]:
    """Unpack and count a body; TooLarge over the limit or for a bomb, BrokenBody if short, damaged or oddly coded."""
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise BrokenBody(f"{host}: the body is coded as {coding[:40]!r}, only gzip was asked for")
    length = announced_length(headers, host)
    packed = coding.endswith("gzip")
    if length is not None and length > max_bytes and not packed:
        raise TooLarge(f"{host}: {length} bytes announced, {max_bytes} allowed")
    wire = _Counted(raw)
    total = 0
    for piece in _unzipped(wire, host) if packed else wire:
        total += len(piece)
        if total > max_bytes:
            raise TooLarge(f"{host}: more than {max_bytes} bytes")
        if packed and total > BOMB_AFTER and total > BOMB_RATIO * wire.count:
            raise TooLarge(f"{host}: {wire.count} bytes unpack to more than {total}")
        yield piece
    if length is not None and wire.count != length:
        raise BrokenBody(f"{host}: {wire.count} of {length} announced bytes came")


class _Counted:
    """Passes pieces on and counts their bytes."""

    def __init__(self, raw: Iterator[bytes]) -> None:
        self._raw = raw
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._raw:
            self.count += len(piece)
            yield piece


def _unzipped(raw: "_Counted", host: str) -> Iterator[bytes]:
    engine = zlib.decompressobj(31)
    members, begun = 0, False
    for received in raw:
        piece = received
        while piece:
            # A gzip body may have several members; what follows one and is none is padding.
            if members and not begun and not piece.startswith(_GZIP[: len(piece)]):
                return
            begun = True
            yield from _inflated(engine, piece, host)
            piece = engine.unconsumed_tail
            if engine.eof:
                members, begun, piece = members + 1, False, engine.unused_data
                engine = zlib.decompressobj(31)
    while begun and not engine.eof:
        # zlib may hold text back that the last piece unpacked to.
        rest = list(_inflated(engine, b"", host))
        if not rest and not engine.eof:
            raise BrokenBody(f"{host}: the packed body ends early")
        yield from rest


def _inflated(engine: "zlib._Decompress", piece: bytes, host: str) -> Iterator[bytes]:
    try:
        text = engine.decompress(piece, PIECE)
    except zlib.error as error:
        raise BrokenBody(f"{host}: the packed body is damaged ({error})") from error
    if text:
        yield text
