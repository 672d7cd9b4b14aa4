"""The lines of a page's text, joined where the paper was full and nowhere else."""

import pytest

from app.web.reading import flowing, mark
from search import Marker, parse_query

PROSE = """Sachverhalt
Die Straße wird auf einer Länge von vierhundert Metern bis zum Herbst des
Jahres saniert. Dabei werden auch die Leitungen für Wasser und Strom neu
verlegt, und die Gehwege
bekommen ein neues Pflaster, das auch mit einem Rollstuhl gut befahrbar
- bleibt
und hält.

Die Kosten trägt die Stadt zu einem Drittel, den Rest tragen alle die dort
wohnen:
Position 2024 2025
Personal für die Aufsicht über die Baustelle in der Gartenstraße 1.200 900
Sachkosten der Stadt"""


def test_lines_of_a_paragraph_flow_and_all_others_stay() -> None:
    assert flowing(PROSE).split("\n") == [
        "Sachverhalt",
        (
            "Die Straße wird auf einer Länge von vierhundert Metern bis zum Herbst des Jahres saniert. "
            "Dabei werden auch die Leitungen für Wasser und Strom neu verlegt, und die Gehwege"
        ),
        "bekommen ein neues Pflaster, das auch mit einem Rollstuhl gut befahrbar",
        "- bleibt",
        "und hält.",
        "",
        "Die Kosten trägt die Stadt zu einem Drittel, den Rest tragen alle die dort wohnen:",
        "Position 2024 2025",
        "Personal für die Aufsicht über die Baustelle in der Gartenstraße 1.200 900",
        "Sachkosten der Stadt",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        " \n\n ",
        "a\nb\nc",
        PROSE,
        "Spalte    eins    zwei\nund    drei    vier",
        "1 1. " * 200_000 + "x\n" + "1 " * 200_000 + "x",
    ],
)
def test_no_letter_moves_when_lines_flow(text: str) -> None:
    assert flowing(text).replace("\n", " ") == text.replace("\n", " ")


def test_marks_stay_on_their_words_when_lines_flow() -> None:
    marked = mark(Marker(parse_query('"Herbst des Jahres" OR Leitungen')), {1: PROSE}, 1)
    assert [one.text for one in marked.segments if one.marked] == ["Herbst", "des", "Jahres", "Leitungen"]


LONG = "Die Verwaltung hat den Ausschuss über den Stand der Planungen unterrichtet und"


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        (LONG, "123. Die Kosten trägt die Stadt", False),
        (LONG, "1204) Die Kosten trägt die Stadt", False),
        (LONG, "31. Dezember nichts mehr gehört", True),
        (LONG, "2024. Die Kosten trägt die Stadt", True),
        (LONG + " am 31.", "Dezember nichts mehr gehört", True),
        ("Kurz: am 1.", "März und dann noch am zweiten Tag des Monats in der Gartenstraße", True),
        (LONG + " am 31.", "Die Kosten trägt die Stadt", False),
        (LONG + " am 31.", "Maien blühen", False),
        ("Spalte\t" + "x" * 300, "y" * 300, False),
    ],
)
def test_items_stand_alone_and_dates_hold_together(before: str, after: str, joined: bool) -> None:
    text = f"{LONG}\n{before}\n{after}"
    assert (f"{before} {after}" in flowing(text)) is joined
