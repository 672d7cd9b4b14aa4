"""What a file's page shows around and within its text: lines, tables, and why something is missing."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, update

from app.config import Settings
from app.db import writing
from app.models import Blob, File, Page
from app.web import passages
from app.web.passages import Hits, paragraphs
from app.web.unread import ranges
from search import Segment
from tests import factories
from tests.app.web.conftest import reindex
from tests.app.web.records.test_papers import Read, plain

PDF = "application/pdf"


def saved(engine: Engine, *pages: tuple[str, str], media_type: str = PDF, **read: Any) -> File:
    """Save a file of pages, each its text and its method, and what came of reading it."""
    file, *rows = factories.read_file(*(text for text, _ in pages))
    factories.save(engine, file, *rows)
    assert isinstance(file, File)
    with writing(engine) as session:
        session.execute(update(Blob).values(media_type=media_type, **read))
        for number, (_, method) in enumerate(pages, 1):
            session.execute(update(Page).where(Page.number == number).values(method=method))
    return file


def test_only_the_line_of_the_hit_is_tinted_where_a_page_has_no_blank_line(engine: Engine, read: Read) -> None:
    file = saved(engine, ("Antrag\nDer Anger bleibt.\nKosten: keine\n\nEnde", "pdfium"))
    page = read(f"/files/{file.key}?q=Anger")
    assert "<p>Antrag</p>" in page
    assert '<p class="rl-page__line rl-page__now">Der <mark' in page
    assert '<p class="rl-page__line">Kosten: keine</p>' in page
    assert "<p>Ende</p>" in page
    assert page.count("rl-page__now") == 1


SHEET = "Haushalt\nPosten\tBetrag\nAnger\t1.200,50 €\n\nSumme\nAlles\t1.200,50 €\nStand heute"


def test_a_table_keeps_its_columns_and_its_marks(engine: Engine, read: Read) -> None:
    file = saved(engine, ("Text\nPosten\tBetrag\nAnger\t1.200,50 €\nnur\teine Zeile\n\na\tb", "docx"))
    page = read(f"/files/{file.key}?q=Anger")
    assert page.count('<table class="rl-table">') == 1
    assert 'tabindex="0" role="region" aria-label="Tabelle 1"' in page
    assert "<tr><td>Posten</td><td>Betrag</td></tr>" in page
    assert '<mark id="hit-1" class="rl-now" tabindex="-1">Anger</mark></td><td class="rl-num">1.200,50 €</td>' in page
    assert "a\tb</p>" in page  # one line with a tab is no table


def test_of_a_sheet_everything_between_rows_is_a_row(engine: Engine, read: Read) -> None:
    file = saved(engine, (SHEET, "xlsx"), ("x", "xlsx"))
    page = read(f"/files/{file.key}")
    assert page.count('<table class="rl-table">') == 1
    assert '<td colspan="2">Summe</td>' in page
    assert "Text von Blatt 1" in plain(page)
    assert "Blatt 1 von 2" in plain(page)
    assert read(f"/files/{file.key}").count("<p>Haushalt</p>") == 1


def test_a_presentation_has_slides(engine: Engine, client: FlaskClient) -> None:
    file = saved(engine, ("a", "pptx"), ("b", "pptx"))
    assert "Slide 1 of 2" in plain(client.get(f"/files/{file.key}?lang=en", follow_redirects=True).text)


def test_a_page_of_nothing_but_line_ends_and_tabs_stays_bounded() -> None:
    lines = paragraphs([Segment("a\n" * 100_000)], Hits())
    assert len(lines) == passages.MAX_LINES
    rows = paragraphs([Segment("a\ta\ta\n" * 9_000)], Hits())[0].rows
    assert sum(map(len, rows)) <= passages.MAX_CELLS + len(rows)
    joined = "\n".join(one.text for one in lines)
    assert joined.count("a") == 100_000


PAGES = (("Text", "pdfium"), ("", "scan"), ("", "unreadable"), ("", "scan"), ("x", "garbled"), ("y", "pdfium"))


@pytest.mark.parametrize(
    ("pages", "read_state", "reason", "said"),
    [
        (PAGES, "partly", "…; text recognition follows.", "Die Seiten 2–4 haben keinen Text."),
        (PAGES, "partly", "…; text recognition follows.", "Auf Seite 5 können Buchstaben falsch sein."),
        (PAGES, "partly", "…; text recognition follows.", "Die Texterkennung folgt, sobald"),
        (PAGES, "partly", "…; text recognition is not installed.", "Eine Texterkennung ist hier nicht eingerichtet."),
        (PAGES[:2], "partly", "1 of 2 pages are scans; text recognition follows.", "Seite 2 hat keinen Text."),
        (PAGES[:1], "partly", "The file has too many pages; the rest is left out.", "Was nach der letzten hier"),
        (PAGES[:1], "partly", "1 of 2 files in it need a password: x.", "Einige der Dateien darin"),
        (
            PAGES[1:2],
            "empty",
            "The page is a scan; text recognition follows.",
            "Sie ist ein Scan. Die Texterkennung folgt",
        ),
        (
            PAGES[1:2],
            "empty",
            "Text recognition is not installed.",
            "Sie ist ein Scan. Eine Texterkennung ist hier nicht",
        ),
        ((("", "docx"),), "empty", "The file has no text.", "Vielleicht besteht sie aus Bildern, oder sie ist leer."),
        ((), "hostile", "XML declares a document type.", "so gebaut, dass sie Leseprogrammen schadet"),
        ((), "timeout", "", "länger, als eine einzelne Datei dauern darf"),
        ((), "crashed", "", "Das Leseprogramm ist an ihr gescheitert."),
        ((), "damaged", "", "Sie ist beschädigt oder unvollständig."),
        ((), "too_large", "", "zu groß, um sie sicher zu öffnen"),
        ((), "encrypted", "", "Nur die Verwaltung kann sie öffnen"),
        ((), "not_a_document", "", "kam kein Dokument an"),
        ((), "unsupported", "", "Dateien dieser Art lesen wir nicht"),
    ],
)
def test_it_says_why_text_is_missing(
    engine: Engine, read: Read, pages: tuple[tuple[str, str], ...], read_state: str, reason: str, said: str
) -> None:
    file = saved(engine, *pages, read_state=read_state, read_reason=reason)
    text = plain(read(f"/files/{file.key}"))
    assert said in text
    assert not reason or reason not in text  # ours are for operators, and English


def test_a_readable_file_says_nothing_of_the_kind(engine: Engine, read: Read) -> None:
    page = read(f"/files/{saved(engine, *PAGES[:2], read_state='ok').key}")
    assert "rl-notice" not in page


def test_numbers_of_pages_are_told_in_ranges() -> None:
    assert ranges([3, 7, 8, 9, 12]) == "3, 7–9, 12"
    assert ranges(range(1, 10_000, 2)).endswith("37, 39 …")


def test_a_few_pages_need_no_ruler(engine: Engine, read: Read) -> None:
    few = saved(engine, *[("x", "pdfium")] * 7)
    assert "rl-scale" not in read(f"/files/{few.key}")


def test_many_pages_have_one(engine: Engine, read: Read) -> None:
    many = saved(engine, *[("x", "pdfium")] * 8)
    assert "rl-scale" in read(f"/files/{many.key}")


def test_recognised_text_is_doubted_once(engine: Engine, read: Read) -> None:
    scan = saved(engine, ("gelesen", "ocr"), ("aus dem PDF", "pdfium"))
    recognised, read_out = (plain(read(f"/files/{scan.key}?page={n}")) for n in (1, 2))
    assert (recognised.count("automatisch erkannt"), recognised.count("kann Fehler enthalten")) == (1, 1)
    assert (read_out.count("automatisch erkannt"), read_out.count("kann Fehler enthalten")) == (0, 1)


def test_what_is_meant_literally_is_marked_alone(engine: Engine, settings: Settings, read: Read) -> None:
    rows = factories.read_file("Die Kita am Anger. Eine Kindertagesstätte am Bach.", "Noch eine Kindertagesstätte.")
    factories.save(engine, rows)
    reindex(engine, settings)
    address = f"/files/{rows[0].key}?q=Kita"
    assert "Kindertagesstätte</mark>" in read(address)
    page = read(f"{address}&literal=1")
    assert ">Kita</mark>" in page
    assert "Kindertagesstätte</mark>" not in page
    # What is turned to from here is marked alike.
    assert 'name="literal" value="1"' in page
    assert f"/files/{rows[0].key}?q=Kita&amp;literal=1&amp;page=2" in page
    assert re.search(r'href="/files/[^"]*literal=1', read("/search?q=Kita&literal=1"))
