"""OpenDocument texts, sheets and slides (.odt, .ods, .odp) to pages; runs in the sandboxed child."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from .flow import Flow
from .markup import Event, events
from .outcome import LockedError, send
from .packed import Packed
from .properties import title_of
from .sheets import MAX_COLUMNS, named, row_text
from .wire import Writer

# What its author took out (tracked deletions), said aside (annotations), or a program worked out beforehand.
_SKIPPED = frozenset(
    str.split("tracked-changes annotation annotation-end forms sequence-decls scripts font-face-decls")
)
_SIGNS = {"tab": "\t", "line-break": "\n"}
_MAX_SPACES = 1000
_MAX_REPEATED = 100  # rows or columns with the same text; whole empty sheets are written as one row a million times


def read(packed: Packed, writer: Writer) -> None:
    """Read a text by its page breaks, a workbook by its sheets, a presentation by its slides."""
    kind = kind_of(packed)
    pages = {"odt": _text_pages, "ods": _sheets, "odp": _slides}[kind]
    send(writer, kind, _unlocked(packed, pages), title=partial(title_of, packed))


def kind_of(packed: Packed) -> str:
    """Tell odt, ods or odp, "" for none of them."""
    if "mimetype" not in packed.names:
        return ""
    with packed.open("mimetype") as stream:
        stated = stream.read(100).decode("ascii", "replace").strip()
    family = stated.removeprefix("application/vnd.oasis.opendocument.").removesuffix("-template")
    return {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}.get(family, "")


def _unlocked(packed: Packed, pages: Callable[[Packed], Iterator[str]]) -> Iterator[str]:
    manifest = "META-INF/manifest.xml"
    if manifest in packed.names:
        with packed.open(manifest) as stream:
            if any((kind, name) == ("start", "encryption-data") for kind, name, _ in events(stream)):
                raise LockedError("The file opens only with a password.")
    yield from pages(packed)


def _content(packed: Packed, part: str = "content.xml") -> Iterator[Event]:
    """The events of a part without what is no text for readers."""
    skipped = 0
    with packed.open(part) as stream:
        for event in events(stream):
            kind, name, _ = event
            if kind != "text" and (skipped or name in _SKIPPED):
                skipped += 1 if kind == "start" else -1
            elif not skipped:
                yield event


def _text_pages(packed: Packed) -> Iterator[str]:
    heads, feet = _repeated(packed)
    flow = Flow()
    for head in heads:
        flow.write(head + "\n")
    text = _Text(flow)
    for event in _content(packed):
        text.take(event)
        if len(flow.pages) > 1:  # the last one is held back for the feet
            yield flow.pages.pop(0)
    flow.finish()
    yield from flow.pages[:-1]
    yield "\n".join((flow.pages[-1], *feet)).strip("\n")


def _repeated(packed: Packed) -> tuple[list[str], list[str]]:
    """What stands on top and at the foot of every page, each text once."""
    found: dict[str, dict[str, None]] = {"header": {}, "footer": {}}
    if "styles.xml" not in packed.names:
        return [], []
    inside, flow, text = "", Flow(), _Text(Flow())
    for event in _content(packed, "styles.xml"):
        kind, name, _ = event
        part = name.removesuffix("-first").removesuffix("-left")
        if part in found and kind == "start":
            inside, flow = part, Flow()
            text = _Text(flow, in_body=True)
        elif part in found and kind == "end":
            flow.finish()
            found[part][flow.pages[0].strip()] = None
            inside = ""
        elif inside:
            text.take(event)
    return list(filter(None, found["header"])), list(filter(None, found["footer"]))


class _Text:
    """Follows the events of a text document and writes what a reader of the page sees."""

    def __init__(self, flow: Flow, *, in_body: bool = False) -> None:
        self._flow = flow
        self._in_body = in_body
        self._paragraphs = 0
        self._breaking: set[str] = set()  # styles whose paragraphs begin a page
        self._style = ""
        self._note: tuple[_Text, Flow] | None = None

    def take(self, event: Event) -> None:
        """Follow one event."""
        kind, name, attributes = event
        if self._note and (kind, name) != ("end", "note"):
            self._note[0].take(event)
        elif not self._in_body:
            self._declare(kind, name, attributes)
        elif kind == "text":
            if self._paragraphs > 0:
                self._flow.write(" ".join(name.split("\n")))
        elif kind == "start":
            self._start(name, attributes)
        else:
            self._end(name)

    def _declare(self, kind: str, name: str, attributes: dict[str, str]) -> None:
        if (kind, name) == ("start", "body"):
            self._in_body = True
        elif (kind, name) == ("start", "style"):
            self._style = attributes.get("name", "")
            if attributes.get("master-page-name"):
                self._breaking.add(self._style)
        elif name == "paragraph-properties" and attributes.get("break-before") == "page":
            self._breaking.add(self._style)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        flow = self._flow
        match name:
            case "p" | "h":
                if attributes.get("style-name") in self._breaking:
                    flow.end_written_page()
                self._paragraphs += 1
            case "s" | "tab" | "line-break":
                flow.write(_sign(name, attributes))
            case "soft-page-break":
                flow.end_written_page()
            case "table-row":
                flow.open_row()
            case "text-box":
                flow.fresh_line()
            case "note":
                inner = Flow()
                self._note = _Text(inner, in_body=True), inner
            case "note-citation":
                self._paragraphs = -1  # the mark of the note we are in: it gets one of ours

    def _end(self, name: str) -> None:
        match name:
            case "p" | "h":
                self._paragraphs -= 1
                self._flow.line()
            case "note-citation":
                self._paragraphs = 0
            case "table-cell" | "covered-table-cell":
                self._flow.end_cell()
            case "table-row":
                self._flow.end_row()
            case "note" if self._note:
                inner = self._note[1]
                inner.finish()
                self._flow.write(self._flow.note(" ".join(inner.pages)))
                self._note = None


def _sheets(packed: Packed) -> Iterator[str]:
    """A sheet a page, its cells as they are shown there."""
    sheet = ""
    rows: list[str] = []
    cells: list[str] = []
    cell: list[str] = []
    times_row, times_cell, in_table = 1, 1, False
    for kind, name, attributes in _content(packed):
        if kind == "text":
            cell.append(name if in_table else "")
        elif name == "table":
            in_table = kind == "start"
            if in_table:
                sheet = attributes.get("name", "")
            else:
                yield named(sheet, "\n".join(rows).strip("\n"))
            rows, cells, cell = [], [], []
        elif (kind, name) == ("start", "table-row"):
            times_row, cells = _times(attributes, "number-rows-repeated"), []
        elif (kind, name) == ("end", "table-row"):
            row = row_text(cells)
            rows.extend([row] * (times_row if row else 1))
        elif (kind, name) in {("start", "table-cell"), ("start", "covered-table-cell")}:
            times_cell, cell = _times(attributes, "number-columns-repeated"), []
        elif (kind, name) in {("end", "table-cell"), ("end", "covered-table-cell")}:
            cells.extend(islice([" ".join("".join(cell).split())] * times_cell, max(0, MAX_COLUMNS - len(cells))))
        elif kind == "start" and name in {"s", "tab", "line-break", "p"}:
            cell.append(" ")


def _slides(packed: Packed) -> Iterator[str]:
    """A slide a page, its notes behind its texts."""
    flow, text = Flow(), _Text(Flow())
    inside = False
    for event in _content(packed):
        kind, name, _ = event
        if (kind, name) == ("start", "page"):
            inside, flow = True, Flow()
            text = _Text(flow, in_body=True)
        elif (kind, name) == ("end", "page"):
            flow.finish()
            yield "\n".join(line for page in flow.pages for line in page.split("\n") if line.strip())
            inside = False
        elif inside:
            text.take(event)


def _sign(name: str, attributes: dict[str, str]) -> str:
    return _SIGNS[name] if name in _SIGNS else " " * _number(attributes.get("c", ""), _MAX_SPACES)


def _times(attributes: dict[str, str], name: str) -> int:
    return _number(attributes.get(name, ""), _MAX_REPEATED)


def _number(text: str, most: int) -> int:
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 12 else 1
