"""Office files to read: sound ones as programs write them, hostile ones by hand."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

import docx
import openpyxl
import pptx
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

TYPES = "[Content_Types].xml"
TYPES_XML = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style", "drawing", "presentation", "manifest")
)


def saved(document: Any) -> bytes:
    """What a library's document saves."""
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def zipped(members: Mapping[str, bytes | str], *, packed: bool = True) -> bytes:
    """A zip archive of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def locked_zip(members: Mapping[str, bytes | str]) -> bytes:
    """A zip archive whose members say that they have a password."""
    data = bytearray(zipped(members))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def word(*pages: str) -> bytes:
    """A Word file with a paragraph on each page."""
    document = docx.Document()
    for number, text in enumerate(pages):
        paragraph = document.add_paragraph()
        if number:
            paragraph.add_run().add_break(WD_BREAK.PAGE)
        paragraph.add_run(text)
    return saved(document)


def word_of(body: str, **parts: str) -> bytes:
    """A Word file of this body and these parts (`footnotes`, `header1` ...), in Word's own words."""
    document = f'<?xml version="1.0"?><w:document {W}><w:body>{body}</w:body></w:document>'
    members: dict[str, bytes | str] = {f"word/{name}.xml": text for name, text in parts.items()}
    return zipped(members | {TYPES: TYPES_XML, "word/document.xml": document})


def workbook(*sheets: list[list[Any]]) -> bytes:
    """An Excel file of these sheets of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Blatt {number}")
        for row in rows:
            sheet.append(row)
    return saved(book)


def slides(*texts: str) -> bytes:
    """A presentation with a slide for each text."""
    show = pptx.Presentation()
    for text in texts:
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = text
    return saved(show)


def open_document(kind: str, body: str, *, automatic: str = "", **parts: str) -> bytes:
    """An OpenDocument file of a kind (text, spreadsheet, presentation) with this body."""
    content = (
        f'<?xml version="1.0"?><office:document-content {ODF}><office:automatic-styles>{automatic}'
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )
    stated = f"application/vnd.oasis.opendocument.{kind}"
    return zipped({"mimetype": stated, "content.xml": content} | {f"{k}.xml": v for k, v in parts.items()})


def mail(text: str = "Guten Tag", html: str = "", **attached: bytes) -> bytes:
    """A mail with attachments; `_pdf` at the end of a name is its ending."""
    message = EmailMessage()
    message["From"] = "Rathaus <rathaus@example.org>"
    message["To"] = "rat@example.org"
    message["Date"] = "Mon, 02 Sep 2024 10:00:00 +0200"
    message["Subject"] = "Einladung zur Sitzung – Änderung"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data in attached.items():
        stem, _, ending = name.rpartition("_")
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=f"{stem}.{ending}")
    return message.as_bytes()


def element(name: str, **attributes: str) -> Any:
    """An element of a Word file, such as `w:br`."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def bomb(members: int = 1, mebibytes: int = 1024, name: str = "Anlage") -> bytes:
    """A small zip archive that would unpack to so many mebibytes a member, all of them sharing the same bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    body = block * mebibytes + b"\x03\x00"
    size = mebibytes << 20
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(body), size, len(name), 0)
    central = b"".join(
        struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(body), size, len(name) + 4, 0, 0, 0, 0, 0, 0
        )
        + name.encode()
        + f"{number:04}".encode()
        for number in range(members)
    )
    start = local + name.encode() + body
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, members, members, len(central), len(start), 0)
    return start + central + end


def lying_zip(name: str, data: bytes, stated: int) -> bytes:
    """A zip archive whose one member unpacks to more than it states."""
    made = bytearray(zipped({name: data}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", made, made.find(mark) + offset, stated)
    return bytes(made)


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file of these streams; "storage/stream" lies in a storage."""
    names = ["Root Entry", *dict.fromkeys(path.split("/")[0] for path in streams if "/" in path)]
    storages = names[1:]
    entries: list[tuple[str, int, bytes, str]] = [(name, 1, b"", "") for name in storages]
    for path, data in streams.items():
        storage, _, name = path.rpartition("/")
        # Streams of less than 4 KiB would have to lie in the small ones' stream.
        entries.append((name, 2, data, storage))
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    table: list[int] = []
    body = b""
    placed: list[tuple[int, int]] = []
    for _, kind, data, _ in entries:
        padded = data + bytes(max(0, 4096 - len(data))) if kind == 2 else b""
        count = -(-len(padded) // sector)
        placed.append((len(table), len(padded)) if count else (end, 0))
        table += [*range(len(table) + 1, len(table) + count), end] if count else []
        body += padded.ljust(count * sector, b"\0")

    def record(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
        coded = name.encode("utf-16-le") + b"\0\0"
        return (
            coded.ljust(64, b"\0")
            + struct.pack("<HBB3I", len(coded), kind, 1, free, right, child)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    numbers = {name: number for number, (name, kind, _, _) in enumerate(entries, 1) if kind == 1}
    inside = {
        storage: [number for number, entry in enumerate(entries, 1) if entry[3] == storage]
        for storage in ["", *numbers]
    }

    def chained(number: int, storage: str) -> int:
        beside = inside[storage]
        place = beside.index(number)
        return beside[place + 1] if place + 1 < len(beside) else free

    directory = record("Root Entry", 5, inside[""][0], free, end, 0)
    for number, ((name, kind, _, storage), (start, size)) in enumerate(zip(entries, placed, strict=True), 1):
        child = inside[name][0] if kind == 1 and inside[name] else free
        directory += record(name, kind, child, chained(number, storage), start, size)
    directory = directory.ljust(-(-len(directory) // sector) * sector, b"\0")
    first = len(table)
    count = len(directory) // sector
    table += [*range(first + 1, first + count), end]
    tables = 1
    while tables * 128 < len(table) + tables:
        tables += 1
    places = list(range(len(table), len(table) + tables))
    table += [0xFFFFFFFD] * tables
    table += [free] * (tables * 128 - len(table))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<9I", 0, tables, first, 0, 4096, end, 0, end, 0)
        + struct.pack("<109I", *places, *[free] * (109 - tables))
    )
    return header + body + directory + struct.pack(f"<{len(table)}I", *table)
