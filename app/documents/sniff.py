"""The media type of a document by its first bytes: what a server says about it is a hint, no more."""

import codecs
import re

HEAD = 4096
PDF = "application/pdf"
HTML = "text/html"
TEXT = "text/plain"
UNKNOWN = "application/octet-stream"

_MAGIC = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (codecs.BOM_UTF16_LE, TEXT),
    (codecs.BOM_UTF16_BE, TEXT),
    (b"RIFF", "application/x-riff"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)
_INSIDE_ZIP = (
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_HTML = re.compile(
    rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|script|title|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"<(\?xml|[a-z][\w:.-]*[\s/>])", re.IGNORECASE)
_JSON = re.compile(rb"[\[{]\s*([\"\[{\]}]|-?\d|true|false|null)")
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")


def sniff(head: bytes) -> str:
    """The media type of a document that begins with these bytes (4 KiB are enough)."""
    by_magic = next((media_type for magic, media_type in _MAGIC if head.startswith(magic)), "")
    return _inside_zip(head) if by_magic == "application/zip" else by_magic or _by_content(head)


def _by_content(head: bytes) -> str:
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if _HTML.match(text):
        return HTML
    # PDF readers look for the mark in the first kilobyte: mail gateways and scanners put lines before it.
    if b"%PDF-" in head[:1024]:
        return PDF
    if not text or _BINARY.search(text):
        return UNKNOWN
    return "application/xml" if _XML.match(text) else "application/json" if _JSON.match(text) else TEXT


def _inside_zip(head: bytes) -> str:
    return next((media_type for mark, media_type in _INSIDE_ZIP if mark in head), "application/zip")
