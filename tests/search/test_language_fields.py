from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from search import fields, parse_query
from search.query import (
    MAX_DEPTH,
    MAX_FILTERS,
    MAX_NEAR,
    MAX_TERMS,
    MAX_TEXT,
    MAX_TYPED,
    AnyOf,
    Every,
    Filter,
    Node,
    Prefix,
    Titled,
)
from tests.search.asking import A, B, C, asked, leaves, must, narrowed, phrase, word


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
        ('gremium:"-"', (Filter("organization", ("-",), words=True),)),
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
        assert not any(":" in token for leaf in leaves(query.must) for token in leaf.tokens), text


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
