"""What a file is called and announced as, and what it then is."""

import pytest

from app.documents.formats import FOUND_INSIDE, READERS, ending_of, judge

PAGE, JSON = b"<html>Bitte warten", b'{"a": 1}'


@pytest.mark.parametrize(
    ("head", "hint", "name", "state"),
    [
        (PAGE, "text/html; charset=utf-8", "", ""),
        (PAGE, "application/xhtml+xml", "seite.htm", ""),
        (PAGE, "text/html", "seite.pdf", "not_a_document"),
        (PAGE, "application/pdf", "seite.html", "not_a_document"),
        (PAGE, "", "", "not_a_document"),
        (PAGE, "application/octet-stream", "Vorlage.docx", "not_a_document"),
        (JSON, "application/json", "", "unsupported"),
        (JSON, "", "daten.json", "unsupported"),
        (JSON, "application/json", "Vorlage.pdf", "not_a_document"),
        (b"Guten Tag", "", "", ""),
        (b"Guten Tag", "text/csv", "x.csv", ""),
        (b"Guten Tag", "text/plain", "Vorlage.pdf", "not_a_document"),
        (b"Guten Tag", "", "Niederschrift.docx", "not_a_document"),
        (b"PK\x03\x04", "application/pdf", "x.pdf", ""),
        (b"{\\rtf1", "application/msword", "x.doc", ""),
        (b"\x89PNG\r\n\x1a\n", "text/html", "x.html", ""),
    ],
)
def test_it_believes_what_is_announced_of_texts_only(head: bytes, hint: str, name: str, state: str) -> None:
    media_type, refusal = judge(head, hint, name)

    assert (refusal.state if refusal else "") == state
    assert refusal is not None or media_type in READERS


def test_it_knows_an_ending_for_all_that_is_read() -> None:
    read = {*READERS, *FOUND_INSIDE.values()} - {"application/x-ole-storage"}

    assert {media_type for media_type in read if not ending_of(media_type)} == set()
    assert ending_of(FOUND_INSIDE["docx"]) == ".docx"
    assert ending_of("application/x-nobody-knows") == ""
