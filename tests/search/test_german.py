from __future__ import annotations

import pytest

from search import german


@pytest.mark.parametrize(
    "spellings",
    [
        "Straße Strasse STRASSE straßen Str",
        "Lindenstraße Lindenstrasse Lindenstr",
        "Marktplatz Marktpl",
        "öffentlich oeffentlich ÖFFENTLICHE öffentlichen o\u0308ffentlich",
        "Größe Groesse größe",
        "Gebühr Gebühren gebuehren",
        "Ausschuss Ausschuß Ausschüsse Ausschüssen",
        "Radweg Radwege Radwegen Radweges",
        "Café Cafe Cafés",
        "Finanzen ﬁnanzen",
        "Haus Häuser Häusern",
        "Kind Kinder Kindern",
        "neue neuer neuen",
        "Bauer Bauern Bauers BAUER",
        "Müller Mueller Müllers MÜLLER",
        "Rößler Rössler Roessler",
    ],
)
def test_it_gives_one_stem_to_all_spellings_of_a_word(spellings: str) -> None:
    assert len({german.term(german.clean(word)) for word in spellings.split()}) == 1


@pytest.mark.parametrize(
    "pair",
    [
        "Rat Rad",
        "Haus Haushalt",
        "Schule Schulden",
        "Diplom Dipl",
        "2023 2024",
        "Bauer Bau",
        "Müller Müll",
        "Schneider Schneiden",
        "Fischer Fisch",
        "Weber Web",
        "Schäfer Schaf",
        "Köhler Kohl",
        "Bürger Burg",
    ],
)
def test_it_keeps_different_words_apart(pair: str) -> None:
    one, other = pair.split()
    assert german.term(one) != german.term(other)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Radwegeausbau", {"radweg", "ausbau", "rad", "weg"}),
        ("Haushaltssatzung", {"haushalt", "satzung"}),
        ("Verkehrsausschüsse", {"verkehr", "ausschuss"}),
        ("Straßenbahnhaltestelle", {"strassenbahn", "haltestell", "strass", "bahn"}),
        ("Lindenstraße", {"lind", "strass"}),
        ("Feuerwehrgerätehaus", {"feuerwehr", "haus"}),
        ("Oberbürgermeister", {"ober", "burgermeist"}),
    ],
)
def test_it_finds_the_words_inside_a_compound(word: str, parts: set[str]) -> None:
    assert parts <= set(german.analyse(word).parts.split())


@pytest.mark.parametrize(
    "word",
    [
        "Verwaltung",
        "Vorrat",
        "Heirat",
        "Unrat",
        "bürgerlich",
        "Gemeinschaft",
        "Bauten",
        "Rates",
        "12345678",
        "Haushalt",
        "Grundstück",
        "Unternehmen",
        "Untersuchung",
        "Einführung",
        "Gegenstand",
        "Tagesordnung",
        "x" * 90,
    ],
)
def test_it_leaves_words_whole_that_only_look_composed(word: str) -> None:
    assert german.analyse(word).parts == ""


def test_it_joins_words_cut_at_the_line_end_and_no_others() -> None:
    text = "Verkehrs-\nausschuss, Bau-\nund Umwelt, CDU-\nFraktion, 12-\n13, Haus\u00adhalt, digita\ufffelantrag"
    joined = "Verkehrsausschuss Bau und Umwelt CDU Fraktion 12 13 Haushalt digitalantrag"
    assert german.tokens(german.clean(text)) == joined.split(" ")


def test_it_cleans_what_no_file_can_hold() -> None:
    cleaned = german.clean("a\x00b\fc\ud800d")
    assert cleaned == "a b\nc?d"
    cleaned.encode("utf-8")


def test_it_cuts_endless_words() -> None:
    assert len(german.term("x" * 100_000)) <= german.MAX_TOKEN
