"""Zip archives: listed by name, read member by member, and never unpacked further than an honest one needs."""

import io
import zipfile

import pytest

from app.documents import Sandbox

from . import office, samples
from .office import locked_zip, mail, open_document, word, workbook, zipped

ZIP = "application/zip"


def test_it_lists_the_members_and_reads_each_by_its_format(sandbox: Sandbox) -> None:
    data = zipped(
        {
            "Vorlage.pdf": samples.pdf(["Seite 1"], ["Seite 2"]),
            "Anlagen/Größe.docx": word("Wort"),
            "Anlagen/": b"",
            "tabelle.xlsx": workbook([["Zelle", 1]]),
            "brief.eml": mail("Brief"),
            "__MACOSX/._x": b"x",
        }
    )

    reading = sandbox.read(data, name="Anlagen.zip")

    assert (reading.state, reading.reader, reading.media_type, reading.reason) == ("ok", "zip", ZIP, "")
    first, *others = [page.text for page in reading.pages]
    assert first == "Vorlage.pdf\nAnlagen / Größe.docx\ntabelle.xlsx\nbrief.eml"
    assert others[:4] == [
        "Vorlage.pdf\n\nSeite 1",
        "Seite 2",
        "Anlagen / Größe.docx\n\nWort",
        "tabelle.xlsx\n\nZelle\t1",
    ]
    assert others[4].startswith("brief.eml\n\nFrom: Rathaus")
    assert [page.method for page in reading.pages] == ["zip", "pdfium", "pdfium", "docx", "xlsx", "eml"]


def test_it_says_which_members_give_no_text(sandbox: Sandbox) -> None:
    data = zipped({"a.txt": "Text", "b.exe": b"MZ" + bytes(9), "c.pdf": samples.pdf(["x"], password="p"), "d": b""})

    reading = sandbox.read(data)

    assert reading.state == "partly"
    assert reading.reason == "3 of 4 files in it give no text or not all of it: b.exe, c.pdf, d."
    assert [page.text for page in reading.pages] == ["a.txt\nb.exe\nc.pdf\nd", "a.txt\n\nText"]


def test_it_needs_a_password_where_all_members_do(sandbox: Sandbox) -> None:
    reading = sandbox.read(locked_zip({"a.txt": "geheim", "b.txt": "geheim"}))

    assert (reading.state, [page.text for page in reading.pages]) == ("encrypted", ["a.txt\nb.txt"])
    assert reading.reason == "2 of 2 files in it need a password: a.txt, b.txt."


def test_it_opens_archives_in_archives_twice_and_then_no_more(sandbox: Sandbox) -> None:
    data = zipped({"innen.txt": "Kern"})
    for level in range(2):
        data = zipped({f"{level}.zip": data})

    twice = sandbox.read(data)
    thrice = sandbox.read(zipped({"2.zip": data}))

    assert [page.text for page in twice.pages] == ["1.zip", "1.zip\n\n0.zip", "0.zip\n\ninnen.txt"]
    assert twice.state == "partly"
    assert thrice.state == "partly"
    assert not any("Kern" in page.text for page in thrice.pages)
    assert "Kern" in sandbox.read(zipped({"a.zip": zipped({"innen.txt": "Kern"})})).pages[-1].text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "etc / passwd"),
        ("/absolut.txt", "absolut.txt"),
        ("..\\..\\windows.txt", "windows.txt"),
        ("a\nb\u202ecod.txt", "a bcod.txt"),
        ("..", "?"),
        ("x" * 500, "x" * 200),
    ],
)
def test_it_shows_names_that_lead_nowhere(sandbox: Sandbox, name: str, shown: str) -> None:
    assert sandbox.read(zipped({name: "Text"})).pages[0].text == shown


def test_it_reads_names_in_the_codings_of_windows_and_unix(sandbox: Sandbox) -> None:
    made = zipped({"Gr~~e.txt": "a"})

    assert sandbox.read(made.replace(b"Gr~~e", b"Gr\x81\xe1e")).pages[0].text == "Grüße.txt"
    unix = zipped({"Gr~~~~e.txt": "a"}).replace(b"Gr~~~~e", "Grüße".encode())
    assert sandbox.read(unix).pages[0].text == "Grüße.txt"


@pytest.mark.parametrize(
    ("members", "mebibytes"),
    [(1, 100), (1, 4095), (200, 1024), (9_000, 4)],
)
def test_it_unpacks_no_bomb(sandbox: Sandbox, members: int, mebibytes: int) -> None:
    reading = sandbox.read(office.bomb(members, mebibytes))

    assert (reading.state, reading.pages) == ("hostile", ())
    assert "zip bomb" in reading.reason


def test_it_unpacks_no_more_than_a_member_says(sandbox: Sandbox) -> None:
    for name in ("x.txt", "xl/sharedStrings.xml"):
        data = office.lying_zip(name, bytes(20 << 20), 1000)
        assert sandbox.read(data).state in {"partly", "damaged"}
    lying = io.BytesIO(office.lying_zip("xl/worksheets/sheet1.xml", b"<a>" + bytes(20 << 20), 1000))
    with zipfile.ZipFile(lying, "a") as archive:
        archive.writestr(office.TYPES, office.TYPES_XML)
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert sandbox.read(lying.getvalue()).state == "damaged"


def test_it_reads_so_many_members_and_no_more(sandbox: Sandbox) -> None:
    reading = sandbox.read(zipped({f"{number:04}.txt": f"Text {number}" for number in range(700)}))

    assert (reading.state, len(reading.pages)) == ("partly", 501)
    assert reading.reason.startswith("200 of 700 files in it")


@pytest.mark.parametrize("keep", [0.01, 0.3, 0.7, 0.99])
def test_it_calls_an_archive_cut_short_damaged(sandbox: Sandbox, keep: float) -> None:
    data = zipped({f"{number}.txt": str(number) * 999 for number in range(30)}, packed=False)

    reading = sandbox.read(data[: int(len(data) * keep)])

    assert (reading.state, reading.reason) == (
        "damaged",
        "The file is damaged: as a zip archive it has no readable end.",
    )


def test_it_calls_an_archive_without_members_empty(sandbox: Sandbox) -> None:
    assert sandbox.read(zipped({})).state == "empty"
    assert sandbox.read(zipped({"ordner/": b"", "__MACOSX/x": b"y"})).state == "empty"


def test_it_tells_archives_from_office_files_by_what_is_in_them(sandbox: Sandbox) -> None:
    assert sandbox.read(zipped({"word/document.xml": "<a/>", "x.txt": "Text"})).reader == "zip"
    assert sandbox.read(zipped({"mimetype": "application/epub+zip", "x.txt": "Text"})).reader == "zip"
    # A member in front, as some programs write: the kind stands far behind the first bytes.
    far = zipped({"a.bin": bytes(range(256)) * 100} | {office.TYPES: office.TYPES_XML, "ppt/presentation.xml": "<a/>"})
    assert sandbox.read(far).media_type.endswith("presentationml.presentation")
    assert sandbox.read(open_document("text", "<a/>")[:-1]).state in {"damaged", "empty"}


def test_it_reads_an_archive_that_swallows_itself(sandbox: Sandbox) -> None:
    data = zipped({"a.txt": "Text"}, packed=False)

    assert sandbox.read(data + data).state in {"ok", "partly", "damaged"}
    assert sandbox.read(b"PK\x03\x04" * 10_000).state == "damaged"
