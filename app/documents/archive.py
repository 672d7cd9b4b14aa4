"""Zip files: told apart by what is in them, and read as what they are; runs in the sandboxed child.

A Word file and a folder of PDFs begin with the same bytes; the list of members at the end tells them apart.
"""

import zipfile
from functools import partial
from mmap import mmap
from typing import Any

from . import docx, odf, sheets, slides
from .outcome import LockedError, RefusedError
from .packed import Packed
from .parts import Part, send_with_parts
from .wire import Writer

_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_LISTED = 2000
_OFFICE: dict[str, Any] = {"word/": docx, "xl/": sheets, "ppt/": slides}


def read(document: mmap, writer: Writer) -> None:
    """Read an office file as such, any other archive as a list of its members and then their pages."""
    try:
        packed = Packed(document)
        reader = _office_reader(packed)
    except RefusedError as refused:
        writer.begin("zip")
        writer.end(refused.state, str(refused))
        return
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # of a damaged archive zipfile raises whatever Python can
        writer.begin("zip")
        writer.end("damaged", f"The archive is damaged ({type(error).__name__}).")
        return
    if reader is not None:
        reader.read(packed, writer)
        return
    entries = [
        entry for entry in packed.entries if not entry.filename.endswith(_JUNK) and _JUNK[0] not in entry.filename
    ]
    if not entries:
        writer.begin("zip")
        writer.end("empty", "There is no file in the archive.")
        return
    names = [_name(entry) for entry in entries]
    parts = [Part(name, partial(packed.bytes_of, entry)) for name, entry in zip(names, entries, strict=True)]
    listed = names[:_LISTED] + (["…"] if len(names) > _LISTED else [])
    send_with_parts(writer, "zip", ["\n".join(listed)], parts)


def _office_reader(packed: Packed) -> Any:
    if "[Content_Types].xml" in packed.names:
        return next((reader for folder, reader in _OFFICE.items() if _has(packed, folder)), None)
    try:
        return odf if odf.kind_of(packed) else None
    except LockedError:  # an archive with passwords that happens to hold such a name
        return None


def _has(packed: Packed, folder: str) -> bool:
    return any(name.startswith(folder) and name.endswith((".xml", ".bin")) for name in packed.names)


def _name(entry: zipfile.ZipInfo) -> str:
    """A member's path as its maker wrote it; it leads nowhere: nothing is unpacked to a disk."""
    name = entry.filename
    if not entry.flag_bits & 0x800 and not name.isascii():
        # Without the mark for UTF-8 it is taken for code page 437; programs on Unix write UTF-8 all the same.
        try:
            name = name.encode("cp437").decode()
        except UnicodeError:
            name = entry.filename
    steps = name.replace("\\", "/").split("/")
    return " / ".join(" ".join(step.split()) for step in steps if step not in ("", ".", ".."))[:200] or "?"
