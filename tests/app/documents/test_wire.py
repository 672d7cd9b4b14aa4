"""What comes back from the child is as little trusted as the document."""

import os
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.reading import PageText
from app.documents.wire import Attempt, Writer, attempts_in


def record(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">cI", kind, len(data)) + data


def page(text: bytes) -> bytes:
    return record(b"P", b"pdfium\n\n" + text)


def plain(*texts: str) -> list[PageText]:
    return [PageText(text, "pdfium") for text in texts]


READER = record(b"R", b"pdfium")


def test_it_carries_pages_and_the_end() -> None:
    source, sink = os.pipe()
    writer = Writer(sink)
    writer.begin("pdfium")
    writer.meta(language="de", title=" Satzung über\n die Größe ")
    writer.page("Größe", method="pdfium")
    writer.page("", method="ocr", confidence=0)
    writer.end("ok", "fine")
    os.close(sink)
    data = os.read(source, 65536)
    os.close(source)

    assert attempts_in(data)[0] == [
        Attempt(
            "pdfium",
            [PageText("Größe", "pdfium"), PageText("", "ocr", 0)],
            "ok",
            "fine",
            language="de",
            title="Satzung über die Größe",
        )
    ]


def test_it_keeps_what_came_before_the_child_died() -> None:
    whole = READER + page(b"eins") + page(b"zwei")

    assert attempts_in(whole[:-2]) == ([Attempt("pdfium", plain("eins"))], True)


@pytest.mark.parametrize(
    "bad",
    [
        page(b"\xff\xfe"),
        page(b"\xed\xa0\x80"),
        record(b"P", b"no head"),
        record(b"P", b"pdf ium\n\nx"),
        record(b"P", b"\n\nx"),
        record(b"P", b"p" * 17 + b"\n\nx"),
        record(b"P", b"ocr\n101\nx"),
        record(b"P", b"ocr\n-1\nx"),
        record(b"P", b"ocr\n1.5\nx"),
        record(b"P", "ocr\n٣\nx".encode()),
        record(b"M", b"German\nTitle"),
        record(b"M", b"DE\nTitle"),
        record(b"M", b"de"),
        record(b"R", b"<b>"),
        record(b"X", b"unknown"),
        record(b"E", b"ok"),
        record(b"E", b"ok\n"),
        record(b"E", b"owned\n0\n"),
        record(b"E", b"ok \n0\n"),
        record(b"E", b"\n" * 100_000),
        struct.pack(">cI", b"P", 0xFFFFFFFF),
    ],
)
def test_it_stops_at_what_does_not_fit(bad: bytes) -> None:
    found, as_agreed = attempts_in(READER + page(b"gut") + bad + record(b"E", b"ok\n0\n"))

    assert found == [Attempt("pdfium", plain("gut"))]
    assert not as_agreed


def test_it_takes_no_page_before_a_reader_and_no_third_reader() -> None:
    assert attempts_in(page(b"x") + record(b"M", b"de\n")) == ([], False)
    found, as_agreed = attempts_in(READER * 5)
    assert (len(found), as_agreed) == (2, False)


def test_it_takes_no_more_pages_than_are_kept() -> None:
    (attempt,), as_agreed = attempts_in(READER + page(b"x") * 10_001)

    assert (len(attempt.pages), as_agreed) == (10_000, False)


def test_it_cleans_what_the_child_says() -> None:
    (attempt,), _ = attempts_in(
        READER
        + page(b"a\x00b\x1b[2J")
        + record(b"M", b"\na\x00\n " + b"b" * 999)
        + record(b"E", b"ok\n1\n" + b"x\ny\x07" * 200)
    )

    assert attempt.pages == plain("ab[2J")
    assert attempt.title == "a " + "b" * 298
    assert "\x07" not in attempt.reason
    assert len(attempt.reason) <= 300


@given(st.binary(max_size=300))
def test_it_never_fails_on_noise(data: bytes) -> None:
    attempts_in(data)
    attempts_in(READER + data)


@pytest.mark.parametrize(
    "told",
    [
        lambda writer: writer.begin("pdf ium"),
        lambda writer: writer.page("x", method="docx-table"),
        lambda writer: writer.page("x", method="ocr", confidence=101),
        lambda writer: writer.meta(language="deu"),
        lambda writer: writer.end("fine"),
    ],
)
def test_a_mistake_of_our_own_shows_where_it_is_made(told: Callable[[Writer], None]) -> None:
    with pytest.raises(ValueError, match=r"agreed|no state"):
        told(Writer(-1))
