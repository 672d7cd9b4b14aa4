"""What every search engine must do, asked of each of them through the one seam."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date

import pytest

from search import (
    BadQuery,
    Document,
    EngineUnavailable,
    IndexLocked,
    SearchIndex,
    open_index,
    parse_query,
)
from tests.contract.town import TOWN, ask, found, marked, put


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
        ("Ausbau NEAR/4 Lindenstraße", "1"),
        ("Lindenstraße NEAR/4 Ausbau", "1"),  # in either order
        ("Ausbau NEAR/3 Lindenstraße", ""),
        ("Lindenstraße NEAR/3 Ausbau", ""),
        ("Radwege NEAR/1 Ausbau", "1"),
        ('"der Radwege" NEAR/1 Ausbau', "1"),
        ('"Radwege der" NEAR/9 Ausbau', ""),
        ("der NEAR/2 der", "1"),  # another one, not itself
        ("der NEAR/1 der", ""),
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


@pytest.mark.parametrize("typed", ["Bauausschuss", "Ausschuss für Stadtplanung", "bauausschuss stadtplanung"])
def test_a_committee_stands_before_its_meetings_and_members(index: SearchIndex, typed: str) -> None:
    name = "Ausschuss für Bauen und Stadtplanung"
    others = [Document(f"m{n}", "Meeting", f"{n}. Sitzung: {name}", (f"{name}. " * n,)) for n in range(1, 12)]
    people = [Document("p", "Person", "Rita Bau", (f"{name}, Vorsitz",))]
    put(index, *others, *people, Document("o", "Organization", name), Document("a", "Organization", "Amt für Bauen"))
    first, *rest = ask(index, typed).hits
    assert first.id == "o"
    assert {hit.id for hit in rest} >= {f"m{n}" for n in range(1, 12)}


def test_one_word_of_its_name_does_not_lift_a_committee(index: SearchIndex) -> None:
    names = ["Ausschuss für Schule und Sport", "Ausschuss für Schule, Kultur und Weiterbildung der Stadt"]
    put(index, *(Document(f"o{n}", "Organization", name) for n, name in enumerate(names)))
    put(index, Document("s", "Paper", "Schule", ("Eine Schule.",)))
    assert ask(index, "Schule").hits[0].id == "s"


def test_it_ranks_any_word_of_a_sentence_with_more_of_them_first(sights: SearchIndex) -> None:
    results = ask(sights, "Wo finde ich Gebühren, Haushalt, Müller, Verkehr, Anfragen und Fraktionen?")
    assert results.hits[0].id == "u/3"
    assert results.total == 4


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


def test_it_prefers_compounds_of_a_word_in_the_title_to_a_mention(index: SearchIndex) -> None:
    filler = "Dies ist ein Absatz über ganz andere Dinge. "
    put(
        index,
        Document("plan", "Paper", "Haushaltssatzung 2024", (filler * 9,)),
        *(
            Document(f"d{n}", "File", "Gefällte Bäume", (f"Die Mittel stehen im Haushalt. {filler * n}",))
            for n in range(9)
        ),
    )
    assert ask(index, "Haushalt").hits[0].id == "plan"


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


def test_a_beginning_stands_for_every_word_that_begins_so(index: SearchIndex) -> None:
    put(index, *(Document(f"d{number}", "Paper", f"Haus{number:03}") for number in range(300)))
    assert ask(index, "haus*").total == 300
    assert ask(index, "title:haus1*").total == 100


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
