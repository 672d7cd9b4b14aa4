"""What is proposed instead of a word that hardly any document holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from search import Document, SearchIndex, open_index, parse_query


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """Give an index in which Radweg is frequent and Radwag is not."""
    opened = open_index(f"embedded://{tmp_path_factory.mktemp('meaning')}/index")
    with opened.writer() as batch:
        for number in range(100):
            batch.put(Document(f"d{number}", "Paper", "Radweg", facets={"organization": ("Rat",)}))
        batch.put(Document("rare", "Paper", "Radwag am Radwagplatz"))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("radwag", "Radweg"),
        ("Radwag, bitte", "Radweg, bitte"),
        ("Radwagplatz radwag", "Radwagplatz Radweg"),
        ("gremium:radwag radwag", "gremium:radwag Radweg"),
        ('gremium:"am radwag" radwag', 'gremium:"am radwag" Radweg'),
        ('"am radwag" radwag', '"am radwag" Radweg'),
        ("radwag -radwag", "Radweg -radwag"),
        ("radweg", ""),
        ("-radwag", ""),
        ('"radwag"', ""),
    ],
)
def test_it_proposes_the_frequent_word_for_the_rare_one_and_nothing_else(
    index: SearchIndex, typed: str, meant: str
) -> None:
    assert index.search(parse_query(typed, sort="newest")).meant == meant


def test_it_proposes_nothing_where_words_are_meant_as_they_are(index: SearchIndex) -> None:
    assert index.search(parse_query("radwag", literal=True)).meant == ""
