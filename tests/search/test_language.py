from __future__ import annotations

from datetime import date

import pytest

from search import BadQuery, parse_query
from search.errors import MESSAGES
from search.query import (
    FILTER_FIELDS,
    AnyOf,
    Every,
    Filter,
    Near,
    Node,
    Not,
    Prefix,
    Word,
)
from tests.search.asking import A, B, C, D, asked, must, phrase, word


def test_it_reads_words_phrases_and_beginnings() -> None:
    assert must('Radweg "neue Brücke" Haush* Rad-Weg Rad-Weg*') == (
        word("Radweg"),
        phrase("neue Brücke"),
        Prefix(("Haush",)),
        word("Rad", "Weg"),
        Prefix(("Rad", "Weg")),
    )


FIFTY_EIGHT = " ".join(f"w{number:02}" for number in range(58))


@pytest.mark.parametrize(
    "text", ['"alter Markt"', "„alter Markt“", "“alter Markt”", "»alter Markt«", '"alter  Markt', "„alter Markt"]
)
def test_it_reads_all_quotation_marks_and_closes_open_ones(text: str) -> None:
    assert must(text) == (phrase("alter Markt"),)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("0123/2024", ("0123", "2024")),
        ("18:30", ("18", "30")),
        ("TOP:5", ("TOP", "5")),
        ("http://rat.example/a", ("http", "rat", "example", "a")),
        ("Radweg(e)", ("Radweg", "e")),
        ("§ 34a", ("§ 34a",)),
        ("§§ 34", ("§§ 34",)),
        ("1.250.000", ("1.250.000",)),
        ("1\u00a0250\u202f000", ("1.250.000",)),
        ("Rad\u00adweg\u200b\u202e", ("Radweg",)),
        ("Bru\u0308cke", ("Brücke",)),
        ("oder", ("oder",)),
        ("NEAR/x", ("NEAR", "x")),
        ("ORT", ("ORT",)),
    ],
)
def test_it_keeps_as_one_what_is_written_as_one(text: str, tokens: tuple[str, ...]) -> None:
    assert must(text) == (Word(tokens),)


@pytest.mark.parametrize("text", ["TOP: 5", "TOP 5", "typ: 5", "Straße: Nr.", "Seiten: 20", "http: //x"])
def test_it_takes_a_name_with_nothing_behind_its_colon_for_a_word(text: str) -> None:
    query = parse_query(text)
    assert len(query.must) == 2
    assert not query.filters
    assert query.after is None


def test_it_reads_minus_only_before_a_word() -> None:
    query = parse_query('Rad-Weg -Auto -"alter Markt" - 5')
    assert query.without == (word("Auto"), phrase("alter Markt"))
    assert query.must == (word("Rad", "Weg"), word("5"))


@pytest.mark.parametrize("text", ["a1 -b2", "a1 NOT b2", "a1 NICHT b2", "a1 NOT -b2", "a1 NOT NICHT b2", "a1 AND -b2"])
def test_it_leaves_out_however_it_is_said(text: str) -> None:
    query = parse_query(text)
    assert (query.must, query.without) == ((A,), (B,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a1 OR b2 c3", (AnyOf((A, B)), C)),
        ("a1 b2 ODER c3", (A, AnyOf((B, C)))),
        ("a1 OR b2 OR c3", (AnyOf((A, B, C)),)),
        ("a1 AND b2 UND c3", (Every((A, B, C)),)),
        ("a1 AND b2 OR c3", (AnyOf((Every((A, B)), C)),)),
        ("a1 OR b2 AND c3 d4", (AnyOf((A, Every((B, C)))), D)),
        ("a1 NEAR/3 b2", (Near(A, B, 3),)),
        ("a1 NAHE b2", (Near(A, B, 5),)),
        ("a1 NEAR/0 b2", (Near(A, B, 0),)),
        ('a1 NEAR/10 "neue Brücke"', (Near(A, phrase("neue Brücke"), 10),)),
        ("a1 NEAR/2 b2 NEAR/3 c3", (Every((Near(A, B, 2), Near(B, C, 3))),)),
        ("a1 NEAR/2 b2 AND c3 OR d4", (AnyOf((Every((Near(A, B, 2), C)), D)),)),
        ("(a1) NEAR/2 (b2)", (Near(A, B, 2),)),
        ("der NEAR/2 b2", (Near(word("der"), B, 2),)),
        ("NOT a1 OR b2", (AnyOf((Not(A), B)),)),
        ("a1 OR -b2", (AnyOf((A, Not(B))),)),
        ("a1 OR a1", (A,)),
        ("a1 a1", (A,)),
    ],
)
def test_it_binds_not_then_near_then_and_then_or_then_standing_side_by_side(
    text: str, expected: tuple[Node, ...]
) -> None:
    assert must(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a1 b2) c3", (A, B, C)),
        ("(a1 b2) OR c3", (AnyOf((Every((A, B)), C)),)),
        ("(a1 OR b2) AND c3", (Every((AnyOf((A, B)), C)),)),
        ("(a1 OR b2) OR (c3 OR d4)", (AnyOf((A, B, C, D)),)),
        ("(a1 AND b2) AND c3", (Every((A, B, C)),)),
        ("(a1 -b2) OR c3", (AnyOf((Every((A, Not(B))), C)),)),
        ("(((((((( a1 ))))))))", (A,)),
        ("(a1)OR(b2)", (AnyOf((A, B)),)),
        ("Straßen(a1 OR b2)", (word("Straßen"), AnyOf((A, B)))),
        ("TOP:(a1 OR b2)", (word("TOP"), AnyOf((A, B)))),
    ],
)
def test_it_reads_brackets(text: str, expected: tuple[Node, ...]) -> None:
    assert must(text) == expected


def test_it_leaves_out_what_brackets_hold() -> None:
    assert parse_query("c3 -(a1 b2)").without == (Every((A, B)),)
    assert parse_query("c3 NICHT (a1 OR b2)").without == (AnyOf((A, B)),)
    assert parse_query("a1 (b2 -c3)").without == (C,)
    assert must("a1 -(-b2)") == (A, B)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OR a1 OR", (A,)),
        ("AND a1 UND", (A,)),
        ("NEAR/3 a1 NAHE", (A,)),
        ("a1 NOT", (A,)),
        ("OR OR AND NOT", ()),
        ("a1 OR OR b2", (AnyOf((A, B)),)),
        ("a1 OR AND b2", (AnyOf((A, B)),)),
        ("a1 AND OR b2", (Every((A, B)),)),
        ('a1 OR "" b2', (A, B)),
        ('NOT "" a1', (A,)),
        ("() a1 (()) -()", (A,)),
        ("a1 OR () b2", (A, B)),
        ("a1 OR (b2", (AnyOf((A, B)),)),
        ("((a1 OR b2", (AnyOf((A, B)),)),
        ("a1) OR b2))", (AnyOf((A, B)),)),
        ("(OR a1 OR) b2", (A, B)),
        ("1) a1 :-)", (word("1"), A)),
    ],
)
def test_it_leaves_out_operators_and_brackets_that_join_nothing(text: str, expected: tuple[Node, ...]) -> None:
    assert must(text) == expected
    assert parse_query(text).without == ()


def test_it_drops_stop_words_outside_phrases_unless_nothing_else_is_left() -> None:
    assert must("die Sanierung der Brücke") == (word("Sanierung"), word("Brücke"))
    assert must('"der Brücke"') == (phrase("der Brücke"),)
    assert must("wer war das") == (word("wer"), word("war"), word("das"))
    assert must("der -Auto") == (word("der"),)
    assert must("(der OR die) Brücke") == (word("Brücke"),)
    assert must("Brücke OR der") == (word("Brücke"),)
    assert must("title:der Brücke") == (word("Brücke"),)
    assert parse_query("Brücke -(der die)").without == (Every((word("der"), word("die"))),)


def test_it_keeps_every_word_of_a_sentence_for_itself() -> None:
    query = parse_query('"alter Markt" a1 b2 c3 d4 e5 f6')
    assert len(query.must) == 7
    assert len(query.words) == 6
    assert parse_query("a1 AND b2 c3").words == (C,)


@pytest.mark.parametrize(
    "text", ['""', "„“", '" "', '-""', '"" OR ""', 'type:""', 'nichts:"-"', '"', "!!!", "   ", '"*"', "()", "((", "NOT"]
)
def test_it_asks_for_nothing_where_no_word_is_written(text: str) -> None:
    query = parse_query(text)
    assert query.is_empty
    assert query.text == ""
    assert must(f"Brunnen {text}") == (word("Brunnen"),)
    assert not parse_query(text, chosen={"type": ["Paper"]}).is_empty


@pytest.mark.parametrize("text", ["-a1", "typ:Datei", "nach:2024", "seiten:<3", "der"])
def test_it_asks_for_something_with_a_negation_a_filter_or_a_stop_word_alone(text: str) -> None:
    query = parse_query(text)
    assert not query.is_empty
    assert query.text == text


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("Rad type:Unsinn", "unknown_type", 4),
        ("Rad (a OR typ:(Datei Unsinn))", "unknown_type", 10),
        ("ergebnis:vielleicht", "unknown_result", 0),
        ("after:gestern", "bad_date", 0),
        ("x before:2024-13", "bad_date", 2),
        ("after:2024-02-30", "bad_date", 0),
        ("after:-2024", "bad_date", 0),
        ("bis:²⁰²⁴", "bad_date", 0),
        ("monat:2024", "bad_date", 0),
        ("jahr:24", "bad_year", 0),
        ("jahr:2020-2024", "bad_year", 0),
        ("x pages:viele", "bad_pages", 2),
        ("pages:<0", "bad_pages", 0),
        ("-pages:5-9", "bad_pages", 0),
        ("pages:>5-9", "bad_pages", 0),
        ("x sort:random", "unknown_sort", 2),
        ("-sort:newest", "unknown_sort", 0),
        ("a NEAR/11 b", "bad_near", 2),
        ("Haus* NEAR/2 b", "bad_near", 6),
        ("a NEAR (b OR c)", "bad_near", 2),
        ("a NEAR -b", "bad_near", 2),
        ("title:a NEAR b", "bad_near", 8),
        ("a NEAR typ:Datei", "bad_near", 2),
        ("(a (nach:2024)) OR b", "whole_search_only", 4),
        ("a OR seiten:>5", "whole_search_only", 5),
        ("a -(b bis:2024)", "whole_search_only", 6),
        ("a (((((((( (b", "too_deep", 11),
        ("ab*", "prefix_too_short", 0),
        ("Rad-We*", "prefix_too_short", 0),
        ("x title:(y ab*)", "prefix_too_short", 11),
        ("a" * 501, "too_long", 500),
        (" ".join(f"w{number:02}" for number in range(65)), "too_many_terms", 256),
        (f"(a OR b OR c OR d) AND {FIFTY_EIGHT} (o NEAR p) OR title:(q)", "too_many_terms", 276),
        (" ".join(f"jahr:{year}" for year in range(1990, 2024)), "too_many_filters", 320),
        (f"x jahr:({' '.join(map(str, range(1990, 2024)))})", "too_many_filters", 2),
        # Counted in what was typed: composed umlauts are shorter, and what is invisible is left out.
        ("Bru\u0308cke\u00ad \u200f type:Unsinn", "unknown_type", 11),
    ],
)
def test_it_says_what_is_wrong_and_where(text: str, code: str, position: int) -> None:
    with pytest.raises(BadQuery) as caught:
        parse_query(text)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert caught.value.message == MESSAGES[code] % caught.value.params


def test_it_names_what_cannot_hold_for_a_part() -> None:
    with pytest.raises(BadQuery, match="nach:2024"):
        parse_query("Radweg OR nach:2024")


def test_it_counts_no_words_twice_and_none_that_it_drops() -> None:
    assert must(" OR ".join(["Weg"] * 65)) == (word("Weg"),)
    assert must("der " * 20 + "Straße") == (word("Straße"),)
    assert len(must("a1 NEAR b2 NEAR c3 " + " ".join("defghijklmnop"))) == 14
    assert len(must("aber alle als also am an auch auf aus bei bin bis da das dass dem den der des die")) == 20


def test_it_limits_paging_and_orders() -> None:
    with pytest.raises(BadQuery, match="1000"):
        parse_query("x", offset=1_001)
    with pytest.raises(BadQuery, match="order"):
        parse_query("x", sort="random")
    query = parse_query("x", offset=-5, limit=10_000, after_seq=-1)
    assert (query.offset, query.limit, query.after_seq) == (0, 100, 0)
    query = parse_query("x", cursor="abc", strict=True, literal=True, offset=7, limit=8, after_seq=9)
    assert (query.cursor, query.strict, query.literal) == ("abc", True, True)
    assert (query.offset, query.limit, query.after_seq) == (7, 8, 9)


def test_it_keeps_filters_beside_the_words_in_its_text() -> None:
    query = parse_query(
        "  Radweg   -Auto ",
        chosen={"type": ["Paper"], "organization": ['Ausschuss für "Umwelt"'], "year": ["2024"]},
        after=date(2024, 1, 2),
        before=date(2025, 1, 1),
    )
    assert query.typed == "Radweg -Auto"
    assert query.filters == (
        Filter("type", ("Paper",)),
        Filter("organization", ("Ausschuss für Umwelt",)),
        Filter("year", ("2024",)),
    )
    assert (query.after, query.before) == (date(2024, 1, 2), date(2025, 1, 1))
    assert asked(parse_query(query.text)) == asked(query)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Radweg OR", 'Radweg type:"Paper"'),
        ("Radweg NOT", 'Radweg type:"Paper"'),
        ("Radweg OR )", 'Radweg type:"Paper"'),
        ('"alter Markt', '"alter Markt" type:"Paper"'),
        ('(Rad OR title:("alt', '(Rad OR title:("alt" )) type:"Paper"'),
        ("gremium:(Bau OR", 'gremium:(Bau OR ) type:"Paper"'),
        ("Rad(weg", 'Rad(weg ) type:"Paper"'),
        ("Radweg -", 'Radweg - type:"Paper"'),
        ("titel:", 'titel: type:"Paper"'),
        ("OR", 'type:"Paper"'),
    ],
)
def test_it_does_not_let_open_ends_take_the_filters_behind_them(text: str, written: str) -> None:
    query = parse_query(text, chosen={"type": ["Paper"]})
    assert query.text == written
    assert query.filters[-1] == Filter("type", ("Paper",))
    assert (query.must, query.without) == (must(text), parse_query(text).without)
    assert asked(parse_query(query.text)) == asked(query)


def test_it_leaves_room_for_filters_in_a_saved_text() -> None:
    long = [f"{number} " + "Ausschuss für Angelegenheiten " * 4 for number in range(6)]
    query = parse_query("x" * 250, chosen={"organization": long})
    assert parse_query(query.text).filters == query.filters
    assert parse_query("x" * 250 + " gremium:(" + "Bau OR " * 40 + "Rat)").must == (word("x" * 250),)
    with pytest.raises(BadQuery) as caught:
        parse_query("x", chosen={"organization": long * 3})
    assert caught.value.code == "too_long"


def test_it_knows_every_field_beside_the_words_and_no_other() -> None:
    values = {"type": "Paper", "year": "2024", "month": "2024-05", "result": "adopted"}
    query = parse_query("", chosen={field: [values.get(field, "x")] for field in FILTER_FIELDS})
    assert [each.field for each in query.filters] == list(FILTER_FIELDS)
    assert asked(parse_query(query.text)) == asked(query)
    with pytest.raises(ValueError, match="colour"):
        parse_query("", chosen={"colour": ["red"]})
