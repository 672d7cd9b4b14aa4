"""Web pages (.html) to one page of text; runs in the sandboxed child."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from mmap import mmap

from .flow import Flow
from .outcome import NoDocumentError, send
from .plain import decode
from .wire import Writer

_BLOCKS = frozenset(
    str.split(
        "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hr legend main nav ol p pre section summary table ul"
    )
)
# What is no text, or none that is shown.
_SKIPPED = frozenset(str.split("script style template noscript svg math object iframe select textarea button"))
# What ends an element whose own end may be left out: the start of one of the first, or the end of one of the second.
_TABLE_PARTS = frozenset(str.split("tr thead tbody tfoot"))
_CELLS = _TABLE_PARTS | {"td", "th"}
_ENDED_BY = {
    "p": (_BLOCKS | _CELLS | {"li"}, _BLOCKS | _CELLS | {"li"}),
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu"})),
    **dict.fromkeys(("dt", "dd"), (frozenset({"dt", "dd"}), frozenset({"dl"}))),
    **dict.fromkeys(("td", "th"), (_CELLS, _TABLE_PARTS | {"table"})),
    "tr": (_TABLE_PARTS, (_TABLE_PARTS | {"table"}) - {"tr"}),
    **dict.fromkeys(("thead", "tbody", "tfoot"), (_TABLE_PARTS - {"tr"}, frozenset({"table"}))),
    **dict.fromkeys(("option", "optgroup"), (frozenset({"option", "optgroup"}), frozenset({"datalist"}))),
}
# Elements in which those stand: within something hidden, they end only what is in the same one.
_AROUND = frozenset(str.split("ul ol menu dl table"))
_NOTHING: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
_EMPTY = frozenset(str.split("br hr img input meta link col area base embed source track wbr"))
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_APART = frozenset(str.split("p h1 h2 h3 h4 h5 h6 table blockquote"))
_LOGIN = re.compile(r"<input[^>]{1,300}type\s*=\s*[\"']?password", re.IGNORECASE)
_ERROR = re.compile(
    r"\s*(40[0134]|410|50[0234])\b|\s*(fehler|error|not found|forbidden|access denied|seite nicht gefunden|"
    r"zugriff verweigert|anmeldung|login|service unavailable)\b",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[ \t\r\n\f]+")


def read(document: mmap, writer: Writer) -> None:
    """Read the text that a browser would show, with its headings, lists and tables, and without its scripts."""
    data = document[:]
    found = _CHARSET.search(data[:4096])
    page = _Page()
    text = decode(data, found[1].decode() if found else "")
    send(writer, "html", _pages(page, text), title=lambda: page.title)


def _pages(page: "_Page", text: str) -> Iterator[str]:
    read = page.read(text)
    if _LOGIN.search(text):
        raise NoDocumentError("A page to log in was served instead of the document.")
    if _ERROR.match(page.title):
        raise NoDocumentError("An error page was served instead of the document.")
    yield read


def text_of(text: str) -> str:
    """The text of a page that is given as text."""
    return _Page().read(text)


@dataclass
class _Table:
    """What of a table is open."""

    row: bool = False
    cell: bool = False


class _Page(HTMLParser):
    """Writes what a browser would show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._flow = Flow()
        self._skipped: list[str] = []
        self._lists: list[int] = []  # the number reached in each ordered list around, -1 for one without numbers
        self._tables = [_Table()]
        self._in_title = False
        self._verbatim = 0
        self._fresh = True
        self._spaced = False
        self.title = ""

    def read(self, text: str) -> str:
        """Read all of it."""
        self.feed(text)
        self.close()
        self._flow.finish()
        lines = (line.rstrip(" ") for page in self._flow.pages for line in page.split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if tag == "title":
            self._in_title = not self.title
        if self._skipped and tag in _ENDED_BY.get(self._skipped[-1], _NOTHING)[0]:
            self._skipped.pop()
        if self._skipped:
            if tag in _SKIPPED or tag in _AROUND or tag in self._skipped:
                self._skipped.append(tag)
            return
        attributes = dict(attrs)
        if tag in _SKIPPED or ("hidden" in attributes and tag not in _EMPTY):
            self._skipped.append(tag)
        elif tag == "img":
            self.handle_data(f" {attributes.get('alt') or ''} ")
        else:
            self._begin(tag)

    def _begin(self, tag: str) -> None:
        if tag == "br":
            self._line()
        elif tag in {"table", "tr", "td", "th"}:
            self._begin_table(tag)
        elif tag in {"ol", "ul"}:
            self._line(fresh=True)
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._line(fresh=True)
            self._flow.write(self._bullet())
        elif tag in _BLOCKS:
            self._line(fresh=True)
            self._verbatim += tag == "pre"

    def _begin_table(self, tag: str) -> None:
        """Begin part of a table; what stands before it need not have been ended."""
        if tag == "table":
            self._line(fresh=True)
            self._tables.append(_Table())
            return
        table = self._tables[-1]
        if tag == "tr" or not table.row:
            self._end_row()
            self._flow.open_row()
            table.row = True
        elif table.cell:
            self._flow.end_cell()
        table.cell = tag != "tr"
        self._fresh = True

    def _end_row(self) -> None:
        table = self._tables[-1]
        if table.row:
            self._flow.end_row()
        table.row = table.cell = False
        self._fresh = True

    def _bullet(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def handle_endtag(self, tag: str) -> None:
        """End an element, whether or not it was begun."""
        if tag == "title":
            self._in_title = False
        if self._skipped and self._ends_skipped(tag):
            return
        if tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_row()
            self._tables = self._tables[:-1] or [_Table()]
        elif tag in {"ol", "ul"}:
            self._line(fresh=True)
            del self._lists[-1:]
        elif tag == "li":
            self._line(fresh=True)
        elif tag in _BLOCKS:
            self._line(fresh=True)
            if tag in _APART:
                self._flow.line()
            self._verbatim -= tag == "pre" and self._verbatim > 0

    def _ends_skipped(self, tag: str) -> bool:
        """Whether an end belongs to what is skipped; what is around it may end it too."""
        if tag in self._skipped:
            while self._skipped.pop() != tag:
                pass
        elif len(self._skipped) == 1 and tag in _ENDED_BY.get(self._skipped[0], _NOTHING)[1]:
            self._skipped.clear()
            return False
        return True

    def _line(self, *, fresh: bool = False) -> None:
        if not fresh or not self._fresh:
            self._flow.line()
        self._fresh = True

    def handle_data(self, data: str) -> None:
        """Write text; white space is one space, as a browser shows it."""
        if self._in_title:
            self.title += data
            return
        if self._skipped:
            return
        text = data if self._verbatim else _SPACE.sub(" ", data)
        if not self._verbatim and (self._fresh or self._spaced):
            text = text.lstrip(" ")
        if text:
            self._flow.write(text)
            self._fresh, self._spaced = False, text.endswith(" ")
