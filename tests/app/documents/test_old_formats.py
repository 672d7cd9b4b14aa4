"""Rich text, and the compound files of Microsoft Office until 2003."""

import struct
from itertools import pairwise

import pytest

from app.documents import Sandbox

from . import samples
from .office import compound

RTF = "application/rtf"


def texts(sandbox: Sandbox, data: bytes) -> list[str]:
    reading = sandbox.read(data)
    assert reading.state == "ok", reading
    return [page.text for page in reading.pages]


def rtf(body: str, head: str = r"\ansi\ansicpg1252") -> bytes:
    return ("{\\rtf1" + head + " " + body + "}").encode("cp1252")


@pytest.mark.parametrize(
    ("body", "pages"),
    [
        (r"Gr\'fc\'dfe \par Stra\u223\'dfe", ["Grüße \nStraße"]),
        (r"eins\page zwei\page\par drei", ["eins", "zwei", "drei"]),
        (r"{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\stylesheet{\s0 Normal;}}{\info{\title T}}Text", ["Text"]),
        (r"{\*\generator Word;}a{\*\unknown b}c{\pict 010203}d", ["acd"]),
        (r"a{\deleted b}c{\v d}e\v f\v0 g", ["aceg"]),
        (r"\u8222?Rat\u8220? \uc2\u8364\'80\'80 5\uc0\u8211-", ["„Rat“ € 5–-"]),
        (r"\u-10179?\u-8704?", ["😀"]),
        (r"a\tab b\line c\~d\_e\-f\emdash\{\}\\", ["a\tb\nc d-ef—{}\\"]),
        (r"\trowd a\cell b\cell\row\trowd c\cell d\cell\row danach", ["a\tb\nc\td\ndanach"]),
        (r"Satz{\super\chftn{\footnote Fu\'df}} weiter\page neu", ["Satz [1] weiter\n[1] Fuß", "neu"]),
        (r"{\header Stadt\par}{\headerl Stadt\par}{\footer Seite\par}eins\page zwei", ["Stadt\neins", "zwei\nSeite"]),
        (r"{\fonttbl{\f1\fcharset238 A;}}\f1\'b3\f0 x", ["łx"]),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt Verweis}}", ["Verweis"]),
        ("a\\bin5 {{{}\\b", ["ab"]),
        (r"a}}}}b{{{{c", ["abc"]),
    ],
)
def test_it_reads_rich_text(sandbox: Sandbox, body: str, pages: list[str]) -> None:
    assert texts(sandbox, rtf(body)) == pages


def test_it_tells_rich_text_by_its_bytes(sandbox: Sandbox) -> None:
    reading = sandbox.read(rtf("x"), media_type_hint="application/msword", name="vorlage.doc")

    assert (reading.state, reading.reader, reading.media_type, reading.pages[0].method) == ("ok", "rtf", RTF, "rtf")


def test_it_refuses_groups_in_groups_without_end(sandbox: Sandbox) -> None:
    assert sandbox.read(rtf("{" * 1_000_000)).state == "hostile"


def test_it_calls_rich_text_without_text_empty(sandbox: Sandbox) -> None:
    assert sandbox.read(rtf("{\\pict " + "00" * 1000 + "}")).state == "empty"


def old_word(
    text: str, *, flags: int = 0, unseen: tuple[tuple[int, int], ...] = (), wide: bool = True, notes: str = ""
) -> bytes:
    """A Word 97 document; `unseen` are the places of deleted characters."""
    whole = text + notes
    coded = whole.encode("utf-16-le" if wide else "cp1252")
    width, start = (2 if wide else 1), 2048
    head = bytearray(start)
    struct.pack_into("<HH", head, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", head, 0x0A, flags)
    struct.pack_into("<II", head, 0x4C, len(text), len(notes))
    place = start if wide else (start * 2) | 1 << 30
    pieces = struct.pack("<IIHIH", 0, len(whole), 0, place, 0)
    table = b"\x01\x02\x00ab" + b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", head, 0x1A2, 0, len(table))
    limits = sorted({0, len(whole)} | {limit for pair in unseen for limit in pair})
    block = bytearray(512)
    block[-1] = len(limits) - 1
    struct.pack_into(f"<{len(limits)}I", block, 0, *(start + limit * width for limit in limits))
    for number, run in enumerate(pairwise(limits)):
        if run in unseen:
            block[4 * len(limits) + number] = 200
    block[400:410] = b"\x09" + struct.pack("<HBHB", 0x0835, 1, 0x0800, 1) + bytes(3)
    body = bytes(head) + coded
    body = body.ljust(-(-len(body) // 512) * 512, b"\0")
    struct.pack_into("<II", head, 0xFA, len(table), 12)
    table += struct.pack("<III", start, start + len(coded), len(body) // 512)
    return compound({"WordDocument": bytes(head) + body[start:] + bytes(block), "0Table": table})


@pytest.mark.parametrize("wide", [True, False])
def test_it_reads_word_documents_of_old(sandbox: Sandbox, *, wide: bool) -> None:
    text = "Größe\rFeld \x13 PAGE \x14 7\x15 \x13 A \x13 B \x14x\x15 \x14y\x15.\x0cZelle\x07zwei\x07\x07drei\x07\x07\r"

    reading = sandbox.read(old_word(text, wide=wide), name="Vorlage.doc")

    assert [page.text for page in reading.pages] == ["Größe\nFeld  7 y.", "Zelle\tzwei\ndrei"]
    assert (reading.state, reading.reader, reading.media_type) == ("ok", "doc", "application/msword")


@pytest.mark.parametrize("wide", [True, False])
def test_it_leaves_out_what_was_deleted_in_old_word_documents(sandbox: Sandbox, *, wide: bool) -> None:
    data = old_word("Der Rat lehnt abstimmt zu.\r", unseen=((8, 16), (24, 25)), wide=wide, notes="Fußnote\r")

    assert texts(sandbox, data) == ["Der Rat stimmt z.\n\nFußnote"]


def test_it_needs_a_password_for_locked_office_files(sandbox: Sandbox) -> None:
    for data in (
        old_word("x", flags=0x0100),
        compound({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y"}),
    ):
        reading = sandbox.read(data)

        assert (reading.state, reading.pages) == ("encrypted", ())
        assert "password" in reading.reason


@pytest.mark.parametrize(
    ("stream", "words"),
    [("PowerPoint Document", "PowerPoint until 2003"), ("Contents", "old format of Microsoft Office")],
)
def test_it_says_in_words_which_old_format_has_no_reader(sandbox: Sandbox, stream: str, words: str) -> None:
    reading = sandbox.read(compound({stream: b"x"}))

    assert reading.state == "unsupported"
    assert words in reading.reason


def test_it_has_no_reader_for_word_95(sandbox: Sandbox) -> None:
    reading = sandbox.read(compound({"WordDocument": b"\xdc\xa5" + bytes(5000)}))

    assert (reading.state, reading.media_type) == ("unsupported", "application/msword")
    assert "Word 95" in reading.reason


@pytest.mark.parametrize("length", [8, 100, 600, 5000])
def test_it_calls_a_compound_file_cut_short_damaged(sandbox: Sandbox, length: int) -> None:
    reading = sandbox.read(old_word("x" * 9000)[:length])

    assert (reading.state, bool(reading.reason)) == ("damaged", True)


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def message(**more: bytes) -> bytes:
    """A message as Outlook saves it, with two attachments."""
    sent = struct.pack("<HHIQ", 0x40, 0x39, 6, 133_697_448_000_000_000)
    return compound(
        {
            "__properties_version1.0": bytes(32) + sent,
            "__substg1.0_0037001F": wide("Einladung"),
            "__substg1.0_0C1A001F": wide("Rathaus"),
            "__substg1.0_0E04001F": wide("Rat"),
            "__attach_version1.0_#00000000/__substg1.0_3707001F": wide("Plan.pdf"),
            "__attach_version1.0_#00000000/__substg1.0_37010102": samples.pdf(["Lageplan"]),
            "__attach_version1.0_#00000001/__substg1.0_3704001E": b"notiz.txt",
            "__attach_version1.0_#00000001/__substg1.0_37010102": b"Bitte beachten".ljust(4200),
        }
        | {f"__substg1.0_{name}": data for name, data in more.items()}
    )


@pytest.mark.parametrize(
    "body", [{"1000001F": wide("Guten Tag")}, {"1000001E": b"Guten Tag"}, {"10130102": b"<p>Guten <b>Tag</b></p>"}]
)
def test_it_reads_messages_of_outlook_and_what_is_attached(sandbox: Sandbox, body: dict[str, bytes]) -> None:
    reading = sandbox.read(message(**body), name="Einladung.msg")

    assert (reading.reader, reading.media_type, reading.title) == ("msg", "application/vnd.ms-outlook", "Einladung")
    first, plan, note = (page.text.rstrip("\0 ") for page in reading.pages)
    assert first.split("\n") == [
        "From: Rathaus",
        "To: Rat",
        "Date: 2024-09-02 10:00 UTC",
        "Subject: Einladung",
        "",
        "Guten Tag",
    ]
    assert (plan, note) == ("Plan.pdf\n\nLageplan", "notiz.txt\n\nBitte beachten")
    assert [page.method for page in reading.pages] == ["msg", "pdfium", "plain"]
