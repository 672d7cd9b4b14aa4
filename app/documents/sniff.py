"""The media type of a document by its first bytes: what a server says about it is a hint, no more.

What is in a zip archive or a compound file, which begin alike whatever they hold, only their readers see.
"""

import codecs
import re
from collections.abc import Callable

HEAD = 4096
PDF = "application/pdf"
HTML = "text/html"
TEXT = "text/plain"
JSON = "application/json"
XML = "application/xml"
RTF = "application/rtf"
ZIP = "application/zip"
OLE = "application/x-ole-storage"
MAIL = "message/rfc822"
PNG, JPEG, GIF, TIFF = "image/png", "image/jpeg", "image/gif", "image/tiff"
WEBP, BMP, SVG = "image/webp", "image/bmp", "image/svg+xml"
UNKNOWN = "application/octet-stream"

_MAGIC = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"{\\rtf", RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"RIFF", "application/x-riff"),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),  # one without members
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"MZ", "application/x-msdownload"),
)
_DECLARATION = re.compile(rb"(<\?xml[^>]*>)?\s*", re.IGNORECASE)
_SPACE = re.compile(rb"\s*")
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|script|title|meta)\b", re.IGNORECASE)
_SVG = re.compile(rb"(<!doctype\s+svg[^>]*>\s*)?<svg\b", re.IGNORECASE)
_XML = re.compile(rb"<(\?xml|[a-z][\w:.-]*[\s/>])", re.IGNORECASE)
_JSON = re.compile(rb"[\[{]\s*([\"\[{\]}]|-?\d|true|false|null)")
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
# A mail begins with lines of heads, and two of them are among these.
_HEADS = re.compile(rb"(?:[!-9;-~]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+")
_MAIL = re.compile(
    rb"^(from|to|date|subject|received|message-id|mime-version|return-path|content-type|delivered-to):[ \t]",
    re.IGNORECASE | re.MULTILINE,
)
_MOSTLY = 0.4  # of every other byte: in German as UTF-16 all but a few dashes and quotation marks are zero


def sniff(head: bytes) -> str:
    """The media type of a document that begins with these bytes (4 KiB are enough)."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return BMP
    return next((media_type for magic, media_type in _MAGIC if head.startswith(magic)), "") or _by_content(head)


def _by_content(head: bytes) -> str:
    if coding := _utf16(head):
        return _by_content(head.decode(coding, "ignore").encode())
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    beginning = _past_comments(text)
    if _HTML.match(text, beginning):
        return HTML
    # PDF readers look for the mark in the first kilobyte: mail gateways and scanners put lines before it.
    if b"%PDF-" in head[:1024]:
        return PDF
    if not text or _BINARY.search(text):
        return UNKNOWN
    if _SVG.match(text, beginning):
        return SVG
    return next((media_type for is_one, media_type in _TEXTS if is_one(text)), TEXT)


def _past_comments(text: bytes) -> int:
    """Where a page begins behind its XML declaration and comments; a pattern for any number of these may never end."""
    found = _DECLARATION.match(text)
    position = found.end() if found else 0
    while text.startswith(b"<!--", position) and (end := text.find(b"-->", position + 4)) >= 0:
        space = _SPACE.match(text, end + 3)
        position = space.end() if space else end + 3
    return position


def _is_mail(text: bytes) -> bool:
    heads = _HEADS.match(text.removeprefix(b"From ").partition(b"\n")[2] if text.startswith(b"From ") else text)
    return heads is not None and len({name.lower() for name in _MAIL.findall(heads[0])}) >= 2


def _utf16(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return unmarked_utf16(head)


def unmarked_utf16(head: bytes) -> str:
    """Name the byte order where a text is UTF-16 without saying so, "" where it is not."""
    head = head[: len(head) // 2 * 2]
    if len(head) < 8:
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    needed = _MOSTLY * len(head) / 2
    if odd >= needed and not even:
        return "utf-16-le"
    return "utf-16-be" if even >= needed and not odd else ""


_TEXTS: tuple[tuple[Callable[[bytes], object], str], ...] = (
    (_is_mail, MAIL),
    (_XML.match, XML),
    (_JSON.match, JSON),
)
