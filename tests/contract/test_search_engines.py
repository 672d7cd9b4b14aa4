"""What every search engine must do, asked of each of them through the one seam."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search import (
    BadQuery,
    Document,
    EngineUnavailable,
    IndexLocked,
    IndexOutdated,
    Results,
    SearchIndex,
    open_index,
    parse_query,
)
from tests.opensearch.cluster import Cluster

EMBEDDED = ("tantivy", "whoosh")
ENGINES = (*EMBEDDED, pytest.param("opensearch", marks=pytest.mark.xdist_group("opensearch")))

TOWN = (
    Document(
        "u/1",
        "Paper",
        "Ausbau der Radwege in der Lindenstraße",
        ("Der Gemeinderat beschließt den Ausbau.", "", "Die Radwege werden breiter. Anfrage der Fraktion Morgenrot."),
        body="quellstadt",
        key="p1",
        date=date(2024, 5, 31),
        seq=1,
        facets={"organization": ("Bauausschuss", "Gemeinderat"), "paper_type": ("Beschlussvorlage",)},
        parent="u/0",
    ),
    Document(
        "u/2",
        "File",
        "Radwegeausbau, Anlage 1",
        ("Kosten am Haus Lindenstr. 5: öffentliche Größe, Vorlage 0123/2024.",),
        body="quellstadt",
        date=date(2023, 1, 2),
        seq=2,
        facets={"organization": ("Bauausschuss",)},
    ),
    Document(
        "u/3",
        "Meeting",
        "Sitzung des Verkehrsaus\u00adschusses",
        ("Anfrage an die Fraktion. Gebühren fuer Strassen und Verkehrs-\nberuhigung",),
        body="nordheim",
        date=date(2024, 1, 1),
        seq=3,
        facets={"organization": ("Ausschuss für Verkehr",)},
    ),
    Document("u/4", "Person", "Anna Café-Müller", (), body="nordheim", seq=4),
    Document("u/5", "Organization", "Haushaltsausschuss", (), body="nordheim", seq=5),
)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    with _address(engine, tmp_path / "index", request) as url:
        yield url


def _address(engine: str, folder: Path, request: pytest.FixtureRequest) -> AbstractContextManager[str]:
    """Give the address of an index that is not there yet."""
    if engine != "opensearch":
        return nullcontext(f"{engine}://{folder}")
    cluster: Cluster = request.getfixturevalue("opensearch")
    return cluster.index_url()


@pytest.fixture
def index(url: str) -> Iterator[SearchIndex]:
    opened = open_index(url)
    yield opened
    opened.close()


@pytest.fixture
def town(index: SearchIndex) -> SearchIndex:
    put(index, *TOWN)
    return index


@pytest.fixture(scope="module", params=ENGINES)
def sights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """The town for tests that only look at it."""
    with _address(request.param, tmp_path_factory.mktemp("search"), request) as url:
        opened = open_index(url)
        put(opened, *TOWN)
        yield opened
        opened.close()


def put(index: SearchIndex, *documents: Document) -> None:
    with index.writer() as batch:
        for document in documents:
            batch.put(document)


def ask(index: SearchIndex, text: str, **options: Any) -> Results:
    return index.search(parse_query(text, **options))


def found(index: SearchIndex, text: str, **options: Any) -> set[str]:
    results = ask(index, text, strict=True, **options)
    assert results.total == len(results.hits) == results.full
    return {hit.id.removeprefix("u/") for hit in results.hits}


def marked(results: Results) -> list[str]:
    return [part.text for hit in results.hits for snippet in hit.snippets for part in snippet.segments if part.marked]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("radweg", "12"),
        ("RADWEGEN", "12"),
        ("Radwegeausbau", "12"),  # the compound, and "Ausbau der Radwege"
        ("Weg", "12"),  # a part of a part
        ("Ausschuss", "35"),
        ("Verkehrsausschuss", "3"),  # a soft hyphen in the title
        ("Verkehrsberuhigung", "3"),  # hyphenated at the line end
        ("lindenstraße", "12"),
        ("Lindenstrasse", "12"),
        ("Lindenstr.", "12"),
        ("Linden-Straße", "12"),  # written as one in one place, short in the other
        ("oeffentlich", "2"),
        ("GRÖSSE", "2"),
        ("groesse", "2"),
        ("gebuehr", "3"),
        ("Straße", "123"),
        ("mueller", "4"),
        ("cafe", "4"),
        ("0123/2024", "2"),
        ("0123", "2"),
        ("2024", "2"),
        ("2024/0123", ""),
        ('"Anfrage der Fraktion"', "1"),
        ('"Anfrage Fraktion"', ""),
        ('"Anfrage an die Fraktion"', "3"),
        ("„Anfrage der Fraktion“", "1"),
        ("Anfrage -Radweg", "3"),
        ('Fraktion -"Anfrage der"', "3"),
        ("Fraktion NICHT Radweg", "3"),
        ("-Radweg", "345"),
        ("Gebühren OR Größe", "23"),
        ("Gebühren ODER Größe ODER Müller", "234"),
        ("Anfrage Gebühren OR Größe", "3"),
        ("Radweg Gebühren", ""),
        ("Haus*", "25"),
        ("haushalts*", "5"),
        ("Gebü*", "3"),
        ("gebue*", "3"),
        ("Radweg der in", "12"),
        ("der", "1"),  # stop words alone are searched for
        ("typ:Vorlage", "1"),
        ("type:FILE", "2"),
        ("type:Paper type:Person", "14"),
        ("-type:Paper", "2345"),
        ("Radweg typ:Datei", "2"),
        ("stadt:nordheim", "345"),
        ("gremium:bauausschuss", "12"),
        ('gremium:"Ausschuss für Verkehr"', "3"),
        ("gremium:Verkehr", "3"),  # words of the name, in any form
        ('gremium:"verkehr ausschuss"', "3"),
        ("organization:Ausschüsse", "3"),
        ("organization:rat", ""),  # a word, not a part of one
        ("gremium:bauausschuss gremium:verkehr", "123"),
        ("gremium:bauausschuss Gebühren", ""),
        ("-gremium:verkehr", "1245"),
        ("-gremium:unbekannt", "12345"),
        ('gremium:"verkehr bauausschuss"', ""),  # in one name
        ('gremium:"-"', ""),
        ('gremium:="Ausschuss für Verkehr"', "3"),
        ("gremium:=Verkehr", ""),
        ('"Anfrage der Fraktionen"', ""),  # quoted words are not inflected
        ('"Radweg"', ""),
        ('"radwege"', "1"),
        ('"lindenstrasse"', "12"),
        ('"oeffentliche Groesse"', "2"),
        ('"Lindenstraße Der Gemeinderat"', ""),  # title and text are two places
        ('"Anna Cafe"', "4"),
        ('-"Radwege"', "2345"),
        ('Radweg -"Radweg"', "12"),
        ('"" Radweg', "12"),
        ("art:beschlussvorlage", "1"),
        ("jahr:2024", "13"),
        ("after:2024", "13"),
        ("nach:2024-05", "1"),
        ("nach:31.05.2024", "1"),
        ("nach:01.06.2024", ""),
        ("before:2024", "2"),
        ("vor:2024-05-31", "23"),
        ("after:2023 before:2024", "2"),
        ("after:2024 before:2023", ""),
        ("nichts:Radweg", ""),  # an unknown name is a word like others
        ("", "12345"),
        ("unauffindbar", ""),
    ],
)
def test_it_finds_what_is_meant_and_nothing_else(sights: SearchIndex, text: str, expected: str) -> None:
    assert found(sights, text) == set(expected)


def test_it_takes_filters_beside_the_words(sights: SearchIndex) -> None:
    assert found(sights, "Radweg", chosen={"type": ["File"]}) == {"2"}
    assert found(sights, "", chosen={"organization": ["Bauausschuss"], "year": ["2024"]}) == {"1"}
    assert found(sights, "", chosen={"body": ["nordheim"]}, after=date(2024, 1, 1), before=date(2024, 1, 2)) == {"3"}
    assert found(sights, "", chosen={"paper_type": ["Beschlussvorlage"]}) == {"1"}
    assert found(sights, "", after_seq=3) == {"4", "5"}


def test_it_takes_a_whole_name_where_it_does_not_come_from_the_words(index: SearchIndex) -> None:
    put(
        index,
        Document("council", "Paper", "Brunnen", facets={"organization": ("Rat der Stadt", "Ausschuss für Bauen")}),
        Document("youth", "Paper", "Brunnen", facets={"organization": ("Rat der Stadt für die Jugend",)}),
    )
    assert found(index, "organization:rat") == {"council", "youth"}
    assert found(index, 'organization:"Rat der Stadt"') == {"council", "youth"}
    assert found(index, "gremium:bauen") == {"council"}
    assert found(index, 'gremium:"rat bauen"') == set()
    assert found(index, "", chosen={"organization": ["rat der stadt"]}) == {"council"}
    assert found(index, "", chosen={"organization": ["Rat"]}) == set()
    assert found(index, "organization:jugend", chosen={"organization": ["Rat der Stadt"]}) == set()


def test_it_keeps_people_apart_from_what_their_names_look_like(index: SearchIndex) -> None:
    filler = "Dies ist ein Absatz über ganz andere Dinge. " * 9
    put(
        index,
        Document("b1", "Person", "Petra Lang", ("Mitglied Ausschuss für Bau, Bauen und Bauten",)),
        Document("b2", "Person", "Jo Bauer", (f"Mitglied {filler}",)),
        Document("m1", "Paper", "Müllabfuhr", ("Müll, Müllabfuhr und Sperrmüll. " * 5,)),
        Document("m2", "Paper", "Bericht", (f"{filler} Frau Müller fragt. {filler}",)),
        Document("h1", "Paper", "Holz", ("Holz, Holz, Holz und Holz",)),
        Document("h2", "Paper", "Bericht", (f"{filler} Herr Holzer fragt. {filler * 3}",)),
        *(Document(f"x{number}", "Paper", "Bericht", ("Holz und Kohle",)) for number in range(5)),
        Document("k1", "Paper", "Häuser"),
        Document("k2", "Paper", "Haus"),
    )
    assert [hit.id for hit in ask(index, "Bauer type:person").hits] == ["b2"]
    assert [hit.id for hit in ask(index, "bauer").hits] == ["b2"]
    assert [hit.id for hit in ask(index, "Müller").hits] == ["m2"]
    assert ask(index, "Holzer").hits[0].id == "h2"  # no name that is known
    assert ask(index, "Holz").hits[0].id == "h1"
    assert found(index, '"Holzer"') == {"h2"}
    assert found(index, "Haus") == found(index, "Häuser") == {"k1", "k2"}
    assert ask(index, "Häuser").hits[0].id == "k1"


def test_it_prefers_quoted_words_in_the_title(index: SearchIndex) -> None:
    put(
        index,
        Document("text", "Paper", "Bericht", ("alter Markt",)),
        Document("title", "Paper", "Alter Markt", ("Bericht",)),
    )
    assert [hit.id for hit in ask(index, '"alter Markt"').hits] == ["title", "text"]


def test_it_ranks_any_word_of_a_sentence_with_more_of_them_first(sights: SearchIndex) -> None:
    results = ask(sights, "Wo finde ich Gebühren, Haushalt, Müller, Verkehr, Anfragen und Fraktionen?")
    assert [hit.id for hit in results.hits] == ["u/3", "u/1"]  # those with two of six at least


def test_it_prefers_words_in_the_title_and_words_side_by_side(index: SearchIndex) -> None:
    filler = "Dies ist ein Absatz über ganz andere Dinge. " * 3
    put(
        index,
        Document("text", "Paper", "Bericht Eins", (f"{filler} Brunnen {filler}",)),
        Document("title", "Paper", "Brunnen", (f"{filler} Brunnen {filler}",)),
        Document("apart", "Paper", "Bericht Zwei", (f"Kirche {filler} alter {filler} Markt",)),
        Document("close", "Paper", "Bericht Drei", (f"Kirche {filler} {filler} alter Markt",)),
    )
    assert [hit.id for hit in ask(index, "Brunnen").hits] == ["title", "text"]
    assert [hit.id for hit in ask(index, "alter Markt").hits] == ["close", "apart"]


def test_it_counts_facets_over_all_results_not_only_the_page_shown(sights: SearchIndex) -> None:
    results = ask(sights, "", limit=1)
    facets = {name: {each.value: each.count for each in counts} for name, counts in results.facets.items()}
    assert facets == {
        "type": {"Paper": 1, "File": 1, "Meeting": 1, "Person": 1, "Organization": 1},
        "body": {"quellstadt": 2, "nordheim": 3},
        "organization": {"Bauausschuss": 2, "Gemeinderat": 1, "Ausschuss für Verkehr": 1},
        "paper_type": {"Beschlussvorlage": 1},
        "year": {"2024": 2, "2023": 1},
        **{name: {} for name in ("person", "party", "result", "place", "filetype")},
    }
    assert [each.value for each in results.facets["body"]] == ["nordheim", "quellstadt"]
    assert ask(sights, "unauffindbar").facets["type"] == ()


def test_it_sorts_by_date_with_undated_records_last_both_ways(sights: SearchIndex) -> None:
    newest = [hit.id for hit in ask(sights, "", sort="newest").hits]
    oldest = [hit.id for hit in ask(sights, "", sort="oldest").hits]
    assert newest[:3] == ["u/1", "u/3", "u/2"]
    assert oldest[:3] == ["u/2", "u/3", "u/1"]
    assert set(newest[3:]) == set(oldest[3:]) == {"u/4", "u/5"}


def test_it_pages_without_losing_or_repeating_anything(index: SearchIndex) -> None:
    day = date(2024, 1, 1)
    put(index, *(Document(f"d{number}", "Paper", "Brunnen", date=day if number % 3 else None) for number in range(50)))
    for sort in ("best", "newest", "oldest"):
        pages = [ask(index, "Brunnen", sort=sort, offset=offset, limit=20) for offset in (0, 20, 40, 60)]
        assert [page.total for page in pages] == [50] * 4
        assert [len(page.hits) for page in pages] == [20, 20, 10, 0]
        assert len({hit.id for page in pages for hit in page.hits}) == 50


def test_it_gives_back_what_was_put_in(sights: SearchIndex) -> None:
    (hit,) = ask(sights, '"Anfrage der Fraktion"').hits
    assert (hit.id, hit.type, hit.key, hit.title) == ("u/1", "Paper", "p1", "Ausbau der Radwege in der Lindenstraße")
    assert (hit.body, hit.date, hit.parent, hit.page_count) == ("quellstadt", date(2024, 5, 31), "u/0", 3)
    assert hit.score > 0


def test_it_marks_the_words_and_names_their_page(sights: SearchIndex) -> None:
    results = ask(sights, '"Anfrage der Fraktion" Radweg')
    (hit,) = results.hits
    assert (hit.page, [(page.number, page.count) for page in hit.pages]) == (3, [(3, 4)])
    assert hit.snippets[0].page == 3
    assert marked(results) == ["Radwege", "Anfrage", "der", "Fraktion"]
    assert [part.text for part in hit.title_segments if part.marked] == ["Radwege"]
    assert "".join(part.text for part in hit.snippet).startswith("Die Radwege")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("oeffentlich groesse", ["öffentliche", "Größe"]),
        ("Lindenstraße", ["Lindenstr"]),
        ("Gebühr", ["Gebühren"]),
        ("straße gebühren", ["Gebühren", "Strassen"]),
        ("0123/2024", ["0123", "2024"]),
        ("Gebü*", ["Gebühren"]),
    ],
)
def test_it_marks_other_spellings_of_a_word(sights: SearchIndex, text: str, words: list[str]) -> None:
    assert marked(ask(sights, text, strict=True, chosen={"type": ["File", "Meeting"]})) == words


def test_it_shows_the_beginning_where_only_the_title_matches(sights: SearchIndex) -> None:
    hit = next(hit for hit in ask(sights, "Lindenstraße").hits if hit.id == "u/1")
    assert hit.page is None
    assert [(part.text, part.marked) for part in hit.snippet] == [("Der Gemeinderat beschließt den Ausbau.", False)]
    assert ask(sights, "Müller").hits[0].snippets == ()


def test_it_replaces_and_deletes(town: SearchIndex) -> None:
    with town.writer() as batch:
        batch.put(Document("u/1", "Paper", "Ein Zwischenstand", seq=6))
        batch.put(Document("u/1", "Paper", "Der Brunnen", seq=7))
        batch.delete("u/2")
        batch.delete("never there")
        batch.put(Document("u/9", "Paper", "Brunnen"))
        batch.delete("u/9")
        batch.delete("u/4")
        batch.put(Document("u/4", "Paper", "Brunnen", seq=8))
    assert found(town, "Radweg OR Zwischenstand") == set()
    assert found(town, "Brunnen") == {"1", "4"}
    assert town.count() == 4
    assert dict(town.versions()) == {"u/1": 7, "u/3": 3, "u/4": 8, "u/5": 5}


def test_it_discards_a_batch_that_fails(town: SearchIndex) -> None:
    def fail() -> None:
        with town.writer() as batch:
            batch.put(Document("u/9", "Paper", "Brunnen"))
            batch.delete("u/1")
            raise OSError("the caller's own trouble")

    with pytest.raises(OSError, match="the caller's own trouble"):
        fail()
    assert town.count() == 5
    put(town, Document("u/9", "Paper", "Brunnen"))
    assert town.count() == 6


def test_it_shows_a_commit_to_other_instances_at_their_next_search(url: str, index: SearchIndex) -> None:
    other = open_index(url, create=False)
    assert other.count() == 0
    put(index, *TOWN)
    assert found(other, "Radweg") == {"1", "2"}
    put(other, Document("u/9", "Paper", "Radweg"))
    assert found(index, "Radweg") == {"1", "2", "9"}
    index.clear()
    assert other.count() == 0
    put(index, *TOWN)
    assert found(other, "Radweg") == {"1", "2"}


def test_it_has_one_writer_at_a_time(url: str, index: SearchIndex) -> None:
    other = open_index(url)
    with index.writer() as batch:
        batch.put(TOWN[0])
        with pytest.raises(IndexLocked), other.writer():
            pytest.fail("two writers")
        with pytest.raises(IndexLocked):
            other.clear()
        assert other.count() == 0  # readers are not kept waiting
    with other.writer() as batch:
        batch.put(TOWN[1])
    assert index.count() == 2


@pytest.mark.parametrize("engine", EMBEDDED)
def test_it_says_that_an_index_is_outdated_until_it_is_cleared(
    engine: str, url: str, town: SearchIndex, tmp_path: Path
) -> None:
    state = tmp_path / "index" / "index.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"version": "0.0/0"}))
    old = open_index(url)
    for use in (old.count, lambda: ask(old, "Radweg"), lambda: list(old.versions()), lambda: put(old, TOWN[0])):
        with pytest.raises(IndexOutdated):
            use()
    old.clear()
    assert old.count() == 0
    assert ask(town, "Radweg").total == 0
    put(old, *TOWN)
    assert found(town, "Radweg") == {"1", "2"}


@pytest.mark.parametrize("engine", EMBEDDED)
def test_it_is_outdated_for_another_engine(engine: str, url: str, town: SearchIndex, tmp_path: Path) -> None:
    other = open_index(f"{'whoosh' if url.startswith('tantivy') else 'tantivy'}://{tmp_path}/index")
    with pytest.raises(IndexOutdated):
        other.count()


def test_it_does_not_make_an_index_unless_asked(url: str) -> None:
    with pytest.raises(EngineUnavailable):
        open_index(url, create=False)


def test_it_keeps_strange_text(index: SearchIndex) -> None:
    odd = "a\x00b \ud800 \f İstanbul \U0001f33b " + "x" * 70_000 + " 数字 ﬁnanzen Größe\u200bn"
    put(index, Document("odd", "File", f"Titel {odd[:20]}", (odd, "", odd)))
    assert index.count() == 1
    for text in ("istanbul", "finanzen", "Größe", "Titel", "x" * 200):
        assert ask(index, text).total == 1, text
    assert ask(index, "Finanzen").hits[0].page_count == 3


@pytest.mark.parametrize("engine", EMBEDDED)
def test_it_stays_small_however_often_a_record_changes(engine: str, index: SearchIndex, tmp_path: Path) -> None:
    def size() -> int:
        return sum(file.stat().st_size for file in (tmp_path / "index").rglob("*") if file.is_file())

    text = " ".join(f"wort{number}" for number in range(300))
    put(index, *(Document(f"d{number}", "File", "Akte", (text,)) for number in range(20)))
    before = size()
    for turn in range(25):
        put(index, Document("d1", "File", f"Akte {turn}", (text,)))
    assert index.count() == 20
    assert size() < 6 * before


HOSTILE = [
    "*a*",
    "??*??",
    "a" * 100_000,
    '"' * 250,
    "((((((((" * 30,
    "ver* ent* bes* ein* aus* auf* abc*",
    "haushalt~9",
    "[a TO z]",
    "/.*/",
    "NOT " * 60 + "a",
    "NOT NOT NOT radweg",
    "OR OR AND NOT",
    "-" * 255,
    "--radweg",
    '-"',
    'type:"',
    "type::::",
    "after:9999 before:0001",
    "after:0000",
    "after:٢٠٢٤",
    "jahr:²⁰²⁴",
    "\x00\x01\ud800\udfff",
    "a\u0300" * 80,
    "der " * 60,
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
    "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p",
    '"der der der der der der der der"',
    " OR ".join(["straße"] * 16),
    "gremium:x " * 40,
    "type:Paper " * 22,
    "id:u/1 text:radweg stored:x _id:1",
    "\\\\ \\\" ' ; -- {} $ ` %s %(x)s",
    "x" * 150,
    "schulstrassenbahnhaltestellen" * 5,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("sort", ["best", "oldest"])
def test_it_survives_hostile_queries(sights: SearchIndex, text: str, sort: str) -> None:
    started = time.perf_counter()
    with suppress(BadQuery):
        query = parse_query(text, sort=sort)
        sights.search(query)
        assert parse_query(query.text, sort=sort).must == query.must
    assert time.perf_counter() - started < 2


WORDS = [
    "Radweg",
    "Radwege",
    "Radwegeausbau",
    "Ausbau",
    "der",
    "Straße",
    "Strasse",
    "Haus",
    "Haushalt",
    "Rat",
    "2024",
    "x-y",
    "Häuser",
    "Bauer",
    "Bau",
]
QUERY_PARTS = [
    *WORDS,
    *(f"-{word}" for word in WORDS[:6]),
    "OR",
    "Rad*",
    "Haus*",
    "type:Paper",
    "-type:File",
    "after:2024",
]
QUERY_PARTS += ['"Ausbau der Radwege"', '"der Straße"', '"der der"', '"Rat der Rat"', '-"der Straße"', "before:2025-06"]
QUERY_PARTS += ['"Haus"', '"Häuser"', '"Bauer Rat"', '-"Bau"', '""', "gremium:rat", "-gremium:stadt", "gremium:=rat"]
NAMES = (("Rat",), ("Rat der Stadt", "Bauausschuss"), ())


@given(
    texts=st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), min_size=1, max_size=6),
    queries=st.lists(st.lists(st.sampled_from(QUERY_PARTS), max_size=6).map(" ".join), min_size=1, max_size=12),
    gone=st.sets(st.integers(0, 5), max_size=2),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
def test_both_engines_find_the_same(texts: list[str], queries: list[str], gone: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        indexes = [open_index(f"{engine}://{folder}/{engine}") for engine in EMBEDDED]
        for index in indexes:
            put(
                index,
                *(
                    Document(
                        str(number),
                        ("Paper", "File", "Meeting")[number % 3],
                        text if number % 2 else "",
                        (text, "Rat") if number % 4 == 0 else (),
                        date=date(2023 + number % 3, 1 + number, 1) if number % 5 else None,
                        facets={"organization": NAMES[number % 3]},
                    )
                    for number, text in enumerate(texts)
                ),
            )
            with index.writer() as batch:
                for number in gone:
                    batch.delete(str(number))
        for text in queries:
            for sort in ("best", "newest"):
                one, two = (ask(index, text, sort=sort, limit=100) for index in indexes)
                assert {hit.id for hit in one.hits} == {hit.id for hit in two.hits}, text
                assert (one.total, one.facets) == (two.total, two.facets), text
            assert [hit.id for hit in one.hits] == [hit.id for hit in two.hits], text
            snippets = [{hit.id: (hit.page, hit.pages, hit.snippets) for hit in each.hits} for each in (one, two)]
            assert snippets[0] == snippets[1], text
        for index in indexes:
            index.close()


KILLED = """
    import sys
    from search import Document, open_index
    index = open_index(sys.argv[1])
    for turn in range(1, 10_000):
        with index.writer() as batch:
            for number in range(40):
                batch.put(Document(f"d{turn}-{number}", "File", "Brunnen", ("Wort " * 300,), seq=turn))
        print(turn, flush=True)
"""


def test_it_opens_again_after_a_kill_with_all_that_was_committed(url: str) -> None:
    open_index(url).close()
    for patience in (1, 2, 3):
        index = open_index(url)
        held = index.count()
        index.close()
        environment = dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(KILLED), url], stdout=subprocess.PIPE, env=environment, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(patience):
                last = int(writer.stdout.readline())
            time.sleep(0.013 * patience)
            writer.send_signal(signal.SIGKILL)
        index = open_index(url)
        assert index.count() % 40 == 0
        assert index.count() >= 40 * last
        assert index.count() >= held
        assert ask(index, "Brunnen").total == index.count() == len(set(index.versions()))
        put(index, Document("after", "File", "Danach"))
        assert ask(index, "danach").total == 1
        with index.writer() as batch:
            batch.delete("after")
        index.close()


def test_it_refuses_addresses_that_are_none() -> None:
    for address in ("", "tantivy:", "tantivy://host/x", "solr:///x", "/var/index", "whoosh:///x?y=1"):
        with pytest.raises(EngineUnavailable):
            open_index(address)


def test_it_takes_whoosh_where_tantivy_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tantivy", None)
    for name in ("search.tantivy_engine", "search.tantivy_queries"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(EngineUnavailable, match="not installed"):
        open_index(f"tantivy://{tmp_path}/a")
    index = open_index(f"embedded://{tmp_path}/b")
    put(index, *TOWN)
    assert json.loads((tmp_path / "b" / "index.json").read_bytes())["engine"] == "whoosh"
    assert found(index, "Radweg") == {"1", "2"}


def test_it_takes_tantivy_where_it_is_installed(tmp_path: Path) -> None:
    open_index(f"embedded://{tmp_path}/b").close()
    assert json.loads((tmp_path / "b" / "index.json").read_bytes())["engine"] == "tantivy"
