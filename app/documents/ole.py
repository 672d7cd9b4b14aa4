"""Compound files of Microsoft Office until 2003 and of Outlook, told apart and read; runs in the sandboxed child."""

import io
from functools import partial
from mmap import mmap

import olefile

from . import doc, outlook, sheets
from .outcome import send
from .wire import Writer

_LOCKED = ("EncryptedPackage", "EncryptionInfo")
_NO_READER = {
    "ppt": "This is a presentation in the format of PowerPoint until 2003 (.ppt), for which there is no reader here.",
    "ole": "This is a file in an old format of Microsoft Office for which there is no reader here.",
}


def read(document: mmap, writer: Writer) -> None:
    """Read a Word document, a workbook or a message; say which of the others it is."""
    data = document[:]
    try:
        compound = olefile.OleFileIO(io.BytesIO(data))
        kind = _kind(compound)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # olefile raises whatever Python can on a damaged file
        writer.begin("ole")
        writer.end("damaged", f"The file is damaged: its directory cannot be read ({type(error).__name__}).")
        return
    if kind == "doc":
        send(writer, kind, doc.pages(compound), title=partial(_title, compound))
    elif kind == "xls":
        sheets.read_old(data, writer)
    elif kind == "msg":
        outlook.read(compound, writer)
    else:
        writer.begin(kind)
        if kind == "locked":
            writer.end("encrypted", "The office file opens only with a password.")
        else:
            writer.end("unsupported", _NO_READER[kind])


def _kind(compound: olefile.OleFileIO) -> str:
    if any(compound.exists(name) for name in _LOCKED):
        return "locked"
    kinds = {
        "WordDocument": "doc",
        "Workbook": "xls",
        "Book": "xls",
        "PowerPoint Document": "ppt",
        outlook.PROPERTIES: "msg",
    }
    return next((kind for name, kind in kinds.items() if compound.exists(name)), "ole")


def _title(compound: olefile.OleFileIO) -> str:
    try:
        title = compound.get_metadata().title
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # as above; the text is worth more than the title
        return ""
    return title.decode("cp1252", "replace") if isinstance(title, bytes) else ""
