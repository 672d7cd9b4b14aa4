"""Plain text to pages; runs in the sandboxed child."""

import codecs
import re
from mmap import mmap

from .outcome import send
from .sniff import HEAD, unmarked_utf16
from .wire import Writer

# Of all that Python calls an encoding, those that texts are written in.
_CHARSET = re.compile(
    r"utf-?8|utf-?(16|32)([-_]?[lb]e)?|(us-)?ascii|latin-?\d|iso[-_]?8859-\d{1,2}|(windows-|cp)12\d\d|(cp|ibm)?(437|85\d)"
    r"|koi8-[ru]|macintosh|mac-?roman",
    re.IGNORECASE,
)
# What is stated where nobody knows, or what means Windows-1252 as often as not.
_GUESSED = re.compile(r"utf-?8|(us-)?ascii|latin-?1|iso[-_]?8859-1", re.IGNORECASE)


def read(document: mmap, writer: Writer) -> None:
    """Decode UTF-8, UTF-16 or else Windows-1252; a form feed ends a page."""
    send(writer, "plain", decode(document[:]).split("\f"))


def decode(data: bytes, charset: str = "") -> str:
    """Bytes as text: by their mark, by the charset that is stated if it is one, or by what fits."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig", "replace")
    if _CHARSET.fullmatch(charset) and not _GUESSED.fullmatch(charset):
        try:
            return data.decode(charset, "replace")
        except LookupError:
            pass
    if coding := unmarked_utf16(data[:HEAD]):
        return data.decode(coding, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
