"""Rich text (.rtf) to pages; runs in the sandboxed child.

By Microsoft's specification 1.9.1. Its libraries lose page breaks, footnotes and tracked deletions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from mmap import mmap

from .flow import Flow
from .outcome import HostileError, send
from .wire import Writer

_TOKEN = re.compile(
    rb"\\(?:(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})?\x20?|'(?P<byte>[0-9a-fA-F]{2})|(?P<sign>[^a-zA-Z']))"
    rb"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)|\\"
)
# Groups whose text stands nowhere on a page.
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict object fldinst themedata colorschememapping datastore listtable "
    b"listoverridetable revtbl rsidtbl generator xmlnstbl latentstyles filetbl atnid atnauthor annotation bkmkstart "
    b"bkmkend private nonshppict ftnsep ftnsepc aftnsep aftnsepc".split()
)
_HEADS = frozenset(b"header headerf headerl headerr".split())
_FEET = frozenset(b"footer footerf footerl footerr".split())
_SIGNS = {
    b"line": "\n", b"par": "\n", b"tab": "\t", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"emspace": " ", b"enspace": " ", b"nestcell": "\t",
    b"nestrow": "\n",
}  # fmt: skip
_ESCAPED = {b"\\": "\\", b"{": "{", b"}": "}", b"~": " ", b"_": "-", b"\n": "\n", b"\r": "\n", b"-": ""}
_CHARSETS = {0: "cp1252", 77: "mac_roman", 161: "cp1253", 162: "cp1254", 186: "cp1257", 204: "cp1251", 238: "cp1250"}
_CODE_PAGES = frozenset({437, 850, 852, 1250, 1251, 1252, 1253, 1254, 1257})
_DEPTH = 1000


def read(document: mmap, writer: Writer) -> None:
    """Read a page after each break; letterheads stand on top of the first one, feet at the end of the last."""
    rtf = _Rtf(document[:])
    send(writer, "rtf", _pages(rtf))


def _pages(rtf: "_Rtf") -> Iterator[str]:
    rtf.follow()
    pages = rtf.flow.pages
    pages[0] = "\n".join((*rtf.heads, pages[0]))
    pages[-1] = "\n".join((pages[-1], *rtf.feet))
    yield from (page.strip("\n") for page in pages)


@dataclass(frozen=True)
class _Group:
    """What holds between two braces."""

    code_page: str = "cp1252"
    fallback: int = 1  # characters behind each \\u that stand in for it
    hidden: bool = False
    skipped: bool = False
    into: str = ""  # heads, feet or note; "" for the page


@dataclass
class _Rtf:
    """Follows the words of the file and writes what a reader of the page sees."""

    data: bytes
    flow: Flow = field(default_factory=Flow)
    heads: dict[str, None] = field(default_factory=dict)
    feet: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._group = _Group()
        self._groups: list[_Group] = []
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._bytes = bytearray()
        self._halves = ""  # of a letter beyond the 65,536th, which is written as two
        self._aside: list[str] = []
        self._to_skip = 0
        self._in_row = False

    def follow(self) -> None:
        """Read all of it."""
        position = 0
        while match := _TOKEN.match(self.data, position):
            position = match.end()
            if match["word"]:
                position += self._word(match["word"], int(match["number"] or b"-1"), bool(match["number"]))
            elif match["byte"]:
                self._raw(bytes.fromhex(match["byte"].decode()))
            elif match["text"]:
                self._raw(match["text"])
            elif match["brace"] == b"{":
                self._open()
            elif match["brace"]:
                self._close()
            elif match["sign"] == b"*":
                self._group = replace(self._group, skipped=True)
            elif match["sign"]:
                self._settle()
                self._write(_ESCAPED.get(match["sign"], ""))
        self._settle()
        self.flow.finish()

    def _open(self) -> None:
        self._settle()
        if len(self._groups) == _DEPTH:
            raise HostileError(f"The file nests more than {_DEPTH} groups.")
        self._groups.append(self._group)

    def _close(self) -> None:
        self._settle()
        ended, self._group = self._group, self._groups.pop() if self._groups else _Group()
        self._to_skip = 0
        if ended.into and not self._group.into:
            text = "".join(self._aside).strip()
            self._aside = []
            if ended.into == "note":
                self.flow.write(self.flow.note(text))
            elif text:
                (self.heads if ended.into == "heads" else self.feet)[text] = None

    def _word(self, word: bytes, number: int, numbered: bool) -> int:
        """Follow one control word; returns how many bytes behind it are data of its own."""
        if word == b"bin":
            return max(0, number)
        if word == b"u" and numbered:
            self._letter(number)
            return 0
        self._settle()
        if word in _SIGNS:
            self._write(_SIGNS[word])
        elif word in _SKIPPED:
            self._group = replace(self._group, skipped=True)
            self._aside = []
        elif word in _HEADS or word in _FEET or word == b"footnote":
            into = "note" if word == b"footnote" else "heads" if word in _HEADS else "feet"
            self._group = replace(self._group, into=into)
        elif not self._layout(word):
            self._format(word, number, numbered)
        return 0

    def _layout(self, word: bytes) -> bool:
        if self._group.skipped or self._group.into:
            return word in {b"page", b"sect", b"trowd", b"cell", b"row"}
        if word == b"page":
            self.flow.end_page()
        elif word == b"sect":
            self.flow.line()
        elif word == b"trowd" and not self._in_row:
            self.flow.open_row()
            self._in_row = True
        elif word == b"cell":
            self.flow.end_cell()
        elif word == b"row":
            self.flow.end_row()
            self._in_row = False
        else:
            return False
        return True

    def _format(self, word: bytes, number: int, numbered: bool) -> None:
        group = self._group
        if word == b"uc":
            self._group = replace(group, fallback=max(0, min(number, 20)))
        elif word == b"ansicpg" and number in _CODE_PAGES:
            self._group = replace(group, code_page=f"cp{number}")
        elif word in {b"mac", b"pc", b"pca"}:
            self._group = replace(group, code_page={b"mac": "mac_roman", b"pc": "cp437"}.get(word, "cp850"))
        elif word in {b"v", b"deleted"}:
            self._group = replace(group, hidden=not numbered or number != 0)
        elif word == b"plain":
            self._group = replace(group, hidden=False)
        elif word == b"f":
            self._font = number
            if not group.skipped and number in self._fonts:
                self._group = replace(group, code_page=self._fonts[number])
        elif word == b"fcharset" and number in _CHARSETS and number:
            self._fonts[self._font] = _CHARSETS[number]

    def _raw(self, data: bytes) -> None:
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        if len(data) > skipped:
            self._settle_letters()
            self._bytes += data[skipped:]

    def _letter(self, number: int) -> None:
        self._settle_bytes()
        self._halves += chr(number & 0xFFFF)
        self._to_skip = self._group.fallback

    def _settle(self) -> None:
        self._to_skip = 0
        self._settle_bytes()
        self._settle_letters()

    def _settle_bytes(self) -> None:
        if self._bytes:
            data, self._bytes = bytes(self._bytes), bytearray()
            self._write(data.decode(self._group.code_page, "replace"))

    def _settle_letters(self) -> None:
        if self._halves:
            text, self._halves = self._halves, ""
            self._write(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))

    def _write(self, text: str) -> None:
        if self._group.skipped or self._group.hidden:
            return
        if self._group.into:
            self._aside.append(text)
        else:
            self.flow.write(text)
