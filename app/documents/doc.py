"""Word documents as Word wrote them from 1997 to 2003 (.doc) to pages; runs in the sandboxed child.

By Microsoft's description of the format, [MS-DOC]: 2.5 (the information block), 2.8.25 and 2.9.177 (pieces of text),
2.8.5 and 2.9.33 (properties of characters). Text that was deleted while changes were tracked, and hidden text, stand
between the rest and are left out.
"""

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator

import olefile

from .outcome import LockedError, RefusedError, UnsupportedError

_WORD_97 = 0xA5EC
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_CCP = 0x4C  # lengths of main text, footnotes, headers, (macros,) annotations, endnotes, text boxes, those in headers
_STORIES = ("main", "footnotes", "headers", "macros", "annotations", "endnotes", "boxes", "boxes in headers")
_SHOWN = ("main", "boxes", "footnotes", "endnotes")
_FC_CHARACTERS, _FC_PIECES = 0xFA, 0x1A2
_COMPRESSED = 1 << 30
_BLOCK = 512
_DELETED, _HIDDEN = 0x0800, 0x083C
_OPERAND = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}  # bytes by the upper three bits; 6 says its own length
# A field is 0x13, what to work out, 0x14, what it came to, 0x15; they nest.
_FIELD_MARK = re.compile("([\x13\x14\x15])")
_SIGNS = str.maketrans(
    {"\r": "\n", "\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\x07": "\t"}
    | dict.fromkeys("\x01\x02\x03\x04\x05\x08\x13\x14\x15\x1f")
)


def pages(compound: olefile.OleFileIO) -> Iterator[str]:
    """Yield the pages between the breaks that its author made; boxes and notes follow behind the text."""
    stream = compound.openstream("WordDocument").read()
    magic, flags = struct.unpack_from("<H8xH", stream)
    if magic != _WORD_97:
        raise UnsupportedError("This is a document of Word 95 or older, for which there is no reader here.")
    if flags & _ENCRYPTED:
        raise LockedError("The document opens only with a password.")
    table = compound.openstream("1Table" if flags & _SECOND_TABLE else "0Table").read()
    unseen = _unseen(stream, table)
    text = "".join(_pieces(stream, table, unseen))
    lengths = struct.unpack_from("<8I", stream, _CCP)
    position, stories = 0, dict[str, str]()
    for name, length in zip(_STORIES, lengths, strict=True):
        stories[name] = text[position : position + length]
        position += length
    whole = "\n".join(stories[name].replace(_GONE, "") for name in _SHOWN if stories[name].strip(_GONE + "\r"))
    yield from (_plain(page) for page in whole.removesuffix("\x0c").split("\x0c"))


_GONE = "\ue000"  # keeps the place of what is not seen, so that stories can be told apart by their lengths


def _pieces(stream: bytes, table: bytes, unseen: list[tuple[int, int]]) -> Iterator[str]:
    offset, length = struct.unpack_from("<II", stream, _FC_PIECES)
    end = offset + length
    while offset < end and table[offset] == 1:  # properties of pieces, of no use here
        offset += 3 + struct.unpack_from("<H", table, offset + 1)[0]
    if offset >= end or table[offset] != 2:
        raise RefusedError("The file is damaged: where its text stands is missing.")
    size = struct.unpack_from("<I", table, offset + 1)[0]
    count = (size - 4) // 12
    offset += 5
    starts = struct.unpack_from(f"<{count + 1}I", table, offset)
    for number in range(count):
        place = struct.unpack_from("<I", table, offset + 4 * (count + 1) + 8 * number + 2)[0]
        characters = max(0, starts[number + 1] - starts[number])
        narrow = bool(place & _COMPRESSED)
        width, first = (1, (place & ~_COMPRESSED) // 2) if narrow else (2, place)
        data = stream[first : first + characters * width]
        yield _seen(data.decode("cp1252" if narrow else "utf-16-le", "replace"), first, width, unseen)


def _seen(text: str, first: int, width: int, unseen: list[tuple[int, int]]) -> str:
    last = first + len(text) * width
    number = max(0, bisect_right(unseen, (first, 0)) - 1)
    for start, end in unseen[number:]:
        if start >= last:
            break
        cut, resume = max(0, (start - first) // width), min(len(text), (end - first) // width)
        if resume > cut:
            text = text[:cut] + _GONE * (resume - cut) + text[resume:]
    return text


def _unseen(stream: bytes, table: bytes) -> list[tuple[int, int]]:
    """Byte ranges of the stream whose characters are deleted or hidden, in order."""
    offset, length = struct.unpack_from("<II", stream, _FC_CHARACTERS)
    count = max(0, (length - 4) // 8)
    blocks = struct.unpack_from(f"<{count}I", table, offset + 4 * (count + 1))
    found = []
    for block in blocks:
        page = stream[(block & 0x3FFFFF) * _BLOCK :][:_BLOCK]
        if len(page) < _BLOCK:
            continue
        runs = page[-1]
        limits = struct.unpack_from(f"<{runs + 1}I", page)
        for number in range(runs):
            place = page[4 * (runs + 1) + number] * 2
            if place and _is_unseen(page[place + 1 : place + 1 + page[place]]):
                found.append((limits[number], limits[number + 1]))
    return sorted(found)


def _is_unseen(properties: bytes) -> bool:
    offset = 0
    while offset + 3 <= len(properties):
        code = struct.unpack_from("<H", properties, offset)[0]
        if code in (_DELETED, _HIDDEN) and properties[offset + 2] == 1:
            return True
        kind = code >> 13
        offset += 2 + (_OPERAND[kind] if kind in _OPERAND else 1 + properties[offset + 2])
    return False


def _plain(text: str) -> str:
    """Text without fields' codes and marks; the end of a row is a cell mark more than there are cells."""
    kept: list[str] = []
    fields: list[bool] = []  # of the fields around: whether their code goes on
    codes = 0
    for piece in _FIELD_MARK.split(text):
        if piece == "\x13":
            fields.append(True)
        elif piece in {"\x14", "\x15"}:
            if fields and fields[-1]:
                codes -= 1
                fields[-1] = False
            if piece == "\x15" and fields:
                fields.pop()
            continue
        elif not codes:
            kept.append(piece)
        codes += piece == "\x13"
    return "".join(kept).replace("\x07\x07", "\n").translate(_SIGNS).strip("\n")
