"""The one-way line from the reading child to its parent: records of a kind, a length and UTF-8.

`R` a reader begins anew, `P` one page (method, confidence, text), `M` what holds for the whole document (language,
title), `E` that reader's end. A child that dies leaves what it had sent.
"""

import os
import re
import struct
import time
from dataclasses import dataclass, field

from .reading import MAX_PAGES, MAX_TEXT, STATES, PageText
from .text import clean

_HEADER = struct.Struct(">cI")
_FLUSH_BYTES = 65536
_FLUSH_SECONDS = 0.1
MAX_TITLE = 300
_NAME = re.compile(r"[a-z0-9]{1,16}")
_CONFIDENCE = re.compile(r"|[0-9]|[1-9][0-9]|100")
_LANGUAGE = re.compile(r"|[a-z]{2}")
# Headers and ends besides the text itself, for two readers: more than this no honest child sends.
MAX_WIRE = 2 * (MAX_TEXT + MAX_PAGES * (_HEADER.size + 24)) + 65536
_LONGEST = MAX_TEXT + 24
UNCONFINED = 77  # how a child ends that could do what must be refused
BOUND = b"\x01"  # what every child sends first, before it sees the document: from then on nobody believes UNCONFINED


class EnoughError(Exception):
    """The document has more pages or text than is kept."""


class Writer:
    """The child's end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting = bytearray()
        self._flushed = self.began = time.monotonic()
        self.pages = 0
        self.bytes = 0

    def begin(self, reader: str) -> None:
        """Begin anew with this reader; its name is of [a-z0-9], 16 at most."""
        _check(_NAME, reader)
        self.pages = self.bytes = 0
        self._record(b"R", reader.encode())

    def page(self, text: str, *, method: str, confidence: int | None = None) -> None:
        """Send one page, how its text was obtained and, of guessed text, how sure it is (0 to 100).

        EnoughError when no more will be taken.
        """
        _check(_NAME, method)
        _check(_CONFIDENCE, "" if confidence is None else str(confidence))
        if self.pages == MAX_PAGES:
            raise EnoughError(f"has more than {MAX_PAGES} pages")
        data = text.encode("utf-8", "replace")
        left = MAX_TEXT - self.bytes
        self.pages += 1
        self.bytes += len(data)
        head = f"{method}\n{'' if confidence is None else confidence}\n".encode()
        self._record(b"P", head + (data if len(data) <= left else data[:left].decode("utf-8", "ignore").encode()))
        if len(data) > left:
            raise EnoughError(f"has more than {MAX_TEXT // 1024 // 1024} MiB of text")

    def meta(self, *, language: str = "", title: str = "") -> None:
        """Say in which language the document is and what it calls itself; the last word counts."""
        _check(_LANGUAGE, language)
        self._record(b"M", f"{language}\n{' '.join(title.split())[:MAX_TITLE]}".encode("utf-8", "replace"))

    def end(self, state: str, reason: str = "", *, truncated: bool = False) -> None:
        """Say what this reader came to: one of STATES."""
        if state not in STATES:
            raise ValueError(f"{state!r} is no state of a reading")
        self._record(b"E", f"{state}\n{truncated:d}\n{reason}".encode())
        self.flush()

    def _record(self, kind: bytes, data: bytes) -> None:
        self._waiting += _HEADER.pack(kind, len(data)) + data
        if len(self._waiting) > _FLUSH_BYTES or time.monotonic() - self._flushed > _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Send at once what waits."""
        send(self._descriptor, self._waiting)
        self._waiting.clear()
        self._flushed = time.monotonic()


def _check(form: re.Pattern[str], given: str) -> None:
    """Raise ValueError for a mistake of our own, which would else look like an attack."""
    if not form.fullmatch(given):
        raise ValueError(f"{given!r} is not told as agreed")


def send(descriptor: int, data: bytes | bytearray) -> None:
    """Write all of it, by nothing but write: a file object would ask the kernel for more."""
    with memoryview(data) as view:
        sent = 0
        while sent < len(view):
            sent += os.write(descriptor, view[sent:])


@dataclass
class Attempt:
    """What one reader sent; `state` stays empty if it never came to its end."""

    reader: str
    pages: list[PageText] = field(default_factory=list)
    state: str = ""
    reason: str = ""
    truncated: bool = False
    language: str = ""
    title: str = ""

    @property
    def has_text(self) -> bool:
        """Whether any page has text."""
        return any(page.text and not page.text.isspace() for page in self.pages)


def attempts_in(data: bytes) -> tuple[list[Attempt], bool]:
    """Read what a child sent, distrusting it; also whether all that came is as agreed, up to where it breaks off."""
    found: list[Attempt] = []
    position = 0
    while position + _HEADER.size <= len(data):
        kind, length = _HEADER.unpack_from(data, position)
        if length > _LONGEST:
            return found, False
        position += _HEADER.size
        body = data[position : position + length]
        position += length
        if len(body) < length:
            break
        if not _take(kind, body, found):
            return found, False
    return found, len(data) <= MAX_WIRE


def _take(kind: bytes, body: bytes, found: list[Attempt]) -> bool:
    try:
        text = body.decode()
        if kind == b"R":
            if len(found) == 2 or not _NAME.fullmatch(text):
                return False
            found.append(Attempt(text))
            return True
        return bool(found) and _TAKEN[kind](text, found[-1])
    except (ValueError, KeyError):
        return False


def _take_page(text: str, attempt: Attempt) -> bool:
    method, confidence, page = text.split("\n", 2)
    if len(attempt.pages) >= MAX_PAGES or not _NAME.fullmatch(method) or not _CONFIDENCE.fullmatch(confidence):
        return False
    attempt.pages.append(PageText(clean(page), method, int(confidence) if confidence else None))
    return True


def _take_meta(text: str, attempt: Attempt) -> bool:
    language, title = text.split("\n", 1)
    if not _LANGUAGE.fullmatch(language):
        return False
    attempt.language, attempt.title = language, " ".join(clean(title).split())[:MAX_TITLE]
    return True


def _take_end(text: str, attempt: Attempt) -> bool:
    state, truncated, reason = text.split("\n", 2)
    if state not in STATES:
        return False
    attempt.state, attempt.reason, attempt.truncated = state, clean(reason)[:300], truncated == "1"
    return True


_TAKEN = {b"P": _take_page, b"M": _take_meta, b"E": _take_end}
