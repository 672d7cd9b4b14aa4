"""Plain text to pages; runs in the sandboxed child."""

import codecs
from mmap import mmap

from .wire import EnoughError, Writer


def read(document: mmap, writer: Writer) -> None:
    """Decode UTF-8, UTF-16 with its mark, or else Windows-1252; a form feed ends a page."""
    writer.begin("plain")
    pages = _decode(document[:]).split("\f")
    try:
        for page in pages:
            writer.page(page, method="plain")
    except EnoughError as enough:
        writer.end("partly", f"The text {enough}; the rest is left out.", truncated=True)
        return
    if any(page.strip() for page in pages):
        writer.end("ok")
    else:
        writer.end("empty", "The text is nothing but white space.")


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
