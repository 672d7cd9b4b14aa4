from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import BadQuery, parse_query
from search.errors import MESSAGES
from search.query import AnyOf, Filter, Phrase, Prefix, Word


def test_it_reads_words_phrases_and_beginnings() -> None:
    query = parse_query('Radweg "neue Brücke" Haush* Rad-Weg')
    assert query.must == (
        Word(("Radweg",)),
        Phrase(("neue", "Brücke")),
        Prefix(("Haush",)),
        Word(("Rad", "Weg")),
    )


def test_it_reads_minus_only_before_a_word() -> None:
    query = parse_query('Rad-Weg -Auto -"alter Markt" - 5')
    assert query.without == (Word(("Auto",)), Phrase(("alter", "Markt")))
    assert query.must == (Word(("Rad", "Weg")), Word(("5",)))


def test_it_reads_or_between_neighbours_only() -> None:
    query = parse_query("Brunnen OR Teich Park")
    assert query.must == (AnyOf((Word(("Brunnen",)), Word(("Teich",)))), Word(("Park",)))
    assert parse_query("OR Brunnen OR").must == (Word(("Brunnen",)),)


def test_it_drops_stop_words_outside_phrases_unless_nothing_else_is_left() -> None:
    assert parse_query("die Sanierung der Brücke").must == (Word(("Sanierung",)), Word(("Brücke",)))
    assert parse_query('"der Brücke"').must == (Phrase(("der", "Brücke")),)
    assert parse_query("wer war das").must == (Word(("wer",)), Word(("war",)), Word(("das",)))


def test_it_asks_for_all_of_five_words_and_any_of_six() -> None:
    assert len(parse_query("a1 b2 c3 d4 e5").must) == 5
    (either,) = parse_query("a1 b2 c3 d4 e5 f6").must
    assert isinstance(either, AnyOf)
    assert len(either.nodes) == 6


def test_it_keeps_a_phrase_required_in_a_sentence() -> None:
    must = parse_query('"alter Markt" a1 b2 c3 d4 e5 f6').must
    assert must[0] == Phrase(("alter", "Markt"))
    assert len(must) == 2


@pytest.mark.parametrize(
    ("text", "after", "before"),
    [
        ("nach:2024", date(2024, 1, 1), None),
        ("after:2024-05", date(2024, 5, 1), None),
        ("seit:31.05.2024", date(2024, 5, 31), None),
        ("vor:05.2024", None, date(2024, 5, 1)),
        ('before:"2024-5-1"', None, date(2024, 5, 1)),
        ("after:2023 after:2024", date(2024, 1, 1), None),
        ("before:2023 before:2024", None, date(2023, 1, 1)),
        ("-after:2024", None, date(2024, 1, 1)),
    ],
)
def test_it_reads_dates(text: str, after: date | None, before: date | None) -> None:
    query = parse_query(text)
    assert (query.after, query.before) == (after, before)


def test_it_gathers_filters_of_one_name() -> None:
    query = parse_query('typ:Sitzung type:paper -type:Datei gremium:"Rat der Stadt" stadt:nordheim')
    assert query.filters == (
        Filter("type", ("Meeting", "Paper")),
        Filter("type", ("File",), negated=True),
        Filter("organization", ("Rat der Stadt",), words=True),
        Filter("body", ("nordheim",)),
    )


def test_it_tells_words_of_a_name_from_a_whole_name() -> None:
    query = parse_query('gremium:rat -gremium:beirat gremium:="Rat der Stadt" body:=nordheim', organizations=["Rat"])
    assert query.filters == (
        Filter("organization", ("rat",), words=True),
        Filter("organization", ("beirat",), negated=True, words=True),
        Filter("organization", ("Rat der Stadt", "Rat")),
        Filter("body", ("nordheim",)),
    )
    assert parse_query(query.text).filters == query.filters


@pytest.mark.parametrize(
    "text", ['""', "„“", '" "', '-""', '"" OR ""', 'type:""', 'nichts:"-"', '"', "!!!", "   ", '"*"']
)
def test_it_asks_for_nothing_where_no_word_is_written(text: str) -> None:
    query = parse_query(text)
    assert query.is_empty
    assert query.text == ""
    assert parse_query(f"Brunnen {text}").must == (Word(("Brunnen",)),)
    assert not parse_query(text, types=["Paper"]).is_empty


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("Rad type:Unsinn", "unknown_type", 4),
        ("after:gestern", "bad_date", 0),
        ("x before:2024-13", "bad_date", 2),
        ("after:2024-02-30", "bad_date", 0),
        ("jahr:24", "bad_year", 0),
        ("ab*", "prefix_too_short", 0),
        ("a" * 257, "too_long", 256),
        (" ".join("abcdefghijklmnopq"), "too_many_terms", 32),
        (" ".join(f"jahr:{year}" for year in range(1990, 2024)), "too_many_filters", 320),
    ],
)
def test_it_says_what_is_wrong_and_where(text: str, code: str, position: int) -> None:
    with pytest.raises(BadQuery) as caught:
        parse_query(text)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert caught.value.message == MESSAGES[code] % caught.value.params


def test_it_limits_paging_and_orders() -> None:
    with pytest.raises(BadQuery, match="1000"):
        parse_query("x", offset=1_001)
    with pytest.raises(BadQuery, match="order"):
        parse_query("x", sort="random")
    query = parse_query("x", offset=-5, limit=10_000, after_seq=-1)
    assert (query.offset, query.limit, query.after_seq) == (0, 100, 0)


def test_it_keeps_filters_beside_the_words_in_its_text() -> None:
    query = parse_query(
        "  Radweg   -Auto ",
        types=["Paper"],
        organizations=['Ausschuss für "Umwelt"'],
        years=[2024],
        after=date(2024, 1, 2),
        before=date(2025, 1, 1),
    )
    assert query.typed == "Radweg -Auto"
    again = parse_query(query.text)
    assert (again.must, again.without, again.after, again.before) == (
        query.must,
        query.without,
        query.after,
        query.before,
    )
    assert again.filters == query.filters
    assert again.text == query.text


def test_it_leaves_room_for_filters_in_a_saved_text() -> None:
    long = [f"{number} " + "Ausschuss für Angelegenheiten " * 4 for number in range(6)]
    query = parse_query("x" * 250, organizations=long)
    assert parse_query(query.text).filters == query.filters


PIECES = st.sampled_from(
    ['"', "-", ":", "*", "OR", "NOT", " ", "type:", "typ:File", "after:", "2024", "rad", "ß", "Weg", "a\u0308"]
)


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
@settings(max_examples=300, deadline=None, database=None)
def test_it_turns_every_text_into_a_query_or_a_bad_query(text: str) -> None:
    try:
        query = parse_query(text)
    except BadQuery as error:
        assert error.message  # noqa: PT017 - either outcome is right
        return
    again = parse_query(query.text)
    assert (again.must, again.without, again.filters) == (query.must, query.without, query.filters)
    assert (again.text, again.after, again.before) == (query.text, query.after, query.before)
