import subprocess
import sys

import pytest

from app.documents.sniff import sniff


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\xef\xbb\xbf\n\n%PDF-1.4", "application/pdf"),
        (b"Received: by scanner\r\n" * 20 + b"%PDF-1.4", "application/pdf"),
        (b"x" * 1100 + b"%PDF-1.4", "text/plain"),
        (b"<!doctype HTML>", "text/html"),
        (b"  \n<HTML lang=de>", "text/html"),
        (b"<!-- a --><!-- b -->\n<head>", "text/html"),
        (b"<?xml version='1.0'?>\n<!-- a --> <!DOCTYPE html PUBLIC 'x'>", "text/html"),
        (b"<!-- a > --> <!----><svg>", "image/svg+xml"),
        (b"<?xml version='1.0'?><!-- a --><!DOCTYPE svg PUBLIC 'x'>\n<svg>", "image/svg+xml"),
        (b"<!-- <html>", "text/plain"),
        (b"<html>%PDF-1.4", "text/html"),
        (b"<htmlx>", "application/xml"),
        (b"<svg xmlns='x'>", "image/svg+xml"),
        (b"<?xml version='1.0'?><feed>", "application/xml"),
        (b'{"a": 1}', "application/json"),
        (b"[1, 2]", "application/json"),
        (b"[Entwurf] Niederschrift", "text/plain"),
        (b"{ungewiss}", "text/plain"),
        ("Grüße".encode("cp1252"), "text/plain"),
        ("Grüße".encode("utf-16-le"), "text/plain"),
        ("Grüße".encode("utf-16-be"), "text/plain"),
        ("<!DOCTYPE html><p>Grüße".encode("utf-16"), "text/html"),
        ("Grüße".encode("utf-16"), "text/plain"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"{\\rtf1", "application/rtf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"PK\x05\x06" + bytes(18), "application/zip"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"RIFF....WAVEfmt ", "application/x-riff"),
        (b"BMW fahren", "text/plain"),
        (b"MZ\x90\x00", "application/x-msdownload"),
        (b"From: a@example.org\r\nSubject: Termin\r\n\r\nHallo", "message/rfc822"),
        (b"From Rathaus\nto: b@example.org\nDATE: heute\n\n", "message/rfc822"),
        (b"X-Spam: no\n folded\nMIME-Version: 1.0\nContent-Type: text/plain\n\n", "message/rfc822"),
        (b"Date: 1.2.2024\nOrt: Rathaus\n\nTagesordnung", "text/plain"),
        (b"%PDF-1.7\n<html><script>alert(1)</script>", "application/pdf"),
        (b"GIF89a/*<script>*/=1;alert(1)", "image/gif"),
        (b"PK\x03\x04%PDF-1.4", "application/zip"),
        (b"PK\x03\x04 other", "application/zip"),
        (b"", "application/octet-stream"),
        (b"\x00\x00\x00", "application/octet-stream"),
    ],
)
def test_it_tells_types_by_their_first_bytes(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type


def test_it_takes_no_time_for_an_unclosed_comment() -> None:
    assert sniff(b"<!--" * 1000 + b"-->" * 20) in {"text/plain", "application/xml"}


@pytest.mark.parametrize("comment", [b"<!---->", b"<!-- a -->\n", b"<!-->-->"])
def test_it_comes_to_an_end_of_many_comments(comment: bytes) -> None:
    # In a process of its own: a pattern that tries every way to divide them holds the interpreter for years.
    program = (
        "from app.documents.sniff import HEAD, sniff\n"
        f"many = {comment!r} * (HEAD // {len(comment)} - 1)\n"
        "print(sniff(many), sniff(many + b'x'), sniff(many + b'<html>'))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert told.stdout.split() == ["text/plain", "text/plain", "text/html"]
