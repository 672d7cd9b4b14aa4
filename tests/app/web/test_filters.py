"""How long words break, how words become a search, and how bytes are counted."""

import pytest
from flask import Flask
from markupsafe import Markup

from app.web.filters import NBSP, file_size, phrase, soft
from search import parse_query


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Rechnungsprüfungsausschuss", "Rechnungs-prüfungs-ausschuss"),
        ("Betriebsausschusses Haupt- und Finanzausschuss", "Betriebs-ausschusses Haupt- und Finanz-ausschuss"),
        ("Behindertenbeirat", "Behinderten-beirat"),
        ("Bezirksvertretung", "Bezirks-vertretung"),
        ("Friedhofsgebührensatzung", "Friedhofsgebühren-satzung"),
        ("Klimaschutzkonzepte", "Klimaschutz-konzepte"),
        # Too short to gain from a break, or no such word at all.
        ("Verordnung Rat Bauausschuss Planung Besatzung", "Verordnung Rat Bauausschuss Planung Besatzung"),
        ("", ""),
        (None, ""),
    ],
)
def test_long_words_break_where_people_would_break_them(word: str | None, parts: str) -> None:
    assert soft(word).replace("\u00ad", "-") == parts


def test_what_is_escaped_stays_so_and_what_is_not_does_not_get_trusted() -> None:
    assert soft(Markup("Bau &amp; Finanzausschuss")) == "Bau &amp; Finanz\u00adausschuss"
    assert isinstance(soft(Markup("x")), Markup)
    assert not isinstance(soft("<b>Finanzausschuss"), Markup)


@pytest.mark.parametrize("name", ['Hans "Hansi" Müller', "type:Paper -OR", "0815/2026 (neu)", '"""'])
def test_any_name_becomes_a_search_that_can_be_asked(name: str) -> None:
    assert phrase(name).count('"') == 2
    if name.strip('"'):
        assert parse_query(phrase(name)).filters == ()


@pytest.mark.parametrize(
    ("language", "size", "said"),
    [("de", 359, "359 Byte"), ("en", 359, "359 bytes"), ("en", 1, "1 byte"), ("de", 1, "1 Byte")],
)
def test_bytes_are_counted_in_either_language(app: Flask, language: str, size: int, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert file_size(size) == said.replace(" ", NBSP)
