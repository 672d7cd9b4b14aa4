"""What is read from documents that mean no harm, and from those that are merely broken."""

from pathlib import Path

import pytest

from app.documents import Sandbox

from . import samples
from .conftest import texts


def test_it_reads_each_page_with_its_umlauts(sandbox: Sandbox) -> None:
    reading = sandbox.read(samples.pdf([samples.UMLAUTS], [], ["Dritte Seite"]))

    assert reading.state == "ok"
    assert texts(reading) == (samples.UMLAUTS, "", "Dritte Seite")
    assert reading.reader == "pdfium"
    assert reading.media_type == "application/pdf"
    assert reading.reason == "1 of 3 pages have no text."
    assert not reading.truncated


def test_it_reads_a_file_by_its_path(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "Vorlage 1/2024.pdf".replace("/", "_")
    path.write_bytes(samples.pdf(["Haushaltssatzung"]))

    assert texts(sandbox.read(path)) == ("Haushaltssatzung",)
    assert texts(sandbox.read(str(path))) == ("Haushaltssatzung",)


def test_it_says_when_a_path_cannot_be_opened(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sandbox.read(tmp_path / "missing")


def test_it_mends_words_broken_at_line_ends(sandbox: Sandbox) -> None:
    lines = [
        "Der Bebauungs-",
        "plan liegt im Haupt-",
        "und Finanzausschuss; die CDU-",
        "Fraktion stimmt zu.",
    ]

    (page,) = texts(sandbox.read(samples.pdf(lines)))

    assert page == "Der Bebauungsplan liegt im Haupt- und Finanzausschuss; die CDU-Fraktion stimmt zu."


def test_it_reads_columns_one_after_the_other(sandbox: Sandbox) -> None:
    (page,) = texts(sandbox.read(samples.two_columns(["Der Rat", "beschließt"], ["die Satzung", "der Stadt"])))

    assert page.split("\n") == ["Der Rat", "beschließt", "die Satzung", "der Stadt"]


def test_it_calls_a_scan_empty(sandbox: Sandbox) -> None:
    reading = sandbox.read(samples.scan())

    assert (reading.state, texts(reading)) == ("empty", ("",))
    assert "scan" in reading.reason


def test_it_asks_for_no_password(sandbox: Sandbox) -> None:
    locked = sandbox.read(samples.pdf(["geheim"], password="Rathaus"))

    assert (locked.state, locked.pages) == ("encrypted", ())
    assert "password" in locked.reason


def test_it_reads_an_encrypted_pdf_that_opens_without_a_password(sandbox: Sandbox) -> None:
    target = samples.pdf(["öffentlich"], password="")

    assert texts(sandbox.read(target)) == ("öffentlich",)


def test_it_lets_the_second_reader_read_what_the_first_cannot_open(sandbox: Sandbox) -> None:
    # PDFium wants the mark; pdfminer.six does not care.
    sound = samples.pdf(["Zweitausschuss"])
    reading = sandbox.read(sound.removeprefix(b"%PDF-1.3\n"), media_type_hint="application/pdf")

    assert (reading.state, reading.reader) == ("ok", "pdfminer")
    assert texts(reading)[0] == "Zweitausschuss"


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9, 0.99])
def test_it_gives_a_state_and_a_reason_to_a_file_cut_short(sandbox: Sandbox, keep: float) -> None:
    whole = samples.pdf(*[[f"Seite {number}", samples.UMLAUTS] for number in range(20)])

    reading = sandbox.read(whole[: int(len(whole) * keep)], media_type_hint="application/pdf")

    assert reading.state in {"ok", "partly", "damaged", "empty"}
    assert reading.state == "ok" or reading.reason


def test_it_calls_noise_damaged(sandbox: Sandbox) -> None:
    reading = sandbox.read(b"\x00\x01\x02" * 1000, media_type_hint="application/pdf")

    assert reading.state == "damaged"


def test_it_calls_an_empty_file_damaged(sandbox: Sandbox) -> None:
    assert sandbox.read(b"").state == "damaged"


HTML_PAGE = "﻿\n <!-- Fehler -->\n<!DOCTYPE html><html><title>Anmeldung</title></html>".encode()


@pytest.mark.parametrize(
    ("served", "words"),
    [
        (HTML_PAGE, "web page"),
        (b"<html>%PDF-1.4 is not what this is</html>", "web page"),
        (b'<?xml version="1.0"?><!DOCTYPE html><html/>', "web page"),
        (b'{"error": "not found"}', "JSON"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "XML"),
        (b"Datei nicht gefunden", "Plain text"),
    ],
)
def test_it_knows_an_error_page_served_as_pdf(sandbox: Sandbox, served: bytes, words: str) -> None:
    reading = sandbox.read(served, media_type_hint="application/pdf")

    assert (reading.state, reading.pages) == ("not_a_document", ())
    assert words in reading.reason


def test_it_believes_the_bytes_and_not_the_hint(sandbox: Sandbox) -> None:
    assert sandbox.read(samples.pdf(["Text"]), media_type_hint="text/html; charset=utf-8").state == "ok"
    assert sandbox.read(samples.pdf(["Text"]), name="bild.png").state == "ok"


def test_it_names_the_format_it_has_no_reader_for(sandbox: Sandbox) -> None:
    reading = sandbox.read(b"Rar!\x1a\x07\x01\x00" + bytes(99), name="Anlagen.rar")

    assert (reading.state, reading.media_type) == ("unsupported", "application/vnd.rar")
    assert "application/vnd.rar" in reading.reason


@pytest.mark.parametrize(
    "data",
    [
        "Grüße aus dem Rathaus".encode(),
        "﻿Grüße aus dem Rathaus".encode(),
        "Grüße aus dem Rathaus".encode("cp1252"),
        "Grüße aus dem Rathaus".encode("utf-16"),
    ],
)
def test_it_reads_plain_text_in_the_usual_codings(sandbox: Sandbox, data: bytes) -> None:
    reading = sandbox.read(data, name="hinweis.txt")

    assert (reading.state, reading.reader, texts(reading)) == ("ok", "plain", ("Grüße aus dem Rathaus",))


def test_it_takes_a_form_feed_for_the_end_of_a_page(sandbox: Sandbox) -> None:
    assert texts(sandbox.read(b"eins\fzwei", media_type_hint="text/plain")) == ("eins", "zwei")


def test_it_calls_white_space_empty(sandbox: Sandbox) -> None:
    assert sandbox.read(b"\xef\xbb\xbf \n \n", media_type_hint="text/plain").state in {"empty", "unsupported"}


def test_it_hands_out_no_controls_and_no_direction_overrides(sandbox: Sandbox) -> None:
    text = "a\x1bb\u202ec\u2066d\ufeffe\uffff\x7f\x85f\r\ng\th"
    (page,) = texts(sandbox.read(text.encode(), media_type_hint="text/plain"))

    assert page == "abcde\nf\ng\th"


def test_it_keeps_eight_mebibytes_of_text_and_says_so(sandbox: Sandbox) -> None:
    reading = sandbox.read("ü".encode() * (5 << 20), media_type_hint="text/plain")

    assert (reading.state, reading.truncated) == ("partly", True)
    assert sum(len(page.encode()) for page in texts(reading)) == 8 << 20


def test_it_keeps_ten_thousand_pages_and_says_so(sandbox: Sandbox) -> None:
    reading = sandbox.read(b"x\f" * 10_500, media_type_hint="text/plain")

    assert (reading.state, reading.truncated, len(reading.pages)) == ("partly", True, 10_000)
    assert "10000 pages" in reading.reason
