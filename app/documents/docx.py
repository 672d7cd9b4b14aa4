"""Word documents (.docx) to pages; runs in the sandboxed child.

python-docx is no help here: its text lacks insertions, text boxes, footnotes and content controls.
What its author took out or hid (tracked deletions, hidden text, comments) is not published by anybody but us, so it is
left out.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from .flow import Flow
from .markup import Event, events
from .outcome import send
from .packed import Packed
from .properties import title_of
from .wire import Writer

_SKIPPED = frozenset(
    str.split("del moveFrom Fallback tabs rPrChange pPrChange sectPrChange tblPrChange tcPrChange trPrChange tblGrid")
)
_SIGNS = {"cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "-"}
_OFF = frozenset({"0", "false", "off"})


def read(packed: Packed, writer: Writer) -> None:
    """Read a page after each break that the author made or that Word noted when it last laid the text out."""
    send(writer, "docx", pages(packed), title=partial(title_of, packed))


def pages(packed: Packed) -> Iterator[str]:
    """Yield the pages: letterheads on top of the first, feet at the end of the last, notes at the foot of theirs."""
    notes = {
        (kind, number): text
        for kind in ("footnote", "endnote")
        if f"word/{kind}s.xml" in packed.names
        for number, text in _notes(packed, kind)
    }
    flow = Flow()
    for text in _repeated(packed, "word/header"):
        flow.write(text + "\n")
    word = _Word(flow, notes)
    with packed.open(_main(packed)) as stream:
        for event in events(stream):
            word.take(event)
            if len(flow.pages) > 1:  # the last one is held back for the feet
                yield flow.pages.pop(0)
    flow.finish()
    yield from flow.pages[:-1]
    feet = _repeated(packed, "word/footer")
    yield "\n".join((flow.pages[-1], *feet)) if feet else flow.pages[-1]


def _main(packed: Packed) -> str:
    """The part with the text: `word/document.xml`, but some programs number it."""
    named = sorted(name for name in packed.names if name.startswith("word/document") and name.endswith(".xml"))
    return named[0] if named else "word/document.xml"


def _repeated(packed: Packed, prefix: str) -> list[str]:
    """Each text that stands on every page, once."""
    found: dict[str, None] = {}
    for name in sorted(packed.names):
        if name.startswith(prefix) and name.endswith(".xml"):
            with packed.open(name) as stream:
                found[_text_of(events(stream))] = None
    return [text for text in found if text]


def _text_of(parsed: Iterable[Event]) -> str:
    flow = Flow()
    word = _Word(flow, {})
    for event in parsed:
        word.take(event)
    flow.finish()
    return "\n".join(page for page in flow.pages if page).strip()


def _notes(packed: Packed, kind: str) -> Iterator[tuple[str, str]]:
    number, inside = "", list[Event]()
    with packed.open(f"word/{kind}s.xml") as stream:
        for event in events(stream):
            if event[:2] == ("start", kind):
                number, inside = event[2].get("id", ""), []
            elif event[:2] == ("end", kind):
                yield number, _text_of(inside)
            else:
                inside.append(event)


class _Word:
    """Follows the events of one part and writes what a reader of the page sees."""

    def __init__(self, flow: Flow, notes: dict[tuple[str, str], str]) -> None:
        self._flow = flow
        self._notes = notes
        self._skipped = 0
        self._in_text = 0
        self._hidden: list[bool] = []  # of the runs around: a text box stands in a run

    def take(self, event: Event) -> None:
        """Follow one event."""
        kind, name, attributes = event
        if kind == "text":
            if self._in_text and not self._skipped and not any(self._hidden):
                self._flow.write(name)
        elif self._skipped or name in _SKIPPED:
            self._skipped += 1 if kind == "start" else -1
        elif kind == "start":
            self._start(name, attributes)
        else:
            self._end(name)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        flow = self._flow
        match name:
            case "t":
                self._in_text += 1
            case "r":
                self._hidden.append(False)
            case "vanish" if self._hidden and attributes.get("val") not in _OFF:
                self._hidden[-1] = True
            case "br" if attributes.get("type") == "page":
                flow.end_page()
            case "br":
                flow.line()
            case "lastRenderedPageBreak":
                flow.end_written_page()
            case "pageBreakBefore" if attributes.get("val") not in _OFF:
                flow.end_written_page()
            case "tr":
                flow.open_row()
            case "txbxContent":
                flow.fresh_line()
            case "footnoteReference" | "endnoteReference":
                note = self._notes.get((name.removesuffix("Reference"), attributes.get("id", "")))
                flow.write(flow.note(note) if note else "")
            case _ if name in _SIGNS and self._hidden:
                flow.write(_SIGNS[name])

    def _end(self, name: str) -> None:
        match name:
            case "t":
                self._in_text -= 1
            case "r" if self._hidden:
                self._hidden.pop()
            case "p":
                self._flow.line()
            case "tc":
                self._flow.end_cell()
            case "tr":
                self._flow.end_row()
