"""Messages as Outlook saves them (.msg) to pages; runs in the sandboxed child.

By [MS-OXMSG]: a stream for each property of varying length, named by its number and type.
"""

import datetime
import struct
from collections.abc import Iterator
from functools import partial

import olefile

from .html import text_of
from .mail import heading
from .outcome import RefusedError
from .parts import Part, send_with_parts
from .plain import decode
from .wire import Writer

PROPERTIES = "__properties_version1.0"
_ATTACHED = "__attach_version1.0_"
_SUBJECT, _FROM, _TO, _CC, _BODY, _HTML = "0037", "0C1A", "0E04", "0E03", "1000", "1013"
_NAME, _SHORT_NAME, _DATA = "3707", "3704", "3701"
_SENT, _TIME = 0x0039, 0x0040
_HEADER = 32
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)


def read(compound: olefile.OleFileIO, writer: Writer) -> None:
    """Read head and body as the first page, attachments as further ones."""
    try:
        subject = _string(compound, _SUBJECT)
        head = heading(
            {
                "From": _string(compound, _FROM),
                "To": _string(compound, _TO),
                "Cc": _string(compound, _CC),
                "Date": _sent(compound),
                "Subject": subject,
            }
        )
        body = _string(compound, _BODY) or text_of(decode(_binary(compound, _HTML).rstrip(b"\0")))
        parts = list(_attachments(compound))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # olefile raises whatever Python can on a damaged file
        writer.begin("msg")
        writer.end("damaged", f"The message is damaged ({type(error).__name__}).")
        return
    send_with_parts(writer, "msg", [f"{head}\n\n{body.strip()}"], parts, title=subject)


def _attachments(compound: olefile.OleFileIO) -> Iterator[Part]:
    storages = dict.fromkeys(path[0] for path in compound.listdir() if path[0].startswith(_ATTACHED))
    for storage in storages:
        name = _string(compound, _NAME, storage) or _string(compound, _SHORT_NAME, storage) or "?"
        yield Part(name, partial(_data, compound, storage))


def _data(compound: olefile.OleFileIO, storage: str, limit: int) -> bytes:
    try:
        data = _binary(compound, _DATA, storage)
    except OSError as error:
        raise RefusedError("It is damaged.") from error
    if len(data) > limit:
        raise RefusedError("It is too large.")
    return data


def _string(compound: olefile.OleFileIO, number: str, storage: str = "") -> str:
    wide, narrow = _stream(compound, f"{number}001F", storage), _stream(compound, f"{number}001E", storage)
    return (wide.decode("utf-16-le", "replace") if wide else decode(narrow)).strip("\x00 ")


def _binary(compound: olefile.OleFileIO, number: str, storage: str = "") -> bytes:
    return _stream(compound, f"{number}0102", storage)


def _stream(compound: olefile.OleFileIO, name: str, storage: str) -> bytes:
    path = [storage, f"__substg1.0_{name}"] if storage else [f"__substg1.0_{name}"]
    return bytes(compound.openstream(path).read()) if compound.exists(path) else b""


def _sent(compound: olefile.OleFileIO) -> str:
    data = compound.openstream(PROPERTIES).read()[_HEADER:]
    for offset in range(0, len(data) - 15, 16):
        kind, number, _, ticks = struct.unpack_from("<HHIQ", data, offset)
        if (number, kind) == (_SENT, _TIME) and ticks:
            return f"{_EPOCH + datetime.timedelta(microseconds=ticks // 10):%Y-%m-%d %H:%M} UTC"
    return ""
