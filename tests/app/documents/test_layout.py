"""Columns are read one after the other, in whatever order a program wrote them; tables and plain pages stay."""

import io
import random
from difflib import SequenceMatcher

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen import canvas

from app.documents import Sandbox

from . import samples

HEADING = "Amtsblatt der Stadt Musterfeld mit einer Überschrift, die über alle Spalten reicht"
TEXT = """Der Rat der Stadt beschließt die Satzung über den Bebauungsplan und nimmt den Bericht zur Kenntnis weil die
Verwaltung geprüft hat welche Straßen und Plätze betroffen sind"""
WORDS = TEXT.split()
GUTTER, SIZE = 18, 10


def prose(chance: random.Random, count: int, width: float) -> list[str]:
    lines: list[str] = []
    line = ""
    while len(lines) < count:
        word = f"{chance.choice(WORDS)}{len(lines)}"
        if stringWidth(f"{line} {word}", "Helvetica", SIZE) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return lines


def page(columns: list[list[str]], *, by_line: bool, heading: str = "") -> bytes:
    """A page with these columns, written column by column or line by line."""
    target = io.BytesIO()
    sheet = canvas.Canvas(target, pagesize=A4, invariant=1)
    sheet.setFont("Helvetica", SIZE)
    if heading:
        sheet.drawString(50, 790, heading)
    step = (A4[0] - 100 + GUTTER) / len(columns)
    places = [(column, line) for column in range(len(columns)) for line in range(len(columns[column]))]
    for column, line in sorted(places, key=lambda place: place[::-1]) if by_line else places:
        sheet.drawString(50 + column * step, 760 - 14 * line, columns[column][line])
    sheet.save()
    return target.getvalue()


def order(truth: str, text: str) -> float:
    return SequenceMatcher(None, truth.split(), text.split(), autojunk=False).ratio()


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("by_line", [False, True])
@pytest.mark.parametrize("heading", ["", HEADING])
def test_columns_come_one_after_the_other(sandbox: Sandbox, count: int, by_line: bool, heading: str) -> None:
    chance = random.Random(count)
    columns = [prose(chance, 40, (A4[0] - 100 + GUTTER) / count - GUTTER) for _ in range(count)]
    (read,) = sandbox.read(page(columns, by_line=by_line, heading=heading)).pages

    truth = "\n".join([heading, *(line for column in columns for line in column)])
    assert order(truth, read.text) > 0.99
    assert read.text.split("\n")[0].strip() == (heading or columns[0][0])


def test_words_broken_at_the_end_of_a_column_s_line_are_mended(sandbox: Sandbox) -> None:
    left = ["Der Rat beschließt heute den Bebauungs-", "plan der Stadt und nimmt zur Kenntnis, was"] * 8
    right = ["die Verwaltung über die Straßen und die", "Plätze der Stadt im Einzelnen berichtet hat"] * 8
    (read,) = sandbox.read(page([left, right], by_line=True)).pages

    assert read.text.count("Bebauungsplan") == 8


def test_the_rows_of_a_table_stay_together(sandbox: Sandbox) -> None:
    names = [f"Aufwendungen der Abteilung für Kultur {number}" for number in range(20)]
    sums = [f"{number}.{number:03},00 EUR   {number * 3}.000,00 EUR   {number},5 %" for number in range(20)]
    document = page([names, sums], by_line=True)
    (read,) = sandbox.read(document).pages

    for name, amount in zip(names, sums, strict=True):
        assert f"{name} {amount.split()[0]}" in read.text


def test_a_page_without_columns_is_left_as_it_is_written(sandbox: Sandbox) -> None:
    lines = [f"{number}. Der Rat nimmt den Bericht der Verwaltung zur Kenntnis." for number in range(40)]
    (read,) = sandbox.read(samples.pdf(lines)).pages

    assert read.text.split("\n") == lines
