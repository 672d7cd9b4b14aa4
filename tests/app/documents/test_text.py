import pytest

from app.documents.text import clean, mend_hyphens, mend_marks

BROKEN = [
    ("Bebauungs|plan", "Bebauungsplan"),
    ("CDU-Fraktion", "CDU-Fraktion"),
    ("CDU|Fraktion", "CDU-Fraktion"),
    ("Haupt|und Finanzausschuss", "Haupt- und Finanzausschuss"),
    ("Haupt|undsoweiter", "Hauptundsoweiter"),
    ("Straßen|bzw. Wegebau", "Straßen- bzw. Wegebau"),
    ("2023|2024", "2023-2024"),
    ("über|ört|lich", "überörtlich"),
    ("B|Ü", "B-Ü"),
]


@pytest.mark.parametrize(("broken", "whole"), BROKEN)
@pytest.mark.parametrize("mark", ["\ufffe", "\x02", "\ufffe\r\n"])
def test_it_mends_what_pdfium_marks(broken: str, whole: str, mark: str) -> None:
    assert mend_marks(broken.replace("|", mark)) == whole


@pytest.mark.parametrize(("broken", "whole"), BROKEN)
def test_it_mends_hyphens_at_line_ends(broken: str, whole: str) -> None:
    assert mend_hyphens(broken.replace("|", "-\n")) == whole


@pytest.mark.parametrize("text", ["ein - Wort\nmehr", "- erstens\n- zweitens", "Ende -\nAnfang", "§ 3 -\n§ 4"])
def test_it_leaves_dashes_alone(text: str) -> None:
    assert mend_hyphens(text) == text


def test_it_cleans_everything_no_page_may_hold() -> None:
    assert clean("a\x00b\ud800c\ufdd0d\u202ee\u00adf\r\ng\rh\u2028i\tj\x0bk") == "abcdef\ng\nh\ni\tj\nk"


def test_it_leaves_good_text_alone() -> None:
    text = "Straße\n\tÄÖÜ äöü ß – „Zitat“ 𝔘 👍🏽 é"
    assert clean(text) == text
