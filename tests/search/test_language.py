from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeGuard

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search import BadQuery, fields, parse_query
from search.errors import MESSAGES
from search.query import (
    FILTER_FIELDS,
    MAX_DEPTH,
    MAX_FILTERS,
    MAX_NEAR,
    MAX_TERMS,
    MAX_TEXT,
    MAX_TYPED,
    AnyOf,
    Every,
    Filter,
    Narrow,
    Near,
    Node,
    Not,
    Phrase,
    Prefix,
    Query,
    Titled,
    Word,
)


def word(*tokens: str) -> Word:
    return Word(tokens)


def phrase(text: str) -> Phrase:
    return Phrase(tuple(text.split()))


def narrowed(field: str, *values: str, negated: bool = False, words: bool = False) -> Narrow:
    return Narrow(Filter(field, values, negated, words))


def must(text: str) -> tuple[Node, ...]:
    return parse_query(text).must


def asked(query: Query) -> tuple[object, ...]:
    """All that a query's text has to give again."""
    days_and_pages = (query.after, query.before, query.min_pages, query.max_pages)
    return (query.text, query.must, query.without, query.filters, *days_and_pages)


A, B, C, D = word("a1"), word("b2"), word("c3"), word("d4")


def test_it_reads_words_phrases_and_beginnings() -> None:
    assert must('Radweg "neue Brücke" Haush* Rad-Weg Rad-Weg*') == (
        word("Radweg"),
        phrase("neue Brücke"),
        Prefix(("Haush",)),
        word("Rad", "Weg"),
        Prefix(("Rad", "Weg")),
    )


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
    ("text", "expected"),
    [
        ("title:Radweg", Titled(word("Radweg"))),
        ("titel:Rad-Weg", Titled(word("Rad", "Weg"))),
        ('title:"neue Brücke"', Titled(phrase("neue Brücke"))),
        ("title:=Brücke", Titled(phrase("Brücke"))),
        ("TITEL:Haus*", Titled(Prefix(("Haus",)))),
        ("title:(a1 OR b2)", AnyOf((Titled(A), Titled(B)))),
        ("title:(a1 b2) OR c3", AnyOf((Every((Titled(A), Titled(B))), C))),
        ("title:((a1) OR typ:Datei)", AnyOf((Titled(A), narrowed("type", "File")))),
    ],
)
def test_it_looks_in_titles(text: str, expected: Node) -> None:
    assert must(text) == (expected,)


@pytest.mark.parametrize("text", ["x9 -title:a1", "x9 title:-a1", "x9 NOT title:(a1)", "x9 title:(-a1)"])
def test_it_leaves_out_what_a_title_holds(text: str) -> None:
    assert parse_query(text).without == (Titled(A),)
    assert parse_query('x9 title:-"alter Markt"').without == (Titled(phrase("alter Markt")),)
    assert parse_query("title:(a1 b2) c3").must == (Titled(A), Titled(B), C)


@pytest.mark.parametrize(
    ("text", "after", "before"),
    [
        ("nach:2024", date(2024, 1, 1), None),
        ("after:2024-05", date(2024, 5, 1), None),
        ("since:2024-05", date(2024, 5, 1), None),
        ("seit:31.05.2024", date(2024, 5, 31), None),
        ("ab:2024,", date(2024, 1, 1), None),
        ("vor:05.2024", None, date(2024, 5, 1)),
        ('before:"2024-5-1"', None, date(2024, 5, 1)),
        ("bis:2024", None, date(2025, 1, 1)),
        ("until:2024-02", None, date(2024, 3, 1)),
        ("bis:2024-12", None, date(2025, 1, 1)),
        ("bis:31.12.2024", None, date(2025, 1, 1)),
        ("bis:9999", None, date.max),
        ("von:2020 bis:2023", date(2020, 1, 1), date(2024, 1, 1)),
        ("after:2023 after:2024", date(2024, 1, 1), None),
        ("before:2023 before:2024", None, date(2023, 1, 1)),
        ("-after:2024", None, date(2024, 1, 1)),
        ("-bis:2024", date(2025, 1, 1), None),
        ("Radweg AND nach:2024", date(2024, 1, 1), None),
        ("(Radweg (nach:2024))", date(2024, 1, 1), None),
        ("nach:(2024)", date(2024, 1, 1), None),
    ],
)
def test_it_reads_dates(text: str, after: date | None, before: date | None) -> None:
    query = parse_query(text)
    assert (query.after, query.before) == (after, before)


@pytest.mark.parametrize(
    ("text", "fewest", "most"),
    [
        ("pages:>5", 6, None),
        ("seiten:>=5", 5, None),
        ("pages:<5", None, 4),
        ("pages:<=10", None, 10),
        ("pages:5", 5, 5),
        ("pages:=5", 5, 5),
        ("pages:5-20", 5, 20),
        ("pages:20–5", 5, 20),
        ('pages:"> 5"', 6, None),
        ("-pages:>5", None, 5),
        ("-pages:<=5", 6, None),
        ("pages:>5 pages:>8 pages:<20 pages:<30", 9, 19),
        ("pages:>=0", None, None),
    ],
)
def test_it_reads_numbers_of_pages(text: str, fewest: int | None, most: int | None) -> None:
    query = parse_query(text)
    assert (query.min_pages, query.max_pages) == (fewest, most)


@pytest.mark.parametrize(
    ("text", "sort", "expected"),
    [
        ("x9", "", "best"),
        ("x9 sort:newest", "", "newest"),
        ("x9 sortierung:Älteste", "", "oldest"),
        ("x9 sort:neueste sort:beste", "", "best"),
        ("x9 OR sort:aelteste", "", "oldest"),
        ("x9 sort:oldest", "newest", "newest"),
        ("x9 sort:oldest", "best", "best"),
    ],
)
def test_it_reads_the_order_unless_another_is_chosen(text: str, sort: str, expected: str) -> None:
    query = parse_query(text, sort=sort)
    assert (query.sort, query.must) == (expected, (word("x9"),))


@pytest.mark.parametrize(
    ("text", "field", "value", "words"),
    [
        ("type:AgendaItem", "type", "AgendaItem", False),
        ("typ:Tagesordnungspunkt", "type", "AgendaItem", False),
        ("typ:VORLAGEN", "type", "Paper", False),
        ("stadt:nordheim", "body", "nordheim", False),
        ("kommune:=nordheim", "body", "nordheim", False),
        ("gremium:bau", "organization", "bau", True),
        ('ausschuss:="Rat der Stadt"', "organization", "Rat der Stadt", False),
        ("von:Müller", "person", "Müller", True),
        ("person:=Müller", "person", "Müller", False),
        ('fraktion:"Die Linke"', "party", "Die Linke", True),
        ("partei:morgenrot", "party", "morgenrot", True),
        ("Vorlage:0123/2024", "paper", "0123/2024", False),
        ("ds:12/24", "paper", "12/24", False),
        ("ergebnis:beschlossen", "result", "adopted", False),
        ("beschluss:Abgelehnt", "result", "rejected", False),
        ("result:vertagt", "result", "deferred", False),
        ("ergebnis:verwiesen", "result", "referred", False),
        ('ergebnis:"zur Kenntnis genommen"', "result", "noted", False),
        ("ergebnis:(zur Kenntnis genommen)", "result", "noted", False),
        ("ergebnis:zurueckgezogen", "result", "withdrawn", False),
        ("ort:Lindenstraße", "place", "Lindenstraße", True),
        ('Straße:"Am Anger"', "place", "Am Anger", True),
        ("STRASSE:Anger", "place", "Anger", True),
        ("platz:=Anger", "place", "Anger", False),
        ("dateityp:.PDF", "filetype", "pdf", False),
        ("format:docx", "filetype", "docx", False),
        ("art:Antrag", "paper_type", "Antrag", False),
        ("jahr:2024", "year", "2024", False),
        ("monat:5.2024", "month", "2024-05", False),
    ],
)
def test_it_reads_fields_in_two_languages(text: str, field: str, value: str, words: bool) -> None:
    assert parse_query(text).filters == (Filter(field, (value,), words=words),)


def test_it_gathers_filters_of_one_name() -> None:
    query = parse_query('typ:Sitzung type:paper -type:Datei gremium:"Rat der Stadt" stadt:nordheim')
    assert query.filters == (
        Filter("type", ("Meeting", "Paper")),
        Filter("type", ("File",), negated=True),
        Filter("organization", ("Rat der Stadt",), words=True),
        Filter("body", ("nordheim",)),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type:(paper OR file)", (Filter("type", ("Paper", "File")),)),
        ("type:(paper file)", (Filter("type", ("Paper", "File")),)),
        ("typ:Vorlage,Datei", (Filter("type", ("Paper", "File")),)),
        ("-type:(paper OR (file))", (Filter("type", ("Paper", "File"), negated=True),)),
        ("type:(paper -file)", (Filter("type", ("Paper",)), Filter("type", ("File",), negated=True))),
        ("type:(paper NOT file", (Filter("type", ("Paper",)), Filter("type", ("File",), negated=True))),
        ("jahr:(2023 OR 2024) jahr:2025", (Filter("year", ("2023", "2024", "2025")),)),
        (
            "gremium:(bauausschuss OR ortschaftsrat)",
            (Filter("organization", ("bauausschuss", "ortschaftsrat"), words=True),),
        ),
        ("gremium:(bau umwelt)", (Filter("organization", ("bau umwelt",), words=True),)),
        ('gremium:="Rat der Stadt"', (Filter("organization", ("Rat der Stadt",)),)),
        ('gremium:=("Rat der Stadt" "Beirat")', (Filter("organization", ("Rat der Stadt", "Beirat")),)),
        ("gremium:()", ()),
        ('gremium:"-"', ()),
        ('typ:""', ()),
    ],
)
def test_it_reads_lists_of_values(text: str, expected: tuple[Filter, ...]) -> None:
    assert parse_query(text).filters == expected
    assert parse_query(text).must == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a1 OR typ:Datei", (AnyOf((A, narrowed("type", "File"))),)),
        ("typ:Datei OR typ:Vorlage", (AnyOf((narrowed("type", "File"), narrowed("type", "Paper"))),)),
        ("typ:(Datei OR Vorlage) OR a1", (AnyOf((narrowed("type", "File", "Paper"), A)),)),
        ("a1 AND typ:Datei", (Every((A, narrowed("type", "File"))),)),
        ("(a1 -typ:Datei)", (A, narrowed("type", "File", negated=True))),
        ("(gremium:bau)", (narrowed("organization", "bau", words=True),)),
        ("(gremium:bau AND gremium:=Rat)", (
            Every((narrowed("organization", "bau", words=True), narrowed("organization", "Rat"))),
        )),
    ],
)  # fmt: skip
def test_it_narrows_only_there_where_a_field_stands_in_brackets_or_beside_an_operator(
    text: str, expected: tuple[Node, ...]
) -> None:
    query = parse_query(text)
    assert (query.must, query.filters) == (expected, ())


def test_it_narrows_the_rest_beside_brackets() -> None:
    query = parse_query("(a1 OR b2) typ:Datei -(typ:Datei c3)")
    assert query.filters == (Filter("type", ("File",)),)
    assert query.without == (Every((narrowed("type", "File"), C)),)


def test_it_tells_words_of_a_name_from_a_whole_name() -> None:
    query = parse_query(
        'gremium:rat -gremium:beirat gremium:="Rat der Stadt" body:=nordheim', chosen={"organization": ["Rat"]}
    )
    assert query.filters == (
        Filter("organization", ("rat",), words=True),
        Filter("organization", ("beirat",), negated=True, words=True),
        Filter("organization", ("Rat der Stadt", "Rat")),
        Filter("body", ("nordheim",)),
    )
    assert asked(parse_query(query.text)) == asked(query)


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
        ("a" * 257, "too_long", 256),
        (" ".join("abcdefghijklmnopq"), "too_many_terms", 32),
        ("(a OR b OR c OR d) AND e f g h i j k l m n (o NEAR p) OR title:(q)", "too_many_terms", 64),
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
    assert must(" OR ".join(["Straße"] * 17)) == (word("Straße"),)
    assert must("der " * 20 + "Straße") == (word("Straße"),)
    assert len(must("a1 NEAR b2 NEAR c3 " + " ".join("defghijklmnop"))) == 14
    assert len(must("aber alle als also am an auch auf aus bei bin bis da das dass dem den der des die")) == 16


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


STORMS = (
    "x" * 100_000,
    "(" * 100_000,
    '"' * 100_000,
    "(" * 2_000,
    ")" * 2_000,
    "()" * 1_000,
    "*" * 2_000,
    "a*" * 1_000,
    "abc* " * 400,
    "-" * 2_000,
    '"' * 2_000,
    "a(" * 1_000,
    "a(b" * 600,
    "title:" * 333,
    "title:(" * 280,
    "typ:(" * 400,
    "NOT " * 500,
    "OR " * 660,
    "a OR " * 400,
    "a NEAR/1 " * 220,
    "typ:paper OR " * 150,
    "\ud800\udfff" * 900,
    "\u202e\u200f" * 900,
    "a\u0308" * 900,
    "\u0344" * 2_000,
    "\x00\x1f\x85" * 600,
    "ﷺ" * 2_000,
    "§ 1" * 600,
    "1\u00a0000" * 400,
    "nach:" * 400,
    "𝟚" * 2_000,
)


@pytest.mark.parametrize("text", STORMS, ids=range(len(STORMS)))
def test_it_survives_storms(text: str) -> None:
    _it_is_a_query_or_a_bad_query(text)


PIECES = (
    *(
        '"',
        "„",
        "“",
        "(",
        ")",
        "-",
        ":",
        "*",
        "=",
        ",",
        "§",
        "5",
        "\u00ad",
        "\u202e",
        "\ud800",
        "\u00a0",
        "a\u0308",
        "ß",
    ),
    *(
        "rad",
        "Weg*",
        "der",
        "OR",
        "ODER",
        "AND",
        "UND",
        "NOT",
        "NICHT",
        "NEAR",
        "NAHE/3",
        "NEAR/11",
        "TOP:5",
        "http://",
    ),
    *("type:", "typ:File", "typ:(", "title:", "titel:(", "gremium:", "gremium:=", "ausschuss:(", "von:", "von:2020"),
    *(
        "nach:2024",
        "bis:2023",
        "after:",
        "jahr:",
        "jahr:2024",
        "seiten:>5",
        "sort:neueste",
        "ergebnis:vertagt",
        "ort:(",
    ),
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from((*PIECES, " ")), max_size=60).map("".join))
VALUES = st.one_of(st.text(max_size=30), st.sampled_from(("Paper", "2024", "2024-05", "noted", '"Rat" -')))
CHOSEN = st.dictionaries(st.sampled_from(FILTER_FIELDS), st.lists(VALUES, max_size=3), max_size=2)


@given(TEXTS, st.one_of(st.just({}), CHOSEN))
@settings(max_examples=1_000, deadline=None, database=None)
@example('"', {"organization": ["-"]})
@example("(" * 8 + '"' + "a" * 247, {"type": ["Paper"]})
def test_it_turns_every_text_into_a_query_or_a_bad_query(text: str, chosen: Mapping[str, Sequence[str]]) -> None:
    _it_is_a_query_or_a_bad_query(text, chosen)


def test_it_does_so_with_5000_more_that_look_like_searches() -> None:
    dice = random.Random(5)  # hypothesis finds the odd ones, and takes ten times as long for each
    for _ in range(5_000):
        texts = [dice.choice(PIECES) + dice.choice(("", " ", " ")) for _ in range(dice.randint(1, 16))]
        _it_is_a_query_or_a_bad_query("".join(texts), dice.choice(({}, {"organization": ["Rat (neu)"]})))


def _it_is_a_query_or_a_bad_query(text: str, chosen: Mapping[str, Sequence[str]] | None = None) -> None:
    """Nothing else, and the same query again from its own text."""
    try:
        query = parse_query(text, chosen=chosen or {})
    except BadQuery as error:
        assert error.message  # noqa: PT017 - either outcome is right
        assert 0 <= error.position <= len(text)  # noqa: PT017
        return
    assert asked(parse_query(query.text)) == asked(query)
    assert _words(query) <= 16
    assert _depth(query.must) <= 3 * 8 + 3


def _words(query: Query) -> int:
    leaves = {id(leaf): leaf for leaf in _leaves((*query.must, *query.without))}
    return sum(len(leaf.tokens) for leaf in leaves.values())


def _leaves(nodes: Sequence[Node]) -> list[Word | Phrase | Prefix]:
    found: list[Word | Phrase | Prefix] = []
    for node in nodes:
        match node:
            case Word() | Phrase() | Prefix():
                found.append(node)
            case Near(left, right):
                found += [left, right]
            case Not(inner) | Titled(inner):
                found += _leaves([inner])
            case AnyOf(inside) | Every(inside):
                assert len(inside) > 1
                found += _leaves(inside)
    return found


def _depth(nodes: Sequence[Node]) -> int:
    inside = [node.nodes if isinstance(node, AnyOf | Every) else (node.node,) for node in nodes if _holds(node)]
    return 1 + max(map(_depth, inside), default=0)


def _holds(node: Node) -> TypeGuard[AnyOf | Every | Not]:
    return isinstance(node, AnyOf | Every | Not)


GUIDE = Path(__file__).parents[2] / "docs" / "search.md"


def _rows(head: str) -> list[list[str]]:
    """The rows of a table of the guide, by the first word of its head."""
    table = GUIDE.read_text().split(f"\n| {head} |")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.split("\n")[2:]]


def _typed(text: str) -> list[str]:
    return re.findall("`([^`]+)`", text)


def test_its_guide_shows_searches_that_can_be_asked() -> None:
    shown = [text for row in _rows("typed") for text in _typed(row[0])] + [
        text for row in _rows("field") for text in _typed(row[3])
    ]
    assert len(shown) > 25
    for text in shown:
        query = parse_query(text)
        assert query.sort != "best" or not query.is_empty, text
        assert not any(":" in token for leaf in _leaves(query.must) for token in leaf.tokens), text


def test_its_guide_names_every_field_as_it_is_read() -> None:
    told = {name.rstrip(":"): row[0].strip("`:") for row in _rows("field") for name in _typed(row[0] + row[1])}
    told["von"] = "person"  # and `after` with a date
    known = {name: field for field, names in fields.NAMES.items() for name in names.split()}
    assert told == known


def test_its_guide_tells_the_limits() -> None:
    said = " ".join(GUIDE.read_text().split("### Limits")[1].split("###")[0].split())
    assert said.startswith(
        f"At most {MAX_TYPED} characters without fields and {MAX_TEXT} with them, {MAX_TERMS} words,"
        f" {MAX_FILTERS} values of fields, {MAX_DEPTH} brackets in one another, and at most {MAX_NEAR} words between"
    )
