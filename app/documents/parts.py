"""Files inside a file: each is read by the reader of its format, and its pages follow those of the file around it."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from mmap import mmap
from types import ModuleType

from . import language, ocr
from .formats import READERS, judge
from .outcome import RefusedError, real_title
from .reading import GARBLED, MAX_PAGES, MAX_TEXT, SCAN, UNREADABLE, PageText
from .sniff import HEAD
from .wire import EnoughError, Writer

MAX_DEPTH = 2  # a mail in an archive in an archive is the last thing opened
MAX_PARTS = 500
MAX_BYTES = 256 * 1024 * 1024  # of all parts, unpacked
_SAMPLE = 20_000
_NAMED = 5
_WAITING = (SCAN, GARBLED)


@dataclass
class Budget:
    """What is left for the parts of one document, however they are nested."""

    parts: int = MAX_PARTS
    bytes: int = MAX_BYTES
    began: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Part:
    """A file in a file; `load` unpacks at most so many bytes of it or raises RefusedError."""

    name: str
    load: Callable[[int], bytes]


class PartWriter(Writer):
    """Takes the pages of a part instead of sending them."""

    def __init__(self, depth: int, budget: Budget) -> None:
        super().__init__(-1)
        self.depth = depth
        self.budget = budget
        self.began = budget.began
        self.read: list[PageText] = []
        self.state = ""

    def begin(self, reader: str) -> None:  # noqa: ARG002  # what reads a part is told by its pages
        """Begin anew."""
        self.pages = self.bytes = 0
        self.read = []

    def page(self, text: str, *, method: str, confidence: int | None = None) -> None:
        """Keep one page; EnoughError when there are more than anybody will take."""
        if self.pages == MAX_PAGES or self.bytes > MAX_TEXT:
            raise EnoughError("is longer than what is kept")
        self.pages += 1
        self.bytes += len(text)
        self.read.append(PageText(text, method, confidence))

    def meta(self, *, language: str = "", title: str = "") -> None:
        """Drop what holds for the part only."""

    def end(self, state: str, reason: str = "", *, truncated: bool = False) -> None:  # noqa: ARG002  # as given
        """Keep how it ended."""
        self.state = state


@dataclass
class _Tally:
    total: int = 0
    read: int = 0
    locked: int = 0
    unread: list[str] = field(default_factory=list)


def send_with_parts(writer: Writer, reader: str, pages: list[str], parts: Iterable[Part], *, title: str = "") -> None:
    """Send the pages of the outer file and then those of its parts, each named on its first page."""
    writer.begin(reader)
    tally, sample = _Tally(), ""
    depth, budget = (writer.depth + 1, writer.budget) if isinstance(writer, PartWriter) else (1, Budget())
    try:
        for text in pages:
            writer.page(text, method=reader)
            sample += text[:_SAMPLE]
        for part in parts:
            for page in _pages_of(part, PartWriter(depth, budget), tally):
                sample += page.text[: max(0, _SAMPLE - len(sample))]
                writer.page(page.text, method=page.method, confidence=page.confidence)
    except EnoughError as enough:
        _tell(writer, sample, title)
        writer.end("partly", f"The file {enough}; the rest is left out.", truncated=True)
        return
    _tell(writer, sample, title)
    _conclude(writer, tally, has_text=bool(sample.strip()))


def _tell(writer: Writer, sample: str, title: str) -> None:
    writer.meta(language=language.of(sample[:_SAMPLE]), title=real_title(title))


def _conclude(writer: Writer, tally: _Tally, *, has_text: bool) -> None:
    if not tally.unread:
        writer.end(*("ok", "") if has_text else ("empty", "The file has no text."))
        return
    state = "encrypted" if tally.locked == tally.total else "partly"
    cause = "need a password" if tally.locked == len(tally.unread) else "give no text or not all of it"
    more = ", …" if len(tally.unread) > _NAMED else ""
    names = ", ".join(tally.unread[:_NAMED]) + more
    writer.end(state, f"{len(tally.unread)} of {tally.total} files in it {cause}: {names}.")


def _pages_of(part: Part, inner: PartWriter, tally: _Tally) -> list[PageText]:
    tally.total += 1
    try:
        _read_part(part, inner)
    except RefusedError as refused:
        inner.state = refused.state
    except Exception:  # noqa: BLE001  # one broken part, in whatever way, costs none of the others
        inner.state = "damaged"
    has_text = any(page.text.strip() for page in inner.read)
    if not has_text or inner.state != "ok":
        tally.unread.append(part.name)
        tally.locked += inner.state == "encrypted"
    if not has_text:
        return []
    first, *others = inner.read
    return [PageText(f"{part.name}\n\n{first.text}", first.method, first.confidence), *others]


def _read_part(part: Part, inner: PartWriter) -> None:
    budget = inner.budget
    if inner.depth > MAX_DEPTH or not budget.parts:
        raise RefusedError("It is one of too many files in a file.")
    budget.parts -= 1
    data = part.load(budget.bytes)
    budget.bytes -= len(data)
    media_type, refusal = judge(data[:HEAD], "", part.name)
    if refusal or not data:
        raise RefusedError(refusal.reason if refusal else "It is empty.")
    reader = import_module(f"{__package__}.{READERS[media_type]}")  # it is there already: nothing is opened
    document = mmap(-1, len(data))
    document.write(data)
    document.seek(0)
    reader.read(document, inner)
    _recognise(reader, document, inner)


def _recognise(reader: ModuleType, document: mmap, inner: PartWriter) -> None:
    """Recognise scans at once, as far as the time goes: later nobody knows which part a page belongs to."""
    waiting = [number for number, page in enumerate(inner.read, 1) if page.method in _WAITING]
    if not waiting:
        return
    if ocr.installed() and not ocr.time_is_up(inner.began):
        eyes = PartWriter(inner.depth, inner.budget)
        reader.recognise(document, waiting, eyes)
        for number, page in zip(waiting, eyes.read, strict=False):
            inner.read[number - 1] = page
    rest = any(page.method in _WAITING for page in inner.read)
    inner.read = [PageText("", UNREADABLE) if page.method in _WAITING else page for page in inner.read]
    inner.state = "partly" if rest else "ok"
