"""The one-way line from the reading child to its parent: records of a kind, a length and UTF-8.

`R` a reader begins anew, `P` one page's text, `E` that reader's end. A child that dies leaves what it had sent.
"""

import os
import struct
import time
from dataclasses import dataclass, field

from .reading import MAX_PAGES, MAX_TEXT, STATES
from .text import clean

_HEADER = struct.Struct(">cI")
_FLUSH_BYTES = 65536
_FLUSH_SECONDS = 0.1
# Headers and ends besides the text itself, for two readers: more than this no honest child sends.
MAX_WIRE = 2 * (MAX_TEXT + MAX_PAGES * _HEADER.size) + 65536


class EnoughError(Exception):
    """The document has more pages or text than is kept."""


class Writer:
    """The child's end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting = bytearray()
        self._flushed = time.monotonic()
        self.pages = 0
        self.bytes = 0

    def begin(self, reader: str) -> None:
        """Begin anew with this reader."""
        self.pages = self.bytes = 0
        self._record(b"R", reader.encode())

    def page(self, text: str) -> None:
        """Send one page; EnoughError when no more will be taken."""
        if self.pages == MAX_PAGES:
            raise EnoughError(f"has more than {MAX_PAGES} pages")
        data = text.encode("utf-8", "replace")
        left = MAX_TEXT - self.bytes
        self.pages += 1
        self.bytes += len(data)
        self._record(b"P", data if len(data) <= left else data[:left].decode("utf-8", "ignore").encode())
        if len(data) > left:
            raise EnoughError(f"has more than {MAX_TEXT // 1024 // 1024} MiB of text")

    def end(self, state: str, reason: str = "", *, truncated: bool = False) -> None:
        """Say what this reader came to."""
        self._record(b"E", f"{state}\n{truncated:d}\n{reason}".encode())
        self._flush()

    def _record(self, kind: bytes, data: bytes) -> None:
        self._waiting += _HEADER.pack(kind, len(data)) + data
        if len(self._waiting) > _FLUSH_BYTES or time.monotonic() - self._flushed > _FLUSH_SECONDS:
            self._flush()

    def _flush(self) -> None:
        with memoryview(self._waiting) as view:
            sent = 0
            while sent < len(view):
                sent += os.write(self._descriptor, view[sent:])
        self._waiting.clear()
        self._flushed = time.monotonic()


@dataclass
class Attempt:
    """What one reader sent; `state` stays empty if it never came to its end."""

    reader: str
    pages: list[str] = field(default_factory=list)
    state: str = ""
    reason: str = ""
    truncated: bool = False

    @property
    def has_text(self) -> bool:
        """Whether any page has text."""
        return any(page and not page.isspace() for page in self.pages)


def attempts_in(data: bytes) -> list[Attempt]:
    """Read what a child sent, distrusting it: whatever does not fit ends the reading there."""
    found: list[Attempt] = []
    position = 0
    while position + _HEADER.size <= len(data):
        kind, length = _HEADER.unpack_from(data, position)
        position += _HEADER.size
        body = data[position : position + length]
        position += length
        if len(body) < length or not _take(kind, body, found):
            break
    return found


def _take(kind: bytes, body: bytes, found: list[Attempt]) -> bool:
    try:
        text = body.decode()
        if kind == b"R" and len(found) < 2:
            found.append(Attempt(clean(text)[:40]))
        elif kind == b"P" and found and len(found[-1].pages) < MAX_PAGES:
            found[-1].pages.append(clean(text))
        elif kind == b"E" and found:
            state, truncated, reason = text.split("\n", 2)
            if state not in STATES:
                return False
            found[-1].state, found[-1].reason = state, clean(reason)[:300]
            found[-1].truncated = truncated == "1"
        else:
            return False
    except ValueError:
        return False
    return True
