"""What readers get of a search besides hits: matters, counts that are true, what else was meant, what is like it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from search import Document, Results, SearchIndex, open_index, parse_query
from search.weights import FEW, MUCH_MORE
from tests.contract.town import ask, put


def paper(number: int, title: str, text: str = "") -> Document:
    return Document(f"p{number}", "Paper", title, (text,) if text else (), seq=number)


def ids(results: Results) -> list[str]:
    return [hit.id for hit in results.hits]


def counts(results: Results, facet: str) -> dict[str, int]:
    return {one.value: one.count for one in results.facets[facet]}


@pytest.mark.parametrize(("whole", "total"), [(0, 30), (FEW - 1, 29 + FEW), (FEW, FEW)])
def test_what_holds_some_words_follows_where_few_documents_hold_all(index: SearchIndex, whole: int, total: int) -> None:
    put(
        index,
        *(paper(number, "Radweg") for number in range(15)),
        *(paper(number, "Brunnen") for number in range(15, 30)),
        *(paper(100 + number, "Lang und breit: Radweg am alten Brunnen im Park") for number in range(whole)),
    )
    results = ask(index, "Radweg Brunnen", limit=100)
    assert (results.full, results.total) == (whole, total)
    assert [hit.full for hit in results.hits] == [True] * whole + [False] * (total - whole)
    assert ask(index, "Radweg Brunnen", strict=True).total == ask(index, "Radweg AND Brunnen").total == whole
    dated = ask(index, "Radweg Brunnen", sort="newest")
    assert (dated.full, dated.total) == (whole, whole or 30)  # by date, some words would stand before all


def matters() -> Iterator[Document]:
    """Three papers with files and an agenda item, a meeting with a protocol, and a file of nobody."""
    for number in range(3):
        group = f"paper{number}"
        yield Document(group, "Paper", f"Brunnen {number}", group=group, kind="Paper")
        for each in range(number):
            yield Document(f"{group}/{each}", "File", "Anlage", ("Der Brunnen am Markt",), group=group, kind="Paper")
    yield Document("item", "AgendaItem", "Der Brunnen", group="paper2", kind="Paper")
    yield Document("meeting", "Meeting", "Sitzung", group="meeting", kind="Meeting")
    yield Document("minutes", "File", "Niederschrift", ("Ein Brunnen wird gebaut.",), group="meeting", kind="Meeting")
    yield Document("alone", "File", "Brunnen")


def test_results_are_matters_and_both_are_counted(index: SearchIndex) -> None:
    put(index, *matters())
    results = ask(index, "Brunnen", limit=100)
    assert (results.total, results.groups, results.exact) == (9, 5, True)
    assert results.matters == {"File": 1, "Meeting": 1, "Paper": 3}
    assert {hit.group for hit in results.hits} == {"paper0", "paper1", "paper2", "meeting", "alone"}
    assert sum(1 + len(hit.also) + hit.more for hit in results.hits) == results.total
    apart = index.search(replace(parse_query("Brunnen", limit=100), apart=True))
    assert len(apart.hits) == apart.total == 9
    pages = [ask(index, "Brunnen", limit=2)]
    while pages[-1].next:
        pages.append(ask(index, "Brunnen", limit=2, cursor=pages[-1].next))
    assert [len(page.hits) for page in pages] == [2, 2, 1]
    assert {hit.group for page in pages for hit in page.hits} == {hit.group for hit in results.hits}


def test_what_matches_can_be_named_without_being_shown(index: SearchIndex) -> None:
    put(index, *matters(), paper(100, "Ein Radweg"))
    query = replace(parse_query("Brunnen", sort="newest", limit=100), apart=True, strict=True)
    named = index.matching(query)
    assert [one.id for one in named] == ids(index.search(query))
    assert ("paper2/0", "File", "", "paper2", "Paper") in named
    assert [one.id for one in index.matching(replace(query, limit=2))] == [one.id for one in named[:2]]
    # Nothing but what holds every word, however few that are.
    assert index.matching(parse_query("Brunnen Radweg")) == ()
    assert [one.id for one in index.matching(parse_query("Radweg", after_seq=99))] == ["p100"]
    assert index.matching(parse_query("Radweg", after_seq=100)) == ()


def test_a_word_that_nothing_holds_is_taken_for_the_nearest_of_the_documents_own(index: SearchIndex) -> None:
    put(index, paper(1, "Wendehammer"), paper(2, "Wendekreis"), paper(3, "Gartenstraße"))
    results = ask(index, "Wendehamer")
    assert ids(results) == ["p1"]
    [added] = results.added
    assert (added.written, added.words, added.reason) == ("Wendehamer", ("Wendehammer",), "spelling")
    assert ids(ask(index, "Gratenstraße")) == ["p3"]  # two letters changed places
    assert ask(index, "Wendehamer", literal=True).total == 0
    assert ask(index, "Wendehammer").added == ()
    assert ask(index, '"Wendehamer"').total == 0  # quoted is meant
    with index.writer() as batch:
        batch.delete("p1")
    assert ask(index, "Wendehamer").added == ()  # a word that is gone is proposed no more


def test_a_word_that_is_far_more_frequent_is_proposed(index: SearchIndex) -> None:
    put(index, *(paper(number, "Brücke") for number in range(MUCH_MORE)), paper(100, "Brüche am Hang"))
    results = ask(index, "brüche -Brücke")
    assert (ids(results), results.meant) == (["p100"], "Brücke -Brücke")
    assert ask(index, "Brücke").meant == ""
    assert ask(index, "brüche", literal=True).meant == ""
    index.clear()
    put(index, *(paper(number, "Brücke") for number in range(MUCH_MORE - 1)), paper(100, "Brüche am Hang"))
    assert ask(index, "brüche -Brücke").meant == ""


def test_words_of_an_office_are_found_by_those_of_a_citizen_and_told(index: SearchIndex) -> None:
    put(index, paper(1, "Abfallentsorgung im Norden"), paper(2, "Brunnen"))
    results = ask(index, "Müllabfuhr")
    assert ids(results) == ["p1"]
    assert ("müllabfuhr", "synonym") in {(one.written.casefold(), one.reason) for one in results.added}
    assert "Abfallentsorgung" in {word for one in results.added for word in one.words}
    assert ask(index, "Müllabfuhr", literal=True).total == 0
    assert ask(index, '"Müllabfuhr"').total == 0


def test_titles_are_suggested_by_their_words_and_the_beginning_of_one(index: SearchIndex) -> None:
    put(
        index,
        Document("o", "Organization", "Gartenausschuss"),
        Document("g", "Person", "Anna Gartner"),
        Document("old", "Paper", "Garten am Markt", date=date(2020, 1, 1)),
        Document("new", "Paper", "Der neue Garten", ("Zaun",), date=date(2024, 1, 1)),
        Document("twice", "Paper", "Der neue Garten", date=date(2023, 1, 1)),
        Document("text", "File", "Anlage", ("Garten",)),
    )
    assert [one.id for one in index.suggest("gart")] == ["o", "g", "new", "old"]
    assert [one.id for one in index.suggest("GART", limit=2)] == ["o", "g"]
    assert [one.id for one in index.suggest("der neue ga")] == ["new"]
    assert [one.id for one in index.suggest("Markt gar")] == ["old"]
    assert index.suggest("Zau") == index.suggest("") == index.suggest("***") == ()


def test_what_shares_rare_words_is_related(index: SearchIndex) -> None:
    common = "Der Ausschuss berät über den Antrag der Verwaltung. "
    put(
        index,
        paper(1, "Wendehammer Mühlbach", common + "Am Mühlbach liegt ein Wendehammer neben der Linde."),
        paper(2, "Linde am Mühlbach", common + "Die Linde am Wendehammer wird gefällt."),
        *(paper(number, f"Bericht {number}", common) for number in range(3, 20)),
        Document("file", "File", "Anlage", ("Wendehammer, Mühlbach und Linde",), group="p1", kind="Paper"),
    )
    for name in ("p1", "file"):
        found = [hit.id for hit in index.related(name)]
        assert found[0] == "p2"
        assert "p1" not in found  # neither itself nor its own paper
    assert index.related("nobody") == ()
    assert len(index.related("p3", limit=2)) <= 2


TEXTS = {"main": ("Der Wendehammer am Mühlbach", "wird um die Linde gebaut.")}


def texts(keys: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Pages that are kept beside the index."""
    return {key: TEXTS[key] for key in keys if key in TEXTS}


def test_papers_are_related_by_what_their_files_say(url: str) -> None:
    common = "Der Ausschuss berät über den Antrag der Verwaltung. "
    index = open_index(url, texts=texts)
    put(
        index,
        paper(1, "Vorlage eins"),
        Document("f1", "File", "Anlage", TEXTS["main"], group="p1", kind="Paper", text_key="main"),
        paper(2, "Bericht zwei"),
        Document("f2", "File", "Anlage", (common, "Linde, Mühlbach, Wendehammer"), group="p2", kind="Paper"),
        Document("f3", "File", "Anlage", ("Linde, Mühlbach, Wendehammer",), group="m3", kind="Meeting"),
        *(paper(number, f"Bericht {number}", common) for number in range(4, 20)),
    )
    assert [hit.group for hit in index.related("p1", text_key="main")] == ["p2"]
    assert not index.related("p1")  # its own few words tell nothing
    assert not index.related("p1", text_key="gone")
    assert [hit.group for hit in index.related("p1", kind="Meeting", text_key="main")] == ["m3"]
    index.close()


def test_months_are_counted_where_they_are_asked_for(index: SearchIndex) -> None:
    days = (date(2024, 5, 1), date(2024, 5, 31), date(2023, 12, 24), None)
    put(index, *(Document(f"p{number}", "Paper", "Brunnen", date=day) for number, day in enumerate(days)))
    query = replace(parse_query("Brunnen", limit=1), counted=("month",))
    assert counts(index.search(query), "month") == {"2024-05": 2, "2023-12": 1}
    assert "month" not in ask(index, "Brunnen").facets
    narrowed = parse_query("Brunnen", chosen={"month": ["2023-12"]})
    assert index.search(narrowed).total == ask(index, "Brunnen monat:2023-12").total == 1
    free = index.search(replace(narrowed, counted=("month",)))
    assert counts(free, "month") == {"2024-05": 2, "2023-12": 1}  # as if it were not narrowed


def test_values_of_one_facet_widen_and_those_of_another_narrow(index: SearchIndex) -> None:
    values = [("A", 2023), ("A", 2024), ("B", 2024), ("C", 2024), ("C", 2025)]
    put(
        index,
        *(
            Document(
                f"p{n}", "Paper", "Brunnen", date=date(year, 1, 1), facets={"organization": (f"Ausschuss {name}",)}
            )
            for n, (name, year) in enumerate(values)
        ),
    )
    chosen = {"organization": ["Ausschuss A", "Ausschuss C"], "year": ["2024"]}
    results = ask(index, "Brunnen", chosen=chosen)
    assert set(ids(results)) == {"p1", "p3"}
    # Each facet counts what another value of it would find, within the other facets that are chosen.
    assert counts(results, "organization") == {"Ausschuss A": 1, "Ausschuss B": 1, "Ausschuss C": 1}
    assert counts(results, "year") == {"2023": 1, "2024": 2, "2025": 1}
    for name in ("A", "B", "C"):
        alone = ask(index, "Brunnen", chosen=chosen | {"organization": [f"Ausschuss {name}"]})
        assert alone.total == counts(results, "organization")[f"Ausschuss {name}"]
    excluded = ask(index, 'Brunnen -gremium:="Ausschuss A"')
    assert counts(excluded, "organization") == {"Ausschuss B": 1, "Ausschuss C": 2}


def test_readers_never_see_half_an_index_while_it_is_rebuilt(index: SearchIndex) -> None:
    put(index, *(paper(number, "Brunnen") for number in range(40)))
    seen: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                results = ask(index, "Brunnen", limit=100)
                seen.append((results.total, len(results.hits), index.count(), len(index.suggest("Brun"))))
            except Exception as error:  # noqa: BLE001 - whatever it is, a reader saw it
                seen.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(3):
            with index.rebuilding() as new:
                for start in range(0, 40, 20):
                    with new.batch() as batch:
                        for number in range(start, start + 20):
                            batch.put(paper(number, "Brunnen"))
    finally:
        done.set()
        reader.join()
    assert set(seen) == {(40, 40, 40, 1)}
    assert dict(index.versions()) == {f"p{number}": number for number in range(40)}
